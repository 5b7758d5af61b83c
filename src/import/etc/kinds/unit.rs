//! Units of systemd and their drop-ins.
//!
//! Manual: systemd.unit(5)
//!
//! Units of users' own managers are ordinary files.

use indexmap::IndexMap;

use super::{Entry, Fate, Given, Kind, Lines, Meaning, name_in};
use crate::model::{Resource, Text, Unit, UnitSection};
use crate::syntax::{Place, unit, unit_directive};

pub(super) const KIND: Kind = Kind {
    name: "unit",
    paths: "units of systemd and their drop-ins, in /etc/systemd/system and the folders beside it",
    becomes: "The directives become options of systemd.services, .timers, .sockets and so on; what the unit runs \
              is looked for in nixpkgs.",
    matches: |path| unit_of(path).is_some(),
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

const FOLDERS: &[&str] = &[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

const SUFFIXES: &[&str] = &[
    ".service",
    ".timer",
    ".socket",
    ".path",
    ".mount",
    ".automount",
    ".swap",
    ".target",
    ".slice",
];

/// Tells whether a name is that of a unit, with its suffix.
pub(super) fn is_unit_name(name: &str) -> bool {
    SUFFIXES.iter().any(|suffix| {
        name.strip_suffix(suffix)
            .is_some_and(|stem| !stem.is_empty())
    })
}

/// Returns the part of a path below a folder of units.
pub(super) fn below_units(path: &str) -> Option<&str> {
    FOLDERS
        .iter()
        .find_map(|folder| path.strip_prefix(folder)?.strip_prefix('/'))
}

/// Returns the unit that the file at a path is about, and whether it is a drop-in of it.
fn unit_of(path: &str) -> Option<(&str, bool)> {
    let below = below_units(path)?;
    match below.split_once('/') {
        None => is_unit_name(below).then_some((below, false)),
        Some((folder, file)) => {
            let unit = folder.strip_suffix(".d")?;
            let is_drop_in = name_in(below, folder).is_some() && file.ends_with(".conf");
            // systemd.unit(5): `service.d/` holds drop-ins of all services.
            let of_all = SUFFIXES
                .iter()
                .any(|suffix| suffix.strip_prefix('.') == Some(unit));
            (is_drop_in && (is_unit_name(unit) || of_all)).then_some((unit, true))
        }
    }
}

fn read(given: &Given) -> Vec<Entry> {
    let Some((name, drop_in)) = unit_of(given.path) else {
        return Vec::new();
    };
    let file = unit::read(given.text());
    let mut entries = Vec::new();
    let places: Vec<Place> = file.sections.iter().map(|section| section.place).collect();
    if let (Some(first), Some(last)) = (places.first(), places.last()) {
        let mut sections: Vec<UnitSection> = Vec::new();
        let mut hole = None;
        for section in &file.sections {
            hole = hole.or_else(|| given.hole(&[&section.name]));
            for directive in &section.directives {
                hole = hole.or_else(|| given.hole(&[&directive.key]));
                let (name, key) = unit_directive::today(&section.name, &directive.key);
                let directives = directives_of(name, &mut sections);
                reset_others(key, &directive.value, directives);
                directives
                    .entry(key.to_owned())
                    .or_default()
                    .push(given.decode(&directive.value));
            }
            // A section without a directive is there, too.
            if section.directives.is_empty() {
                directives_of(&section.name, &mut sections);
            }
        }
        let meaning = match hole {
            Some(hole) => Meaning::Hole(hole),
            None => Meaning::Asks(vec![Resource::Unit(Unit {
                name: name.to_owned(),
                drop_in,
                sections,
                enabled: None,
            })]),
        };
        let mut entry = given.entry(first.to(*last), meaning);
        entry.sections = places;
        entries.push(entry);
    }
    given.with_faults(entries, file.faults)
}

fn directives_of<'a>(
    section: &str,
    sections: &'a mut Vec<UnitSection>,
) -> &'a mut IndexMap<String, Vec<Text>> {
    let at = sections
        .iter()
        .position(|it| it.name == section)
        .unwrap_or_else(|| {
            sections.push(UnitSection {
                name: section.to_owned(),
                directives: IndexMap::new(),
            });
            sections.len() - 1
        });
    &mut sections[at].directives
}

/// Takes away what an assignment resets of directives with other names: the values of one name are in order, but which
/// of two names came first is not kept.
fn reset_others(key: &str, value: &str, directives: &mut IndexMap<String, Vec<Text>>) {
    // systemd.unit(5): an empty condition resets the list of conditions "of any kind".
    for kind in ["Condition", "Assert"] {
        if key.starts_with(kind) && value.is_empty() {
            directives.retain(|name, _| name == key || !name.starts_with(kind));
        }
    }
    // systemd.service(5), TimeoutSec=: "a shorthand for configuring both".
    if key == "TimeoutSec" {
        directives.retain(|name, _| !matches!(name.as_str(), "TimeoutStartSec" | "TimeoutStopSec"));
    }
}
