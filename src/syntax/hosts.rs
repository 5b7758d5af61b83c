//! /etc/hosts: names of addresses.
//!
//! Manual: hosts(5)

use std::net::IpAddr;

use super::place::lines;
use super::{Fault, Place, placeholder_index};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub address: String,
    /// The canonical name first.
    pub names: Vec<String>,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    pub hosts: Vec<Host>,
    pub faults: Vec<Fault>,
}

pub fn read(text: &str) -> Hosts {
    let mut it = Hosts::default();
    for (place, line) in lines(text) {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let Some(address) = words.next() else {
            continue;
        };
        let names: Vec<String> = words.map(str::to_owned).collect();
        if !is_address(address) {
            it.faults
                .push(Fault::new(place, format!("`{address}` is no address")));
        } else if names.is_empty() {
            it.faults
                .push(Fault::new(place, format!("`{address}` has no name")));
        } else {
            it.hosts.push(Host {
                address: address.to_owned(),
                names,
                place,
            });
        }
    }
    it
}

fn is_address(word: &str) -> bool {
    let without_zone = word.split('%').next().unwrap_or_default();
    without_zone.parse::<IpAddr>().is_ok() || word.chars().any(|c| placeholder_index(c).is_some())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found: Vec<String> = it
            .hosts
            .iter()
            .map(|it| format!("{}: {} {}", it.place.line, it.address, it.names.join(" ")))
            .collect();
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_follow_the_address() {
        check(
            "# a\n192.0.2.1\tdb.example.org  db # the database\nfe80::1%eth0 gw\n",
            &["2: 192.0.2.1 db.example.org db", "3: fe80::1%eth0 gw"],
        );
    }

    #[test]
    fn what_is_no_address_is_a_fault() {
        check("db 192.0.2.1", &["1! `db` is no address"]);
        check("192.0.2.1 # db", &["1! `192.0.2.1` has no name"]);
    }
}
