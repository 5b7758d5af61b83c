//! /etc/shells: programs that may be a user's shell.
//!
//! Manual: shells(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::syntax::columns;

pub(super) const KIND: Kind = Kind {
    name: "shells",
    paths: "/etc/shells",
    becomes: "Nothing: NixOS lists the shells that it has.",
    matches: |path| path == "/etc/shells",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    columns::read(given.text())
        .iter()
        .map(|row| {
            let path = row.columns.first().copied().unwrap_or_default();
            let is_packages = ["/bin/", "/usr/bin/", "/usr/sbin/", "/sbin/"]
                .iter()
                .any(|folder| path.strip_prefix(folder).is_some_and(|name| !name.contains('/')));
            if is_packages && row.columns.len() == 1 {
                let why = "a package of the distribution lists its shell; so do programs.<shell>.enable and users.users.<name>.shell";
                return given.not_needed(row.place, why);
            }
            given.unknown(row.place, "the shell comes from no package; environment.shells takes its path")
        })
        .collect()
}
