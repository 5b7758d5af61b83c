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

/// `names`: the same, where each line is one word.
pub(super) static NAMES: Function = Function {
    name: "names",
    call: |value| {
        let lines = call(value)?;
        let is_word = |it: &Value| it.as_str().is_some_and(|it| !it.contains([' ', '\t']));
        let all = lines.as_array()?;
        (!all.is_empty() && all.iter().all(is_word)).then_some(lines)
    },
};

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{FUNCTION, NAMES};
    use serde_json::json;

    #[test]
    fn comments_are_left_out() {
        check(&FUNCTION, "# a\n\n b \n", Some(json!(["b"])));
        check(&NAMES, "# a\nb\nc\n", Some(json!(["b", "c"])));
        check(&NAMES, "b x=1\n", None);
    }
}
