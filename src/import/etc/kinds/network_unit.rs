//! Networks, devices and links of systemd-networkd.
//!
//! Manuals: systemd.network(5), systemd.netdev(5), systemd.link(5)
//!
//! Keys of tunnels are holes, which whoever lowers the unit puts into files of their own.

use indexmap::IndexMap;

use super::{Entry, Fate, Given, Kind, Lines, Meaning, name_in};
use crate::model::{Hole, HoleKind, NetworkUnit, NetworkUnitKind, Resource, Text, UnitSection};
use crate::syntax::{Place, unit};

pub(super) const KIND: Kind = Kind {
    name: "networkd",
    paths: "*.network, *.netdev and *.link of /etc/systemd/network, and what adds to them in folders *.d",
    becomes: "Each file becomes systemd.network.networks, .netdevs or .links.<name>; keys stay in files outside of the store.",
    matches: |path| unit_of(path).is_some(),
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

/// The unit, its kind, and the name of what adds to it.
fn unit_of(path: &str) -> Option<(&str, NetworkUnitKind, Option<&str>)> {
    const FOLDER: &str = "/etc/systemd/network";
    let folder = path.rsplit_once('/')?.0;
    let (name, drop_in) = match folder.strip_suffix(".d") {
        Some(unit) => {
            let added = name_in(path, folder)?.strip_suffix(".conf")?;
            (name_in(unit, FOLDER)?, Some(added))
        }
        None => (name_in(path, FOLDER)?, None),
    };
    let (stem, suffix) = name.rsplit_once('.')?;
    let kind = match suffix {
        "network" => NetworkUnitKind::Network,
        "netdev" => NetworkUnitKind::Netdev,
        "link" => NetworkUnitKind::Link,
        _ => return None,
    };
    (!stem.is_empty()).then_some((stem, kind, drop_in))
}

fn read(given: &Given) -> Vec<Entry> {
    let Some((name, kind, drop_in)) = unit_of(given.path) else {
        return Vec::new();
    };
    let file = unit::read(given.text());
    let places: Vec<Place> = file.sections.iter().map(|section| section.place).collect();
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return given.with_faults(Vec::new(), file.faults);
    };
    let mut entry = given.entry(first.to(*last), Meaning::Asks(Vec::new()));
    let mut hole: Option<Hole> = None;
    let mut sections = Vec::new();
    for section in &file.sections {
        let mut directives: IndexMap<String, Vec<Text>> = IndexMap::new();
        for directive in &section.directives {
            let mut value = given.decode(&directive.value);
            let is_unknown = value.holes().any(|it| it.kind == HoleKind::Unknown);
            // `@name` is a credential, which systemd reads elsewhere.
            let is_given = value
                .plain()
                .is_none_or(|it| !it.is_empty() && !it.starts_with('@'));
            let is_own = is_secret(&section.name, &directive.key) && is_given;
            if is_own && !is_unknown {
                if value.plain().is_some() {
                    value = Text::hole(Hole {
                        kind: HoleKind::Secret,
                        what: format!("{} of {}", directive.key, given.path),
                        span: None,
                    });
                }
                // What is shown of the file must not hold it.
                entry.text = value.clone();
            } else {
                hole = value.worst_hole().cloned().or(hole);
            }
            let values = directives.entry(directive.key.clone()).or_default();
            values.push(value);
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
            drop_in: drop_in.map(str::to_owned),
            sections,
        })]),
    };
    given.with_faults(vec![entry], file.faults)
}

/// The key of a tunnel is a number, that of MACsec is one.
fn is_secret(section: &str, key: &str) -> bool {
    match key {
        "PrivateKey" | "PresharedKey" | "Password" | "WakeOnLanPassword" | "PIN" => true,
        "Key" => section.starts_with("MACsec"),
        _ => false,
    }
}
