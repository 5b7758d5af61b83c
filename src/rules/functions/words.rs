//! `words`: what white space divides.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "words",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let words: Vec<&str> = value.as_str()?.split_whitespace().collect();
    Some(words.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn white_space_divides() {
        check(&FUNCTION, " a  b\n", Some(json!(["a", "b"])));
    }
}
