//! /etc/environment: variables of every session.
//!
//! Manual: pam_env(8)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::Settings;
use crate::syntax::assignments::Assignment;

pub(super) const KIND: Kind = Kind {
    name: "environment",
    paths: "/etc/environment",
    becomes: "Each line becomes environment.sessionVariables.<name>.",
    matches: |path| path == "/etc/environment",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// Folders of programs of other distributions.
const USUAL_PATH: &[&str] = &[
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/usr/games",
    "/usr/local/games",
    "/snap/bin",
];

fn read(given: &Given) -> Vec<Entry> {
    given.last_assignments(|it| super::locale::entry(given, it).unwrap_or_else(|| entry(given, it)))
}

fn entry(given: &Given, it: &Assignment) -> Entry {
    if it.name == "PATH" {
        let own: Vec<&str> = it
            .value
            .split(':')
            .filter(|folder| !folder.is_empty() && !USUAL_PATH.contains(folder))
            .collect();
        return if own.is_empty() {
            given.not_needed(it.place, "NixOS makes the search path of its profiles")
        } else {
            let why = format!(
                "NixOS makes the search path of its profiles, and `{}` is in none",
                own.join("`, `")
            );
            given.unknown(it.place, why)
        };
    }
    // NixOS also writes the variables into a script of the shell, where a `$` would mean more.
    if it.expands {
        return given.unknown(
            it.place,
            "a shell would put something else in place of a part of the value",
        );
    }
    given.sets(it.place, Settings::Session, &it.name, &it.value)
}
