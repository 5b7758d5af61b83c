//! `nftables`: the rules that nixos/modules/services/networking/firewall-nftables.nix writes from
//! `networking.firewall`, with the tables of `networking.nftables`, or its ruleset as it is.
//!
//! Manual: nft(8). In the tree are, for each family, the ports at which a new connection is let in, whether pings are
//! answered, the rules that ask for more than that, and the rules of all other chains as they stand.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Format, each, plain};
use crate::syntax::nftables::rule::{self, Asks, Rule, Verdict};
use crate::syntax::nftables::{self, Chain};

pub(super) static FORMAT: Format = Format {
    name: "nftables",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let nftables = value.get("nftables")?;
    let ruleset = nftables.get("ruleset").and_then(Value::as_str);
    if let Some(ruleset) = ruleset.filter(|it| !it.is_empty()) {
        return Some(ruleset.to_owned());
    }
    let empty = Map::new();
    let own = value.get("firewall").and_then(Value::as_object);
    let own = own.unwrap_or(&empty);
    let mut rules = vec!["iifname lo accept".to_owned()];
    for name in own.get("trustedInterfaces").map(each).unwrap_or_default() {
        rules.push(format!("iifname {} accept", plain(name)));
    }
    rules.push(
        "ct state vmap { invalid : drop, established : accept, related : accept }".to_owned(),
    );
    let mut places = vec![(String::new(), own)];
    for (name, place) in own
        .get("interfaces")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        places.push((format!("iifname {name} "), place.as_object()?));
    }
    for (on, place) in places {
        for (option, protocol) in [("TCP", "tcp"), ("UDP", "udp")] {
            let ports = place.get(&format!("allowed{option}Ports"));
            for port in ports.map(each).unwrap_or_default() {
                rules.push(format!("{on}{protocol} dport {port} accept"));
            }
            let ranges = place.get(&format!("allowed{option}PortRanges"));
            for range in ranges.map(each).unwrap_or_default() {
                let (from, to) = (range.get("from")?, range.get("to")?);
                rules.push(format!("{on}{protocol} dport {from}-{to} accept"));
            }
        }
    }
    if own.get("allowPing") != Some(&Value::Bool(false)) {
        let limit = own.get("pingLimit").and_then(Value::as_str);
        let limit = limit
            .map(|it| format!("limit rate {it} "))
            .unwrap_or_default();
        rules.push(format!("icmp type echo-request {limit}accept"));
    }
    let text = |name: &str| own.get(name).and_then(Value::as_str).unwrap_or_default();
    rules.push(text("extraInputRules").trim_end().to_owned());
    if own.get("rejectPackets") == Some(&Value::Bool(true)) {
        rules.push("reject".to_owned());
    }
    let mut out = format!(
        "table inet nixos-fw {{\nchain input {{\ntype filter hook input priority filter; policy drop;\n{}\n}}\n",
        rules.join("\n")
    );
    if own.get("filterForward") == Some(&Value::Bool(true)) {
        out += &format!(
            "chain forward {{\ntype filter hook forward priority filter; policy drop;\n{}\n}}\n",
            text("extraForwardRules")
        );
    }
    out += "}\n";
    let tables = nftables.get("tables").and_then(Value::as_object);
    for (name, table) in tables.into_iter().flatten() {
        let text = |name: &str| table.get(name).and_then(Value::as_str);
        out += &format!(
            "table {} {name} {{\n{}}}\n",
            text("family")?,
            text("content")?
        );
    }
    Some(out)
}

