//! `key-value`: a line for each name, as `pkgs.formats.keyValue` writes it; a list is the name several times.

use serde_json::{Map, Value};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "key-value",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (name, value) in value.as_object()? {
        for value in each(value) {
            text += &format!("{name}={}\n", plain(value));
        }
    }
    Some(text)
}

/// Reads lines of a name and a value, with `=` or blanks between them.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, value),
            None => line.split_once([' ', '\t']).unwrap_or((line, "")),
        };
        let list = map
            .entry(name.trim())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value.trim().into());
        }
    }
    Ok(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn a_list_is_the_name_several_times() {
        check(
            &FORMAT,
            &json!({"a": [1, "x y"], "b": true}),
            "b = true\na=1\na = x y\n# c\n",
        );
    }
}
