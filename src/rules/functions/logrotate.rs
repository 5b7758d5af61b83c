//! `logrotate`: a text of logrotate(8) with one block, as NixOS's settings: `files`, `frequency`, and the directives.
//!
//! `no<word>` of a directive that NixOS knows without it stays a directive of its own; scripts keep their lines.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "logrotate",
    call,
};

const FREQUENCIES: [&str; 5] = ["hourly", "daily", "weekly", "monthly", "yearly"];
const SCRIPTS: [&str; 5] = [
    "firstaction",
    "lastaction",
    "prerotate",
    "postrotate",
    "preremove",
];

fn call(value: &Value) -> Option<Value> {
    let mut fields: Map<String, Value> = Map::new();
    let mut files: Vec<String> = Vec::new();
    let mut is_inside = false;
    let mut is_closed = false;
    let mut lines = value.as_str()?.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if is_closed {
            return None;
        }
        if !is_inside {
            let (names, opens) = match line.strip_suffix('{') {
                Some(names) => (names, true),
                None => (line, false),
            };
            // A line before the block that names no path is a setting for all files.
            for name in names.split_whitespace() {
                let name = name.trim_matches('"');
                if !name.starts_with('/') {
                    return None;
                }
                files.push(name.to_owned());
            }
            is_inside = opens;
            continue;
        }
        if line == "}" {
            is_closed = true;
            continue;
        }
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        if SCRIPTS.contains(&word) {
            let script: Vec<&str> = lines
                .by_ref()
                .map(str::trim)
                .take_while(|line| *line != "endscript")
                .collect();
            fields.insert(word.to_owned(), script.join("\n").into());
        } else if FREQUENCIES.contains(&word) && rest.is_empty() {
            fields.insert("frequency".to_owned(), word.into());
        } else if rest.is_empty() {
            fields.insert(word.to_owned(), true.into());
        } else if let Ok(number) = rest.parse::<i64>() {
            fields.insert(word.to_owned(), number.into());
        } else {
            fields.insert(word.to_owned(), rest.into());
        }
    }
    if !is_closed || files.is_empty() {
        return None;
    }
    fields.insert("files".to_owned(), files.into());
    Some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn one_block_has_an_answer() {
        check(
            &FUNCTION,
            "/var/log/a.log {\n  weekly\n  rotate 4\n  compress\n  create 0640 a adm\n  postrotate\n    x\n  endscript\n}\n",
            Some(json!({
                "frequency": "weekly", "rotate": 4, "compress": true, "create": "0640 a adm",
                "postrotate": "x", "files": ["/var/log/a.log"],
            })),
        );
        check(&FUNCTION, "/a {\n}\n/b {\n}\n", None);
        check(&FUNCTION, "compress\n/a {\n}\n", None);
    }
}
