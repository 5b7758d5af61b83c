//! sudoers: its logical lines. What a user specification says in detail is left as written.
//!
//! Manual: sudoers(5), <https://www.sudo.ws/docs/man/sudoers.man/>

use super::place::{BLANKS, lines, split_word};
use super::{Fault, Place};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Defaults,
    /// `User_Alias` and the like.
    Alias,
    /// A user specification.
    Rule,
    /// `@include` or `@includedir`; the line is its path.
    Include,
}

/// A logical line: joined, without comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: Kind,
    pub text: String,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sudoers {
    pub lines: Vec<Line>,
    pub faults: Vec<Fault>,
}

pub fn read(text: &str) -> Sudoers {
    let mut it = Sudoers::default();
    let mut open: Option<(Place, String)> = None;
    for (place, line) in lines(text) {
        let (place, joined) = match open.take() {
            Some((first, before)) => {
                let joined = format!(
                    "{} {}",
                    before.trim_end_matches(BLANKS),
                    line.trim_start_matches(BLANKS)
                );
                (first.to(place), joined)
            }
            None => (place, line.to_owned()),
        };
        // A comment ends with its line, whatever its last character is.
        let content = without_comment(&joined);
        match content.strip_suffix('\\') {
            Some(part) if content.len() == joined.len() => open = Some((place, part.to_owned())),
            Some(_) | None => read_line(content, place, &mut it),
        }
    }
    if let Some((place, joined)) = open {
        read_line(&joined, place, &mut it);
    }
    it
}

/// `#` starts a comment, but not in quotes, not escaped, and not in front of a number: that is a user or group id.
fn without_comment(line: &str) -> &str {
    let start = line.trim_start_matches(BLANKS);
    if start.starts_with("#include") {
        return line;
    }
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted && !is_id(&line[at + 1..]) => return &line[..at],
            _ => {}
        }
    }
    line
}

fn is_id(rest: &str) -> bool {
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

fn read_line(line: &str, place: Place, it: &mut Sudoers) {
    let line = line.trim_matches(BLANKS);
    if line.is_empty() {
        return;
    }
    let (first, rest) = split_word(line);
    let (kind, text) = match first {
        "@include" | "#include" | "@includedir" | "#includedir" => {
            (Kind::Include, rest.trim_matches('"'))
        }
        "User_Alias" | "Runas_Alias" | "Host_Alias" | "Cmnd_Alias" | "Cmd_Alias" => {
            (Kind::Alias, line)
        }
        _ if first
            .strip_prefix("Defaults")
            .is_some_and(|scope| scope.is_empty() || scope.starts_with(['@', ':', '!', '>'])) =>
        {
            (Kind::Defaults, line)
        }
        _ if line.contains('=') => (Kind::Rule, line),
        _ => {
            let why = "a line is neither a rule (`who where = what`), an alias nor `Defaults`";
            it.faults.push(Fault::new(place, why));
            return;
        }
    };
    it.lines.push(Line {
        kind,
        text: text.to_owned(),
        place,
    });
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found: Vec<String> = it
            .lines
            .iter()
            .map(|it| format!("{}: {:?} {}", it.place.line, it.kind, it.text))
            .collect();
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn lines_are_told_apart() {
        check(
            "# c\nDefaults env_reset\nDefaults:ops !requiretty\nCmnd_Alias WEB = /bin/a, \\\n    /bin/b\n%ops ALL=(ALL) NOPASSWD: WEB # all\n@includedir /etc/sudoers.d\n#includedir /etc/sudoers.d\n#include /etc/x\n",
            &[
                "2: Defaults Defaults env_reset",
                "3: Defaults Defaults:ops !requiretty",
                "4: Alias Cmnd_Alias WEB = /bin/a, /bin/b",
                "6: Rule %ops ALL=(ALL) NOPASSWD: WEB",
                "7: Include /etc/sudoers.d",
                "8: Include /etc/sudoers.d",
                "9: Include /etc/x",
            ],
        );
    }

    #[test]
    fn a_number_sign_with_a_number_is_an_id() {
        check("#1000 ALL=(#0) ALL", &["1: Rule #1000 ALL=(#0) ALL"]);
        check(
            "a ALL=(ALL) /bin/x \\#1, \"#2\"",
            &["1: Rule a ALL=(ALL) /bin/x \\#1, \"#2\""],
        );
    }

    #[test]
    fn a_comment_does_not_go_on() {
        check("# a \\\nb ALL=ALL", &["2: Rule b ALL=ALL"]);
        check(
            "b ALL=ALL # a \\\nc ALL=ALL",
            &["1: Rule b ALL=ALL", "2: Rule c ALL=ALL"],
        );
    }

    #[test]
    fn what_is_none_of_them_is_a_fault() {
        check(
            "ops ALL",
            &["1! a line is neither a rule (`who where = what`), an alias nor `Defaults`"],
        );
    }
}
