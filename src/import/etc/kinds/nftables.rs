//! /etc/nftables.conf: the rules that nftables.service loads.
//!
//! Manual: nft(8)
//!
//! What they come to is said by who lowers them, who knows the files that they include.

use super::{Entry, Fate, Given, Kind, Lines, Meaning};
use crate::syntax::Place;

pub(super) const KIND: Kind = Kind {
    name: "nftables",
    paths: "/etc/nftables.conf, /etc/sysconfig/nftables.conf",
    becomes: "A plain filter of what comes in becomes networking.firewall; other rules become networking.nftables.ruleset as they are, and NixOS's own firewall is turned off.",
    matches: |path| matches!(path, "/etc/nftables.conf" | "/etc/sysconfig/nftables.conf"),
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

/// What Debian's package ships: three chains that let everything through.
const STOCK: &str = "flush ruleset table inet filter { chain input { type filter hook input priority 0; } chain forward { type filter hook forward priority 0; } chain output { type filter hook output priority 0; } }";

fn read(given: &Given) -> Vec<Entry> {
    let text = given.text();
    let said: Vec<&str> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .collect();
    if said.is_empty() {
        return Vec::new();
    }
    let place = Place {
        line: 1,
        start: 0,
        end: text.trim_end_matches('\n').len(),
    };
    let words: Vec<&str> = said
        .iter()
        .flat_map(|line| line.split_ascii_whitespace())
        .collect();
    let squeezed = words
        .join(" ")
        .replace("priority filter", "priority 0")
        .replace(" policy accept;", "");
    if squeezed == STOCK {
        return vec![given.not_needed(place, "the rules let everything through, as without any")];
    }
    let why = "rules stand together";
    vec![given.entry(place, Meaning::Verbatim(why.to_owned()))]
}
