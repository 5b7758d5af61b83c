//! `packet-filter`: the chain of rules for what comes in, as nixos/modules/services/networking/firewall-iptables.nix
//! builds it from `networking.firewall`, in the words of iptables-save.
//!
//! Manual: iptables-extensions(8). Packets are tried on the rules, one for every port: in the tree are the ports at which
//! a new connection is let in, from anywhere and on each interface and from each address that the rules name, whether
//! pings are answered, and in their order the rules that ask for more than that.

use serde_json::{Map, Value, json};

use super::{Format, each, plain};
use crate::syntax::iptables::{self, Rule, command_words, target_words};

pub(super) static FORMAT: Format = Format {
    name: "packet-filter",
    write,
    tree,
};

pub(super) fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let list = |place: &Map<String, Value>, name: &str| -> Vec<Value> {
        place
            .get(name)
            .map(|it| each(it).to_vec())
            .unwrap_or_default()
    };
    let mut rules: Vec<String> = Vec::new();
    rules.push("-A nixos-fw -i lo -j ACCEPT".to_owned());
    for name in list(own, "trustedInterfaces") {
        rules.push(format!("-A nixos-fw -i {} -j ACCEPT", plain(&name)));
    }
    rules.push("-A nixos-fw -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT".to_owned());
    let mut places: Vec<(String, &Map<String, Value>)> = vec![(String::new(), own)];
    for (name, place) in own
        .get("interfaces")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        places.push((format!(" -i {name}"), place.as_object()?));
    }
    for (on, place) in &places {
        for (option, protocol) in [("allowedTCPPorts", "tcp"), ("allowedUDPPorts", "udp")] {
            for port in list(place, option) {
                rules.push(format!(
                    "-A nixos-fw -p {protocol} --dport {port}{on} -j ACCEPT"
                ));
            }
        }
        for (option, protocol) in [
            ("allowedTCPPortRanges", "tcp"),
            ("allowedUDPPortRanges", "udp"),
        ] {
            for range in list(place, option) {
                let (from, to) = (range.get("from")?, range.get("to")?);
                rules.push(format!(
                    "-A nixos-fw -p {protocol} --dport {from}:{to}{on} -j ACCEPT"
                ));
            }
        }
    }
    if own.get("allowPing") != Some(&Value::Bool(false)) {
        let limit = own.get("pingLimit").and_then(Value::as_str);
        let limit = limit
            .map(|it| format!(" -m limit {it}"))
            .unwrap_or_default();
        rules.push(format!(
            "-A nixos-fw -p icmp --icmp-type echo-request{limit} -j ACCEPT"
        ));
    }
    let mut at_start: Vec<String> = Vec::new();
    let mut chains: Vec<String> = Vec::new();
    let commands = own
        .get("extraCommands")
        .and_then(Value::as_str)
        .unwrap_or_default();
    for line in commands.lines() {
        // Of both families the one for IPv4 is looked at here.
        let command = line
            .strip_prefix("ip46tables ")
            .or_else(|| line.strip_prefix("iptables "));
        let Some(command) = command else {
            if line.starts_with(':') || line.starts_with("-A own-") {
                chains.push(line.to_owned());
            }
            continue;
        };
        let command = command.replace("nixos-fw-accept", "ACCEPT");
        if let Some(rest) = command.strip_prefix("-I nixos-fw ") {
            let (_, rest) = rest.split_once(' ')?;
            at_start.push(format!("-A nixos-fw {rest}"));
        } else if command.starts_with("-A nixos-fw ") {
            rules.push(command);
        }
    }
    at_start.extend(rules);
    let refuse = if own.get("rejectPackets") == Some(&Value::Bool(true)) {
        "REJECT"
    } else {
        "DROP"
    };
    let mut text = "*filter\n:INPUT ACCEPT [0:0]\n:nixos-fw - [0:0]\n".to_owned();
    for rule in at_start {
        text += &format!("{rule}\n");
    }
    text += &format!("-A nixos-fw -j {refuse}\n-A INPUT -j nixos-fw\nCOMMIT\n");
    Some(text)
}

/// A packet that opens a connection.
struct Packet<'a> {
    protocol: &'a str,
    port: u16,
    interface: &'a str,
    source: &'a str,
}

