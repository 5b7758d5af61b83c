//! /etc/network/interfaces: network interfaces as ifupdown sets them up.
//!
//! Manual: interfaces(5)
//!
//! Left out: interfaces of PPP and tunnels, wireless keys, and commands that say what no option does.

mod command;

use std::net::IpAddr;

use super::{Entry, Fate, Given, Kind, Lines, Meaning, name_in};
use crate::model::{Interface, InterfaceTrait, OTHERS, Resource, Setting, Settings};
use crate::syntax::Place;
use crate::syntax::interfaces::{self, Adds, Interfaces, Stanza};

const MAIN: &str = "/etc/network/interfaces";

pub(super) const KIND: Kind = Kind {
    name: "interfaces",
    paths: "/etc/network/interfaces and /etc/network/interfaces.d/*",
    becomes: "Each interface becomes networking.interfaces.<name>, and networking.bridges, .vlans, .bonds, .defaultGateway and .nameservers what stands there.",
    matches,
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

/// ifupdown reads files of interfaces.d whose names have only letters, digits, `_` and `-`.
fn matches(path: &str) -> bool {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    path == MAIN
        || name_in(path, "/etc/network/interfaces.d").is_some_and(|name| name.chars().all(is_usual))
}

fn read(given: &Given) -> Vec<Entry> {
    let file = interfaces::read(given.text());
    let mut entries = Vec::new();
    for stanza in &file.stanzas {
        stanza_entries(given, &file, stanza, &mut entries);
    }
    // Of the interfaces that it does not name ifupdown asks for nothing, where NixOS would ask for addresses by DHCP.
    let leads =
        |it: &&Entry| matches!(&it.meaning, Meaning::Asks(all) if all.iter().any(leads_somewhere));
    if given.path == MAIN
        && let Some(place) = entries.iter().find(leads).map(|it| it.place)
    {
        let others = asks(given, place, OTHERS, InterfaceTrait::Dhcp(false));
        entries.push(others);
    }
    given.with_faults(entries, file.faults)
}

/// Tells whether an interface gets an address.
pub(super) fn leads_somewhere(resource: &Resource) -> bool {
    let Resource::Interface(interface) = resource else {
        return false;
    };
    matches!(
        interface.has,
        InterfaceTrait::Dhcp(true)
            | InterfaceTrait::Gateway { .. }
            | InterfaceTrait::Address { .. }
    )
}

/// Tells whether an interface has a stanza for IPv4, too.
fn has_other(file: &Interfaces, name: &str) -> bool {
    let mut stanzas = file.stanzas.iter().filter(|it| it.keyword == "iface");
    stanzas.any(
        |it| matches!(it.words.as_slice(), [own, family, ..] if own == name && family == "inet"),
    )
}

fn stanza_entries(given: &Given, file: &Interfaces, stanza: &Stanza, entries: &mut Vec<Entry>) {
    let words: Vec<&str> = stanza.words.iter().map(String::as_str).collect();
    match (stanza.keyword.as_str(), words.as_slice()) {
        ("auto" | "allow-auto" | "allow-hotplug", [_, ..]) => {
            entries.push(
                given.not_needed(stanza.place, "NixOS brings up the interfaces that it knows"),
            );
        }
        ("source" | "source-directory", [path])
            if path.trim_end_matches("/*").trim_end_matches('/') == "/etc/network/interfaces.d"
                || *path == "interfaces.d/*" =>
        {
            entries.push(given.not_needed(
                stanza.place,
                "the files of interfaces.d are read by themselves",
            ));
        }
        ("source" | "source-directory", _) => {
            entries.push(given.unknown(
                stanza.place,
                format!("`{}` is included, which is not read", words.join(" ")),
            ));
        }
        ("no-auto-down" | "no-scripts", _) => {
            entries.push(given.not_needed(stanza.place, "it is about ifupdown itself"));
        }
        ("iface", [name, "inet" | "inet6", "loopback"]) => {
            entries.push(given.not_needed(stanza.place, "every NixOS has the loopback interface"));
            other_options(given, name, stanza, entries);
        }
        ("iface", [name, "inet" | "inet6", "static"]) => {
            static_entries(given, name, stanza, entries)
        }
        ("iface", [name, "inet", "dhcp"]) => {
            entries.push(asks(given, stanza.place, name, InterfaceTrait::Dhcp(true)));
            other_options(given, name, stanza, entries);
        }
        ("iface", [name, "inet6", "auto" | "dhcp"]) if has_other(file, name) => {
            entries.push(given.not_needed(
                stanza.place,
                "the kernel and the DHCP client of NixOS take IPv6 addresses by themselves",
            ));
            other_options(given, name, stanza, entries);
        }
        // An interface that nothing names stays down.
        ("iface", [name, "inet6", method @ ("auto" | "dhcp")]) => {
            let dhcp = InterfaceTrait::Dhcp(*method == "dhcp");
            entries.push(asks(given, stanza.place, name, dhcp));
            other_options(given, name, stanza, entries);
        }
        ("iface", [name, "inet" | "inet6", "manual"]) => {
            entries.push(asks(given, stanza.place, name, InterfaceTrait::Dhcp(false)));
            other_options(given, name, stanza, entries);
        }
        ("iface", [name, rest @ ..]) => {
            let why = format!(
                "an interface of the kind `{}` is not known here",
                rest.join(" ")
            );
            entries.push(given.unknown(stanza.place, why));
            for option in &stanza.options {
                let why = format!(
                    "`{}` belongs to `{name}`, which is not stated",
                    option.keyword
                );
                entries.push(given.unknown(option.place, why));
            }
        }
        (keyword, _) => {
            let why = format!("`{keyword}` has no option of NixOS");
            entries.push(given.unknown(stanza.place, why));
            for option in &stanza.options {
                entries.push(given.unknown(option.place, format!("it belongs to `{keyword}`")));
            }
        }
    }
}

/// An address is said by several lines: each of them asks for it.
fn static_entries(given: &Given, name: &str, stanza: &Stanza, entries: &mut Vec<Entry>) {
    let option = |keyword: &str| stanza.options.iter().find(|it| it.keyword == keyword);
    let address = option("address");
    let netmask = option("netmask");
    let Some(address) = address else {
        entries.push(given.unknown(
            stanza.place,
            format!("`{name}` is static and has no address"),
        ));
        other_options(given, name, stanza, entries);
        return;
    };
    if let Some(hole) = given.hole(&[&address.value]) {
        entries.push(given.entry(stanza.place, Meaning::Hole(hole.clone())));
        entries.push(given.entry(address.place, Meaning::Hole(hole)));
        other_options(given, name, stanza, entries);
        return;
    }
    let made = full_address(&address.value, netmask.map(|it| it.value.as_str()));
    let made = match made {
        Ok(made) => made,
        Err(why) => {
            entries.push(given.unknown(stanza.place, why.clone()));
            entries.push(given.unknown(address.place, why));
            other_options(given, name, stanza, entries);
            return;
        }
    };
    let places = [
        Some(stanza.place),
        Some(address.place),
        netmask.map(|it| it.place),
    ];
    for place in places.into_iter().flatten() {
        entries.push(asks(given, place, name, made.clone()));
    }
    other_options(given, name, stanza, entries);
}

/// Makes an address with the length of its network, which stands behind it or in a mask.
pub(super) fn full_address(address: &str, netmask: Option<&str>) -> Result<InterfaceTrait, String> {
    let (bare, own) = match address.split_once('/') {
        Some((bare, prefix)) => (bare, Some(prefix)),
        None => (address, None),
    };
    let Ok(address) = bare.parse::<IpAddr>() else {
        return Err(format!("`{bare}` is no address"));
    };
    let Some(mask) = own.or(netmask) else {
        return Err("the address has no netmask".to_owned());
    };
    let most = if address.is_ipv6() { 128 } else { 32 };
    match interfaces::prefix(mask).filter(|it| *it <= most) {
        Some(prefix) => Ok(InterfaceTrait::Address { address, prefix }),
        None => Err(format!("`{mask}` is no netmask")),
    }
}

/// The lines of a stanza besides its address.
fn other_options(given: &Given, name: &str, stanza: &Stanza, entries: &mut Vec<Entry>) {
    let is_static = stanza.words.get(2).is_some_and(|it| it == "static");
    let metric = stanza.options.iter().find(|it| it.keyword == "metric");
    let metric = metric.and_then(|it| it.value.parse::<u32>().ok());
    let mut bond = Vec::new();
    for option in &stanza.options {
        let (place, value) = (option.place, option.value.as_str());
        let keyword = option.keyword.replace('_', "-");
        let words: Vec<&str> = value.split_ascii_whitespace().collect();
        let entry = match keyword.as_str() {
            "address" | "netmask" if is_static => continue,
            _ if given.hole(&[value]).is_some() => {
                given.unknown(place, "a part of it is not known")
            }
            "network" | "broadcast" => {
                given.not_needed(place, "it follows from the address and its netmask")
            }
            "gateway" => match value.parse::<IpAddr>() {
                Ok(address) => asks(
                    given,
                    place,
                    name,
                    InterfaceTrait::Gateway { address, metric },
                ),
                Err(_) => given.unknown(place, format!("`{value}` is no address")),
            },
            "metric" => given.not_needed(place, "it stands with the gateway"),
            "mtu" => number(given, place, name, value, InterfaceTrait::Mtu),
            "hwaddress" => {
                let address = value
                    .strip_prefix("ether ")
                    .unwrap_or(value)
                    .trim()
                    .to_owned();
                asks(given, place, name, InterfaceTrait::MacAddress(address))
            }
            "dns-nameservers" | "dns-nameserver" => {
                settings(given, place, Settings::NameServer, &words)
            }
            "dns-search" | "dns-domain" => settings(given, place, Settings::SearchDomain, &words),
            "dns-options" => settings(given, place, Settings::ResolverOption, &words),
            "bridge-ports" => {
                let members = words.iter().filter(|it| **it != "none");
                let members = members.map(|it| (*it).to_owned()).collect();
                asks(given, place, name, InterfaceTrait::Bridge(members))
            }
            "bridge-stp" if matches!(value, "off" | "no") => {
                given.not_needed(place, "a bridge of NixOS does not span a tree by default")
            }
            "bridge-fd" | "bridge-maxwait" | "bridge-waitport" => given.not_needed(
                place,
                "without a spanning tree a bridge of NixOS forwards at once",
            ),
            "vlan-raw-device" | "vlan-id" => vlan(given, place, name, stanza),
            _ if keyword.starts_with("bond-") || keyword == "slaves" => {
                bond.push(option);
                continue;
            }
            "pre-up" | "up" | "post-up" if interfaces::adds(value, name) == Some(Adds::Nothing) => {
                given.not_needed(place, "NixOS brings up the interfaces that it knows")
            }
            "up" | "post-up" if added(value, name).is_some() => match added(value, name) {
                Some(made) => asks(given, place, name, made),
                None => continue,
            },
            "down" | "pre-down" | "post-down" if interfaces::takes_back(value) => {
                given.not_needed(place, "what an interface has goes with it")
            }
            "pre-up" | "up" | "post-up" => command::up(given, place, name, value),
            "pre-down" | "down" | "post-down" => command::down(given, place, value),
            _ => given.unknown(place, format!("`{keyword}` has no option of NixOS")),
        };
        entries.push(entry);
    }
    let members = bond.iter().find(|it| {
        matches!(
            it.keyword.as_str(),
            "bond-slaves" | "bond_slaves" | "slaves"
        )
    });
    let members: Vec<String> = members
        .map(|it| {
            it.value
                .split_ascii_whitespace()
                .filter(|it| *it != "none")
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default();
    let options = bond
        .iter()
        .filter(|it| !it.keyword.ends_with("slaves"))
        .map(|it| {
            let name = it.keyword.replace('-', "_");
            (
                name.trim_start_matches("bond_").to_owned(),
                it.value.clone(),
            )
        });
    let made = InterfaceTrait::Bond {
        members,
        options: options.collect(),
    };
    entries.extend(
        bond.iter()
            .map(|it| asks(given, it.place, name, made.clone())),
    );
}

/// What a command adds, where an option says it.
pub(super) fn added(command: &str, name: &str) -> Option<InterfaceTrait> {
    match interfaces::adds(command, name)? {
        Adds::Nothing => None,
        Adds::Address(address) => full_address(&address, None).ok(),
        Adds::Route { to, via, metric } => {
            let via = match via {
                Some(via) => Some(via.parse::<IpAddr>().ok()?),
                None => None,
            };
            if to == "default" {
                let address = via?;
                return Some(InterfaceTrait::Gateway { address, metric });
            }
            let whole = if to.contains(':') { "128" } else { "32" };
            let made = full_address(&to, Some(whole)).ok()?;
            let InterfaceTrait::Address { address, prefix } = made else {
                return None;
            };
            Some(InterfaceTrait::Route {
                destination: address,
                prefix,
                via,
                metric,
            })
        }
    }
}

fn vlan(given: &Given, place: Place, name: &str, stanza: &Stanza) -> Entry {
    let value = |keyword: &str| {
        let found = stanza
            .options
            .iter()
            .find(|it| it.keyword.replace('_', "-") == keyword);
        found.map(|it| it.value.clone())
    };
    // `eth0.7` and `vlan7` say the number in the name.
    let by_name = name
        .rsplit_once('.')
        .map(|(_, id)| id)
        .or_else(|| name.strip_prefix("vlan"));
    let id = value("vlan-id").or_else(|| by_name.map(str::to_owned));
    let id = id.and_then(|id| id.parse::<u16>().ok());
    let on =
        value("vlan-raw-device").or_else(|| name.rsplit_once('.').map(|(on, _)| on.to_owned()));
    match (id, on) {
        (Some(id), Some(on)) => asks(given, place, name, InterfaceTrait::Vlan { on, id }),
        _ => given.unknown(
            place,
            "the number of the VLAN, or what it is on, is not said",
        ),
    }
}

fn number(
    given: &Given,
    place: Place,
    name: &str,
    value: &str,
    make: fn(u32) -> InterfaceTrait,
) -> Entry {
    match value.parse() {
        Ok(number) => asks(given, place, name, make(number)),
        Err(_) => given.unknown(place, format!("`{value}` is no number")),
    }
}

/// What a name of interfaces(5) is on NixOS: `eth0:1` is one more address of `eth0`, and no interface of its own.
pub(super) fn asks(given: &Given, place: Place, name: &str, has: InterfaceTrait) -> Entry {
    let own = name.split(':').next().unwrap_or(name);
    if own != name && has == InterfaceTrait::Dhcp(false) {
        return given.not_needed(place, format!("its addresses are those of `{own}`"));
    }
    let interface = Interface {
        name: own.to_owned(),
        has,
    };
    given.asks_all(place, vec![Resource::Interface(interface)])
}

fn settings(given: &Given, place: Place, of: Settings, values: &[&str]) -> Entry {
    if values.is_empty() {
        return given.unknown(place, "there is no value");
    }
    let resources = values.iter().map(|value| {
        Resource::Setting(Setting {
            of,
            name: String::new(),
            value: (*value).to_owned(),
        })
    });
    given.asks_all(place, resources.collect())
}
