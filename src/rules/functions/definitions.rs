//! `definitions`: lines of a name and its value, with a blank between them, as in login.defs(5).

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "definitions",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut fields: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once(char::is_whitespace)?;
        let value = value.trim().trim_matches('"');
        // A number with a leading zero is octal, and stays the text that it is.
        let is_number = value == "0" || !value.starts_with('0');
        let value: Value = match value.parse::<i64>() {
            Ok(number) if is_number => number.into(),
            Ok(_) | Err(_) => value.into(),
        };
        fields.insert(name.to_owned(), value);
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn numbers_are_numbers_and_masks_are_texts() {
        check(
            &FUNCTION,
            "# x\nUMASK\t027\nUID_MIN 1000\nENCRYPT_METHOD SHA512\n",
            Some(json!({"UMASK": "027", "UID_MIN": 1000, "ENCRYPT_METHOD": "SHA512"})),
        );
        check(&FUNCTION, "UMASK\n", None);
    }
}
