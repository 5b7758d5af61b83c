//! `netplan-units`: files of netplan of which NixOS makes units of systemd-networkd, from `systemd.network`.
//!
//! Manuals: netplan(5), systemd.network(5). In the tree is what each device has: the kind it is made as, how it gets its
//! addresses, its routes and rules of routing, and the devices that lie on it or that it is a member of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Format, each, plain};
use crate::syntax::netplan;

pub(super) static FORMAT: Format = Format {
    name: "netplan-units",
    write,
    tree,
};

type Devices = BTreeMap<String, BTreeSet<String>>;

/// What both sides call the fields of a route and of a rule of routing.
const FIELDS: [(&str, &str); 14] = [
    ("to", "Destination"),
    ("via", "Gateway"),
    ("from", "PreferredSource"),
    ("from", "From"),
    ("to", "To"),
    ("on-link", "GatewayOnLink"),
    ("metric", "Metric"),
    ("type", "Type"),
    ("scope", "Scope"),
    ("table", "Table"),
    ("mtu", "MTUBytes"),
    ("priority", "Priority"),
    ("mark", "FirewallMark"),
    ("type-of-service", "TypeOfService"),
];

fn put(all: &mut Devices, name: &str, fact: String) {
    all.entry(name.to_owned()).or_default().insert(fact);
}

fn line(what: &str, fields: &Value, name_of: impl Fn(&str) -> Option<String>) -> String {
    let own = fields.as_object().into_iter().flatten();
    let shown = own.filter_map(|(key, value)| {
        let value = match plain(value).as_str() {
            "true" | "yes" => "yes".to_owned(),
            "default" | "0.0.0.0/0" => return None,
            other => other.to_owned(),
        };
        Some(format!("{} {value}", name_of(key)?))
    });
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    format!("{what} {}", shown.join(", "))
}

fn write(value: &Value) -> Option<String> {
    let mut all = Devices::new();
    let units = |option: &str| {
        let units = value.get(option).and_then(Value::as_object);
        units.into_iter().flatten()
    };
    for (unit, own) in units("netdevs") {
        let name = unit.strip_prefix("10-").unwrap_or(unit);
        let kind = own.get("netdevConfig").and_then(|it| it.get("Kind"));
        if let Some(kind) = kind {
            put(&mut all, name, format!("kind {}", plain(kind)));
        }
        for peer in own.get("wireguardPeers").map(each).unwrap_or_default() {
            let key = peer.get("PublicKey").map(plain).unwrap_or_default();
            put(&mut all, name, format!("peer {key}"));
        }
    }
    for (unit, own) in units("networks") {
        let name = unit.strip_prefix("10-").unwrap_or(unit);
        all.entry(name.to_owned()).or_default();
        for option in [
            "address", "gateway", "dns", "domains", "vlan", "bridge", "bond", "vrf", "tunnel",
            "vxlan",
        ] {
            for it in own.get(option).map(each).unwrap_or_default() {
                put(&mut all, name, format!("{option} {}", plain(it)));
            }
        }
        let dhcp = own.get("networkConfig").and_then(|it| it.get("DHCP"));
        if let Some(dhcp) = dhcp {
            put(&mut all, name, format!("dhcp {}", plain(dhcp)));
        }
        for it in own.get("addresses").map(each).unwrap_or_default() {
            let address = it.get("Address").map(plain).unwrap_or_default();
            put(&mut all, name, format!("address {address}"));
        }
        for (option, what) in [("routes", "route"), ("routingPolicyRules", "rule")] {
            for it in own.get(option).map(each).unwrap_or_default() {
                let of = |key: &str| {
                    let known = FIELDS.iter().find(|(_, directive)| *directive == key);
                    known.map(|(own, _)| (*own).to_owned())
                };
                put(&mut all, name, line(what, it, of));
            }
        }
    }
    // A machine without such units has none of netplan's.
    (!all.is_empty()).then(|| json!(all).to_string())
}

fn tree(text: &str) -> Result<Value, String> {
    if text.starts_with('{')
        && let Ok(written) = serde_json::from_str(text)
    {
        return Ok(written);
    }
    let root: Value = serde_yaml::from_str(text).map_err(|why| why.to_string())?;
    let network: Option<serde_yaml::Mapping> = serde_yaml::from_str::<serde_yaml::Value>(text)
        .ok()
        .and_then(|it| it.get("network")?.as_mapping().cloned());
    let mut all = Devices::new();
    if network.is_none_or(|it| !netplan::needs_units(&it)) {
        return Ok(json!(all));
    }
    let kinds = root.get("network").and_then(Value::as_object);
    for (kind, devices) in kinds.into_iter().flatten() {
        for (id, device) in devices.as_object().into_iter().flatten() {
            put_device(kind, id, device, &mut all);
        }
    }
    Ok(json!(all))
}

