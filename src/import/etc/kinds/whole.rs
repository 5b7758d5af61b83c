//! Files that are understood as a whole by who lowers them, so that only their secrets are hidden, not all they say.

use super::{Entry, Fate, Given, Kind, Lines, Meaning, name_in};
use crate::syntax::Place;

pub(super) const WIREGUARD: Kind = Kind {
    name: "wg-quick",
    paths: "/etc/wireguard/*.conf",
    becomes: "Each file becomes networking.wg-quick.interfaces.<name>; its keys stay in files outside of the store.",
    matches: |path| name_in(path, "/etc/wireguard").is_some_and(|name| name.ends_with(".conf")),
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

pub(super) const CONNECTION: Kind = Kind {
    name: "NetworkManager profile",
    paths: "/etc/NetworkManager/system-connections/*",
    becomes: "Each profile becomes networking.networkmanager.ensureProfiles.profiles.<name>; its passwords are variables of a file outside of the store.",
    matches: |path| name_in(path, "/etc/NetworkManager/system-connections").is_some(),
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let text = given.text();
    let place = Place {
        line: 1,
        start: 0,
        end: text.trim_end_matches('\n').len(),
    };
    if text.trim().is_empty() {
        return Vec::new();
    }
    vec![given.entry(
        place,
        Meaning::Verbatim("its lines stand together".to_owned()),
    )]
}
