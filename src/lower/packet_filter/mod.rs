//! The rules of a packet filter, in networking.firewall and networking.nat: files of iptables-save and of ufw.
//!
//! Manuals: iptables-restore(8), ufw-framework(8)
//!
//! All files of a machine are one filter, and each of them states all of it: a port is opened for IPv4 and IPv6 at
//! once on NixOS, so that what one file opens depends on the other. What no option says goes to
//! networking.firewall.extraCommands, which the firewall runs before it refuses the rest.

mod firewalld;
mod input;
mod nftables;
mod others;
mod rules;
mod ufw;

use std::fmt::Write;

use super::machine;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, Machine, Resource};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::iptables::{self, Condition, RuleSet, Table, command_words};
use input::{Does, Input, Opens, Pings, Step};

/// Files of iptables-save for IPv4, as Debian, Red Hat, Arch and old guides have them.
const V4: [&str; 8] = [
    "/etc/iptables/rules.v4",
    "/etc/iptables/rules",
    "/etc/iptables/iptables.rules",
    "/etc/sysconfig/iptables",
    "/etc/iptables.rules",
    "/etc/iptables.up.rules",
    "/etc/iptables.conf",
    "/etc/iptables.ipv4.nat",
];
const V6: [&str; 6] = [
    "/etc/iptables/rules.v6",
    "/etc/iptables/ip6tables.rules",
    "/etc/sysconfig/ip6tables",
    "/etc/ip6tables.rules",
    "/etc/ip6tables.up.rules",
    "/etc/ip6tables.conf",
];

pub(super) use rules::{lower_rule, lower_value, of_addresses};

/// What a reader found, or what comes of the file without it.
type Outcome<T> = Result<T, Box<Lowered>>;

/// A filter as a whole; a family of which nothing is said passes everything.
#[derive(Default)]
struct Filter {
    v4: Option<RuleSet>,
    v6: Option<RuleSet>,
    clauses: Vec<&'static str>,
    /// No file says it as a whole: what no rule names is left to NixOS.
    is_of_tasks: bool,
}

/// Lowers a file of a packet filter; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let own = firewalld::lower(file, machine).or_else(|| nftables::lower(file, machine));
    if own.is_some() {
        return own;
    }
    let of_ufw = ufw::is_own(&file.path);
    if !of_ufw && !V4.contains(&file.path.as_str()) && !V6.contains(&file.path.as_str()) {
        return None;
    }
    let filter = if of_ufw {
        ufw::read(file, machine)
    } else {
        saved(machine)
    };
    Some(match filter {
        Ok(mut filter) => {
            rules::join(&mut filter, machine);
            state(&filter, machine)
        }
        Err(lowered) => *lowered,
    })
}

/// Returns the filter of the machine: what its files say, and what tasks ask for besides.
fn whole(machine: &Machine) -> Filter {
    let is_saved = |path: &str| V4.contains(&path) || V6.contains(&path);
    let of_files = machine::files(machine).find_map(|file| {
        if ufw::is_own(&file.path) {
            ufw::read(file, machine).ok()
        } else if is_saved(&file.path) {
            saved(machine).ok()
        } else {
            None
        }
    });
    let mut filter = of_files.unwrap_or_else(|| Filter {
        is_of_tasks: true,
        ..Filter::default()
    });
    rules::join(&mut filter, machine);
    filter
}

fn text_of<'a>(path: &str, machine: &'a Machine) -> Outcome<Option<&'a str>> {
    let Some(file) = machine::files(machine).find(|it| it.path == path) else {
        return Ok(None);
    };
    let Content::Text(text) = &file.content else {
        return Ok(None);
    };
    match (text.plain(), text.worst_hole()) {
        (Some(plain), _) => Ok(Some(plain)),
        (None, Some(hole)) => Err(Box::new(Lowered::Manual(by_hand(
            Code::ValueUnknown,
            format!("its rules depend on {}", hole.what),
        )))),
        (None, None) => Ok(None),
    }
}

