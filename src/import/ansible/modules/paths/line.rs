//! What an edit says without the original: the lines that it sets, whole, and in which section.

use crate::model::{FileLine, Text};
use crate::syntax::python_regex::{Characters, Pattern};

/// By what the author of an edit finds the line again.
#[derive(Clone, Copy, Debug)]
pub(in crate::import::ansible::modules) enum Finds<'e> {
    Regexp(&'e str),
    Part(&'e str),
    /// The line itself, or the marks of a block.
    Itself,
}

impl Finds<'_> {
    /// Tells whether the edit would take a line for its own.
    pub(super) fn fits(&self, line: &str) -> bool {
        match self {
            Finds::Regexp(regexp) => Pattern::new(regexp, "", Characters::Unicode)
                .and_then(|it| it.search(line, 0).map(|found| found.is_some()))
                .unwrap_or(false),
            Finds::Part(part) => line.contains(part),
            Finds::Itself => false,
        }
    }

    fn place(&self) -> Option<&str> {
        match self {
            Finds::Regexp(text) | Finds::Part(text) => Some(text),
            Finds::Itself => None,
        }
    }
}

/// Tells whether a line says nothing: it is empty, or a comment.
pub(super) fn is_idle(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//")
}

/// Returns the lines of a text that say something, each with its section. `section` is that of the first ones.
pub(super) fn lines(path: &str, text: &Text, section: &str, finds: Finds<'_>) -> Vec<FileLine> {
    let mut section = section.to_owned();
    let mut out: Vec<FileLine> = Vec::new();
    let all = text.lines();
    let several = all.len() > 1;
    for line in all {
        let head = line.pieces().first();
        let head = match head {
            Some(crate::model::Piece::Literal(text)) => text.as_str(),
            Some(crate::model::Piece::Hole(_)) | None => "",
        };
        if line.pieces().is_empty() || line.plain().is_some_and(is_idle) || is_comment(head) {
            continue;
        }
        if let Some(name) = line.plain().and_then(section_name) {
            name.clone_into(&mut section);
            continue;
        }
        let (name, value) = FileLine::halves(&line);
        let place = match finds.place() {
            Some(place) if !several => place.to_owned(),
            _ => format!("{}:{line}", out.len()),
        };
        let place = if several || finds.place().is_some() {
            place
        } else {
            line.to_string()
        };
        out.push(FileLine {
            path: path.to_owned(),
            section: section.clone(),
            name,
            value,
            line,
            place,
        });
    }
    out
}

fn is_comment(head: &str) -> bool {
    head.trim_start().starts_with(['#', ';'])
}

/// Returns the name of the section that a line begins: `[name]`.
fn section_name(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    (!name.contains(['[', ']', '"', '\''])).then_some(name)
}

/// Returns the section behind whose head an edit puts its line: of `^\[Login\]` `Login`.
pub(in crate::import::ansible::modules) fn section_of(anchor: &str) -> Option<String> {
    let anchor = anchor.trim().trim_start_matches('^').trim_end_matches('$');
    let name = anchor.strip_prefix("\\[").or(anchor.strip_prefix('['))?;
    let name = name.strip_suffix("\\]").or(name.strip_suffix(']'))?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | ':');
    (!name.is_empty() && name.chars().all(is_plain)).then(|| name.to_owned())
}

/// Returns the whole line that stands in the place of one that a regular expression finds: what its groups stand for
/// must be known without the original.
pub(in crate::import::ansible::modules) fn expanded(regexp: &str, line: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (number, behind) = reference(after)?;
        out.push_str(&literal_group(regexp, number)?);
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

/// Reads `1` or `g<1>` behind a backslash.
fn reference(text: &str) -> Option<(usize, &str)> {
    if let Some(rest) = text.strip_prefix("g<") {
        let (number, rest) = rest.split_once('>')?;
        return Some((number.parse().ok()?, rest));
    }
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end.min(1));
    Some((number.parse().ok()?, rest))
}

