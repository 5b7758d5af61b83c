//! `firewalld`: the firewall of Fedora and its kin: open ports and services.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/firewalld_module.html>

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{FirewallPort, Protocol, Resource, Setting, Settings, Sysctl};
use crate::syntax::firewalld;
use crate::syntax::firewalld_services::SERVICES;

pub(super) const MODULE: Module = Module {
    names: &["firewalld"],
    collection: "ansible.posix",
    becomes: "Ports of networking.firewall, in a zone those of its interfaces; rich rules, masquerading, \
              forwarded ports and addresses become networking.firewall.extraCommands or networking.nat.",
    kind: Kind::Changes,
    run,
};

const BY_HAND: &str = "state it in networking.firewall.extraInputRules (with networking.nftables.enable), or in networking.firewall.extraCommands";

/// What has no rule of its own.
const LEFT: &[(&str, &str)] = &[
    ("forward", "the forwarding of packets in a zone"),
    ("icmp_block_inversion", "messages of ICMP that are refused"),
    ("target", "what a zone does with all other packets"),
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // Whether the rule holds at once or after a reload: what NixOS states holds for good.
    params.pass_over(&["immediate", "permanent", "offline", "timeout"]);
    let state = params.choice(
        &["state"],
        &["enabled", "disabled", "present", "absent"],
        "enabled",
    )?;
    let is_open = matches!(state.as_str(), "enabled" | "present");
    let zone = params.string(&["zone"])?;
    let interface = params.text(&["interface"])?;
    let service = params.string(&["service"])?;
    let port = params.string(&["port"])?;
    if let Some(rule) = params.string(&["rich_rule"])? {
        return rich_rule(&rule, zone.as_deref(), is_open, run);
    }
    if let Some(rules) = others(zone.as_deref(), params)? {
        for resource in rules {
            change(resource, is_open, run);
        }
        return Ok(());
    }
    let found = match (&service, &port) {
        (Some(name), _) => ports_of(name).ok_or_else(|| {
            let reason = format!("the ports of firewalld's service `{name}` are not known here");
            Refusal::new(Code::CannotState, reason)
                .cure("open them with networking.firewall.allowedTCPPorts and allowedUDPPorts")
        })?,
        (None, Some(port)) => read_ports(port).ok_or_else(|| not_tcp_or_udp(params, port))?,
        (None, None) => {
            let interface = match interface.as_ref().map(|it| it.plain()) {
                Some(Some(name)) if !name.is_empty() => Some(name.to_owned()),
                None => None,
                Some(_) => {
                    let reason = "the interface of the zone is not known";
                    return Err(Refusal::new(Code::ValueUnknown, reason).cure(
                        "networking.firewall.interfaces.<name> has what is open on one interface",
                    ));
                }
            };
            return zone_only(zone.as_deref(), interface, is_open, run);
        }
    };
    if interface.is_some() {
        let reason = "the rule is about an interface, too";
        return Err(Refusal::new(Code::CannotState, reason).cure(
            "networking.firewall.interfaces.<name>.allowedTCPPorts has ports of one interface",
        ));
    }
    let zone = zone_of(zone.as_deref());
    if !is_open && matches!(zone, Some("drop" | "block")) {
        run.not_needed("nothing is open in this zone");
        return Ok(());
    }
    for mut port in found {
        port.interface = zone.map(|zone| format!("@{zone}"));
        let resource = Resource::FirewallPort(port);
        if is_open {
            run.put(resource);
        } else if let Some(key) = Key::of(&resource) {
            run.remove(&key, "the open port");
        }
    }
    Ok(())
}

/// Tells a port that cannot be read from one of a protocol that NixOS has no list for.
fn not_tcp_or_udp(params: &Params, port: &str) -> Refusal {
    match port.split_once('/') {
        Some((_, protocol @ ("sctp" | "dccp"))) => Refusal::new(
            Code::CannotState,
            format!("it is about the protocol {protocol}"),
        )
        .cure(BY_HAND),
        _ => params.bad("port", port, "a port such as `80/tcp`"),
    }
}

/// The zone of a task that is not the usual one, which has all interfaces that no other zone has.
fn zone_of(zone: Option<&str>) -> Option<&str> {
    zone.filter(|it| !matches!(*it, "public" | ""))
}

