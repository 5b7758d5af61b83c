//! firewalld: what its zones let in.
//!
//! Manuals: firewalld.zone(5), firewalld.conf(5). The zone that is the default has every interface that no other has: what
//! is open in it is open everywhere on NixOS. A zone of addresses becomes commands.

use super::rules::{self, Wanted};
use super::{Outcome, by_hand, text_of};
use crate::account::Code;
use crate::lower::firewall;
use crate::lower::machine;
use crate::lower::statement::{Lowered, Statement, Wanted as Definition};
use crate::model::{File, FirewallPort, Machine, Protocol};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::assignments;
use crate::syntax::firewalld::{self, Zone};
use crate::syntax::firewalld_services::SERVICES as KNOWN;

const SETTINGS: &str = "/etc/firewalld/firewalld.conf";
const ZONES: &str = "/etc/firewalld/zones/";
const SERVICES: &str = "/etc/firewalld/services/";

/// Lowers a file of firewalld; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    if file.path == SETTINGS {
        return Some(Lowered::NotNeeded(
            Code::NoMeaning,
            "firewalld is not on NixOS; what its zones open is stated".to_owned(),
        ));
    }
    if let Some(name) = file.path.strip_prefix(SERVICES) {
        let reason =
            format!("what the service `{name}` opens is stated with the zones that have it");
        return Some(Lowered::NotNeeded(Code::NoMeaning, reason));
    }
    let name = file.path.strip_prefix(ZONES)?.strip_suffix(".xml")?;
    Some(state(name, file, machine).unwrap_or_else(|lowered| *lowered))
}

fn state(name: &str, file: &File, machine: &Machine) -> Outcome<Lowered> {
    let text = text_of(&file.path, machine)?.unwrap_or_default();
    let zone = firewalld::zone(text)
        .map_err(|why| Box::new(Lowered::Manual(by_hand(Code::BadInput, why))))?;
    let is_default = is_default(name, machine);
    let mut statement = Statement::default();
    let ports = ports(&zone, machine)?;
    let places: Vec<Option<String>> = if is_default {
        vec![None]
    } else {
        zone.interfaces.iter().cloned().map(Some).collect()
    };
    if places.is_empty() && zone.sources.is_empty() {
        return Err(Box::new(Lowered::NotNeeded(
            Code::NoMeaning,
            "no interface and no address is in the zone".to_owned(),
        )));
    }
    if zone.target == "ACCEPT" {
        for interface in &zone.interfaces {
            let path = OptionPath::new(["networking", "firewall", "trustedInterfaces"]);
            statement.add(path, Expr::str(interface));
        }
    }
    for port in &ports {
        for interface in &places {
            let own = FirewallPort {
                interface: interface.clone(),
                ..port.clone()
            };
            if let Lowered::Stated(own) = firewall::one(&own) {
                statement.join(own);
            }
        }
    }
    if is_default && zone.target != "DROP" && zone.target != "ACCEPT" {
        let path = OptionPath::new(["networking", "firewall", "rejectPackets"]);
        statement.set(path, Expr::Bool(true));
    }
    for what in &zone.others {
        let reason = format!("the zone also has {what}");
        statement.left.push(by_hand(Code::CannotState, reason));
    }
    // firewalld hands on what it leads elsewhere.
    let hands_on = zone.masquerades || zone.forwards.iter().any(|it| it.to_address.is_some());
    if hands_on {
        let path = OptionPath::new(["boot", "kernel", "sysctl", "net.ipv4.ip_forward"]);
        statement.share(path, Expr::Int(1));
    }
    for rule in &zone.rules {
        if let Err(why) = firewalld::rich_rule(rule, None) {
            statement.left.push(by_hand(Code::CannotState, why));
        }
    }
    for wanted in rules(machine) {
        if wanted.zone.as_deref() != Some(name) {
            continue;
        }
        match rules::lower_value(&wanted.value, machine) {
            Lowered::Stated(own) => {
                for it in own.definitions {
                    let is_same =
                        |known: &Definition| known.path == it.path && known.expr == it.expr;
                    if !statement.definitions.iter().any(is_same) {
                        statement.definitions.push(it);
                    }
                }
            }
            Lowered::Manual(left) => statement.left.push(left),
            Lowered::NotNeeded(..) | Lowered::Merged(_) => {}
        }
    }
    if statement.definitions.is_empty() && statement.left.is_empty() {
        return Err(Box::new(Lowered::NotNeeded(
            Code::NoMeaning,
            "nothing is open in it".to_owned(),
        )));
    }
    Ok(Lowered::Stated(statement))
}