#[derive(Clone, Copy, PartialEq)]
enum Fits {
    Yes,
    No,
    /// It hangs on what a packet alone does not say.
    Maybe,
}

const ELSEWHERE: &str = "elsewhere";

pub(super) fn tree(text: &str) -> Result<Value, String> {
    let read = iptables::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let Some(table) = read.tables.iter().find(|it| it.name == "filter") else {
        return Ok(json!({ "lets-in": "all" }));
    };
    let policy = table.chains.iter().find(|it| it.name == "INPUT");
    let accepts = policy.and_then(|it| it.policy.as_deref()) != Some("DROP");
    let mut rules = Vec::new();
    flatten(table, "INPUT", &mut rules, 0)?;
    let named = |name: &str| -> Vec<String> {
        let all = rules.iter().filter_map(|rule: &Rule| rule.value(name));
        let mut all: Vec<String> = all.filter(|it| *it != "lo").map(str::to_owned).collect();
        all.sort();
        all.dedup();
        all
    };
    let mut root = Map::new();
    let interfaces = named("in-interface");
    let sources = named("source");
    let everywhere = open(&rules, accepts, ELSEWHERE, ELSEWHERE);
    for name in interfaces {
        let own = open(&rules, accepts, &name, ELSEWHERE);
        if own != everywhere {
            root.insert(format!("on {name}"), own);
        }
    }
    for name in sources {
        let own = open(&rules, accepts, ELSEWHERE, &name);
        if own != everywhere {
            root.insert(format!("from {name}"), own);
        }
    }
    root.insert("from anywhere".to_owned(), everywhere);
    let more: Vec<String> = rules
        .iter()
        .filter(|rule| asks_more(rule))
        .map(shown)
        .collect();
    root.insert("besides".to_owned(), more.into());
    Ok(Value::Object(root))
}

/// Puts the rules of chains in the place of the jumps to them.
fn flatten(
    table: &iptables::Table,
    chain: &str,
    out: &mut Vec<Rule>,
    depth: usize,
) -> Result<(), String> {
    if depth > 8 {
        return Err("chains call each other too deep".to_owned());
    }
    for rule in table.rules.iter().filter(|it| it.chain == chain) {
        let target = rule.target.as_ref().map(|it| it.name.as_str());
        let is_chain = table
            .chains
            .iter()
            .any(|it| Some(it.name.as_str()) == target);
        match target {
            Some(name) if is_chain => {
                let from = out.len();
                flatten(table, name, out, depth + 1)?;
                for own in &mut out[from..] {
                    own.conditions.splice(0..0, rule.conditions.iter().cloned());
                }
            }
            Some("LOG" | "NFLOG" | "RETURN") => {}
            Some(_) | None => out.push(rule.clone()),
        }
    }
    Ok(())
}

/// Returns what is open to packets of an interface and a source: ranges of ports, and pings.
fn open(rules: &[Rule], accepts: bool, interface: &str, source: &str) -> Value {
    let mut found = Map::new();
    for protocol in ["tcp", "udp"] {
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for port in 1..=u16::MAX {
            let packet = Packet {
                protocol,
                port,
                interface,
                source,
            };
            // Answers of DHCP reach the clients of both systems before a filter does.
            let is_dhcp = protocol == "udp" && matches!(port, 68 | 546);
            if is_dhcp || !is_accepted(rules, accepts, &packet) {
                continue;
            }
            match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(port) => *last = port,
                _ => ranges.push((port, port)),
            }
        }
        let shown: Vec<String> = ranges
            .iter()
            .map(|(from, to)| format!("{from}-{to}"))
            .collect();
        found.insert(protocol.to_owned(), shown.into());
    }
    let ping = Packet {
        protocol: "icmp",
        port: 0,
        interface,
        source,
    };
    found.insert("ping".to_owned(), is_accepted(rules, accepts, &ping).into());
    Value::Object(found)
}