fn by_hand(code: Code, reason: String) -> Left {
    Left::new(code, reason)
        .about("networking.firewall.extraCommands")
        .cure("Open ports by networking.firewall.allowedTCPPorts; other rules go to networking.firewall.extraCommands.")
}

/// Reads rules of iptables-save.
fn parsed(text: &str) -> Outcome<RuleSet> {
    let read = iptables::read(text);
    match read.faults.first() {
        Some(fault) => Err(Box::new(Lowered::Manual(by_hand(
            Code::BadInput,
            format!("line {} cannot be read: {}", fault.place.line, fault.why),
        )))),
        None => Ok(read),
    }
}

fn saved(machine: &Machine) -> Outcome<Filter> {
    let find = |paths: &[&str]| -> Outcome<Option<RuleSet>> {
        for path in paths {
            if let Some(text) = text_of(path, machine)? {
                return parsed(text).map(Some);
            }
        }
        Ok(None)
    };
    Ok(Filter {
        v4: find(&V4)?,
        v6: find(&V6)?,
        ..Filter::default()
    })
}

fn table<'a>(rules: Option<&'a RuleSet>, name: &str) -> Option<&'a Table> {
    rules?.tables.iter().find(|it| it.name == name)
}

fn state(filter: &Filter, machine: &Machine) -> Lowered {
    let input = |rules: Option<&RuleSet>| -> Result<Option<Input>, String> {
        let mut found = table(rules, "filter").map(input::read).transpose()?;
        if let Some(input) = found.as_mut().filter(|_| filter.is_of_tasks) {
            input.leave_the_rest();
        }
        Ok(found.filter(|it| !it.is_open() && !it.is_silent()))
    };
    let (v4, v6) = match (input(filter.v4.as_ref()), input(filter.v6.as_ref())) {
        (Ok(v4), Ok(v6)) => (v4, v6),
        (Err(why), _) | (_, Err(why)) => {
            return Lowered::Manual(by_hand(Code::CannotState, why));
        }
    };
    let mut statement = Statement::default();
    let mut commands = String::new();
    inputs(
        v4.as_ref(),
        v6.as_ref(),
        machine,
        &mut statement,
        &mut commands,
    );
    let mut stop = String::new();
    let forwards = forwards(machine);
    for (rules, is_v6) in [(&filter.v4, false), (&filter.v6, true)] {
        for it in rules.iter().flat_map(|it| &it.tables) {
            if it.name == "nat"
                && !is_v6
                && let Some(nat) = others::nat(it)
            {
                state_nat(&nat, &mut statement);
                continue;
            }
            let chains = others::chains(it, is_v6, forwards);
            commands.push_str(&chains.start);
            stop.push_str(&chains.stop);
        }
    }
    let firewall = OptionPath::new(["networking", "firewall"]);
    if !commands.is_empty() {
        statement.set(firewall.child("extraCommands"), Expr::str(commands));
    }
    if !stop.is_empty() {
        statement.set(firewall.child("extraStopCommands"), Expr::str(stop));
    }
    if statement.definitions.is_empty() {
        if v4.is_none() && v6.is_none() {
            return Lowered::NotNeeded(
                Code::NoMeaning,
                "the rules let everything through, as without any; NixOS's own firewall stays on"
                    .to_owned(),
            );
        }
        statement.share(firewall.child("enable"), Expr::Bool(true));
    }
    for clause in &filter.clauses {
        statement.assume(*clause);
    }
    Lowered::Stated(statement)
}

/// Tells whether the machine hands packets on.
fn forwards(machine: &Machine) -> bool {
    machine.entries.iter().any(|entry| {
        matches!(&entry.resource, Resource::Sysctl(it)
            if it.name.replace('/', ".").ends_with("forward") || it.name.ends_with("forwarding"))
    })
}

/// What is to be done with packets before the open ports are asked for, and behind them.
struct Parts<'a> {
    head: Vec<&'a Step>,
    tail: Vec<&'a Step>,
}

