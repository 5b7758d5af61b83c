//! Values that are secrets by the name before them: `password = x`, `"token": "x"`, `requirepass x`, `--password x`,
//! `define('DB_PASSWORD', 'x')`, `<password>x</password>`.
//!
//! Better a harmless value too many than a secret in a store that everybody can read; but what only speaks of a password
//! is none.

use std::ops::Range;

use super::name::is_secret_name;
use super::pattern::{Lazy, group};
use super::value::may_be_secret;
use super::{Found, Manner, is_comment};

/// What stands between a name and its value, and the value.
const VALUE: &str = r#"^\\?:?["'\])}]*(?:\s*(?:=>|:=|\?=|\+=|=|:)\s*|\s+|>|,\s*)(?:"""(?P<triple>[^"]+)"""|\\?"(?P<double>[^"\\]*)|\\?'(?P<single>[^'\\]*)|(?P<bare>[^\s"'<>;]+))"#;

static VALUE_PATTERN: Lazy = Lazy::new();

/// Keywords behind whose secret more may stand.
const TAKES_MORE: [&str; 8] = [
    "rocommunity",
    "rwcommunity",
    "rocommunity6",
    "rwcommunity6",
    "requirepass",
    "masterauth",
    "wpa-psk",
    "trapcommunity",
];

/// First words of lines that have a password as their last.
const TAKES_LAST: [&str; 9] = [
    "neighbor", "username", "machine", "default", "area", "enable", "env", "ip", "user",
];

/// What may stand before the name of a setting.
const BEFORE: [char; 8] = [' ', '\t', '#', ';', '$', '@', '%', '-'];

/// Finds them in a line of a text of this manner.
pub(super) fn of_line(line: &str, manner: Manner) -> Vec<Found> {
    let mut found = Vec::new();
    // The value may be the name of what follows it.
    for (start, name) in names(line).filter(|(_, name)| is_secret_name(name)) {
        let end = start + name.len();
        let Some((value, is_bare)) = value_behind(&line[end..]) else {
            continue;
        };
        let value = value.start + end..value.end + end;
        let (before, between) = (&line[..start], &line[end..value.start]);
        let given = &line[value.clone()];
        if is_part(before, name, between) {
            continue;
        }
        let is_sign = between.contains(['=', ':', '>']);
        let is_given = if is_sign {
            is_definition(before, between, is_bare, manner)
        } else if between.contains(',') {
            !is_bare && is_of_list(before)
        } else {
            is_bare_given(line, start, value.end, given)
        };
        // A value without quotes that begins a line goes on to its end.
        let is_whole = is_bare && is_sign && before.trim_matches(BEFORE).is_empty();
        // A variable of a shell ends with its word, and so does a part of an address.
        let is_word = between == "=" && name.chars().all(|c| !c.is_ascii_lowercase());
        let to = if is_bare && before.ends_with(['?', '&']) {
            value.start + given.find('&').unwrap_or(given.len())
        } else if is_whole && !is_word && !between.contains('>') {
            end_of_value(line, value.end)
        } else {
            value.end - trailing(given, is_bare)
        };
        let text = &line[value.start..to];
        // What a language makes of names: `{'password': admin_password, ...}`.
        let is_argument = is_bare
            && to < line.len()
            && line[to..].starts_with([',', ')', '}'])
            && is_identifier(text);
        let is_none = is_argument && is_secret_name(text) || given.starts_with('#') && is_bare;
        let is_silent = is_comment(line) || !between.contains('=');
        let is_told = is_silent && is_prose(text)
            || is_comment(line) && is_description(text)
            || text.starts_with(' ') && text.split_whitespace().count() > 2;
        // What a script tells its user to write: `"-e POSTGRES_PASSWORD=password"`.
        let is_shown = before.ends_with("\"-e ") && name.to_ascii_lowercase().ends_with(text);
        // `... in front of password = result`, `pass: default:`
        let is_word = text
            .trim_end_matches(['.', ':'])
            .chars()
            .all(|c| c.is_ascii_lowercase());
        let is_talk = is_comment(line)
            && is_word
            && between != "="
            && (before.trim_matches(BEFORE).contains(' ') || text.ends_with(':'));
        // `--token= --hashed_password=`: nothing is given.
        let is_empty = before.ends_with("--") && between.ends_with("= ") && is_bare;
        let is_told = is_told || is_talk || is_empty;
        let is_none = is_none || is_told || is_shown || is_closing(before, between);
        if is_given && !is_none && to > value.start && is_secret(text, name, is_bare, manner) {
            found.push(Found {
                start: value.start,
                end: to,
                name: Some(name.to_owned()),
            });
        }
    }
    found
}

/// Returns the words of a line that may be names, and where each starts.
fn names(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + line[from..].find(is_first)?;
        let rest = &line[start..];
        let name = &rest[..rest.find(|c| !is_inner(c)).unwrap_or(rest.len())];
        from = start + name.len();
        Some((start, name))
    })
}

