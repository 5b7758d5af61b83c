//! `ufw`, `firewall-cmd` and `iptables`: their rules, in the words of their modules.
//!
//! Manuals: ufw(8), firewall-cmd(1), iptables(8)

use super::calls::{Call, call};
use super::sense::Sense;
use crate::syntax::shell::Simple;

/// Where systems keep the rules that they load at boot.
const SAVED: [&str; 5] = [
    "/etc/iptables",
    "/etc/sysconfig/ip",
    "/etc/ip6tables",
    "/etc/nftables",
    "/etc/sysconfig/nftables",
];
const LOADS: &str =
    "NixOS loads the rules of its configuration at boot, and again when they change";

/// Says why a command that saves the rules of a filter, or loads those that are saved, has no meaning.
pub(super) fn of_saved(command: &Simple) -> Option<Sense> {
    let words: Vec<&str> = command
        .words
        .iter()
        .filter_map(|it| it.plain.as_deref())
        .collect();
    let (path, arguments) = words.split_first()?;
    let program = path.rsplit('/').next().unwrap_or(path);
    let is_saved = |it: &str| SAVED.iter().any(|start| it.starts_with(start));
    let files = command
        .redirections
        .iter()
        .filter_map(|it| it.target.plain.as_deref());
    let mut all = files.chain(arguments.iter().copied());
    let is_meant = match program {
        "iptables-save" | "ip6tables-save" | "iptables-restore" | "ip6tables-restore" | "nft" => {
            all.any(is_saved) && arguments.first() != Some(&"add")
        }
        "netfilter-persistent" | "iptables-persistent" => true,
        "service" => matches!(arguments, ["iptables" | "ip6tables", "save"]),
        _ => false,
    };
    is_meant.then_some(Sense::Nothing(LOADS))
}

