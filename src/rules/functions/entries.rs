//! `entries`: the lines of a text that say something: comments with `#` and empty lines are left out.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "entries",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let lines: Vec<&str> = value
        .as_str()?
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    Some(lines.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn comments_are_left_out() {
        check(&FUNCTION, "# a\n\n b \n", Some(json!(["b"])));
    }
}
