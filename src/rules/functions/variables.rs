//! `variables`: lines of `NAME=value`, as pam_env(8) and the files in /etc/default have them.
//!
//! A value with `$` or a back-quote hangs on other variables or commands, and has no answer; nor has `PATH`, which on
//! NixOS is made of profiles.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "variables",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut fields: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        let plain = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
        if name == "PATH" || name.is_empty() || !name.bytes().all(plain) {
            return None;
        }
        let value = unquoted(value.trim());
        if value.contains(['$', '`', '"', '\'']) {
            return None;
        }
        fields.insert(name.to_owned(), value.into());
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_plain_values_have_an_answer() {
        check(
            &FUNCTION,
            "A=1\nexport B=\"x y\"\n",
            Some(json!({"A": "1", "B": "x y"})),
        );
        check(&FUNCTION, "A=$B\n", None);
        check(&FUNCTION, "PATH=/usr/bin\n", None);
    }
}
