//! Configurations of dovecot, from files to options.

use crate::lower::tests::{check_all, file};

#[test]
fn the_last_file_has_the_last_word() {
    check_all(
        vec![
            file(
                "/etc/dovecot/dovecot.conf",
                "protocols = imap lmtp\n!include conf.d/*.conf\n!include_try local.conf\n",
            ),
            file(
                "/etc/dovecot/conf.d/10-auth.conf",
                "disable_plaintext_auth = no\nauth_mechanisms = plain login\n!include auth-system.conf.ext\n",
            ),
            file(
                "/etc/dovecot/conf.d/10-mail.conf",
                "mail_location = maildir:~/Maildir\n",
            ),
            file(
                "/etc/dovecot/conf.d/10-ssl.conf",
                "ssl = yes\nssl_cert = </a.pem\n",
            ),
            file("/etc/dovecot/conf.d/15-mailboxes.conf", ""),
            file("/etc/dovecot/conf.d/x.conf.bak", "x = y\n"),
            file("/etc/dovecot/local.conf", "ssl = required\n"),
        ],
        r#"
        services.dovecot2.package = pkgs.dovecot_2_3 or pkgs.dovecot;
        services.dovecot2.settings.protocols = [ "imap" "lmtp" ];
        services.dovecot2.enablePAM = true;
        services.dovecot2.settings.disable_plaintext_auth = false;
        services.dovecot2.settings.auth_mechanisms = [ "plain" "login" ];
        services.dovecot2.settings.mail_location = "maildir:~/Maildir";
        services.dovecot2.settings.ssl_cert = "</a.pem";
        services.dovecot2.settings.ssl = "required";
        services.dovecot2.enable = true;
        assumed: the other files of `/etc/dovecot` are as their package ships them
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        not-needed: it says nothing that dovecot or NixOS has not by itself, or other files say otherwise
        not-needed: nothing includes this file, so dovecot does not read it
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        "#,
    );
}

#[test]
fn databases_and_queues_are_those_of_nixos() {
    check_all(
        vec![
            file(
                "/etc/dovecot/dovecot.conf",
                "mail_plugins = $mail_plugins quota\nmail_uid = 5000\nssl_dh = </usr/share/dovecot/dh.pem\n\
                 passdb {\n  driver = sql\n  args = /etc/dovecot/sql.conf.ext\n}\n\
                 passdb {\n  driver = pam\n  args = session=yes imap\n}\nuserdb {\n  driver = prefetch\n}\n\
                 service auth {\n  unix_listener /var/spool/postfix/private/auth {\n    mode = 0660\n    user = root\n  }\n\
                 unix_listener auth-userdb {\n  }\n}\n\
                 protocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\nplugin {\n  sieve_dir = /usr/lib/x\n}\n",
            ),
            file(
                "/etc/dovecot/sql.conf.ext",
                "driver = mysql\nconnect = host=localhost password=<secret: db>\n",
            ),
        ],
        r#"
        services.dovecot2.package = (pkgs.dovecot_2_3.override or pkgs.dovecot.override) { withMySQL = true; };
        services.dovecot2.settings.auth_mechanisms = [ "plain" ];
        environment.systemPackages += pkgs.dovecot_pigeonhole_0_5 or pkgs.dovecot_pigeonhole;
        services.dovecot2.createMailUser = false;
        services.dovecot2.settings.mail_plugins = "$mail_plugins quota";
        services.dovecot2.settings.mail_uid = "5000";
        services.dovecot2.settings.passdb = [ { driver = "sql"; args = "/etc/dovecot/sql.conf.ext"; } { driver = "pam"; args = "session=yes imap"; } ];
        services.dovecot2.settings.userdb.driver = "prefetch";
        services.dovecot2.settings."service auth"."unix_listener /var/lib/postfix/queue/private/auth".mode = "0660";
        services.dovecot2.settings."service auth"."unix_listener /var/lib/postfix/queue/private/auth".user = "root";
        services.dovecot2.settings."protocol lmtp".mail_plugins = "$mail_plugins sieve";
        environment.etc."dovecot/sql.conf.ext".source = "/run/secrets/sql.conf.ext";
        services.dovecot2.enable = true;
        /run/secrets/sql.conf.ext: driver = mysql / connect = host=localhost password=<secret: db>
        assumed: no client needs the ciphers that ask for Debian's parameters; postfix has its queue in `/var/lib/postfix/queue`, as on every NixOS
        manual: `sieve_dir` names a file of `/usr`, which NixOS does not have: `/usr/lib/x`
        manual: it asks the service `imap` of PAM, which is not stated
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        assumed: the content of `/etc/dovecot/sql.conf.ext` is put into `/run/secrets/sql.conf.ext`
        "#,
    );
}

#[test]
fn a_new_configuration_has_the_new_dovecot() {
    check_all(
        vec![file(
            "/etc/dovecot/dovecot.conf",
            "dovecot_config_version = 2.4.1\nmail_driver = maildir\nprotocols {\n  imap = yes\n}\npassdb pam {\n}\nuserdb passwd {\n}\n",
        )],
        r#"
        services.dovecot2.settings.dovecot_storage_version = "2.4.1";
        services.dovecot2.settings.dovecot_config_version = "2.4.1";
        services.dovecot2.settings.mail_driver = "maildir";
        services.dovecot2.enablePAM = true;
        services.dovecot2.settings.protocols.imap = true;
        services.dovecot2.enable = true;
        assumed: `services.dovecot2` is to be on, since it is configured and nothing here says that it is off
        "#,
    );
}

#[test]
fn a_secret_in_the_configuration_is_left() {
    check_all(
        vec![file(
            "/etc/dovecot/dovecot.conf",
            "doveadm_password = <secret: x>\n",
        )],
        "manual: `/etc/dovecot/dovecot.conf` holds x",
    );
}
