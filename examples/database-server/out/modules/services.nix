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

  # site.yml:68 Nightly backup
  services.cron = {
    enable = true;
    systemCronJobs = [ "15 3 * * * postgres /usr/local/bin/backup-databases" ];
  };
}
