//! `samba`: smb.conf as services/network-filesystems/samba.nix writes it; names in any case, a list is its words.

use serde_json::{Map, Value, json};

use super::{Format, ini, plain};

pub(super) static FORMAT: Format = Format {
    name: "samba",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut sections = json!({});
    for (section, fields) in value.as_object()? {
        for (name, value) in fields.as_object()? {
            let text = match value {
                Value::Array(list) => list.iter().map(plain).collect::<Vec<String>>().join(" "),
                other => plain(other),
            };
            sections[section][name] = text.into();
        }
    }
    ini::write(&sections)
}

fn tree(text: &str) -> Result<Value, String> {
    let text = text.replace("\\\n", " ");
    // An indented line is one of its own.
    let text: String = text
        .lines()
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect();
    let Value::Object(sections) = ini::tree(&text)? else {
        return Err("it has no sections".to_owned());
    };
    let mut all: Map<String, Value> = Map::new();
    for (section, fields) in sections {
        let mut own: Map<String, Value> = Map::new();
        for (name, values) in fields.as_object().into_iter().flatten() {
            let last = values.as_array().and_then(|it| it.last());
            let words = last.and_then(Value::as_str).unwrap_or_default();
            let words: Vec<&str> = words
                .split([' ', '\t', ','])
                .filter(|it| !it.is_empty())
                .collect();
            own.insert(name.to_lowercase(), words.join(" ").into());
        }
        let is_global = section.eq_ignore_ascii_case("global");
        all.insert(
            if is_global {
                "global".to_owned()
            } else {
                section
            },
            own.into(),
        );
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn names_have_any_case() {
        check(
            &FORMAT,
            &json!({"global": {"invalid users": ["a", "b"]}, "x": {"path": "/srv"}}),
            "[Global]\n  Invalid Users = a, b\n[x]\n  path=/srv\n",
        );
    }
}
