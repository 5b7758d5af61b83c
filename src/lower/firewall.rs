//! `FirewallPort`: a port or a range in `networking.firewall`.

use super::statement::{Lowered, Statement};
use crate::model::{FirewallPort, Protocol};
use crate::nix::Expr;
use crate::plan::OptionPath;

pub(super) fn lower(port: &FirewallPort) -> Lowered {
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
