//! `updatedb`: updatedb.conf as misc/locate.nix writes it; a list is its words in any order.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "updatedb",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (variable, name) in [
        ("PRUNEFS", "pruneFS"),
        ("PRUNENAMES", "pruneNames"),
        ("PRUNEPATHS", "prunePaths"),
    ] {
        if let Some(Value::Array(list)) = value.get(name) {
            let words: Vec<String> = list.iter().map(plain).collect();
            text += &format!("{variable}=\"{}\"\n", words.join(" "));
        }
    }
    let bind = value.get("pruneBindMounts") == Some(&Value::Bool(true));
    Some(format!(
        "{text}PRUNE_BIND_MOUNTS=\"{}\"\n",
        if bind { "yes" } else { "no" }
    ))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some((name, value)) = line.split_once('=') {
            let words: BTreeSet<&str> = value.trim_matches('"').split_whitespace().collect();
            let words: Vec<&str> = words
                .into_iter()
                .map(|it| if it == "1" { "yes" } else { it })
                .collect();
            map.insert(name.trim().to_owned(), words.into());
        }
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn words_have_no_order() {
        check(
            &FORMAT,
            &json!({"pruneFS": ["b", "a"], "pruneBindMounts": true}),
            "PRUNE_BIND_MOUNTS = \"1\" # x\nPRUNEFS=\"a b\"\n"
                .replace(" = ", "=")
                .as_str(),
        );
    }
}
