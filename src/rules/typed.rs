//! Values that a program reads from YAML, as the types of an option ask for them.
//!
//! A program of Go reads `port: 9100` into a field of text as well as `port: "9100"`; Nix tells the two apart. What the
//! option has no name for, or no type, has no answer: then the text has to stay as it is.

use serde_json::{Map, Value};

use crate::schema::{self, Found, Literal, Type};

/// Returns a value as the option at a path takes it; none where the option does not.
pub(super) fn typed(path: &[String], value: &Value) -> Option<Value> {
    let Some(Found::Option(option)) = schema::lookup(path) else {
        return None;
    };
    fit(&option.kind, path, value)
}

fn fit(kind: &Type, path: &[String], value: &Value) -> Option<Value> {
    match kind {
        Type::Anything | Type::Data => Some(value.clone()),
        Type::Null => value.is_null().then_some(Value::Null),
        Type::Bool => value.is_boolean().then(|| value.clone()),
        Type::Int(_) => value.is_i64().then(|| value.clone()),
        Type::Float(_) => value.is_number().then(|| value.clone()),
        Type::Atom => (!value.is_array() && !value.is_object()).then(|| value.clone()),
        Type::Str(_) | Type::Path(_) => text(value),
        Type::List(element) | Type::NonEmptyList(element) => {
            let list = value.as_array()?.iter();
            let below = child(path, "*");
            list.map(|it| fit(element, &below, it)).collect()
        }
        Type::Attrs(element) => {
            let fields = value.as_object()?.iter();
            let fitted = fields.map(|(name, it)| {
                let value = fit(element, &child(path, name), it)?;
                Some((name.clone(), value))
            });
            fitted
                .collect::<Option<Map<String, Value>>>()
                .map(Value::Object)
        }
        Type::Submodule(_) => submodule(path, value),
        Type::Enum(literals) => {
            let found = value.as_str()?;
            let fits = |it: &Literal| matches!(it, Literal::Str(own) if own == found);
            literals.iter().any(fits).then(|| value.clone())
        }
        Type::Either(kinds) => kinds.iter().find_map(|it| fit(it, path, value)),
        Type::Package | Type::Function => None,
    }
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Bool(it) => Some(it.to_string().into()),
        // What stood there of a fraction is not known: 1.10 is 1.1 here.
        Value::Number(it) => it.as_i64().map(|it| it.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A name without a value is as if it were not there.
fn submodule(path: &[String], value: &Value) -> Option<Value> {
    let mut fields = Map::new();
    for (name, value) in value.as_object()? {
        let value = typed(&child(path, name), value)?;
        if !value.is_null() {
            fields.insert(name.clone(), value);
        }
    }
    let is_missing = |name: &&str| {
        let names: Vec<&str> = path.iter().map(String::as_str).chain([*name]).collect();
        schema::is_required(&names) && !fields.contains_key(*name)
    };
    let missing = schema::children(path).iter().any(is_missing);
    (!missing).then_some(Value::Object(fields))
}

pub(super) fn child(path: &[String], name: &str) -> Vec<String> {
    let mut path = path.to_vec();
    path.push(name.to_owned());
    path
}

#[cfg(test)]
mod tests {
    use super::typed;
    use serde_json::{Value, json};

    fn check(option: &str, value: Value, expected: Option<Value>) {
        let path: Vec<String> = option.split('.').map(str::to_owned).collect();
        assert_eq!(typed(&path, &value), expected, "{option} {value}");
    }

    #[test]
    fn scalars_become_what_the_option_takes() {
        let jobs = "services.prometheus.scrapeConfigs";
        check(
            jobs,
            json!([{"job_name": 1, "sample_limit": 5, "params": {"a": [1, "b"]}, "scheme": "http"}]),
            Some(
                json!([{"job_name": "1", "sample_limit": 5, "params": {"a": ["1", "b"]}, "scheme": "http"}]),
            ),
        );
        check(
            jobs,
            json!([{"job_name": "x", "tls_config": null}]),
            Some(json!([{"job_name": "x"}])),
        );
        check(jobs, json!([{"job_name": "x", "unheard_of": 1}]), None);
        check(jobs, json!([{"job_name": "x", "scheme": "ftp"}]), None);
        check(jobs, json!([{"metrics_path": "/x"}]), None);
        check(jobs, json!([{"job_name": 1.5}]), None);
    }
}
