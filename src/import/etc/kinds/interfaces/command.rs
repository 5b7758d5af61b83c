//! Commands that run when an interface comes up or goes down.
//!
//! What sets a parameter of the kernel or adds a rule to the packet filter is one of these; any other command is left.

use crate::import::etc::kinds::{Entry, Given};
use crate::model::{Resource, Setting, Settings, Sysctl};
use crate::syntax::Place;

/// Files of rules that are read by themselves.
const RULES: [&str; 8] = [
    "/etc/iptables/rules.v4",
    "/etc/iptables/rules.v6",
    "/etc/iptables/rules",
    "/etc/iptables.rules",
    "/etc/ip6tables.rules",
    "/etc/iptables.up.rules",
    "/etc/ip6tables.up.rules",
    "/etc/iptables.conf",
];

pub(super) fn up(given: &Given, place: Place, name: &str, command: &str) -> Entry {
    let command = named(command, name);
    let words: Vec<&str> = command.split_ascii_whitespace().collect();
    let program = words.first().and_then(|it| it.rsplit('/').next());
    if matches!(
        program,
        Some("iptables-restore" | "ip6tables-restore" | "nft")
    ) && let Some(path) = RULES
        .iter()
        .chain(["/etc/nftables.conf"].iter())
        .find(|path| words.contains(path) || command.ends_with(&format!("<{path}")))
    {
        let why = format!("the rules of {path} are NixOS's firewall, which loads them itself");
        return given.not_needed(place, why);
    }
    if let Some(it) = sysctl(&words) {
        return given.asks_all(place, vec![Resource::Sysctl(it)]);
    }
    if let Some(rule) = rule(&words) {
        let setting = Setting {
            of: Settings::FirewallRule,
            name: String::new(),
            value: rule,
        };
        return given.asks_all(place, vec![Resource::Setting(setting)]);
    }
    // A step would run once, and not whenever the interface comes up.
    given.unknown(
        place,
        "a command is no configuration; networking.localCommands runs one",
    )
}

pub(super) fn down(given: &Given, place: Place, command: &str) -> Entry {
    let words: Vec<&str> = command.split_ascii_whitespace().collect();
    let program = words.first().and_then(|it| it.rsplit('/').next());
    let takes = |it: &&str| matches!(*it, "-D" | "--delete" | "-F" | "--flush" | "-X");
    match program {
        Some("iptables" | "ip6tables") if words.iter().any(takes) => given.not_needed(
            place,
            "NixOS's firewall takes its rules away when it stops",
        ),
        Some("iptables-save" | "ip6tables-save") => given.not_needed(
            place,
            "the rules are part of the configuration, and nothing has to save them",
        ),
        _ => given.unknown(
            place,
            "a command at the end of an interface is no configuration; preStop of a service can run it",
        ),
    }
}

/// Puts the name of the interface in where the shell would have it.
fn named(command: &str, name: &str) -> String {
    ["\"$IFACE\"", "${IFACE}", "$IFACE"]
        .iter()
        .fold(command.to_owned(), |text, it| text.replace(it, name))
}

/// Reads `sysctl -w x=y`, and `echo y > /proc/sys/x`.
fn sysctl(words: &[&str]) -> Option<Sysctl> {
    let (program, rest) = words.split_first()?;
    match (program.rsplit('/').next()?, rest) {
        ("sysctl", [options @ .., assignment])
            if options.iter().all(|it| matches!(*it, "-w" | "-q" | "-e")) =>
        {
            let (name, value) = assignment.split_once('=')?;
            Some(of(name, value))
        }
        ("echo", [value, ">", path]) => {
            let name = path.strip_prefix("/proc/sys/")?;
            Some(of(&name.replace('/', "."), value))
        }
        ("echo", [value, target]) => {
            let name = target.strip_prefix(">/proc/sys/")?;
            Some(of(&name.replace('/', "."), value))
        }
        _ => None,
    }
}

/// Reads `iptables -A ..`, in the words in which tasks ask for a rule.
fn rule(words: &[&str]) -> Option<String> {
    let (program, rest) = words.split_first()?;
    let family = match program.rsplit('/').next()? {
        "iptables" => "-4",
        "ip6tables" => "-6",
        _ => return None,
    };
    let is_shell = |it: &&str| it.contains(['|', '&', ';', '<', '>', '$', '`', '"', '\'']);
    if rest.iter().any(is_shell) || rest.contains(&"-w") {
        return None;
    }
    let (table, rest) = match rest {
        ["-t" | "--table", table, rest @ ..] => (*table, rest),
        [rest @ .., "-t" | "--table", table] => (*table, rest),
        rest => ("filter", rest),
    };
    let (first, rest) = rest.split_first()?;
    let operation = match *first {
        "-A" | "--append" => "-A",
        "-I" | "--insert" => "-I",
        _ => return None,
    };
    // A number says where in the chain it goes, which hangs on what is there.
    if rest.get(1)?.parse::<u32>().is_ok() {
        return None;
    }
    let table = match table {
        "filter" => String::new(),
        table => format!("-t {table} "),
    };
    Some(format!("{family} {table}{operation} {}", rest.join(" ")))
}

fn of(name: &str, value: &str) -> Sysctl {
    Sysctl {
        name: name.to_owned(),
        value: value.trim_matches(['"', '\'']).into(),
    }
}
