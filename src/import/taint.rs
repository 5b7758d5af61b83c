//! Taint by value: what was found to be a secret in one file is one wherever else it stands, though nothing beside it
//! says so.
//!
//! Only what no other word is likely to be counts: it has letters and figures, and nothing of a path or a name of a host.

use std::collections::BTreeSet;

use super::redact::hole;
use crate::model::{Content, Piece, Resource, Text};

/// Shorter ones may be any word.
const SHORTEST: usize = 6;

/// Returns the text of a file, as far as it is known as a whole.
pub(super) fn plain(resource: &Resource) -> Option<String> {
    text(content(resource)?)?.plain().map(str::to_owned)
}

pub(super) fn content(resource: &Resource) -> Option<&Content> {
    if let Resource::File(file) = resource {
        Some(&file.content)
    } else {
        None
    }
}

/// Returns the secrets that a file had before holes were put in their places.
pub(super) fn taken(before: &str, content: &Content) -> Vec<String> {
    let pieces = text(content).map(Text::pieces).unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = before;
    let mut is_behind_hole = false;
    for piece in pieces {
        match piece {
            Piece::Hole(_) => is_behind_hole = true,
            Piece::Literal(literal) => {
                let Some((value, behind)) = rest.split_once(literal.as_str()) else {
                    return found;
                };
                if is_behind_hole && is_distinctive(value) {
                    found.push(value.to_owned());
                }
                is_behind_hole = false;
                rest = behind;
            }
        }
    }
    if is_behind_hole && is_distinctive(rest) {
        found.push(rest.to_owned());
    }
    found
}

/// Puts holes in the places of known secrets.
pub(super) fn hide(resource: &mut Resource, known: &BTreeSet<String>) {
    let Resource::File(file) = resource else {
        return;
    };
    let Content::Text(text) = &mut file.content else {
        return;
    };
    for value in known {
        if text.pieces().iter().any(|it| next(it, value).is_some()) {
            *text = without(text, value, &file.path);
        }
    }
}

fn text(content: &Content) -> Option<&Text> {
    match content {
        Content::Text(text) => Some(text),
        Content::Binary(_) | Content::Fetched(_) => None,
    }
}

fn is_distinctive(value: &str) -> bool {
    let is_plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '/' | '.' | ':' | '$' | '%' | '{');
    value.len() >= SHORTEST
        && value.chars().all(is_plain)
        && value.chars().any(|c| c.is_ascii_alphabetic())
        && value.chars().any(|c| c.is_ascii_digit())
}

/// Returns where a value stands as a word of its own.
fn next(piece: &Piece, value: &str) -> Option<usize> {
    let Piece::Literal(literal) = piece else {
        return None;
    };
    place(literal, value)
}

fn place(literal: &str, value: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut places = literal.match_indices(value).map(|(at, _)| at);
    places.find(|at| {
        let before = literal[..*at].chars().next_back();
        let behind = literal[at + value.len()..].chars().next();
        !before.is_some_and(is_word) && !behind.is_some_and(is_word)
    })
}

fn without(text: &Text, value: &str, path: &str) -> Text {
    let mut out = Text::new();
    for piece in text.pieces() {
        match piece {
            Piece::Hole(it) => out.push_hole(it.clone()),
            Piece::Literal(literal) => {
                let mut rest = literal.as_str();
                while let Some(at) = place(rest, value) {
                    out.push_str(&rest[..at]);
                    out.push_hole(hole(
                        format!("a secret of {path} that other files have too"),
                        None,
                    ));
                    rest = &rest[at + value.len()..];
                }
                out.push_str(rest);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{content, hide, plain, taken};
    use crate::import::conceal::conceal;
    use crate::model::{Content, File, Resource, Text};

    fn file(path: &str, text: &str) -> Resource {
        Resource::File(File {
            path: path.to_owned(),
            content: Content::Text(Text::from(text)),
            mode: None,
            owner: None,
            group: None,
        })
    }

    fn check(first: &str, second: &str, expected: &str) {
        let mut one = file("/etc/app.env", first);
        let before = plain(&one).unwrap();
        conceal(&mut one);
        let known: BTreeSet<String> = taken(&before, content(&one).unwrap()).into_iter().collect();
        let mut other = file("/etc/nagios/services.cfg", second);
        hide(&mut other, &known);
        let shown = serde_json::to_string(&other).unwrap();
        assert!(shown.contains(expected), "{shown}");
    }

    #[test]
    fn a_secret_is_one_wherever_it_stands() {
        let secret = "DB_PASSWORD=n4vy9s-blue\n";
        check(
            secret,
            "check_db!shop!n4vy9s-blue!x\n",
            "\"check_db!shop!\",{\"secret\"",
        );
        check(
            secret,
            "check_db!xn4vy9s-blue!x\n",
            "check_db!xn4vy9s-blue!x",
        );
        check("MYSQLPASS=\"n4g10s\"\n", "check!n4g10s!b\n", "\"check!\",{");
        check("DB_PASSWORD=change\n", "change it\n", "change it");
    }
}
