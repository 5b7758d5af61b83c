//! `script`: a text that is run, as a file of the store.
//!
//! A text that names its interpreter by `#!` is one; NixOS's modules that take scripts see to the path behind it.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "script",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    text.starts_with("#!").then(|| json!({ "$script": text }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_what_names_its_interpreter_is_one() {
        check(
            &FUNCTION,
            "#!/bin/sh\nx\n",
            Some(json!({ "$script": "#!/bin/sh\nx\n" })),
        );
        check(&FUNCTION, "x\n", None);
    }
}
