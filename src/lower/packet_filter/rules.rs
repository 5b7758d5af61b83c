//! Single rules of a packet filter, as tasks ask for them one by one: all of them are one filter, of which each states its
//! own part.

use super::firewalld;
use super::input::{self, Opens};
use super::{Filter, by_hand};
use crate::account::Code;
use crate::lower::firewall::{addresses_of, interfaces_of, unknown_zone};
use crate::lower::machine;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{FirewallPort, Machine, Resource, Setting, Settings};
use crate::plan::OptionPath;
use crate::syntax::iptables::{self, Chain, Rule, RuleSet, Table};

/// What NixOS does of a rule without being told.
const STAYS: &str = "NixOS's own firewall stays on, which refuses what is not opened";
const REFUSES: &str = "NixOS's firewall refuses what is not opened, too";
const LOGS: &str = "NixOS's firewall logs the connections that it refuses, too";
const PASSES: &str = "NixOS lets through what nothing refuses, too";
const FILLS: &str = "the program that has the chain puts its rules there itself";

/// The chains that the tables of the kernel have by themselves.
const BUILT_IN: [&str; 5] = ["INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING"];

/// A rule in the words of iptables-save, and the zone whose file says it.
pub(super) struct Wanted {
    pub(super) value: String,
    pub(super) zone: Option<String>,
}

/// A rule that can be stated, and the families and the table that it is for.
struct Read {
    is_v4: bool,
    is_v6: bool,
    table: String,
    what: What,
}

enum What {
    /// One for each interface of its zone.
    Rules(Vec<Rule>),
    Policy {
        chain: String,
        policy: String,
    },
    Chain(String),
}

/// Lowers a rule that a task asks for.
pub(in crate::lower) fn lower_rule(setting: &Setting, machine: &Machine) -> Lowered {
    lower_value(&setting.value, machine)
}

/// Returns the rules by which a port of a zone is open to the addresses of that.
pub(in crate::lower) fn of_addresses(
    port: &FirewallPort,
    zone: &str,
    machine: &Machine,
) -> Vec<String> {
    let (protocol, first, last) = (port.protocol.name(), port.first, port.last);
    let range = if first == last {
        first.to_string()
    } else {
        format!("{first}:{last}")
    };
    let rule = |address: String| {
        let family = if address.contains(':') { "-6" } else { "-4" };
        format!("{family} -A INPUT -s {address} -p {protocol} --dport {range} -j ACCEPT")
    };
    let addresses = addresses_of(zone, machine).into_iter();
    addresses.map(rule).collect()
}

/// Lowers one of all rules.
pub(in crate::lower) fn lower_value(value: &str, machine: &Machine) -> Lowered {
    let read = match read(value, machine) {
        Ok(read) => read,
        Err(left) => return Lowered::Manual(left),
    };
    let whole = match super::state(&super::whole(machine), machine) {
        Lowered::Stated(statement) => statement,
        Lowered::NotNeeded(..) | Lowered::Merged(_) => Statement::default(),
        Lowered::Manual(left) => return Lowered::Manual(left),
    };
    let not_needed = |why: &str| Lowered::NotNeeded(Code::AlreadySo, why.to_owned());
    match &read.what {
        What::Chain(name) => not_needed(&format!("the chain `{name}` is stated with its rules")),
        What::Policy { chain, policy } => of_policy(&read, chain, policy, whole),
        What::Rules(rules) => {
            let mut all = Statement::default();
            let mut why = "";
            for rule in rules {
                match of_rule(rule, &read, &whole) {
                    Ok(statement) => all.join(statement),
                    Err(reason) => why = reason,
                }
            }
            if all.definitions.is_empty() {
                not_needed(why)
            } else {
                Lowered::Stated(all)
            }
        }
    }
}

/// What a policy states of a filter: what it makes of packets that no rule names.
fn of_policy(read: &Read, chain: &str, policy: &str, mut whole: Statement) -> Lowered {
    let not_needed = |why: &str| Lowered::NotNeeded(Code::AlreadySo, why.to_owned());
    if read.table == "filter" && chain == "INPUT" {
        if policy == "ACCEPT" {
            return not_needed(STAYS);
        }
        let names = ["allowPing", "pingLimit", "openFirewall", "rejectPackets"];
        keep(&mut whole, &names);
        whole.assumptions.clear();
        return if whole.definitions.is_empty() {
            not_needed(REFUSES)
        } else {
            Lowered::Stated(whole)
        };
    }
    if policy == "ACCEPT" || !has_chain(&whole, chain) {
        return not_needed(PASSES);
    }
    keep(&mut whole, &["extraCommands", "extraStopCommands"]);
    Lowered::Stated(whole)
}

