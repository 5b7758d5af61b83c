//! `unbound`: unbound.conf as nixos/modules/services/networking/unbound.nix writes it from `services.unbound.settings`.
//!
//! Manual: unbound.conf(5). In the tree are the clauses: of those that may be there several times a list, of the others
//! one, and in each a list for each attribute. Yes and no, numbers and words in quotes are what they say.

use serde_json::{Map, Value};

use super::{Format, each};

pub(super) static FORMAT: Format = Format {
    name: "unbound",
    write,
    tree,
};

/// What the module sets besides, where the plan does not (unbound.nix, `services.unbound.settings`).
const OWN: [(&str, &str); 11] = [
    ("access-control", "127.0.0.0/8 allow"),
    ("access-control", "::1/128 allow"),
    ("auto-trust-anchor-file", "/var/lib/unbound/root.key"),
    ("chroot", "\"\""),
    ("directory", "/var/lib/unbound"),
    ("do-daemonize", "no"),
    ("interface", "127.0.0.1"),
    ("interface", "::1"),
    ("ip-freebind", "yes"),
    ("pidfile", "\"\""),
    ("username", "\"\""),
];

const MANY: [&str; 6] = [
    "auth-zone",
    "forward-zone",
    "python",
    "rpz",
    "stub-zone",
    "view",
];

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let empty = Value::Object(Map::new());
    let server = own.get("server").unwrap_or(&empty);
    let mut text = clause("server", server)?;
    for (name, value) in OWN {
        if server.get(name).is_none() {
            text += &format!("  {name}: {value}\n");
        }
    }
    for (name, value) in own.iter().filter(|(name, _)| *name != "server") {
        for value in each(value) {
            text += &match value {
                Value::Object(_) => clause(name, value)?,
                other => format!("{name}: {}\n", scalar(other)),
            };
        }
    }
    Some(text)
}

fn clause(name: &str, value: &Value) -> Option<String> {
    let mut text = format!("{name}:\n");
    for (name, value) in value.as_object()? {
        for value in each(value) {
            text += &format!("  {name}: {}\n", scalar(value));
        }
    }
    Some(text)
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => super::plain(other),
    }
}

fn tree(text: &str) -> Result<Value, String> {
    let mut root: Map<String, Value> = Map::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default();
        let line = line.split("\t#").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| format!("`{line}` is no attribute"))?;
        let (name, value) = (name.trim(), value.trim().trim_matches('"'));
        // The files of the folder are read by themselves.
        if name.starts_with("include") && value.starts_with("/etc/unbound/unbound.conf.d/") {
            continue;
        }
        if value.is_empty() && !line.ends_with('"') {
            let many = MANY.contains(&name);
            let place = root.entry(name).or_insert_with(|| match many {
                true => Value::Array(Vec::new()),
                false => Value::Object(Map::new()),
            });
            if let Value::Array(list) = place {
                list.push(Value::Object(Map::new()));
            }
            open = Some(name.to_owned());
            continue;
        }
        let place = open.as_ref().and_then(|name| root.get_mut(name));
        let place = match place {
            Some(Value::Array(list)) => list.last_mut(),
            other => other,
        };
        let Some(Value::Object(place)) = place else {
            return Err(format!("`{name}` stands in no clause"));
        };
        let list = place
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value.into());
        }
    }
    Ok(Value::Object(root))
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, tree};
    use serde_json::json;

    #[test]
    fn clauses_are_read_with_their_attributes() {
        let text = (FORMAT.write)(&json!({
            "server": { "port": 5353, "interface": ["a", "b"], "prefetch": true },
            "forward-zone": [{ "name": "." }],
        }));
        let found = tree(&text.unwrap()).unwrap();
        assert_eq!(found["server"]["interface"], json!(["a", "b"]));
        assert_eq!(found["server"]["prefetch"], json!(["yes"]));
        assert_eq!(found["forward-zone"], json!([{ "name": ["."] }]));
        assert!(tree("words\n").is_err());
    }
}
