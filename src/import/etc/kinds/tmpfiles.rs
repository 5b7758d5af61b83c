//! tmpfiles.d: files and folders that are made, cleaned and removed at boot.
//!
//! Manual: tmpfiles.d(5)

use super::{Entry, Fate, Given, Kind, Lines, is_conf_in};
use crate::model::Settings;
use crate::syntax::list;

pub(super) const KIND: Kind = Kind {
    name: "tmpfiles",
    paths: "/etc/tmpfiles.d/*.conf",
    becomes: "Each line becomes an element of systemd.tmpfiles.rules.",
    matches: |path| is_conf_in(path, "/etc/tmpfiles.d"),
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

const TYPES: &str = "fwdDevqQpLcbCxXrRzZtThHaAmF";

fn read(given: &Given) -> Vec<Entry> {
    list::read(given.text())
        .iter()
        .map(|item| {
            let mut words = item.text.split_ascii_whitespace();
            let (Some(kind), Some(path)) = (words.next(), words.next()) else {
                return given.unknown(item.place, "a line has at least a type and a path");
            };
            let mut letters = kind.chars();
            let known = letters.next().is_some_and(|c| TYPES.contains(c))
                && letters.all(|c| "+!-=~^$?".contains(c));
            if !known {
                return given.unknown(
                    item.place,
                    format!("`{kind}` is no type that tmpfiles knows"),
                );
            }
            if !path.trim_matches('"').starts_with(['/', '%']) && given.hole(&[path]).is_none() {
                return given.unknown(item.place, format!("`{path}` is no absolute path"));
            }
            given.sets(item.place, Settings::Tmpfiles, "", item.text)
        })
        .collect()
}
