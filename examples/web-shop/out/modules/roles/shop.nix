# Ansible role `shop` (roles/shop), as it is on every host that has it: web1, web2.
{ pkgs, ... }:

{
  # roles/shop/tasks/main.yml:1 Install packages, :31 Site, :38 Enable site
  services.nginx = {
    enable = true;
    # Assumed: it may answer over IPv6 as well.
    virtualHosts."shop.example.org" = {
      root = "/srv/shop/public";
      locations."/static/".extraConfig = ''
        expires 7d;
      '';
    };
  };

  # roles/shop/tasks/main.yml:1 Install packages
  environment.systemPackages = with pkgs; [
    git
    htop
  ];
  # MANUAL roles/shop/tasks/main.yml:1 Install packages: the apt package `php-legacy-foo` is not known here.
  #   Find it at https://search.nixos.org/packages, then add it to environment.systemPackages.

  # roles/shop/tasks/main.yml:7 Shop user
  users.users.shop = {
    isSystemUser = true;
    uid = 2001;
    group = "shop";
    home = "/srv/shop";
    createHome = true;
    # Assumed: `nginx` reads `/srv/shop/public`, so the home of `shop` is open to it: NixOS's own mode is 0700.
    homeMode = "755";
  };
  users.groups.shop = { };

  # roles/shop/tasks/main.yml:15 Admins, :25 Keys of the admins
  users.users.ada = {
    isNormalUser = true;
    group = "ada";
    # Assumed: the group `sudo` is `wheel` on NixOS.
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJv1eXample0000000000000000000000000000000 ada@example.org"
    ];
  };
  users.groups.ada = { };
  users.users.brian = {
    isNormalUser = true;
    group = "brian";
    # Assumed: the group `sudo` is `wheel` on NixOS.
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJv2eXample0000000000000000000000000000000 brian@example.org"
    ];
  };
  users.groups.brian = { };

  # roles/shop/tasks/main.yml:45 Environment, :53 Unit, :59 Start shop
  systemd.services.shop = {
    description = "The shop";
    wantedBy = [ "multi-user.target" ];
    after = [ "network.target" ];
    serviceConfig = {
      User = "shop";
      WorkingDirectory = "/srv/shop";
      # Assumed: the content of `/etc/shop.env` is put into `/run/secrets/shop.env`.
      EnvironmentFile = "/run/secrets/shop.env";
      # Assumed: `/usr/bin/node` is taken from `pkgs.nodejs`.
      ExecStart = "${pkgs.nodejs}/bin/node server.js";
      Restart = "on-failure";
    };
  };

  # roles/shop/tasks/main.yml:66 No root logins (assumed: sshd runs, the play came over ssh)
  services.openssh = {
    enable = true;
    settings.PermitRootLogin = "no";
  };

  # roles/shop/tasks/main.yml:73 Web ports
  networking.firewall.allowedTCPPorts = [
    80
    443
  ];

  # roles/shop/tasks/main.yml:80 Create schema. Runtime: a command cannot be stated as configuration; it runs
  # while /srv/shop/.schema does not exist.
  systemd.services.shop-create-schema = {
    description = "Create schema";
    wantedBy = [ "multi-user.target" ];
    after = [ "shop.service" ];
    unitConfig.ConditionPathExists = "!/srv/shop/.schema";
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      User = "shop";
      ExecStart = "/srv/shop/bin/migrate --init";
    };
  };

  # roles/shop/tasks/main.yml:86 Swap less (assumed: the facts of debian-12)
  boot.kernel.sysctl."vm.swappiness" = 10;

  # MANUAL roles/shop/tasks/main.yml:92 Purge the CDN: no importer for the module `community.acme_cdn.purge`.
  #   State by options of NixOS what it would do.
  #   zone: shop
}
