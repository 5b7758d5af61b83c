//! `git-config`: a gitconfig, as `programs.git.config` takes it.
//!
//! Manual: git-config(1). A section with a name of its own (`[url "x"]`) is an attribute of an attribute; a name alone is
//! true. What needs quotes or escapes, and what is given twice, has no answer.

use serde_json::{Value, json};

use super::{Function, atom};

pub(super) static FUNCTION: Function = Function {
    name: "git-config",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut all = json!({});
    let mut section: Option<(String, Option<String>)> = None;
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(head) = line.strip_prefix('[') {
            let head = head.strip_suffix(']')?;
            section = Some(match head.split_once(' ') {
                Some((name, own)) => {
                    let own = own.trim().strip_prefix('"')?.strip_suffix('"')?;
                    (name.to_owned(), Some(own.to_owned()))
                }
                None => (head.to_owned(), None),
            });
            continue;
        }
        if line.contains(['"', '\\', '#', ';']) {
            return None;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name.trim(), atom(value.trim())),
            None => (line, true.into()),
        };
        let (section, own) = section.as_ref()?;
        let fields = match own {
            None => &mut all[section],
            Some(own) => &mut all[section][own],
        };
        if !fields[name].is_null() {
            return None;
        }
        fields[name] = value;
    }
    (all != json!({})).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn sections_may_have_names_of_their_own() {
        check(
            &FUNCTION,
            "# x\n[safe]\n\tdirectory = *\n[url \"https://example.org/\"]\n\tinsteadOf = ex:\n[core]\n\tbare\n",
            Some(json!({
                "safe": {"directory": "*"}, "url": {"https://example.org/": {"insteadOf": "ex:"}}, "core": {"bare": true},
            })),
        );
        check(&FUNCTION, "[safe]\ndirectory = a\ndirectory = b\n", None);
        check(&FUNCTION, "[alias]\nx = \"!y\"\n", None);
        check(&FUNCTION, "a = b\n", None);
    }
}
