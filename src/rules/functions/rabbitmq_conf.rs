//! `rabbitmq-conf`: rabbitmq.conf as options of `services.rabbitmq`.
//!
//! Manual: <https://www.rabbitmq.com/docs/configure>, the format of sysctl. The module (nixos/modules/services/amqp/rabbitmq.nix)
//! listens to the machine itself where nothing is said, RabbitMQ by itself to all, and has the port of the management
//! plugin from the option that switches it on. `include_optional_files` and the like have no answer.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "rabbitmq-conf",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut items: Map<String, Value> = Map::new();
    let mut options: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        // A second value takes the place of the first.
        items.insert(name.to_owned(), value.into());
    }
    let is_listener = |name: &&String| name.starts_with("listeners.tcp.");
    let names: Vec<String> = items.keys().filter(is_listener).cloned().collect();
    match names.as_slice() {
        [] => {
            options.insert("listenAddress".to_owned(), "".into());
        }
        [only] => {
            let value = items.get(only)?.as_str()?.to_owned();
            let (address, port) = value.rsplit_once(':').unwrap_or(("", &value));
            match port.parse::<u16>() {
                Ok(port) => {
                    items.shift_remove(only);
                    options.insert("listenAddress".to_owned(), address.into());
                    options.insert("port".to_owned(), port.into());
                }
                // No listener of this kind: the module's own is of that name.
                Err(_) if value == "none" => {}
                Err(_) => return None,
            }
        }
        several if several.iter().any(|it| it == "listeners.tcp.1") => {}
        _ => return None,
    }
    if let Some(port) = items.get("management.tcp.port") {
        let port: u16 = port.as_str()?.parse().ok()?;
        let address = items.get("management.tcp.ip").and_then(Value::as_str);
        let own = options.get("listenAddress").and_then(Value::as_str);
        if own.unwrap_or("127.0.0.1") == address.unwrap_or("") {
            items.shift_remove("management.tcp.port");
            items.shift_remove("management.tcp.ip");
            options.insert(
                "managementPlugin".to_owned(),
                json!({"enable": true, "port": port}),
            );
        }
    }
    if !items.is_empty() {
        options.insert("configItems".to_owned(), items.into());
    }
    Some(options.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn lines_are_items() {
        check(
            &FUNCTION,
            "# x\nlisteners.tcp.default = 5673\nheartbeat = 60\nmanagement.tcp.port = 15672\n",
            Some(json!({
                "listenAddress": "", "port": 5673,
                "managementPlugin": {"enable": true, "port": 15672},
                "configItems": {"heartbeat": "60"},
            })),
        );
        check(
            &FUNCTION,
            "listeners.tcp.1 = 192.0.2.1:5672\n",
            Some(json!({"listenAddress": "192.0.2.1", "port": 5672})),
        );
        check(&FUNCTION, "[{rabbit, []}].\n", None);
    }
}
