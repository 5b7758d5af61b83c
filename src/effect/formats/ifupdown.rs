//! `ifupdown`: /etc/network/interfaces, of which NixOS makes the same from `networking`.
//!
//! Manual: interfaces(5). What the loopback interface has, every machine has.

use serde_json::Value;

use super::Format;
use crate::effect::wiring::{self, Wiring};
use crate::syntax::interfaces::{self, Adds, Setting, Stanza};

pub(super) static FORMAT: Format = Format {
    name: "ifupdown",
    write: wiring::write,
    tree,
};

/// What follows from the rest, or is ifupdown's own affair.
const NOTHING: [&str; 8] = [
    "broadcast",
    "network",
    "metric",
    "netmask",
    "bridge-fd",
    "bridge-maxwait",
    "bridge-waitport",
    "vlan-id",
];

fn tree(text: &str) -> Result<Value, String> {
    if let Some(written) = Wiring::written(text) {
        return Ok(written);
    }
    let file = interfaces::read(text);
    let mut wiring = Wiring::default();
    for fault in &file.faults {
        wiring.of_machine("left", format!("line {}", fault.place.line));
    }
    for stanza in &file.stanzas {
        let words: Vec<&str> = stanza.words.iter().map(String::as_str).collect();
        match (stanza.keyword.as_str(), words.as_slice()) {
            ("iface", [name, ..]) if name.starts_with("lo") => {}
            (
                "iface",
                [
                    name,
                    "inet" | "inet6",
                    method @ ("dhcp" | "manual" | "static" | "auto"),
                ],
            ) => {
                put(name, method, stanza, &mut wiring);
            }
            ("iface", [name, rest @ ..]) => {
                wiring.of_machine("left", format!("{name} {}", rest.join(" ")));
            }
            ("mapping", _) => wiring.of_machine("left", stanza.keyword.clone()),
            _ => {}
        }
    }
    if wiring.leads() {
        wiring.others(false);
    }
    Ok(wiring.value())
}

fn put(name: &str, method: &str, stanza: &Stanza, wiring: &mut Wiring) {
    if method == "dhcp" {
        wiring.set(name, "dhcp", true);
    }
    wiring.interface(name);
    let value = |keyword: &str| {
        let mut options = stanza.options.iter();
        let found = options.find(|it| it.keyword.replace('_', "-") == keyword);
        found.map(|it| it.value.as_str())
    };
    for option in &stanza.options {
        let keyword = option.keyword.replace('_', "-");
        if NOTHING.contains(&keyword.as_str()) {
            continue;
        }
        let words = || option.value.split_ascii_whitespace().map(str::to_owned);
        match keyword.as_str() {
            "address" => match cidr(&option.value, value("netmask")) {
                Some(it) => wiring.add(name, "addresses", it),
                None => wiring.add(name, "left", keyword),
            },
            "gateway" => wiring.gateway(&option.value, name, value("metric")),
            "mtu" => wiring.set(name, "mtu", option.value.clone()),
            "hwaddress" => {
                let own = option.value.strip_prefix("ether ").unwrap_or(&option.value);
                wiring.set(name, "mac", own.trim().to_ascii_lowercase());
            }
            "dns-nameservers" | "dns-nameserver" => {
                words().for_each(|it| wiring.of_machine("nameservers", it));
            }
            "dns-search" | "dns-domain" => words().for_each(|it| wiring.of_machine("search", it)),
            "bridge-ports" => {
                let members: Vec<String> = words().filter(|it| it != "none").collect();
                wiring.set(name, "bridge", members);
            }
            "bridge-stp" if matches!(option.value.as_str(), "off" | "no") => {}
            "vlan-raw-device" => {
                let id = value("vlan-id").unwrap_or_else(|| id_of(name));
                wiring.set(name, "vlan", format!("{id} on {}", option.value));
            }
            "bond-slaves" | "slaves" => {
                let members: Vec<String> = words().filter(|it| it != "none").collect();
                wiring.set(name, "bond", members);
            }
            _ => other(name, &keyword, option, wiring),
        }
    }
}

fn other(name: &str, keyword: &str, option: &Setting, wiring: &mut Wiring) {
    if let Some(own) = keyword.strip_prefix("bond-") {
        let own = own.replace('-', "_");
        wiring.add(name, "options", format!("{own} {}", option.value));
        return;
    }
    let is_up = matches!(keyword, "up" | "post-up" | "pre-up");
    let is_down = matches!(keyword, "down" | "pre-down" | "post-down");
    if is_down && interfaces::takes_back(&option.value) {
        return;
    }
    let found = interfaces::adds(&option.value, name).filter(|_| is_up);
    match found {
        Some(Adds::Nothing) => {}
        Some(Adds::Address(address)) => wiring.add(name, "addresses", address),
        Some(Adds::Route { to, via, metric }) => {
            let metric = metric.map(|it| it.to_string());
            match (to.as_str(), via) {
                ("default", Some(via)) => wiring.gateway(&via, name, metric.as_deref()),
                (_, via) => {
                    let line = wiring::route(&to, via.as_deref(), metric.as_deref());
                    wiring.add(name, "routes", line);
                }
            }
        }
        None => wiring.add(name, "left", format!("{keyword} {}", option.value)),
    }
}

/// `eth0.7` and `vlan7` say the number of the VLAN.
fn id_of(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((_, id)) => id,
        None => name.trim_start_matches("vlan"),
    }
}

/// An address with the length of its network.
pub(super) fn cidr(address: &str, mask: Option<&str>) -> Option<String> {
    let (address, own) = match address.split_once('/') {
        Some((address, own)) => (address, Some(own)),
        None => (address, None),
    };
    let prefix = interfaces::prefix(own.or(mask)?)?;
    Some(format!(
        "{}/{prefix}",
        address.parse::<std::net::IpAddr>().ok()?
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn interfaces_have_what_options_say() {
        check(
            &FORMAT,
            &json!({
                "useDHCP": false,
                "interfaces": {
                    "eth0": { "ipv4": { "addresses": [{ "address": "192.0.2.5", "prefixLength": 24 }] }, "mtu": 9000 },
                    "eth1": { "useDHCP": true },
                },
                "vlans": { "eth1.7": { "id": 7, "interface": "eth1" } },
                "defaultGateway": { "address": "192.0.2.1", "interface": "eth0", "metric": 5 },
                "nameservers": ["192.0.2.53"],
            }),
            "auto lo\niface lo inet loopback\niface eth0 inet static\n  address 192.0.2.5\n  netmask 255.255.255.0\n  gateway 192.0.2.1\n  metric 5\n  mtu 9000\n  dns-nameservers 192.0.2.53\niface eth1 inet dhcp\n  pre-up ip link set eth1 up\niface eth1.7 inet manual\n  vlan-raw-device eth1\n",
        );
    }
}
