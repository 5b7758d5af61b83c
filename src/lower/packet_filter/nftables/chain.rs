//! What a chain of nftables lets in, where no rule refuses what a later one lets in.

use super::{Asks, Chain, Opens, Pings, Rule, Verdict, rule};
use crate::lower::packet_filter::input;

/// What a chain for what comes in says.
pub(super) struct Input {
    pub(super) accepts: Vec<Item>,
    pub(super) pings: Pings,
    pub(super) rejects: bool,
    /// Only some of what is refused is answered.
    pub(super) rejects_some: bool,
}

/// Packets that are let in, and the rule that says it.
#[derive(PartialEq, Eq)]
pub(super) struct Item {
    /// What options say.
    pub(super) opens: Option<Vec<Opens>>,
    pub(super) text: String,
}

/// Reads a chain for what comes in; `None` where NixOS's firewall has no place for it.
pub(super) fn input(chain: &Chain, policy: &str) -> Option<Input> {
    let mut found = Input {
        accepts: Vec::new(),
        pings: Pings::Refused,
        rejects: false,
        rejects_some: false,
    };
    let mut has_refused = false;
    for words in &chain.rules {
        let text = rule::shown(words);
        for rule in rule::read(words) {
            if is_own(&rule) {
                continue;
            }
            match rule.verdict {
                Verdict::Continue => {}
                Verdict::Other => return None,
                Verdict::Accept if has_refused || rule.conditions.is_empty() => return None,
                Verdict::Accept => accept(&rule, &text, &mut found)?,
                Verdict::Drop | Verdict::Reject => {
                    found.rejects |= rule.verdict == Verdict::Reject;
                    if rule.conditions.is_empty() {
                        found.rejects_some &= rule.verdict == Verdict::Drop;
                        return Some(found);
                    }
                    found.rejects_some |= rule.verdict == Verdict::Reject;
                    has_refused = true;
                }
            }
        }
    }
    (policy == "drop").then_some(found)
}

fn accept(rule: &Rule, text: &str, found: &mut Input) -> Option<()> {
    if let Some(pings) = pings(rule) {
        if found.pings == Pings::Refused {
            found.pings = pings;
        }
        return Some(());
    }
    if is_icmp6(rule) || is_dhcp(rule) {
        return Some(());
    }
    // A set of another table is none of NixOS's.
    if text.contains(['@', '$']) {
        return None;
    }
    found.accepts.push(Item {
        opens: opens(rule),
        text: text.to_owned(),
    });
    Some(())
}

/// Tells whether NixOS's firewall, or the kernel, does this by itself.
fn is_own(rule: &Rule) -> bool {
    let state = rule
        .values(Asks::State)
        .filter(|_| rule.asks_only(&[Asks::State]));
    let is =
        |wanted: &[&str]| state.is_some_and(|it| it.iter().all(|it| wanted.contains(&it.as_str())));
    match rule.verdict {
        Verdict::Accept => {
            let of_loopback = rule
                .values(Asks::InputInterface)
                .is_some_and(|it| it == ["lo"]);
            is(&["established", "related"])
                || of_loopback && rule.asks_only(&[Asks::InputInterface])
        }
        // The kernel lets no address of the machine itself in from elsewhere.
        Verdict::Drop | Verdict::Reject => is(&["invalid"]) || is_spoofed(rule),
        Verdict::Continue | Verdict::Other => false,
    }
}

fn is_spoofed(rule: &Rule) -> bool {
    let [one, other] = rule.conditions.as_slice() else {
        return false;
    };
    let is_elsewhere = |asks: Asks, is_not: bool, values: &[String]| {
        asks == Asks::InputInterface && is_not && values == ["lo"]
    };
    let is_loopback = |asks: Asks, values: &[String]| {
        let is_address = matches!(
            asks,
            Asks::Source4 | Asks::Source6 | Asks::Destination4 | Asks::Destination6
        );
        is_address
            && values
                .iter()
                .all(|it| it.starts_with("127.") || it == "::1" || it == "::1/128")
    };
    is_elsewhere(one.asks, one.is_not, &one.values)
        && !other.is_not
        && is_loopback(other.asks, &other.values)
        || is_elsewhere(other.asks, other.is_not, &other.values)
            && !one.is_not
            && is_loopback(one.asks, &one.values)
}

/// Says what becomes of pings, where the rule is about ICMP alone.
fn pings(rule: &Rule) -> Option<Pings> {
    let known = [
        Asks::Protocol,
        Asks::IcmpType,
        Asks::Family,
        Asks::State,
        Asks::Limit,
    ];
    if !rule.asks_only(&known) {
        return None;
    }
    let protocols = rule.values(Asks::Protocol);
    let types = rule.values(Asks::IcmpType);
    let is_icmp = |it: &String| matches!(it.as_str(), "icmp" | "1");
    let is_any = |it: &String| is_icmp(it) || is_protocol6(it);
    let is_about = match (protocols, types) {
        (Some(all), _) => all.iter().all(is_any) && all.iter().any(is_icmp),
        (None, types) => types.is_some(),
    };
    if !is_about {
        return None;
    }
    let is_ping = types.is_none_or(|all| {
        let mut all = all.iter();
        all.any(|it| matches!(it.as_str(), "echo-request" | "8"))
    });
    Some(match (is_ping, rule.values(Asks::Limit)) {
        (false, _) => Pings::Refused,
        (true, Some([limit])) => Pings::Limited(limit.clone()),
        (true, _) => Pings::Answered,
    })
}

