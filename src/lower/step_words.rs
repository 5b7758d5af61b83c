//! The words of a command of which parts may not be known.

use crate::model::{Piece, Text};
use crate::syntax::systemd_words::{Atom, words};

/// Splits a command as systemd does, which for quotes and blanks is as a shell does; none where a quote stays open.
pub(super) fn split(text: &Text) -> Option<Vec<Text>> {
    let mut atoms = Vec::new();
    for (at, piece) in text.pieces().iter().enumerate() {
        match piece {
            Piece::Literal(literal) => atoms.extend(literal.chars().map(Atom::Char)),
            Piece::Hole(_) => atoms.push(Atom::Hole(at)),
        }
    }
    let word = |atoms: Vec<Atom>| {
        let mut word = Text::new();
        for atom in atoms {
            match atom {
                Atom::Char(c) => word.push_str(c.encode_utf8(&mut [0; 4])),
                Atom::Hole(at) => {
                    if let Some(Piece::Hole(hole)) = text.pieces().get(at) {
                        word.push_hole(hole.clone());
                    }
                }
            }
        }
        word
    };
    Some(words(&atoms).ok()?.into_iter().map(word).collect())
}

/// The name of the program that the words of a command begin with.
pub(super) fn program(words: &[Text]) -> Option<&str> {
    let program = words.first()?.plain()?;
    program.rsplit('/').next()
}
