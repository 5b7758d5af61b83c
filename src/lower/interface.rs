//! `Interface`: `networking.interfaces`, `bridges`, `vlans`, `bonds` and `defaultGateway`.

use super::machine;
use super::statement::{Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, Interface, InterfaceTrait, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;

pub(super) fn lower(interface: &Interface, machine: &Machine) -> Lowered {
    let name = interface.name.as_str();
    if matches!(interface.has, InterfaceTrait::Dhcp(_)) && is_of_manager(name, machine) {
        let why = format!("NetworkManager asks for the addresses of `{name}`");
        return Lowered::NotNeeded(Code::AlreadySo, why);
    }
    let own = OptionPath::new(["networking", "interfaces", name]);
    let mut statement = Statement::default();
    match &interface.has {
        InterfaceTrait::Dhcp(asks) if name == crate::model::OTHERS => {
            let path = OptionPath::new(["networking", "useDHCP"]);
            statement.share(path, Expr::Bool(*asks));
        }
        InterfaceTrait::Dhcp(asks) => statement.set(own.child("useDHCP"), Expr::Bool(*asks)),
        InterfaceTrait::Address { address, prefix } => {
            let family = if address.is_ipv6() { "ipv6" } else { "ipv4" };
            let value = Expr::Attrs(vec![
                ("address".to_owned(), Expr::str(address.to_string())),
                ("prefixLength".to_owned(), Expr::Int(i64::from(*prefix))),
            ]);
            statement.add(own.child(family).child("addresses"), value);
        }
        InterfaceTrait::Gateway { address, metric } => {
            let option = if address.is_ipv6() {
                "defaultGateway6"
            } else {
                "defaultGateway"
            };
            let gateway = OptionPath::new(["networking", option]);
            statement.set(gateway.child("address"), Expr::str(address.to_string()));
            statement.set(gateway.child("interface"), Expr::str(name));
            if let Some(metric) = metric {
                statement.set(gateway.child("metric"), Expr::Int(i64::from(*metric)));
            }
        }
        InterfaceTrait::Route {
            destination,
            prefix,
            via,
            metric,
        } => {
            let family = if destination.is_ipv6() {
                "ipv6"
            } else {
                "ipv4"
            };
            let mut value = vec![
                ("address".to_owned(), Expr::str(destination.to_string())),
                ("prefixLength".to_owned(), Expr::Int(i64::from(*prefix))),
            ];
            if let Some(via) = via {
                value.push(("via".to_owned(), Expr::str(via.to_string())));
            }
            if let Some(metric) = metric {
                let metric = ("metric".to_owned(), Expr::str(metric.to_string()));
                value.push(("options".to_owned(), Expr::Attrs(vec![metric])));
            }
            statement.add(own.child(family).child("routes"), Expr::Attrs(value));
        }
        InterfaceTrait::Mtu(mtu) => statement.set(own.child("mtu"), Expr::Int(i64::from(*mtu))),
        InterfaceTrait::MacAddress(address) => {
            statement.set(own.child("macAddress"), Expr::str(address.clone()));
        }
        InterfaceTrait::Bridge(members) => {
            let path = OptionPath::new(["networking", "bridges", name, "interfaces"]);
            statement.set(path, Expr::strs(members.iter().map(String::as_str)));
        }
        InterfaceTrait::Vlan { on, id } => {
            let path = OptionPath::new(["networking", "vlans", name]);
            statement.set(path.child("id"), Expr::Int(i64::from(*id)));
            statement.set(path.child("interface"), Expr::str(on.clone()));
        }
        InterfaceTrait::Bond { members, options } => {
            let path = OptionPath::new(["networking", "bonds", name]);
            let members = Expr::strs(members.iter().map(String::as_str));
            statement.set(path.child("interfaces"), members);
            for (option, value) in options {
                let path = path.child("driverOptions").child(option);
                statement.set(path, Expr::str(value.clone()));
            }
        }
    }
    Lowered::Stated(statement)
}

/// Tells whether NetworkManager has a profile of an interface.
fn is_of_manager(name: &str, machine: &Machine) -> bool {
    let line = format!("interface-name={name}");
    let mut files = machine::files(machine);
    files.any(|file| {
        file.path.starts_with("/etc/NetworkManager/system-connections/")
            && matches!(&file.content, Content::Text(text) if text.lines().iter().any(|it| it.plain() == Some(&line)))
    })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Interface, InterfaceTrait, Resource};

    fn check(has: Vec<InterfaceTrait>, expected: &str) {
        let all = has.into_iter().map(|has| {
            Resource::Interface(Interface {
                name: "eth0".into(),
                has,
            })
        });
        check_all(all.collect(), expected);
    }

    #[test]
    fn addresses_and_gateways_are_options() {
        check(
            vec![
                InterfaceTrait::Address {
                    address: [192, 0, 2, 5].into(),
                    prefix: 24,
                },
                InterfaceTrait::Address {
                    address: "2001:db8::5".parse().unwrap(),
                    prefix: 64,
                },
                InterfaceTrait::Gateway {
                    address: [192, 0, 2, 1].into(),
                    metric: Some(10),
                },
                InterfaceTrait::Route {
                    destination: [10, 0, 0, 0].into(),
                    prefix: 8,
                    via: Some([192, 0, 2, 9].into()),
                    metric: Some(5),
                },
                InterfaceTrait::Mtu(9000),
                InterfaceTrait::MacAddress("02:00:00:00:00:01".into()),
            ],
            r#"
            networking.interfaces.eth0.ipv4.addresses += { address = "192.0.2.5"; prefixLength = 24; };
            networking.interfaces.eth0.ipv6.addresses += { address = "2001:db8::5"; prefixLength = 64; };
            networking.defaultGateway.address = "192.0.2.1";
            networking.defaultGateway.interface = "eth0";
            networking.defaultGateway.metric = 10;
            networking.interfaces.eth0.ipv4.routes += { address = "10.0.0.0"; prefixLength = 8; via = "192.0.2.9"; options = { metric = "5"; }; };
            networking.interfaces.eth0.mtu = 9000;
            networking.interfaces.eth0.macAddress = "02:00:00:00:00:01";
            "#,
        );
    }

    #[test]
    fn made_interfaces_have_options_of_their_own() {
        check(
            vec![
                InterfaceTrait::Bridge(vec!["eth1".into()]),
                InterfaceTrait::Dhcp(true),
            ],
            r#"
            networking.bridges.eth0.interfaces = [ "eth1" ];
            networking.interfaces.eth0.useDHCP = true;
            "#,
        );
        check(
            vec![InterfaceTrait::Vlan {
                on: "eth1".into(),
                id: 7,
            }],
            r#"
            networking.vlans.eth0.id = 7;
            networking.vlans.eth0.interface = "eth1";
            "#,
        );
        check(
            vec![InterfaceTrait::Bond {
                members: vec!["a".into(), "b".into()],
                options: vec![("mode".into(), "802.3ad".into())],
            }],
            r#"
            networking.bonds.eth0.interfaces = [ "a" "b" ];
            networking.bonds.eth0.driverOptions.mode = "802.3ad";
            "#,
        );
    }
}
