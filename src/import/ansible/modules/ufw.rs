//! `ufw`: the firewall of Debian and its kin: open ports, on and off.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/ufw_module.html>

use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Firewall, FirewallPort, Protocol, Resource, Setting, Settings};

pub(super) const MODULE: Module = Module {
    names: &["ufw"],
    collection: "community.general",
    becomes: "Ports of networking.firewall, and whether it is on. Rules that hold for some addresses only, and those \
              of what goes out or is handed on, become networking.firewall.extraCommands.",
    kind: Kind::Changes,
    run,
};

const TCP: &[Protocol] = &[Protocol::Tcp];
const UDP: &[Protocol] = &[Protocol::Udp];
const BOTH: &[Protocol] = &[Protocol::Tcp, Protocol::Udp];

/// The applications that packages of Debian bring to ufw (/etc/ufw/applications.d), and ports by their names in
/// /etc/services.
const APPLICATIONS: &[(&str, &[u16], &[Protocol])] = &[
    ("openssh", &[22], TCP),
    ("ssh", &[22], TCP),
    ("www", &[80], TCP),
    ("www full", &[80, 443], TCP),
    ("www secure", &[443], TCP),
    ("http", &[80], TCP),
    ("https", &[443], TCP),
    ("nginx http", &[80], TCP),
    ("nginx https", &[443], TCP),
    ("nginx full", &[80, 443], TCP),
    ("apache", &[80], TCP),
    ("apache secure", &[443], TCP),
    ("apache full", &[80, 443], TCP),
    ("dns", &[53], BOTH),
    ("domain", &[53], BOTH),
    ("bind9", &[53], BOTH),
    ("smtp", &[25], TCP),
    ("postfix", &[25], TCP),
    ("postfix smtps", &[465], TCP),
    ("postfix submission", &[587], TCP),
    ("submission", &[587], TCP),
    ("mail submission", &[587], TCP),
    ("imap", &[143], TCP),
    ("imaps", &[993], TCP),
    ("dovecot imap", &[143], TCP),
    ("dovecot secure imap", &[993], TCP),
    ("dovecot pop3", &[110], TCP),
    ("dovecot secure pop3", &[995], TCP),
    ("pop3", &[110], TCP),
    ("pop3s", &[995], TCP),
    ("ldap", &[389], TCP),
    ("ldaps", &[636], TCP),
    ("ntp", &[123], UDP),
    ("mysql", &[3306], TCP),
    ("postgresql", &[5432], TCP),
    ("cups", &[631], TCP),
    ("ftp", &[21], TCP),
    ("telnet", &[23], TCP),
    ("snmp", &[161], UDP),
    ("syslog", &[514], UDP),
    ("openvpn", &[1194], BOTH),
];

const BY_HAND: &str =
    "networking.firewall.extraInputRules (nftables) or extraCommands (iptables) take rules";

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // Where a rule stands among others, what people call it, and whether its packets are logged.
    params.pass_over(&["insert", "insert_relative_to", "comment", "log"]);
    let state = params.string(&["state"])?;
    let default = params.string(&["default", "policy"])?;
    let logging = params.string(&["logging"])?;
    let direction = params.string(&["direction"])?.unwrap_or_default();
    let rule = params.string(&["rule"])?;
    let mut refusal = None;
    if let Some(rule) = rule {
        let rule = Rule::take(&rule, &direction, params)?;
        refusal = apply(&rule, params, run)?;
    }
    if let Some(policy) = default {
        refusal = set_default(&policy, &direction, run).or(refusal);
    }
    if let Some(level) = logging {
        log(&level, run);
    }
    match state.as_deref() {
        Some("enabled") => run.put(Resource::Firewall(Firewall { enabled: true })),
        Some("disabled") => run.put(Resource::Firewall(Firewall { enabled: false })),
        Some("reloaded") => run.not_needed("NixOS loads the firewall again when its rules change"),
        Some("reset") => {
            let open: Vec<Key> = ports(run);
            for key in open {
                run.state.remove(&key, run.task.item);
            }
            run.close(
                Verdict::NotNeeded,
                Code::AlreadySo,
                "a new machine has no rules that could be reset",
            );
        }
        Some(other) => {
            return Err(params.bad("state", other, "one of enabled, disabled, reloaded, reset"));
        }
        None => {}
    }
    refusal.map_or(Ok(()), Err)
}

