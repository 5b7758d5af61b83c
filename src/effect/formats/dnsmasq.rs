//! `dnsmasq`: dnsmasq.conf as nixos/modules/services/networking/dnsmasq.nix writes it from `services.dnsmasq`.
//!
//! Manual: dnsmasq(8). In the tree is a list for each option, in the order of the lines.

use serde_json::{Map, Value};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "dnsmasq",
    write,
    tree,
};

/// What the module sets besides, where the plan does not (dnsmasq.nix, `services.dnsmasq.settings`).
const OWN: [(&str, &str); 3] = [
    ("conf-file", "/etc/dnsmasq-conf.conf"),
    ("dhcp-leasefile", "/var/lib/dnsmasq/dnsmasq.leases"),
    ("resolv-file", "/etc/dnsmasq-resolv.conf"),
];

fn write(value: &Value) -> Option<String> {
    let settings = value.get("settings")?.as_object()?;
    let serves = value.get("resolveLocalQueries") != Some(&Value::Bool(false));
    let mut text = String::new();
    for (name, value) in settings {
        for value in each(value) {
            match value {
                Value::Bool(true) => text += &format!("{name}\n"),
                Value::Bool(false) => {}
                other => text += &format!("{name}={}\n", plain(other)),
            }
        }
    }
    for (name, value) in OWN {
        if !settings.contains_key(name) && (serves || name == "dhcp-leasefile") {
            text += &format!("{name}={value}\n");
        }
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default();
        let line = line.split("\t#").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let list = map
            .entry(name.trim())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value.trim().into());
        }
    }
    Ok(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn true_is_a_line_of_its_own() {
        check(
            &FORMAT,
            &json!({ "settings": { "a": true, "b": ["x", "y"] }, "resolveLocalQueries": false }),
            "a\nb=x # c\nb = y\ndhcp-leasefile=/var/lib/dnsmasq/dnsmasq.leases\n",
        );
    }
}
