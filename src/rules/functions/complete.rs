//! `complete`: a text that names no variable of the environment (`${NAME}`), which NixOS's unit would not have.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "complete",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    (!text.contains("${")).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn a_text_with_variables_has_no_answer() {
        check(&FUNCTION, "a", Some(json!("a")));
        check(&FUNCTION, "${A}", None);
    }
}
