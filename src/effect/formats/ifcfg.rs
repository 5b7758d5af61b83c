//! `ifcfg`: a file of /etc/sysconfig/network-scripts, of which NixOS makes the same from `networking`.
//!
//! Manual: nm-settings-ifcfg-rh(5). The other interfaces are those of other files.

use serde_json::Value;

use super::Format;
use super::ifupdown::cidr;
use crate::effect::wiring::{self, Wiring};
use crate::syntax::assignments;

pub(super) static FORMAT: Format = Format {
    name: "ifcfg",
    write: wiring::write,
    tree,
};

fn tree(text: &str) -> Result<Value, String> {
    if let Some(written) = Wiring::written(text) {
        return Ok(written);
    }
    let all = assignments::read(text).assignments;
    let value = |name: &str| {
        let found = all.iter().rev().find(|it| it.name == name);
        found.map(|it| it.value.as_str())
    };
    let Some(name) = value("DEVICE").filter(|it| *it != "lo") else {
        return Ok(Wiring::default().value());
    };
    let mut wiring = Wiring::default();
    wiring.interface(name);
    for it in &all {
        let own = it.value.as_str();
        let number = it.name.trim_start_matches(|c: char| !c.is_ascii_digit());
        match it.name.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "BOOTPROTO" => {
                let asks = matches!(own.to_ascii_lowercase().as_str(), "dhcp" | "bootp");
                wiring.set(name, "dhcp", asks);
            }
            "IPADDR" => {
                let mask = value(&format!("PREFIX{number}"));
                match cidr(own, mask.or_else(|| value(&format!("NETMASK{number}")))) {
                    Some(it) => wiring.add(name, "addresses", it),
                    None => wiring.add(name, "left", it.name.clone()),
                }
            }
            "IPV6ADDR" | "IPV6ADDR_SECONDARIES" => {
                for address in own.split_whitespace() {
                    match cidr(address, Some("64")) {
                        Some(it) => wiring.add(name, "addresses", it),
                        None => wiring.add(name, "left", it.name.clone()),
                    }
                }
            }
            "GATEWAY" | "IPV6_DEFAULTGW" => {
                wiring.gateway(own.split('%').next().unwrap_or_default(), name, None);
            }
            "DNS" => wiring.of_machine("nameservers", own.to_owned()),
            "DOMAIN" => wiring.of_machine("search", own.to_owned()),
            "MTU" => wiring.set(name, "mtu", own),
            "MACADDR" => wiring.set(name, "mac", own.to_ascii_lowercase()),
            "VLAN" if own == "yes" => match name.rsplit_once('.') {
                Some((on, id)) => wiring.set(name, "vlan", format!("{id} on {on}")),
                None => wiring.add(name, "left", it.name.clone()),
            },
            "BRIDGE" => wiring.set(own, "bridge", serde_json::json!([name])),
            "MASTER" => wiring.set(own, "bond", serde_json::json!([name])),
            "TYPE" if own.eq_ignore_ascii_case("bridge") => {
                wiring.set(name, "bridge", serde_json::json!([]));
            }
            "TYPE" if own.eq_ignore_ascii_case("bond") => {
                wiring.set(name, "bond", serde_json::json!([]));
            }
            "BONDING_OPTS" => {
                wiring.set(name, "bond", serde_json::json!([]));
                for (option, value) in own.split_whitespace().filter_map(|it| it.split_once('=')) {
                    wiring.add(name, "options", format!("{option} {value}"));
                }
            }
            "SEARCH" => {
                for it in own.split_whitespace() {
                    wiring.of_machine("search", it.to_owned());
                }
            }
            "ESSID" | "TEAM_MASTER" => {
                wiring.add(name, "left", it.name.clone());
            }
            _ => {}
        }
    }
    Ok(wiring.value())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn an_interface_has_what_its_file_says() {
        check(
            &FORMAT,
            &json!({
                "useDHCP": true,
                "interfaces": { "eth0": {
                    "useDHCP": false,
                    "ipv4": { "addresses": [{ "address": "192.0.2.5", "prefixLength": 24 }] },
                } },
            }),
            r#"{"eth0":{"dhcp":false,"addresses":["192.0.2.5/24"]},"others":{"dhcp":true}}"#,
        );
        let read =
            (FORMAT.tree)("DEVICE=eth0\nBOOTPROTO=none\nIPADDR=192.0.2.5\nPREFIX=24\nONBOOT=yes\n");
        assert_eq!(
            read,
            Ok(json!({ "eth0": { "dhcp": false, "addresses": ["192.0.2.5/24"] } }))
        );
    }
}
