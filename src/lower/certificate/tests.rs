//! What orders and renews certificates, to options.

use crate::lower::step;
use crate::lower::tests::{check_all, file};
use crate::model::{Command, CronJob, Resource};

fn step(command: &str) -> Resource {
    Resource::Step(step::tests::step(
        "Order",
        Command::Words(command.split(' ').map(Into::into).collect()),
    ))
}

fn job(command: &str) -> Resource {
    Resource::CronJob(CronJob {
        name: "renew".into(),
        schedule: "0 3 * * *".into(),
        user: "root".into(),
        command: command.into(),
        environment: Vec::new(),
        catches_up: false,
    })
}

#[test]
fn a_site_gets_its_certificate() {
    check_all(
        vec![
            file(
                "/etc/nginx/sites-enabled/a",
                "server {\n  listen 80;\n  server_name a.org www.a.org;\n  root /srv/a;\n}\n",
            ),
            step("certbot --nginx -d a.org -d www.a.org -d b.org -m me@a.org -n --agree-tos"),
            job("certbot renew -q --post-hook 'systemctl reload postfix'"),
        ],
        r#"
        environment.etc."nginx/sites-enabled/a".text = ''
        server {
        listen 80;
        server_name a.org www.a.org;
        root /srv/a;
        }
        '';
        security.acme.acceptTerms = true;
        security.acme.defaults.email = "me@a.org";
        services.nginx.virtualHosts."a.org".enableACME = true;
        services.nginx.virtualHosts."a.org".forceSSL = true;
        security.acme.certs."a.org".extraDomainNames += "b.org";
        security.acme.certs."a.org".reloadServices += "postfix.service";
        services.nginx.enable = true;
        assumed: a new certificate stands for that of certbot
        assumed: `services.nginx` is to be on, since it is configured and nothing here says that it is off
        not-needed: `security.acme` renews the certificates of the machine by itself
        "#,
    );
}

#[test]
fn files_that_name_a_certificate_name_the_new_one() {
    check_all(
        vec![
            file(
                "/etc/letsencrypt/renewal/a.org.conf",
                "[renewalparams]\nauthenticator = webroot\nwebroot_path = /srv/w,\n[[webroot_map]]\na.org = /srv/w\n",
            ),
            file(
                "/etc/dovecot/dovecot.conf",
                "auth_mechanisms = plain\nssl_key = </etc/letsencrypt/live/a.org/privkey.pem\n",
            ),
            file("/etc/letsencrypt/cli.ini", "email = me@a.org\n"),
        ],
        r#"
        security.acme.acceptTerms = true;
        security.acme.defaults.email = "me@a.org";
        security.acme.certs."a.org".webroot = "/srv/w";
        systemd.tmpfiles.rules += "d /srv/w/.well-known/acme-challenge 0755 acme acme -";
        services.dovecot2.package = pkgs.dovecot_2_3 or pkgs.dovecot;
        services.dovecot2.settings.auth_mechanisms = [ "plain" ];
        services.dovecot2.settings.ssl_key = "</var/lib/acme/a.org/key.pem";
        services.dovecot2.enable = true;
        assumed: what answers on port 80 shows `/srv/w` for its names; a new certificate stands for that of certbot
        assumed: `security.acme` has ordered the certificate `a.org`
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        not-needed: what it says of certificates is in `security.acme`
        "#,
    );
}

#[test]
fn a_provider_of_names_has_its_variables_in_a_file() {
    check_all(
        vec![
            step(
                "certbot certonly --dns-cloudflare --dns-cloudflare-credentials /etc/letsencrypt/cf.ini -d *.a.org --key-type rsa",
            ),
            file(
                "/etc/letsencrypt/cf.ini",
                "dns_cloudflare_api_token = <secret: token>\n",
            ),
        ],
        r#"
        security.acme.acceptTerms = true;
        security.acme.certs."a.org".domain = "*.a.org";
        security.acme.certs."a.org".dnsProvider = "cloudflare";
        security.acme.certs."a.org".environmentFile = "/run/secrets/acme-cloudflare.env";
        security.acme.certs."a.org".keyType = "rsa2048";
        /run/secrets/acme-cloudflare.env: CLOUDFLARE_DNS_API_TOKEN=<secret: dns_cloudflare_api_token of /etc/letsencrypt/cf.ini>
        assumed: `/run/secrets/acme-cloudflare.env` holds what `cloudflare` asks for; a new certificate stands for that of certbot
        not-needed: `security.acme` reads what it says from its own file of variables
        "#,
    );
}

#[test]
fn only_what_is_secret_of_a_providers_file_is_a_hole() {
    check_all(
        vec![
            step(
                "certbot certonly --dns-rfc2136 --dns-rfc2136-credentials /etc/letsencrypt/r.ini -d a.org --key-type rsa",
            ),
            file(
                "/etc/letsencrypt/r.ini",
                "dns_rfc2136_server = 192.0.2.1\ndns_rfc2136_name = acme.\ndns_rfc2136_secret = <secret: key>\ndns_rfc2136_algorithm = HMAC-SHA512\n",
            ),
        ],
        r#"
        security.acme.acceptTerms = true;
        security.acme.certs."a.org".dnsProvider = "rfc2136";
        security.acme.certs."a.org".environmentFile = "/run/secrets/acme-rfc2136.env";
        security.acme.certs."a.org".keyType = "rsa2048";
        /run/secrets/acme-rfc2136.env: RFC2136_NAMESERVER=192.0.2.1 / RFC2136_TSIG_KEY=acme. / RFC2136_TSIG_SECRET=<secret: dns_rfc2136_secret of /etc/letsencrypt/r.ini> / RFC2136_TSIG_ALGORITHM=HMAC-SHA512
        assumed: `/run/secrets/acme-rfc2136.env` holds what `rfc2136` asks for; a new certificate stands for that of certbot
        not-needed: `security.acme` reads what it says from its own file of variables
        "#,
    );
}

#[test]
fn without_a_known_certificate_certbot_stays() {
    check_all(
        vec![job("certbot renew")],
        r#"
        systemd.services.renew.startAt = "*-*-* 03:00:00";
        systemd.services.renew.serviceConfig.Type = "oneshot";
        systemd.services.renew.serviceConfig.User = "root";
        systemd.services.renew.serviceConfig.ExecStart = "${pkgs.certbot}/bin/certbot renew";
        assumed: `certbot` is taken from `pkgs.certbot`
        "#,
    );
}
