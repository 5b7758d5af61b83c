# Services on db1.example.org.
{ pkgs, ... }:

{
  # site.yml:15 Packages, :95 Listen on all addresses, :112 PostgreSQL runs
  services.postgresql = {
    enable = true;
    # Assumed: what else stands in `/etc/postgresql/15/main/postgresql.conf` is as NixOS has it.
    package = pkgs.postgresql_15;
    enableTCPIP = true;
  };

  # site.yml:15 Packages, :118 Chrony runs
  services.chrony.enable = true;

  # site.yml:15 Packages
  services.smartd.enable = true;

  # site.yml:68 Nightly backup (assumed: the programs that `/usr/local/bin/backup-databases` calls are among the
  # system's packages). Cron: 15 3 * * *.
  systemd.services.backup-of-the-databases = {
    description = "backup of the databases";
    path = [ "/run/current-system/sw" ];
    startAt = "*-*-* 03:15:00";
    serviceConfig = {
      Type = "oneshot";
      User = "postgres";
      ExecStart = "/usr/local/bin/backup-databases";
    };
  };
}
