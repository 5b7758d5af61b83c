//! `session`: the variables of every session, as nixos/modules/config/system-environment.nix writes them for pam_env.
//!
//! Manual: pam_env.conf(5); files of other distributions have the lines of environment(5) instead.

use serde_json::{Map, Value};

use super::{Format, each, locale, plain};

pub(super) static FORMAT: Format = Format {
    name: "session",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (name, value) in value.as_object()?.iter().filter(|it| !it.1.is_null()) {
        let words: Vec<String> = each(value).iter().map(plain).collect();
        text += &format!("{name}   DEFAULT=\"{}\"\n", words.join(":"));
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all: Map<String, Value> = Map::new();
    let mut rest = String::new();
    for line in text.lines() {
        match line.split_once("   DEFAULT=") {
            Some((name, value)) => {
                all.insert(name.to_owned(), value.trim_matches('"').into());
            }
            None => rest += &format!("{line}\n"),
        }
    }
    if let Value::Object(variables) = locale::tree(&rest)? {
        all.extend(variables);
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn both_forms_are_read() {
        check(
            &FORMAT,
            &json!({"EDITOR": "vim", "X": ["a", "b"]}),
            "export EDITOR='vim'\nX=a:b # x\n",
        );
    }
}
