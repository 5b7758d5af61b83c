# Files on db1.example.org.
{ pkgs, ... }:

{
  # site.yml:62 Backup script, :76 Role of the replica
  systemd.tmpfiles.rules = [
    "L+ /usr/local/bin/backup-databases - - - - ${pkgs.writeScript "backup-databases" ''
      #!${pkgs.bash}/bin/bash
      # Dumps every database, and keeps 14 days.
      set -euo pipefail

      target=/srv/backup/$(date +%F)
      mkdir -p "$target"
      for db in $(psql -At -c "select datname from pg_database where not datistemplate"); do
        pg_dump -Fc "$db" > "''${target}/''${db}.dump"
      done
      find /srv/backup -mindepth 1 -mtime +14 -delete
    ''}"
    # Assumed: the content of `/var/lib/postgresql/.pgpass` is put into `/run/secrets/.pgpass`.
    "L+ /var/lib/postgresql/.pgpass - - - - /run/secrets/.pgpass"
  ];

  # MANUAL site.yml:89 Settings for large machines: it hangs on the output of the task "How much memory there
  #   is".
  #   Where its condition holds:
  #   services.postgresql.settings.shared_buffers = "8GB";
  #   services.postgresql.package = pkgs.postgresql_15;
}
