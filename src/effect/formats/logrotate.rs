//! `logrotate`: logrotate.conf as services/logging/logrotate.nix writes it; a block counts by its files.

use serde_json::{Map, Value, json};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "logrotate",
    write,
    tree,
};

const SCRIPTS: [&str; 5] = [
    "firstaction",
    "lastaction",
    "prerotate",
    "postrotate",
    "preremove",
];

fn write(value: &Value) -> Option<String> {
    let settings = value.as_object()?;
    let mut header =
        json!({"frequency": "weekly", "missingok": true, "notifempty": true, "rotate": 4});
    if let Some(Value::Object(own)) = settings.get("header") {
        for (name, value) in own {
            header[name] = value.clone();
        }
    }
    let mut text = section(header.as_object()?);
    for (name, block) in settings.iter().filter(|it| it.0 != "header") {
        let block = block.as_object()?;
        let files: Vec<String> = match block.get("files") {
            Some(Value::Array(list)) => list.iter().map(plain).collect(),
            Some(one) if !one.is_null() => vec![plain(one)],
            _ => vec![name.clone()],
        };
        let files: Vec<String> = files.iter().map(|it| format!("\"{it}\"")).collect();
        text += &format!("{} {{\n{}}}\n", files.join("\n"), section(block));
    }
    Some(text)
}

fn section(fields: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        let line = match (name.as_str(), value) {
            ("files" | "priority" | "enable" | "global", _) | (_, Value::Null) => continue,
            ("frequency", value) => plain(value),
            (script, value) if SCRIPTS.contains(&script) => {
                format!("{script}\n    {}\n  endscript", plain(value))
            }
            (name, Value::Bool(true)) => name.to_owned(),
            (name, Value::Bool(false)) => format!("no{name}"),
            (name, value) => format!("{name} {}", plain(value)),
        };
        text += &line;
        text.push('\n');
    }
    text
}

fn tree(text: &str) -> Result<Value, String> {
    let mut header = Map::new();
    let mut blocks: Map<String, Value> = Map::new();
    let mut files: Vec<String> = Vec::new();
    let mut open: Option<(String, Map<String, Value>)> = None;
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if open.is_none() && line.starts_with(['/', '"', '{']) {
            let (names, opens) = match line.strip_suffix('{') {
                Some(names) => (names, true),
                None => (line, false),
            };
            files.extend(
                names
                    .split_whitespace()
                    .map(|it| it.trim_matches('"').to_owned()),
            );
            if opens {
                open = Some((std::mem::take(&mut files).join(" "), Map::new()));
            }
            continue;
        }
        if line == "}" {
            let (files, fields) = open.take().ok_or("a block ends that does not begin")?;
            blocks.insert(files, fields.into());
            continue;
        }
        let fields = open.as_mut().map_or(&mut header, |it| &mut it.1);
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let value: Value = if SCRIPTS.contains(&name) {
            let script = lines.by_ref().take_while(|it| *it != "endscript");
            script.filter(|it| !it.is_empty()).collect()
        } else {
            rest.trim().into()
        };
        match name {
            "hourly" | "daily" | "weekly" | "monthly" | "yearly" => {
                fields.insert("frequency".to_owned(), name.into());
            }
            _ => {
                fields.insert(name.to_owned(), value);
            }
        }
    }
    match open {
        Some(_) => Err("a block does not end".to_owned()),
        None if header.is_empty() => Ok(json!({ "blocks": blocks })),
        None => Ok(json!({ "header": header, "blocks": blocks })),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn a_block_is_its_files() {
        check(
            &FORMAT,
            &json!({
                "header": {"frequency": "daily"},
                "/a": {"rotate": 1, "compress": false},
                "x": {"files": ["/b", "/c"], "postrotate": "d\n  e"},
            }),
            "daily\nmissingok\nnotifempty\nrotate 4\n/b\n/c {\n  postrotate\n    d\n    e\n  endscript\n}\n/a {\n  nocompress\n  rotate 1\n}\n",
        );
    }
}
