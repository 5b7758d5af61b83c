//! `docker`: docker's daemon.json, as nixos/modules/virtualisation/docker.nix writes it from its options (lines 340 to
//! 362).

use serde_json::{Value, json};

use super::{Format, json as json_format};

pub(super) static FORMAT: Format = Format {
    name: "docker",
    write,
    tree: json_format::FORMAT.tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let mut settings = json!({ "group": "docker", "hosts": ["fd://"] });
    let driver = options.get("logDriver").cloned();
    settings["log-driver"] = driver.unwrap_or(json!("journald"));
    if let Some(driver) = options.get("storageDriver").filter(|it| !it.is_null()) {
        settings["storage-driver"] = driver.clone();
    }
    let own = options.get("daemon").and_then(|it| it.get("settings"));
    for (name, value) in own.and_then(Value::as_object).into_iter().flatten() {
        match (settings.get_mut(name), value) {
            (Some(Value::Array(there)), Value::Array(more)) => there.extend(more.clone()),
            _ => settings[name] = value.clone(),
        }
    }
    Some(settings.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_socket_is_the_units() {
        check(
            &FORMAT,
            &json!({"logDriver": "local", "daemon": {"settings": {"hosts": ["tcp://x"], "bip": "y"}}}),
            r#"{"group": "docker", "hosts": ["fd://", "tcp://x"], "log-driver": "local", "bip": "y"}"#,
        );
    }
}
