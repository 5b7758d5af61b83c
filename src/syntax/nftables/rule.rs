//! One rule of nftables: what it asks of a packet, and what becomes of it.
//!
//! Manual: nft(8). What is not known here makes the rule `Verdict::Other`, or one of its conditions `Asks::Other`.

pub use super::words::Word;

/// A rule, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub conditions: Vec<Condition>,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub asks: Asks,
    pub is_not: bool,
    pub values: Vec<String>,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// The name of the interface that it comes in by.
    InputInterface,
    State,
    /// `ip` or `ip6`, as `ipv4` and `ipv6`.
    Family,
    /// The protocol above IP.
    Protocol,
    TcpPort,
    UdpPort,
    /// The port of whatever protocol.
    Port,
    IcmpType,
    Icmp6Type,
    Source4,
    Source6,
    Destination4,
    Destination6,
    /// How many of them, as written behind `limit rate`.
    Limit,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accept,
    Drop,
    Reject,
    /// It counts or logs, and the next rule is asked.
    Continue,
    Other,
}

/// Conditions by the words that they begin with.
const ASKS: [(&[&str], Asks); 27] = [
    (&["iif"], Asks::InputInterface),
    (&["iifname"], Asks::InputInterface),
    (&["meta", "iif"], Asks::InputInterface),
    (&["meta", "iifname"], Asks::InputInterface),
    (&["ct", "state"], Asks::State),
    (&["meta", "nfproto"], Asks::Family),
    (&["nfproto"], Asks::Family),
    (&["meta", "l4proto"], Asks::Protocol),
    (&["l4proto"], Asks::Protocol),
    (&["ip", "protocol"], Asks::Protocol),
    (&["ip6", "nexthdr"], Asks::Protocol),
    (&["tcp", "dport"], Asks::TcpPort),
    (&["udp", "dport"], Asks::UdpPort),
    (&["th", "dport"], Asks::Port),
    (&["icmp", "type"], Asks::IcmpType),
    (&["icmpv6", "type"], Asks::Icmp6Type),
    (&["ip", "saddr"], Asks::Source4),
    (&["ip6", "saddr"], Asks::Source6),
    (&["ip", "daddr"], Asks::Destination4),
    (&["ip6", "daddr"], Asks::Destination6),
    (&["tcp", "flags"], Asks::Other),
    (&["tcp", "sport"], Asks::Other),
    (&["udp", "sport"], Asks::Other),
    (&["oif"], Asks::Other),
    (&["oifname"], Asks::Other),
    (&["pkttype"], Asks::Other),
    (&["meta", "pkttype"], Asks::Other),
];

/// Takes a rule apart; `ct state vmap { .. }` is a rule for each verdict in it.
pub fn read(words: &[Word]) -> Vec<Rule> {
    if let Some(rules) = by_state(words) {
        return rules;
    }
    let mut rule = Rule {
        conditions: Vec::new(),
        verdict: Verdict::Continue,
    };
    let mut rest = words;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first.text.as_str() {
            "counter" => {
                if behind.first().is_some_and(|it| it.text == "packets") {
                    rest = behind.get(4..).unwrap_or_default();
                }
            }
            "log" => rest = behind_log(behind),
            "comment" => rest = behind.get(1..).unwrap_or_default(),
            "accept" => rule.verdict = Verdict::Accept,
            "drop" => rule.verdict = Verdict::Drop,
            "reject" => {
                rule.verdict = Verdict::Reject;
                // How it says so stands behind.
                rest = &[];
            }
            "limit" => {
                let ends = ["accept", "drop", "reject", "counter", "log", "comment"];
                let end = behind
                    .iter()
                    .position(|it| ends.contains(&it.text.as_str()))
                    .unwrap_or(behind.len());
                let (own, after) = behind.split_at(end);
                rest = after;
                let own: Vec<&str> = own.iter().map(|it| it.text.as_str()).collect();
                let own = own.join(" ");
                rule.conditions.push(Condition {
                    asks: if own.contains("over") {
                        Asks::Other
                    } else {
                        Asks::Limit
                    },
                    is_not: false,
                    values: vec![own.trim_start_matches("rate ").to_owned()],
                });
            }
            _ => match condition(std::slice::from_ref(first), behind) {
                Some((condition, after)) => {
                    rule.conditions.push(condition);
                    rest = after;
                }
                None => {
                    rule.verdict = Verdict::Other;
                    return vec![rule];
                }
            },
        }
    }
    vec![rule]
}

