//! /etc/group: groups, and who is in them.
//!
//! Manual: group(5)

use crate::import::etc::kinds::{Entry, Fate, Given, Kind, Lines, Meaning};
use crate::model::{Group, Membership, Resource};
use crate::syntax::Place;
use crate::syntax::columns;

pub(in crate::import::etc::kinds) const KIND: Kind = Kind {
    name: "group",
    paths: "/etc/group",
    becomes: "Groups that an administrator made become users.groups.<name>, members users.users.<name>.extraGroups; those of the distribution are not needed.",
    matches: |path| path == "/etc/group",
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
    let [name, _, gid, members] = fields else {
        return given.unknown(place, "a group has four fields with `:` between them");
    };
    if name.starts_with(['+', '-']) {
        return given.unknown(place, "groups of NIS are not read");
    }
    if let Some(hole) = given.hole(&[name, gid, members]) {
        return given.entry(place, Meaning::Hole(hole));
    }
    let Ok(gid) = gid.parse::<u32>() else {
        return given.unknown(place, format!("`{gid}` is no number of a group"));
    };
    let distributions = super::group(name, gid);
    let members = members
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty());
    // Packages put their accounts into groups of packages; into a group of his own only the administrator does.
    let members =
        members.filter(|it| *it != "root" && (distributions.is_none() || !super::is_known(it)));
    let mut resources: Vec<Resource> = members
        .map(|user| {
            Resource::Membership(Membership {
                group: (*name).to_owned(),
                user: user.to_owned(),
            })
        })
        .collect();
    if let Some(why) = distributions.filter(|_| resources.is_empty()) {
        return given.not_needed(place, why);
    }
    if distributions.is_none() {
        let group = Group {
            name: (*name).to_owned(),
            gid: Some(gid),
        };
        resources.insert(0, Resource::Group(group));
    }
    given.entry(place, Meaning::Asks(resources))
}
