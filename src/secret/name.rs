//! Which names say that what they name is a secret: of variables, settings, arguments, options, headers and keys.

/// Last words of names that hold a secret.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "passcode",
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "psk",
    "apikey",
    "authkey",
    "credentials",
    "creds",
    "pwhash",
    "requirepass",
    "masterauth",
    "masterpass",
    "rocommunity",
    "rwcommunity",
    "rocommunity6",
    "rwcommunity6",
    "trapcommunity",
];

/// The same, of two words.
const PAIRS: &[(&str, &str)] = &[
    ("access", "key"),
    ("account", "key"),
    ("api", "key"),
    ("app", "key"),
    ("auth", "key"),
    ("auth", "salt"),
    ("basic", "auth"),
    ("cookie", "key"),
    ("cookie", "seed"),
    ("encryption", "key"),
    ("erlang", "cookie"),
    ("hash", "salt"),
    ("hmac", "key"),
    ("in", "key"),
    ("in", "salt"),
    ("jwt", "key"),
    ("key", "base"),
    ("license", "key"),
    ("master", "key"),
    ("nonce", "key"),
    ("nonce", "salt"),
    ("password", "hash"),
    ("password", "salt"),
    ("preshared", "key"),
    ("private", "key"),
    ("secret", "id"),
    ("secret", "key"),
    ("session", "key"),
    ("shared", "key"),
    ("signing", "key"),
    ("storage", "key"),
    ("tsig", "key"),
    ("unseal", "key"),
    ("wep", "key"),
];

/// Ends of names that are written as one word.
const ENDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "rootpw",
    "bindpw",
    "adminpw",
    "userpw",
    "dbpass",
    "rootpass",
    "userpass",
    "adminpass",
    "smtppass",
    "authpass",
    "privatekey",
    "presharedkey",
    "secretkey",
    "apikey",
    "authkey",
    "accesskey",
    "apitoken",
    "authtoken",
    "accesstoken",
    "bottoken",
    "cftoken",
    "clientsecret",
];

/// Words that end so and are no password.
const NO_PASSWORDS: &[&str] = &[
    "allpass",
    "bandpass",
    "bypass",
    "compass",
    "encompass",
    "fastcgipass",
    "highpass",
    "lowpass",
    "multipass",
    "oldpwd",
    "overpass",
    "proxypass",
    "surpass",
    "trespass",
    "underpass",
];

/// Words behind the one that says it, which say which one of several it is, or how it is written.
const QUALIFIERS: &[&str] = &[
    "prod",
    "production",
    "dev",
    "development",
    "test",
    "testing",
    "staging",
    "stage",
    "live",
    "primary",
    "secondary",
    "old",
    "new",
    "hash",
    "hashed",
    "encrypted",
    "crypted",
    "plain",
    "plaintext",
    "cleartext",
    "raw",
    "base64",
    "b64",
    "value",
    "string",
    "ro",
    "rw",
    "again",
    "confirm",
    "confirmation",
    "repeat",
    "retype",
];

/// Words before it after which the name is a switch, not a secret.
const SWITCHES: &[&str] = &[
    "update",
    "no",
    "enable",
    "enabled",
    "disable",
    "require",
    "requires",
    "use",
    "allow",
    "permit",
    "generate",
    "remember",
    "manage",
    "change",
    "set",
    "encrypt",
    "need",
    "ask",
    "has",
    "is",
    "show",
    "hide",
    "reset",
    "rotate",
    "create",
    "skip",
    "force",
    "expire",
    "validate",
    "check",
    "permitempty",
    "store",
    "save",
    "existing",
    "without",
    "prohibit",
    "nopasswd",
    "empty",
    "lock",
];

/// Programs, services and files with such a name, and settings that are about passwords.
const OTHERS: &[&str] = &[
    // The option of mtproto-proxy gives the name of a file.
    "aes-pwd",
    "challengepassword",
    "challengepassword_default",
    "chpasswd",
    "getent_passwd",
    "ansible_getent_passwd",
    "gpasswd",
    "htpasswd",
    "kpasswd",
    "ldappasswd",
    "lppasswd",
    "mkpasswd",
    "nopasswd",
    "opasswd",
    "pam_password",
    "rpc.yppasswdd",
    "sasl_passwd",
    "slappasswd",
    "smbpasswd",
    "unix_passwd",
    "vncpasswd",
    "yppasswd",
];