/// Returns the text that a group stands for, where it can be no other.
fn literal_group(regexp: &str, number: usize) -> Option<String> {
    let mut opened: Vec<(Option<usize>, usize)> = Vec::new();
    let mut count = 0;
    let mut chars = regexp.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => {
                // A class ends at the first bracket behind its first character.
                chars.next();
                while let Some((_, c)) = chars.next() {
                    match c {
                        '\\' => {
                            chars.next();
                        }
                        ']' => break,
                        _ => {}
                    }
                }
            }
            '(' => {
                let is_plain = chars.peek().is_none_or(|(_, next)| *next != '?');
                count += usize::from(is_plain);
                opened.push((is_plain.then_some(count), at + 1));
            }
            ')' => {
                let (of, start) = opened.pop()?;
                if of == Some(number) {
                    let is_optional = chars
                        .peek()
                        .is_some_and(|(_, next)| matches!(next, '?' | '*' | '+' | '{'));
                    return if is_optional {
                        None
                    } else {
                        literal(&regexp[start..at])
                    };
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns the text that an expression fits, but for blanks, where it fits only one.
fn literal(regexp: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = regexp.chars().peekable();
    while let Some(c) = chars.next() {
        let unit = match c {
            '\\' => match chars.next()? {
                's' => ' ',
                c if c.is_ascii_alphanumeric() => return None,
                c => c,
            },
            '.' | '[' | ']' | '(' | ')' | '|' | '*' | '+' | '?' | '{' | '}' | '$' => return None,
            '^' if out.is_empty() => continue,
            c => c,
        };
        match chars.peek() {
            Some('*') if unit == ' ' => {
                chars.next();
            }
            Some('+') if unit == ' ' => {
                chars.next();
                out.push(' ');
            }
            // A sign of a comment that may be there, or not.
            Some('?') if matches!(unit, '#' | ';' | ' ') => {
                chars.next();
            }
            Some('*' | '+' | '?' | '{') => return None,
            _ => out.push(unit),
        }
    }
    Some(out)
}

/// Tells whether what a regular expression finds is always a whole line.
pub(in crate::import::ansible::modules) fn is_whole(regexp: &str) -> bool {
    let regexp = regexp.strip_prefix("(?m)").unwrap_or(regexp);
    let starts = regexp.trim_start_matches('(').starts_with('^');
    let end = regexp.trim_end_matches(')');
    let ends = [".*$", ".*", ".+", ".+$", "$"];
    starts && ends.iter().any(|it| end.ends_with(it)) && !regexp.contains("\\n")
}

#[cfg(test)]
mod tests {
    use super::{Finds, expanded, is_whole, lines, section_of};
    use crate::model::Text;

    fn check(text: &str, expected: &[(&str, &str, &str)]) {
        let found = lines("/etc/x", &Text::from(text), "", Finds::Itself);
        let found: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|it| {
                let value = it.value.plain().unwrap_or_default();
                (it.section.as_str(), it.name.as_str(), value)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_line_is_a_name_and_a_value() {
        check("# x\nA=1", &[("", "A", "1")]);
        check("OPTS=\"-a -b\"   # mine", &[("", "OPTS", "-a -b")]);
        check("export A='x y'", &[("", "A", "x y")]);
        check(
            "[s]\nname = a b\nflag",
            &[("s", "name", "a b"), ("s", "flag", "")],
        );
        check("server_tokens off;", &[("", "server_tokens", "off;")]);
        check("network.host: 0.0.0.0", &[("", "network.host", "0.0.0.0")]);
    }

    fn check_expanded(regexp: &str, line: &str, expected: Option<&str>) {
        assert_eq!(expanded(regexp, line).as_deref(), expected, "{regexp}");
    }

    #[test]
    fn what_a_group_stands_for_may_be_certain() {
        check_expanded(r"^(Port\s*=).*", r"\1 22", Some("Port= 22"));
        check_expanded(r"^#?(Storage)=", r"\g<1>=x", Some("Storage=x"));
        check_expanded(r#"^(A=".*)""#, r#"\1 b""#, None);
        check_expanded(r"^(#|)deny", r"\1deny", None);
        check_expanded("x", "y", Some("y"));
    }

    #[test]
    fn a_whole_line_is_found() {
        for (regexp, expected) in [
            ("^#?Storage=.*", true),
            ("^(Storage=)(.*)$", true),
            ("Storage=.*", false),
            ("^Storage", false),
        ] {
            assert_eq!(is_whole(regexp), expected, "{regexp}");
        }
        assert_eq!(section_of(r"^\[Login\]").as_deref(), Some("Login"));
        assert_eq!(section_of("^# x"), None);
    }
}