/// A rule as the task says it.
struct Rule {
    action: String,
    is_deleted: bool,
    /// Of the kernel's: `INPUT`, `OUTPUT`, `FORWARD`.
    chain: &'static str,
    /// Only for packets between these addresses and ports, in the words of iptables-save; empty for all.
    between: String,
    is_v6: bool,
    /// `-i eth0 `, in the words of iptables-save.
    on: String,
    interface: Option<String>,
    port: Option<String>,
    protocol: String,
    application: Option<String>,
}

impl Rule {
    fn take(action: &str, direction: &str, params: &mut Params) -> Result<Rule, Refusal> {
        let any = |it: &String| !matches!(it.as_str(), "any" | "" | "0.0.0.0/0" | "::/0");
        let from = params.string(&["from_ip", "from", "src"])?.filter(any);
        let from_port = params.string(&["from_port"])?;
        let to = params.string(&["to_ip", "dest", "to"])?.filter(any);
        let interface = params.string(&["interface", "if"])?;
        let incoming = params.string(&["interface_in", "if_in"])?;
        let outgoing = params.string(&["interface_out", "if_out"])?;
        let is_outgoing =
            matches!(direction, "out" | "outgoing") || outgoing.is_some() && incoming.is_none();
        let chain = match (params.flag(&["route"])?, is_outgoing) {
            (Some(true), _) => "FORWARD",
            (Some(false) | None, true) => "OUTPUT",
            (Some(false) | None, false) => "INPUT",
        };
        let (comes, goes) = match is_outgoing {
            true => (incoming, outgoing.or(interface)),
            false => (incoming.or(interface), outgoing),
        };
        let on = [
            comes.as_ref().map(|it| format!("-i {it} ")),
            goes.map(|it| format!("-o {it} ")),
        ];
        let is_v6 = [&from, &to]
            .into_iter()
            .flatten()
            .any(|it| it.contains(':'));
        let words = [
            from.map(|it| format!("-s {it} ")),
            from_port.map(|it| format!("--sport {it} ")),
            to.map(|it| format!("-d {it} ")),
        ];
        Ok(Rule {
            action: action.to_owned(),
            is_deleted: params.flag(&["delete"])?.unwrap_or(false),
            chain,
            between: words.into_iter().flatten().collect(),
            is_v6,
            on: on.into_iter().flatten().collect(),
            interface: comes,
            port: params.string(&["to_port", "port"])?,
            protocol: params
                .string(&["proto", "protocol"])?
                .unwrap_or_else(|| "any".to_owned()),
            application: params.string(&["name", "app"])?,
        })
    }
}

fn manual(reason: String) -> Option<Refusal> {
    Some(Refusal::new(Code::CannotState, reason).cure(BY_HAND))
}

fn apply(rule: &Rule, params: &Params, run: &mut Run<'_, '_>) -> Result<Option<Refusal>, Refusal> {
    let is_whole = rule.port.is_none() && rule.application.is_none();
    let on_itself = rule.chain == "INPUT" && rule.interface.as_deref() == Some("lo");
    if rule.action == "allow" && is_whole && on_itself {
        run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            "NixOS's firewall lets the machine talk to itself",
        );
        return Ok(None);
    }
    let names_ports = rule.application.is_some() || rule.port.is_some();
    let opens = matches!(rule.action.as_str(), "allow" | "limit");
    if !rule.between.is_empty() || rule.chain != "INPUT" || !opens || !names_ports {
        return restricted(rule, params, run);
    }
    let found = match (&rule.application, &rule.port) {
        (Some(name), _) => known(name),
        (None, Some(port)) => read_ports(port, &rule.protocol),
        (None, None) => None,
    };
    let Some(found) = found else {
        let name = rule.application.as_ref().or(rule.port.as_ref());
        let name = name.cloned().unwrap_or_default();
        if matches!(rule.protocol.as_str(), "any" | "tcp" | "udp") {
            return Err(params.bad("port", &name, "a port or an application that is known here"));
        }
        return Ok(manual(format!(
            "it is about the protocol {}",
            rule.protocol
        )));
    };
    for mut port in found {
        port.interface.clone_from(&rule.interface);
        let limits = match rule.action.as_str() {
            "limit" => limits(&port),
            _ => Vec::new(),
        };
        change(Resource::FirewallPort(port), rule, run);
        for limit in limits {
            change(limit, rule, run);
        }
    }
    Ok(None)
}

fn change(resource: Resource, rule: &Rule, run: &mut Run<'_, '_>) {
    if !rule.is_deleted {
        run.put(resource);
    } else if let Some(key) = Key::of(&resource) {
        run.remove(&key, "the open port");
    }
}

