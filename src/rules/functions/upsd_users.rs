//! `upsd-users`: the sections of an upsd.users, as `power.ups.users` takes them.
//!
//! Manual: upsd.users(5).

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "upsd-users",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut users: Map<String, Value> = Map::new();
    let mut user: Option<String> = None;
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            users.insert(name.to_owned(), json!({}));
            user = Some(name.to_owned());
            continue;
        }
        let fields = users.get_mut(user.as_ref()?)?.as_object_mut()?;
        let (key, value) = match line.split_once('=') {
            Some((key, value)) => (key.trim(), value.trim().trim_matches('"')),
            None => line.split_once(char::is_whitespace)?,
        };
        match (key, value.trim()) {
            ("password", value) => {
                fields.insert("password".to_owned(), value.into());
            }
            ("upsmon", value) => {
                let role = match value {
                    "master" | "primary" => "primary",
                    "slave" | "secondary" => "secondary",
                    _ => return None,
                };
                fields.insert("upsmon".to_owned(), role.into());
            }
            (key @ ("actions" | "instcmds"), value) => {
                let list = fields.entry(key).or_insert_with(|| json!([]));
                let words = value.split_whitespace().map(Value::from);
                list.as_array_mut()?.extend(words);
            }
            _ => return None,
        }
    }
    // The module writes a password for each.
    let has_password = |it: &Value| it.get("password").is_some();
    (!users.is_empty() && users.values().all(has_password)).then_some(Value::Object(users))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn each_section_is_a_user() {
        check(
            &FUNCTION,
            "[a]\n  password = p\n  upsmon master\n[b]\n  password = \"q\"\n  actions = SET\n  instcmds = ALL\n",
            Some(json!({
                "a": { "password": "p", "upsmon": "primary" },
                "b": { "password": "q", "actions": ["SET"], "instcmds": ["ALL"] },
            })),
        );
        check(&FUNCTION, "[a]\n  upsmon master\n", None);
        check(&FUNCTION, "password = p\n", None);
    }
}
