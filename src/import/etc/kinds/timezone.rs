//! /etc/timezone: the name of the zone, as Debian keeps it beside /etc/localtime.
//!
//! Manual: <https://wiki.debian.org/TimeZoneChanges>

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::{Resource, Timezone};

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
    given.only_name("the zone", |name| Resource::Timezone(Timezone { name }))
}
