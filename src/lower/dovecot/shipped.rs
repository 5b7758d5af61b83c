//! What packages of dovecot 2.3 put below /etc/dovecot, comments and empty sections left out: a machine of which only some
//! files are known has the others as they came.
//!
//! Source: doc/example-config of dovecot 2.3 (the same everywhere), and Debian's changes to it.

use crate::model::Family;

/// The main file, where nobody wrote another.
pub(super) const MAIN: &str = "!include_try /usr/share/dovecot/protocols.d/*.protocol\n\
                               !include conf.d/*.conf\n\
                               !include_try local.conf\n";

/// Files of conf.d: those with `Some` only in that family's packages.
const FILES: [(&str, Option<Family>, &str); 13] = [
    (
        "10-auth.conf",
        None,
        "auth_mechanisms = plain\n!include auth-system.conf.ext\n",
    ),
    (
        "10-mail.conf",
        Some(Family::Debian),
        "mail_location = mbox:~/mail:INBOX=/var/mail/%u\nnamespace inbox {\n  inbox = yes\n}\nmail_privileged_group = mail\n",
    ),
    (
        "10-mail.conf",
        None,
        "namespace inbox {\n  inbox = yes\n}\n",
    ),
    (
        "10-ssl.conf",
        Some(Family::Debian),
        "ssl = yes\nssl_cert = </etc/dovecot/private/dovecot.pem\nssl_key = </etc/dovecot/private/dovecot.key\n\
         ssl_client_ca_dir = /etc/ssl/certs\nssl_dh = </usr/share/dovecot/dh.pem\n",
    ),
    (
        "10-ssl.conf",
        Some(Family::Rhel),
        "ssl = required\nssl_cert = </etc/pki/dovecot/certs/dovecot.pem\nssl_key = </etc/pki/dovecot/private/dovecot.pem\n\
         ssl_cipher_list = PROFILE=SYSTEM\n",
    ),
    (
        "15-mailboxes.conf",
        None,
        "namespace inbox {\n  mailbox Drafts {\n    special_use = \\Drafts\n  }\n  mailbox Junk {\n    special_use = \\Junk\n  }\n  \
         mailbox Trash {\n    special_use = \\Trash\n  }\n  mailbox Sent {\n    special_use = \\Sent\n  }\n  \
         mailbox \"Sent Messages\" {\n    special_use = \\Sent\n  }\n}\n",
    ),
    (
        "auth-system.conf.ext",
        None,
        "passdb {\n  driver = pam\n}\nuserdb {\n  driver = passwd\n}\n",
    ),
    (
        "auth-sql.conf.ext",
        None,
        "passdb {\n  driver = sql\n  args = /etc/dovecot/dovecot-sql.conf.ext\n}\n\
         userdb {\n  driver = sql\n  args = /etc/dovecot/dovecot-sql.conf.ext\n}\n",
    ),
    (
        "auth-ldap.conf.ext",
        None,
        "passdb {\n  driver = ldap\n  args = /etc/dovecot/dovecot-ldap.conf.ext\n}\n\
         userdb {\n  driver = ldap\n  args = /etc/dovecot/dovecot-ldap.conf.ext\n}\n",
    ),
    (
        "auth-passwdfile.conf.ext",
        None,
        "passdb {\n  driver = passwd-file\n  args = scheme=CRYPT username_format=%u /etc/dovecot/users\n}\n\
         userdb {\n  driver = passwd-file\n  args = username_format=%u /etc/dovecot/users\n}\n",
    ),
    (
        "auth-master.conf.ext",
        None,
        "passdb {\n  driver = passwd-file\n  master = yes\n  args = /etc/dovecot/master-users\n  pass = yes\n}\n",
    ),
    (
        "auth-deny.conf.ext",
        None,
        "passdb {\n  driver = passwd-file\n  deny = yes\n  args = /etc/dovecot/deny-users\n}\n",
    ),
    ("auth-static.conf.ext", None, ""),
];

/// The protocols that Debian's packages switch on.
pub(super) const PROTOCOLS: [(&str, &str); 5] = [
    ("dovecot-imapd", "imap"),
    ("dovecot-pop3d", "pop3"),
    ("dovecot-lmtpd", "lmtp"),
    ("dovecot-managesieved", "sieve"),
    ("dovecot-submissiond", "submission"),
];

/// Returns the text of a file of conf.d as the packages of a family have it.
pub(super) fn text(name: &str, family: Family) -> Option<&'static str> {
    let of = |wanted: Option<Family>| {
        let mut rows = FILES.iter();
        rows.find(|(own, family, _)| *own == name && *family == wanted)
            .map(|(_, _, text)| *text)
    };
    of(Some(family)).or_else(|| of(None))
}

/// Returns the names of the files of conf.d that the main file includes.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let names = FILES.iter().map(|(name, _, _)| *name);
    names.filter(|it| it.ends_with(".conf"))
}