fn tree(text: &str) -> Result<Value, String> {
    let set = nftables::read(text)?;
    let mut root = Map::new();
    let mut others: BTreeSet<String> = BTreeSet::new();
    for table in &set.tables {
        for chain in &table.chains {
            let hook = chain.base.as_ref().map_or("", |it| it.hook.as_str());
            let policy = chain.base.as_ref().map_or("", |it| it.policy.as_str());
            if hook == "input" && (policy == "drop" || refuses(chain)) {
                for (family, own) in [("ip", "IPv4"), ("ip6", "IPv6")] {
                    if table.family == "inet" || table.family == family {
                        root.insert(own.to_owned(), let_in(chain, own)?);
                    }
                }
                continue;
            }
            for words in &chain.rules {
                let shown = rule::shown(words);
                // That the rest is refused the policy of the chain says, or nobody hands anything on.
                let is_rest = |it: &Rule| {
                    it.conditions.is_empty()
                        && matches!(it.verdict, Verdict::Drop | Verdict::Reject)
                };
                let mut own = rule::read(words).into_iter();
                let is_own = own.all(|it| is_of_connections(&it) || is_rest(&it));
                if !is_own {
                    others.insert(format!("{hook}: {shown}"));
                }
            }
        }
    }
    root.insert("others".to_owned(), json!(others));
    Ok(Value::Object(root))
}

/// Tells whether a chain ends by refusing what is left.
fn refuses(chain: &Chain) -> bool {
    let all = chain.rules.iter().flat_map(|it| rule::read(it));
    let mut all = all.filter(|it| it.conditions.is_empty());
    all.any(|it| matches!(it.verdict, Verdict::Drop | Verdict::Reject))
}

/// Connections that are there go on, and what is of none does not begin one.
fn is_of_connections(rule: &Rule) -> bool {
    let is = |wanted: &[&str]| {
        let states = rule.values(Asks::State);
        rule.asks_only(&[Asks::State])
            && states.is_some_and(|it| it.iter().all(|it| wanted.contains(&it.as_str())))
    };
    match rule.verdict {
        Verdict::Accept => is(&["established", "related"]),
        Verdict::Drop => is(&["invalid"]),
        Verdict::Continue => true,
        Verdict::Reject | Verdict::Other => false,
    }
}

fn let_in(chain: &Chain, family: &str) -> Result<Value, String> {
    let mut open: BTreeSet<String> = BTreeSet::new();
    let mut besides: Vec<String> = Vec::new();
    let mut answers = false;
    let mut rest = "drop";
    let other = if family == "IPv4" { "ipv6" } else { "ipv4" };
    for words in &chain.rules {
        for rule in rule::read(words) {
            let is_lo = rule
                .values(Asks::InputInterface)
                .is_some_and(|it| it == ["lo"]);
            if is_of_connections(&rule) || is_lo && rule.verdict == Verdict::Accept {
                continue;
            }
            if rule.conditions.is_empty() {
                if rule.verdict == Verdict::Reject {
                    rest = "reject";
                }
                continue;
            }
            if rule.values(Asks::Family).is_some_and(|it| it == [other]) {
                continue;
            }
            if rule.verdict == Verdict::Reject {
                rest = "reject";
            }
            if is_of_icmp(&rule) {
                answers |= rule.verdict == Verdict::Accept && is_ping(&rule);
                continue;
            }
            match ports(&rule).filter(|_| rule.verdict == Verdict::Accept) {
                Some(all) => open.extend(all),
                None if rule.verdict == Verdict::Accept => {
                    let shown = rule::shown(words);
                    let family = ["meta nfproto ipv4 ", "meta nfproto ipv6 "];
                    let bare = family.iter().find_map(|it| shown.strip_prefix(it));
                    besides.push(bare.unwrap_or(&shown).to_owned());
                }
                // What is refused at the end is refused by what follows, too.
                None => {}
            }
        }
    }
    let mut own = Map::new();
    own.insert("open".to_owned(), json!(open));
    own.insert("besides".to_owned(), json!(besides));
    own.insert("rest".to_owned(), json!(rest));
    if family == "IPv4" {
        own.insert("pings".to_owned(), json!(answers));
    }
    Ok(Value::Object(own))
}

