//! Which names say that what they name is a secret, and which values are none whatever their name.

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

#[cfg(test)]
mod tests {
    use super::{is_secret_name, is_secret_text};

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
    fn values_that_are_no_secrets() {
        for text in ["", "yes", "/etc/secret", "always", "!"] {
            assert!(!is_secret_text(text), "{text}");
        }
        assert!(is_secret_text("hunter2"));
    }
}
