//! /etc/passwd: the accounts of people, and of services that the administrator made.
//!
//! Manual: passwd(5)
//!
//! Passwords are never read: whoever can log in gets a file of the person's for the hash.

use crate::import::etc::kinds::{Entry, Fate, Given, Kind, Lines, Meaning};
use crate::model::{Hole, HoleKind, Resource, Text, User};
use crate::syntax::Place;
use crate::syntax::columns;

pub(in crate::import::etc) const PASSWD: &str = "/etc/passwd";
/// Where the hashes are.
pub(in crate::import::etc) const SHADOW: &str = "/etc/shadow";

pub(in crate::import::etc::kinds) const KIND: Kind = Kind {
    name: "passwd",
    paths: PASSWD,
    becomes: "Accounts of people, and those that an administrator made, become users.users.<name> with their uid; those of the distribution are not needed.",
    matches: |path| path == PASSWD,
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let rows = columns::read_colons(given.text());
    rows.iter()
        .map(|row| entry(given, row.place, &row.columns))
        .collect()
}

fn entry(given: &Given, place: Place, fields: &[&str]) -> Entry {
    let [name, password, uid, gid, comment, home, shell] = fields else {
        return given.unknown(place, "an account has seven fields with `:` between them");
    };
    if name.starts_with(['+', '-']) {
        return given.unknown(place, "accounts of NIS are not read");
    }
    if let Some(hole) = given.hole(&[name, uid, gid, comment, home, shell]) {
        return given.entry(place, Meaning::Hole(hole));
    }
    let (Ok(uid), Ok(gid)) = (uid.parse::<u32>(), gid.parse::<u32>()) else {
        return given.unknown(place, "the number of the account or of its group is none");
    };
    let is_root = *name == "root";
    if uid == 0 && !is_root {
        return given.unknown(
            place,
            format!("`{name}` is a second name of root, which NixOS does not make"),
        );
    }
    let is_usual_root = matches!(
        *shell,
        "" | "/bin/sh" | "/bin/bash" | "/usr/bin/bash" | "/bin/ash"
    );
    if let Some(why) = super::user(name, uid).filter(|_| !is_root || is_usual_root) {
        return given.not_needed(place, why);
    }
    let logs_in = !shell.ends_with("/nologin") && !shell.ends_with("/false");
    let is_system = uid < 1000 || !logs_in;
    let makes_home = !["/", "/dev/null", "/proc", "/nonexistent"].contains(home)
        && !["/run/", "/var/run/", "/bin", "/sbin", "/usr/"]
            .iter()
            .any(|it| home.starts_with(it));
    let (password, meant) = secret(given, place, name, password, logs_in && !is_root);
    let full_name = comment.trim_end_matches(',').trim();
    let user = User {
        name: (*name).to_owned(),
        uid: Some(uid),
        group: Some(super::base_group(gid).map_or_else(|| gid.to_string(), str::to_owned)),
        comment: (!full_name.is_empty()).then(|| full_name.to_owned()),
        home: Some((*home).to_owned()),
        create_home: Some(makes_home),
        shell: Some(if shell.is_empty() { "/bin/sh" } else { shell }.to_owned()),
        system: Some(is_system),
        password,
        ..User::default()
    };
    let mut entry = given.entry(place, Meaning::Asks(vec![Resource::User(user)]));
    if let Some(text) = meant {
        entry.text = text;
    }
    entry
}

/// Tells whether /etc/shadow has no password for the account, or one that is locked.
fn is_locked(given: &Given, name: &str) -> bool {
    let shadow = given.others.iter().filter(|(path, _)| path == SHADOW);
    let mut lines = shadow.flat_map(|(_, text)| text.lines());
    lines.any(|line| line == name)
}

/// Returns the accounts of which /etc/shadow says that no password lets anybody in, a line each.
pub(in crate::import::etc) fn locked(shadow: &str) -> String {
    let is_locked = |line: &&str| {
        let field = line.split(':').nth(1);
        field.is_some_and(|it| it.starts_with(['!', '*']))
    };
    let names = shadow
        .lines()
        .filter(is_locked)
        .filter_map(|it| it.split(':').next());
    names.map(|it| format!("{it}\n")).collect()
}

/// Returns what stands for the password, and the line without one that stands in it.
fn secret(
    given: &Given,
    place: Place,
    name: &str,
    field: &str,
    logs_in: bool,
) -> (Option<Text>, Option<Text>) {
    let hole = Hole {
        kind: HoleKind::Secret,
        what: format!("the password of `{name}` on the old machine"),
        span: None,
    };
    match field {
        "" => (None, None),
        // Without a word NixOS makes an account that nobody logs in to with a password.
        "x" if is_locked(given, name) => (None, None),
        "x" => (logs_in.then(|| Text::hole(hole)), None),
        "*" | "!" | "!!" => (Some(field.into()), None),
        _ => {
            let written = given.text().get(place.start..place.end).unwrap_or_default();
            let rest = written.splitn(3, ':').nth(2).unwrap_or_default();
            let mut text = Text::from(format!("{name}:"));
            text.push_hole(hole.clone());
            text.push_str(&format!(":{rest}"));
            (Some(Text::hole(hole)), Some(text))
        }
    }
}
