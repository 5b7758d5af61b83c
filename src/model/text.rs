//! `Text`: a string with holes, and what a hole is.

use std::fmt;

use crate::source::Span;

/// A string of which parts may be unknown, secret, or a path inside a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    Literal(String),
    Hole(Hole),
}

/// What is not in the text, and why.
#[derive(Clone, Debug, PartialOrd, Ord)]
pub struct Hole {
    pub kind: HoleKind,
    /// What it is, for people: `what the task "Get token" printed`.
    pub what: String,
    pub span: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoleKind {
    /// Only the machine can tell.
    Unknown,
    /// Never to be shown.
    Secret,
}

impl PartialEq for Hole {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.what == other.what
    }
}

impl Eq for Hole {}

impl std::hash::Hash for Hole {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.what.hash(state);
    }
}

impl Text {
    pub fn new() -> Text {
        Text::default()
    }

    pub fn hole(hole: Hole) -> Text {
        Text {
            pieces: vec![Piece::Hole(hole)],
        }
    }

    pub fn push_str(&mut self, text: &str) {
        if let Some(Piece::Literal(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else if !text.is_empty() {
            self.pieces.push(Piece::Literal(text.to_owned()));
        }
    }

    pub fn push_hole(&mut self, hole: Hole) {
        self.pieces.push(Piece::Hole(hole));
    }

    pub fn push(&mut self, text: &Text) {
        for piece in &text.pieces {
            match piece {
                Piece::Literal(literal) => self.push_str(literal),
                Piece::Hole(hole) => self.push_hole(hole.clone()),
            }
        }
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Returns the string where it has no holes.
    pub fn plain(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Returns the first hole: a secret one before an unknown one.
    pub fn worst_hole(&self) -> Option<&Hole> {
        let secret = self.holes().find(|hole| hole.kind == HoleKind::Secret);
        secret.or_else(|| self.holes().next())
    }

    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Literal(_) => None,
        })
    }

    /// Splits at line breaks, which are left out; a final break makes no last empty line.
    pub fn lines(&self) -> Vec<Text> {
        let mut lines = vec![Text::new()];
        for piece in &self.pieces {
            match piece {
                Piece::Hole(hole) => push_last(&mut lines, |line| line.push_hole(hole.clone())),
                Piece::Literal(text) => {
                    for (at, part) in text.split('\n').enumerate() {
                        if at > 0 {
                            lines.push(Text::new());
                        }
                        push_last(&mut lines, |line| line.push_str(part));
                    }
                }
            }
        }
        if lines.last().is_some_and(|line| line.pieces.is_empty()) {
            lines.pop();
        }
        lines
    }
}

fn push_last(lines: &mut [Text], push: impl FnOnce(&mut Text)) {
    if let Some(last) = lines.last_mut() {
        push(last);
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        let mut it = Text::new();
        it.push_str(text);
        it
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::from(text.as_str())
    }
}

/// Shows holes as `<unknown: …>` and `<secret: …>`, for people; never a value.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => f.write_str(text)?,
                Piece::Hole(hole) => {
                    let kind = match hole.kind {
                        HoleKind::Unknown => "unknown",
                        HoleKind::Secret => "secret",
                    };
                    write!(f, "<{kind}: {}>", hole.what)?;
                }
            }
        }
        Ok(())
    }
}

/// A text without holes is a string, so that rules and dumps read well; with holes it is a list of pieces.
impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        if let Some(plain) = self.plain() {
            return serializer.serialize_str(plain);
        }
        let mut seq = serializer.serialize_seq(Some(self.pieces.len()))?;
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => seq.serialize_element(text)?,
                Piece::Hole(hole) => {
                    let kind = if hole.kind == HoleKind::Secret {
                        "secret"
                    } else {
                        "unknown"
                    };
                    seq.serialize_element(&std::collections::BTreeMap::from([(kind, &hole.what)]))?;
                }
            }
        }
        seq.end()
    }
}

#[cfg(test)]
mod tests {
    use super::{Hole, HoleKind, Text};

    #[test]
    fn lines_keep_their_holes() {
        let mut text = Text::from("a\nb=");
        text.push_hole(Hole {
            kind: HoleKind::Secret,
            what: "x".into(),
            span: None,
        });
        text.push_str("\n");
        let lines: Vec<String> = text.lines().iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["a", "b=<secret: x>"]);
        assert_eq!(text.plain(), None);
    }
}