fn is_of_icmp(rule: &Rule) -> bool {
    let is_icmp = |it: &String| matches!(it.as_str(), "icmp" | "ipv6-icmp" | "icmpv6" | "1" | "58");
    let protocols = rule.values(Asks::Protocol);
    rule.conditions
        .iter()
        .any(|it| matches!(it.asks, Asks::IcmpType | Asks::Icmp6Type))
        || protocols.is_some_and(|it| it.iter().all(is_icmp))
}

fn is_ping(rule: &Rule) -> bool {
    let about_6 = rule.values(Asks::Icmp6Type).is_some()
        || rule
            .values(Asks::Protocol)
            .is_some_and(|it| !it.iter().any(|it| it == "icmp" || it == "1"));
    let types = rule.values(Asks::IcmpType);
    !about_6 && types.is_none_or(|it| it.iter().any(|it| it == "echo-request" || it == "8"))
}

/// Returns the ports that a rule opens, one text for each, where it asks for nothing else.
fn ports(rule: &Rule) -> Option<Vec<String>> {
    let interface = [Asks::InputInterface, Asks::State, Asks::Family];
    let on = rule.values(Asks::InputInterface).unwrap_or_default();
    if !on.is_empty() && rule.asks_only(&interface) {
        return Some(on.iter().map(|it| format!("all on {it}")).collect());
    }
    let known = [
        Asks::InputInterface,
        Asks::State,
        Asks::Family,
        Asks::Protocol,
        Asks::TcpPort,
        Asks::UdpPort,
        Asks::Port,
    ];
    if !rule.asks_only(&known) {
        return None;
    }
    let protocols: Vec<String> = match (rule.values(Asks::TcpPort), rule.values(Asks::UdpPort)) {
        (Some(_), None) => vec!["tcp".to_owned()],
        (None, Some(_)) => vec!["udp".to_owned()],
        _ => rule.values(Asks::Protocol)?.to_vec(),
    };
    let ports = [Asks::TcpPort, Asks::UdpPort, Asks::Port];
    let ports = ports.iter().find_map(|it| rule.values(*it))?;
    let on: Vec<String> = match on {
        [] => vec![String::new()],
        all => all.iter().map(|it| format!(" on {it}")).collect(),
    };
    let mut all = Vec::new();
    for protocol in &protocols {
        for port in ports {
            let is_dhcp = protocol == "udp" && matches!(port.as_str(), "68" | "546");
            for on in on.iter().filter(|_| !is_dhcp) {
                all.push(format!("{protocol} {}{on}", number(port)));
            }
        }
    }
    Some(all)
}

/// Names of /etc/services as numbers.
fn number(port: &str) -> &str {
    match port {
        "ssh" => "22",
        "smtp" => "25",
        "domain" => "53",
        "http" | "www" => "80",
        "ntp" => "123",
        "https" => "443",
        "submission" => "587",
        "imaps" => "993",
        "mdns" => "5353",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn a_filter_is_what_it_lets_in() {
        check(
            &FORMAT,
            &json!({
                "nftables": { "enable": true, "tables": { "nat": { "family": "ip", "content": "chain post { type nat hook postrouting priority 100; masquerade\n }\n" } } },
                "firewall": {
                    "allowedTCPPorts": [22, 80],
                    "interfaces": { "eth1": { "allowedUDPPortRanges": [{ "from": 5, "to": 9 }] } },
                    "extraInputRules": "ip saddr 10.0.0.0/8 tcp dport 5432 accept\n",
                },
            }),
            "table inet f {\n chain in {\n  type filter hook input priority 0; policy drop\n  iif lo accept\n  ct state established,related accept\n  ip protocol icmp accept\n  tcp dport { 80, ssh } accept\n  iifname eth1 udp dport 5-9 accept\n  ip saddr 10.0.0.0/8 tcp dport 5432 accept\n }\n}\ntable ip nat { chain post { type nat hook postrouting priority 100; masquerade; } }\n",
        );
    }
}
