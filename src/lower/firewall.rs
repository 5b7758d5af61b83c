//! `FirewallPort`: a port or a range in `networking.firewall`.

use super::machine;
use super::packet_filter;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{FirewallPort, Machine, Protocol, Setting, Settings};
use crate::nix::Expr;
use crate::plan::OptionPath;

pub(super) fn lower(port: &FirewallPort, machine: &Machine) -> Lowered {
    let zone = port
        .interface
        .as_deref()
        .and_then(|it| it.strip_prefix('@'));
    let Some(zone) = zone else {
        return one(port);
    };
    let interfaces = interfaces_of(zone, machine);
    let mut all = Statement::default();
    for rule in packet_filter::of_addresses(port, zone, machine) {
        match packet_filter::lower_value(&rule, machine) {
            Lowered::Stated(statement) => all.join(statement),
            Lowered::Manual(left) => all.left.push(left),
            Lowered::NotNeeded(..) | Lowered::Merged(_) => {}
        }
    }
    if interfaces.is_empty() && all.definitions.is_empty() && all.left.is_empty() {
        return Lowered::Manual(unknown_zone(zone));
    }
    for interface in interfaces {
        let own = FirewallPort {
            interface: Some(interface),
            ..port.clone()
        };
        if let Lowered::Stated(statement) = one(&own) {
            all.join(statement);
        }
    }
    Lowered::Stated(all)
}

pub(super) fn unknown_zone(zone: &str) -> Left {
    Left::new(
        Code::CannotState,
        format!("which interfaces are in the zone `{zone}` is not said"),
    )
    .about("networking.firewall.interfaces")
    .cure("networking.firewall.interfaces.<name>.allowedTCPPorts has ports of one interface, and trustedInterfaces opens all.")
}

/// Returns the interfaces that the source puts into a zone.
pub(super) fn interfaces_of(zone: &str, machine: &Machine) -> Vec<String> {
    let all = machine::settings(machine, Settings::FirewallZone);
    let own = all.filter(|it| it.value == zone && !is_address(&it.name));
    own.map(|it| it.name.clone()).collect()
}

/// Returns the addresses that the source puts into a zone.
pub(super) fn addresses_of(zone: &str, machine: &Machine) -> Vec<String> {
    let all = machine::settings(machine, Settings::FirewallZone);
    let own = all.filter(|it| it.value == zone && is_address(&it.name));
    own.map(|it| it.name.clone()).collect()
}

fn is_address(name: &str) -> bool {
    let address = name.split('/').next().unwrap_or(name);
    address.parse::<std::net::IpAddr>().is_ok()
}

/// Lowers the zone of an interface: NixOS has none, but for the one in which everything is open.
pub(super) fn lower_zone(setting: &Setting) -> Lowered {
    if setting.value != "trusted" || is_address(&setting.name) {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            "NixOS's firewall has no zones; what is open in this one is stated for its interfaces and addresses"
                .to_owned(),
        );
    }
    let mut statement = Statement::default();
    let path = OptionPath::new(["networking", "firewall", "trustedInterfaces"]);
    statement.add(path, Expr::str(&setting.name));
    Lowered::Stated(statement)
}

pub(super) fn one(port: &FirewallPort) -> Lowered {
    let mut names = vec!["networking", "firewall"];
    if let Some(interface) = &port.interface {
        names.extend(["interfaces", interface]);
    }
    let is_range = port.first != port.last;
    names.push(match (port.protocol, is_range) {
        (Protocol::Tcp, false) => "allowedTCPPorts",
        (Protocol::Udp, false) => "allowedUDPPorts",
        (Protocol::Tcp, true) => "allowedTCPPortRanges",
        (Protocol::Udp, true) => "allowedUDPPortRanges",
    });
    let first = Expr::Int(i64::from(port.first));
    let expr = if is_range {
        let last = Expr::Int(i64::from(port.last));
        Expr::Attrs(vec![("from".to_owned(), first), ("to".to_owned(), last)])
    } else {
        first
    };
    let mut statement = Statement::default();
    statement.add(OptionPath::new(names), expr);
    Lowered::Stated(statement)
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::check;
    use crate::model::{FirewallPort, Protocol, Resource};

    fn port(protocol: Protocol, first: u16, last: u16, interface: Option<&str>) -> Resource {
        Resource::FirewallPort(FirewallPort {
            protocol,
            first,
            last,
            interface: interface.map(str::to_owned),
        })
    }

    #[test]
    fn ports_and_ranges_have_their_options() {
        check(
            port(Protocol::Tcp, 80, 80, None),
            "networking.firewall.allowedTCPPorts += 80;",
        );
        check(
            port(Protocol::Udp, 1, 9, None),
            "networking.firewall.allowedUDPPortRanges += { from = 1; to = 9; };",
        );
        check(
            port(Protocol::Tcp, 22, 22, Some("eth0.5")),
            r#"networking.firewall.interfaces."eth0.5".allowedTCPPorts += 22;"#,
        );
    }
}
