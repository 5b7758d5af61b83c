//! `trim`: a text without the white space around it; an empty one has no answer.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function { name: "trim", call };

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn an_empty_text_has_no_answer() {
        check(&FUNCTION, " a b\n", Some(json!("a b")));
        check(&FUNCTION, "\n", None);
    }
}
