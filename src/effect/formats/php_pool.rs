//! `php-pool`: the file of a pool of php-fpm, as nixos/modules/services/web-servers/phpfpm/default.nix writes it from the
//! pool's options (lines 13 to 41, 199 to 203).

use serde_json::{Map, Value, json};

use super::Format;

pub(super) static FORMAT: Format = Format {
    name: "php-pool",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let user = options.get("user")?;
    let group = options.get("group").unwrap_or(user);
    let mut settings = json!({ "user": user, "group": group, "listen": "/run/phpfpm" });
    if let (Some(Value::Object(own)), Some(all)) =
        (options.get("settings"), settings.as_object_mut())
    {
        all.extend(own.clone());
    }
    let mut text = "[pool]\n".to_owned();
    for (name, value) in settings.as_object()? {
        text += &format!("{name} = {}\n", written(value));
    }
    let environment = options.get("phpEnv").and_then(Value::as_object);
    for (name, value) in environment.into_iter().flatten() {
        text += &format!("env[{name}] = {}\n", written(value));
    }
    Some(text)
}

fn written(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{text}\"")
        }
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Reads names and values as PHP's reader of ini does: truth without quotes is another value than the word in quotes.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with([';', '#', '[']) {
            continue;
        }
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| format!("`{line}` has no `=`"))?;
        let value = value.trim();
        let value = match value.strip_prefix('"').and_then(|it| it.rsplit_once('"')) {
            Some((inner, _)) => inner.replace("\\\"", "\"").replace("\\\\", "\\").into(),
            None => {
                let value = value.split(';').next().unwrap_or_default().trim();
                match value.to_lowercase().as_str() {
                    "on" | "yes" | "true" => json!(true),
                    "off" | "no" | "false" => json!(false),
                    _ => value.into(),
                }
            }
        };
        map.insert(name.trim().to_owned(), value);
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn truth_is_not_a_text() {
        check(
            &FORMAT,
            &json!({"user": "u", "settings": {"listen": "/s", "pm.max_children": 5, "a": true, "b": "x \"y\""}, "phpEnv": {"T": "/tmp"}}),
            "[www]\nuser = u\ngroup = u\nlisten = /s\npm.max_children = 5\na = on ; z\nb = \"x \\\"y\\\"\"\nenv[T] = /tmp\n",
        );
        assert_ne!((FORMAT.tree)("a = yes\n"), (FORMAT.tree)("a = \"yes\"\n"));
    }
}
