//! `registries`: registries.conf as nixos/modules/virtualisation/containers.nix writes it (lines 117 to 119): the lists of
//! version 1. Version 2 says the same of each registry.

use serde_json::{Map, Value, json};

use super::Format;

pub(super) static FORMAT: Format = Format {
    name: "registries",
    write,
    tree,
};

const LISTS: [&str; 3] = ["search", "insecure", "block"];

fn write(value: &Value) -> Option<String> {
    let lists = value.as_object()?;
    let lists: Map<String, Value> = lists
        .iter()
        .map(|(name, list)| (name.clone(), json!({ "registries": list })))
        .collect();
    toml::to_string(&json!({ "registries": lists })).ok()
}

fn tree(text: &str) -> Result<Value, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let value = serde_json::to_value(table).map_err(|error| error.to_string())?;
    let mut out: Map<String, Value> = Map::new();
    for name in LISTS {
        out.insert(name.to_owned(), json!([]));
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("unqualified-search-registries", list) => {
                out.insert("search".to_owned(), list.clone());
            }
            ("registries", Value::Object(lists)) => {
                for (name, list) in lists {
                    let own = list.get("registries").cloned();
                    out.insert(name.clone(), own.unwrap_or_else(|| json!([])));
                }
            }
            ("registry", Value::Array(registries)) => {
                for registry in registries {
                    one(registry, &mut out);
                }
            }
            (name, value) => {
                out.insert(name.to_owned(), value.clone());
            }
        }
    }
    Ok(out.into())
}

/// A registry of version 2: what it says besides its place, and of which kind.
fn one(registry: &Value, out: &mut Map<String, Value>) {
    let place = registry
        .get("location")
        .or_else(|| registry.get("prefix"))
        .cloned()
        .unwrap_or(Value::Null);
    for (name, value) in registry.as_object().into_iter().flatten() {
        let list = match name.as_str() {
            "insecure" => "insecure",
            "blocked" => "block",
            _ if *value == place => continue,
            other => {
                out.insert(format!("{place} {other}"), value.clone());
                continue;
            }
        };
        if let (Value::Bool(true), Some(Value::Array(list))) = (value, out.get_mut(list)) {
            list.push(place.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn both_versions_say_the_same() {
        check(
            &FORMAT,
            &json!({"search": ["docker.io"], "insecure": ["a:5000"]}),
            "unqualified-search-registries = ['docker.io']\n[[registry]]\nlocation = 'a:5000'\ninsecure = true\n",
        );
    }
}
