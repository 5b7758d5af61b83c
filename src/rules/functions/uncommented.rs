//! `uncommented`: a text without its comments and empty lines.
//!
//! A comment is a line that begins with `#` or `;`: one behind a setting may be a part of it.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "uncommented",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let lines = value.as_str()?.lines().map(str::trim_end);
    let said = lines.filter(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with(['#', ';'])
    });
    let text: String = said.map(|line| format!("{line}\n")).collect();
    (!text.is_empty()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;

    #[test]
    fn comments_are_left_out() {
        check(
            &FUNCTION,
            "# a\n\nport 1 # b\n  ; c\n  d  \n",
            Some("port 1 # b\n  d\n".into()),
        );
        check(&FUNCTION, "# a\n", None);
    }
}
