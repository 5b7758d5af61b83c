//! `commented-json`: the value that a JSON text says, which may have comments, as Kea's.

use serde_json::Value;

use super::Function;
use crate::syntax::commented_json;

pub(super) static FUNCTION: Function = Function {
    name: "commented-json",
    call,
};

fn call(value: &Value) -> Option<Value> {
    commented_json::read(value.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn comments_say_nothing() {
        check(
            &FUNCTION,
            "# a\n{ // b\n \"x\": \"# \\\" // c\", /* d\n */ \"y\": 1 }\n",
            Some(json!({"x": "# \" // c", "y": 1})),
        );
        check(&FUNCTION, "{a}", None);
    }
}
