//! /etc/hostname.
//!
//! Manual: hostname(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::{Hostname, Resource};

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
    given.only_name("the machine", |name| Resource::Hostname(Hostname { name }))
}
