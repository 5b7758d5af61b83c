//! `keepalived`: keepalived.conf, as nixos/modules/services/networking/keepalived/default.nix writes it from its options.
//!
//! What keepalived takes by itself (vrrp_data.c: `alloc_vrrp_script`, `alloc_vrrp`) is as if it stood there.

use serde_json::{Map, Value, json};

use super::{Format, each, plain, text};
use crate::syntax::keepalived::{Node, read};

pub(super) static FORMAT: Format = Format {
    name: "keepalived",
    write,
    tree,
};

/// What the lines of a block are where they are not there.
const DEFAULTS: [(&str, &str, &str); 7] = [
    ("vrrp_script", "interval", "1"),
    ("vrrp_script", "fall", "1"),
    ("vrrp_script", "rise", "1"),
    ("vrrp_script", "timeout", "0"),
    ("vrrp_script", "weight", "0"),
    ("vrrp_instance", "state", "BACKUP"),
    ("vrrp_instance", "priority", "100"),
];

fn write(value: &Value) -> Option<String> {
    let mut out = String::from("global_defs {\n");
    if is_on(value, "enableScriptSecurity") {
        out += "enable_script_security\n";
    }
    out += &format!("{}\n}}\n", text(value, "extraGlobalDefs"));
    let set = |name: &str| value.get(name).and_then(Value::as_object).cloned();
    for (name, it) in set("vrrpScripts").unwrap_or_default() {
        out += &format!(
            "vrrp_script {name} {{\nscript \"{}\"\n",
            text(&it, "script")
        );
        for option in ["interval", "fall", "rise", "timeout", "weight"] {
            if let Some(value) = it.get(option) {
                out += &format!("{option} {}\n", plain(value));
            }
        }
        out += &format!("user {} {}\n", text(&it, "user"), text(&it, "group"));
        out += &format!("{}\n}}\n", text(&it, "extraConfig"));
    }
    for (name, it) in set("vrrpInstances").unwrap_or_default() {
        out += &format!("vrrp_instance {name} {{\n{}}}\n", instance(&it));
    }
    Some(out + text(value, "extraConfig"))
}

fn is_on(value: &Value, name: &str) -> bool {
    value.get(name) == Some(&json!(true))
}

fn instance(it: &Value) -> String {
    let mut out = String::new();
    for (option, word) in [
        ("interface", "interface"),
        ("state", "state"),
        ("virtualRouterId", "virtual_router_id"),
        ("priority", "priority"),
        ("unicastSrcIp", "unicast_src_ip"),
    ] {
        if let Some(value) = it.get(option) {
            out += &format!("{word} {}\n", plain(value));
        }
    }
    for (option, word) in [
        ("noPreempt", "nopreempt"),
        ("vmacXmitBase", "vmac_xmit_base"),
    ] {
        if is_on(it, option) {
            out += &format!("{word}\n");
        }
    }
    if is_on(it, "useVmac") {
        out += &format!("use_vmac {}\n", text(it, "vmacInterface"));
    }
    let list = |option: &str| it.get(option).map(each).unwrap_or_default();
    for (option, word) in [
        ("unicastPeers", "unicast_peer"),
        ("trackScripts", "track_script"),
        ("trackInterfaces", "track_interface"),
    ] {
        let lines: Vec<String> = list(option).iter().map(plain).collect();
        if !lines.is_empty() {
            out += &format!("{word} {{\n{}\n}}\n", lines.join("\n"));
        }
    }
    out += "virtual_ipaddress {\n";
    for address in list("virtualIps") {
        out += text(address, "addr");
        for name in ["brd", "dev", "scope", "label"] {
            if !text(address, name).is_empty() {
                out += &format!(" {name} {}", text(address, name));
            }
        }
        out += "\n";
    }
    out + &format!("}}\n{}\n", text(it, "extraConfig"))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut tree = block("", &read(text)?);
    if let Value::Object(blocks) = &mut tree {
        blocks.retain(|_, it| *it != json!({}));
        for (name, it) in blocks.iter_mut() {
            for (kind, line, value) in DEFAULTS {
                if name.starts_with(&format!("{kind} ")) && it.get(line).is_none() {
                    it[line] = json!([value]);
                }
            }
        }
    }
    Ok(tree)
}

/// Blocks by what their lines say; other lines by their first word.
fn block(name: &str, nodes: &[Node]) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    for node in nodes {
        let words = &node.words;
        if let Some(inner) = &node.block {
            let words = words.join(" ");
            let inner = block(&words, inner);
            if inner != json!({}) || words != "virtual_ipaddress" {
                fields.insert(words, inner);
            }
            continue;
        }
        // A line of addresses is what it says as a whole.
        let (first, rest) = match words.split_first() {
            Some((first, rest)) if name != "virtual_ipaddress" => (first.clone(), rest),
            Some(_) | None => (words.join(" "), &[][..]),
        };
        let list = fields.entry(first).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(rest.join(" ").into());
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn what_keepalived_takes_by_itself_counts() {
        check(
            &FORMAT,
            &json!({"vrrpInstances": {"a": {
                "interface": "eth0", "state": "BACKUP", "priority": 100, "virtualRouterId": 1,
                "virtualIps": [{"addr": "192.0.2.1", "dev": "eth0"}], "extraConfig": "advert_int 1\n",
            }}}),
            "vrrp_instance a {\ninterface eth0\nadvert_int 1\nvirtual_router_id 1\nvirtual_ipaddress {\n  192.0.2.1 dev eth0\n}\n}\n",
        );
    }
}