/// What a rule states of the filter that it is in, or why that is nothing.
fn of_rule(rule: &Rule, read: &Read, whole: &Statement) -> Result<Statement, &'static str> {
    let target = rule.target.as_ref().map_or("", |it| it.name.as_str());
    if input::is_dynamic(target) || input::is_dynamic(&rule.chain) {
        return Err(FILLS);
    }
    let mut own = Statement::default();
    own.definitions.clone_from(&whole.definitions);
    let commands = ["extraCommands", "extraStopCommands"];
    if read.table == "filter" && rule.chain == "INPUT" {
        let is_whole = rule.conditions.is_empty();
        match target {
            _ if input::is_log(target) && rule.asks_only(&["limit", "limit-burst"]) => {
                return Err(LOGS);
            }
            "ACCEPT" if is_whole => return Err(STAYS),
            "ACCEPT" => {
                if let Some(why) = input::own(&rule.conditions) {
                    keep(&mut own, &["pingLimit"]);
                    let is_limited = rule.values("limit").is_some() && !own.definitions.is_empty();
                    return if is_limited { Ok(own) } else { Err(why) };
                }
                if let Some(opens) = input::opens(&rule.conditions)
                    && let Some(mut opened) = opened(&opens, whole)
                {
                    opened.assumptions.clone_from(&whole.assumptions);
                    return Ok(opened);
                }
            }
            "DROP" if is_whole => return Err(REFUSES),
            "REJECT" if is_whole => {
                keep(&mut own, &["rejectPackets"]);
                return Ok(own);
            }
            _ => {}
        }
    } else if read.table == "nat" && !has_chain(whole, &rule.chain) {
        own.definitions
            .retain(|it| it.path.names().get(1).is_some_and(|name| name == "nat"));
        return if own.definitions.is_empty() {
            Err(PASSES)
        } else {
            Ok(own)
        };
    } else if BUILT_IN.contains(&rule.chain.as_str()) && !has_chain(whole, &rule.chain) {
        return Err(PASSES);
    }
    if !BUILT_IN.contains(&rule.chain.as_str()) && !has_chain(whole, &rule.chain) {
        // What a chain of INPUT says is among what the ports and the commands say.
        own.definitions.retain(|it| {
            it.path
                .names()
                .get(1)
                .is_some_and(|name| name == "firewall")
        });
        own.assumptions.clone_from(&whole.assumptions);
    } else {
        keep(&mut own, &commands);
    }
    if own.definitions.is_empty() {
        Err("no packet reaches it")
    } else {
        Ok(own)
    }
}

/// Tells whether the commands load a chain: one of the kernel's under a name of its own.
fn has_chain(whole: &Statement, chain: &str) -> bool {
    let name = if BUILT_IN.contains(&chain) {
        format!(":own-{} ", chain.to_ascii_lowercase())
    } else {
        format!(":{chain} ")
    };
    let mut all = whole.definitions.iter();
    all.any(|it| it.expr.as_str().is_some_and(|text| text.contains(&name)))
}

/// Keeps the definitions of the options of these names.
fn keep(statement: &mut Statement, names: &[&str]) {
    let is_kept = |path: &OptionPath| {
        let last = path.names().last().map(String::as_str);
        last.is_some_and(|it| names.contains(&it))
    };
    statement.definitions.retain(|it| is_kept(&it.path));
}

/// Returns the definitions that open something, where the filter has all of them.
fn opened(opens: &[Opens], whole: &Statement) -> Option<Statement> {
    let mut own = Statement::default();
    for it in opens {
        super::open(it, &mut own, &mut Vec::new());
    }
    let is_there = |wanted: &crate::lower::statement::Wanted| {
        let mut all = whole.definitions.iter();
        all.any(|it| it.path == wanted.path && it.expr == wanted.expr)
    };
    own.definitions.iter().all(is_there).then_some(own)
}