fn put_device(kind: &str, id: &str, device: &Value, all: &mut Devices) {
    all.entry(id.to_owned()).or_default();
    let text = |key: &str| device.get(key).map(plain);
    let made = match kind {
        "vlans" => Some("vlan".to_owned()),
        "bridges" => Some("bridge".to_owned()),
        "bonds" => Some("bond".to_owned()),
        "vrfs" => Some("vrf".to_owned()),
        "dummy-devices" => Some("dummy".to_owned()),
        "virtual-ethernets" => Some("veth".to_owned()),
        "tunnels" => text("mode").map(|it| match it.as_str() {
            "ipip6" | "ip6ip6" => "ip6tnl".to_owned(),
            _ => it,
        }),
        _ => None,
    };
    if let Some(made) = made {
        put(all, id, format!("kind {made}"));
    }
    let is_vxlan = text("mode").as_deref() == Some("vxlan");
    let upon = match kind {
        "vlans" => Some("vlan"),
        "tunnels" if is_vxlan => Some("vxlan"),
        "tunnels" => Some("tunnel"),
        _ => None,
    };
    if let (Some(upon), Some(link)) = (upon, text("link")) {
        put(all, &link, format!("{upon} {id}"));
    }
    let member = match kind {
        "bridges" => Some("bridge"),
        "bonds" => Some("bond"),
        "vrfs" => Some("vrf"),
        _ => None,
    };
    for it in device.get("interfaces").map(each).unwrap_or_default() {
        if let Some(member) = member {
            put(all, &plain(it), format!("{member} {id}"));
        }
    }
    let asks = |key: &str| matches!(text(key).as_deref(), Some("true" | "yes" | "on"));
    match (asks("dhcp4"), asks("dhcp6")) {
        (true, true) => put(all, id, "dhcp yes".to_owned()),
        (true, false) => put(all, id, "dhcp ipv4".to_owned()),
        (false, true) => put(all, id, "dhcp ipv6".to_owned()),
        (false, false) => {}
    }
    for it in device.get("addresses").map(each).unwrap_or_default() {
        let own = it.as_object().and_then(|it| it.keys().next().cloned());
        put(
            all,
            id,
            format!("address {}", own.unwrap_or_else(|| plain(it))),
        );
    }
    for key in ["gateway4", "gateway6"] {
        if let Some(it) = text(key) {
            put(all, id, format!("gateway {it}"));
        }
    }
    let servers = device.get("nameservers");
    for (key, what) in [("addresses", "dns"), ("search", "domains")] {
        let list = servers.and_then(|it| it.get(key));
        for it in list.map(each).unwrap_or_default() {
            put(all, id, format!("{what} {}", plain(it)));
        }
    }
    for (key, what) in [("routes", "route"), ("routing-policy", "rule")] {
        for it in device.get(key).map(each).unwrap_or_default() {
            let of = |key: &str| {
                let known = FIELDS.iter().any(|(own, _)| *own == key);
                known.then(|| key.to_owned())
            };
            put(all, id, line(what, it, of));
        }
    }
    for peer in device.get("peers").map(each).unwrap_or_default() {
        let key = peer.get("keys").and_then(|it| it.get("public"));
        put(
            all,
            id,
            format!("peer {}", key.map(plain).unwrap_or_default()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn devices_have_what_units_say() {
        check(
            &FORMAT,
            &json!({
                "netdevs": { "10-lan7": { "netdevConfig": { "Name": "lan7", "Kind": "vlan" } } },
                "networks": {
                    "10-eth0": {
                        "networkConfig": { "DHCP": "ipv4" },
                        "vlan": ["lan7"],
                        "routes": [{ "Destination": "10.0.0.0/8", "Gateway": "192.0.2.1", "Table": 7 }],
                        "routingPolicyRules": [{ "From": "192.0.2.0/24", "Table": 7 }],
                    },
                    "10-lan7": { "address": ["192.0.2.7/24"] },
                },
            }),
            "network:\n  ethernets:\n    eth0:\n      dhcp4: true\n      routes: [{ to: 10.0.0.0/8, via: 192.0.2.1, table: 7 }]\n      routing-policy: [{ from: 192.0.2.0/24, table: 7 }]\n  vlans:\n    lan7: { id: 7, link: eth0, addresses: [192.0.2.7/24] }\n",
        );
    }
}
