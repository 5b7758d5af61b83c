//! `keepalived-conf`: keepalived.conf as options of `services.keepalived`.
//!
//! Follows nixos/modules/services/networking/keepalived: what it writes of a script where nothing is said differs from what
//! keepalived does by itself, so that is said. Without a user of its own keepalived runs scripts as `keepalived_script`
//! where the machine has it, else as root; NixOS has none. What has no option goes to the extraConfig of its block.

use serde_json::{Map, Value, json};

use super::Function;
use crate::syntax::keepalived::{Node, read, write};

pub(super) static FUNCTION: Function = Function {
    name: "keepalived-conf",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let nodes = read(value.as_str()?).ok()?;
    let mut options: Map<String, Value> = Map::new();
    let mut assume: Vec<String> = Vec::new();
    let mut rest: Vec<Node> = Vec::new();
    for node in nodes {
        let words: Vec<&str> = node.words.iter().map(String::as_str).collect();
        match (words.as_slice(), &node.block) {
            (["global_defs"], Some(block)) => globals(block, &mut options),
            (["vrrp_script", name], Some(block)) => {
                let own = script(block)?;
                let program = own["script"].as_str().unwrap_or_default();
                let program = program.split_whitespace().next().unwrap_or_default();
                assume.push(format!("`{program}` of the script `{name}` is there"));
                put(&mut options, "vrrpScripts", name, own);
            }
            (["vrrp_instance", name], Some(block)) => {
                put(&mut options, "vrrpInstances", name, instance(block)?);
            }
            _ => rest.push(node),
        }
    }
    if !rest.is_empty() {
        options.insert("extraConfig".to_owned(), write(&rest, 0).into());
    }
    (!options.is_empty()).then(|| json!({ "options": options, "assume": assume }))
}

fn put(options: &mut Map<String, Value>, option: &str, name: &str, value: Value) {
    let own = options.entry(option).or_insert_with(|| json!({}));
    own[name] = value;
}

fn globals(block: &[Node], options: &mut Map<String, Value>) {
    let is_switch = |it: &Node| it.words == ["enable_script_security"];
    if block.iter().any(is_switch) {
        options.insert("enableScriptSecurity".to_owned(), true.into());
    }
    let others = block.iter().filter(|it| !is_switch(it)).cloned();
    let others: Vec<Node> = others.collect();
    if !others.is_empty() {
        options.insert("extraGlobalDefs".to_owned(), write(&others, 0).into());
    }
}

fn number(words: &[String]) -> Option<Value> {
    let [_, value] = words else { return None };
    value.parse::<i64>().ok().map(Value::from)
}

fn script(block: &[Node]) -> Option<Value> {
    let mut own = json!({ "interval": 1, "fall": 1, "rise": 1, "timeout": 0, "user": "root" });
    let mut rest: Vec<Node> = Vec::new();
    for node in block {
        match node.words.first()?.as_str() {
            "script" => own["script"] = node.words.get(1..)?.join(" ").into(),
            name @ ("interval" | "fall" | "rise" | "timeout" | "weight") => {
                own[name] = number(&node.words)?;
            }
            "user" => {
                own["user"] = node.words.get(1)?.as_str().into();
                if let Some(group) = node.words.get(2) {
                    own["group"] = group.as_str().into();
                }
            }
            _ => rest.push(node.clone()),
        }
    }
    own.get("script")?;
    extra(&rest, &mut own);
    Some(own)
}

fn instance(block: &[Node]) -> Option<Value> {
    let mut own = json!({});
    let mut rest: Vec<Node> = Vec::new();
    for node in block {
        let value = || match node.words.as_slice() {
            [_, value] => Some(value.as_str()),
            _ => None,
        };
        match (node.words.first()?.as_str(), &node.block) {
            ("interface", None) => own["interface"] = value()?.into(),
            ("state", None) if matches!(value()?, "MASTER" | "BACKUP") => {
                own["state"] = value()?.into();
            }
            ("virtual_router_id", None) => own["virtualRouterId"] = number(&node.words)?,
            ("priority", None) => own["priority"] = number(&node.words)?,
            ("nopreempt", None) => own["noPreempt"] = true.into(),
            ("use_vmac", None) => {
                own["useVmac"] = true.into();
                if let Some(interface) = node.words.get(1) {
                    own["vmacInterface"] = interface.as_str().into();
                }
            }
            ("vmac_xmit_base", None) => own["vmacXmitBase"] = true.into(),
            ("unicast_src_ip", None) => own["unicastSrcIp"] = value()?.into(),
            ("unicast_peer", Some(list)) => own["unicastPeers"] = texts(list),
            ("track_script", Some(list)) => own["trackScripts"] = texts(list),
            ("track_interface", Some(list)) => own["trackInterfaces"] = texts(list),
            ("virtual_ipaddress", Some(list)) => {
                let addresses = list.iter().map(|it| address(&it.words));
                own["virtualIps"] = addresses.collect::<Option<Value>>()?;
            }
            _ => rest.push(node.clone()),
        }
    }
    own.get("interface").and(own.get("virtualRouterId"))?;
    extra(&rest, &mut own);
    Some(own)
}

fn extra(rest: &[Node], own: &mut Value) {
    if !rest.is_empty() {
        own["extraConfig"] = write(rest, 0).into();
    }
}

fn texts(list: &[Node]) -> Value {
    list.iter()
        .map(|it| Value::from(it.text.as_str()))
        .collect()
}

/// `192.0.2.1/24 dev eth0 label eth0:1`
fn address(words: &[String]) -> Option<Value> {
    let (first, rest) = words.split_first()?;
    let mut own = json!({ "addr": first });
    for pair in rest.chunks(2) {
        let [name, value] = pair else { return None };
        if !matches!(name.as_str(), "brd" | "dev" | "scope" | "label") {
            return None;
        }
        own[name.as_str()] = value.as_str().into();
    }
    Some(own)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn blocks_are_options() {
        check(
            &FUNCTION,
            "global_defs {\n  enable_script_security\n  router_id a\n}\nvrrp_script chk {\n  script \"/usr/bin/pgrep nginx\"\n  weight 2\n}\n\
             vrrp_instance VI_1 {\n  state MASTER\n  interface eth0\n  virtual_router_id 51\n  advert_int 1\n  virtual_ipaddress {\n    \
             192.0.2.1/24 dev eth0\n  }\n  track_script {\n    chk\n  }\n}\nvirtual_server 192.0.2.1 80 {\n}\n",
            Some(json!({
                "options": {
                    "enableScriptSecurity": true,
                    "extraGlobalDefs": "router_id a\n",
                    "vrrpScripts": {"chk": {
                        "interval": 1, "fall": 1, "rise": 1, "timeout": 0, "user": "root",
                        "script": "/usr/bin/pgrep nginx", "weight": 2,
                    }},
                    "vrrpInstances": {"VI_1": {
                        "state": "MASTER", "interface": "eth0", "virtualRouterId": 51,
                        "virtualIps": [{"addr": "192.0.2.1/24", "dev": "eth0"}],
                        "trackScripts": ["chk"],
                        "extraConfig": "advert_int 1\n",
                    }},
                    "extraConfig": "virtual_server 192.0.2.1 80 {\n}\n",
                },
                "assume": ["`/usr/bin/pgrep` of the script `chk` is there"],
            })),
        );
        check(&FUNCTION, "vrrp_instance a {\n}\n", None);
        check(&FUNCTION, "a {\n", None);
    }
}
