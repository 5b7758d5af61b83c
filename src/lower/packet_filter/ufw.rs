//! ufw: its own rules, those of a person before and after them, and what it does with the rest.
//!
//! Manuals: ufw(8), ufw-framework(8)
//!
//! before.rules lets in what NixOS's firewall lets in by itself, besides multicast DNS and UPnP, which on NixOS the
//! services open that need them.

use super::{Filter, Outcome, parsed, text_of};
use crate::account::Code;
use crate::lower::statement::{Lowered, Statement};
use crate::model::{File, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::assignments;
use crate::syntax::iptables::{Chain, Rule, RuleSet, Table, Target};
use crate::syntax::sysctl;

/// The files that say what is filtered, in the order in which ufw asks them.
const RULES: [[&str; 3]; 2] = [
    [
        "/etc/ufw/before.rules",
        "/etc/ufw/user.rules",
        "/etc/ufw/after.rules",
    ],
    [
        "/etc/ufw/before6.rules",
        "/etc/ufw/user6.rules",
        "/etc/ufw/after6.rules",
    ],
];
const DEFAULTS: &str = "/etc/default/ufw";
const SWITCH: &str = "/etc/ufw/ufw.conf";
/// Parameters of the kernel that ufw sets.
const PARAMETERS: &str = "/etc/ufw/sysctl.conf";

const BEFORE: &str =
    "what ufw lets in for multicast DNS and UPnP is left to the services that need it";

pub(super) fn is_own(path: &str) -> bool {
    RULES.iter().flatten().any(|it| *it == path)
        || path == DEFAULTS
        || path == SWITCH
        || path == PARAMETERS
}

/// Reads all files of ufw. The files of its settings state nothing by themselves.
pub(super) fn read(file: &File, machine: &Machine) -> Outcome<Filter> {
    let not_needed =
        |reason: &str| Box::new(Lowered::NotNeeded(Code::NoMeaning, reason.to_owned()));
    let switch = setting(SWITCH, "ENABLED", machine)?;
    if switch
        .as_deref()
        .is_some_and(|it| !it.eq_ignore_ascii_case("yes"))
    {
        return Err(not_needed("ufw is off, and its rules filter nothing"));
    }
    if file.path == PARAMETERS {
        let text = text_of(PARAMETERS, machine)?.unwrap_or_default();
        return Err(Box::new(parameters(text)));
    }
    let is_there = |path: &str| super::machine::files(machine).any(|it| it.path == path);
    let has_rules = RULES.iter().flatten().any(|path| is_there(path));
    if file.path == SWITCH {
        if has_rules {
            return Err(not_needed("what it turns on is stated by the rules of ufw"));
        }
        let mut statement = Statement::default();
        let path = OptionPath::new(["networking", "firewall", "enable"]);
        statement.share(path, Expr::Bool(true));
        return Err(Box::new(Lowered::Stated(statement)));
    }
    if file.path == DEFAULTS && !has_rules {
        let policy = setting(DEFAULTS, "DEFAULT_INPUT_POLICY", machine)?;
        if policy.is_none_or(|it| it == "DROP") {
            return Err(not_needed(
                "NixOS's firewall refuses what is not opened, too",
            ));
        }
    }
    let policy = |name: &str, usual: &str| -> Outcome<String> {
        let found = setting(DEFAULTS, name, machine)?;
        Ok(found.unwrap_or_else(|| usual.to_owned()))
    };
    let policies = [
        ("INPUT", policy("DEFAULT_INPUT_POLICY", "DROP")?),
        ("FORWARD", policy("DEFAULT_FORWARD_POLICY", "DROP")?),
        ("OUTPUT", policy("DEFAULT_OUTPUT_POLICY", "ACCEPT")?),
    ];
    let has_v6 =
        setting(DEFAULTS, "IPV6", machine)?.is_none_or(|it| it.eq_ignore_ascii_case("yes"));
    let v4 = family(RULES[0], "ufw-", &policies, machine)?;
    let v6 = match has_v6 {
        true => Some(family(RULES[1], "ufw6-", &policies, machine)?),
        false => None,
    };
    Ok(Filter {
        v4: Some(v4),
        v6,
        clauses: vec![BEFORE],
        is_of_tasks: false,
    })
}

fn parameters(text: &str) -> Lowered {
    let mut statement = Statement::default();
    for setting in sysctl::read(text).settings {
        let Some(value) = setting.value else { continue };
        let path = OptionPath::new(["boot", "kernel", "sysctl", setting.name.as_str()]);
        let number = value.parse::<i64>();
        statement.set(path, number.map_or_else(|_| Expr::str(value), Expr::Int));
    }
    if statement.definitions.is_empty() {
        return Lowered::NotNeeded(Code::NoMeaning, "it sets nothing".to_owned());
    }
    Lowered::Stated(statement)
}

fn setting(path: &str, name: &str, machine: &Machine) -> Outcome<Option<String>> {
    let Some(text) = text_of(path, machine)? else {
        return Ok(None);
    };
    let file = assignments::read(text);
    let found = file.assignments.iter().rev().find(|it| it.name == name);
    Ok(found.map(|it| it.value.clone()))
}

/// Joins the files of a family into the chains that the kernel has by itself.
fn family(
    paths: [&str; 3],
    prefix: &str,
    policies: &[(&str, String)],
    machine: &Machine,
) -> Outcome<RuleSet> {
    let mut filter = Table {
        name: "filter".to_owned(),
        ..Table::default()
    };
    for (chain, policy) in policies {
        filter.chains.push(Chain {
            name: (*chain).to_owned(),
            policy: Some(policy.clone()),
        });
    }
    let mut others: Vec<Table> = Vec::new();
    let mut own_forwards = false;
    for path in paths {
        let is_before = path == paths[0];
        let Some(text) = text_of(path, machine)? else {
            if is_before {
                filter.rules.push(ping());
            }
            continue;
        };
        for table in parsed(text)?.tables {
            if table.name != "filter" {
                others.push(table);
                continue;
            }
            let chains = table
                .chains
                .iter()
                .filter(|it| !it.name.starts_with(prefix));
            filter
                .chains
                .extend(chains.filter(|it| it.policy.is_none()).cloned());
            for rule in &table.rules {
                let Some(rule) = own(rule, prefix) else {
                    continue;
                };
                own_forwards |= rule.chain == "FORWARD" && !is_before;
                filter.rules.push(rule);
            }
        }
    }
    // ufw's own rules for what is handed on mean nothing without a person's.
    if !own_forwards {
        filter.rules.retain(|rule| rule.chain != "FORWARD");
    }
    filter
        .rules
        .retain(|rule| rule.chain != "OUTPUT" || !is_usual_output(rule));
    others.insert(0, filter);
    Ok(RuleSet {
        tables: others,
        faults: Vec::new(),
    })
}

/// The rule of before.rules by which pings are answered, where the file is as it was shipped.
fn ping() -> Rule {
    let condition = |name: &str, value: &str| crate::syntax::iptables::Condition {
        name: name.to_owned(),
        is_not: false,
        values: vec![value.to_owned()],
    };
    Rule {
        chain: "INPUT".to_owned(),
        is_first: false,
        conditions: vec![
            condition("protocol", "icmp"),
            condition("icmp-type", "echo-request"),
        ],
        target: Some(Target {
            name: "ACCEPT".to_owned(),
            is_goto: false,
            options: Vec::new(),
        }),
        place: crate::syntax::Place {
            line: 0,
            start: 0,
            end: 0,
        },
    }
}

/// Moves a rule of a chain of ufw's to the kernel's own; `None` for what is ufw's own affair.
fn own(rule: &Rule, prefix: &str) -> Option<Rule> {
    let mut rule = rule.clone();
    if let Some(name) = rule.chain.strip_prefix(prefix) {
        let (part, chain) = name.rsplit_once('-')?;
        if !matches!(part, "before" | "user" | "after") {
            return None;
        }
        if part == "before" && is_usual(&rule) {
            return None;
        }
        rule.chain = chain.to_ascii_uppercase();
    }
    if let Some(target) = &mut rule.target
        && let Some(name) = target.name.strip_prefix(prefix)
    {
        target.name = match name {
            "user-limit" => "REJECT",
            "user-limit-accept" => "ACCEPT",
            // Logging, and what goes to the policy without being logged.
            _ => return None,
        }
        .to_owned();
    }
    Some(rule)
}

/// Tells whether a rule stands in before.rules as ufw ships it, and NixOS's firewall has one like it or needs none.
fn is_usual(rule: &Rule) -> bool {
    let is_invalid = rule.asks_only(&["ctstate"]) && rule.value("ctstate") == Some("INVALID");
    let is_multicast = matches!(
        rule.value("destination"),
        Some("224.0.0.251" | "239.255.255.250" | "ff02::fb" | "ff02::f")
    ) && matches!(rule.value("dport"), Some("5353" | "1900"));
    is_invalid || is_multicast || rule.values("rt-type").is_some()
}

fn is_usual_output(rule: &Rule) -> bool {
    let accepts = rule.target.as_ref().is_some_and(|it| it.name == "ACCEPT");
    let is_icmp = matches!(rule.value("protocol"), Some("icmpv6" | "ipv6-icmp"));
    let is_own = rule.value("out-interface") == Some("lo") || rule.asks_only(&["ctstate"]);
    accepts && (is_own || is_icmp)
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check_all, file};

    fn user(prefix: &str, rules: &str) -> String {
        format!(
            "*filter\n:{prefix}user-input - [0:0]\n:{prefix}user-limit - [0:0]\n{rules}-A {prefix}user-limit -j REJECT\nCOMMIT\n"
        )
    }

    #[test]
    fn what_a_person_allowed_is_open() {
        let own = "-A ufw-user-input -p tcp --dport 443 -j ACCEPT\n-A ufw-user-input -s 10.0.0.0/8 -j ACCEPT\n";
        let own6 = "-A ufw6-user-input -p tcp --dport 443 -j ACCEPT\n";
        check_all(
            vec![
                file("/etc/ufw/ufw.conf", "ENABLED=yes\n"),
                file("/etc/ufw/user.rules", &user("ufw-", own)),
                file("/etc/ufw/user6.rules", &user("ufw6-", own6)),
            ],
            r#"
            networking.firewall.allowedTCPPorts += 443;
            networking.firewall.extraCommands = ''
            iptables -A nixos-fw -s 10.0.0.0/8 -j nixos-fw-accept
            '';
            not-needed: what it turns on is stated by the rules of ufw
            assumed: what ufw lets in for multicast DNS and UPnP is left to the services that need it
            assumed: what ufw lets in for multicast DNS and UPnP is left to the services that need it
            "#,
        );
    }

    #[test]
    fn a_limited_port_stays_limited() {
        let own = "-A ufw-user-input -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --set\n-A ufw-user-input -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ufw-user-limit\n-A ufw-user-input -p tcp --dport 22 -j ufw-user-limit-accept\n";
        check_all(
            vec![
                file("/etc/default/ufw", "IPV6=no\n"),
                file("/etc/ufw/user.rules", &user("ufw-", own)),
            ],
            r#"
            networking.firewall.allowedTCPPorts += 22;
            networking.firewall.extraCommands = ''
            iptables -I nixos-fw 1 -p tcp ! -i lo --dport 22 -m conntrack --ctstate NEW -m recent --set
            iptables -I nixos-fw 2 -p tcp ! -i lo --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j REJECT
            '';
            assumed: IPv6, which the rules do not filter, is filtered alike; what ufw lets in for multicast DNS and UPnP is left to the services that need it
            assumed: IPv6, which the rules do not filter, is filtered alike; what ufw lets in for multicast DNS and UPnP is left to the services that need it
            "#,
        );
    }

    #[test]
    fn rules_of_a_ufw_that_is_off_mean_nothing() {
        let off = "not-needed: ufw is off, and its rules filter nothing";
        check_all(
            vec![
                file("/etc/ufw/ufw.conf", "ENABLED=no\n"),
                file("/etc/ufw/user.rules", &user("ufw-", "")),
            ],
            &format!("{off}\n{off}"),
        );
    }
}
