//! /etc/nsswitch.conf: where names are looked up.
//!
//! Manual: nsswitch.conf(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::{Resource, Setting, Settings};
use crate::syntax::columns;

pub(super) const KIND: Kind = Kind {
    name: "nsswitch",
    paths: "/etc/nsswitch.conf",
    becomes: "Each source of names becomes the option that brings it, such as services.avahi.nssmdns4; those that NixOS has anyway are not needed.",
    matches: |path| path == "/etc/nsswitch.conf",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// Sources that NixOS has by itself, or brings with what they are sources of (config/nsswitch.nix).
const OWN: &[&str] = &[
    "files",
    "compat",
    "db",
    "dns",
    "systemd",
    "mymachines",
    "myhostname",
    "resolve",
    "nis",
];

fn read(given: &Given) -> Vec<Entry> {
    columns::read(given.text())
        .iter()
        .map(|row| {
            let mut words = row.columns.iter().copied();
            let first = words.next().unwrap_or_default();
            let Some((database, rest)) = first.split_once(':') else {
                return given.unknown(row.place, "there is no `:` behind the name of a database");
            };
            let sources: Vec<&str> = Some(rest)
                .into_iter()
                .chain(words)
                .filter(|word| !word.is_empty() && !is_action(word))
                .collect();
            let other: Vec<&str> = sources
                .iter()
                .copied()
                .filter(|it| !OWN.contains(it))
                .collect();
            if given.hole(&row.columns).is_some() {
                return given.unknown(row.place, "a source is not known");
            }
            if other.is_empty() {
                return given.not_needed(row.place, "NixOS looks into these places itself");
            }
            let mdns = other
                .iter()
                .map(|it| mdns(it))
                .collect::<Option<Vec<&str>>>();
            match mdns.filter(|_| database == "hosts") {
                Some(mut names) => {
                    names.sort_unstable();
                    names.dedup();
                    let resources = names.iter().map(|name| {
                        Resource::Setting(Setting {
                            of: Settings::HostSource,
                            name: String::new(),
                            value: (*name).to_owned(),
                        })
                    });
                    given.asks_all(row.place, resources.collect())
                }
                None => {
                    let why = format!(
                        "the source `{}` needs its own module of NixOS",
                        other.join("`, `")
                    );
                    given.unknown(row.place, why)
                }
            }
        })
        .collect()
}

/// `[NOTFOUND=return]`: NixOS orders its sources itself.
fn is_action(word: &str) -> bool {
    word.starts_with('[') || word.ends_with(']')
}

fn mdns(source: &str) -> Option<&'static str> {
    match source {
        "mdns4" | "mdns4_minimal" => Some("mdns4"),
        "mdns6" | "mdns6_minimal" => Some("mdns6"),
        "mdns" | "mdns_minimal" => Some("mdns"),
        _ => None,
    }
}