/// Reads the arguments of ufw; nothing for what only looks, or is not known here.
pub(super) fn of_ufw(arguments: &[&str]) -> Option<Call> {
    let mut words = arguments
        .iter()
        .copied()
        .filter(|it| *it != "--force")
        .peekable();
    let mut params: Vec<(&'static str, &str)> = Vec::new();
    let mut first = words.next()?;
    match first {
        "enable" => return Some(call("ufw", &[("state", "enabled")])),
        "disable" => return Some(call("ufw", &[("state", "disabled")])),
        "reload" => return Some(call("ufw", &[("state", "reloaded")])),
        "reset" => return Some(call("ufw", &[("state", "reset")])),
        "logging" => return Some(call("ufw", &[("logging", words.next()?)])),
        "default" => {
            params.push(("policy", words.next()?));
            params.extend(words.next().map(|it| ("direction", it)));
            return Some(call("ufw", &params));
        }
        _ => {}
    }
    if first == "delete" {
        params.push(("delete", "yes"));
        first = words.next()?;
    }
    if first == "insert" || first == "prepend" {
        if first == "insert" {
            words.next();
        }
        first = words.next()?;
    }
    if first == "route" {
        params.push(("route", "yes"));
        first = words.next()?;
    }
    if first == "rule" {
        first = words.next()?;
    }
    if !matches!(first, "allow" | "deny" | "reject" | "limit") {
        return None;
    }
    params.push(("rule", first));
    let mut is_to = true;
    while let Some(word) = words.next() {
        match word {
            "in" | "out" => params.push(("direction", word)),
            "on" => params.push(("interface", words.next()?)),
            "log" | "log-all" => {}
            "comment" => {
                words.next();
            }
            "proto" => params.push(("proto", words.next()?)),
            "from" | "to" => {
                is_to = word == "to";
                let name = if is_to { "to_ip" } else { "from_ip" };
                params.push((name, words.next()?));
            }
            "port" => params.push((if is_to { "to_port" } else { "from_port" }, words.next()?)),
            "app" => params.push(("name", words.next()?)),
            port if port.starts_with(|c: char| c.is_ascii_digit()) => match port.split_once('/') {
                Some((port, protocol)) => {
                    params.extend([("to_port", port), ("proto", protocol)]);
                }
                None => params.push(("to_port", port)),
            },
            name => {
                let name = name.trim_matches(['"', '\'']);
                params.push(("name", name.split_once('/').map_or(name, |(name, _)| name)));
            }
        }
    }
    Some(call("ufw", &params))
}

/// Reads the arguments of firewall-cmd; nothing for what only looks, loads anew, or is not known here.
pub(super) fn of_firewalld(arguments: &[&str]) -> Option<Vec<Call>> {
    const VALUES: [(&str, &str); 5] = [
        ("port", "port"),
        ("service", "service"),
        ("interface", "interface"),
        ("source", "source"),
        ("rich-rule", "rich_rule"),
    ];
    let mut zone = None;
    let mut wishes: Vec<(&'static str, &str, bool)> = Vec::new();
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        let (name, mut value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        match name {
            "--permanent" | "-q" | "--quiet" => continue,
            "--add-masquerade" | "--remove-masquerade" => {
                wishes.push(("masquerade", "yes", name.starts_with("--add")));
                continue;
            }
            _ => {}
        }
        let value = match value.take() {
            Some(value) => value,
            None => words.next()?,
        };
        if name == "--zone" {
            zone = Some(value);
            continue;
        }
        let add = name.strip_prefix("--add-");
        let kind = add.or_else(|| name.strip_prefix("--remove-"))?;
        let (_, param) = VALUES.iter().find(|(it, _)| *it == kind)?;
        wishes.push((param, value.trim_matches(['"', '\'']), add.is_some()));
    }
    let calls = wishes.into_iter().map(|(param, value, is_added)| {
        let state = if is_added { "enabled" } else { "disabled" };
        let mut params = vec![(param, value), ("state", state)];
        params.extend(zone.map(|it| ("zone", it)));
        call("firewalld", &params)
    });
    let calls: Vec<Call> = calls.collect();
    (!calls.is_empty()).then_some(calls)
}

/// Reads the arguments of iptables; nothing for what only looks, or is not known here.
pub(super) fn of_iptables(program: &str, arguments: &[&str]) -> Option<Call> {
    let family = if program == "ip6tables" {
        "ipv6"
    } else {
        "ipv4"
    };
    let mut params: Vec<(&'static str, &str)> = vec![("ip_version", family)];
    let mut line: Vec<String> = Vec::new();
    let mut words = arguments.iter().copied().peekable();
    let mut is_known = false;
    while let Some(word) = words.next() {
        match word {
            "-t" | "--table" => params.push(("table", words.next()?)),
            "-w" | "--wait" => {
                words.next_if(|it| it.bytes().all(|c| c.is_ascii_digit()));
            }
            "-A" | "--append" | "-I" | "--insert" | "-D" | "--delete" if !is_known => {
                is_known = true;
                params.push(("chain", words.next()?));
                if word == "-I" || word == "--insert" {
                    params.push(("action", "insert"));
                    let number = words.next_if(|it| it.bytes().all(|c| c.is_ascii_digit()));
                    params.extend(number.map(|it| ("rule_num", it)));
                } else if word != "-A" && word != "--append" {
                    params.push(("state", "absent"));
                }
            }
            "-P" | "--policy" => {
                is_known = true;
                params.extend([("chain", words.next()?), ("policy", words.next()?)]);
            }
            "-F" | "--flush" => {
                is_known = true;
                params.push(("flush", "yes"));
                params.extend(words.next().map(|it| ("chain", it)));
            }
            "-N" | "--new-chain" => {
                is_known = true;
                params.extend([("chain", words.next()?), ("chain_management", "yes")]);
            }
            "-m" if words.peek() == Some(&"comment") => {
                words.next();
            }
            "--comment" => {
                words.next();
            }
            word if word.contains([' ', '"', '\'']) => line.push(format!("\"{word}\"")),
            word => line.push(word.to_owned()),
        }
    }
    let line = line.join(" ");
    if !line.is_empty() {
        params.push(("_line", &line));
    }
    is_known.then(|| call("iptables", &params))
}
