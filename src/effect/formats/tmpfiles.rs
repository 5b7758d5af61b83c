//! `tmpfiles`: the files of tmpfiles.d, as nixos/modules/system/boot/systemd/tmpfiles.nix writes them from
//! `systemd.tmpfiles`.
//!
//! Manual: tmpfiles.d(5). In the tree is what is done with each path; `-` is the same as a field that is not there.

use serde_json::{Map, Value};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "tmpfiles",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let rules = value.get("rules").map(each).unwrap_or_default().iter();
    let mut text: String = rules.map(|it| plain(it) + "\n").collect();
    let files = value.get("settings").and_then(Value::as_object);
    for paths in files.into_iter().flatten().map(|it| it.1) {
        for (path, kinds) in paths.as_object()? {
            for (kind, entry) in kinds.as_object()? {
                let field = |name: &str| entry.get(name).map_or("-".to_owned(), plain);
                text += &format!(
                    "'{kind}' '{path}' '{}' '{}' '{}' '{}' {}\n",
                    field("mode"),
                    field("user"),
                    field("group"),
                    field("age"),
                    entry.get("argument").map(plain).unwrap_or_default()
                );
            }
        }
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    const FIELDS: [&str; 4] = ["mode", "user", "group", "age"];
    let mut all: Map<String, Value> = Map::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line
            .split_whitespace()
            .map(|it| it.trim_matches(['\'', '"']));
        let (Some(kind), Some(path)) = (words.next(), words.next()) else {
            return Err(format!("`{line}` has no path"));
        };
        let mut entry: Map<String, Value> = Map::new();
        for name in FIELDS {
            if let Some(word) = words.next().filter(|it| *it != "-") {
                let word = match name {
                    "mode" => word.trim_start_matches('0'),
                    _ => word,
                };
                entry.insert(name.to_owned(), word.into());
            }
        }
        let argument: Vec<&str> = words.collect();
        if !argument.is_empty() && argument != ["-"] {
            entry.insert("argument".to_owned(), argument.join(" ").into());
        }
        all.insert(format!("{kind} {path}"), entry.into());
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn rules_and_settings_say_the_same() {
        check(
            &FORMAT,
            &json!({
                "rules": ["d /run/x 0755 root - -"],
                "settings": {"10-y": {"/y": {"L": {"argument": "../z"}, "d": {"mode": "0750", "user": "y"}}}},
            }),
            "# x\nL /y - - - - ../z\nd /run/x 755 root\nd /y 750 y\n",
        );
    }
}