/// Returns the rules of tasks and of zones.
pub(super) fn all(machine: &Machine) -> Vec<Wanted> {
    let own = machine::settings(machine, Settings::FirewallRule);
    let own = own.map(|it| Wanted {
        value: it.value.clone(),
        zone: None,
    });
    let ports = machine::stated(machine).filter_map(|entry| {
        let Resource::FirewallPort(port) = &entry.resource else {
            return None;
        };
        let zone = port.interface.as_deref()?.strip_prefix('@')?;
        Some(of_addresses(port, zone, machine))
    });
    let ports = ports.flatten().map(|value| Wanted { value, zone: None });
    own.chain(ports).chain(firewalld::rules(machine)).collect()
}

/// Puts the rules of tasks and of zones behind those of a filter's files.
pub(super) fn join(filter: &mut Filter, machine: &Machine) {
    for wanted in all(machine) {
        let Ok(read) = read(&wanted.value, machine) else {
            continue;
        };
        let families = [(read.is_v4, &mut filter.v4), (read.is_v6, &mut filter.v6)];
        for (_, family) in families.into_iter().filter(|(is_meant, _)| *is_meant) {
            put(&read, family.get_or_insert_default());
        }
    }
}

fn put(read: &Read, set: &mut RuleSet) {
    let at = match set.tables.iter().position(|it| it.name == read.table) {
        Some(at) => at,
        None => {
            set.tables.push(Table {
                name: read.table.clone(),
                ..Table::default()
            });
            set.tables.len() - 1
        }
    };
    let Some(table) = set.tables.get_mut(at) else {
        return;
    };
    let (name, policy) = match &read.what {
        What::Policy { chain, policy } => (chain, Some(policy.clone())),
        What::Chain(name) => (name, None),
        What::Rules(rules) => {
            let Some(first) = rules.first() else { return };
            table.rules.extend(rules.iter().cloned());
            // That INPUT has no policy says that nobody spoke of one.
            let is_usual = BUILT_IN.contains(&first.chain.as_str())
                && (read.table != "filter" || first.chain != "INPUT");
            (&first.chain, is_usual.then(|| "ACCEPT".to_owned()))
        }
    };
    let is_policy = matches!(read.what, What::Policy { .. });
    match table.chains.iter_mut().find(|it| it.name == *name) {
        Some(chain) if is_policy => chain.policy = policy,
        Some(_) => {}
        None => table.chains.push(Chain {
            name: name.clone(),
            policy,
        }),
    }
}