fn rich_rule(
    rule: &str,
    zone: Option<&str>,
    is_open: bool,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let interface = zone_of(zone).map(|zone| format!("@{zone}"));
    let rules = firewalld::rich_rule(rule, interface.as_deref())
        .map_err(|why| Refusal::new(Code::CannotState, why).cure(BY_HAND))?;
    for value in rules {
        change(setting(Settings::FirewallRule, "", value), is_open, run);
    }
    Ok(())
}

fn setting(of: Settings, name: &str, value: String) -> Resource {
    let name = name.to_owned();
    Resource::Setting(Setting { of, name, value })
}

fn change(resource: Resource, is_there: bool, run: &mut Run<'_, '_>) {
    if is_there {
        run.put(resource);
    } else if let Some(key) = Key::of(&resource) {
        run.remove(&key, "the rule");
    }
}

/// Reads what a rule is about besides ports and services, as the rules of iptables that firewalld makes of it; nothing
/// where it is about neither.
fn others(zone: Option<&str>, params: &mut Params) -> Result<Option<Vec<Resource>>, Refusal> {
    let rule = |value: String| setting(Settings::FirewallRule, "", value);
    let on = zone_of(zone).map(|zone| format!("-i @{zone} "));
    let on = on.unwrap_or_default();
    let mut rules = Vec::new();
    if params.flag(&["masquerade"])?.unwrap_or(false) {
        let out = match zone_of(zone) {
            Some(zone) => format!("-o @{zone}"),
            None => "! -o lo".to_owned(),
        };
        rules.push(rule(format!(
            "-4 -t nat -A POSTROUTING {out} -j MASQUERADE"
        )));
        rules.push(forwarding());
    }
    for forward in forwards(params)? {
        rules.extend(forward.rules(&on).into_iter().map(rule));
        if forward.address.is_some() {
            rules.push(forwarding());
        }
    }
    if let Some(kind) = params.string(&["icmp_block"])? {
        rules.push(rule(format!(
            "-4 -A INPUT {on}-p icmp --icmp-type {kind} -j REJECT --reject-with icmp-host-prohibited"
        )));
    }
    if let Some(protocol) = params.string(&["protocol"])? {
        rules.push(rule(format!("-A INPUT {on}-p {protocol} -j ACCEPT")));
    }
    if let Some(source) = params.string(&["source"])? {
        let family = if source.contains(':') { "-6" } else { "-4" };
        let target = match zone.unwrap_or("public") {
            "trusted" => Some("ACCEPT"),
            "drop" => Some("DROP"),
            "block" => Some("REJECT"),
            _ => None,
        };
        rules.push(match target {
            Some(target) => rule(format!("{family} -A INPUT -s {source} -j {target}")),
            None => {
                let zone = zone.unwrap_or("public").to_owned();
                setting(Settings::FirewallZone, &source, zone)
            }
        });
    }
    for (name, what) in LEFT {
        if params.value(&[*name]).is_some() {
            let reason = format!("it is about {what} (`{name}`)");
            return Err(Refusal::new(Code::CannotState, reason).cure(BY_HAND));
        }
    }
    Ok((!rules.is_empty()).then_some(rules))
}

/// firewalld lets the machine hand on packets where it changes their addresses.
fn forwarding() -> Resource {
    Resource::Sysctl(Sysctl {
        name: "net.ipv4.ip_forward".to_owned(),
        value: "1".to_owned(),
    })
}

/// A forwarded port.
struct Forward {
    port: String,
    protocol: String,
    to_port: Option<String>,
    address: Option<String>,
}

fn forwards(params: &mut Params) -> Result<Vec<Forward>, Refusal> {
    let Some(value) = params.value(&["port_forward"]) else {
        return Ok(Vec::new());
    };
    if let Value::Unknown(hole) = &value {
        return Err(Refusal::hole(hole));
    }
    let mut all = Vec::new();
    for item in value.as_list().unwrap_or_default() {
        let part = |name: &str| -> Result<Option<String>, Refusal> {
            let Some(value) = item.get(name) else {
                return Ok(None);
            };
            let text = value.to_text();
            match text.worst_hole() {
                Some(hole) => Err(Refusal::hole(hole)),
                None => Ok(Some(text.to_string()).filter(|it| !it.is_empty())),
            }
        };
        let (Some(port), Some(protocol)) = (part("port")?, part("proto")?) else {
            return Err(params.bad("port_forward", "", "mappings with `port` and `proto`"));
        };
        all.push(Forward {
            port,
            protocol,
            to_port: part("toport")?,
            address: part("toaddr")?,
        });
    }
    Ok(all)
}

