//! `key-values`: lines of `key=value`, or of `key` alone, which is `true`; a key given more than once is a list.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "key-values",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut fields: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (key, value): (&str, Value) = match line.split_once('=') {
            Some((key, value)) => (key.trim(), value.trim().into()),
            None => (line, true.into()),
        };
        if key.is_empty() || key.contains(char::is_whitespace) {
            return None;
        }
        match fields.get_mut(key) {
            None => {
                fields.insert(key.to_owned(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = vec![first.take(), value].into(),
        }
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn keys_alone_are_true() {
        check(
            &FUNCTION,
            "# x\nbogus-priv\nserver=192.0.2.1\nserver = 192.0.2.2\n",
            Some(json!({"bogus-priv": true, "server": ["192.0.2.1", "192.0.2.2"]})),
        );
        check(&FUNCTION, "two words\n", None);
    }
}
