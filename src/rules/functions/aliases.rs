//! `aliases`: a table of aliases, as options of `services.postfix`.
//!
//! Manual: aliases(5). The module writes a line for postmaster itself, and postfix goes by the first line for a name: whom
//! its mail goes to is an option.

use serde_json::{Value, json};

use super::Function;
use crate::syntax::aliases;

pub(super) static FUNCTION: Function = Function {
    name: "aliases",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let read = aliases::read(text);
    let is_postmaster = |name: &str| name.eq_ignore_ascii_case("postmaster");
    let mut all = read.aliases.iter();
    let Some(postmaster) = all.find(|it| is_postmaster(&it.name)) else {
        return Some(json!({ "extra": text, "postmaster": null }));
    };
    if !read.faults.is_empty() {
        return None;
    }
    let others = read.aliases.iter().filter(|it| !is_postmaster(&it.name));
    let others: String = others
        .map(|it| format!("{}: {}\n", it.name, it.targets))
        .collect();
    let extra = if others.is_empty() {
        Value::Null
    } else {
        others.into()
    };
    let target = match postmaster.targets.as_str() {
        "root" => Value::Null,
        other => other.into(),
    };
    Some(json!({ "extra": extra, "postmaster": target }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn postmaster_is_an_option() {
        check(
            &FUNCTION,
            "# x\nroot: bob\n",
            Some(json!({"extra": "# x\nroot: bob\n", "postmaster": null})),
        );
        check(
            &FUNCTION,
            "# x\nPostmaster: admin\nroot: bob,\n  ann\n",
            Some(json!({"extra": "root: bob, ann\n", "postmaster": "admin"})),
        );
        check(
            &FUNCTION,
            "postmaster: root\n",
            Some(json!({"extra": null, "postmaster": null})),
        );
    }
}
