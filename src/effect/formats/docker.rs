//! `docker`: docker's daemon.json, as nixos/modules/virtualisation/docker.nix writes it from its options (line 18, and the
//! settings that it adds to them).

use serde_json::{Map, Value, json};

use super::{Format, json as json_format};

pub(super) static FORMAT: Format = Format {
    name: "docker",
    write,
    tree,
};

/// Where the unit docker.socket listens, as docker's own settings say it.
const OWN_SOCKETS: [&str; 2] = ["unix:///run/docker.sock", "unix:///var/run/docker.sock"];

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

/// Reads the settings; where docker listens is a set.
fn tree(text: &str) -> Result<Value, String> {
    let mut settings = (json_format::FORMAT.tree)(text)?;
    if let Some(Value::Array(hosts)) = settings.get("hosts") {
        let names = hosts.iter().map(|it| match it.as_str() {
            Some(name) if !OWN_SOCKETS.contains(&name) => name.to_owned(),
            _ => "fd://".to_owned(),
        });
        settings["hosts"] = names
            .map(|it| (it, Value::Bool(true)))
            .collect::<Map<_, _>>()
            .into();
    }
    Ok(settings)
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
            r#"{"group": "docker", "hosts": ["tcp://x", "unix:///run/docker.sock"], "log-driver": "local", "bip": "y"}"#,
        );
    }
}
