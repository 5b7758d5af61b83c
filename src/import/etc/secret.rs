//! Secrets in files below /etc: which files are secret as a whole, and what stands in place of a secret in a text.
//!
//! Better a harmless value too many than a secret in a store that everybody can read: a value is taken for a secret
//! where the name before it says so, where it is a hash of a password, or where it stands before the `@` of an address.

use std::sync::LazyLock;

use regex::Regex;

use crate::import::secret::{is_secret_name, is_secret_text, passwords_of_commands};
use crate::model::{Hole, HoleKind, Text};
use crate::source::Span;

/// Files of accounts, keys that say which machine it is: never copied; why, and what to do.
const OF_THE_MACHINE: &[(&str, &str, &str)] = &[
    (
        "/etc/shadow",
        "it holds the hashes of passwords, which never reach a configuration",
        "set users.users.<name>.hashedPasswordFile, or give the passwords anew with passwd",
    ),
    (
        "/etc/gshadow",
        "it holds the hashes of passwords of groups, which NixOS has no option for",
        "leave them out, or give them anew with gpasswd",
    ),
    (
        "/etc/master.passwd",
        "it holds the hashes of passwords, which never reach a configuration",
        "set users.users.<name>.hashedPasswordFile, or give the passwords anew with passwd",
    ),
    (
        "/etc/security/opasswd",
        "it holds the hashes of old passwords, which never reach a configuration",
        "leave it out",
    ),
];

/// Ends of names of files that are a secret as a whole.
const SECRET_ENDS: [&str; 11] = [
    ".key",
    ".pem.key",
    "-key.pem",
    "privkey.pem",
    ".keytab",
    ".htpasswd",
    ".htdigest",
    ".p12",
    ".pfx",
    ".jks",
    ".kdbx",
];

/// Names of files that are a secret as a whole, wherever they lie.
const SECRET_NAMES: [&str; 16] = [
    "htpasswd",
    "passwd.client",
    "sasl_passwd",
    "sasl_password",
    "chap-secrets",
    "pap-secrets",
    "ipsec.secrets",
    "krb5.keytab",
    "rndc.key",
    "chrony.keys",
    "ntp.keys",
    "debian.cnf",
    "rsyncd.secrets",
    "davfs2.secrets",
    "secretkey",
    ".netrc",
];

/// Folders in which every file is a secret.
const SECRET_FOLDERS: [&str; 6] = [
    "/etc/ssl/private/",
    "/etc/pki/tls/private/",
    "/etc/swanctl/private/",
    "/etc/ipsec.d/private/",
    "/etc/letsencrypt/keys/",
    "/etc/pve/priv/",
];

/// Names of settings that hold a secret, and that are no words by themselves.
const KEY_ENDS: [&str; 20] = [
    "requirepass",
    "masterauth",
    "rootpw",
    "bindpw",
    "bind_pw",
    "dbpass",
    "dbpasswd",
    "adminpw",
    "privatekey",
    "presharedkey",
    "secretkey",
    "apikey",
    "authkey",
    "accesskey",
    "rocommunity",
    "rwcommunity",
    "trapcommunity",
    "userpw",
    "passphrase",
    "passwd",
];

/// Keywords behind whose secret more may stand.
const TAKES_MORE: [&str; 5] = [
    "rocommunity",
    "rwcommunity",
    "requirepass",
    "masterauth",
    "wpa-psk",
];

/// Keywords of snmpd.conf that have a community or a password among their words.
const SNMP: [&str; 7] = [
    "com2sec",
    "com2sec6",
    "createUser",
    "trapsink",
    "trap2sink",
    "informsink",
    "community",
];

/// Files in which `passwd` or `password` is a name of something else.
const NO_SECRETS: [&str; 10] = [
    "/etc/sudoers",
    "/etc/sudoers.d/",
    "/etc/nsswitch.conf",
    "/etc/pam.d/",
    "/etc/pam.conf",
    "/etc/services",
    "/etc/login.defs",
    "/etc/protocols",
    "/etc/debconf.conf",
    "/etc/ssh/moduli",
];

/// Says why a file of accounts is left out, and what to do.
pub(super) fn of_the_machine(path: &str) -> Option<(&'static str, &'static str)> {
    let is_host_key = path
        .strip_prefix("/etc/ssh/ssh_host_")
        .is_some_and(|rest| rest.ends_with("_key"));
    if is_host_key {
        return Some((
            "it is the machine's own key: sshd of NixOS makes a new one when there is none",
            "copy it to /etc/ssh on the new machine, so that those who know the old one know the new one",
        ));
    }
    let row = OF_THE_MACHINE.iter().find(|row| row.0 == path)?;
    Some((row.1, row.2))
}