/// Tells whether a name says that its value is a secret: `db_password`, `PrivateKey`, `X-Api-Key`, `GITHUB_TOKEN_RO`.
pub(crate) fn is_secret_name(name: &str) -> bool {
    // `ansible_facts.getent_passwd`
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit('.').next().unwrap_or_default();
    if OTHERS.contains(&lower.as_str()) || OTHERS.contains(&last) {
        return false;
    }
    let words = words(name);
    let bare = words
        .iter()
        .rposition(|word| !QUALIFIERS.contains(&word.as_str()) && !is_number(word));
    let Some(at) = bare else { return false };
    let last = words[at].trim_end_matches(|c: char| c.is_ascii_digit());
    let before = at.checked_sub(1).map(|it| words[it].as_str());
    // The hash of a password is one, that of anything else is a checksum.
    let is_qualified = at + 1 < words.len();
    let is_word = WORDS.contains(&last);
    let is_pair = before.is_some_and(|before| PAIRS.contains(&(before, last)));
    // `SQLPASS`, `FTPPWD`, `DBPSS`
    let is_short = ["pass", "pwd", "pss"]
        .iter()
        .any(|end| last.len() > end.len() && last.ends_with(end))
        && !NO_PASSWORDS.contains(&last);
    let is_end = is_short || ENDS.iter().any(|end| last.ends_with(end));
    // `hash` is a qualifier, and the second word of a pair.
    let is_pair_behind = words
        .windows(2)
        .last()
        .is_some_and(|two| PAIRS.contains(&(two[0].as_str(), two[1].as_str())));
    // What an answer to a question is told by.
    let is_answer = is_qualified
        && words.last().is_some_and(|it| it == "hash")
        && (last.ends_with("question") || last.ends_with("answer"));
    if !(is_word || is_end || is_pair || is_pair_behind || is_answer) {
        return false;
    }
    // What says how a token is made or looks is none: `token hash` of Kubernetes is public.
    if is_qualified && last == "token" && words[at + 1..].iter().any(|it| it == "hash") {
        return false;
    }
    !passes_on(last, before) && !is_switch(&words[..at])
}

/// nginx's `proxy_pass` and its like say where to, not what with; what is behind `the` is prose.
fn passes_on(last: &str, before: Option<&str>) -> bool {
    let to = matches!(
        before,
        Some("proxy" | "fastcgi" | "uwsgi" | "scgi" | "grpc" | "memcached" | "by" | "pages")
    );
    last == "pass" && to || last == "pw" && before.is_none()
}

fn is_switch(before: &[String]) -> bool {
    // `logins_using_basic_auth`: which of them, not what with.
    if before
        .iter()
        .any(|word| matches!(word.as_str(), "using" | "via"))
    {
        return true;
    }
    let nearest = before.last().map(String::as_str);
    let first = before.first().map(String::as_str);
    nearest.is_some_and(|word| SWITCHES.contains(&word))
        || first.is_some_and(|word| SWITCHES.contains(&word))
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

/// Splits a name into its words: `mysqlRootPassword`, `X-Api-Key`, `requirepass`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let is_start = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if !c.is_ascii_alphanumeric() || is_start {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut()
            && c.is_ascii_alphanumeric()
        {
            last.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Last words of names of what everybody may know: where something is, what it is called, how it is reached.
const OPEN: &[&str] = &[
    "address",
    "arch",
    "dir",
    "directory",
    "domain",
    "domains",
    "enabled",
    "folder",
    "fqdn",
    "gateway",
    "gid",
    "group",
    "groups",
    "host",
    "hostname",
    "hostnames",
    "hosts",
    "interface",
    "interfaces",
    "ip",
    "ips",
    "ipv4",
    "ipv6",
    "locale",
    "mountpoint",
    "name",
    "netmask",
    "path",
    "paths",
    "port",
    "ports",
    "release",
    "sharename",
    "state",
    "subnet",
    "timezone",
    "uid",
    "user",
    "username",
    "version",
    "vlan",
    "zone",
];

/// Tells whether a name says that its value is nothing to hide: `web_port`, `shop_domain`, `db_host_2`.
pub(crate) fn is_open_name(name: &str) -> bool {
    let words = words(name);
    let last = words.iter().rfind(|word| !is_number(word));
    !is_secret_name(name)
        && last.is_some_and(|word| {
            let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
            OPEN.contains(&bare) || OPEN.contains(&word.as_str())
        })
}
