//! `aliases`: a table of aliases, as options of `services.postfix`.
//!
//! Manual: aliases(5). The module writes lines for postmaster and root itself, and postfix goes by the first line for a
//! name: whom their mail goes to are options.

use serde_json::{Map, Value};

use super::Function;
use crate::syntax::aliases;

pub(super) static FUNCTION: Function = Function {
    name: "aliases",
    call,
};

/// The names that have an option each, whose mail goes to whom without a word, and the key of the answer.
const NAMED: [(&str, &str, &str); 2] = [("postmaster", "root", "postmaster"), ("root", "", "root")];

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let read = aliases::read(text);
    let is_named = |name: &str| NAMED.iter().any(|it| it.0.eq_ignore_ascii_case(name));
    let mut answer = Map::new();
    for (name, usual, key) in NAMED {
        let mut all = read.aliases.iter();
        let found = all.find(|it| it.name.eq_ignore_ascii_case(name));
        let target = found.filter(|it| it.targets != usual);
        let target = target.map_or(Value::Null, |it| it.targets.as_str().into());
        answer.insert(key.to_owned(), target);
    }
    if !read.aliases.iter().any(|it| is_named(&it.name)) {
        answer.insert("extra".to_owned(), text.into());
        return Some(answer.into());
    }
    if !read.faults.is_empty() {
        return None;
    }
    let others = read.aliases.iter().filter(|it| !is_named(&it.name));
    let others: String = others
        .map(|it| format!("{}: {}\n", it.name, it.targets))
        .collect();
    let extra = if others.is_empty() {
        Value::Null
    } else {
        others.into()
    };
    answer.insert("extra".to_owned(), extra);
    Some(answer.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn postmaster_and_root_are_options() {
        check(
            &FUNCTION,
            "# x\nbob: ann\n",
            Some(json!({"extra": "# x\nbob: ann\n", "postmaster": null, "root": null})),
        );
        check(
            &FUNCTION,
            "# x\nPostmaster: admin\nroot: bob,\n  ann\nbob: carl\n",
            Some(json!({"extra": "bob: carl\n", "postmaster": "admin", "root": "bob, ann"})),
        );
        check(
            &FUNCTION,
            "postmaster: root\n",
            Some(json!({"extra": null, "postmaster": null, "root": null})),
        );
    }
}
