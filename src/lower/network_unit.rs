//! `NetworkUnit`: `systemd.network.networks`, `netdevs` and `links`.
//!
//! The sections and their options: nixos/modules/system/boot/networkd.nix. Its checks know `yes` and `no` and take
//! numbers only as numbers.

use super::machine;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Machine, NetworkUnit, NetworkUnitKind, Text, UnitSection};
use crate::nix::Expr;
use crate::plan::OptionPath;

/// What a section is beside the unit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One set.
    One,
    /// Each section is an element.
    List,
}

/// Sections of .network files.
const NETWORK: &[(&str, &str, Shape)] = &[
    ("Match", "matchConfig", Shape::One),
    ("Link", "linkConfig", Shape::One),
    ("Network", "networkConfig", Shape::One),
    ("DHCP", "dhcpV4Config", Shape::One),
    ("DHCPv4", "dhcpV4Config", Shape::One),
    ("DHCPv6", "dhcpV6Config", Shape::One),
    (
        "DHCPPrefixDelegation",
        "dhcpPrefixDelegationConfig",
        Shape::One,
    ),
    ("DHCPServer", "dhcpServerConfig", Shape::One),
    (
        "DHCPServerStaticLease",
        "dhcpServerStaticLeases",
        Shape::List,
    ),
    ("IPv6AcceptRA", "ipv6AcceptRAConfig", Shape::One),
    ("IPv6SendRA", "ipv6SendRAConfig", Shape::One),
    ("IPv6Prefix", "ipv6Prefixes", Shape::List),
    ("IPv6RoutePrefix", "ipv6RoutePrefixes", Shape::List),
    ("IPv6PREF64Prefix", "ipv6PREF64Prefixes", Shape::List),
    ("IPv6AddressLabel", "ipv6AddressLabels", Shape::List),
    ("Address", "addresses", Shape::List),
    ("Neighbor", "neighbors", Shape::List),
    ("Route", "routes", Shape::List),
    ("NextHop", "nextHops", Shape::List),
    ("RoutingPolicyRule", "routingPolicyRules", Shape::List),
    ("Bridge", "bridgeConfig", Shape::One),
    ("BridgeFDB", "bridgeFDBs", Shape::List),
    ("BridgeMDB", "bridgeMDBs", Shape::List),
    ("BridgeVLAN", "bridgeVLANs", Shape::List),
    ("LLDP", "lldpConfig", Shape::One),
    ("CAN", "canConfig", Shape::One),
    ("IPoIB", "ipoIBConfig", Shape::One),
    ("SR-IOV", "sriovConfig", Shape::One),
    ("MobileNetwork", "mobileNetworkConfig", Shape::One),
    ("QDisc", "qdiscConfig", Shape::One),
    ("NetworkEmulator", "networkEmulatorConfig", Shape::One),
    ("TokenBucketFilter", "tokenBucketFilterConfig", Shape::One),
    ("PIE", "pieConfig", Shape::One),
    ("FlowQueuePIE", "flowQueuePIEConfig", Shape::One),
    ("StochasticFairBlue", "stochasticFairBlueConfig", Shape::One),
    ("BFIFO", "bfifoConfig", Shape::One),
    ("PFIFO", "pfifoConfig", Shape::One),
    ("PFIFOHeadDrop", "pfifoHeadDropConfig", Shape::One),
    ("PFIFOFast", "pfifoFastConfig", Shape::One),
    ("CAKE", "cakeConfig", Shape::One),
    ("ControlledDelay", "controlledDelayConfig", Shape::One),
    ("FairQueueing", "fairQueueingConfig", Shape::One),
    (
        "FairQueueingControlledDelay",
        "fairQueueingControlledDelayConfig",
        Shape::One,
    ),
    (
        "TrivialLinkEqualizer",
        "trivialLinkEqualizerConfig",
        Shape::One,
    ),
    (
        "HierarchyTokenBucket",
        "hierarchyTokenBucketConfig",
        Shape::One,
    ),
    (
        "HierarchyTokenBucketClass",
        "hierarchyTokenBucketClassConfig",
        Shape::One,
    ),
    ("HeavyHitterFilter", "heavyHitterFilterConfig", Shape::One),
];

