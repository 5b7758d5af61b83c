//! `mosquitto-conf`: mosquitto.conf as options of `services.mosquitto`.
//!
//! Manual: mosquitto.conf(5). Follows nixos/modules/services/networking/mosquitto.nix, where each listener has who may come in
//! of its own, and nobody may do anything unless its list says so. A file of passwords is read where it is, by the plugin
//! that the module itself takes. A file of permissions, and a key that the module does not let through, have no answer.

use serde_json::{Map, Value, json};

use super::{Function, atom};

pub(super) static FUNCTION: Function = Function {
    name: "mosquitto-conf",
    call,
};

/// `freeformGlobalKeys` of the module.
const GLOBAL: [&str; 29] = [
    "allow_duplicate_messages",
    "autosave_interval",
    "autosave_on_changes",
    "check_retain_source",
    "connection_messages",
    "enable_control_api",
    "global_max_clients",
    "global_max_connections",
    "log_facility",
    "log_timestamp",
    "log_timestamp_format",
    "max_inflight_bytes",
    "max_inflight_messages",
    "max_keepalive",
    "max_packet_size",
    "max_queued_bytes",
    "max_queued_messages",
    "memory_limit",
    "message_size_limit",
    "persistence_file",
    "persistent_client_expiration",
    "queue_qos0_messages",
    "retain_available",
    "retain_expiry_interval",
    "set_tcp_nodelay",
    "sys_interval",
    "upgrade_outgoing_qos",
    "websockets_headers_size",
    "websockets_log_level",
];

/// `freeformListenerKeys` of the module, but for what is said of all listeners.
const LISTENER: [&str; 27] = [
    "accept_protocol_versions",
    "bind_interface",
    "cafile",
    "capath",
    "certfile",
    "ciphers",
    "ciphers_tls1.3",
    "crlfile",
    "dhparamfile",
    "disable_client_cert_date_checks",
    "enable_proxy_protocol",
    "http_dir",
    "keyfile",
    "max_connections",
    "max_qos",
    "max_topic_alias",
    "mount_point",
    "protocol",
    "proxy_protocol_v2_require_tls",
    "require_certificate",
    "socket_domain",
    "tls_engine",
    "tls_keyform",
    "tls_version",
    "use_identity_as_username",
    "use_subject_as_username",
    "use_username_as_clientid",
];

const DATA: &str = "/var/lib/mosquitto";

/// What is said of who may come in, of a listener or of all.
#[derive(Clone, Default)]
struct Access {
    anonymous: Option<bool>,
    passwords: Option<String>,
}

/// What the lines say so far.
#[derive(Default)]
struct Said {
    options: Map<String, Value>,
    settings: Map<String, Value>,
    listeners: Vec<(Map<String, Value>, Access)>,
    /// The listener that has no line of its own.
    first: Map<String, Value>,
    all: Access,
    is_each: bool,
}

fn call(value: &Value) -> Option<Value> {
    let mut said = Said::default();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        read(key, value.trim(), &mut said)?;
    }
    let Said {
        mut options,
        settings,
        mut listeners,
        mut first,
        all,
        is_each,
    } = said;
    let says_access = all.anonymous.is_some() || all.passwords.is_some();
    if !first.is_empty() || listeners.is_empty() && says_access {
        first.entry("port").or_insert(json!(1883));
        listeners.insert(0, (first, Access::default()));
    }
    let mut assume: Vec<String> = Vec::new();
    let listeners = listeners.into_iter().map(|(own, access)| {
        let access = if is_each { access } else { all.clone() };
        listener(own, access, &mut assume)
    });
    let listeners: Vec<Value> = listeners.collect();
    if !listeners.is_empty() {
        options.insert("listeners".to_owned(), listeners.into());
    }
    if !settings.is_empty() {
        options.insert("settings".to_owned(), settings.into());
    }
    (!options.is_empty()).then(|| json!({ "options": options, "assume": assume }))
}

