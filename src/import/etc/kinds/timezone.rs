//! /etc/timezone: the name of the zone, as Debian keeps it beside /etc/localtime.
//!
//! Manual: <https://wiki.debian.org/TimeZoneChanges>

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::{Resource, Timezone};
use crate::syntax::list;

pub(super) const KIND: Kind = Kind {
    name: "timezone",
    paths: "/etc/timezone",
    becomes: "time.timeZone.",
    matches: |path| path == "/etc/timezone",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let mut entries = Vec::new();
    for item in list::read(given.text()) {
        let entry = if entries.is_empty() {
            let name = item.text.to_owned();
            let timezone = Resource::Timezone(Timezone { name });
            given.asks(item.place, &[item.text], timezone)
        } else {
            given.unknown(item.place, "only the first line is the name of the zone")
        };
        entries.push(entry);
    }
    entries
}
