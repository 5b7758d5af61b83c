//! `uncommented`: a text without its empty lines and the comments that stand on lines of their own.
//!
//! A line that goes on in the next (`\`) is no comment's begin, and what stands behind it belongs to it.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "uncommented",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut text = String::new();
    let mut goes_on = false;
    for line in value.as_str()?.lines() {
        let bare = line.trim();
        if !goes_on && (bare.is_empty() || bare.starts_with('#')) {
            continue;
        }
        goes_on = line.ends_with('\\');
        text.push_str(line.trim_end());
        text.push('\n');
    }
    (!text.is_empty()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_what_says_something_stays() {
        check(
            &FUNCTION,
            "# a\n\n*.*;\\\n# is part of it\n  b # c  \n",
            Some(json!("*.*;\\\n# is part of it\n  b # c\n")),
        );
        check(&FUNCTION, "# a\n", None);
    }
}
