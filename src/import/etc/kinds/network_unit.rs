//! Networks, devices and links of systemd-networkd.
//!
//! Manuals: systemd.network(5), systemd.netdev(5), systemd.link(5)
//!
//! Private keys of tunnels never leave the file.

use indexmap::IndexMap;

use super::{Entry, Fate, Given, Kind, Lines, Meaning, name_in};
use crate::model::{Hole, HoleKind, NetworkUnit, NetworkUnitKind, Resource, Text, UnitSection};
use crate::syntax::{Place, unit};

pub(super) const KIND: Kind = Kind {
    name: "networkd",
    paths: "*.network, *.netdev and *.link of /etc/systemd/network",
    becomes: "Each file becomes systemd.network.networks, .netdevs or .links.<name>.",
    matches: |path| unit_of(path).is_some(),
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

fn unit_of(path: &str) -> Option<(&str, NetworkUnitKind)> {
    let name = name_in(path, "/etc/systemd/network")?;
    let (stem, suffix) = name.rsplit_once('.')?;
    let kind = match suffix {
        "network" => NetworkUnitKind::Network,
        "netdev" => NetworkUnitKind::Netdev,
        "link" => NetworkUnitKind::Link,
        _ => return None,
    };
    (!stem.is_empty()).then_some((stem, kind))
}

fn read(given: &Given) -> Vec<Entry> {
    let Some((name, kind)) = unit_of(given.path) else {
        return Vec::new();
    };
    let file = unit::read(given.text());
    let places: Vec<Place> = file.sections.iter().map(|section| section.place).collect();
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return given.with_faults(Vec::new(), file.faults);
    };
    let mut entry = given.entry(first.to(*last), Meaning::Asks(Vec::new()));
    let mut hole = entry.text.worst_hole().cloned();
    let mut sections = Vec::new();
    for section in &file.sections {
        let mut directives: IndexMap<String, Vec<Text>> = IndexMap::new();
        for directive in &section.directives {
            if is_secret(&directive.key) && !directive.value.is_empty() {
                let secret = Hole {
                    kind: HoleKind::Secret,
                    what: format!("{} of {}", directive.key, given.path),
                    span: None,
                };
                entry.text = Text::hole(secret.clone());
                hole = Some(secret);
            }
            let values = directives.entry(directive.key.clone()).or_default();
            values.push(given.decode(&directive.value));
        }
        // What may stand once only says more when it stands again; lists are told apart when they are lowered.
        sections.push(UnitSection {
            name: section.name.clone(),
            directives,
        });
    }
    entry.sections = places;
    entry.meaning = match hole {
        Some(hole) => Meaning::Hole(hole),
        None => Meaning::Asks(vec![Resource::NetworkUnit(NetworkUnit {
            name: name.to_owned(),
            kind,
            sections,
        })]),
    };
    given.with_faults(vec![entry], file.faults)
}

fn is_secret(key: &str) -> bool {
    matches!(key, "PrivateKey" | "PresharedKey" | "Key" | "Password")
}
