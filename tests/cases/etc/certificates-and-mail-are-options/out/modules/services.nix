# Services on mail1.
{ pkgs, ... }:

{
  services.dovecot2 = {
    # etc/dovecot/conf.d/10-auth.conf (assumed: `services.dovecot2` is to be on, since it is configured and
    # nothing here says that it is off)
    enable = true;
    settings = {
      # etc/dovecot/conf.d/10-auth.conf
      auth_mechanisms = [
        "plain"
        "login"
      ];
      # etc/dovecot/conf.d/10-mail.conf
      mail_location = "maildir:/var/vmail/%d/%n";
      mail_uid = "vmail";
      mail_gid = "vmail";
      # etc/dovecot/conf.d/10-mail.conf, etc/dovecot/dovecot.conf
      "namespace inbox" = {
        inbox = true;
        # Assumed: the other files of `/etc/dovecot` are as their package ships them.
        "mailbox Drafts".special_use = "\\Drafts";
        "mailbox Junk".special_use = "\\Junk";
        "mailbox Trash".special_use = "\\Trash";
        "mailbox Sent".special_use = "\\Sent";
        "mailbox \"Sent Messages\"".special_use = "\\Sent";
      };
      # etc/dovecot/conf.d/10-ssl.conf (assumed: `security.acme` has ordered the certificate `shop.example.org`)
      ssl = "required";
      ssl_cert = "</var/lib/acme/shop.example.org/fullchain.pem";
      ssl_key = "</var/lib/acme/shop.example.org/key.pem";
      # etc/dovecot/dovecot.conf (assumed: the other files of `/etc/dovecot` are as their package ships them)
      protocols = [
        "imap"
        "lmtp"
      ];
      passdb = {
        driver = "sql";
        args = "/etc/dovecot/dovecot-sql.conf.ext";
      };
      userdb = {
        driver = "sql";
        args = "/etc/dovecot/dovecot-sql.conf.ext";
      };
      # etc/dovecot/local.conf (assumed: postfix has its queue in `/var/lib/postfix/queue`, as on every NixOS;
      # the user `postfix` is there)
      "protocol lmtp".mail_plugins = "$mail_plugins sieve";
      "service lmtp"."unix_listener /var/lib/postfix/queue/private/dovecot-lmtp" = {
        mode = "0600";
        user = "postfix";
      };
    };
    # etc/dovecot/dovecot.conf (assumed: the other files of `/etc/dovecot` are as their package ships them)
    package = (pkgs.dovecot_2_3.override or pkgs.dovecot.override) { withPgSQL = true; };
  };

  # etc/nginx/sites-enabled/shop, etc/letsencrypt/renewal/shop.example.org.conf
  services.nginx = {
    # Assumed: `services.nginx` is to be on, since it is configured and nothing here says that it is off.
    enable = true;
    # Assumed: `security.acme` has ordered the certificate `shop.example.org`. Assumed: it may answer over IPv6
    # as well.
    virtualHosts."shop.example.org" = {
      forceSSL = true;
      root = "/srv/shop";
      # Assumed: what answers on port 80 shows `/var/www/letsencrypt` for its names. Assumed: a new certificate
      # stands for that of certbot.
      enableACME = true;
    };
  };
}
