//! Which variables hold a secret: their name says so, and their value is neither a switch nor a path.

use super::scope::secret_hole;
use super::session::Session;
use super::value::Value;
use crate::model::{HoleKind, Text};
use crate::source::Span;

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

/// Returns the value of the variable or key `name`, with a hole in place of a secret.
pub(super) fn hide(session: &Session<'_>, name: &str, value: Value, span: Option<Span>) -> Value {
    let hidden = match &value {
        Value::Str(text) => match text.plain() {
            Some(plain) => is_secret_name(name) && is_secret_text(plain),
            None => is_secret_name(name) && is_secret(text.worst_hole().map(|hole| hole.kind)),
        },
        Value::Unknown(hole) => hole.kind == HoleKind::Unknown && is_secret_name(name),
        _ => false,
    };
    if !hidden {
        return value;
    }
    let what = match span {
        Some(span) => format!("{} {name}", session.place(span)),
        None => format!("the variable {name}"),
    };
    match &value {
        Value::Str(text) => {
            let plain = text.plain().map(str::to_owned);
            if let Some(real) = plain.or_else(|| session.reveal(&value)) {
                session.keep_secret(&what, &real);
            }
            Value::Str(Text::hole(secret_hole(what, span)))
        }
        _ => Value::Unknown(secret_hole(what, span)),
    }
}

/// A text of which a part is secret already stays as it is: its holes say more.
fn is_secret(kind: Option<HoleKind>) -> bool {
    kind != Some(HoleKind::Secret)
}

/// Tells whether a name says that its value is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
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

fn is_secret_text(text: &str) -> bool {
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
