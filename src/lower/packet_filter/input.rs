//! What a machine lets in: the chain INPUT, read by its meaning.
//!
//! nixos/modules/services/networking/firewall-iptables.nix: the chain `nixos-fw` accepts what comes from trusted
//! interfaces (`lo` is one), what belongs to an established connection, the ports that are open, pings, all of ICMPv6
//! but redirects and node information, and answers of DHCPv6; then come `extraCommands`, and all else is refused.

use crate::syntax::iptables::{Condition, Rule, Table};

/// What one family of addresses lets in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Input {
    /// In order, without what NixOS's firewall does by itself.
    pub(super) steps: Vec<Step>,
    pub(super) default: Does,
    /// The source does not say what becomes of the rest.
    pub(super) is_left: bool,
    pub(super) pings: Pings,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) conditions: Vec<Condition>,
    pub(super) does: Does,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Accept,
    Drop,
    /// With the options of the target.
    Reject(Vec<Condition>),
    /// It only remembers the packet (`-m recent --set`).
    Remember,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pings {
    Refused,
    Answered,
    /// So many, in the words of the module `limit`.
    Limited(String),
}

/// What a step opens, where an option says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opens {
    Interface(String),
    Ports {
        is_udp: bool,
        first: u16,
        last: u16,
        interface: Option<String>,
    },
}

/// Chains that a program fills while it runs.
const DYNAMIC: [&str; 9] = [
    "f2b-", "fail2ban", "DOCKER", "KUBE-", "LIBVIRT_", "CNI-", "cali-", "ts-", "sshguard",
];
const LOGS: [&str; 4] = ["LOG", "NFLOG", "ULOG", "AUDIT"];
/// How deep chains may call each other.
const DEPTH: usize = 8;

pub(super) fn is_dynamic(chain: &str) -> bool {
    DYNAMIC.iter().any(|start| chain.starts_with(start))
}

pub(super) fn is_log(target: &str) -> bool {
    LOGS.contains(&target)
}

/// Reads the chain INPUT of a table `filter`.
///
/// # Errors
/// What cannot be said otherwise.
pub(super) fn read(table: &Table) -> Result<Input, String> {
    let policy = table.chains.iter().find(|it| it.name == "INPUT");
    let policy = policy.and_then(|it| it.policy.as_deref());
    let mut default = match policy {
        Some("DROP") => Does::Drop,
        Some("REJECT") => Does::Reject(Vec::new()),
        _ => Does::Accept,
    };
    let mut steps = Vec::new();
    flatten(table, "INPUT", &[], &mut steps, 0)?;
    if let Some(last) = steps.last()
        && last.conditions.is_empty()
    {
        default = last.does.clone();
        steps.pop();
    }
    let mut pings = match default {
        Does::Accept => Pings::Answered,
        Does::Drop | Does::Reject(_) | Does::Remember => Pings::Refused,
    };
    for step in &steps {
        if step.does == Does::Accept && pings == Pings::Refused {
            pings = answered(&step.conditions);
        }
    }
    steps.retain(|step| step.does != Does::Accept || own(&step.conditions).is_none());
    let mut seen: Vec<Step> = Vec::new();
    // What is accepted once is accepted, unless something is refused in between.
    steps.retain(|step| {
        if step.does != Does::Accept {
            seen.clear();
        }
        let is_new = !seen.contains(step);
        if step.does == Does::Accept && is_new {
            seen.push(step.clone());
        }
        is_new
    });
    Ok(Input {
        steps,
        default,
        is_left: false,
        pings,
    })
}

impl Input {
    /// Tells whether everything may come in.
    pub(super) fn is_open(&self) -> bool {
        self.default == Does::Accept && self.steps.iter().all(|it| it.does == Does::Accept)
    }

    /// Leaves to NixOS what no rule names, where the source lets it in or does not speak of it.
    pub(super) fn leave_the_rest(&mut self) {
        if self.default == Does::Accept {
            self.default = Does::Drop;
            self.is_left = true;
        }
    }