/// Returns the rules for what a zone has besides ports and addresses, on each of its interfaces.
fn of_interfaces(name: &str, zone: &Zone, machine: &Machine) -> Vec<String> {
    let places: Vec<Option<&String>> = if is_default(name, machine) {
        vec![None]
    } else {
        zone.interfaces.iter().map(Some).collect()
    };
    let mut all = Vec::new();
    for place in places {
        let on = place.map_or_else(String::new, |it| format!("-i {it} "));
        for kind in &zone.icmp_blocks {
            all.push(format!(
                "-4 -A INPUT {on}-p icmp --icmp-type {kind} -j REJECT"
            ));
        }
        for protocol in &zone.protocols {
            all.push(format!("-A INPUT {on}-p {protocol} -j ACCEPT"));
        }
        for port in &zone.source_ports {
            let (port, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
            let port = port.replace('-', ":");
            all.push(format!(
                "-A INPUT {on}-p {protocol} --sport {port} -j ACCEPT"
            ));
        }
        for forward in &zone.forwards {
            all.extend(forward.rules("-4 ", &on));
        }
        if zone.masquerades {
            let out = place.map_or_else(|| "! -o lo".to_owned(), |it| format!("-o {it}"));
            all.push(format!("-4 -t nat -A POSTROUTING {out} -j MASQUERADE"));
        }
    }
    all
}

/// Tells whether a zone has the interfaces that no other one has.
fn is_default(name: &str, machine: &Machine) -> bool {
    let settings = text_of(SETTINGS, machine).ok().flatten();
    let settings = assignments::read(settings.unwrap_or_default()).assignments;
    let default = settings.iter().rev().find(|it| it.name == "DefaultZone");
    name == default.map_or("public", |it| it.value.as_str())
}

/// Returns the rules of zones that commands say: rich rules, and what is open to addresses.
pub(super) fn rules(machine: &Machine) -> Vec<Wanted> {
    let mut all = Vec::new();
    for file in machine::files(machine) {
        let name = file
            .path
            .strip_prefix(ZONES)
            .and_then(|it| it.strip_suffix(".xml"));
        let (Some(name), Ok(Some(text))) = (name, text_of(&file.path, machine)) else {
            continue;
        };
        let Ok(zone) = firewalld::zone(text) else {
            continue;
        };
        let mut values = Vec::new();
        for rule in &zone.rules {
            values.extend(firewalld::rich_rule(rule, None).unwrap_or_default());
        }
        values.extend(of_interfaces(name, &zone, machine));
        for source in &zone.sources {
            let family = if source.contains(':') { "-6" } else { "-4" };
            if zone.target == "ACCEPT" {
                values.push(format!("{family} -A INPUT -s {source} -j ACCEPT"));
            }
            for port in ports(&zone, machine).unwrap_or_default() {
                let protocol = port.protocol.name();
                let (first, last) = (port.first, port.last);
                values.push(format!(
                    "{family} -A INPUT -s {source} -p {protocol} --dport {first}:{last} -j ACCEPT"
                ));
            }
        }
        all.extend(values.into_iter().map(|value| Wanted {
            value,
            zone: Some(name.to_owned()),
        }));
    }
    all
}

fn ports(zone: &Zone, machine: &Machine) -> Outcome<Vec<FirewallPort>> {
    let mut texts = zone.ports.clone();
    for service in &zone.services {
        let path = format!("{SERVICES}{service}.xml");
        if let Some(text) = text_of(&path, machine)? {
            let own = firewalld::zone(text)
                .map_err(|why| Box::new(Lowered::Manual(by_hand(Code::BadInput, why))))?;
            texts.extend(own.ports);
            continue;
        }
        let known = KNOWN.iter().find(|(name, _)| name == service);
        let Some((_, own)) = known else {
            let reason = format!("the ports of firewalld's service `{service}` are not known here");
            return Err(Box::new(Lowered::Manual(by_hand(
                Code::CannotState,
                reason,
            ))));
        };
        // The client of DHCP for IPv6 is let in by NixOS itself.
        if service != "dhcpv6-client" {
            texts.extend(own.split(' ').map(str::to_owned));
        }
    }
    let read = |text: &String| {
        let (range, protocol) = text.split_once('/')?;
        let protocol = match protocol {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return None,
        };
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(FirewallPort {
            protocol,
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            interface: None,
        })
    };
    let ports: Option<Vec<FirewallPort>> = texts.iter().map(read).collect();
    ports.ok_or_else(|| {
        let reason = "it opens a port that is neither TCP nor UDP".to_owned();
        Box::new(Lowered::Manual(by_hand(Code::CannotState, reason)))
    })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Content, File, Resource};

    fn file(path: &str, content: &str) -> Resource {
        Resource::File(File {
            path: format!("/etc/firewalld/{path}"),
            content: Content::Text(content.into()),
            mode: None,
            owner: None,
            group: None,
        })
    }

    #[test]
    fn zones_are_ports_of_their_interfaces() {
        check_all(
            vec![
                file("firewalld.conf", "# x\nDefaultZone=public\n"),
                file(
                    "zones/public.xml",
                    "<?xml version=\"1.0\"?>\n<zone target=\"DROP\">\n  <short>Public</short>\n  <service name=\"ssh\"/>\n  <service name=\"shop\"/>\n</zone>\n",
                ),
                file(
                    "services/shop.xml",
                    "<service><port protocol=\"tcp\" port=\"8000-8009\"/></service>\n",
                ),
                file(
                    "zones/internal.xml",
                    "<zone><interface name=\"eth1\"/><!-- <port port=\"1\"/> --><port port=\"53\" protocol=\"udp\"/></zone>\n",
                ),
                file(
                    "zones/trusted.xml",
                    "<zone target=\"ACCEPT\"><source address=\"10.0.0.0/8\"/></zone>\n",
                ),
            ],
            r#"
            networking.firewall.allowedTCPPorts += 22;
            networking.firewall.allowedTCPPortRanges += { from = 8000; to = 8009; };
            networking.firewall.interfaces.eth1.allowedUDPPorts += 53;
            networking.firewall.extraCommands = ''
            iptables -A nixos-fw -s 10.0.0.0/8 -j nixos-fw-accept
            '';
            not-needed: firewalld is not on NixOS; what its zones open is stated
            not-needed: what the service `shop.xml` opens is stated with the zones that have it
            "#,
        );
    }

    #[test]
    fn what_a_zone_leads_elsewhere_is_translated() {
        check_all(
            vec![file(
                "zones/external.xml",
                "<zone><interface name=\"eth0\"/><masquerade/><forward-port port=\"80\" protocol=\"tcp\" to-addr=\"10.0.0.2\"/><protocol value=\"gre\"/><rule family=\"ipv4\"><mark set=\"1\"/></rule></zone>\n",
            )],
            r#"
            boot.kernel.sysctl."net.ipv4.ip_forward" = 1;
            networking.firewall.extraCommands = ''
            ip46tables -A nixos-fw -p gre -i eth0 -j nixos-fw-accept
            '';
            networking.nat.enable = true;
            networking.nat.externalInterface = "eth0";
            networking.nat.internalIPs += "0.0.0.0/0";
            networking.nat.forwardPorts += { proto = "tcp"; sourcePort = 80; destination = "10.0.0.2:80"; };
            manual: the rich rule has `mark`
            "#,
        );
    }
}
