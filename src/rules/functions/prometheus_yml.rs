//! `prometheus-yml`: prometheus.yml as options of `services.prometheus`; `prometheus-text`: as its `configText`.
//!
//! Manual: <https://prometheus.io/docs/prometheus/latest/configuration/configuration/>
//!
//! Follows nixos/modules/services/monitoring/prometheus/default.nix, which writes what its options have names for. A text
//! that says more stays a text. A name of a file is relative to the folder of prometheus.yml there, and here absolute.
//! `promtool` checks the text while the system is built, where the machine's own files are not.

use serde_json::{Map, Value, json};

use super::{Function, yaml};
use crate::rules::typed::typed;

pub(super) static OPTIONS: Function = Function {
    name: "prometheus-yml",
    call: options,
};

pub(super) static TEXT: Function = Function {
    name: "prometheus-text",
    call: text,
};

/// The parts of the file that are options, and those.
const PARTS: [(&str, &str); 4] = [
    ("global", "globalConfig"),
    ("scrape_configs", "scrapeConfigs"),
    ("remote_write", "remoteWrite"),
    ("remote_read", "remoteRead"),
];

/// Values that are files of the machine once they are no longer in the text.
const SECRETS: [&str; 5] = [
    "bearer_token",
    "client_secret",
    "credentials",
    "password",
    "secret_key",
];

/// Lists of names of files.
const FILES: [&str; 3] = ["files", "rule_files", "scrape_config_files"];

const FOLDER: &str = "/etc/prometheus";

fn options(value: &Value) -> Option<Value> {
    let file = settled(&(yaml::FUNCTION.call)(value)?, FOLDER, &FILES);
    let mut options: Map<String, Value> = Map::new();
    for (name, value) in file.as_object()? {
        if value.is_null() {
            continue;
        }
        if let Some((_, option)) = PARTS.iter().find(|(part, _)| part == name) {
            let path = ["services", "prometheus", option].map(str::to_owned);
            options.insert((*option).to_owned(), typed(&path, value)?);
            continue;
        }
        match name.as_str() {
            "alerting" => {
                let alerting = value.as_object()?;
                let is_other =
                    |(name, value): (&String, &Value)| name != "alertmanagers" && !value.is_null();
                if alerting.iter().any(is_other) {
                    return None;
                }
                if let Some(list) = alerting.get("alertmanagers").filter(|it| !it.is_null()) {
                    list.as_array()?
                        .iter()
                        .all(Value::is_object)
                        .then_some(())?;
                    options.insert("alertmanagers".to_owned(), list.clone());
                }
            }
            "rule_files" => {
                let files = value.as_array()?;
                files.iter().all(Value::is_string).then_some(())?;
                if !files.is_empty() {
                    options.insert("ruleFiles".to_owned(), value.clone());
                }
            }
            // What the flag says, too.
            "storage" => {
                let time = only(only(only(value, "tsdb")?, "retention")?, "time")?;
                options.insert("retentionTime".to_owned(), time.as_str()?.into());
            }
            _ => return None,
        }
    }
    if names_files(&file) {
        options.insert("checkConfig".to_owned(), "syntax-only".into());
    }
    (!options.is_empty()).then_some(Value::Object(options))
}

fn text(value: &Value) -> Option<Value> {
    let file = (yaml::FUNCTION.call)(value)?;
    // Names without a folder would be those of files beside the text, which is in the store.
    let mut options = match settled(&file, FOLDER, &FILES) {
        settled if settled == file => json!({ "configText": value }),
        settled => json!({ "configText": serde_yaml::to_string(&settled).ok()? }),
    };
    if names_files(&file) || file.get("rule_files").is_some_and(|it| !it.is_null()) {
        options["checkConfig"] = "syntax-only".into();
    }
    Some(options)
}

/// The value of the only name of a mapping.
fn only<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = value.as_object()?;
    fields.get(name).filter(|_| fields.len() == 1)
}

/// Returns a value in which names of files do not hang on where the text is: those of `folder`, in lists of these names.
pub(super) fn settled(value: &Value, folder: &str, lists: &[&str]) -> Value {
    match value {
        Value::Object(fields) => {
            let settled = fields.iter().map(|(name, value)| {
                let is_file = name.ends_with("_file") || lists.contains(&name.as_str());
                let value = if is_file {
                    absolute(value, folder)
                } else {
                    settled(value, folder, lists)
                };
                (name.clone(), value)
            });
            Value::Object(settled.collect())
        }
        Value::Array(list) => list.iter().map(|it| settled(it, folder, lists)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn absolute(value: &Value, folder: &str) -> Value {
    match value {
        Value::String(path) if !path.starts_with('/') && !path.is_empty() => {
            format!("{folder}/{}", path.trim_start_matches("./")).into()
        }
        Value::Array(list) => list.iter().map(|it| absolute(it, folder)).collect(),
        other => other.clone(),
    }
}

/// Tells whether a value names files of the machine, or holds what will be one.
fn names_files(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            name.ends_with("_file") || SECRETS.contains(&name.as_str()) || names_files(value)
        }),
        Value::Array(list) => list.iter().any(names_files),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{OPTIONS, TEXT};
    use serde_json::json;

    #[test]
    fn parts_are_options() {
        check(
            &OPTIONS,
            "global:\n  scrape_interval: 15s\n  external_labels: {port: 1}\nscrape_configs:\n- job_name: x\n  \
             static_configs:\n  - targets: ['a:1']\nrule_files: [a.yml, /b/*.yml]\nalerting:\n  alertmanagers:\n  - \
             static_configs:\n    - targets: [b]\nstorage:\n  tsdb: {retention: {time: 9d}}\nremote_read:\n",
            Some(json!({
                "globalConfig": {"scrape_interval": "15s", "external_labels": {"port": "1"}},
                "scrapeConfigs": [{"job_name": "x", "static_configs": [{"targets": ["a:1"]}]}],
                "ruleFiles": ["/etc/prometheus/a.yml", "/b/*.yml"],
                "alertmanagers": [{"static_configs": [{"targets": ["b"]}]}],
                "retentionTime": "9d",
            })),
        );
        check(
            &OPTIONS,
            "scrape_configs:\n- job_name: x\n  bearer_token_file: /a\n",
            Some(json!({
                "scrapeConfigs": [{"job_name": "x", "bearer_token_file": "/a"}],
                "checkConfig": "syntax-only",
            })),
        );
    }

    #[test]
    fn what_has_no_option_stays_a_text() {
        for text in [
            "tracing: {endpoint: a}\n",
            "storage: {tsdb: {out_of_order_time_window: 1m}}\n",
            "alerting: {alert_relabel_configs: [{action: drop}]}\n",
            "scrape_configs: [{job_name: x, native_histogram_bucket_limit: 1}]\n",
        ] {
            check(&OPTIONS, text, None);
            check(&TEXT, text, Some(json!({ "configText": text })));
        }
        check(
            &TEXT,
            "rule_files: [x]\ntracing: {endpoint: a}\n",
            Some(json!({
                "configText": "rule_files:\n- /etc/prometheus/x\ntracing:\n  endpoint: a\n",
                "checkConfig": "syntax-only",
            })),
        );
        check(
            &TEXT,
            "rule_files: [/x]\n",
            Some(json!({"configText": "rule_files: [/x]\n", "checkConfig": "syntax-only"})),
        );
        check(&TEXT, "x: [\n", None);
    }
}
