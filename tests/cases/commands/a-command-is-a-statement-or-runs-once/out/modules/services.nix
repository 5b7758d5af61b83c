# Services on web1.
{ pkgs, ... }:

{
  # site.yml:23 Job (assumed: the programs that `/srv/shop/tidy` calls are among the system's packages). Cron: 0
  # 1 * * *.
  systemd.services.srv-shop-tidy = {
    description = "/srv/shop/tidy";
    path = [ "/run/current-system/sw" ];
    startAt = "*-*-* 01:00:00";
    serviceConfig = {
      Type = "oneshot";
      User = "root";
      ExecStart = "/srv/shop/tidy";
    };
  };

  # site.yml:27 Load the schema (assumed: `docker` is taken from `pkgs.docker`). Runtime: a command cannot be
  # stated as configuration; it runs once, which `/var/lib/ops2nix/steps/setup-load-the-schema` marks.
  systemd.services.setup-load-the-schema = {
    description = "Load the schema";
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    requires = [ "docker.service" ];
    after = [
      "docker.service"
      "network-online.target"
    ];
    unitConfig.ConditionPathExists = "!/var/lib/ops2nix/steps/setup-load-the-schema";
    environment.HOME = "/root";
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStart = "${pkgs.docker}/bin/docker exec shop-db psql -f /schema.sql";
      ExecStartPost = "+${pkgs.coreutils}/bin/install -D /dev/null /var/lib/ops2nix/steps/setup-load-the-schema";
    };
  };

  # site.yml:29 Move. Runtime: a command cannot be stated as configuration; it runs while /srv/shop/old exists.
  systemd.services.setup-move = {
    description = "Move";
    wantedBy = [ "multi-user.target" ];
    after = [ "setup-load-the-schema.service" ];
    unitConfig.ConditionPathExists = "/srv/shop/old";
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStart = "${pkgs.coreutils}/bin/mv /srv/shop/old /srv/shop/new";
    };
  };

  # site.yml:31 Dependencies (assumed: `npm` is taken from `pkgs.nodejs`). Runtime: a command cannot be stated
  # as configuration; it runs once, which `/var/lib/ops2nix/steps/setup-dependencies` marks.
  systemd.services.setup-dependencies = {
    description = "Dependencies";
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    after = [
      "setup-move.service"
      "network-online.target"
    ];
    unitConfig.ConditionPathExists = "!/var/lib/ops2nix/steps/setup-dependencies";
    path = with pkgs; [
      bash
      git
      nodejs
    ];
    environment.HOME = "/root";
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      WorkingDirectory = "/srv/shop";
      ExecStart = "${pkgs.nodejs}/bin/npm install";
      ExecStartPost = "+${pkgs.coreutils}/bin/install -D /dev/null /var/lib/ops2nix/steps/setup-dependencies";
    };
  };

  # site.yml:35 Settings of the kernel. Runtime: a command cannot be stated as configuration; it runs at every
  # boot.
  systemd.services.setup-settings-of-the-kernel = {
    description = "Settings of the kernel";
    wantedBy = [ "multi-user.target" ];
    after = [ "setup-dependencies.service" ];
    path = [ pkgs.procps ];
    script = ''
      sysctl -w net.ipv4.ip_forward=1; echo 0 > /sys/kernel/mm/ksm/run
    '';
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
    };
  };

  # MANUAL site.yml:37 Nobody's program: nothing here brings `shopctl`, which it runs.
  #   Find its package at https://search.nixos.org/packages, and say what it is to do where NixOS has an option
  #     for it.

  # site.yml:41 Weekly copy (assumed: `/usr/bin/rsync` is taken from `pkgs.rsync`; the programs that it calls
  # are among the system's packages)
  systemd.services.copy-weekly = {
    path = [ "/run/current-system/sw" ];
    startAt = "weekly";
    serviceConfig = {
      Type = "oneshot";
      ExecStart = pkgs.writeScript "copy" ''
        #!/bin/sh
        ${pkgs.rsync}/bin/rsync -a /srv /backup
      '';
    };
  };
}
