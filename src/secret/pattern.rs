//! How patterns are looked for: one automaton over the whole text says which of them a line is worth, and a pattern is
//! made when the first line asks for it. To make and to try all of them would take longer than a small translation.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex::bytes::{Captures, Regex, RegexBuilder};

use super::command::COMMANDS;
use super::shape::{LOGIN_MARKS, SHAPES};

/// A pattern over bytes, in which classes such as `\s` are those of ASCII.
pub(super) struct Lazy(OnceLock<Option<Regex>>);

impl Lazy {
    pub(super) const fn new() -> Lazy {
        Lazy(OnceLock::new())
    }

    /// Returns the pattern; `source` is the same each time.
    pub(super) fn get(&self, source: &str) -> Option<&Regex> {
        self.get_with(|| source.to_owned())
    }

    /// Returns the pattern whose source `source` gives, where it is not made yet.
    pub(super) fn get_with(&self, source: impl Fn() -> String) -> Option<&Regex> {
        let made = self
            .0
            .get_or_init(|| RegexBuilder::new(&source()).unicode(false).build().ok());
        made.as_ref()
    }
}

/// Returns the part of a line that a group found, and where it stands.
pub(super) fn group<'l>(
    line: &'l str,
    captures: &Captures<'_>,
    name: &str,
) -> Option<(&'l str, Range<usize>)> {
    let range = captures.name(name)?.range();
    Some((line.get(range.clone())?, range))
}

/// What a line with a name that says so holds.
const NAMES: [&str; 14] = [
    "pass", "pw", "secret", "token", "psk", "key", "auth", "cred", "communit", "salt", "cookie",
    "question", "answer", "pss",
];

/// What is to be tried on a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Names before values.
    pub(super) names: bool,
    /// A name and a password in base64.
    pub(super) login: bool,
    /// Rows of `SHAPES`.
    pub(super) shapes: Vec<usize>,
    /// Rows of `COMMANDS`.
    pub(super) commands: Vec<usize>,
}

#[derive(Clone, Copy)]
enum Mark {
    Name,
    Login,
    Shape(usize),
    Command(usize),
}

struct Marks {
    automaton: AhoCorasick,
    /// What each of its words is the mark of.
    of: Vec<Mark>,
}

static MARKS: LazyLock<Option<Marks>> = LazyLock::new(|| {
    let shapes = SHAPES.iter().enumerate();
    let commands = COMMANDS.iter().enumerate();
    let all: Vec<(&str, Mark)> = NAMES
        .iter()
        .map(|it| (*it, Mark::Name))
        .chain(LOGIN_MARKS.iter().map(|it| (*it, Mark::Login)))
        .chain(
            shapes.flat_map(|(at, (marks, _))| marks.iter().map(move |it| (*it, Mark::Shape(at)))),
        )
        .chain(commands.map(|(at, (mark, _))| (*mark, Mark::Command(at))))
        .collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(all.iter().map(|(word, _)| word))
        .ok()?;
    let of = all.into_iter().map(|(_, mark)| mark).collect();
    Some(Marks { automaton, of })
});

/// Returns the lines of a text that are worth a look, in order, and what is to be tried on each.
pub(super) fn asked(text: &str) -> Vec<(Range<usize>, Asked)> {
    let mut lines: Vec<(Range<usize>, Asked)> = Vec::new();
    let Some(marks) = MARKS.as_ref() else {
        return lines;
    };
    for found in marks.automaton.find_overlapping_iter(text) {
        if lines.last().is_none_or(|(line, _)| line.end < found.end()) {
            let start = text[..found.start()].rfind('\n').map_or(0, |at| at + 1);
            let rest = &text[found.end()..];
            let end = rest.find('\n').map_or(text.len(), |at| found.end() + at);
            lines.push((start..end, Asked::default()));
        }
        let Some((_, asked)) = lines.last_mut() else {
            continue;
        };
        match marks.of[found.pattern().as_usize()] {
            Mark::Name => asked.names = true,
            Mark::Login => asked.login = true,
            Mark::Shape(row) => push_new(&mut asked.shapes, row),
            Mark::Command(row) => push_new(&mut asked.commands, row),
        }
    }
    lines
}

fn push_new(rows: &mut Vec<usize>, row: usize) {
    if !rows.contains(&row) {
        rows.push(row);
    }
}
