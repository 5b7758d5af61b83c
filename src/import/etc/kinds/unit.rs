//! Units of systemd and their drop-ins.
//!
//! Manual: systemd.unit(5)
//!
//! Units of users' own managers are ordinary files.

use indexmap::IndexMap;

use super::{Entry, Fate, Given, Kind, Lines, Meaning, name_in};
use crate::model::{Resource, Unit, UnitSection};
use crate::syntax::{Place, unit};

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
            (is_drop_in && is_unit_name(unit)).then_some((unit, true))
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
            let at = match sections.iter().position(|it| it.name == section.name) {
                Some(at) => at,
                None => {
                    sections.push(UnitSection {
                        name: section.name.clone(),
                        directives: IndexMap::new(),
                    });
                    sections.len() - 1
                }
            };
            for directive in &section.directives {
                hole = hole.or_else(|| given.hole(&[&directive.key]));
                sections[at]
                    .directives
                    .entry(directive.key.clone())
                    .or_default()
                    .push(given.decode(&directive.value));
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
