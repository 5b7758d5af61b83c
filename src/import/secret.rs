//! Which names say that what they name is a secret, which values are none whatever their name, and which arguments of
//! programs are passwords.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Last words of names that hold a secret.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "pass",
    "pwd",
    "secret",
    "token",
    "psk",
    "apikey",
    "credentials",
    "pwhash",
];

/// The same, of two words.
const PAIRS: &[(&str, &str)] = &[
    ("api", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("access", "key"),
    ("encryption", "key"),
    ("auth", "key"),
    ("preshared", "key"),
    ("shared", "key"),
    ("license", "key"),
    ("password", "hash"),
    ("password", "salt"),
];

/// First words after which the rest names a switch, not a secret.
const SWITCHES: &[&str] = &[
    "update", "no", "enable", "disable", "require", "use", "allow", "permit", "generate",
    "remember", "manage", "change", "set", "encrypt", "need", "ask",
];

/// Values that are a choice, whatever the name.
const CHOICES: &[&str] = &[
    "yes",
    "no",
    "true",
    "false",
    "on",
    "off",
    "none",
    "null",
    "present",
    "absent",
    "always",
    "never",
    "on_create",
    "required",
    "optional",
    "sufficient",
    "default",
    "enabled",
    "disabled",
    "*",
    "!",
    "!!",
    "prohibit-password",
    "without-password",
];

/// Tells whether a name says that its value is a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut words = lower
        .rsplit(['_', '-', '.'])
        .filter(|word| !word.is_empty());
    let (Some(last), before) = (words.next(), words.next()) else {
        return false;
    };
    let named = WORDS.contains(&last)
        || before.is_some_and(|before| PAIRS.contains(&(before, last)))
        || last.ends_with("password");
    // nginx's `proxy_pass` and its like say where to, not what with.
    let passes_on = matches!(
        before,
        Some("proxy" | "fastcgi" | "uwsgi" | "scgi" | "grpc")
    );
    if last == "pass" && passes_on {
        return false;
    }
    let first = lower.split('_').find(|word| !word.is_empty());
    named
        && !before.is_some_and(|word| SWITCHES.contains(&word))
        && !first.is_some_and(|word| word != last && SWITCHES.contains(&word))
}

/// Tells whether a value may be a secret: it is neither a switch nor a path.
pub(crate) fn is_secret_text(text: &str) -> bool {
    let trimmed = text.trim();
    !trimmed.is_empty()
        && !trimmed.starts_with('/')
        && !trimmed.starts_with("~/")
        && !CHOICES.contains(&trimmed.to_ascii_lowercase().as_str())
        && trimmed.parse::<u8>() != Ok(0)
}

/// `curl -u name:password`, `mysql -ppassword`, `sshpass -p password`, `smbclient -U name%password`.
static LOGIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        \bcurl\b[^|;&]*?\s(?:-u|-U|--user|--proxy-user)[\s=]?["']?[^\s:"'/]+:(?P<curl>[^\s"']+)
        | \b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mariadb-admin)\b[^|;&]*?\s-p["']?(?P<mysql>[^\s"']+)
        | \bsshpass\s+-p\s*["']?(?P<sshpass>[^\s"']+)
        | \b(?:smbclient|rpcclient|net)\b[^|;&]*?\s(?:-U|--user)[\s=]?["']?[^\s%"']+%(?P<smb>[^\s"']+)
        "#,
    )
    .ok()
});

/// Finds the passwords that a command line gives to programs which take them so; variables are none.
pub(crate) fn passwords_of_commands(line: &str) -> Vec<Range<usize>> {
    let found = LOGIN.iter().flat_map(|it| it.captures_iter(line));
    found
        .filter_map(|captures| {
            let mut groups = ["curl", "mysql", "sshpass", "smb"].iter();
            groups.find_map(|group| captures.name(group))
        })
        .filter(|it| !it.as_str().starts_with(['$', '{', '<']))
        .map(|it| it.range())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{is_secret_name, is_secret_text, passwords_of_commands};

    #[test]
    fn names_that_hold_secrets() {
        for name in [
            "db_password",
            "PASSWORD",
            "github_token",
            "x_api_key",
            "wg_private_key",
            "mysqlRootPassword",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "nginx_proxy_pass",
            "password_file",
            "password_length",
            "update_password",
            "tokens",
            "key",
            "ssh_key",
            "passwords",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn passwords_among_the_arguments_of_programs() {
        for (line, secret) in [
            ("curl -fsS -u x:hunter2 http://x", Some("hunter2")),
            ("a && curl --user 'x:hunter2' http://x", Some("hunter2")),
            ("mysqldump -u root -phunter2 shop", Some("hunter2")),
            ("sshpass -p hunter2 ssh x", Some("hunter2")),
            ("smbclient //nas/x -U x%hunter2", Some("hunter2")),
            ("curl -u x:$PASSWORD http://x", None),
            ("mysql -u root -p shop", None),
            ("docker run -u 1000:1000 x", None),
            ("curl http://x; chown -u a:b", None),
        ] {
            let found = passwords_of_commands(line);
            let found: Vec<&str> = found.into_iter().map(|it| &line[it]).collect();
            assert_eq!(found, secret.into_iter().collect::<Vec<_>>(), "{line}");
        }
    }

    #[test]
    fn values_that_are_no_secrets() {
        for text in ["", "yes", "/etc/secret", "always", "!"] {
            assert!(!is_secret_text(text), "{text}");
        }
        assert!(is_secret_text("hunter2"));
    }
}