fn is_protocol6(name: &str) -> bool {
    matches!(name, "ipv6-icmp" | "icmpv6" | "58")
}

/// NixOS's firewall lets in what ICMP has to say for IPv6.
fn is_icmp6(rule: &Rule) -> bool {
    let known = [
        Asks::Protocol,
        Asks::Icmp6Type,
        Asks::Family,
        Asks::State,
        Asks::Limit,
        Asks::Source6,
    ];
    let is_about = rule.values(Asks::Icmp6Type).is_some()
        || rule
            .values(Asks::Protocol)
            .is_some_and(|it| it.iter().all(|it| is_protocol6(it)));
    is_about && rule.asks_only(&known)
}

/// The client of DHCP for IPv4 listens before the firewall does, and that for IPv6 is let in by NixOS.
fn is_dhcp(rule: &Rule) -> bool {
    let is_client = |it: &String| matches!(it.as_str(), "68" | "546" | "bootpc" | "dhcpv6-client");
    rule.values(Asks::UdpPort)
        .is_some_and(|it| it.iter().all(is_client))
}

/// Returns what an option opens, where one says it.
fn opens(rule: &Rule) -> Option<Vec<Opens>> {
    let is_new = rule
        .values(Asks::State)
        .is_none_or(|it| it.iter().any(|it| it == "new"));
    if !is_new {
        return None;
    }
    let interfaces = rule.values(Asks::InputInterface);
    if interfaces.is_some_and(|all| all.iter().any(|it| it.contains('*'))) {
        return None;
    }
    if rule.asks_only(&[Asks::InputInterface, Asks::State])
        && let Some(all) = interfaces
    {
        return Some(all.iter().cloned().map(Opens::Interface).collect());
    }
    let known = [
        Asks::InputInterface,
        Asks::State,
        Asks::Protocol,
        Asks::TcpPort,
        Asks::UdpPort,
        Asks::Port,
    ];
    if !rule.asks_only(&known) {
        return None;
    }
    let (ports, protocols): (&[String], Vec<bool>) = match (
        rule.values(Asks::TcpPort),
        rule.values(Asks::UdpPort),
        rule.values(Asks::Port),
    ) {
        (Some(ports), None, None) => (ports, vec![false]),
        (None, Some(ports), None) => (ports, vec![true]),
        (None, None, Some(ports)) => {
            let names = rule.values(Asks::Protocol)?.iter();
            let all: Option<Vec<bool>> = names.map(|it| is_udp(it)).collect();
            (ports, all?)
        }
        _ => return None,
    };
    let on: Vec<Option<String>> = match interfaces {
        Some(all) => all.iter().cloned().map(Some).collect(),
        None => vec![None],
    };
    let mut all = Vec::new();
    for is_udp in protocols {
        for interface in &on {
            for part in ports {
                let (first, last) = part.split_once('-').unwrap_or((part, part));
                all.push(Opens::Ports {
                    is_udp,
                    first: input::port(first)?,
                    last: input::port(last)?,
                    interface: interface.clone(),
                });
            }
        }
    }
    Some(all)
}

fn is_udp(protocol: &str) -> Option<bool> {
    match protocol {
        "tcp" | "6" => Some(false),
        "udp" | "17" => Some(true),
        _ => None,
    }
}

/// Returns the rules that hand packets on; `None` where some are refused before others, or all are handed on but some.
pub(super) fn forwarded(chain: &Chain, policy: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut is_closed = policy == "drop";
    for words in &chain.rules {
        let text = rule::shown(words);
        for rule in rule::read(words) {
            if is_own(&rule) || rule.verdict == Verdict::Continue {
                continue;
            }
            match rule.verdict {
                Verdict::Accept if !rule.conditions.is_empty() && !text.contains(['@', '$']) => {
                    found.push(text.clone());
                }
                Verdict::Drop | Verdict::Reject if rule.conditions.is_empty() => is_closed = true,
                Verdict::Accept
                | Verdict::Drop
                | Verdict::Reject
                | Verdict::Continue
                | Verdict::Other => return None,
            }
        }
        if is_closed && policy != "drop" {
            return None;
        }
    }
    // Where all is handed on, rules that say so say nothing.
    Some(if is_closed { found } else { Vec::new() })
}

/// Tells whether nothing is refused.
pub(super) fn lets_all(chain: &Chain, policy: &str) -> bool {
    policy == "accept"
        && chain
            .rules
            .iter()
            .flat_map(|it| rule::read(it))
            .all(|it| is_own(&it) || matches!(it.verdict, Verdict::Accept | Verdict::Continue))
}