/// The rules by which ufw keeps an address from opening more than five connections in half a minute.
fn limits(port: &FirewallPort) -> Vec<Resource> {
    let on = match &port.interface {
        Some(interface) => format!("-i {interface} "),
        None => String::new(),
    };
    limits_of(&format!("-A INPUT {on}{}", of_port(port))).to_vec()
}

fn limits_of(packets: &str) -> [Resource; 2] {
    let new = format!("{packets}-m conntrack --ctstate NEW -m recent");
    [
        setting("", format!("{new} --set")),
        setting(
            "",
            format!("{new} --update --seconds 30 --hitcount 6 -j REJECT"),
        ),
    ]
}

/// A rule of the filter, or one of its policies, which has a name.
fn setting(name: &str, value: String) -> Resource {
    Resource::Setting(Setting {
        of: Settings::FirewallRule,
        name: name.to_owned(),
        value,
    })
}

/// A port in the words of iptables-save.
fn of_port(port: &FirewallPort) -> String {
    let protocol = port.protocol.name();
    let range = if port.first == port.last {
        port.first.to_string()
    } else {
        format!("{}:{}", port.first, port.last)
    };
    format!("-p {protocol} --dport {range} ")
}

/// A rule that does not only open ports to everybody.
fn restricted(
    rule: &Rule,
    params: &Params,
    run: &mut Run<'_, '_>,
) -> Result<Option<Refusal>, Refusal> {
    let target = match rule.action.as_str() {
        "allow" => "ACCEPT",
        "deny" => "DROP",
        "reject" => "REJECT",
        "limit" => "ACCEPT",
        other => {
            return Err(params.bad("rule", other, "one of allow, deny, limit, reject"));
        }
    };
    let name = rule.application.as_ref().or(rule.port.as_ref());
    let found = match (&rule.application, &rule.port) {
        (Some(name), _) => known(name),
        (None, Some(port)) => read_ports(port, &rule.protocol),
        (None, None) => Some(Vec::new()),
    };
    let Some(found) = found else {
        let name = name.cloned().unwrap_or_default();
        return Err(params.bad("port", &name, "a port or an application that is known here"));
    };
    let family = match (
        rule.between.contains("-s ") || rule.between.contains("-d "),
        rule.is_v6,
    ) {
        (true, true) => "-6 ",
        (true, false) => "-4 ",
        (false, _) => "",
    };
    let mut ports: Vec<String> = found.iter().map(of_port).collect();
    if ports.is_empty() {
        ports.push(match rule.protocol.as_str() {
            "any" => String::new(),
            protocol => format!("-p {protocol} "),
        });
    }
    for port in ports {
        let Rule {
            between, chain, on, ..
        } = rule;
        if on.is_empty() && between.is_empty() && port.is_empty() {
            return Ok(manual("the rule is about all packets".to_owned()));
        }
        let packets = format!("{family}-A {chain} {on}{between}{port}");
        if rule.action == "limit" {
            for limit in limits_of(&packets) {
                change(limit, rule, run);
            }
        }
        change(setting("", format!("{packets}-j {target}")), rule, run);
    }
    Ok(None)
}

fn known(name: &str) -> Option<Vec<FirewallPort>> {
    let name = name.to_ascii_lowercase();
    let (_, ports, protocols) = APPLICATIONS.iter().find(|(it, _, _)| *it == name)?;
    let each = |port: &u16| {
        let port = *port;
        protocols
            .iter()
            .map(move |protocol| open(*protocol, port, port))
    };
    Some(ports.iter().flat_map(each).collect())
}

/// Reads `80`, `80,443`, `1000:2000`, `22/tcp`, `ssh`.
fn read_ports(text: &str, protocol: &str) -> Option<Vec<FirewallPort>> {
    let (text, protocol) = text.split_once('/').unwrap_or((text, protocol));
    let protocols = match protocol {
        "tcp" => TCP,
        "udp" => UDP,
        "any" => BOTH,
        _ => return None,
    };
    let mut found = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let (first, last) = part.split_once([':', '-']).unwrap_or((part, part));
        match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) => {
                found.extend(protocols.iter().map(|it| open(*it, first, last)));
            }
            _ => found.extend(known(part)?),
        }
    }
    Some(found)
}

fn open(protocol: Protocol, first: u16, last: u16) -> FirewallPort {
    FirewallPort {
        protocol,
        first,
        last,
        interface: None,
    }
}

