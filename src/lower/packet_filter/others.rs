//! What a table does besides letting packets in: address translation as networking.nat, the rest in chains of its own.
//!
//! nixos/modules/services/networking/nat-iptables.nix says what the options of networking.nat come to. Chains that no
//! option makes are loaded by iptables-restore, which empties them first and leaves all others alone.

use super::input::{is_dynamic, is_log, rules_of};
use crate::nix::Expr;
use crate::syntax::iptables::{Rule, Table, command_words, target_words};

/// What the options of networking.nat say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Nat {
    pub(super) outside: Option<String>,
    pub(super) address: Option<String>,
    pub(super) inside: Vec<String>,
    pub(super) forwards: Vec<Forward>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Forward {
    pub(super) protocol: String,
    pub(super) port: String,
    pub(super) destination: String,
}

/// Commands that load chains, and those that take them away.
#[derive(Debug, Default)]
pub(super) struct Chains {
    pub(super) start: String,
    pub(super) stop: String,
}

/// Reads a table `nat` that the options can say.
pub(super) fn nat(table: &Table) -> Option<Nat> {
    let mut nat = Nat::default();
    for rule in &table.rules {
        let target = rule.target.as_ref()?;
        if is_dynamic(&target.name) || is_dynamic(&rule.chain) {
            continue;
        }
        let (interface, option) = match rule.chain.as_str() {
            "POSTROUTING" => (rule.value("out-interface")?, &target.options),
            "PREROUTING" => (rule.value("in-interface")?, &target.options),
            _ => return None,
        };
        if nat.outside.as_deref().is_some_and(|it| it != interface) {
            return None;
        }
        nat.outside = Some(interface.to_owned());
        let told = |name: &str| match option.as_slice() {
            [only] if only.name == name => only.values.first().cloned(),
            _ => None,
        };
        match target.name.as_str() {
            "MASQUERADE" | "SNAT" if rule.chain == "POSTROUTING" => {
                let address = if target.name == "SNAT" {
                    Some(told("to-source")?)
                } else if option.is_empty() {
                    None
                } else {
                    return None;
                };
                if !rule.asks_only(&["out-interface", "source"])
                    || !nat.inside.is_empty() && nat.address != address
                {
                    return None;
                }
                nat.address = address;
                let inside = rule.value("source").unwrap_or("0.0.0.0/0").to_owned();
                if !nat.inside.contains(&inside) {
                    nat.inside.push(inside);
                }
            }
            "DNAT" if rule.chain == "PREROUTING" => {
                nat.forwards.push(forward(rule, &told("to-destination")?)?)
            }
            _ => return None,
        }
    }
    (!nat.inside.is_empty() || !nat.forwards.is_empty()).then_some(nat)
}

fn forward(rule: &Rule, destination: &str) -> Option<Forward> {
    let protocol = rule.value("protocol")?;
    let port = rule.value("dport")?;
    let is_plain = rule.asks_only(&["in-interface", "protocol", "dport"]);
    if !is_plain || !matches!(protocol, "tcp" | "udp") || port.contains(',') {
        return None;
    }
    let destination = if destination.contains(':') {
        destination.to_owned()
    } else {
        format!("{destination}:{}", port.replace(':', "-"))
    };
    Some(Forward {
        protocol: protocol.to_owned(),
        port: port.to_owned(),
        destination,
    })
}

impl Forward {
    pub(super) fn expr(&self) -> Expr {
        let port = self.port.parse::<i64>();
        Expr::Attrs(vec![
            ("proto".to_owned(), Expr::str(&self.protocol)),
            (
                "sourcePort".to_owned(),
                port.map_or_else(|_| Expr::str(&self.port), Expr::Int),
            ),
            ("destination".to_owned(), Expr::str(&self.destination)),
        ])
    }
}

/// Returns the commands for the chains of a table that nothing else says; none where they let everything pass.
pub(super) fn chains(table: &Table, is_v6: bool, forwards: bool) -> Chains {
    let mut found = Chains::default();
    let (tool, restore) = if is_v6 {
        ("ip6tables", "ip6tables-restore")
    } else {
        ("iptables", "iptables-restore")
    };
    let of_filter = table.name == "filter";
    let mut lines: Vec<String> = Vec::new();
    let mut own: Vec<(&str, String)> = Vec::new();
    let mut called: Vec<&str> = Vec::new();
    for chain in &table.chains {
        let policy = chain.policy.as_deref();
        let is_input = of_filter && chain.name == "INPUT";
        let Some(policy) = policy.filter(|_| !is_input) else {
            continue;
        };
        let rules = rules_of(table, &chain.name);
        let passes = |rule: &&Rule| {
            rule.target.as_ref().is_none_or(|target| {
                target.name == "ACCEPT" && policy == "ACCEPT"
                    || is_log(&target.name)
                    || is_dynamic(&target.name)
            })
        };
        let is_idle = chain.name == "FORWARD" && rules.is_empty() && !forwards;
        if is_idle || policy == "ACCEPT" && rules.iter().all(passes) && table.name != "mangle" {
            continue;
        }
        let name = format!("own-{}", chain.name.to_ascii_lowercase());
        lines.extend(rules.iter().map(|rule| line(rule, &name, is_v6)));
        if policy != "ACCEPT" {
            lines.push(format!("-A {name} -j {policy}"));
        }
        for rule in rules {
            call(table, rule, &mut called);
        }
        own.push((&chain.name, name));
    }
    if own.is_empty() || lines.is_empty() {
        return found;
    }
    let mut text = format!("{restore} --noflush <<'EOF'\n*{}\n", table.name);
    for (_, name) in &own {
        text.push_str(&format!(":{name} - [0:0]\n"));
    }
    for chain in &called {
        text.push_str(&format!(":{chain} - [0:0]\n"));
        let rules = rules_of(table, chain);
        lines.extend(rules.iter().map(|rule| line(rule, chain, is_v6)));
    }
    text.push_str(&lines.join("\n"));
    text.push_str("\nCOMMIT\nEOF\n");
    for (builtin, name) in &own {
        let table = if of_filter {
            String::new()
        } else {
            format!("-t {} ", table.name)
        };
        let take = format!("{tool} {table}-D {builtin} -j {name} 2> /dev/null || true\n");
        text.push_str(&take);
        text.push_str(&format!("{tool} {table}-A {builtin} -j {name}\n"));
        found.stop.push_str(&take);
    }
    found.start = text;
    found
}

fn call<'a>(table: &'a Table, rule: &Rule, called: &mut Vec<&'a str>) {
    let Some(target) = &rule.target else { return };
    let own = table.chains.iter().find(|it| it.name == target.name);
    let Some(chain) = own.filter(|it| !called.contains(&it.name.as_str())) else {
        return;
    };
    called.push(&chain.name);
    for rule in rules_of(table, &chain.name) {
        call(table, rule, called);
    }
}

fn line(rule: &Rule, chain: &str, is_v6: bool) -> String {
    let mut words = vec!["-A".to_owned(), chain.to_owned()];
    words.extend(command_words(&rule.conditions, is_v6));
    words.extend(rule.target.iter().flat_map(target_words));
    words.join(" ")
}