/// Returns where the value stands in what follows a name, and whether it has no quotes.
fn value_behind(rest: &str) -> Option<(Range<usize>, bool)> {
    let captures = VALUE_PATTERN.get(VALUE)?.captures(rest.as_bytes())?;
    ["triple", "double", "single", "bare"]
        .iter()
        .find_map(|it| Some((group(rest, &captures, it)?.1, *it == "bare")))
}

/// Tells whether a name is a part of something that is none: a variable, a path, a list of ciphers, the text of a tag.
fn is_part(before: &str, name: &str, between: &str) -> bool {
    let is_variable =
        before.ends_with("${") || before.ends_with('$') && !between.contains(['=', ':']);
    let is_path = before.ends_with('/') && !before.ends_with("//");
    let is_upper = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let is_listed = before.ends_with(['!', '+']) || before.ends_with(':') && is_upper;
    let is_tag = between.trim() == ">" && !before.ends_with('<');
    // `<secret: x>` is how a hole is shown.
    let is_hole = before.ends_with('<') && between.starts_with(':');
    is_variable || is_path || is_listed || is_tag || is_hole
}

/// Functions whose first argument names what the second one is.
const SETTERS: [&str; 7] = [
    "define(",
    "set(",
    "setenv(",
    "put(",
    "putenv(",
    "env(",
    "setProperty(",
];

/// Among words with commas between, an option goes before its value, and so does the name in a call that sets it.
fn is_of_list(before: &str) -> bool {
    let outside = before
        .trim_end_matches('-')
        .trim_end_matches(['"', '\'', '\\'])
        .trim_end();
    let is_option = before.ends_with("\"--")
        || before.ends_with("'--")
        || before.ends_with("\"-")
        || before.ends_with("'-");
    is_option || SETTERS.iter().any(|it| outside.ends_with(it))
}

/// Brackets and commas behind a bare value of JSON or a call are none of it.
fn trailing(value: &str, is_bare: bool) -> usize {
    let opened = value.contains(['(', '[', '{']);
    // The end of a line in a text of quotes: `false\n`.
    if is_bare && let Some(at) = value.find("\\n") {
        return value.len() - value[..at].trim_end_matches('\\').len();
    }
    if is_bare && !opened {
        value.len() - value.trim_end_matches([',', ')', ']', '}']).len()
    } else {
        0
    }
}

/// Tells whether a sign between name and value defines: a comparison does not, and `:` in prose does not.
fn is_definition(before: &str, between: &str, is_bare: bool, manner: Manner) -> bool {
    let sign = between.trim_matches(['"', '\'', '\\', ' ', '\t', ')', ']', '}']);
    if matches!(sign, "==" | "===") || between.contains("==") {
        return false;
    }
    // A statement of a template, where a word is a variable.
    if is_bare && before.contains("{%") {
        return false;
    }
    // `Password:` as the last of several words asks for one.
    let is_prompt = sign == ":" && is_bare && before.trim_matches(BEFORE).contains(' ');
    !(is_prompt && (manner == Manner::Code || is_comment(before)))
}

/// Without a sign between them, a name and a value are such when nothing else stands on the line, or as an option of a
/// command.
fn is_bare_given(line: &str, from: usize, to: usize, value: &str) -> bool {
    let (before, after) = (&line[..from], &line[to..]);
    let after = after.trim_matches([' ', '\t', '"', '\'', ';']);
    let is_last = after.is_empty() || after.starts_with('#');
    if before.ends_with("--") || before.ends_with(" -") && is_strong(value) {
        return !value.starts_with('-');
    }
    let name = &line[from..];
    if value
        .split_once('=')
        .is_some_and(|(of, rest)| is_identifier(of) && !rest.is_empty())
    {
        return false;
    }
    // `ou=Password Policies,dc=example` is a name of LDAP.
    let is_of_name = value
        .split(',')
        .skip(1)
        .any(|it| it.split_once('=').is_some_and(|(of, _)| is_identifier(of)));
    if value.ends_with(':') || before.ends_with('=') || is_of_name {
        return false;
    }
    // `set_network private_key wpa-private-key` names the same twice.
    let own: String = name
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c))
        .collect();
    if value.replace('-', "_").contains(&own.replace('-', "_")) {
        return false;
    }
    let takes_more = TAKES_MORE.iter().any(|it| name.starts_with(it));
    let is_first = before.trim_matches(BEFORE).is_empty();
    if is_first {
        return (is_last || takes_more) && (!is_comment(line) || is_strong(value));
    }
    if takes_more && !is_comment(line) {
        return before.ends_with([' ', '\t', '"', '\'']);
    }
    let first = line
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    is_last && !is_comment(line) && (is_strong(value) || TAKES_LAST.contains(&first.as_str()))
}

