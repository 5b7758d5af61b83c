//! `firewalld`: the firewall of Fedora and its kin: open ports and services.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/firewalld_module.html>

use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{FirewallPort, Protocol, Resource, Setting, Settings};
use crate::syntax::firewalld::{self, SERVICES};

pub(super) const MODULE: Module = Module {
    names: &["firewalld"],
    collection: "ansible.posix",
    becomes: "Ports of networking.firewall, in a zone those of its interfaces; rich rules that accept or refuse become \
              networking.firewall.extraCommands. Forwarding is left to you.",
    kind: Kind::Changes,
    run,
};

const BY_HAND: &str = "state it in networking.firewall.extraInputRules (with networking.nftables.enable), or in networking.firewall.extraCommands";

/// What a rule may be about besides ports, and in which words.
const OTHERS: &[(&str, &str)] = &[
    ("forward", "the forwarding of packets in a zone"),
    ("icmp_block", "messages of ICMP that are refused"),
    ("icmp_block_inversion", "messages of ICMP that are refused"),
    ("masquerade", "the masquerading of a zone (networking.nat)"),
    (
        "port_forward",
        "a forwarded port (networking.nat.forwardPorts)",
    ),
    ("protocol", "all packets of a protocol"),
    ("source", "packets from certain addresses"),
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
    let mut others = Vec::new();
    for (name, what) in OTHERS {
        if params.value(&[*name]).is_some() {
            others.push(format!("{what} (`{name}`)"));
        }
    }
    if !others.is_empty() {
        if !is_open {
            run.close(
                Verdict::NotNeeded,
                Code::AlreadySo,
                "a new machine has no such rule of firewalld",
            );
            return Ok(());
        }
        let reason = format!("it is about {}", others.join(", "));
        return Err(Refusal::new(Code::CannotState, reason).cure(BY_HAND));
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
        let resource = Resource::Setting(Setting {
            of: Settings::FirewallRule,
            name: String::new(),
            value,
        });
        if is_open {
            run.put(resource);
        } else if let Some(key) = Key::of(&resource) {
            run.remove(&key, "the rule");
        }
    }
    Ok(())
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
    use super::{SERVICES, ports_of, read_ports};

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
