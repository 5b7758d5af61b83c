//! Files of netplan: how several are one, and what of them is said of a network interface by itself.
//!
//! Manual: netplan(5). Files are read in the order of their names: mappings join, lists are put behind each other, and of
//! all else the last one counts.

use serde_yaml::{Mapping, Value};

/// Options of a bond by netplan's names, and by the driver's.
pub const BOND: [(&str, &str); 14] = [
    ("mode", "mode"),
    ("lacp-rate", "lacp_rate"),
    ("mii-monitor-interval", "miimon"),
    ("min-links", "min_links"),
    ("transmit-hash-policy", "xmit_hash_policy"),
    ("ad-select", "ad_select"),
    ("arp-interval", "arp_interval"),
    ("arp-validate", "arp_validate"),
    ("up-delay", "updelay"),
    ("down-delay", "downdelay"),
    ("fail-over-mac-policy", "fail_over_mac"),
    ("primary", "primary"),
    ("primary-reselect-policy", "primary_reselect"),
    ("learn-packet-interval", "lp_interval"),
];

/// What says nothing of how an interface is set up.
pub const NOT_NEEDED: [&str; 8] = [
    "optional",
    "critical",
    "ignore-carrier",
    "renderer",
    "dhcp-identifier",
    "optional-addresses",
    "emit-lldp",
    "networkmanager",
];

/// Keys of wireless devices alone.
pub const OF_WIFI: [&str; 3] = ["access-points", "regulatory-domain", "wakeonwlan"];

/// Joins what a file says with what a later one does.
pub fn join(first: Value, later: Value) -> Value {
    match (first, later) {
        (Value::Mapping(mut first), Value::Mapping(later)) => {
            for (key, value) in later {
                let joined = match first.remove(&key) {
                    Some(own) => join(own, value),
                    None => value,
                };
                first.insert(key, joined);
            }
            Value::Mapping(first)
        }
        (Value::Sequence(mut first), Value::Sequence(later)) => {
            for it in later {
                if !first.contains(&it) {
                    first.push(it);
                }
            }
            Value::Sequence(first)
        }
        (_, later) => later,
    }
}

/// Tells whether systemd-networkd has to set up the interfaces, since what they are goes beyond addresses, gateways and
/// plain bridges, bonds and VLANs.
pub fn needs_units(network: &Mapping) -> bool {
    let mut gateways = [0, 0];
    for (kind, devices) in network {
        let kind = kind.as_str().unwrap_or_default();
        let is_known = matches!(kind, "ethernets" | "vlans" | "bridges" | "bonds" | "wifis");
        let Some(devices) = devices.as_mapping() else {
            continue;
        };
        if matches!(
            kind,
            "tunnels" | "vrfs" | "dummy-devices" | "virtual-ethernets"
        ) && !devices.is_empty()
        {
            return true;
        }
        for device in devices.values().filter_map(Value::as_mapping) {
            if is_known && !device.iter().all(|(key, value)| is_plain(kind, key, value)) {
                return true;
            }
            for (gateways, key) in gateways.iter_mut().zip(["gateway4", "gateway6"]) {
                *gateways += usize::from(device.contains_key(key));
            }
            for route in list(device.get("routes")) {
                let is_v6 = route
                    .get("via")
                    .and_then(Value::as_str)
                    .is_some_and(|it| it.contains(':'));
                if is_default(route) {
                    gateways[usize::from(is_v6)] += 1;
                }
            }
        }
    }
    gateways.iter().any(|it| *it > 1)
}

fn is_default(route: &Value) -> bool {
    let to = route.get("to").and_then(Value::as_str);
    matches!(to, Some("default" | "0.0.0.0/0" | "::/0" | "0/0"))
}

fn is_plain(kind: &str, key: &Value, value: &Value) -> bool {
    let key = key.as_str().unwrap_or_default();
    match key {
        "dhcp4" | "dhcp6" | "set-name" | "interfaces" | "id" | "link" | "gateway4" | "gateway6"
        | "nameservers" | "mtu" | "macaddress" => true,
        "addresses" => list(Some(value)).iter().all(|it| !it.is_mapping()),
        "match" => {
            let has = |name: &str| value.get(name).is_some();
            let is_glob = value
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(|it| it.contains(['*', '?', '[']));
            !has("driver") && !is_glob
        }
        "accept-ra" | "ipv6-privacy" => truth(value) == Some(true),
        "link-local" => list(Some(value))
            .iter()
            .all(|it| it.as_str() == Some("ipv6")),
        "routes" => list(Some(value)).iter().all(|route| {
            let keys = route.as_mapping().into_iter().flat_map(Mapping::keys);
            let mut keys = keys.filter_map(Value::as_str);
            keys.all(|it| matches!(it, "to" | "via" | "metric" | "on-link"))
        }),
        "parameters" if kind == "bonds" => value.as_mapping().is_none_or(|all| {
            let mut keys = all.keys().filter_map(Value::as_str);
            keys.all(|key| BOND.iter().any(|(own, _)| *own == key))
        }),
        "parameters" => value.as_mapping().is_none_or(|all| {
            all.iter().all(|(key, value)| match key.as_str() {
                Some("stp") => truth(value) == Some(false),
                Some("forward-delay") => true,
                _ => false,
            })
        }),
        _ => NOT_NEEDED.contains(&key) || kind == "wifis" && OF_WIFI.contains(&key),
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    let list = value.and_then(Value::as_sequence);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// Reads a truth: YAML 1.1 has more words for it than YAML 1.2.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match text.as_str() {
            "yes" | "on" | "true" | "y" => Some(true),
            "no" | "off" | "false" | "n" => Some(false),
            _ => None,
        },
        Value::Null
        | Value::Number(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Tagged(_) => None,
    }
}

/// Returns the texts of a list.
pub fn strings(value: Option<&Value>) -> Vec<String> {
    list(value).iter().map(shown).collect()
}

pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{join, needs_units};
    use serde_yaml::Value;

    fn value(text: &str) -> Value {
        serde_yaml::from_str(text).unwrap()
    }

    fn check(text: &str, expected: bool) {
        assert_eq!(
            needs_units(value(text).as_mapping().unwrap()),
            expected,
            "{text}"
        );
    }

    #[test]
    fn files_join_as_netplan_joins_them() {
        let joined = join(
            value("ethernets: { a: { dhcp4: true, addresses: [192.0.2.1/24] } }"),
            value("ethernets: { a: { dhcp4: false, addresses: [192.0.2.2/24] }, b: {} }"),
        );
        let expected = value(
            "ethernets: { a: { dhcp4: false, addresses: [192.0.2.1/24, 192.0.2.2/24] }, b: {} }",
        );
        assert_eq!(joined, expected);
    }

    #[test]
    fn what_options_say_needs_no_units() {
        check("ethernets: { a: { dhcp4: true, optional: true } }", false);
        check("bridges: { a: { parameters: { stp: no } } }", false);
        check("bridges: { a: { parameters: { stp: yes } } }", true);
        check("ethernets: { a: { match: { name: 'en*' } } }", true);
        check("ethernets: { a: { routing-policy: [] } }", true);
        check("tunnels: { a: { mode: sit } }", true);
        check(
            "ethernets: { a: { gateway4: 192.0.2.1 }, b: { routes: [{ to: default, via: 10.0.0.1 }] } }",
            true,
        );
    }
}