/// Reads a rule, once for each interface of its zone.
fn read(value: &str, machine: &Machine) -> Result<Read, Left> {
    let (is_v4, is_v6, text) = match value.split_once(' ') {
        Some(("-4", rest)) => (true, false, rest),
        Some(("-6", rest)) => (false, true, rest),
        _ => (true, true, value),
    };
    let (table, text) = match text.strip_prefix("-t ").and_then(|it| it.split_once(' ')) {
        Some((table, rest)) => (table, rest),
        None => ("filter", text),
    };
    let read = |what| Read {
        is_v4,
        is_v6,
        table: table.to_owned(),
        what,
    };
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["-P", chain, policy] => {
            return Ok(read(What::Policy {
                chain: (*chain).to_owned(),
                policy: (*policy).to_owned(),
            }));
        }
        ["-N", chain] => return Ok(read(What::Chain((*chain).to_owned()))),
        _ => {}
    }
    let found = iptables::read(&format!("*{table}\n{text}\n"));
    if let Some(fault) = found.faults.first() {
        let reason = format!("`{text}` cannot be said: {}", fault.why);
        return Err(by_hand(Code::BadInput, reason));
    }
    let Some(rule) = found.tables.into_iter().flat_map(|it| it.rules).next() else {
        return Err(by_hand(Code::BadInput, format!("`{text}` is no rule")));
    };
    let names = ["in-interface", "out-interface"];
    let zones = names.iter().filter_map(|name| rule.value(name));
    let zone = zones.filter_map(|it| it.strip_prefix('@')).next();
    let Some(zone) = zone.map(str::to_owned) else {
        return Ok(read(What::Rules(vec![rule])));
    };
    let interfaces = interfaces_of(&zone, machine);
    if interfaces.is_empty() {
        return Err(unknown_zone(&zone));
    }
    let on = |interface: String| {
        let mut own = rule.clone();
        for condition in &mut own.conditions {
            if names.contains(&condition.name.as_str()) {
                condition.values = vec![interface.clone()];
            }
        }
        own
    };
    Ok(read(What::Rules(interfaces.into_iter().map(on).collect())))
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Resource, Setting, Settings};

    fn setting(of: Settings, name: &str, value: &str) -> Resource {
        Resource::Setting(Setting {
            of,
            name: name.into(),
            value: value.into(),
        })
    }

    fn check(rules: &[&str], expected: &str) {
        let rule = |value: &&str| setting(Settings::FirewallRule, "", value);
        check_all(rules.iter().map(rule).collect(), expected);
    }

    #[test]
    fn rules_are_one_filter_on_the_interfaces_of_their_zone() {
        let rule = |value: &str| setting(Settings::FirewallRule, "", value);
        check_all(
            vec![
                rule("-A INPUT -p tcp --dport 23 -j DROP"),
                rule("-4 -A INPUT -i @vpn -s 10.0.0.1 -p tcp --dport 9100 -j ACCEPT"),
                setting(Settings::FirewallZone, "wg0", "vpn"),
            ],
            r#"
            networking.firewall.extraCommands = ''
            ip46tables -I nixos-fw 1 -p tcp ! -i lo --dport 23 -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP
            iptables -A nixos-fw -p tcp -i wg0 -s 10.0.0.1 --dport 9100 -j nixos-fw-accept
            '';
            not-needed: NixOS's firewall has no zones; what is open in this one is stated for its interfaces and addresses
            "#,
        );
        check(
            &["-A INPUT -i @dmz -p tcp --dport 23 -j ACCEPT"],
            "manual: which interfaces are in the zone `dmz` is not said",
        );
    }

    #[test]
    fn each_rule_says_its_own_part() {
        check(
            &[
                "-4 -P INPUT DROP",
                "-4 -A INPUT -i lo -j ACCEPT",
                "-4 -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-4 -A INPUT -p icmp -j ACCEPT",
                "-4 -A INPUT -p tcp --dport 22 -j ACCEPT",
                "-4 -A INPUT -s 10.0.0.0/8 -j ACCEPT",
                "-4 -A INPUT -j LOG --log-prefix x",
                "-4 -A INPUT -j DROP",
                "-4 -A FORWARD -i eth1 -j ACCEPT",
            ],
            r#"
            networking.firewall.allowedTCPPorts += 22;
            networking.firewall.extraCommands = ''
            iptables -A nixos-fw -s 10.0.0.0/8 -j nixos-fw-accept
            '';
            not-needed: NixOS's firewall refuses what is not opened, too
            not-needed: NixOS's firewall accepts what comes from the machine itself
            not-needed: NixOS's firewall accepts what belongs to a connection
            not-needed: NixOS's firewall answers pings and accepts what ICMP says of connections
            assumed: IPv6, which the rules do not filter, is filtered alike
            not-needed: NixOS's firewall logs the connections that it refuses, too
            not-needed: NixOS's firewall refuses what is not opened, too
            not-needed: NixOS lets through what nothing refuses, too
            "#,
        );
    }

    #[test]
    fn a_policy_that_refuses_pings_says_so() {
        check(
            &["-P INPUT DROP", "-A INPUT -p tcp --dport 22 -j ACCEPT"],
            r#"
            networking.firewall.allowPing = false;
            networking.firewall.allowedTCPPorts += 22;
            "#,
        );
    }

    #[test]
    fn address_translation_and_other_chains_are_stated() {
        check(
            &[
                "-4 -t nat -A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE",
                "-4 -t nat -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.8.0.2:8080",
                "-4 -A OUTPUT -p tcp --dport 25 -j REJECT",
            ],
            r#"
            networking.nat.enable = true;
            networking.nat.externalInterface = "eth0";
            networking.nat.internalIPs += "10.8.0.0/24";
            networking.nat.forwardPorts += { proto = "tcp"; sourcePort = 80; destination = "10.8.0.2:8080"; };
            networking.firewall.extraCommands = ''
            iptables-restore --noflush <<'EOF'
            *filter
            :own-output - [0:0]
            -A own-output -p tcp --dport 25 -j REJECT
            COMMIT
            EOF
            iptables -D OUTPUT -j own-output 2> /dev/null || true
            iptables -A OUTPUT -j own-output
            '';
            networking.firewall.extraStopCommands = ''
            iptables -D OUTPUT -j own-output 2> /dev/null || true
            '';
            "#,
        );
    }
}
