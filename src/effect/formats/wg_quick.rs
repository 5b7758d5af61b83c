//! `wg-quick`: a file of wg-quick as nixos/modules/services/networking/wg-quick.nix writes it from an interface of
//! `networking.wg-quick.interfaces`.
//!
//! Manuals: wg-quick(8), wg(8). In the tree a key is only there or not: the module gives it to `wg set` from its file
//! (`PostUp`), and it never stands in a text here. Lists are taken apart.

use serde_json::{Map, Value};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "wg-quick",
    write,
    tree,
};

const HOOKS: [(&str, &str); 4] = [
    ("preUp", "PreUp"),
    ("postUp", "PostUp"),
    ("preDown", "PreDown"),
    ("postDown", "PostDown"),
];

const FIELDS: [(&str, &str); 5] = [
    ("address", "Address"),
    ("dns", "DNS"),
    ("table", "Table"),
    ("mtu", "MTU"),
    ("listenPort", "ListenPort"),
];

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let mut text = String::from("[Interface]\n");
    for (option, field) in FIELDS {
        for value in own.get(option).map(each).unwrap_or_default() {
            if !value.is_null() {
                text += &format!("{field} = {}\n", plain(value));
            }
        }
    }
    if own.get("privateKeyFile").is_some_and(Value::is_string) {
        text += "PrivateKey = a file\n";
    }
    for (option, field) in HOOKS {
        // The module runs the lines as one script; wg-quick runs several hooks one after the other.
        let script = own.get(option).and_then(Value::as_str).unwrap_or_default();
        for line in script.lines().filter(|line| !line.is_empty()) {
            text += &format!("{field} = {line}\n");
        }
    }
    for (name, value) in own
        .get("extraOptions")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        text += &format!("{name} = {}\n", plain(value));
    }
    for peer in own.get("peers").map(each).unwrap_or_default() {
        text += &format!("[Peer]\nPublicKey = {}\n", plain(peer.get("publicKey")?));
        if peer.get("presharedKeyFile").is_some_and(Value::is_string) {
            text += "PresharedKey = a file\n";
        }
        for (option, field) in [
            ("endpoint", "Endpoint"),
            ("persistentKeepalive", "PersistentKeepalive"),
        ] {
            if let Some(value) = peer.get(option).filter(|it| !it.is_null()) {
                text += &format!("{field} = {}\n", plain(value));
            }
        }
        let allowed: Vec<String> = each(peer.get("allowedIPs")?).iter().map(plain).collect();
        if !allowed.is_empty() {
            text += &format!("AllowedIPs = {}\n", allowed.join(","));
        }
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut interface: Map<String, Value> = Map::new();
    let mut peers: Vec<Value> = Vec::new();
    let mut in_peer = false;
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        if line.starts_with('[') {
            in_peer = line.eq_ignore_ascii_case("[peer]");
            if in_peer {
                peers.push(Value::Object(Map::new()));
            }
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| format!("`{line}` is no setting"))?;
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        // What `wg set` changes cannot be written to a file of the store.
        if key == "saveconfig" || key == "persistentkeepalive" && matches!(value, "off" | "0") {
            continue;
        }
        let place = match peers.last_mut() {
            Some(Value::Object(peer)) if in_peer => peer,
            _ => &mut interface,
        };
        let is_key = matches!(key.as_str(), "privatekey" | "presharedkey");
        let sets_key = key == "postup" && value.contains(" private-key ");
        if is_key || sets_key {
            let key = if sets_key {
                "privatekey".to_owned()
            } else {
                key
            };
            place.insert(key, "a file".into());
            continue;
        }
        let list = place
            .entry(key.as_str())
            .or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(list) = list else { continue };
        if matches!(key.as_str(), "address" | "dns" | "allowedips") {
            list.extend(value.split(',').map(|it| Value::from(it.trim())));
        } else {
            list.push(value.into());
        }
    }
    interface.insert("peers".to_owned(), Value::Array(peers));
    Ok(Value::Object(interface))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn a_key_is_there_wherever_it_is() {
        check(
            &FORMAT,
            &json!({
                "address": ["10.0.0.1/24", "fd00::1/64"],
                "privateKeyFile": "/run/x",
                "postUp": "a\nb\n",
                "peers": [{ "publicKey": "k=", "allowedIPs": ["10.0.0.2/32"], "presharedKeyFile": "/run/y" }],
            }),
            "[Interface]\nPrivateKey = hidden\nAddress = 10.0.0.1/24, fd00::1/64\nPostUp = a\nPostUp = b\n\n[Peer]\nPresharedKey=hidden\nPublicKey=k=\nAllowedIPs = 10.0.0.2/32 # c\n",
        );
    }
}
