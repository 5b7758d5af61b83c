//! `alertmanager-yml`: alertmanager.yml as `services.prometheus.alertmanager.configuration`.
//!
//! Manual: <https://prometheus.io/docs/alerting/latest/configuration/>
//!
//! nixos/modules/services/monitoring/prometheus/alertmanager.nix puts variables in while the program starts, so a dollar of
//! the text is two there; and what the program reads lies in another folder, so names of files are absolute here.

use serde_json::Value;

use super::prometheus_yml::settled;
use super::{Function, yaml};

pub(super) static FUNCTION: Function = Function {
    name: "alertmanager-yml",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let file = (yaml::FUNCTION.call)(value)?;
    Some(doubled(&settled(
        &file,
        "/etc/alertmanager",
        &["templates"],
    )))
}

fn doubled(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace('$', "$$").into(),
        Value::Array(list) => list.iter().map(doubled).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            let doubled = fields.map(|(name, it)| (name.replace('$', "$$"), doubled(it)));
            Value::Object(doubled.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn a_dollar_is_two() {
        check(
            &FUNCTION,
            "templates: ['*.tmpl', /x/*.tmpl]\nroute: {receiver: a$b}\n",
            Some(json!({
                "templates": ["/etc/alertmanager/*.tmpl", "/x/*.tmpl"],
                "route": {"receiver": "a$$b"},
            })),
        );
    }
}
