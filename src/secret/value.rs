//! Which values are no secret, whatever their name: choices, paths, references to what stands elsewhere.

use crate::syntax::placeholder_index;

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
    "nil",
    "~",
    "undefined",
    "present",
    "absent",
    "always",
    "never",
    "on_create",
    "required",
    "requisite",
    "optional",
    "sufficient",
    "include",
    "default",
    "enabled",
    "disabled",
    "omit",
    "str",
    "string",
    "prohibit-password",
    "without-password",
    "files",
    "compat",
    "sss",
    "systemd",
    "ldap",
    "winbind",
    "nis",
    "install",
    "deinstall",
    "eui64",
    "!vault",
    "!vault |",
    "read",
    "write",
    "anonymous",
    "anonymous@",
];

/// What begins a reference to another place.
const ELSEWHERE: &[&str] = &[
    "$__",
    "file:",
    "env:",
    "vault:",
    "exec:",
    "keyring:",
    "arn:",
    "hash:",
    "ldap:",
    "op://",
    "secretref:",
    "http://",
    "https://",
    "./",
    "../",
    "~/",
    "/",
    "${",
    "{{",
    "{%",
    "<%",
    "<",
    "%(",
    "%{",
    "$(",
    "`",
    "@",
    "[",
    "(",
    "&",
    "|",
    "}",
    "$$",
    "!unsafe",
    "%{",
    "ENC[",
    "#{",
    "=",
    "\\$",
    ")",
];

/// What programs ship as an example: openssl.cnf, zos-remote.conf, example-preseed.txt of Debian's installer; what opens
/// all key files of Google's accounts.
const EXAMPLES: [&str; 6] = [
    "insta",
    "pass:insta",
    "racf_password",
    "notasecret",
    "r00tme",
    "insecure",
];

/// Tells whether a value may be a secret where its name says so: it is no switch, no path and no reference.
pub(crate) fn may_be_secret(value: &str) -> bool {
    let value = value.trim().trim_start_matches(['"', '\'']);
    // keytool(1): `-storepass:env NAME` and `-storepass:file PATH` say where it is.
    let is_elsewhere = ELSEWHERE.iter().any(|it| value.starts_with(it))
        || matches!(value, "env" | "file")
        || is_variable(value);
    let is_small = value.len() < 3 && value.chars().all(|c| c.is_ascii_digit())
        || value.strip_prefix("0x").is_some_and(|it| it.len() < 5);
    let is_mask = !value.chars().any(char::is_alphanumeric) || is_repeated(value, 'x');
    !is_elsewhere
        && !is_small
        && !is_mask
        && !are_choices(value)
        && !is_held(value)
        && !is_path(value)
        && !is_mark(value)
        && !is_built(value)
        && !EXAMPLES.contains(&value)
        && !is_public(value)
}

/// `SET PASSWORD FOR 'root' = PASSWORD('${new}')`: a sentence around what a script knows.
fn is_built(value: &str) -> bool {
    let is_named = |at: usize| {
        let rest = value[at + 1..].trim_start_matches('{');
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    };
    value.contains(' ')
        && ["'$", "\"$"]
            .iter()
            .any(|it| value.find(it).is_some_and(|at| is_named(at + it.len() - 1)))
}

/// `{CRYPT}`, `%p`, `!secret x`: the name of a scheme, of a value, of a tag.
fn is_mark(value: &str) -> bool {
    let is_scheme = value.starts_with('{') && value.ends_with('}');
    let second = value.chars().nth(2);
    let is_format = value.starts_with(['%', '-']) && !second.is_some_and(char::is_alphanumeric);
    // What a pattern found, what a pattern looks for, and how examples are written.
    let is_pattern = value.starts_with("\\1")
        || value.contains("\\.")
        || value.contains("=$HOME")
        || value.contains("=${");
    let lower = value.to_ascii_lowercase();
    let is_drawn = lower.contains("xxxxxxxx") || lower.contains("{{");
    let is_tag = value.strip_prefix('!').is_some_and(|rest| {
        rest.split_once(' ')
            .is_some_and(|(tag, _)| !tag.is_empty() && tag.chars().all(|c| c.is_ascii_lowercase()))
    });
    is_scheme || is_format || is_tag || is_pattern || is_drawn
}

/// Public keys and fingerprints.
fn is_public(value: &str) -> bool {
    let starts = [
        "ssh-",
        "ecdsa-sha2-",
        "age1",
        "-----BEGIN PUBLIC",
        "-----BEGIN CERT",
    ];
    starts.iter().any(|it| value.starts_with(it))
}

/// `secret/shop/db` is where something lies, as are `464/udp` and `.key`.
fn is_path(value: &str) -> bool {
    let is_port = value.split_once('/').is_some_and(|(port, of)| {
        port.parse::<u16>().is_ok() && matches!(of, "tcp" | "udp" | "sctp" | "dccp")
    });
    let is_name = |it: &str| {
        let bare = it.trim_end_matches(|c: char| c.is_ascii_digit());
        it.len() < bare.len() + 3
            && bare
                .chars()
                .all(|c| c.is_ascii_lowercase() || "_.-".contains(c))
    };
    let is_plain = value.split('/').all(is_name);
    // `CONFDIR/exim.key`
    let is_bare = value
        .chars()
        .all(|c| c.is_ascii_lowercase() || "._-".contains(c));
    let is_file = (value.contains('/') || is_bare)
        && [".key", ".pem", ".crt", ".conf", ".txt", ".json", ".yml"]
            .iter()
            .any(|end| value.ends_with(end));
    is_port || is_file || is_plain && (value.contains('/') || value.starts_with('.'))
}

/// `yes`, `files systemd`
fn are_choices(value: &str) -> bool {
    let is_choice = |it: &str| CHOICES.contains(&it.to_ascii_lowercase().as_str());
    is_choice(value) || value.split_whitespace().all(is_choice)
}

/// `$NAME` and `%NAME%`; a `$` in front of digits and dollars may be a hash.
fn is_variable(value: &str) -> bool {
    let is_name = |it: &str| {
        it.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && it
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.:[]-'\"".contains(c))
    };
    let of_shell = value.strip_prefix('$').is_some_and(is_name);
    let of_place = value.strip_prefix('$').is_some_and(|it| {
        it.len() < 2 || it.starts_with(|c: char| c.is_ascii_digit()) && it.len() < 3
    });
    // `$dir/private/x.pem`, `$section::name`
    let of_folder = value.strip_prefix('$').is_some_and(|it| {
        let end = it.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = &it[..end.unwrap_or(it.len())];
        end.is_some_and(|end| it[end..].starts_with(['/', ':'])) && is_name(name)
    });
    let of_windows = value
        .strip_prefix('%')
        .and_then(|it| it.strip_suffix('%'))
        .is_some_and(is_name);
    // `$ARG1$` of Nagios.
    let of_nagios = value
        .strip_prefix('$')
        .and_then(|it| it.strip_suffix('$'))
        .is_some_and(is_name);
    of_shell || of_place || of_folder || of_windows || of_nagios
}

/// `xxxxxx`
fn is_repeated(value: &str, c: char) -> bool {
    value.len() > 2 && value.chars().all(|it| it.eq_ignore_ascii_case(&c))
}

/// Tells whether nothing but holes is in a value: they are taken out already.
fn is_held(value: &str) -> bool {
    let mut others = value.chars().filter(|c| placeholder_index(*c).is_none());
    value.chars().any(|c| placeholder_index(c).is_some()) && !others.any(char::is_alphanumeric)
}
