//! Which names say that their value is a secret.

/// The last words of names that hold secrets.
const SECRET_WORDS: [&str; 17] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "secrets",
    "token",
    "apikey",
    "key_data",
    "privatekey",
    "credential",
    "credentials",
    "pw",
    "psk",
    "passwords",
    "tokens",
];

/// Tells whether a name says that its value is a secret: `db_password`, `api_key`, `client_secret`; not
/// `password_file`, `key_path`, `token_lifetime`.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.trim_start_matches('_').to_ascii_lowercase();
    let words: Vec<&str> = name
        .split(['_', '-', '.'])
        .filter(|it| !it.is_empty())
        .collect();
    let Some((last, before)) = words.split_last() else {
        return false;
    };
    if SECRET_WORDS.contains(last) {
        return !matches!(
            before.last().copied(),
            Some("update" | "no" | "generate" | "require" | "requires" | "use")
        );
    }
    let keys = [
        "api",
        "private",
        "secret",
        "encryption",
        "signing",
        "access",
        "auth",
        "license",
        "preshared",
        "master",
        "shared",
    ];
    *last == "key" && before.last().is_some_and(|it| keys.contains(it))
}

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn the_last_word_tells() {
        for name in [
            "password",
            "db_password",
            "mysql_root_password",
            "api_key",
            "vault_token",
            "client-secret",
            "wifi_psk",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "password_file",
            "update_password",
            "token_lifetime",
            "public_key",
            "key",
            "secret_path",
            "passenger",
            "ssh_key_type",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
