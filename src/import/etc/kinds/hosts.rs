//! /etc/hosts: names of addresses, without those that every machine has.
//!
//! Manual: hosts(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::{HostsEntry, Resource};
use crate::syntax::hosts;

pub(super) const KIND: Kind = Kind {
    name: "hosts",
    paths: "/etc/hosts",
    becomes: "Each line becomes names of networking.hosts.<address>. The lines of the loopback addresses are not \
              needed.",
    matches: |path| path == "/etc/hosts",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// The names that distributions give to the loopback addresses.
const LOOPBACK: &[&str] = &[
    "localhost",
    "localhost.localdomain",
    "localhost4",
    "localhost4.localdomain4",
    "localhost6",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
];

/// Debian's names for multicast groups, in the file of every Debian machine.
const MULTICAST: &[(&str, &str)] = &[
    ("fe00::0", "ip6-localnet"),
    ("ff00::0", "ip6-mcastprefix"),
    ("ff02::1", "ip6-allnodes"),
    ("ff02::2", "ip6-allrouters"),
    ("ff02::3", "ip6-allhosts"),
];

fn read(given: &Given) -> Vec<Entry> {
    let file = hosts::read(given.text());
    let entries = file.hosts.iter().map(|host| entry(given, host)).collect();
    given.with_faults(entries, file.faults)
}

fn entry(given: &Given, host: &hosts::Host) -> Entry {
    let address = host.address.as_str();
    let is_loopback = matches!(address, "127.0.0.1" | "::1");
    let names: Vec<String> = host
        .names
        .iter()
        .filter(|name| !(is_loopback && LOOPBACK.contains(&name.as_str())))
        .cloned()
        .collect();
    if names.is_empty() {
        return given.not_needed(host.place, "NixOS has the line of localhost itself");
    }
    if names
        .iter()
        .all(|name| MULTICAST.contains(&(address, name)))
    {
        return given.not_needed(
            host.place,
            "Debian's name for a group of addresses, in the file of every Debian machine",
        );
    }
    // Debian's address for the machine's own name. A name with a domain is kept: the host name alone does not say it.
    if address == "127.0.1.1" && !names.iter().any(|name| name.contains('.')) {
        let why = "the machine's own name: NixOS has a line for it itself";
        let mut own = given.not_needed(host.place, why);
        if let Some(hole) = given.hole(&names.iter().map(String::as_str).collect::<Vec<_>>()) {
            own.meaning = super::Meaning::Hole(hole);
        }
        return own;
    }
    let mut fields: Vec<&str> = names.iter().map(String::as_str).collect();
    fields.push(address);
    let resource = Resource::HostsEntry(HostsEntry {
        address: host.address.clone(),
        names: names.clone(),
    });
    given.asks(host.place, &fields, resource)
}
