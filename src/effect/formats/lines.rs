//! `lines`: text that the module takes as it is; comments after `#` at the start of a line and blank lines mean nothing.

use serde_json::Value;

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "lines",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Array(lines) => Some(lines.iter().map(|line| plain(line) + "\n").collect()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Some(plain(value))
        }
    }
}

fn tree(text: &str) -> Result<Value, String> {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn blanks_and_comments_mean_nothing() {
        check(&FORMAT, &json!("a  b\nc\n"), "# x\na b\n\n\tc\n");
    }
}
