//! /etc/aliases: who gets whose mail.
//!
//! Manual: aliases(5)

use super::{Entry, Fate, Given, Kind, Lines, Meaning};
use crate::syntax::aliases;

pub(super) const KIND: Kind = Kind {
    name: "aliases",
    paths: "/etc/aliases, /etc/mail/aliases and /etc/postfix/aliases",
    becomes: "Each line becomes a line of services.postfix.extraAliases.",
    matches: |path| {
        matches!(
            path,
            "/etc/aliases" | "/etc/mail/aliases" | "/etc/postfix/aliases"
        )
    },
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let file = aliases::read(given.text());
    let mut entries = Vec::new();
    for alias in &file.aliases {
        let why = "an alias stands with the others";
        entries.push(match (alias.name.as_str(), alias.targets.as_str()) {
            ("postmaster", "root") => {
                given.not_needed(alias.place, "NixOS's postfix has this alias itself")
            }
            (_, "") => given.unknown(alias.place, format!("`{}` has nobody to go to", alias.name)),
            _ => given.entry(alias.place, Meaning::Verbatim(why.to_owned())),
        });
    }
    given.with_faults(entries, file.faults)
}