fn is_accepted(rules: &[Rule], accepts: bool, packet: &Packet<'_>) -> bool {
    for rule in rules {
        let verdict = match rule.target.as_ref().map(|it| it.name.as_str()) {
            Some("ACCEPT") => true,
            Some("DROP" | "REJECT") => false,
            Some(_) | None => continue,
        };
        match fits(rule, packet) {
            Fits::Yes => return verdict,
            // What a limit lets in is open, and what one keeps out is not closed.
            Fits::Maybe if verdict => return true,
            Fits::Maybe | Fits::No => {}
        }
    }
    accepts
}

fn fits(rule: &Rule, packet: &Packet<'_>) -> Fits {
    let mut all = Fits::Yes;
    for condition in &rule.conditions {
        let value = condition
            .values
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let own = match condition.name.as_str() {
            "protocol" => match value {
                "1" => packet.protocol == "icmp",
                "6" => packet.protocol == "tcp",
                "17" => packet.protocol == "udp",
                "all" => true,
                other => other == packet.protocol,
            },
            "in-interface" => match value.strip_suffix('+') {
                Some(start) => packet.interface.starts_with(start),
                None => value == packet.interface,
            },
            "source" => value == packet.source || matches!(value, "0.0.0.0/0" | "::/0"),
            "dport" => value.split(',').any(|part| is_port(part, packet.port)),
            "ctstate" => value.split(',').any(|it| it == "NEW"),
            "syn" => true,
            "icmp-type" => matches!(value, "8" | "any" | "echo-request"),
            _ => {
                all = Fits::Maybe;
                continue;
            }
        };
        if own == condition.is_not {
            return Fits::No;
        }
    }
    all
}

fn is_port(part: &str, port: u16) -> bool {
    let named = match part {
        "ssh" => "22",
        "http" | "www" => "80",
        "https" => "443",
        "domain" => "53",
        other => other,
    };
    let (from, to) = named.split_once([':', '-']).unwrap_or((named, named));
    let from = from.parse().unwrap_or(0);
    let to = to.parse().unwrap_or(u16::MAX);
    (from..=to).contains(&port)
}

/// Tells whether a rule asks for more than a port, an interface and an address.
fn asks_more(rule: &Rule) -> bool {
    let known = [
        "protocol",
        "in-interface",
        "source",
        "dport",
        "ctstate",
        "syn",
        "icmp-type",
    ];
    let accepts_errors = rule.value("protocol").is_some_and(|it| it == "icmp");
    let own = unguarded(rule);
    !accepts_errors && !own.asks_only(&known) && own.value("in-interface") != Some("lo")
}

/// Leaves out what only keeps a rule from packets that are accepted before it.
fn unguarded(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    rule.conditions.retain(|it| {
        let is_guard = it.is_not
            && match it.name.as_str() {
                "in-interface" => it.values == ["lo"],
                "ctstate" => it.values == ["ESTABLISHED,RELATED"],
                _ => false,
            };
        !is_guard
    });
    rule
}

fn shown(rule: &Rule) -> String {
    let rule = unguarded(rule);
    let mut words = command_words(&rule.conditions, false);
    words.sort();
    words.extend(rule.target.iter().flat_map(target_words));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, tree};
    use serde_json::json;

    #[test]
    fn ports_are_tried_one_by_one() {
        let written = (FORMAT.write)(&json!({
            "allowedTCPPorts": [22, 80],
            "interfaces": { "eth1": { "allowedUDPPortRanges": [{ "from": 5, "to": 9 }] } },
            "extraCommands": "iptables -I nixos-fw 1 ! -i lo -s 192.0.2.9 -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP\nip46tables -A nixos-fw -p tcp -s 10.0.0.0/8 --dport 5432 -j nixos-fw-accept\n",
        }));
        let source = "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -s 192.0.2.9 -j DROP\n-A INPUT -p icmp -j ACCEPT\n-A INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT\n-A INPUT -i eth1 -p udp --dport 5:9 -j ACCEPT\n-A INPUT -s 10.0.0.0/8 -p tcp --dport 5432 -j ACCEPT\nCOMMIT\n";
        assert_eq!(tree(&written.unwrap()), tree(source));
    }

    #[test]
    fn a_port_that_is_lost_is_a_difference() {
        let one = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n";
        let other = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 23 -j ACCEPT\nCOMMIT\n";
        assert_ne!(tree(one), tree(other));
    }
}
