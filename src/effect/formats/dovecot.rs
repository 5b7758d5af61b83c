//! `dovecot`: a dovecot.conf as nixos/modules/services/mail/dovecot.nix writes it from `settings` (lines 99 to 182): the
//! versions, what has values by name, then sections by name.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Format;
use crate::syntax::dovecot_conf::{self, Node, unquoted};

pub(super) static FORMAT: Format = Format {
    name: "dovecot",
    write,
    tree,
};

const VERSIONS: [&str; 2] = ["dovecot_config_version", "dovecot_storage_version"];

fn write(value: &Value) -> Option<String> {
    let settings = value.as_object()?;
    let mut out = String::new();
    for version in VERSIONS {
        if let Some(value) = settings.get(version) {
            lines_of(version, value, 0, &mut out);
        }
    }
    let rest = settings.iter();
    let rest: Map<String, Value> = rest
        .filter(|(name, _)| !VERSIONS.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    block(&rest, 0, &mut out);
    Some(out)
}

fn block(settings: &Map<String, Value>, depth: usize, out: &mut String) {
    let mut names: Vec<&String> = settings.keys().collect();
    names.sort();
    for name in &names {
        lines_of(name, &settings[*name], depth, out);
    }
    for name in names {
        let values = match &settings[name] {
            Value::Array(list) => list.as_slice(),
            other => std::slice::from_ref(other),
        };
        for section in values.iter().filter_map(Value::as_object) {
            let indent = "  ".repeat(depth);
            let own = section.get("_section").and_then(Value::as_object);
            let head = match own {
                Some(own) => {
                    let words = ["type", "name"]
                        .iter()
                        .filter_map(|it| own.get(*it)?.as_str());
                    words.collect::<Vec<&str>>().join(" ")
                }
                None => name.clone(),
            };
            let _ = writeln!(out, "{indent}{head} {{");
            let inner = section.iter().filter(|(name, _)| *name != "_section");
            let inner: Map<String, Value> = inner.map(|(a, b)| (a.clone(), b.clone())).collect();
            block(&inner, depth + 1, out);
            let _ = writeln!(out, "{indent}}}");
        }
    }
}

/// The line of what is no section.
fn lines_of(name: &str, value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Null | Value::Object(_) => {}
        Value::Array(list) => {
            let plain: Vec<String> = list.iter().filter_map(primitive).collect();
            if !plain.is_empty() || list.is_empty() {
                let _ = writeln!(out, "{indent}{name} = {}", plain.join(" "));
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let value = primitive(value).unwrap_or_default();
            let _ = writeln!(out, "{indent}{name} = {value}");
        }
    }
}

fn primitive(value: &Value) -> Option<String> {
    match value {
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Null | Value::Object(_) | Value::Array(_) => None,
        Value::Number(_) | Value::String(_) => Some(super::plain(value)),
    }
}

/// Reads what dovecot heeds: the last value of a setting, with what `$name` stood for; sections of one name are one,
/// and those without a name stand in their order.
fn tree(text: &str) -> Result<Value, String> {
    let nodes =
        dovecot_conf::read(text).map_err(|it| format!("line {}: {}", it.place.line, it.why))?;
    let mut out = Map::new();
    put(&nodes, &Map::new(), &mut out);
    // What dovecot has where nothing says otherwise, as far as the module says it always.
    for (name, value) in [
        ("auth_mechanisms", "plain"),
        ("maildir_copy_with_hardlinks", "yes"),
    ] {
        out.entry(name).or_insert(value.into());
    }
    Ok(out.into())
}

fn put(nodes: &[Node], outside: &Map<String, Value>, out: &mut Map<String, Value>) {
    for node in nodes {
        match node {
            Node::Include { path, .. } => {
                let list = out.entry("!include").or_insert_with(|| json!([]));
                if let Value::Array(list) = list {
                    list.push(path.as_str().into());
                }
            }
            Node::Setting { name, value } => {
                let reference = format!("${name}");
                let value = unquoted(value);
                let so_far = out.get(name).or_else(|| outside.get(name));
                let so_far = so_far.and_then(Value::as_str).unwrap_or_default();
                let value = value.replace(&reference, so_far);
                let words: Vec<&str> = value.split_whitespace().collect();
                out.insert(name.clone(), words.join(" ").into());
            }
            Node::Section { head, nodes } => {
                let outside = out.clone();
                if dovecot_conf::is_one_of_many(head) {
                    let mut inner = Map::new();
                    put(nodes, &outside, &mut inner);
                    let list = out.entry(head.clone()).or_insert_with(|| json!([]));
                    if let Value::Array(list) = list {
                        list.push(inner.into());
                    }
                    continue;
                }
                let section = out.entry(head.clone()).or_insert_with(|| json!({}));
                let mut is_empty = false;
                if let Value::Object(section) = section {
                    put(nodes, &outside, section);
                    is_empty = section.is_empty();
                }
                if is_empty && !dovecot_conf::makes_something(head) {
                    out.shift_remove(head);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn values_come_first_and_sections_without_a_name_keep_their_order() {
        check(
            &FORMAT,
            &json!({
                "ssl": true, "protocols": ["imap", "lmtp"], "mail_plugins": "$mail_plugins quota",
                "protocol lmtp": {"mail_plugins": "$mail_plugins sieve"},
                "passdb": [{"driver": "sql", "args": "/a"}, {"driver": "pam"}],
                "service auth": {"unix_listener a": {"mode": "0660"}},
            }),
            "mail_plugins = quota\nprotocols = imap lmtp\nprotocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\n\
             service auth {\n  unix_listener a {\n    mode = 0660\n  }\n}\nssl = yes\n\
             passdb {\n  driver = sql\n  args = /a\n}\npassdb {\n  driver = pam\n}\n",
        );
    }
}
