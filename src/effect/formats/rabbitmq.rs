//! `rabbitmq`: rabbitmq.conf, as nixos/modules/services/amqp/rabbitmq.nix writes it (lines 10 and 148 to 154).
//!
//! A listener is told by its address and port, not by its name; RabbitMQ by itself has one on 5672, for all addresses.

use serde_json::{Map, Value, json};

use super::{Format, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "rabbitmq",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut items: Map<String, Value> = Map::new();
    let own = value.get("configItems").and_then(Value::as_object);
    items.extend(own.cloned().unwrap_or_default());
    let address = text(value, "listenAddress");
    let port = value.get("port").map(plain).unwrap_or_default();
    items
        .entry("listeners.tcp.1")
        .or_insert_with(|| format!("{address}:{port}").into());
    let plugin = value.get("managementPlugin");
    if plugin.and_then(|it| it.get("enable")) == Some(&json!(true)) {
        let port = plugin.and_then(|it| it.get("port")).map(plain);
        items.insert("management.tcp.ip".to_owned(), address.into());
        items.insert(
            "management.tcp.port".to_owned(),
            port.unwrap_or_default().into(),
        );
    }
    let line = |(name, value): (&String, &Value)| format!("{name}={}\n", plain(value));
    Some(items.iter().map(line).collect())
}

fn tree(text: &str) -> Result<Value, String> {
    let mut items: Map<String, Value> = Map::new();
    let mut listeners: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| format!("`{line}` has no `=`"))?;
        let (name, value) = (name.trim(), value.trim());
        if name.starts_with("listeners.tcp.") {
            let (address, port) = value.rsplit_once(':').unwrap_or(("", value));
            listeners.push(format!("{address}:{port}"));
        } else if name != "management.tcp.ip" || !value.is_empty() {
            items.insert(name.to_owned(), value.into());
        }
    }
    if listeners.is_empty() {
        listeners.push(":5672".to_owned());
    }
    items.insert("listeners".to_owned(), listeners.into());
    Ok(items.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn a_listener_has_no_name() {
        check(
            &FORMAT,
            &json!({"listenAddress": "", "port": 5672, "configItems": {"heartbeat": "60"}}),
            "heartbeat = 60\nlisteners.tcp.default = 5672\n",
        );
    }
}
