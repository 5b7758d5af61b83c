//! Texts with holes as plain strings, and back: each hole is one placeholder character, which syntax readers keep.

use crate::model::{Hole, HoleKind, Piece, Text};
use crate::syntax::{placeholder, placeholder_index};

/// A text as a string. It has as many bytes as the text where the text has no holes.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    pub(crate) text: String,
    slots: Vec<Slot>,
}

#[derive(Clone, Debug)]
enum Slot {
    Hole(Hole),
    /// A placeholder that stood in the text by itself.
    Char(char),
}

/// Returns a text as a string; `None` where it has more holes than there are placeholders.
pub(crate) fn encode(text: &Text) -> Option<Encoded> {
    let mut it = Encoded {
        text: String::new(),
        slots: Vec::new(),
    };
    for piece in text.pieces() {
        match piece {
            Piece::Hole(hole) => it.push(Slot::Hole(hole.clone()))?,
            // A placeholder begins with a byte that no other character has.
            Piece::Literal(literal) if !literal.bytes().any(|it| it >= 0xF4) => {
                it.text.push_str(literal);
            }
            Piece::Literal(literal) => {
                for c in literal.chars() {
                    if placeholder_index(c).is_some() {
                        it.push(Slot::Char(c))?;
                    } else {
                        it.text.push(c);
                    }
                }
            }
        }
    }
    Some(it)
}

impl Encoded {
    fn push(&mut self, slot: Slot) -> Option<()> {
        // One secret is one value: where it stands twice, the texts are the same.
        let same = |it: &Slot| match (it, &slot) {
            (Slot::Hole(one), Slot::Hole(other)) => one.kind == HoleKind::Secret && one == other,
            _ => false,
        };
        if let Some(at) = self.slots.iter().position(same) {
            self.text.push(placeholder(at)?);
            return Some(());
        }
        self.text.push(placeholder(self.slots.len())?);
        self.slots.push(slot);
        Some(())
    }

    /// Returns a part of the string, or what a reader made of it, as a text with its holes.
    pub(crate) fn decode(&self, part: &str) -> Text {
        let mut text = Text::new();
        let mut rest = part;
        while let Some((at, c)) = rest
            .char_indices()
            .find(|(_, c)| placeholder_index(*c).is_some())
        {
            text.push_str(&rest[..at]);
            match placeholder_index(c).and_then(|index| self.slots.get(index)) {
                Some(Slot::Hole(hole)) => text.push_hole(hole.clone()),
                Some(Slot::Char(c)) => text.push_str(c.encode_utf8(&mut [0; 4])),
                None => text.push_str(&rest[at..at + c.len_utf8()]),
            }
            rest = &rest[at + c.len_utf8()..];
        }
        text.push_str(rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::encode;
    use crate::model::{Hole, HoleKind, Text};

    #[test]
    fn holes_and_private_characters_survive() {
        let mut text = Text::from("a\u{100000}b=");
        text.push_hole(Hole {
            kind: HoleKind::Secret,
            what: "x".into(),
            span: None,
        });
        text.push_str("\n");
        let encoded = encode(&text).unwrap();
        assert_eq!(encoded.text.lines().count(), 1);
        assert_eq!(encoded.decode(&encoded.text), text);
        text.push(&text.clone());
        let twice = encode(&text).unwrap();
        assert_eq!(twice.slots.len(), 3);
        assert_eq!(twice.decode(&twice.text), text);
        let (_, value) = encoded.text.split_once('=').unwrap();
        assert_eq!(encoded.decode(value.trim()).holes().count(), 1);
    }
}
