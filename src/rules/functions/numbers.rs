//! `numbers`: the fields of a table that are whole numbers as text become numbers.

use serde_json::Value;

use super::{Function, scalar};

pub(super) static FUNCTION: Function = Function {
    name: "numbers",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let fields = value.as_object()?.iter();
    let fields = fields.map(|(name, value)| {
        let value = (scalar::FUNCTION.call)(value).unwrap_or_else(|| value.clone());
        (name.clone(), value)
    });
    Some(Value::Object(fields.collect()))
}

#[cfg(test)]
mod tests {
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_whole_numbers_become_numbers() {
        let got = (FUNCTION.call)(&json!({"a": "1", "b": "x", "c": true}));
        assert_eq!(got, Some(json!({"a": 1, "b": "x", "c": true})));
    }
}
