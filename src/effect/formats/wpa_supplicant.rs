//! `wpa-supplicant`: wpa_supplicant.conf as nixos/modules/services/networking/wpa_supplicant.nix writes it from
//! `networking.wireless`.
//!
//! Manual: wpa_supplicant.conf(5). In the tree is each network by its name; what is looked up in a file of secrets is
//! only there or not. That programs may steer it is a flag, wherever their sockets are.

use serde_json::{Map, Value, json};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "wpa-supplicant",
    write,
    tree,
};

const SECRETS: [&str; 4] = ["psk", "password", "sae_password", "private_key_passwd"];

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let mut text = String::new();
    if own.get("userControlled") == Some(&Value::Bool(true)) {
        text += "ctrl_interface=/run/wpa_supplicant\n";
    }
    text += &super::lines_of(own, "extraConfig");
    for (name, network) in own.get("networks").and_then(Value::as_object)? {
        let string = |name: &str| network.get(name).and_then(Value::as_str);
        let ssid = string("ssid").unwrap_or(name);
        let psk = string("psk").map(|it| format!("\"{it}\""));
        let psk = psk.or_else(|| string("pskRaw").map(str::to_owned));
        let protocols: Vec<String> = match network.get("authProtocols") {
            Some(list) => each(list).iter().map(plain).collect(),
            None => Vec::new(),
        };
        let is_open = psk.is_none() && string("auth").is_none();
        text += &format!("network={{\nssid=\"{ssid}\"\n");
        text += &match (is_open, protocols.join(" ")) {
            (true, _) => "key_mgmt=NONE\n".to_owned(),
            (false, protocols) => format!("key_mgmt={protocols}\n"),
        };
        if network.get("hidden") == Some(&Value::Bool(true)) {
            text += "scan_ssid=1\n";
        }
        if let Some(psk) = psk {
            text += &format!("psk={psk}\n");
        }
        for key in ["bssid", "priority"] {
            if let Some(value) = network.get(key).filter(|it| !it.is_null()) {
                text += &format!("{key}={}\n", plain(value));
            }
        }
        for option in ["auth", "extraConfig"] {
            text += &format!("{}\n", string(option).unwrap_or_default());
        }
        text += "}\n";
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut root: Map<String, Value> = Map::new();
    let mut network: Option<Map<String, Value>> = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.replace(' ', "") == "network={" {
            network = Some(Map::new());
            continue;
        }
        if line == "}" {
            let own = network.take().ok_or("a brace closes nothing")?;
            let name = own.get("ssid").map(plain).unwrap_or_default();
            root.insert(format!("network {name}"), Value::Object(own));
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| format!("`{line}` is no setting"))?;
        let (key, value) = (key.trim(), value.trim());
        match &mut network {
            Some(own) if SECRETS.contains(&key) => {
                own.insert(key.to_owned(), json!("a secret"));
            }
            Some(own) => {
                own.insert(key.to_owned(), value.into());
            }
            // What wpa_cli saves goes to a file that NixOS writes.
            None if key == "update_config" => {}
            None if key.starts_with("ctrl_interface") => {
                root.insert("controlled".to_owned(), true.into());
            }
            None => {
                root.insert(key.to_owned(), value.into());
            }
        }
    }
    Ok(Value::Object(root))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn networks_are_known_by_their_names() {
        check(
            &FORMAT,
            &json!({
                "userControlled": true,
                "extraConfig": "country=DE\n",
                "networks": {
                    "free": {},
                    "home": { "pskRaw": "ext:psk_home", "authProtocols": ["WPA-PSK"], "hidden": true },
                },
            }),
            "ctrl_interface=DIR=/run/x GROUP=netdev\nupdate_config=1\ncountry=DE\nnetwork={\n ssid=\"home\"\n psk=\"hidden\"\n key_mgmt=WPA-PSK\n scan_ssid=1\n}\nnetwork={\n ssid=\"free\"\n key_mgmt=NONE\n}\n",
        );
    }
}
