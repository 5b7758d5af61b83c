//! /etc/subuid and /etc/subgid: numbers that users may give to those of their containers.
//!
//! Manuals: subuid(5), subgid(5)

use crate::import::etc::kinds::{Entry, Fate, Given, Kind, Lines};
use crate::model::{IdKind, Resource, SubordinateIds};
use crate::syntax::columns;

pub(in crate::import::etc::kinds) const KIND: Kind = Kind {
    name: "subordinate ids",
    paths: "/etc/subuid and /etc/subgid",
    becomes: "Each range becomes users.users.<name>.subUidRanges or .subGidRanges.",
    matches: |path| kind(path).is_some(),
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn kind(path: &str) -> Option<IdKind> {
    match path {
        "/etc/subuid" => Some(IdKind::User),
        "/etc/subgid" => Some(IdKind::Group),
        _ => None,
    }
}

fn read(given: &Given) -> Vec<Entry> {
    let Some(kind) = kind(given.path) else {
        return Vec::new();
    };
    columns::read_colons(given.text())
        .iter()
        .map(|row| {
            let [user, first, count] = row.columns.as_slice() else {
                return given.unknown(row.place, "a line has a user, a first number and a count");
            };
            let (Ok(first), Ok(count)) = (first.trim().parse(), count.trim().parse()) else {
                return given.unknown(row.place, "the first number or the count is none");
            };
            if super::is_known(user) && *user != "root" {
                return given.not_needed(
                    row.place,
                    "a package's account, which the module of its service brings",
                );
            }
            let ids = SubordinateIds {
                user: (*user).to_owned(),
                kind,
                first,
                count,
            };
            given.asks_all(row.place, vec![Resource::SubordinateIds(ids)])
        })
        .collect()
}