/// Tells whether a file is a secret as a whole, by its path.
pub(crate) fn is_secret_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let in_folder = SECRET_FOLDERS
        .iter()
        .any(|folder| path.starts_with(folder) && name != "README");
    in_folder || SECRET_NAMES.contains(&name) || SECRET_ENDS.iter().any(|end| name.ends_with(end))
}

/// Tells whether a text holds a private key.
pub(crate) fn holds_private_key(text: &str) -> bool {
    text.match_indices("-----BEGIN ").any(|(at, _)| {
        text[at..]
            .lines()
            .next()
            .is_some_and(|line| line.contains("PRIVATE KEY"))
    })
}

/// Returns a text that is a secret as a whole.
pub(crate) fn hidden(what: String, span: Span) -> Text {
    Text::hole(hole(what, span))
}

fn hole(what: String, span: Span) -> Hole {
    Hole {
        kind: HoleKind::Secret,
        what,
        span: Some(span),
    }
}

static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?P<name>[A-Za-z][A-Za-z0-9_.\-]*)["'\])}]*(?:\s*(?:=>|:=|\+=|=|:)\s*|\s+|>|,\s*)(?:"(?P<double>[^"]*)|'(?P<single>[^']*)|(?P<bare>[^\s"'<>;]+))"#,
    )
    .ok()
});

static HASH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2id?|scrypt)\$[^\s:;,\x22']{8,}|\{(?:SSHA|SHA|CRYPT|MD5|SMD5|PBKDF2)[0-9-]*\}[^\s:;,\x22']+",
    )
    .ok()
});

static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[a-z][a-z0-9+.\-]*://[^/\s:@]*:(?P<secret>[^/\s@]+)@").ok());

/// What a line with a secret holds; most lines hold nothing of it.
static HINT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)pass|pw|secret|token|psk|key|auth|credential|community|://|curl|mysql|mariadb|smbclient|\$[0-9a-z]+\$|\{(?:ssha|sha|crypt|md5|smd5|pbkdf2)",
    )
    .ok()
});

fn may_hold_secret(text: &str) -> bool {
    HINT.as_ref().is_none_or(|it| it.is_match(text))
}

/// Returns the text of a file with holes in place of its secrets. `path` is that on the machine, `shown` that of the
/// report, `span_of` tells where bytes of the text stand.
pub(crate) fn redact(
    text: &str,
    path: &str,
    shown: &str,
    span_of: impl Fn(usize, usize) -> Span,
) -> Text {
    if !may_hold_secret(text) && !path.starts_with("/etc/snmp/") {
        return Text::from(text);
    }
    let mut out = Text::new();
    let mut start = 0;
    for (whole, number) in text.split_inclusive('\n').zip(1..) {
        let line = whole.trim_end_matches(['\n', '\r']);
        let mut done = 0;
        for found in secrets_of(line, path) {
            let (from, to) = (found.from, found.to);
            if from < done {
                continue;
            }
            out.push_str(&line[done..from]);
            if is_comment(line) {
                // It has no meaning, so that nothing has to be put in its place.
                out.push_str("...");
            } else {
                let what = match &found.name {
                    Some(name) => format!("{shown}:{number} {name}"),
                    None => format!("{shown}:{number}"),
                };
                out.push_hole(hole(what, span_of(start + from, start + to)));
            }
            done = to;
        }
        out.push_str(&whole[done..]);
        start += whole.len();
    }
    out
}

