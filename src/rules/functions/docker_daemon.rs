//! `docker-daemon`: docker's daemon.json as options of `virtualisation.docker`.
//!
//! Follows nixos/modules/virtualisation/docker.nix: it listens by its socket unit, and logs to the journal unless
//! `logDriver` says otherwise; docker itself writes files of JSON.
//!
//! Answers `options` and `assume`.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "docker-daemon",
    call,
};

/// What docker.socket of NixOS is.
const OWN_SOCKETS: [&str; 3] = [
    "fd://",
    "unix:///run/docker.sock",
    "unix:///var/run/docker.sock",
];

/// Settings that are options, with the values that those take.
const CHOICES: [(&str, &str, &[&str]); 2] = [
    (
        "log-driver",
        "logDriver",
        &[
            "none",
            "json-file",
            "syslog",
            "journald",
            "gelf",
            "fluentd",
            "awslogs",
            "splunk",
            "etwlogs",
            "gcplogs",
            "local",
        ],
    ),
    (
        "storage-driver",
        "storageDriver",
        &[
            "aufs",
            "btrfs",
            "devicemapper",
            "overlay",
            "overlay2",
            "zfs",
        ],
    ),
];

fn call(value: &Value) -> Option<Value> {
    let mut settings: Map<String, Value> = serde_json::from_str(value.as_str()?).ok()?;
    let mut options: Map<String, Value> = Map::new();
    for (name, option, values) in CHOICES {
        if let Some(Value::String(value)) = settings.get(name)
            && values.contains(&value.as_str())
        {
            options.insert(option.to_owned(), value.as_str().into());
            settings.shift_remove(name);
        }
    }
    if !options.contains_key("logDriver") && !settings.contains_key("log-driver") {
        options.insert("logDriver".to_owned(), "json-file".into());
    }
    if let Some(Value::Array(hosts)) = settings.get_mut("hosts") {
        hosts.retain(|it| it.as_str().is_none_or(|it| !OWN_SOCKETS.contains(&it)));
        if hosts.is_empty() {
            settings.shift_remove("hosts");
        }
    }
    match settings.get("group") {
        Some(Value::String(group)) if group == "docker" => {
            settings.shift_remove("group");
        }
        Some(group) => {
            let group = json!({ "$force": group });
            settings.insert("group".to_owned(), group);
        }
        None => {}
    }
    let assume = assumed(&settings);
    if !settings.is_empty() {
        options.insert("daemon".to_owned(), json!({ "settings": settings }));
    }
    Some(json!({ "options": options, "assume": assume }))
}

/// What the settings need on the machine that docker's package, or somebody, brought.
fn assumed(settings: &Map<String, Value>) -> Vec<String> {
    let mut assume = Vec::new();
    let remap = settings.get("userns-remap").and_then(Value::as_str);
    if let Some(name) = remap {
        let name = match name {
            "default" => "dockremap",
            name => name.split(':').next().unwrap_or(name),
        };
        assume.push(format!(
            "the user `{name}` is there, with subordinate ids (users.users.{name}.subUidRanges and subGidRanges)"
        ));
    }
    let runtimes = settings.get("runtimes").and_then(Value::as_object);
    for (name, runtime) in runtimes.into_iter().flatten() {
        assume.push(match (name.as_str(), runtime["path"].as_str()) {
            ("nvidia", _) => {
                "hardware.nvidia-container-toolkit.enable brings the runtime `nvidia`".to_owned()
            }
            (name, Some(path)) => format!("the runtime `{name}` is there at `{path}`"),
            (name, None) => format!("the runtime `{name}` is there"),
        });
    }
    let files = ["tlscacert", "tlscert", "tlskey", "seccomp-profile"];
    if files.iter().any(|it| settings.contains_key(*it)) {
        assume.push("the files that it names are there".to_owned());
    }
    assume
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_the_module_says_itself_is_told_to_it() {
        check(
            &FUNCTION,
            "{\"log-opts\": {\"max-size\": \"10m\"}, \"hosts\": [\"unix:///var/run/docker.sock\"], \"group\": \"docker\"}",
            Some(
                json!({"options": {"logDriver": "json-file", "daemon": {"settings": {"log-opts": {"max-size": "10m"}}}}, "assume": []}),
            ),
        );
        check(
            &FUNCTION,
            "{\"log-driver\": \"journald\", \"storage-driver\": \"overlay2\", \"hosts\": [\"fd://\", \"tcp://10.0.0.1:2376\"]}",
            Some(json!({
                "options": {
                    "logDriver": "journald", "storageDriver": "overlay2",
                    "daemon": {"settings": {"hosts": ["tcp://10.0.0.1:2376"]}},
                },
                "assume": [],
            })),
        );
        check(
            &FUNCTION,
            "{\"log-driver\": \"journald\", \"userns-remap\": \"default\", \"runtimes\": {\"nvidia\": {\"path\": \"x\"}}}",
            Some(json!({
                "options": {
                    "logDriver": "journald",
                    "daemon": {"settings": {"userns-remap": "default", "runtimes": {"nvidia": {"path": "x"}}}},
                },
                "assume": [
                    "the user `dockremap` is there, with subordinate ids (users.users.dockremap.subUidRanges and subGidRanges)",
                    "hardware.nvidia-container-toolkit.enable brings the runtime `nvidia`",
                ],
            })),
        );
        check(&FUNCTION, "[]", None);
    }
}