/// Sections of .netdev files.
const NETDEV: &[(&str, &str, Shape)] = &[
    ("Match", "matchConfig", Shape::One),
    ("NetDev", "netdevConfig", Shape::One),
    ("VLAN", "vlanConfig", Shape::One),
    ("MACVLAN", "macvlanConfig", Shape::One),
    ("MACVTAP", "macvtapConfig", Shape::One),
    ("IPVLAN", "ipvlanConfig", Shape::One),
    ("IPVTAP", "ipvtapConfig", Shape::One),
    ("VXLAN", "vxlanConfig", Shape::One),
    ("GENEVE", "geneveConfig", Shape::One),
    ("BareUDP", "bareUDPConfig", Shape::One),
    ("FooOverUDP", "fooOverUDPConfig", Shape::One),
    ("L2TP", "l2tpConfig", Shape::One),
    ("L2TPSession", "l2tpSessions", Shape::List),
    ("MACsec", "macsecConfig", Shape::One),
    ("MACsecReceiveChannel", "macsecReceiveChannels", Shape::List),
    (
        "MACsecTransmitAssociation",
        "macsecTransmitAssociations",
        Shape::List,
    ),
    (
        "MACsecReceiveAssociation",
        "macsecReceiveAssociations",
        Shape::List,
    ),
    ("Tunnel", "tunnelConfig", Shape::One),
    ("Peer", "peerConfig", Shape::One),
    ("Tun", "tunConfig", Shape::One),
    ("Tap", "tapConfig", Shape::One),
    ("VXCAN", "vxcanConfig", Shape::One),
    ("WireGuard", "wireguardConfig", Shape::One),
    ("WireGuardPeer", "wireguardPeers", Shape::List),
    ("Bond", "bondConfig", Shape::One),
    ("Bridge", "bridgeConfig", Shape::One),
    ("Xfrm", "xfrmConfig", Shape::One),
    ("VRF", "vrfConfig", Shape::One),
    ("WLAN", "wlanConfig", Shape::One),
    ("IPoIB", "ipoibConfig", Shape::One),
    ("BatmanAdvanced", "batmanAdvancedConfig", Shape::One),
];

/// Sections of .link files.
const LINK: &[(&str, &str, Shape)] = &[
    ("Match", "matchConfig", Shape::One),
    ("Link", "linkConfig", Shape::One),
];

/// Lists that stand beside the section `Network`, where people look for them.
const LISTS: &[(&str, &str)] = &[
    ("Address", "address"),
    ("Gateway", "gateway"),
    ("DNS", "dns"),
    ("Domains", "domains"),
    ("NTP", "ntp"),
    ("Bridge", "bridge"),
    ("Bond", "bond"),
    ("VRF", "vrf"),
    ("VLAN", "vlan"),
    ("IPVLAN", "ipvlan"),
    ("MACVLAN", "macvlan"),
    ("MACVTAP", "macvtap"),
    ("VXLAN", "vxlan"),
    ("Tunnel", "tunnel"),
    ("Xfrm", "xfrm"),
];

pub(super) fn lower(unit: &NetworkUnit, machine: &Machine) -> Lowered {
    let (option, table) = match unit.kind {
        NetworkUnitKind::Network => ("networks", NETWORK),
        NetworkUnitKind::Netdev => ("netdevs", NETDEV),
        NetworkUnitKind::Link => ("links", LINK),
    };
    let base = OptionPath::new(["systemd", "network", option, &unit.name]);
    let mut statement = Statement::default();
    // udev reads the names of links, with networkd or without.
    if unit.kind != NetworkUnitKind::Link {
        let path = OptionPath::new(["systemd", "network", "enable"]);
        statement.share(path, Expr::Bool(true));
        if unit.kind == NetworkUnitKind::Network {
            // Else NixOS asks for addresses by a program of its own, too.
            let path = OptionPath::new(["networking", "useDHCP"]);
            statement.share(path, Expr::Bool(false));
        }
        let runs = machine::services(machine).any(|it| {
            it.name.trim_end_matches(".service") == "systemd-networkd" && it.enabled == Some(true)
        });
        if !runs {
            statement.assume("systemd-networkd runs on the old machine");
        }
    }
    for section in &unit.sections {
        let row = table.iter().find(|(name, _, _)| *name == section.name);
        let Some((_, child, shape)) = row else {
            let reason = format!("the section [{}] has no option", section.name);
            let path = base.child("extraConfig").to_string();
            statement.left.push(
                Left::new(Code::CannotState, reason)
                    .about(&path)
                    .cure("put it as text into extraConfig"),
            );
            continue;
        };
        match shape {
            Shape::List => statement.add(base.child(child), Expr::Attrs(fields(section))),
            Shape::One => state_section(unit, section, &base, child, &mut statement),
        }
    }
    if statement.definitions.is_empty() && statement.left.is_empty() {
        return Lowered::NotNeeded(Code::NoMeaning, "the file sets nothing".to_owned());
    }
    Lowered::Stated(statement)
}

fn state_section(
    unit: &NetworkUnit,
    section: &UnitSection,
    base: &OptionPath,
    child: &str,
    statement: &mut Statement,
) {
    let is_network = unit.kind == NetworkUnitKind::Network && section.name == "Network";
    for (key, values) in &section.directives {
        let values = in_force(values);
        let list = LISTS.iter().find(|(it, _)| is_network && it == key);
        if let Some((_, list)) = list {
            let words = values.iter().flat_map(|it| it.split_ascii_whitespace());
            for word in words {
                statement.add(base.child(list), Expr::str(word));
            }
        } else if let Some(expr) = expr(&values) {
            statement.set(base.child(child).child(key), expr);
        }
    }
}

