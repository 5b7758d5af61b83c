//! `lines`: the lines of a text.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "lines",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let lines: Vec<&str> = value.as_str()?.lines().collect();
    Some(lines.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn a_last_break_makes_no_line() {
        check(&FUNCTION, "a\n\nb\n", Some(json!(["a", "", "b"])));
    }
}
