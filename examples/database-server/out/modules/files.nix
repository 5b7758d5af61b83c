# Files on db1.example.org.
{ ... }:

{
  # site.yml:62 Backup script, :76 Role of the replica (assumed: the content of
  # `/usr/local/bin/backup-databases` is put into `/run/secrets/backup-databases`; the content of
  # `/var/lib/postgresql/.pgpass` is put into `/run/secrets/.pgpass`)
  systemd.tmpfiles.rules = [
    "L+ /usr/local/bin/backup-databases - - - - /run/secrets/backup-databases"
    "L+ /var/lib/postgresql/.pgpass - - - - /run/secrets/.pgpass"
  ];

  # MANUAL site.yml:89 Settings for large machines: it hangs on the output of the task "How much memory there
  #   is".
  #   Where its condition holds:
  #   Say it in services.postgresql.settings, or an option beside it.

  # MANUAL site.yml:95 Listen on all addresses: `/etc/postgresql/15/main/postgresql.conf` is not in the input:
  #   the edit needs the original.
  #   State what the edit means with the NixOS option of that service.
  #   path: /etc/postgresql/15/main/postgresql.conf
  #   regexp: ^#?listen_addresses
  #   line: listen_addresses = '*'
}
