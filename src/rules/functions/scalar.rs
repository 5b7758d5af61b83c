//! `scalar`: a whole number where the text is just that as a program would print it, else the text.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "scalar",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?.trim();
    Some(number(text).unwrap_or_else(|| text.into()))
}

/// The whole number that a text is.
pub(super) fn number(text: &str) -> Option<Value> {
    let number: i64 = text.parse().ok()?;
    // `010` and `+1` mean something else, or nothing, to what reads them.
    (number.to_string() == text).then(|| number.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn numbers_become_numbers() {
        check(&FUNCTION, " 1 ", Some(json!(1)));
        check(&FUNCTION, "010", Some(json!("010")));
        check(&FUNCTION, "4096 87380", Some(json!("4096 87380")));
    }
}