impl Forward {
    fn rules(&self, on: &str) -> Vec<String> {
        let Forward { port, protocol, .. } = self;
        let port = port.replace('-', ":");
        let to = self.to_port.as_deref().unwrap_or(&self.port);
        let packets = format!("-4 -t nat -A PREROUTING {on}-p {protocol} --dport {port}");
        match &self.address {
            Some(address) => vec![format!("{packets} -j DNAT --to-destination {address}:{to}")],
            // What was turned to another port of the machine may come in there, and nothing else.
            None => vec![
                format!("{packets} -j REDIRECT --to-ports {to}"),
                format!(
                    "-4 -A INPUT {on}-p {protocol} --dport {} -m conntrack --ctstate DNAT -j ACCEPT",
                    to.replace('-', ":")
                ),
            ],
        }
    }
}

fn zone_only(
    zone: Option<&str>,
    interface: Option<String>,
    is_open: bool,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let Some(interface) = interface else {
        run.not_needed("NixOS's firewall has no zones");
        return Ok(());
    };
    let resource = Resource::Setting(Setting {
        of: Settings::FirewallZone,
        name: interface,
        value: zone.unwrap_or("public").to_owned(),
    });
    if is_open {
        run.put(resource);
    } else if let Some(key) = Key::of(&resource) {
        run.remove(&key, "the interface of the zone");
    }
    Ok(())
}

fn ports_of(name: &str) -> Option<Vec<FirewallPort>> {
    let (_, ports) = SERVICES.iter().find(|(it, _)| *it == name)?;
    let each = ports.split(' ').map(read_ports);
    Some(each.collect::<Option<Vec<_>>>()?.concat())
}

/// Reads `80/tcp`, `1000-2000/udp`, and several of them with commas.
fn read_ports(text: &str) -> Option<Vec<FirewallPort>> {
    let each = text.split(',').map(|part| {
        let (range, protocol) = part.trim().split_once('/')?;
        let protocol = match protocol.to_ascii_lowercase().as_str() {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return None,
        };
        let (first, last) = range.split_once(['-', ':']).unwrap_or((range, range));
        Some(FirewallPort {
            protocol,
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            interface: None,
        })
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{SERVICES, ports_of, read_ports};

    #[test]
    fn addresses_and_forwarded_ports_are_rules() {
        let rule = |value: &str| {
            let value = serde_json::to_string(value).unwrap();
            format!("{{\"setting\":{{\"of\":\"firewall-rule\",\"value\":{value}}}}}")
        };
        let forwards = r#"{"sysctl":{"name":"net.ipv4.ip_forward","value":"1"}}"#;
        check(
            "- firewalld: {masquerade: true, state: enabled, zone: external}",
            &[
                &rule("-4 -t nat -A POSTROUTING -o @external -j MASQUERADE"),
                forwards,
            ],
        );
        check(
            "- firewalld: {port_forward: [{port: 80, proto: tcp, toport: 8080}], state: enabled}",
            &[
                &rule("-4 -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080"),
                &rule("-4 -A INPUT -p tcp --dport 8080 -m conntrack --ctstate DNAT -j ACCEPT"),
            ],
        );
        check(
            "- firewalld: {source: 192.0.2.0/24, zone: trusted, state: enabled}\n- firewalld: {source: 'fd00::/64', zone: internal, state: enabled}",
            &[
                &rule("-4 -A INPUT -s 192.0.2.0/24 -j ACCEPT"),
                r#"{"setting":{"of":"firewall-zone","name":"fd00::/64","value":"internal"}}"#,
            ],
        );
    }

    #[test]
    fn ports_have_a_protocol() {
        for (text, expected) in [
            ("80/tcp", Some(1)),
            ("1000-2000/udp", Some(1)),
            ("80/tcp, 443/tcp", Some(2)),
            ("80", None),
            ("80/sctp", None),
            ("http/tcp", None),
        ] {
            assert_eq!(read_ports(text).map(|it| it.len()), expected, "{text}");
        }
    }

    #[test]
    fn the_table_of_services_can_be_read() {
        for (name, _) in SERVICES {
            assert!(ports_of(name).is_some(), "{name}");
        }
        assert!(ports_of("nothing").is_none());
    }
}
