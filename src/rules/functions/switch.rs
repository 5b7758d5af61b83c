//! `switch`: what configuration files call on and off, as a truth value.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "switch",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?.trim().trim_end_matches(';');
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" | "1" | "enabled" => Some(true.into()),
        "no" | "false" | "off" | "0" | "disabled" => Some(false.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn a_switch_is_on_or_off() {
        check(&FUNCTION, "Yes", Some(json!(true)));
        check(&FUNCTION, "off;", Some(json!(false)));
        check(&FUNCTION, "2", None);
    }
}
