//! Files ifcfg-* of /etc/sysconfig/network-scripts: network interfaces as Red Hat's scripts and NetworkManager set them up.
//!
//! Manual: nm-settings-ifcfg-rh(5)
//!
//! Left out: teams, and wireless networks.

mod route;

use std::net::IpAddr;

use super::interfaces::full_address;
use super::{Entry, Fate, Given, Kind, Lines, name_in};
use crate::model::{Interface, InterfaceTrait, Resource, Setting, Settings};
use crate::syntax::assignments::{self, Assignment};

pub(super) const KIND: Kind = Kind {
    name: "ifcfg",
    paths: "/etc/sysconfig/network-scripts/ifcfg-*, route-* and route6-*",
    becomes: "Each interface becomes networking.interfaces.<name>, and networking.bridges, .bonds and .vlans what stands there; its gateway and name servers networking.defaultGateway and .nameservers.",
    matches: |path| {
        name_in(path, "/etc/sysconfig/network-scripts").is_some_and(|name| {
            let starts = ["ifcfg-", "route-", "route6-"];
            starts.iter().any(|it| name.starts_with(it)) && !name.ends_with(".bak")
        })
    },
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

/// What NixOS does by itself, or what is about the old scripts alone.
const NOT_NEEDED: [&str; 23] = [
    "ARPCHECK",
    "AUTOCONNECT_PRIORITY",
    "BONDING_MASTER",
    "BROADCAST",
    "BROWSER_ONLY",
    "DEVICE",
    "DEFROUTE",
    "DELAY",
    "HOTPLUG",
    "HWADDR",
    "IPV4_FAILURE_FATAL",
    "IPV6INIT",
    "IPV6_AUTOCONF",
    "IPV6_DEFROUTE",
    "IPV6_FAILURE_FATAL",
    "IPV6_ADDR_GEN_MODE",
    "NAME",
    "NETWORK",
    "NM_CONTROLLED",
    "PROXY_METHOD",
    "SLAVE",
    "USERCTL",
    "UUID",
];

fn read(given: &Given) -> Vec<Entry> {
    if !given.file_name().starts_with("ifcfg-") {
        return route::read(given);
    }
    let file = assignments::read(given.text());
    let all = &file.assignments;
    let value = |name: &str| {
        let found = all.iter().rev().find(|it| it.name == name);
        found.map(|it| it.value.as_str())
    };
    let by_name = given.file_name().trim_start_matches("ifcfg-").to_owned();
    let name = value("DEVICE").map_or(by_name, str::to_owned);
    let is_loopback = name == "lo";
    let mut entries = Vec::new();
    for it in all {
        entries.push(if is_loopback {
            given.not_needed(it.place, "every NixOS has the loopback interface")
        } else {
            entry(given, it, &name, &value)
        });
    }
    given.with_faults(entries, file.faults)
}

fn entry<'a>(
    given: &Given,
    it: &Assignment,
    name: &str,
    value: &impl Fn(&str) -> Option<&'a str>,
) -> Entry {
    let (key, own) = (it.name.as_str(), it.value.as_str());
    let has = |has: InterfaceTrait| {
        let interface = Interface {
            name: name.to_owned(),
            has,
        };
        given.asks_all(it.place, vec![Resource::Interface(interface)])
    };
    let of_other = |other: &str, has: InterfaceTrait| {
        let interface = Interface {
            name: other.to_owned(),
            has,
        };
        let own = Interface {
            name: name.to_owned(),
            has: InterfaceTrait::Dhcp(false),
        };
        let both = [interface, own].map(Resource::Interface);
        given.asks_all(it.place, both.into())
    };
    // IPADDR1 has its PREFIX1.
    let number = key.trim_start_matches(|c: char| !c.is_ascii_digit());
    let plain = key.trim_end_matches(|c: char| c.is_ascii_digit());
    match plain {
        "BOOTPROTO" => match own.to_ascii_lowercase().as_str() {
            "dhcp" | "bootp" => has(InterfaceTrait::Dhcp(true)),
            "none" | "static" | "" => has(InterfaceTrait::Dhcp(false)),
            other => given.unknown(it.place, format!("`{other}` is no way to get an address")),
        },
        "IPADDR" => {
            let mask = value(&format!("PREFIX{number}")).or(value(&format!("NETMASK{number}")));
            match full_address(own, mask) {
                Ok(made) => has(made),
                Err(why) => given.unknown(it.place, why),
            }
        }
        "PREFIX" | "NETMASK" => given.not_needed(it.place, "it stands with its address"),
        "GATEWAY" | "IPV6_DEFAULTGW" => {
            let bare = own.split('%').next().unwrap_or_default();
            match bare.parse::<IpAddr>() {
                Ok(address) => has(InterfaceTrait::Gateway {
                    address,
                    metric: None,
                }),
                Err(_) => given.unknown(it.place, format!("`{own}` is no address")),
            }
        }
        "IPV6ADDR" | "IPV6ADDR_SECONDARIES" => {
            let made: Result<Vec<InterfaceTrait>, String> = own
                .split_whitespace()
                .map(|address| full_address(address, Some("64")))
                .collect();
            match made {
                Ok(made) => {
                    let all = made.into_iter().map(|has| {
                        Resource::Interface(Interface {
                            name: name.to_owned(),
                            has,
                        })
                    });
                    given.asks_all(it.place, all.collect())
                }
                Err(why) => given.unknown(it.place, why),
            }
        }
        "DNS" => given.sets(it.place, Settings::NameServer, "", own),
        "DOMAIN" => given.sets(it.place, Settings::SearchDomain, "", own),
        "MTU" => match own.parse() {
            Ok(mtu) => has(InterfaceTrait::Mtu(mtu)),
            Err(_) => given.unknown(it.place, format!("`{own}` is no number")),
        },
        "MACADDR" => has(InterfaceTrait::MacAddress(own.to_owned())),
        "BRIDGE" => of_other(own, InterfaceTrait::Bridge(vec![name.to_owned()])),
        "MASTER" => of_other(
            own,
            InterfaceTrait::Bond {
                members: vec![name.to_owned()],
                options: Vec::new(),
            },
        ),
        "TYPE" if own.eq_ignore_ascii_case("bridge") => has(InterfaceTrait::Bridge(Vec::new())),
        "TYPE" if own.eq_ignore_ascii_case("bond") && value("BONDING_OPTS").is_none() => {
            has(InterfaceTrait::Bond {
                members: Vec::new(),
                options: Vec::new(),
            })
        }
        "TYPE" => given.not_needed(it.place, "the other lines say what the interface is"),
        "BONDING_OPTS" => {
            let options = own.split_whitespace().filter_map(|it| {
                let (name, value) = it.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            });
            has(InterfaceTrait::Bond {
                members: Vec::new(),
                options: options.collect(),
            })
        }
        "STP" if matches!(own, "no" | "off") => {
            given.not_needed(it.place, "a bridge of NixOS does not span a tree by default")
        }
        "ONBOOT" if own == "no" => given.unknown(
            it.place,
            format!("NixOS brings up each interface that it has options for; leave `{name}` out where it must stay down"),
        ),
        "ONBOOT" => given.not_needed(it.place, "NixOS brings up the interfaces that it knows"),
        "ZONE" => given.sets(it.place, Settings::FirewallZone, name, own),
        "SEARCH" => {
            let all = own.split_whitespace().map(|it| {
                Resource::Setting(Setting {
                    of: Settings::SearchDomain,
                    name: String::new(),
                    value: it.to_owned(),
                })
            });
            given.asks_all(it.place, all.collect())
        }
        "PHYSDEV" | "VLAN_ID" if value("VLAN") == Some("yes") => {
            given.not_needed(it.place, "it stands with the VLAN")
        }
        "VLAN" if own == "yes" && value("PHYSDEV").is_some() => {
            let on = value("PHYSDEV").unwrap_or_default().to_owned();
            let by_name = name.rsplit_once('.').map(|(_, id)| id);
            let by_name = by_name.or_else(|| name.strip_prefix("vlan"));
            let id = value("VLAN_ID").or(by_name).and_then(|it| it.parse().ok());
            match id {
                Some(id) => has(InterfaceTrait::Vlan { on, id }),
                None => given.unknown(it.place, "the number of the VLAN is not said"),
            }
        }
        "VLAN" if own == "yes" => match name.rsplit_once('.') {
            Some((on, id)) => match id.parse() {
                Ok(id) => {
                    let on = on.to_owned();
                    has(InterfaceTrait::Vlan { on, id })
                }
                Err(_) => given.unknown(it.place, "the name does not say the number of the VLAN"),
            },
            None => given.unknown(it.place, "the name does not say what the VLAN is on"),
        },
        "PEERDNS" if own == "yes" => {
            given.not_needed(it.place, "name servers that DHCP tells are asked")
        }
        _ if NOT_NEEDED.contains(&plain) => {
            given.not_needed(it.place, "NixOS brings up the interfaces that it knows")
        }
        _ => given.unknown(it.place, format!("`{key}` has no option of NixOS")),
    }
}
