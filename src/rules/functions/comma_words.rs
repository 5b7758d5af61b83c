//! `comma-words`: what commas divide, and white space around them.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "comma-words",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let words = value.as_str()?.split(',').map(str::trim);
    let words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
    Some(words.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn commas_divide() {
        check(&FUNCTION, "eth0, eth1", Some(json!(["eth0", "eth1"])));
    }
}
