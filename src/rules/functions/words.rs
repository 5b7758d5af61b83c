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

/// `arguments`: words as they stand in a variable of start options; one with quotes or variables has no answer.
pub(super) static ARGUMENTS: Function = Function {
    name: "arguments",
    call: |value| {
        let is_plain = !value.as_str()?.contains(['"', '\'', '\\', '$', '`', '%']);
        is_plain.then(|| call(value)).flatten()
    },
};

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{ARGUMENTS, FUNCTION};
    use serde_json::json;

    #[test]
    fn white_space_divides() {
        check(&FUNCTION, " a  b\n", Some(json!(["a", "b"])));
        check(&ARGUMENTS, "-a b", Some(json!(["-a", "b"])));
        check(&ARGUMENTS, "-a 'b c'", None);
    }
}
