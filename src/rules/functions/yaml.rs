//! `yaml`: the value that a YAML text says.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function { name: "yaml", call };

fn call(value: &Value) -> Option<Value> {
    let value: Value = serde_yaml::from_str(value.as_str()?).ok()?;
    value.is_object().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_mappings_have_an_answer() {
        check(&FUNCTION, "a: [1, x]\n", Some(json!({"a": [1, "x"]})));
        check(&FUNCTION, "words\n", None);
    }
}
