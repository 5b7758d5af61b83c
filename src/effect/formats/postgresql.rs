//! `postgresql`: postgresql.conf, as nixos/modules/services/databases/postgresql.nix writes it from its options (lines 46 to
//! 62, 742 to 748).

use serde_json::{Map, Value, json};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "postgresql",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let is_on = |name: &str| options.get(name) == Some(&json!(true));
    let listens = if is_on("enableTCPIP") {
        "*"
    } else {
        "localhost"
    };
    let jit = if is_on("enableJIT") { "on" } else { "off" };
    let mut settings: Map<String, Value> = Map::from_iter([
        ("listen_addresses".to_owned(), listens.into()),
        ("log_destination".to_owned(), "stderr".into()),
        ("jit".to_owned(), jit.into()),
    ]);
    if let Some(Value::Object(own)) = options.get("settings") {
        settings.extend(own.clone());
    }
    let mut text = String::new();
    for (name, value) in settings {
        let value = match &value {
            Value::Null => continue,
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::String(text) => format!("'{}'", text.replace('\'', "''")),
            Value::Number(_) | Value::Array(_) | Value::Object(_) => plain(&value),
        };
        text += &format!("{name} = {value}\n");
    }
    Some(text)
}

/// Reads names and values: the last one counts, truth has several names, and quotes mean nothing else.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let end = line.find(|c: char| c == '=' || c.is_whitespace());
        let (name, rest) = line.split_at(end.unwrap_or(line.len()));
        let rest = rest.trim_start();
        let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
        let value = match rest.strip_prefix('\'') {
            Some(quoted) => {
                // Two quotes are one; the first single one ends the text.
                let quoted = quoted.replace("''", "\u{0}");
                let (inner, _) = quoted
                    .split_once('\'')
                    .ok_or_else(|| format!("`{line}` does not end its quote"))?;
                inner.replace('\u{0}', "'")
            }
            None => {
                let end = rest.find(|c: char| c == '#' || c.is_whitespace());
                rest[..end.unwrap_or(rest.len())].to_owned()
            }
        };
        let value = match value.to_lowercase().as_str() {
            "on" | "yes" | "true" => "on".to_owned(),
            "off" | "no" | "false" => "off".to_owned(),
            _ => value,
        };
        map.insert(name.to_lowercase(), value.into());
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn options_are_written_as_settings() {
        check(
            &FORMAT,
            &json!({"enableTCPIP": true, "settings": {"a": "it's", "b": true, "c": 5, "log_destination": "syslog"}}),
            "listen_addresses = '*' # x\njit = off\nLOG_DESTINATION 'syslog'\na = 'it''s'\nb = on\nc=5\n",
        );
    }
}