/// Leaves out what a rule says of how it logs.
fn behind_log(words: &[Word]) -> &[Word] {
    let mut rest = words;
    while let [name, _, after @ ..] = rest
        && matches!(
            name.text.as_str(),
            "prefix" | "level" | "group" | "flags" | "snaplen" | "queue-threshold"
        )
    {
        rest = after;
    }
    rest
}

fn condition<'a>(first: &[Word], behind: &'a [Word]) -> Option<(Condition, &'a [Word])> {
    let start = first.first()?.text.as_str();
    let (names, asks) = ASKS.iter().find(|(names, _)| match names {
        [one] => *one == start,
        [one, two] => *one == start && behind.first().is_some_and(|it| it.text == *two),
        _ => false,
    })?;
    let mut rest = behind.get(names.len() - 1..)?;
    let mut is_not = false;
    match rest.first()?.text.as_str() {
        "==" | "eq" => rest = rest.get(1..)?,
        "!=" | "ne" => {
            is_not = true;
            rest = rest.get(1..)?;
        }
        "vmap" => return None,
        _ => {}
    }
    let mut values = Vec::new();
    if rest.first()?.text == "{" {
        let end = rest.iter().position(|it| it.text == "}")?;
        let own = rest.get(1..end)?;
        values.extend(own.iter().filter(|it| it.text != ",").map(|it| &it.text));
        rest = rest.get(end + 1..)?;
    } else {
        values.push(&rest.first()?.text);
        rest = rest.get(1..)?;
        while let [comma, next, after @ ..] = rest
            && comma.text == ","
        {
            values.push(&next.text);
            rest = after;
        }
    }
    // Bits, maps and sets are more than a list of values.
    let is_more = rest
        .first()
        .is_some_and(|it| matches!(it.text.as_str(), "&" | "|" | "^" | "." | ":" | "-" | "/"));
    let is_odd = |it: &&String| it.starts_with(['@', '$', '<', '>', '&', '(']);
    if is_more {
        return None;
    }
    let is_other = values.iter().any(is_odd);
    Some((
        Condition {
            asks: if is_other { Asks::Other } else { *asks },
            is_not,
            values: values.into_iter().cloned().collect(),
        },
        rest,
    ))
}

/// Reads `ct state vmap { established : accept, invalid : drop }`.
fn by_state(words: &[Word]) -> Option<Vec<Rule>> {
    let texts: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
    let ["ct", "state", "vmap", "{", inner @ .., "}"] = texts.as_slice() else {
        return None;
    };
    // A colon may cling to what stands before it.
    let inner = inner.join(" ").replace(':', " : ");
    let mut rules = Vec::new();
    for pair in inner.split(',') {
        let (state, verdict) = pair.split_once(':')?;
        let verdict = match verdict.trim() {
            "accept" => Verdict::Accept,
            "drop" => Verdict::Drop,
            _ => Verdict::Other,
        };
        rules.push(Rule {
            conditions: vec![Condition {
                asks: Asks::State,
                is_not: false,
                values: vec![state.trim().to_owned()],
            }],
            verdict,
        });
    }
    Some(rules)
}

impl Rule {
    /// Returns what a condition asks for, where the rule has it once and means it so.
    pub fn values(&self, asks: Asks) -> Option<&[String]> {
        let mut all = self.conditions.iter().filter(|it| it.asks == asks);
        let first = all.next()?;
        (all.next().is_none() && !first.is_not).then_some(first.values.as_slice())
    }

    /// Tells whether it asks for nothing but these, and for none of them by what it is not.
    pub fn asks_only(&self, asks: &[Asks]) -> bool {
        let mut all = self.conditions.iter();
        all.all(|it| !it.is_not && asks.contains(&it.asks))
    }
}

/// Writes a rule on one line.
pub fn shown(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() && word.text != "," {
            text.push(' ');
        }
        if word.is_quoted {
            text.push('"');
            text.push_str(&word.text);
            text.push('"');
        } else {
            text.push_str(&word.text);
        }
    }
    text
}
