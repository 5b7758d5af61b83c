# Files on mail1.
{ ... }:

{
  # etc/dovecot/dovecot-sql.conf.ext (assumed: the content of `/etc/dovecot/dovecot-sql.conf.ext` is put into
  # `/run/secrets/dovecot-sql.conf.ext`; what reads it looks there on NixOS too)
  environment.etc."dovecot/dovecot-sql.conf.ext".source = "/run/secrets/dovecot-sql.conf.ext";

  # etc/letsencrypt/renewal/shop.example.org.conf (assumed: what answers on port 80 shows `/var/www/letsencrypt`
  # for its names; a new certificate stands for that of certbot)
  systemd.tmpfiles.rules = [ "d /var/www/letsencrypt/.well-known/acme-challenge 0755 acme nginx -" ];
}