/// A value that is hardly a word of prose: it has a digit, a sign, or capitals inside.
fn is_strong(value: &str) -> bool {
    let inner = value.trim_matches(['.', ',', '!', '?', ':', '"', '\'', ')', '(']);
    let has_digit = inner.chars().any(|c| c.is_ascii_digit());
    let has_sign = inner.contains(['!', '#', '$', '%', '^', '*', '+', '=', '@', '&']);
    let has_capital = inner.chars().skip(1).any(|c| c.is_ascii_uppercase())
        && inner.chars().any(|c| c.is_ascii_lowercase());
    has_digit || has_sign || has_capital
}

/// Returns where a value without quotes ends: at a comment, or with the line.
fn end_of_value(line: &str, from: usize) -> usize {
    let rest = &line[from..];
    if !rest.starts_with([' ', '\t']) {
        return from - trailing_comma(&line[..from]);
    }
    let rest = rest.find(" #").map_or(rest, |at| &rest[..at]);
    // The commands behind a variable of a shell are not its value.
    let is_command = rest.trim_start().starts_with(['&', '|', ';', '\\'])
        || rest.contains(" --")
        || rest.contains("=");
    if is_command {
        return from;
    }
    from + rest.trim_end().len()
}

fn trailing_comma(text: &str) -> usize {
    usize::from(text.ends_with(','))
}

fn is_secret(value: &str, name: &str, is_bare: bool, manner: Manner) -> bool {
    let value = value.trim();
    // `x` in passwd(5) says where it is.
    let is_mark = value == "x";
    // Kubernetes names a key so; git and others a fingerprint; a map of attributes names the same on both sides.
    let is_hex = value.len() >= 16
        && value
            .chars()
            .all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c));
    let is_key = name == "secretKey" && !is_strong(value)
        || name.eq_ignore_ascii_case("signingkey") && is_hex
        || name == value && is_bare && name.len() > 10
        || is_macro(value, is_bare)
        || is_named_secret(name, value);
    may_be_secret(value)
        && !is_key
        && !is_mark
        && value.chars().any(char::is_alphanumeric)
        && !(is_bare && is_expression(value, manner))
}

/// `secret: shop-secrets`, `existingSecret: shop-secret`: the name of an object of Kubernetes.
fn is_named_secret(name: &str, value: &str) -> bool {
    let is_plain = value
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_kind = name == "secret" || name.ends_with("Secret") && !name.ends_with("clientSecret");
    let ends = value.ends_with("-secret") || value.ends_with("-secrets");
    is_kind && is_plain && ends
}

/// The name of a macro that stands for a secret, `DKIM_PRIVATE_KEY`, and what is to be replaced: `'YOUR_APP_SECRET'`.
fn is_macro(value: &str, is_bare: bool) -> bool {
    let is_upper = value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let is_yours = value
        .strip_prefix("YOUR_")
        .is_some_and(|it| it.chars().all(|c| !c.is_ascii_lowercase()));
    let is_word = value.contains('_') && is_secret_name(value);
    is_word && (is_yours || is_upper && (is_bare || value.matches('_').count() > 1))
}

/// Words that hold sentences together.
const JOINTS: [&str; 40] = [
    "a", "an", "and", "are", "as", "at", "be", "before", "by", "can", "enter", "for", "from",
    "has", "if", "in", "is", "it", "must", "not", "of", "on", "or", "please", "required", "see",
    "should", "that", "the", "this", "to", "use", "used", "when", "which", "will", "with", "you",
    "your", "only",
];

/// Several words, one of which holds a sentence together, speak of a secret.
fn is_prose(value: &str) -> bool {
    let bare = |it: &str| {
        it.trim_matches(['.', ',', ':', '"', '\'', '(', ')'])
            .to_ascii_lowercase()
    };
    let has_joint = value
        .split_whitespace()
        .map(bare)
        .any(|it| JOINTS.contains(&it.as_str()));
    has_joint && !is_strong(value)
}

/// Three plain words in a comment describe a secret.
fn is_description(value: &str) -> bool {
    let is_word = |it: &str| it.chars().all(|c| c.is_ascii_lowercase());
    value.split_whitespace().count() > 2 && value.split_whitespace().all(is_word)
}

/// Tells whether the quote in front of a value is the one that ends the text in which the name stands.
fn is_closing(before: &str, between: &str) -> bool {
    ['"', '\''].iter().any(|quote| {
        let is_open = before.matches(*quote).count() % 2 == 1;
        is_open && between.ends_with(*quote) && between.matches(*quote).count() == 1
    })
}

/// A value without quotes that a program works out: the name of a variable, a field, a call.
fn is_expression(value: &str, manner: Manner) -> bool {
    let has_call = value.contains('(') || value.contains("::") || value.contains("->");
    let field = value.rsplit_once('.').filter(|(of, _)| is_identifier(of));
    let is_field = field.is_some_and(|(_, last)| is_identifier(last) && is_secret_name(last));
    let is_name = is_identifier(value) && manner == Manner::Code;
    let is_option = value.starts_with(['%', '-', '|', '&', '=', '*']) && !is_strong(value);
    has_call || is_field || is_name || is_option || value.contains(":/") && !value.contains("://")
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.[]".contains(c))
}
