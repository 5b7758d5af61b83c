//! `network-unit`: a file of systemd-networkd or a link of udev as nixos/modules/system/boot/networkd.nix has it written
//! from a network, a device or a link of `systemd.network`.
//!
//! Manuals: systemd.network(5), systemd.netdev(5), systemd.link(5). In the tree are today's names; sections that are
//! things of their own, such as routes, are lists. A key is only there or not, wherever it is.

use serde_json::{Map, Value};

use super::{Format, each, plain};
use crate::rules::network_fields::{LINK, NETDEV, NETWORK, Section, Shape};
use crate::syntax::{network_unit, unit};

pub(super) static FORMAT: Format = Format {
    name: "network-unit",
    write,
    tree,
};

/// Options of a network beside those of sections: lists of the section `Network`.
const LISTS: [(&str, &str); 16] = [
    ("DHCP", "DHCP"),
    ("address", "Address"),
    ("bond", "Bond"),
    ("bridge", "Bridge"),
    ("dns", "DNS"),
    ("domains", "Domains"),
    ("gateway", "Gateway"),
    ("ipvlan", "IPVLAN"),
    ("macvlan", "MACVLAN"),
    ("macvtap", "MACVTAP"),
    ("ntp", "NTP"),
    ("tunnel", "Tunnel"),
    ("vlan", "VLAN"),
    ("vrf", "VRF"),
    ("vxlan", "VXLAN"),
    ("xfrm", "Xfrm"),
];

fn rows() -> impl Iterator<Item = &'static Section> {
    NETWORK.iter().chain(&NETDEV).chain(&LINK)
}

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let mut text = String::new();
    for (option, value) in own {
        if let Some((_, key)) = LISTS.iter().find(|(it, _)| it == option) {
            let lines = each(value).iter().filter(|it| !it.is_null());
            for value in lines {
                text += &format!("[Network]\n{key}={}\n", plain(value));
            }
            continue;
        }
        let Some(row) = rows().find(|it| it.option == option) else {
            continue;
        };
        for fields in each(value) {
            text += &format!("[{}]\n", row.name);
            for (key, value) in fields.as_object().into_iter().flatten() {
                for value in each(value) {
                    text += &format!("{key}={}\n", plain(value));
                }
            }
        }
    }
    text += own
        .get("extraConfig")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let read = unit::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let mut root: Map<String, Value> = Map::new();
    for section in &read.sections {
        // A section that is a thing of its own begins anew.
        let mut begun: Vec<String> = Vec::new();
        for directive in &section.directives {
            for it in network_unit::today(&section.name, &directive.key, &directive.value) {
                let is_first = !begun.contains(&it.section);
                if is_first {
                    begun.push(it.section.clone());
                }
                put(&mut root, &it, is_first);
            }
        }
    }
    Ok(Value::Object(root))
}

fn put(root: &mut Map<String, Value>, it: &network_unit::Directive, is_first: bool) {
    let row = rows().find(|row| row.name == it.section);
    let is_single = row.is_some_and(|row| row.shape == Shape::One);
    let place = root
        .entry(it.section.as_str())
        .or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(all) = place else { return };
    if all.is_empty() || is_first && !is_single {
        all.push(Value::Object(Map::new()));
    }
    let Some(Value::Object(fields)) = all.last_mut() else {
        return;
    };
    let key = match it.key.strip_suffix("File") {
        Some(key @ ("PrivateKey" | "PresharedKey" | "Key")) => key,
        _ => &it.key,
    };
    let list = fields
        .entry(key)
        .or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(list) = list else { return };
    if it.value.is_empty() || !network_unit::is_many(&it.section, key) {
        list.clear();
    }
    let is_key = matches!(key, "PrivateKey" | "PresharedKey")
        || key == "Key" && it.section.starts_with("MACsec");
    let is_list = it.section == "Network"
        && LISTS.iter().any(|(_, known)| *known == key)
        && !matches!(key, "DHCP");
    if is_key {
        list.push("a file".into());
    } else if is_list {
        list.extend(it.value.split_whitespace().map(Value::from));
    } else if !it.value.is_empty() {
        list.push(meaning(key, &it.value).into());
    }
    if list.is_empty() {
        fields.remove(key);
    }
}

fn meaning(key: &str, value: &str) -> String {
    let is_off = value.eq_ignore_ascii_case("off")
        && !matches!(key, "WakeOnLan" | "GatewayMode" | "RequiredForOnline");
    let hex = value.strip_prefix("0x");
    let number = hex.and_then(|it| i64::from_str_radix(it, 16).ok());
    match (network_unit::truth(value), number) {
        (Some(true), _) => "yes".to_owned(),
        (Some(false), _) => "no".to_owned(),
        (None, Some(number)) if key == "FirewallMark" => number.to_string(),
        (None, _) if is_off => "no".to_owned(),
        (None, _) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn sections_that_are_one_join_and_others_do_not() {
        check(
            &FORMAT,
            &json!({
                "matchConfig": { "Name": "lan0" },
                "address": ["192.0.2.1/24"],
                "dns": ["192.0.2.2", "192.0.2.3"],
                "networkConfig": { "DHCP": "ipv4", "LLMNR": "no" },
                "routes": [{ "Gateway": "192.0.2.9" }, { "Gateway": "192.0.2.8", "Metric": 5 }],
                "extraConfig": "[Moon]\nFull=yes\n",
            }),
            "[Match]\nName=lan0\n[Network]\nAddress=192.0.2.1/24\nDNS=192.0.2.2 192.0.2.3\nDHCP=both\nDHCP=v4\n[Route]\nGateway=192.0.2.9\n[Route]\nGateway=192.0.2.8\nMetric=5\n[Network]\nLLMNR=off\n[Moon]\nFull=true\n",
        );
    }

    #[test]
    fn a_key_is_there_wherever_it_is() {
        check(
            &FORMAT,
            &json!({
                "netdevConfig": { "Kind": "wireguard" },
                "wireguardConfig": { "PrivateKeyFile": "/run/x", "FirewallMark": 16 },
            }),
            "[NetDev]\nKind=wireguard\n[WireGuard]\nPrivateKey=hidden\nFirewallMark=0x10\n",
        );
    }
}
