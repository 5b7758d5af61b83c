//! Where certificates lie: what names certbot's files names those of NixOS, for the certificates that it orders.

use std::borrow::Cow;

use super::{FOLDER, orders};
use crate::model::{Content, Entry, Machine, Piece, Resource, Text};

/// The names of certbot's files, and NixOS's own.
const FILES: [(&str, &str); 4] = [
    ("/fullchain.pem", "/fullchain.pem"),
    ("/privkey.pem", "/key.pem"),
    ("/chain.pem", "/chain.pem"),
    ("/cert.pem", "/cert.pem"),
];

/// Returns the machine with the places that its certificates have on NixOS.
pub(in crate::lower) fn at_home(machine: &Machine) -> Cow<'_, Machine> {
    let names: Vec<String> = orders(machine).into_iter().map(|it| it.name).collect();
    if names.is_empty() {
        return Cow::Borrowed(machine);
    }
    let mut own = machine.clone();
    for entry in &mut own.entries {
        move_entry(entry, &names);
    }
    Cow::Owned(own)
}

fn move_entry(entry: &mut Entry, names: &[String]) {
    let mut moved = Vec::new();
    if let Resource::File(file) = &mut entry.resource {
        if file.path.starts_with(FOLDER) {
            return;
        }
        if let Content::Text(text) = &mut file.content {
            *text = moved_text(text, names, &mut moved);
        }
    } else if let Resource::Link(link) = &mut entry.resource {
        link.target = moved_path(&link.target, names, &mut moved);
    }
    for name in moved {
        entry.assumptions.push(format!(
            "`security.acme` has ordered the certificate `{name}`"
        ));
    }
}

fn moved_text(text: &Text, names: &[String], moved: &mut Vec<String>) -> Text {
    let mut out = Text::new();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => out.push_str(&moved_path(literal, names, moved)),
            Piece::Hole(hole) => out.push_hole(hole.clone()),
        }
    }
    out
}

fn moved_path(text: &str, names: &[String], moved: &mut Vec<String>) -> String {
    let mut out = text.to_owned();
    for name in names {
        for (theirs, ours) in FILES {
            let theirs = format!("{FOLDER}/live/{name}{theirs}");
            if out.contains(&theirs) {
                out = out.replace(&theirs, &format!("/var/lib/acme/{name}{ours}"));
                if !moved.contains(name) {
                    moved.push(name.clone());
                }
            }
        }
    }
    out
}
