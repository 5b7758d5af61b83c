//! `prometheus`: prometheus.yml, as nixos/modules/services/monitoring/prometheus/default.nix writes it from its options
//! (`promConfig`, and `filterValidPrometheus`, which leaves out what is null).
//!
//! What is empty says as much as what is not there, and a scalar is the text that stands there: each field of Prometheus
//! has one type, and its reader of YAML takes `1` for a text where that is one.

use serde_json::{Map, Value, json};

use super::{Format, yaml};

pub(super) static FORMAT: Format = Format {
    name: "prometheus",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let option = |name: &str| value.get(name).cloned().unwrap_or_default();
    if let Value::String(text) = option("configText") {
        return Some(text);
    }
    let file = json!({
        "alerting": { "alertmanagers": option("alertmanagers") },
        "global": option("globalConfig"),
        "remote_read": option("remoteRead"),
        "remote_write": option("remoteWrite"),
        "rule_files": option("ruleFiles"),
        "scrape_configs": option("scrapeConfigs"),
    });
    Some(file.to_string())
}

fn tree(text: &str) -> Result<Value, String> {
    (yaml::FORMAT.tree)(text).map(|it| plain("", &it).unwrap_or_default())
}

/// Returns the value of a name without what says nothing; names of files are those of the folder of prometheus.yml.
fn plain(name: &str, value: &Value) -> Option<Value> {
    let is_file =
        name.ends_with("_file") || matches!(name, "files" | "rule_files" | "scrape_config_files");
    match value {
        Value::Null => None,
        Value::Bool(_) | Value::Number(_) => Some(value.to_string().into()),
        Value::String(path) if is_file && !path.starts_with('/') => {
            Some(format!("/etc/prometheus/{path}").into())
        }
        Value::String(_) => Some(value.clone()),
        Value::Array(list) => {
            let list = list.iter().filter_map(|it| plain(name, it));
            let list: Vec<Value> = list.collect();
            (!list.is_empty()).then(|| list.into())
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.filter_map(|(name, it)| Some((name.clone(), plain(name, it)?)));
            let fields: Map<String, Value> = fields.collect();
            (!fields.is_empty()).then_some(Value::Object(fields))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn options_are_the_parts_of_the_file() {
        check(
            &FORMAT,
            &json!({"globalConfig": {"scrape_interval": "1m"}, "alertmanagers": [], "ruleFiles": ["/a"]}),
            "global:\n  scrape_interval: 1m\nrule_files: [/a]\nscrape_configs: []\n",
        );
        check(
            &FORMAT,
            &json!({"configText": "tracing: {}\nx: 1\n"}),
            "x: 1\n",
        );
    }
}
