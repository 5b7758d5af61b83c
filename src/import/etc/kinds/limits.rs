//! limits.conf and limits.d: what a session may use.
//!
//! Manual: limits.conf(5)

use super::{Entry, Fate, Given, Kind, Lines, is_conf_in};
use crate::model::Settings;
use crate::syntax::columns;

pub(super) const KIND: Kind = Kind {
    name: "limits",
    paths: "/etc/security/limits.conf and /etc/security/limits.d/*.conf",
    becomes: "Each line becomes an element of security.pam.loginLimits.",
    matches: |path| {
        path == "/etc/security/limits.conf" || is_conf_in(path, "/etc/security/limits.d")
    },
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// What can be limited.
const ITEMS: &[&str] = &[
    "core",
    "data",
    "fsize",
    "memlock",
    "nofile",
    "rss",
    "stack",
    "cpu",
    "nproc",
    "as",
    "maxlogins",
    "maxsyslogins",
    "priority",
    "locks",
    "sigpending",
    "msgqueue",
    "nice",
    "rtprio",
    "rttime",
];

fn read(given: &Given) -> Vec<Entry> {
    columns::read(given.text())
        .iter()
        .map(|row| match row.columns.as_slice() {
            [domain, kind @ ("soft" | "hard" | "-"), item, value] if ITEMS.contains(item) => {
                let line = format!("{domain} {kind} {item} {value}");
                given.sets(row.place, Settings::Limit, "", &line)
            }
            [_, "soft" | "hard" | "-", item, _] => given.unknown(
                row.place,
                format!("`{item}` is nothing that NixOS's option can limit"),
            ),
            [_, "-"] => given.unknown(row.place, "no limits at all for somebody cannot be said"),
            _ => given.unknown(
                row.place,
                "a limit has a domain, a type, an item and a value",
            ),
        })
        .collect()
}
