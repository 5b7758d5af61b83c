//! `alertmanager`: alertmanager.yml, as nixos/modules/services/monitoring/prometheus/alertmanager.nix writes it: JSON, in
//! which `envsubst` makes one dollar of two.
//!
//! Names of files are those of the folder of alertmanager.yml; what is empty says as much as what is not there.

use serde_json::{Map, Value};

use super::{Format, yaml};

pub(super) static FORMAT: Format = Format {
    name: "alertmanager",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string().replace("$$", "$"))
}

fn tree(text: &str) -> Result<Value, String> {
    (yaml::FORMAT.tree)(text).map(|it| settled("", &it))
}

fn settled(name: &str, value: &Value) -> Value {
    let is_file = name.ends_with("_file") || name == "templates";
    match value {
        Value::String(path) if is_file && !path.starts_with('/') => {
            format!("/etc/alertmanager/{path}").into()
        }
        Value::Array(list) => list.iter().map(|it| settled(name, it)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, it)| !it.is_null());
            let fields = fields.map(|(name, it)| (name.clone(), settled(name, it)));
            Value::Object(fields.collect::<Map<String, Value>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn variables_are_put_in() {
        check(
            &FORMAT,
            &json!({"route": {"receiver": "a$$b"}, "templates": ["/etc/alertmanager/x"]}),
            "route:\n  receiver: a$b\ntemplates: [x]\n",
        );
    }
}