struct Found {
    from: usize,
    to: usize,
    name: Option<String>,
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

fn secrets_of(line: &str, path: &str) -> Vec<Found> {
    let mut found = Vec::new();
    if !may_hold_secret(line) && !path.starts_with("/etc/snmp/") {
        return found;
    }
    for (regex, group) in [(&*HASH, 0), (&*ADDRESS, 1)] {
        for captures in regex.iter().flat_map(|it| it.captures_iter(line)) {
            if let Some(it) = captures.get(group) {
                found.push(Found {
                    from: it.start(),
                    to: it.end(),
                    name: None,
                });
            }
        }
    }
    found.extend(passwords_of_commands(line).into_iter().map(|it| Found {
        from: it.start,
        to: it.end,
        name: None,
    }));
    if path.starts_with("/etc/snmp/") {
        let word = line.split_whitespace().next().unwrap_or_default();
        if SNMP.contains(&word) {
            found.push(Found {
                from: (line.len() - line.trim_start().len() + word.len() + 1).min(line.len()),
                to: line.len(),
                name: Some(word.to_owned()),
            });
        }
    }
    let is_other = |it: &str| path == it || it.ends_with('/') && path.starts_with(it);
    if !NO_SECRETS.iter().any(|it| is_other(it)) {
        let mut from = 0;
        while let Some(captures) = ASSIGNMENT
            .as_ref()
            .and_then(|it| it.captures_at(line, from))
        {
            let Some(name) = captures.name("name") else {
                break;
            };
            // The value may be the name of what follows it.
            from = name.end();
            let value = ["double", "single", "bare"]
                .iter()
                .find_map(|group| captures.name(group));
            let is_key = is_secret_key(name.as_str()) && !is_harmless(name.as_str(), path);
            let Some(value) = value.filter(|_| is_key) else {
                continue;
            };
            // A variable, or a part of a path.
            let before = &line[..name.start()];
            if before.ends_with("${") || before.ends_with('/') {
                continue;
            }
            let between = &line[name.end()..value.start()];
            let is_bare = captures.name("bare").is_some();
            let is_sign = between.contains(['=', ':', '>']);
            let is_given = if is_sign {
                true
            } else if between.contains(',') {
                // A list of words, unless they are the arguments of a call.
                between.contains(['"', '\''])
            } else {
                is_alone(line, name.start(), value.end())
            };
            // A value without quotes that begins a line goes on to its end.
            let is_whole =
                is_bare && is_sign && line[..name.start()].trim_matches(BEFORE).is_empty();
            let to = if is_whole && !between.contains('>') {
                end_of_value(line, value.end())
            } else {
                value.end()
            };
            if is_given && is_secret_value(value.as_str().trim()) {
                found.push(Found {
                    from: value.start(),
                    to,
                    name: Some(name.as_str().to_owned()),
                });
            }
        }
    }
    found.sort_by_key(|it| (it.from, std::cmp::Reverse(it.to)));
    found
}

/// What may stand before the name of a setting.
const BEFORE: [char; 8] = [' ', '\t', '#', ';', '$', '@', '%', '-'];

/// Without a sign between them, a name and a value are such when nothing else stands on the line, or as an option of a
/// command.
fn is_alone(line: &str, from: usize, to: usize) -> bool {
    let (before, after) = (&line[..from], &line[to..]);
    let after = after.trim_matches([' ', '\t', '"', '\'', ';']);
    let is_last = after.is_empty() || after.starts_with('#');
    before.ends_with("--")
        || is_last && (before.trim_matches(BEFORE).is_empty() || !is_comment(line))
        || before.trim().is_empty() && TAKES_MORE.iter().any(|it| line[from..].starts_with(it))
}

/// Returns where a value without quotes ends: at a comment, or with the line.
fn end_of_value(line: &str, from: usize) -> usize {
    let rest = &line[from..];
    if !rest.starts_with([' ', '\t']) {
        return from;
    }
    let rest = rest.find(" #").map_or(rest, |at| &rest[..at]);
    from + rest.trim_end().len()
}

fn is_secret_key(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    is_secret_name(name)
        || is_secret_name(&snake(name))
        || KEY_ENDS.iter().any(|end| lower.ends_with(end))
        || lower == "community"
}

/// Words that hold no secret in the files of one program: tags of sudo, the lower half of an address in networkd.
fn is_harmless(name: &str, path: &str) -> bool {
    match name {
        "NOPASSWD" | "PASSWD" => path.starts_with("/etc/sudoers"),
        "Token" => path.starts_with("/etc/systemd/network/"),
        _ => false,
    }
}

/// `PrivateKey` and `privateKey` as `private_key`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut before = 'A';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        before = c;
    }
    out
}

fn is_secret_value(value: &str) -> bool {
    // A variable, another place to look, an empty or a starred one.
    let is_elsewhere = value
        .starts_with(['$', '%', '@', '<', '{', '/', '(', '[', '=', '|', '&', '-'])
        || value.contains(":/")
        || value.contains('(');
    !is_elsewhere
        && is_secret_text(value)
        && value.chars().any(|c| c.is_ascii_alphanumeric())
        && !matches!(
            value,
            "x" | "install"
                | "deinstall"
                | "password"
                | "passwd"
                | "secret"
                | "files"
                | "compat"
                | "sss"
                | "ldap"
        )
}

#[cfg(test)]
mod tests {
    use super::{holds_private_key, is_secret_file, of_the_machine, redact};
    use crate::source::{SourceTree, Span};

