//! `toml`: the value that a TOML text says.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function { name: "toml", call };

fn call(value: &Value) -> Option<Value> {
    let table: toml::Table = value.as_str()?.parse().ok()?;
    // A date would become a table of its own kind.
    let has_date = has_date(&toml::Value::Table(table.clone()));
    (!has_date).then(|| serde_json::to_value(table).ok())?
}

fn has_date(value: &toml::Value) -> bool {
    match value {
        toml::Value::Datetime(_) => true,
        toml::Value::Array(list) => list.iter().any(has_date),
        toml::Value::Table(table) => table.values().any(has_date),
        toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn tables_become_tables() {
        check(&FUNCTION, "[a]\nb = 1\n", Some(json!({"a": {"b": 1}})));
        check(&FUNCTION, "a = 2020-01-01\n", None);
        check(&FUNCTION, "a =\n", None);
    }
}
