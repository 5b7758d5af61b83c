//! sudoers and sudoers.d: who may do what as whom.
//!
//! Manual: sudoers(5)

use super::{Entry, Fate, Given, Kind, Lines, name_in};
use crate::model::{Resource, SudoRule};
use crate::syntax::sudoers;

pub(super) const KIND: Kind = Kind {
    name: "sudoers",
    paths: "/etc/sudoers, and the files of /etc/sudoers.d without a dot in their name",
    becomes: "Each rule becomes an element of security.sudo.extraRules, what these cannot say a line of \
              security.sudo.extraConfig.",
    matches,
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// sudo leaves out files of sudoers.d with a dot in their name.
fn matches(path: &str) -> bool {
    path == "/etc/sudoers"
        || name_in(path, "/etc/sudoers.d").is_some_and(|name| !name.contains('.'))
}

fn read(given: &Given) -> Vec<Entry> {
    let file = sudoers::read(given.text());
    let entries = file.lines.iter().map(|line| entry(given, line)).collect();
    given.with_faults(entries, file.faults)
}

fn entry(given: &Given, line: &sudoers::Line) -> Entry {
    if line.kind == sudoers::Kind::Include {
        return match line.text.trim_end_matches('/') {
            "/etc/sudoers.d" => {
                given.not_needed(line.place, "the files of sudoers.d are read by themselves")
            }
            other => given.unknown(
                line.place,
                format!("`{other}` is included, which is not read"),
            ),
        };
    }
    let squeezed: String = line.text.split_ascii_whitespace().collect();
    if matches!(
        squeezed.as_str(),
        "rootALL=(ALL:ALL)ALL" | "rootALL=(ALL)ALL"
    ) {
        return given.not_needed(line.place, "NixOS's sudo has this rule for root itself");
    }
    if squeezed.starts_with("Defaultssecure_path=") {
        let why = "the programs of NixOS are not in these folders; its sudo needs no search path";
        return given.not_needed(line.place, why);
    }
    let rule = Resource::SudoRule(SudoRule {
        line: line.text.clone(),
    });
    given.asks(line.place, &[&line.text], rule)
}
