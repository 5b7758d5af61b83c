//! What of a text is secret: the one place that says so, for whoever reads or shows a text.
//!
//! By the name before a value (`name`, `line`) or beside it (`pair`), by the shape of a value (`shape`), by the program that is given it
//! (`command`), by where a file lies (`place`). What is a secret because something else says so (a vault, `no_log`) is
//! known to who reads that. Nothing here keeps a secret, or shows one.

mod command;
mod line;
mod name;
mod pair;
mod pattern;
mod place;
mod shape;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use name::{is_open_name, is_secret_name};
pub(crate) use pair::{GIVING, NAMING};
pub(crate) use place::{holds_secret, is_secret_file};
pub(crate) use value::may_be_secret;

use std::ops::Range;

use pattern::Asked;

/// A secret in a text: where it stands, and what it is called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) name: Option<String>,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// A word without quotes is a value.
    Settings,
    /// A word without quotes is the name of a variable.
    Code,
}

/// Ends of names of programs in whose text a word without quotes is a variable.
const CODE: [&str; 24] = [
    ".c", ".cpp", ".cs", ".ex", ".exs", ".go", ".groovy", ".h", ".java", ".js", ".jsx", ".kt",
    ".lua", ".mjs", ".php", ".pl", ".pm", ".py", ".rb", ".rs", ".scala", ".swift", ".ts", ".tsx",
];

/// Finds the secrets of a text, in order and without overlap. `path` is that of the file on the machine, or empty.
pub(crate) fn find(text: &str, path: &str) -> Vec<Found> {
    let mut all: Vec<Found> = shape::blocks(text)
        .into_iter()
        .map(|it| found(it, 0))
        .collect();
    // Patterns of lines that others write, and lists of words that are no password.
    if path.starts_with("/etc/logcheck/") || path.starts_with("/usr/share/dict/") {
        return Vec::new();
    }
    let manner = manner(text, path);
    let mut lines = pattern::asked(text);
    if is_of_snmp(path) {
        lines.extend(text.split_inclusive('\n').scan(0, |end, whole| {
            let start = *end;
            *end += whole.len();
            Some((start..*end, Asked::default()))
        }));
    }
    for (range, asked) in lines {
        let line = text[range.clone()].trim_end_matches(['\n', '\r']);
        let is_inside = all
            .iter()
            .any(|it| it.start <= range.start && range.start < it.end);
        if !is_inside {
            if asked.names && !place::is_of_others(path) {
                let paired = pair::of_line(text, range.clone());
                all.extend(paired.map(|(range, name)| Found {
                    name: Some(name),
                    ..found(range, 0)
                }));
            }
            let here = of_line(line, path, manner, &asked).into_iter();
            all.extend(here.map(|it| Found {
                start: it.start + range.start,
                end: it.end + range.start,
                ..it
            }));
        }
    }
    // Of two that overlap, the one that begins first and is longest stands, with the name of either.
    all.sort_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
    let mut kept: Vec<Found> = Vec::new();
    for it in all {
        match kept.last_mut().filter(|last| it.start < last.end) {
            Some(last) => {
                last.end = last.end.max(it.end);
                last.name = last.name.take().or(it.name);
            }
            None => kept.push(it),
        }
    }
    kept
}

/// Returns a text with dots in place of its secrets, for people.
pub(crate) fn conceal(text: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for it in find(text, "") {
        out.push_str(&text[done..it.start]);
        out.push_str("...");
        done = it.end;
    }
    out.push_str(&text[done..]);
    out
}

/// Tells whether a line of a file of settings says nothing.
pub(crate) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    // `//nas/share` of fstab and `#define` of C say something.
    let is_slashed = line.strip_prefix("//").is_some_and(|rest| {
        let word = rest.split_whitespace().next().unwrap_or_default();
        rest.starts_with(char::is_whitespace) || !word.contains('/')
    });
    line.starts_with(['#', ';']) && !line.starts_with("#define ") || is_slashed
}

/// Tells whether a place of a text is in the manual that a program of Perl has in itself.
pub(crate) fn is_manual(text: &str, at: usize) -> bool {
    let is_perl = |it: &str| it.contains("\n=head1 ") || it.contains("\n=pod");
    if !is_perl(&text[..at]) {
        return false;
    }
    let is_mark = |line: &&str| {
        let mut chars = line.chars();
        chars.next() == Some('=') && chars.next().is_some_and(|c| c.is_ascii_lowercase())
    };
    let last = text[..at].lines().rev().find(is_mark);
    last.is_some_and(|it| !it.starts_with("=cut"))
}

fn found(range: Range<usize>, shift: usize) -> Found {
    Found {
        start: range.start + shift,
        end: range.end + shift,
        name: None,
    }
}

fn manner(text: &str, path: &str) -> Manner {
    let head = text.lines().next().unwrap_or_default();
    let is_script = head.starts_with("#!")
        && ["python", "perl", "ruby", "node", "php", "lua"]
            .iter()
            .any(|it| head.contains(it));
    if is_script || CODE.iter().any(|end| path.ends_with(end)) {
        Manner::Code
    } else {
        Manner::Settings
    }
}

fn of_line(line: &str, path: &str, manner: Manner, asked: &Asked) -> Vec<Found> {
    let shapes = shape::of_line(line, &asked.shapes).into_iter();
    let login = asked.login.then(|| shape::login(line)).flatten();
    let commands = command::of_line(line, &asked.commands);
    let mut all: Vec<Found> = shapes
        .chain(login)
        .chain(commands)
        .map(|it| found(it, 0))
        .collect();
    all.extend(of_snmp(line, path));
    if asked.names && !place::is_of_others(path) {
        let named = line::of_line(line, manner).into_iter();
        all.extend(named.filter(|it| {
            let name = it.name.as_deref().unwrap_or_default();
            !place::is_word_of(name, path)
        }));
    }
    all
}

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

fn is_of_snmp(path: &str) -> bool {
    path.starts_with("/etc/snmp/")
}

fn of_snmp(line: &str, path: &str) -> Option<Found> {
    let word = line.split_whitespace().next()?;
    if !is_of_snmp(path) || !SNMP.contains(&word) {
        return None;
    }
    let start = line.len() - line.trim_start().len() + word.len() + 1;
    (start < line.len()).then(|| Found {
        start,
        end: line.len(),
        name: Some(word.to_owned()),
    })
}
