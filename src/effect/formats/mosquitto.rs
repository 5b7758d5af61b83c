//! `mosquitto`: mosquitto.conf, as nixos/modules/services/networking/mosquitto.nix writes it (`formatGlobal`).
//!
//! A list of permissions that lets everybody do everything is as none, and a plugin for passwords as the line that it
//! stands for. Without `per_listener_settings` what is said of who may come in is said of each listener.

use serde_json::{Map, Value, json};

use super::{Format, each, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "mosquitto",
    write,
    tree,
};

const PASSWORDS: &str = "mosquitto_password_file.so";

fn write(value: &Value) -> Option<String> {
    let mut out = String::from("per_listener_settings true\n");
    let list = |value: &Value, name: &str| value.get(name).map(|it| each(it).to_vec());
    if let Some(persistence) = value.get("persistence") {
        out += &format!("persistence {}\n", plain(persistence));
    }
    for target in list(value, "logDest").unwrap_or_default() {
        let target = plain(&target);
        let kind = if target.starts_with('/') { "file " } else { "" };
        out += &format!("log_dest {kind}{target}\n");
    }
    for kind in list(value, "logType").unwrap_or_default() {
        out += &format!("log_type {}\n", plain(&kind));
    }
    out += &freeform(value.get("settings"), "");
    for it in list(value, "listeners").unwrap_or_default() {
        let port = it.get("port").map(plain).unwrap_or_default();
        out += &format!("listener {port} {}\n", text(&it, "address"));
        out += &freeform(it.get("settings"), "");
        let permissions = list(&it, "acl").unwrap_or_default();
        if !permissions.contains(&json!("pattern readwrite #")) {
            out += "plugin mosquitto_acl_file.so\n";
        }
        if it.get("omitPasswordAuth") != Some(&json!(true)) {
            out += &format!("plugin {PASSWORDS}\n");
        }
        for plugin in list(&it, "authPlugins").unwrap_or_default() {
            out += &format!("plugin {}\n", text(&plugin, "plugin"));
            out += &freeform(plugin.get("options"), "plugin_opt_");
        }
    }
    for folder in list(value, "includeDirs").unwrap_or_default() {
        out += &format!("include_dir {}\n", plain(&folder));
    }
    Some(out)
}

fn freeform(settings: Option<&Value>, prefix: &str) -> String {
    let settings = settings.and_then(Value::as_object).into_iter().flatten();
    let line = |(name, value): (&String, &Value)| format!("{prefix}{name} {}\n", plain(value));
    settings.map(line).collect()
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all = Map::new();
    let mut access = Map::new();
    let mut listeners: Vec<(String, Map<String, Value>)> = Vec::new();
    let mut is_each = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let value = value.trim();
        let is_access = matches!(key, "allow_anonymous" | "password_file");
        let key = match key {
            "plugin_opt_password_file" => "password_file",
            "plugin" if value.ends_with(PASSWORDS) && value != PASSWORDS => continue,
            key => key,
        };
        match (key, listeners.last_mut()) {
            ("per_listener_settings", _) => is_each = value == "true",
            ("listener", _) => listeners.push((value.to_owned(), Map::new())),
            // Those that listeners do not have.
            ("persistence" | "log_dest" | "log_type" | "include_dir", _) => {
                push(&mut all, key, value)
            }
            _ if is_access && !is_each => push(&mut access, key, value),
            (_, Some((_, own))) if !GLOBAL.iter().any(|it| key.starts_with(it)) => {
                push(own, key, value);
            }
            _ => push(&mut all, key, value),
        }
    }
    if listeners.is_empty() && (!access.is_empty() || all.contains_key("port")) {
        let port = all
            .shift_remove("port")
            .and_then(|it| it[0].as_str().map(str::to_owned));
        let mut name = port.unwrap_or_else(|| "1883".to_owned());
        if let Some(address) = all.shift_remove("bind_address") {
            name = format!("{name} {}", plain(&address[0]));
        }
        listeners.push((name, Map::new()));
    }
    for (name, mut own) in listeners {
        own.extend(access.clone());
        all.insert(format!("listener {name}"), Value::Object(own));
    }
    Ok(Value::Object(all))
}

/// Beginnings of keys that are about the broker, wherever they stand.
const GLOBAL: [&str; 12] = [
    "autosave_",
    "connection_messages",
    "log_",
    "max_inflight_",
    "max_keepalive",
    "max_packet_size",
    "max_queued_",
    "memory_limit",
    "message_size_limit",
    "persistence_",
    "persistent_client_expiration",
    "sys_interval",
];

fn push(fields: &mut Map<String, Value>, key: &str, value: &str) {
    let list = fields.entry(key).or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(value.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn who_may_come_in_is_said_of_each_listener() {
        check(
            &FORMAT,
            &json!({"persistence": true, "logDest": ["/x"], "listeners": [{
                "port": 1883, "acl": ["pattern readwrite #"], "omitPasswordAuth": true,
                "settings": {"allow_anonymous": false},
                "authPlugins": [{"plugin": "/y/mosquitto_password_file.so", "options": {"password_file": "/z"}}],
            }]}),
            "persistence true\nlog_dest file /x\nallow_anonymous false\npassword_file /z\nlistener 1883\n",
        );
    }
}
