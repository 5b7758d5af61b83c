# Services on till.
{ pkgs, ... }:

{
  # etc/cron.d/backup:4 (assumed: what it prints is in the journal, and is not mailed to `ada@example.org`; the
  # programs that `/usr/local/sbin/backup` calls are among the system's packages). Cron: 30 2 * * *.
  systemd.services.backup = {
    path = [ "/run/current-system/sw" ];
    startAt = "*-*-* 02:30:00";
    serviceConfig = {
      Type = "oneshot";
      User = "root";
      ExecStart = "/usr/local/sbin/backup --to /srv/backup";
    };
  };

  # etc/cron.daily/shop-tmp (assumed: the programs that it calls are among the system's packages)
  systemd.services.shop-tmp-daily = {
    path = [ "/run/current-system/sw" ];
    script = ''
      set -e
      find /srv/shop/tmp -mtime +7 -delete
    '';
    startAt = "daily";
    serviceConfig.Type = "oneshot";
  };

  # etc/default/keyboard:1, :2
  services.xserver.xkb = {
    model = "pc105";
    layout = "at";
  };

  # etc/logrotate.d/shop
  services.logrotate.settings.shop = {
    frequency = "weekly";
    rotate = 8;
    compress = true;
    missingok = true;
    notifempty = true;
    files = [ "/srv/shop/log/*.log" ];
  };

  systemd.services.shop = {
    # etc/systemd/system/shop.service:1, :6, :14
    description = "The shop";
    # etc/systemd/system/multi-user.target.wants/shop.service
    wantedBy = [ "multi-user.target" ];
    # etc/systemd/system/shop.service:1, :6, :14
    wants = [ "network-online.target" ];
    after = [
      "network-online.target"
      "postgresql.service"
    ];
    # etc/systemd/system/shop.service:1, :6, :14, etc/shop/shop.env
    serviceConfig = {
      User = "shop";
      WorkingDirectory = "/srv/shop";
      # Assumed: the content of `/etc/shop/shop.env` is put into `/run/secrets/shop.env`. Assumed: what reads it
      # looks there on NixOS too.
      EnvironmentFile = "/run/secrets/shop.env";
      # Assumed: `/usr/bin/python3` is taken from `pkgs.python3`.
      ExecStart = "${pkgs.python3}/bin/python3 -m shop --port 8000";
      Restart = "on-failure";
      RestartSec = 5;
    };
  };

  # etc/systemd/system/ssh.service.d/memory.conf:1 (assumed: NixOS has the unit `sshd.service`)
  systemd.services.sshd.serviceConfig.MemoryMax = "200M";

  # etc/systemd/system/multi-user.target.wants/cron.service
  services.cron.enable = true;
}