fn fields(section: &UnitSection) -> Vec<(String, Expr)> {
    let fields = section.directives.iter();
    fields
        .filter_map(|(key, values)| Some((key.clone(), expr(&in_force(values))?)))
        .collect()
}

/// An empty value takes back what came before it.
fn in_force(values: &[Text]) -> Vec<&str> {
    let mut all = Vec::new();
    for value in values {
        match value.plain() {
            Some("") => all.clear(),
            Some(plain) => all.push(plain),
            // The importer lets no unknown value through.
            None => {}
        }
    }
    all
}

fn expr(values: &[&str]) -> Option<Expr> {
    match values {
        [] => None,
        [one] => Some(scalar(one)),
        many => Some(Expr::List(many.iter().map(|it| scalar(it)).collect())),
    }
}

fn scalar(value: &str) -> Expr {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => return Expr::Int(number),
        Ok(_) | Err(_) => {}
    }
    match value.to_ascii_lowercase().as_str() {
        "true" | "on" => Expr::str("yes"),
        "false" => Expr::str("no"),
        _ => Expr::str(value),
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use crate::lower::tests::check;
    use crate::model::{NetworkUnit, NetworkUnitKind, Resource, UnitSection};

    fn unit(kind: NetworkUnitKind, sections: &[(&str, &[(&str, &str)])]) -> Resource {
        let sections = sections.iter().map(|(name, directives)| {
            let mut all: IndexMap<String, Vec<crate::model::Text>> = IndexMap::new();
            for (key, value) in *directives {
                all.entry((*key).to_owned())
                    .or_default()
                    .push((*value).into());
            }
            UnitSection {
                name: (*name).to_owned(),
                directives: all,
            }
        });
        Resource::NetworkUnit(NetworkUnit {
            name: "10-lan".into(),
            kind,
            sections: sections.collect(),
        })
    }

    #[test]
    fn networks_are_sets_and_lists() {
        check(
            unit(
                NetworkUnitKind::Network,
                &[
                    ("Match", &[("Name", "lan0")]),
                    (
                        "Network",
                        &[
                            ("Address", "192.0.2.1/24"),
                            ("Address", "2001:db8::1/64"),
                            ("DNS", "192.0.2.53 192.0.2.54"),
                            ("IPv6AcceptRA", "false"),
                        ],
                    ),
                    ("Route", &[("Gateway", "192.0.2.254"), ("Metric", "5")]),
                    ("Teleport", &[("To", "moon")]),
                ],
            ),
            r#"
            systemd.network.enable = true;
            networking.useDHCP = false;
            systemd.network.networks."10-lan".matchConfig.Name = "lan0";
            systemd.network.networks."10-lan".address += "192.0.2.1/24";
            systemd.network.networks."10-lan".address += "2001:db8::1/64";
            systemd.network.networks."10-lan".dns += "192.0.2.53";
            systemd.network.networks."10-lan".dns += "192.0.2.54";
            systemd.network.networks."10-lan".networkConfig.IPv6AcceptRA = "no";
            systemd.network.networks."10-lan".routes += { Gateway = "192.0.2.254"; Metric = 5; };
            assumed: systemd-networkd runs on the old machine
            manual: the section [Teleport] has no option
            "#,
        );
    }

    #[test]
    fn links_need_no_daemon() {
        check(
            unit(
                NetworkUnitKind::Link,
                &[
                    ("Match", &[("MACAddress", "02:00:00:00:00:01")]),
                    ("Link", &[("Name", "lan0"), ("WakeOnLan", "off")]),
                ],
            ),
            r#"
            systemd.network.links."10-lan".matchConfig.MACAddress = "02:00:00:00:00:01";
            systemd.network.links."10-lan".linkConfig.Name = "lan0";
            systemd.network.links."10-lan".linkConfig.WakeOnLan = "off";
            "#,
        );
    }

    #[test]
    fn an_empty_value_takes_back() {
        check(
            unit(
                NetworkUnitKind::Netdev,
                &[
                    ("NetDev", &[("Name", "x"), ("Name", ""), ("Kind", "bridge")]),
                    ("VLAN", &[("Id", "7")]),
                ],
            ),
            r#"
            systemd.network.enable = true;
            systemd.network.netdevs."10-lan".netdevConfig.Kind = "bridge";
            systemd.network.netdevs."10-lan".vlanConfig.Id = 7;
            assumed: systemd-networkd runs on the old machine
            "#,
        );
    }
}
