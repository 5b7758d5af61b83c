//! `audit-rules`: the watches and system call rules of an audit.rules(7).
//!
//! `-D`, `-b`, `-f` and `-e` are options of their own on NixOS; a text with them has no answer.

use serde_json::Value;

use super::{Function, entries};

pub(super) static FUNCTION: Function = Function {
    name: "audit-rules",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let list = (entries::FUNCTION.call)(value)?;
    let rules = list.as_array()?;
    let is_rule = |it: &Value| {
        it.as_str().is_some_and(|it| {
            ["-w ", "-a ", "-A "]
                .iter()
                .any(|flag| it.starts_with(flag))
        })
    };
    (!rules.is_empty() && rules.iter().all(is_rule)).then_some(list)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_rules_have_an_answer() {
        check(
            &FUNCTION,
            "# x\n-w /etc/x -p wa\n",
            Some(json!(["-w /etc/x -p wa"])),
        );
        check(&FUNCTION, "-D\n-w /etc/x -p wa\n", None);
    }
}