fn parts(input: &Input) -> Parts<'_> {
    let refuses = |step: &Step| step.does != Does::Accept;
    let end = input.steps.iter().rposition(refuses).map_or(0, |at| at + 1);
    let (head, tail) = input.steps.split_at(end);
    Parts {
        head: head.iter().collect(),
        tail: tail.iter().collect(),
    }
}

fn inputs(
    v4: Option<&Input>,
    v6: Option<&Input>,
    machine: &Machine,
    statement: &mut Statement,
    commands: &mut String,
) {
    let firewall = OptionPath::new(["networking", "firewall"]);
    let Some(main) = v4.or(v6) else { return };
    if v4.is_none() != v6.is_none() {
        let other = if v4.is_none() { "IPv4" } else { "IPv6" };
        statement.assume(format!(
            "{other}, which the rules do not filter, is filtered alike"
        ));
    }
    let is_both = |step: &Step| {
        let has = |input: Option<&Input>| input.is_none_or(|it| parts(it).tail.contains(&step));
        has(v4) && has(v6)
    };
    heads(v4, v6, commands);
    let mut opened: Vec<(bool, u16, u16)> = Vec::new();
    for (input, tool) in [(v4, "iptables"), (v6, "ip6tables")] {
        let Some(input) = input else { continue };
        for step in parts(input).tail {
            let is_both = is_both(step);
            match input::opens(&step.conditions).filter(|_| is_both) {
                Some(all) => {
                    for it in all {
                        open(&it, statement, &mut opened);
                    }
                }
                None if is_both && tool == "ip6tables" && v4.is_some() => {}
                None => {
                    let is_any = is_both && v4.is_some() && v6.is_some();
                    let tool = if is_any { "ip46tables" } else { tool };
                    let words = command_words(&step.conditions, tool == "ip6tables");
                    let _ = writeln!(
                        commands,
                        "{tool} -A nixos-fw {} -j nixos-fw-accept",
                        words.join(" ")
                    );
                }
            }
        }
    }
    match (v4.map(|it| &it.default), v6.map(|it| &it.default)) {
        (Some(Does::Accept), None | Some(Does::Accept)) | (None, Some(Does::Accept)) => {
            commands.push_str("ip46tables -A nixos-fw -j nixos-fw-accept\n");
        }
        (Some(Does::Accept), Some(_)) => {
            commands.push_str("iptables -A nixos-fw -j nixos-fw-accept\n");
        }
        (Some(_), Some(Does::Accept)) => {
            commands.push_str("ip6tables -A nixos-fw -j nixos-fw-accept\n");
        }
        (Some(_) | None, _) => {}
    }
    if matches!(main.default, Does::Reject(_)) {
        statement.set(firewall.child("rejectPackets"), Expr::Bool(true));
    }
    match v4.map(|it| &it.pings) {
        Some(Pings::Refused) => statement.set(firewall.child("allowPing"), Expr::Bool(false)),
        Some(Pings::Limited(limit)) => statement.set(firewall.child("pingLimit"), Expr::str(limit)),
        Some(Pings::Answered) | None => {}
    }
    close_ssh(main, machine, &opened, statement);
}

/// What is refused, and what is asked before it, comes first in the chain, in its order.
fn heads(v4: Option<&Input>, v6: Option<&Input>, commands: &mut String) {
    let (first, second) = (v4.map(parts), v6.map(parts));
    let same = match (&first, &second) {
        (Some(one), Some(other)) => one.head == other.head,
        (None, _) | (_, None) => false,
    };
    let all = [(first, "iptables"), (second, "ip6tables")];
    for (parts, tool) in all {
        let Some(parts) = parts else { continue };
        if same && tool == "ip6tables" {
            continue;
        }
        let is_v6 = tool == "ip6tables";
        let tool = if same { "ip46tables" } else { tool };
        for (step, at) in parts.head.iter().zip(1..) {
            let mut conditions = step.conditions.clone();
            let asks = |name: &str| step.conditions.iter().any(|it| it.name == name);
            let guard = |name: &str, is_not: bool, value: &str| Condition {
                name: name.to_owned(),
                is_not,
                values: vec![value.to_owned()],
            };
            // Behind the rules of NixOS they would come too late, before them they must leave out what those accept.
            if step.does != Does::Accept && !asks("in-interface") {
                conditions.insert(0, guard("in-interface", true, "lo"));
            }
            if step.does != Does::Accept && !asks("ctstate") {
                conditions.push(guard("ctstate", true, "ESTABLISHED,RELATED"));
            }
            let words = command_words(&conditions, is_v6).join(" ");
            let target = match &step.does {
                Does::Accept => " -j nixos-fw-accept".to_owned(),
                Does::Drop => " -j DROP".to_owned(),
                Does::Reject(options) => {
                    let words = command_words(options, is_v6);
                    format!(" -j REJECT {}", words.join(" "))
                        .trim_end()
                        .to_owned()
                }
                Does::Remember => String::new(),
            };
            let _ = writeln!(commands, "{tool} -I nixos-fw {at} {words}{target}");
        }
    }
}

