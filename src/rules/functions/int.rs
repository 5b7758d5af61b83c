//! `int`: a whole number that is written as text.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function { name: "int", call };

fn call(value: &Value) -> Option<Value> {
    if value.is_i64() {
        return Some(value.clone());
    }
    let number: i64 = value.as_str()?.trim().parse().ok()?;
    Some(number.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_whole_numbers() {
        check(&FUNCTION, "42", Some(json!(42)));
        check(&FUNCTION, "4.2", None);
        check(&FUNCTION, "", None);
    }
}
