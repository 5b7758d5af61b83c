//! `json`: the value that a JSON text says.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function { name: "json", call };

fn call(value: &Value) -> Option<Value> {
    serde_json::from_str(value.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_is_no_json_has_no_answer() {
        check(&FUNCTION, "{\"a\": [1]}", Some(json!({"a": [1]})));
        check(&FUNCTION, "{a}", None);
    }
}