fn open(opens: &Opens, statement: &mut Statement, opened: &mut Vec<(bool, u16, u16)>) {
    let firewall = OptionPath::new(["networking", "firewall"]);
    match opens {
        Opens::Interface(name) => {
            statement.add(firewall.child("trustedInterfaces"), Expr::str(name))
        }
        Opens::Ports {
            is_udp,
            first,
            last,
            interface,
        } => {
            let port = crate::model::FirewallPort {
                protocol: if *is_udp {
                    crate::model::Protocol::Udp
                } else {
                    crate::model::Protocol::Tcp
                },
                first: *first,
                last: *last,
                interface: interface.clone(),
            };
            if interface.is_none() {
                opened.push((*is_udp, *first, *last));
            }
            let Lowered::Stated(own) = super::firewall::one(&port) else {
                return;
            };
            for wanted in own.definitions {
                let is_there = |it: &super::statement::Wanted| {
                    it.path == wanted.path && it.expr == wanted.expr
                };
                if !statement.definitions.iter().any(is_there) {
                    statement.definitions.push(wanted);
                }
            }
        }
    }
}

/// NixOS opens the ports of sshd by itself; where the rules open them for some only, it must not.
fn close_ssh(
    input: &Input,
    machine: &Machine,
    opened: &[(bool, u16, u16)],
    statement: &mut Statement,
) {
    if input.default != Does::Accept && !input.is_left {
        close_ssh_of(machine, opened, statement);
    }
}

fn close_ssh_of(machine: &Machine, opened: &[(bool, u16, u16)], statement: &mut Statement) {
    let settings: Vec<_> = machine::sshd_settings(machine).collect();
    if settings.is_empty() && !machine::is_enabled(machine, &["ssh", "sshd"]) {
        return;
    }
    let ports = settings
        .iter()
        .filter(|it| it.keyword.eq_ignore_ascii_case("port"));
    let mut ports: Vec<u16> = ports
        .filter_map(|it| it.value.trim().parse().ok())
        .collect();
    if ports.is_empty() {
        ports.push(22);
    }
    let is_open = |port: &u16| {
        opened
            .iter()
            .any(|(is_udp, first, last)| !is_udp && (*first..=*last).contains(port))
    };
    if !ports.iter().all(is_open) {
        let path = OptionPath::new(["services", "openssh", "openFirewall"]);
        statement.set(path, Expr::Bool(false));
    }
}

