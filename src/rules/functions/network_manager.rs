//! `network-manager`: the sections of NetworkManager.conf, as `networking.networkmanager.settings` takes them.
//!
//! Manual: NetworkManager.conf(5). The plugins are left out, and what is for the one of ifupdown: NixOS has profiles only.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "network-manager",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut sections: Map<String, Value> = Map::new();
    let mut name: Option<&str> = None;
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            name = Some(header.strip_suffix(']')?.trim());
            continue;
        }
        let (key, value) = line.split_once('=')?;
        let (key, value) = (key.trim(), value.trim());
        let name = name?;
        // `key+=` adds to what other files say.
        if key.ends_with(['+', '-']) {
            return None;
        }
        if name == "ifupdown" || name == "main" && key == "plugins" {
            continue;
        }
        let section = sections
            .entry(name.to_owned())
            .or_insert_with(|| Map::new().into());
        let value = match value {
            "true" => true.into(),
            "false" => false.into(),
            other => match other.parse::<i64>() {
                Ok(number) if number.to_string() == other => number.into(),
                _ => other.into(),
            },
        };
        section.as_object_mut()?.insert(key.to_owned(), value);
    }
    (!sections.is_empty()).then_some(Value::Object(sections))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn plugins_are_left_out() {
        check(
            &FUNCTION,
            "[main]\nplugins=ifupdown,keyfile\ndns=none\n\n[ifupdown]\nmanaged=false\n[connection]\nwifi.powersave = 3\n",
            Some(json!({ "main": { "dns": "none" }, "connection": { "wifi.powersave": 3 } })),
        );
        check(&FUNCTION, "[main]\nplugins=keyfile\n", None);
        check(&FUNCTION, "[main]\nno-auto-default+=x\n", None);
    }
}
