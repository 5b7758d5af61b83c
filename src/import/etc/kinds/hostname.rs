//! /etc/hostname.
//!
//! Manual: hostname(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::{Hostname, Resource};
use crate::syntax::list;

pub(super) const KIND: Kind = Kind {
    name: "hostname",
    paths: "/etc/hostname",
    becomes: "networking.hostName.",
    matches: |path| path == "/etc/hostname",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let mut entries = Vec::new();
    for item in list::read(given.text()) {
        let entry = if entries.is_empty() {
            let name = item.text.to_owned();
            let hostname = Resource::Hostname(Hostname { name });
            given.asks(item.place, &[item.text], hostname)
        } else {
            given.unknown(item.place, "only the first line is the name of the machine")
        };
        entries.push(entry);
    }
    entries
}
