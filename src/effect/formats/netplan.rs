//! `netplan`: a file of /etc/netplan, of which NixOS makes the same from `networking`.
//!
//! Manual: netplan(5). A device that netplan finds by its hardware address has the name that it is given.

use serde_json::Value;

use super::Format;
use super::ifupdown::cidr;
use crate::effect::wiring::{self, Wiring};
use crate::syntax::netplan;

pub(super) static FORMAT: Format = Format {
    name: "netplan",
    write: wiring::write,
    tree,
};

/// Keys that say nothing of what an interface has.
const NOTHING: [&str; 17] = [
    "access-points",
    "regulatory-domain",
    "match",
    "set-name",
    "optional",
    "critical",
    "ignore-carrier",
    "renderer",
    "dhcp-identifier",
    "optional-addresses",
    "emit-lldp",
    "networkmanager",
    "accept-ra",
    "link-local",
    "ipv6-privacy",
    "link",
    "id",
];

fn tree(text: &str) -> Result<Value, String> {
    if let Some(written) = Wiring::written(text) {
        return Ok(written);
    }
    let root: Value = serde_yaml::from_str(text).map_err(|why| why.to_string())?;
    let mut wiring = Wiring::default();
    let own: Option<serde_yaml::Value> = serde_yaml::from_str(text).ok();
    let own = own.as_ref().and_then(|it| it.get("network")?.as_mapping());
    if own.is_some_and(netplan::needs_units) {
        // All of it is units, which `netplan-units` reads.
        wiring.others(false);
        return Ok(wiring.value());
    }
    let kinds = root.get("network").and_then(Value::as_object);
    for (kind, devices) in kinds.into_iter().flatten() {
        let Some(devices) = devices.as_object() else {
            continue;
        };
        for (id, device) in devices {
            let renderer = device
                .get("renderer")
                .or_else(|| root.get("network")?.get("renderer"));
            let by_manager = renderer.and_then(Value::as_str) == Some("NetworkManager");
            // A profile of NetworkManager is read by itself.
            let is_wiring = kind != "wifis" || !by_manager;
            if !is_wiring
                || matches!(
                    kind.as_str(),
                    "tunnels" | "vrfs" | "modems" | "nm-devices" | "openvswitch"
                )
            {
                wiring.of_machine("left", format!("{kind} {id}"));
                continue;
            }
            let found = device.get("match").and_then(|it| it.get("name"));
            let given = device.get("set-name").or(found);
            let name = given.and_then(Value::as_str).unwrap_or(id);
            put(name, kind, device, &mut wiring);
        }
    }
    if wiring.leads() {
        wiring.others(false);
    }
    Ok(wiring.value())
}

fn put(name: &str, kind: &str, device: &Value, wiring: &mut Wiring) {
    wiring.interface(name);
    let fields = device.as_object().into_iter().flatten();
    for (key, value) in fields {
        match key.as_str() {
            _ if NOTHING.contains(&key.as_str()) => {}
            "dhcp4" | "dhcp6" => {
                if is_true(value) {
                    wiring.set(name, "dhcp", true);
                }
            }
            "addresses" => {
                for address in list(Some(value)) {
                    let first = address.as_object().and_then(|it| it.keys().next().cloned());
                    let text = first.unwrap_or_else(|| super::plain(address));
                    match cidr(&text, None) {
                        Some(it) => wiring.add(name, "addresses", it),
                        None => wiring.add(name, "left", text),
                    }
                }
            }
            "gateway4" | "gateway6" => wiring.gateway(&super::plain(value), name, None),
            "routes" => {
                for it in list(Some(value)) {
                    let text = |key: &str| it.get(key).map(super::plain);
                    let (to, via, metric) = (text("to"), text("via"), text("metric"));
                    match (to, via) {
                        (Some(_), Some(via)) if it.get("to").is_some_and(is_default) => {
                            wiring.gateway(&via, name, metric.as_deref());
                        }
                        (Some(to), via) => {
                            let line = wiring::route(&to, via.as_deref(), metric.as_deref());
                            wiring.add(name, "routes", line);
                        }
                        (None, _) => wiring.add(name, "left", "routes".to_owned()),
                    }
                }
            }
            "nameservers" => {
                for (from, to) in [("addresses", "nameservers"), ("search", "search")] {
                    for it in list(value.get(from)) {
                        wiring.of_machine(to, super::plain(it));
                    }
                }
            }
            "mtu" => wiring.set(name, "mtu", super::plain(value)),
            "macaddress" => wiring.set(name, "mac", super::plain(value).to_ascii_lowercase()),
            "interfaces" if kind == "bridges" => wiring.set(name, "bridge", value.clone()),
            "interfaces" => wiring.set(name, "bond", value.clone()),
            "parameters" if kind == "bonds" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    wiring.add(
                        name,
                        "options",
                        format!("{} {}", driver_option(key), super::plain(value)),
                    );
                }
            }
            "parameters" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    if !(key == "stp" && !is_true(value) || key == "forward-delay") {
                        wiring.add(name, "left", key.clone());
                    }
                }
            }
            _ => wiring.add(name, "left", key.clone()),
        }
    }
    if kind == "vlans" {
        let text = |key: &str| device.get(key).map(super::plain).unwrap_or_default();
        wiring.set(name, "vlan", format!("{} on {}", text("id"), text("link")));
    }
}

/// The bonding driver has other names than netplan.
fn driver_option(key: &str) -> String {
    match key {
        "mii-monitor-interval" => "miimon".to_owned(),
        "transmit-hash-policy" => "xmit_hash_policy".to_owned(),
        "up-delay" => "updelay".to_owned(),
        "down-delay" => "downdelay".to_owned(),
        "fail-over-mac-policy" => "fail_over_mac".to_owned(),
        "primary-reselect-policy" => "primary_reselect".to_owned(),
        "learn-packet-interval" => "lp_interval".to_owned(),
        key => key.replace('-', "_"),
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    let list = value.and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// YAML 1.1 has more words for yes.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::String(text) => matches!(text.as_str(), "yes" | "on" | "true" | "y"),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

fn is_default(value: &Value) -> bool {
    matches!(
        value.as_str(),
        Some("default" | "0.0.0.0/0" | "::/0" | "0/0")
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn devices_have_what_options_say() {
        check(
            &FORMAT,
            &json!({
                "useDHCP": false,
                "interfaces": {
                    "lan0": { "useDHCP": true },
                    "br0": { "useDHCP": false, "ipv4": { "routes": [{ "address": "10.0.0.0", "prefixLength": 8, "via": "192.0.2.9", "options": { "metric": "5" } }] } },
                },
                "bridges": { "br0": { "interfaces": ["lan0"] } },
                "defaultGateway": { "address": "192.0.2.1", "interface": "br0" },
            }),
            "network:\n  version: 2\n  ethernets:\n    id0: { match: { macaddress: x }, set-name: lan0, dhcp4: yes, optional: true }\n  bridges:\n    br0:\n      interfaces: [lan0]\n      parameters: { stp: false }\n      routes: [{ to: 10.0.0.0/8, via: 192.0.2.9, metric: 5 }, { to: default, via: 192.0.2.1 }]\n",
        );
    }
}