fn set_default(policy: &str, direction: &str, run: &mut Run<'_, '_>) -> Option<Refusal> {
    let (chain, own): (&str, &[&str]) = match direction {
        "" | "incoming" | "in" => ("INPUT", &["-p icmp --icmp-type echo-request"]),
        // before.rules lets these out whatever the policy is.
        "outgoing" | "out" => (
            "OUTPUT",
            &["-o lo", "-m conntrack --ctstate RELATED,ESTABLISHED"],
        ),
        "routed" => ("FORWARD", &[]),
        other => return manual(format!("ufw knows no packets that are `{other}`")),
    };
    let target = match policy {
        "allow" => "ACCEPT",
        "deny" => "DROP",
        "reject" => "REJECT",
        other => return manual(format!("ufw has no default `{other}`")),
    };
    match (policy, chain) {
        ("deny", "INPUT") | ("deny" | "reject", "FORWARD") => {
            let reason = "NixOS does so: what is not opened stays closed";
            run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
        }
        ("allow", "OUTPUT") => {
            let reason = "NixOS does so: everything goes out";
            run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
        }
        _ => {
            for packets in own.iter().filter(|_| policy != "allow") {
                run.put(setting("", format!("-A {chain} {packets} -j ACCEPT")));
            }
            let name = format!("-P {chain}");
            run.put(setting(&name, format!("{name} {target}")));
        }
    }
    None
}

fn log(level: &str, run: &mut Run<'_, '_>) {
    run.put(Resource::Setting(Setting {
        of: Settings::FirewallLog,
        name: "level".to_owned(),
        value: level.to_owned(),
    }));
}

fn ports(run: &Run<'_, '_>) -> Vec<Key> {
    let keys = run.state.entries().filter_map(|it| match &it.resource {
        Resource::FirewallPort(_) => Key::of(&it.resource),
        _ => None,
    });
    keys.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{known, read_ports};

    fn rules(task: &str, expected: &[&str]) {
        let shown = |value: &&str| {
            let value = serde_json::to_string(value).unwrap();
            format!("{{\"setting\":{{\"of\":\"firewall-rule\",\"value\":{value}}}}}")
        };
        let expected: Vec<String> = expected.iter().map(shown).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&format!("- ufw: {{{task}}}"), &expected);
    }

    #[test]
    fn what_opens_no_port_to_everybody_is_a_rule() {
        rules(
            "rule: allow, interface: tun0, direction: in",
            &["-A INPUT -i tun0 -j ACCEPT"],
        );
        rules(
            "rule: deny, to_port: 25, proto: tcp, direction: out",
            &["-A OUTPUT -p tcp --dport 25 -j DROP"],
        );
        rules(
            "rule: allow, route: true, interface_in: eth0, interface_out: eth1, dest: 10.0.0.5, port: 80, proto: tcp",
            &["-4 -A FORWARD -i eth0 -o eth1 -d 10.0.0.5 -p tcp --dport 80 -j ACCEPT"],
        );
        rules(
            "rule: reject, port: 23, proto: tcp",
            &["-A INPUT -p tcp --dport 23 -j REJECT"],
        );
    }

    #[test]
    fn what_is_done_with_the_rest_is_a_policy() {
        check(
            "- ufw: {default: deny, direction: outgoing, logging: 'off'}",
            &[
                r#"{"setting":{"of":"firewall-rule","value":"-A OUTPUT -o lo -j ACCEPT"}}"#,
                r#"{"setting":{"of":"firewall-rule","value":"-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"}}"#,
                r#"{"setting":{"of":"firewall-rule","name":"-P OUTPUT","value":"-P OUTPUT DROP"}}"#,
                r#"{"setting":{"of":"firewall-log","name":"level","value":"off"}}"#,
            ],
        );
    }

    #[test]
    fn ports_are_numbers_ranges_and_names() {
        for (text, protocol, expected) in [
            ("80", "tcp", "Tcp 80-80"),
            ("80,443", "tcp", "Tcp 80-80, Tcp 443-443"),
            ("60000:61000", "udp", "Udp 60000-61000"),
            ("53", "any", "Tcp 53-53, Udp 53-53"),
            ("22/tcp", "any", "Tcp 22-22"),
            ("ssh", "tcp", "Tcp 22-22"),
        ] {
            let found: Vec<String> = read_ports(text, protocol)
                .unwrap()
                .iter()
                .map(|it| format!("{:?} {}-{}", it.protocol, it.first, it.last))
                .collect();
            assert_eq!(found.join(", "), expected, "{text}");
        }
        assert_eq!(read_ports("80", "esp"), None);
        assert_eq!(known("Nginx Full").unwrap().len(), 2);
    }
}
