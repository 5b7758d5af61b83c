//! `reading`: what a file of a known kind below /etc asks for, as entries of the model.

use super::etc::kinds::{Fate, Meaning, Reading};
use crate::account::Code;
use crate::model::{Content, Entry, File, Opaque, Origin, Resource, Text};

/// What a part of a file comes to.
pub(super) enum Said {
    Asks(Entry),
    /// It has no meaning of its own on NixOS; whose it is, and why.
    NotNeeded(Origin, String),
    /// It is left to the person: what shows it in the output, and why.
    Left(Entry, Code, String),
}

/// Returns what the parts of a reading come to. `file` is the entry of the file itself, `origin_of` tells who asked for
/// the part of this number.
pub(super) fn said(
    file: &Entry,
    reading: &Reading,
    origin_of: impl Fn(usize) -> Origin,
) -> Vec<Said> {
    let mut all = Vec::new();
    let mut rest_of = Origin::default();
    for (part, at) in reading.entries.iter().zip(0..) {
        let origin = origin_of(at);
        match &part.meaning {
            Meaning::Asks(resources) => {
                for resource in resources {
                    all.push(Said::Asks(Entry {
                        resource: resource.clone(),
                        origin: origin.clone(),
                        ..file.clone()
                    }));
                }
            }
            Meaning::NotNeeded(reason) => all.push(Said::NotNeeded(origin, reason.clone())),
            Meaning::Verbatim(_) => rest_of.merge(&origin),
            Meaning::Hole(hole) => {
                let reason = format!("{} depends on {}", shown_short(&part.text), hole.what);
                let shown = opaque(file, origin, reading.kind, &reason, &part.text);
                all.push(Said::Left(shown, Code::ValueUnknown, reason));
            }
            Meaning::Unknown(why) => {
                let reason = format!("a line cannot be stated: {why}");
                let shown = opaque(file, origin, reading.kind, &reason, &part.text);
                all.push(Said::Left(shown, Code::CannotState, reason));
            }
        }
    }
    match (reading.file, &file.resource, reading.rest()) {
        (Fate::Kept, _, _) => all.push(Said::Asks(file.clone())),
        (Fate::Replaced, Resource::File(it), Some(rest)) => all.push(Said::Asks(Entry {
            resource: Resource::File(File {
                content: Content::Text(rest),
                ..it.clone()
            }),
            origin: rest_of,
            ..file.clone()
        })),
        (Fate::Replaced, _, _) => {}
    }
    all
}

/// Shows a line, and of several the first.
fn shown_short(text: &Text) -> String {
    let lines = text.lines();
    match lines.as_slice() {
        [first, _, ..] => format!("what begins with `{first}`"),
        _ => format!("`{text}`"),
    }
}

fn opaque(file: &Entry, origin: Origin, kind: &str, reason: &str, text: &Text) -> Entry {
    let opaque = Opaque {
        subject: kind.to_owned(),
        title: String::new(),
        reason: reason.to_owned(),
        cure: None,
        lines: text.lines(),
    };
    Entry {
        resource: Resource::Opaque(opaque),
        origin,
        ..file.clone()
    }
}