fn read(key: &str, value: &str, said: &mut Said) -> Option<()> {
    let access = match said.listeners.last_mut() {
        Some((_, own)) if said.is_each => own,
        Some(_) | None => &mut said.all,
    };
    match key {
        "per_listener_settings" => said.is_each = value == "true",
        "allow_anonymous" => access.anonymous = Some(value == "true"),
        "password_file" => access.passwords = Some(value.to_owned()),
        "listener" => {
            let (port, address) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
            let mut own = Map::new();
            own.insert("port".to_owned(), port.parse::<u16>().ok()?.into());
            if !address.trim().is_empty() {
                own.insert("address".to_owned(), address.trim().into());
            }
            said.listeners.push((own, Access::default()));
        }
        "port" => {
            let port = value.parse::<u16>().ok()?;
            said.first.insert("port".to_owned(), port.into());
        }
        "bind_address" => {
            said.first.insert("address".to_owned(), value.into());
        }
        "persistence" => {
            let is_on = value == "true";
            said.options.insert(key.to_owned(), is_on.into());
        }
        "persistence_location" => {
            let folder = value.trim_end_matches('/');
            if folder != DATA {
                said.options.insert("dataDir".to_owned(), folder.into());
            }
        }
        "log_dest" => {
            let target = value.strip_prefix("file ").unwrap_or(value).trim();
            push(&mut said.options, "logDest", target);
        }
        "log_type" => push(&mut said.options, "logType", value),
        "include_dir" => push(&mut said.options, "includeDirs", value),
        // The unit says who runs it, and systemd knows it without a file.
        "pid_file" | "user" => {}
        _ if GLOBAL.contains(&key) => {
            said.settings.insert(key.to_owned(), atom(value));
        }
        _ if LISTENER.contains(&key) => {
            let own = match said.listeners.last_mut() {
                Some((own, _)) => own,
                None => &mut said.first,
            };
            let own = own.entry("settings").or_insert_with(|| json!({}));
            own[key] = atom(value);
        }
        _ => return None,
    }
    Some(())
}

fn push(options: &mut Map<String, Value>, name: &str, value: &str) {
    let list = options.entry(name).or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(value.into());
    }
}

/// Who may come in may do everything, as without a file of permissions.
fn listener(mut own: Map<String, Value>, access: Access, assume: &mut Vec<String>) -> Value {
    let everything = json!(["pattern readwrite #", "pattern read $SYS/#"]);
    own.insert("acl".to_owned(), everything);
    own.insert("omitPasswordAuth".to_owned(), true.into());
    if let Some(anonymous) = access.anonymous {
        let settings = own.entry("settings").or_insert_with(|| json!({}));
        settings["allow_anonymous"] = anonymous.into();
    }
    if let Some(path) = access.passwords {
        let clause = format!("`{path}` is there, and the user `mosquitto` can read it");
        if !assume.contains(&clause) {
            assume.push(clause);
        }
        let package = json!({ "$nix": "pkgs.mosquitto.lib" });
        let plugin = json!({ "$text": [package, "/lib/mosquitto_password_file.so"] });
        let plugin = json!({ "plugin": plugin, "options": { "password_file": path } });
        own.insert("authPlugins".to_owned(), json!([plugin]));
    }
    own.into()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_is_said_of_all_is_said_of_each() {
        let acl = json!(["pattern readwrite #", "pattern read $SYS/#"]);
        check(
            &FUNCTION,
            "# x\npid_file /run/mosquitto/mosquitto.pid\npersistence true\npersistence_location /var/lib/mosquitto/\nlog_dest file /var/log/mosquitto.log\n\
             listener 1883 127.0.0.1\nlistener 9001\nprotocol websockets\nallow_anonymous true\nmax_queued_messages 9\n",
            Some(json!({
                "options": {
                    "persistence": true,
                    "logDest": ["/var/log/mosquitto.log"],
                    "listeners": [
                        {"port": 1883, "address": "127.0.0.1", "acl": acl, "omitPasswordAuth": true, "settings": {"allow_anonymous": true}},
                        {"port": 9001, "settings": {"protocol": "websockets", "allow_anonymous": true}, "acl": acl, "omitPasswordAuth": true},
                    ],
                    "settings": {"max_queued_messages": 9},
                },
                "assume": [],
            })),
        );
        check(
            &FUNCTION,
            "allow_anonymous false\npassword_file /etc/mosquitto/passwd\n",
            Some(json!({
                "options": {"listeners": [{
                    "port": 1883, "acl": acl, "omitPasswordAuth": true, "settings": {"allow_anonymous": false},
                    "authPlugins": [{
                        "plugin": {"$text": [{"$nix": "pkgs.mosquitto.lib"}, "/lib/mosquitto_password_file.so"]},
                        "options": {"password_file": "/etc/mosquitto/passwd"},
                    }],
                }]},
                "assume": ["`/etc/mosquitto/passwd` is there, and the user `mosquitto` can read it"],
            })),
        );
        check(&FUNCTION, "acl_file /etc/mosquitto/acl\n", None);
        check(&FUNCTION, "connection x\n", None);
    }
}
