//! Flags of instructions: `--name=value` between the keyword and the rest.

use super::Flag;
use super::statement::Refusal;

/// Which flags an instruction has.
const FLAGS: &[(&str, &[&str])] = &[
    (
        "ADD",
        &[
            "chown",
            "chmod",
            "link",
            "checksum",
            "keep-git-dir",
            "unpack",
            "exclude",
        ],
    ),
    (
        "COPY",
        &["from", "chown", "chmod", "link", "parents", "exclude"],
    ),
    ("FROM", &["platform"]),
    (
        "HEALTHCHECK",
        &[
            "interval",
            "timeout",
            "start-period",
            "start-interval",
            "retries",
        ],
    ),
    ("RUN", &["mount", "network", "security", "device"]),
];

/// Takes the flags from the front of an instruction's arguments: words that begin with `--`, with quotes and
/// backslashes as BuildKit reads them here (whatever the escape directive says). Returns what is left.
pub(super) fn take(arguments: &str) -> (Vec<Flag>, &str) {
    let mut flags = Vec::new();
    let mut rest = arguments.trim_start();
    while rest.starts_with("--") {
        let (word, after) = take_word(rest);
        rest = after.trim_start();
        if word == "--" {
            break;
        }
        let bare = word.strip_prefix("--").unwrap_or(&word);
        let (name, value) = match bare.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (bare, None),
        };
        flags.push(Flag {
            name: name.to_owned(),
            value,
        });
    }
    (flags, rest)
}

fn take_word(text: &str) -> (String, &str) {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => return (word, &text[at..]),
            (None, '\'' | '"') => quote = Some(c),
            (Some(mark), c) if mark == c => quote = None,
            (_, '\\') => word.extend(chars.next().map(|(_, c)| c)),
            (_, c) => word.push(c),
        }
    }
    (word, "")
}

/// Refuses flags that the instruction does not have.
pub(super) fn check(keyword: &str, flags: &[Flag]) -> Result<(), Refusal> {
    let known = FLAGS.iter().find(|(name, _)| *name == keyword);
    let known = known.map_or(&[][..], |(_, known)| known);
    match flags.iter().find(|it| !known.contains(&it.name.as_str())) {
        None => Ok(()),
        // The statement says what is wrong with a keyword that nobody knows.
        Some(_) if !super::KEYWORDS.contains(&keyword) => Ok(()),
        Some(flag) => {
            let cure = if known.is_empty() {
                "it has none; in a command, write the words as JSON".to_owned()
            } else {
                format!("it has --{}", known.join(", --"))
            };
            Err((
                format!("{keyword} has no flag `--{}`", flag.name),
                Some(cure),
            ))
        }
    }
}
