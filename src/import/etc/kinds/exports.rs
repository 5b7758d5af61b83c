//! /etc/exports: folders that other machines may mount by NFS.
//!
//! Manual: exports(5)

use super::{Entry, Fate, Given, Kind, Lines, Meaning};
use crate::syntax::list;

pub(super) const KIND: Kind = Kind {
    name: "exports",
    paths: "/etc/exports and /etc/exports.d/*.exports",
    becomes: "Each line becomes a line of services.nfs.server.exports.",
    matches,
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn matches(path: &str) -> bool {
    path == "/etc/exports"
        || super::name_in(path, "/etc/exports.d").is_some_and(|name| name.ends_with(".exports"))
}

fn read(given: &Given) -> Vec<Entry> {
    list::read_joined(given.text())
        .iter()
        .map(|item| {
            let path = item.text.trim_start_matches('"');
            if !path.starts_with(['/', '-']) && given.hole(&[&item.text]).is_none() {
                return given.unknown(item.place, "an export begins with the path of a folder");
            }
            let why = "an export stands with the others";
            given.entry(item.place, Meaning::Verbatim(why.to_owned()))
        })
        .collect()
}
