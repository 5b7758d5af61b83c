//! Files ifcfg-* of /etc/sysconfig/network-scripts: network interfaces as Red Hat's scripts and NetworkManager set them up.
//!
//! Manual: nm-settings-ifcfg-rh(5)
//!
//! Left out: members of bridges and bonds, which their own files name, and wireless networks.

use std::net::IpAddr;

use super::interfaces::full_address;
use super::{Entry, Fate, Given, Kind, Lines, name_in};
use crate::model::{Interface, InterfaceTrait, Resource, Settings};
use crate::syntax::assignments::{self, Assignment};

pub(super) const KIND: Kind = Kind {
    name: "ifcfg",
    paths: "/etc/sysconfig/network-scripts/ifcfg-*",
    becomes: "Each interface becomes networking.interfaces.<name>; its gateway and name servers networking.defaultGateway and .nameservers.",
    matches: |path| {
        name_in(path, "/etc/sysconfig/network-scripts")
            .is_some_and(|name| name.starts_with("ifcfg-") && !name.ends_with(".bak"))
    },
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

/// What NixOS does by itself, or what is about the old scripts alone.
const NOT_NEEDED: [&str; 20] = [
    "AUTOCONNECT_PRIORITY",
    "BROADCAST",
    "BROWSER_ONLY",
    "DEVICE",
    "DEFROUTE",
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
    "ONBOOT",
    "PROXY_METHOD",
    "TYPE",
    "USERCTL",
    "UUID",
];

fn read(given: &Given) -> Vec<Entry> {
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
