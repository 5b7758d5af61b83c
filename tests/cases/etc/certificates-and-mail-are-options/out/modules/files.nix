# Files on mail1.
{ ... }:

{
  # etc/dovecot/dovecot-sql.conf.ext (assumed: the content of `/etc/dovecot/dovecot-sql.conf.ext` is put into
  # `/run/secrets/dovecot-sql.conf.ext`; what reads it looks there on NixOS too)
  environment.etc."dovecot/dovecot-sql.conf.ext".source = "/run/secrets/dovecot-sql.conf.ext";
}
