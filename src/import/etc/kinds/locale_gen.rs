//! /etc/locale.gen: the locales that are made.
//!
//! Manual: locale-gen(8), locale.gen(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::Settings;
use crate::syntax::columns;

pub(super) const KIND: Kind = Kind {
    name: "locale.gen",
    paths: "/etc/locale.gen",
    becomes: "Each line becomes an element of i18n.extraLocales.",
    matches: |path| path == "/etc/locale.gen",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    columns::read(given.text())
        .iter()
        .map(|row| match row.columns.as_slice() {
            ["en_US.UTF-8" | "C.UTF-8", "UTF-8"] => {
                given.not_needed(row.place, "every NixOS has this locale")
            }
            [locale, charset] => given.sets(
                row.place,
                Settings::LocaleList,
                "",
                &format!("{locale}/{charset}"),
            ),
            _ => given.unknown(row.place, "a line has a locale and its character set"),
        })
        .collect()
}