    /// Tells whether nothing is left to say.
    pub(super) fn is_silent(&self) -> bool {
        self.is_left && self.steps.is_empty() && self.pings == Pings::Answered
    }
}

/// Returns the rules of a chain in the order in which they are asked.
pub(super) fn rules_of<'a>(table: &'a Table, chain: &str) -> Vec<&'a Rule> {
    let own: Vec<&Rule> = table.rules.iter().filter(|it| it.chain == chain).collect();
    let first = own.iter().rev().copied().filter(|it| it.is_first);
    let others = own.iter().copied().filter(|it| !it.is_first);
    first.chain(others).collect()
}

/// Puts the steps of a chain behind `out`; tells whether the chain decides about every packet that reaches it.
fn flatten(
    table: &Table,
    chain: &str,
    base: &[Condition],
    out: &mut Vec<Step>,
    depth: usize,
) -> Result<bool, String> {
    if depth > DEPTH {
        return Err(format!("its chains call each other too deep (`{chain}`)"));
    }
    for rule in rules_of(table, chain) {
        let conditions = joined(base, &rule.conditions)?;
        let Some(target) = &rule.target else {
            if conditions.iter().any(|it| it.name == "set") {
                let does = Does::Remember;
                out.push(Step { conditions, does });
            }
            continue;
        };
        let is_whole = rule.conditions.is_empty();
        let does = match target.name.as_str() {
            "ACCEPT" => Does::Accept,
            "DROP" => Does::Drop,
            "REJECT" => Does::Reject(target.options.clone()),
            "RETURN" if is_whole => return Ok(false),
            "RETURN" => {
                return Err(format!(
                    "the chain `{chain}` lets some packets go back to where they came from"
                ));
            }
            name if is_log(name) || is_dynamic(name) => continue,
            name if table.chains.iter().any(|it| it.name == name) => {
                let decides = flatten(table, name, &conditions, out, depth + 1)?;
                if !decides && target.is_goto {
                    return Err(format!("`{chain}` goes to `{name}` and does not come back"));
                }
                if decides && is_whole {
                    return Ok(true);
                }
                continue;
            }
            name => return Err(format!("the target `{name}` has no place in it")),
        };
        out.push(Step { conditions, does });
        if is_whole {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Joins what a packet must be to reach a chain with what it must be there.
fn joined(base: &[Condition], own: &[Condition]) -> Result<Vec<Condition>, String> {
    let mut all = base.to_vec();
    for condition in own {
        match all.iter().find(|it| it.name == condition.name) {
            Some(same) if same == condition => {}
            Some(_) => {
                return Err(format!(
                    "two chains that call each other both ask for `{}`",
                    condition.name
                ));
            }
            None => all.push(condition.clone()),
        }
    }
    Ok(all)
}

/// A rule of conditions only, so that they can be asked for by name.
fn as_rule(conditions: &[Condition]) -> Rule {
    Rule {
        chain: String::new(),
        is_first: false,
        conditions: conditions.to_vec(),
        target: None,
        place: crate::syntax::Place {
            line: 0,
            start: 0,
            end: 0,
        },
    }
}

/// Says why NixOS's firewall accepts these packets by itself, where it does.
pub(super) fn own(conditions: &[Condition]) -> Option<&'static str> {
    let rule = as_rule(conditions);
    let protocol = rule.value("protocol").unwrap_or_default();
    if rule.value("in-interface") == Some("lo") {
        return Some("NixOS's firewall accepts what comes from the machine itself");
    }
    if rule.asks_only(&["ctstate", "protocol"])
        && rule.values("ctstate").is_some()
        && states(&rule)
            .iter()
            .all(|it| it != "NEW" && it != "INVALID")
    {
        return Some("NixOS's firewall accepts what belongs to a connection");
    }
    let is_icmp = matches!(protocol, "icmp" | "ipv6-icmp" | "icmpv6" | "1" | "58");
    // Errors belong to the connection that they are about.
    if is_icmp
        && rule.asks_only(&[
            "protocol",
            "icmp-type",
            "ctstate",
            "limit",
            "limit-burst",
            "hl-eq",
            "source",
        ])
        && (protocol != "icmp" || rule.value("source").is_none())
    {
        return Some("NixOS's firewall answers pings and accepts what ICMP says of connections");
    }
    // Clients of DHCP: the one of NixOS listens before the firewall does, and the one of IPv6 is let in.
    let is_dhcp = protocol == "udp" && matches!(rule.value("dport"), Some("68" | "546"));
    is_dhcp.then_some("the answers of DHCP reach the clients of NixOS by themselves")
}

fn states(rule: &Rule) -> Vec<String> {
    let values = rule.values("ctstate").unwrap_or_default();
    values
        .iter()
        .flat_map(|it| it.split(','))
        .map(str::to_owned)
        .collect()
}

fn answered(conditions: &[Condition]) -> Pings {
    let rule = as_rule(conditions);
    let is_ping = matches!(rule.value("protocol"), Some("icmp" | "1"))
        && rule.values("icmp-type").is_none_or(|it| {
            matches!(
                it.first().map(String::as_str),
                Some("8" | "any" | "echo-request" | "ping" | "8/0")
            )
        });
    if !is_ping
        || !rule.asks_only(&["protocol", "icmp-type", "ctstate", "limit", "limit-burst"])
        || rule.values("ctstate").is_some() && !states(&rule).iter().any(|it| it == "NEW")
    {
        return Pings::Refused;
    }
    let limits: Vec<String> = ["limit", "limit-burst"]
        .iter()
        .filter_map(|name| Some(format!("--{name} {}", rule.value(name)?)))
        .collect();
    if limits.is_empty() {
        Pings::Answered
    } else {
        Pings::Limited(limits.join(" "))
    }
}

/// Returns what an accepted packet opens, where options say it.
pub(super) fn opens(conditions: &[Condition]) -> Option<Vec<Opens>> {
    let rule = as_rule(conditions);
    let interface = rule.value("in-interface").map(str::to_owned);
    if conditions.len() == 1
        && let Some(interface) = &interface
    {
        return Some(vec![Opens::Interface(interface.clone())]);
    }
    let is_udp = match rule.value("protocol")? {
        "tcp" | "6" => false,
        "udp" | "17" => true,
        _ => return None,
    };
    // A packet that is of no connection has to open one; what belongs to one is accepted anyway.
    let is_new = rule.values("ctstate").is_none() || states(&rule).iter().any(|it| it == "NEW");
    let names = ["protocol", "dport", "in-interface", "ctstate", "syn"];
    if !rule.asks_only(&names) || !is_new {
        return None;
    }
    let mut all = Vec::new();
    for part in rule.value("dport")?.split(',') {
        let (first, last) = part.split_once([':', '-']).unwrap_or((part, part));
        let first = port(if first.is_empty() { "0" } else { first })?;
        let last = port(if last.is_empty() { "65535" } else { last })?;
        all.push(Opens::Ports {
            is_udp,
            first,
            last,
            interface: interface.clone(),
        });
    }
    Some(all)
}

/// Reads a port by its number, or by one of the names of /etc/services that rules are written with.
pub(super) fn port(text: &str) -> Option<u16> {
    const NAMES: [(&str, u16); 22] = [
        ("bootpc", 68),
        ("bootps", 67),
        ("domain", 53),
        ("ftp", 21),
        ("http", 80),
        ("https", 443),
        ("imap", 143),
        ("imap2", 143),
        ("imaps", 993),
        ("mdns", 5353),
        ("mysql", 3306),
        ("ntp", 123),
        ("openvpn", 1194),
        ("pop3", 110),
        ("pop3s", 995),
        ("postgresql", 5432),
        ("smtp", 25),
        ("snmp", 161),
        ("ssh", 22),
        ("submission", 587),
        ("telnet", 23),
        ("www", 80),
    ];
    let named = NAMES.iter().find(|(name, _)| *name == text);
    named.map_or_else(|| text.parse().ok(), |(_, port)| Some(*port))
}