fn state_nat(nat: &others::Nat, statement: &mut Statement) {
    let path = OptionPath::new(["networking", "nat"]);
    statement.set(path.child("enable"), Expr::Bool(true));
    if let Some(outside) = &nat.outside {
        statement.set(path.child("externalInterface"), Expr::str(outside));
    }
    if let Some(address) = &nat.address {
        statement.set(path.child("externalIP"), Expr::str(address));
    }
    for inside in &nat.inside {
        statement.add(path.child("internalIPs"), Expr::str(inside));
    }
    for forward in &nat.forwards {
        statement.add(path.child("forwardPorts"), forward.expr());
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check_all, file};

    fn check_v4(rules: &str, expected: &str) {
        let text = format!(
            "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}COMMIT\n"
        );
        let clause = "assumed: IPv6, which the rules do not filter, is filtered alike";
        check_all(
            vec![file("/etc/iptables/rules.v4", &text)],
            &format!("{expected}\n{clause}"),
        );
    }

    #[test]
    fn ports_interfaces_and_pings_have_options() {
        check_v4(
            "-A INPUT -i lo -j ACCEPT\n-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n-A INPUT -i br0 -j ACCEPT\n-A INPUT -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j ACCEPT\n-A INPUT -i eth1 -p udp --dport 60000:61000 -j ACCEPT\n",
            r#"
            networking.firewall.trustedInterfaces += "br0";
            networking.firewall.allowedTCPPorts += 80;
            networking.firewall.allowedTCPPorts += 443;
            networking.firewall.interfaces.eth1.allowedUDPPortRanges += { from = 60000; to = 61000; };
            "#,
        );
        check_v4(
            "-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -p icmp --icmp-type 8 -m limit --limit 5/s -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\n",
            r#"
            networking.firewall.allowedTCPPorts += 22;
            networking.firewall.rejectPackets = true;
            networking.firewall.pingLimit = "--limit 5/s";
            "#,
        );
    }

    #[test]
    fn what_options_cannot_say_is_a_command_in_its_place() {
        check_v4(
            "-A INPUT -s 192.0.2.7/32 -j DROP\n-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT\n",
            r#"
            networking.firewall.allowPing = false;
            networking.firewall.extraCommands = ''
            iptables -I nixos-fw 1 ! -i lo -s 192.0.2.7/32 -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP
            iptables -A nixos-fw -p tcp -s 10.0.0.0/8 --dport 22 -j nixos-fw-accept
            '';
            "#,
        );
    }

    #[test]
    fn the_families_are_told_apart_where_they_differ() {
        let rules = |own: &str| {
            format!(
                "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 80 -j ACCEPT\n{own}COMMIT\n"
            )
        };
        check_all(
            vec![
                file(
                    "/etc/iptables/rules.v4",
                    &rules("-A INPUT -p icmp -j ACCEPT\n-A INPUT -p tcp --dport 22 -j ACCEPT\n"),
                ),
                file(
                    "/etc/iptables/rules.v6",
                    &rules("-A INPUT -p ipv6-icmp -j ACCEPT\n"),
                ),
            ],
            r#"
            networking.firewall.allowedTCPPorts += 80;
            networking.firewall.extraCommands = ''
            iptables -A nixos-fw -p tcp --dport 22 -j nixos-fw-accept
            '';
            "#,
        );
    }

    #[test]
    fn rules_that_let_everything_through_say_nothing() {
        check_all(
            vec![file(
                "/etc/iptables/rules.v4",
                "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n",
            )],
            "not-needed: the rules let everything through, as without any; NixOS's own firewall stays on",
        );
    }

    #[test]
    fn translation_of_addresses_has_options() {
        check_all(
            vec![file(
                "/etc/iptables/rules.v4",
                "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2\n-A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE\nCOMMIT\n",
            )],
            r#"
            networking.nat.enable = true;
            networking.nat.externalInterface = "eth0";
            networking.nat.internalIPs += "10.0.0.0/24";
            networking.nat.forwardPorts += { proto = "tcp"; sourcePort = 80; destination = "10.0.0.2:80"; };
            "#,
        );
    }

    #[test]
    fn other_chains_are_loaded_beside_those_of_nixos() {
        check_all(
            vec![file(
                "/etc/iptables/rules.v4",
                "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n:mail - [0:0]\n-A OUTPUT -p tcp --dport 25 -j mail\n-A mail -m owner --uid-owner 8 -j ACCEPT\nCOMMIT\n",
            )],
            r#"
            networking.firewall.extraCommands = ''
            iptables-restore --noflush <<'EOF'
            *filter
            :own-output - [0:0]
            :mail - [0:0]
            -A own-output -p tcp --dport 25 -j mail
            -A own-output -j DROP
            -A mail -m owner --uid-owner 8 -j ACCEPT
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
