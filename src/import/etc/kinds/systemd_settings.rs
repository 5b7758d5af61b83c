//! journald.conf, logind.conf, resolved.conf and the files like them: settings of systemd and its daemons.
//!
//! Manuals: journald.conf(5), logind.conf(5), resolved.conf(5), timesyncd.conf(5), systemd-system.conf(5),
//! systemd-sleep.conf(5), coredump.conf(5), oomd.conf(5), networkd.conf(5)

use std::collections::HashMap;

use super::{Entry, Fate, Given, Kind, Lines, is_conf_in};
use crate::model::Settings;
use crate::syntax::unit::{self, Directive};

pub(super) const KIND: Kind = Kind {
    name: "systemd settings",
    paths: "system.conf, journald.conf, logind.conf, resolved.conf and timesyncd.conf of /etc/systemd, with their drop-ins",
    becomes: "Each setting becomes one of the daemon's options, such as services.logind.settings.",
    matches: |path| tables(path).next().is_some(),
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// Files by their names without `.conf`, their sections, and what these set.
const TABLES: &[(&str, &str, Settings)] = &[
    ("coredump", "Coredump", Settings::Coredump),
    ("journald", "Journal", Settings::Journald),
    ("logind", "Login", Settings::Logind),
    ("networkd", "Network", Settings::NetworkdNetwork),
    ("networkd", "DHCPv4", Settings::NetworkdDhcpV4),
    ("networkd", "DHCP", Settings::NetworkdDhcpV4),
    ("networkd", "DHCPv6", Settings::NetworkdDhcpV6),
    ("oomd", "OOM", Settings::Oomd),
    ("resolved", "Resolve", Settings::Resolved),
    ("sleep", "Sleep", Settings::Sleep),
    ("system", "Manager", Settings::Manager),
    ("timesyncd", "Time", Settings::Timesyncd),
    ("user", "Manager", Settings::UserManager),
];

/// Directives of which each line adds to the ones before.
const LISTS: &[&str] = &[
    "DNS",
    "DefaultEnvironment",
    "Domains",
    "FallbackDNS",
    "FallbackNTP",
    "ManagerEnvironment",
    "NTP",
];

/// Directives of which an empty line means that there are none, not those that systemd was built with.
const FALLBACKS: &[&str] = &["FallbackDNS", "FallbackNTP"];

/// Directives that systemd does not have any more.
const GONE: &[&str] = &[
    "Controllers",
    "ResetControllers",
    "CrashAction",
    "DefaultBlockIOAccounting",
    "DefaultCPUAccounting",
    "JoinControllers",
    "SystemdMode",
];

fn tables(path: &str) -> impl Iterator<Item = &'static (&'static str, &'static str, Settings)> {
    let below = path.strip_prefix("/etc/systemd/").unwrap_or_default();
    TABLES.iter().filter(move |(stem, _, _)| {
        below.strip_suffix(".conf") == Some(stem)
            || is_conf_in(path, &format!("/etc/systemd/{stem}.conf.d"))
    })
}

fn read(given: &Given) -> Vec<Entry> {
    let file = unit::read(given.text());
    let mut entries = Vec::new();
    let mut by_key: HashMap<(Settings, &str), Vec<&Directive>> = HashMap::new();
    for section in &file.sections {
        let table = tables(given.path).find(|(_, name, _)| *name == section.name);
        let Some((_, _, of)) = table else {
            for directive in &section.directives {
                let why = format!("there is no section [{}] in this file", section.name);
                entries.push(given.unknown(directive.place, why));
            }
            continue;
        };
        for directive in &section.directives {
            by_key
                .entry((*of, directive.key.as_str()))
                .or_default()
                .push(directive);
        }
    }
    let mut keys: Vec<_> = by_key.into_iter().collect();
    keys.sort_by_key(|(_, all)| all.first().map(|it| it.place));
    for ((of, key), all) in keys {
        entries.extend(read_key(given, of, key, &all));
    }
    given.with_faults(entries, file.faults)
}

/// Reads all lines of one directive.
fn read_key(given: &Given, of: Settings, key: &str, all: &[&Directive]) -> Vec<Entry> {
    // An empty value takes back what came before it.
    let from = all
        .iter()
        .rposition(|it| it.value.is_empty())
        .map_or(0, |at| at + 1);
    // Who gives no servers to fall back on wants none, where systemd has some of its own.
    let keeps_none = FALLBACKS.contains(&key) && from == all.len() && from > 0;
    let (gone, held) = all.split_at(if keeps_none { from - 1 } else { from });
    let mut entries: Vec<Entry> = gone
        .iter()
        .map(|it| {
            given.not_needed(
                it.place,
                format!(
                    "an empty `{key}` stands for systemd's default, and takes back what came before"
                ),
            )
        })
        .collect();
    let is_gone = GONE.contains(&key);
    let is_list = LISTS.contains(&key);
    let joined = held
        .iter()
        .map(|it| it.value.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let last = held.last().map(|it| it.place);
    for it in held {
        entries.push(if is_gone {
            given.not_needed(
                it.place,
                format!("the systemd of NixOS has no `{key}` any more"),
            )
        } else if is_list {
            given.sets(it.place, of, key, &joined)
        } else if Some(it.place) != last && key.ends_with("Extra") {
            given.unknown(
                it.place,
                format!("several lines of `{key}` are not put together"),
            )
        } else if let Some(last) = last.filter(|last| *last != it.place) {
            given.not_needed(it.place, format!("line {} sets `{key}` again", last.line))
        } else {
            given.sets(it.place, of, key, &it.value)
        });
    }
    entries
}