    fn check(path: &str, text: &str, expected: &str) {
        let tree = SourceTree::from_texts("box", &[("a", "")]);
        let file = tree.find("a").unwrap();
        let found = redact(text, path, "etc/a", |from, to| Span::new(file, from, to));
        assert_eq!(found.to_string(), expected);
    }

    #[test]
    fn words_of_one_program_are_no_secrets() {
        check(
            "/etc/sudoers.d/ops",
            "%ops ALL=(ALL) NOPASSWD: ALL\n",
            "%ops ALL=(ALL) NOPASSWD: ALL\n",
        );
        check(
            "/etc/systemd/network/10-lan.network",
            "Token=eui64\n",
            "Token=eui64\n",
        );
    }

    #[test]
    fn values_of_secret_names_are_holes() {
        check(
            "/etc/shop.conf",
            "user = shop\npassword = \"hunter 2\" # x\n",
            "user = shop\npassword = \"<secret: etc/a:2 password>\" # x\n",
        );
        check(
            "/etc/x",
            "  wpa-psk s3cretpass\n",
            "  wpa-psk <secret: etc/a:1 wpa-psk>\n",
        );
        check(
            "/etc/x",
            "PrivateKey=aGk=\n",
            "PrivateKey=<secret: etc/a:1 PrivateKey>\n",
        );
        check(
            "/etc/x",
            "requirepass foo1\n",
            "requirepass <secret: etc/a:1 requirepass>\n",
        );
        check(
            "/etc/x",
            "a --password hunter2 b",
            "a --password <secret: etc/a:1 password> b",
        );
        check(
            "/etc/x",
            "define('DB_PASSWORD', 'x1');",
            "define('DB_PASSWORD', '<secret: etc/a:1 DB_PASSWORD>');",
        );
        check(
            "/etc/x",
            "<password>abc1</password>",
            "<password><secret: etc/a:1 password></password>",
        );
        check(
            "/etc/x",
            "{\"token\": \"abc1\", \"b\": 1}",
            "{\"token\": \"<secret: etc/a:1 token>\", \"b\": 1}",
        );
        check(
            "/etc/snmp/snmpd.conf",
            "rocommunity s3c 10.0.0.1\ncom2sec all default s3c\n",
            "rocommunity <secret: etc/a:1 rocommunity> 10.0.0.1\ncom2sec <secret: etc/a:2 com2sec>\n",
        );
        check(
            "/etc/x",
            "neighbor 10.0.0.1 password s3c\n",
            "neighbor 10.0.0.1 password <secret: etc/a:1 password>\n",
        );
        check(
            "/etc/x",
            "passphrase = two words # x\n",
            "passphrase = <secret: etc/a:1 passphrase> # x\n",
        );
        check(
            "/etc/x",
            "url = mysql://u:p1@h/db\n",
            "url = mysql://u:<secret: etc/a:1>@h/db\n",
        );
        check(
            "/etc/x",
            "root:$6$salt$abcdefgh:1\n",
            "root:<secret: etc/a:1>:1\n",
        );
    }

    #[test]
    fn a_secret_in_a_comment_is_left_out() {
        check(
            "/etc/x",
            "#password = hunter2\na=1\n",
            "#password = ...\na=1\n",
        );
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "passwd: files systemd\n",
            "password_file = /etc/shop.pw\n",
            "password = $PASSWORD\n",
            "PasswordAuthentication no\n",
            "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n",
            "# enter the password of the user manually\n",
            "PASS_MAX_DAYS 90\n",
            "pass in quick on em0\n",
            "Rule \"str:/etc/passwd\" \"msg:x\"\n",
            "curl -u \"${X_TOKEN}:\" -X POST \"$url\"\n",
            "gpasswd\t\tinstall\n",
        ] {
            check("/etc/x", text, text);
        }
        let pam = "password required pam_unix.so\n";
        check("/etc/pam.d/su", pam, pam);
    }

    #[test]
    fn whole_files_are_secrets() {
        for path in [
            "/etc/ssl/private/a.pem",
            "/etc/nginx/.htpasswd",
            "/etc/x/site.key",
        ] {
            assert!(is_secret_file(path), "{path}");
        }
        assert!(!is_secret_file("/etc/ssl/certs/a.pem"));
        assert!(of_the_machine("/etc/ssh/ssh_host_rsa_key").is_some());
        assert!(of_the_machine("/etc/ssh/ssh_host_rsa_key.pub").is_none());
        assert!(holds_private_key("x\n-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(!holds_private_key("-----BEGIN CERTIFICATE-----\n"));
    }
}
