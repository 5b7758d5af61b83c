# Security on mail1.
{ ... }:

{
  # etc/letsencrypt/renewal/shop.example.org.conf (assumed: what answers on port 80 shows `/var/www/letsencrypt`
  # for its names; a new certificate stands for that of certbot)
  security.acme.acceptTerms = true;
  security.acme.defaults.email = "me@example.org";
  security.acme.certs."shop.example.org" = {
    extraDomainNames = [ "mail.example.org" ];
    reloadServices = [ "dovecot.service" ];
  };
}
