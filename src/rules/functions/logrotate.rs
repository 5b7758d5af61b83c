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

/// What a text says: the settings before its blocks, which hold for all, and the blocks.
struct Parts {
    header: Map<String, Value>,
    blocks: Vec<(Vec<String>, Map<String, Value>)>,
}

fn call(value: &Value) -> Option<Value> {
    let mut parts = parts(value.as_str()?)?;
    let (files, mut fields) = parts.blocks.pop()?;
    if !parts.blocks.is_empty() || !parts.header.is_empty() {
        return None;
    }
    fields.insert("files".to_owned(), files.into());
    Some(Value::Object(fields))
}

/// Several blocks: each has the name of its first path, and the settings before them are `header`.
pub(super) static BLOCKS: Function = Function {
    name: "logrotate-blocks",
    call: call_blocks,
};

fn call_blocks(value: &Value) -> Option<Value> {
    let parts = parts(value.as_str()?)?;
    let mut all: Map<String, Value> = Map::new();
    if !parts.header.is_empty() {
        all.insert("header".to_owned(), parts.header.into());
    }
    for (files, mut fields) in parts.blocks {
        let name = files.first()?.clone();
        fields.insert("files".to_owned(), files.into());
        if all.insert(name, fields.into()).is_some() {
            return None;
        }
    }
    (!all.is_empty()).then_some(Value::Object(all))
}

fn parts(text: &str) -> Option<Parts> {
    let mut parts = Parts {
        header: Map::new(),
        blocks: Vec::new(),
    };
    let mut files: Vec<String> = Vec::new();
    let mut is_inside = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if is_inside {
            if line == "}" {
                is_inside = false;
                continue;
            }
            directive(line, &mut lines, &mut parts.blocks.last_mut()?.1);
            continue;
        }
        if !line.starts_with(['/', '"', '{']) {
            // NixOS has the folder's files as options, so there is nothing to include.
            if line.split_whitespace().next() != Some("include") {
                directive(line, &mut lines, &mut parts.header);
            }
            continue;
        }
        let (names, opens) = match line.strip_suffix('{') {
            Some(names) => (names, true),
            None => (line, false),
        };
        for name in names.split_whitespace() {
            let name = name.trim_matches('"');
            if !name.starts_with('/') {
                return None;
            }
            files.push(name.to_owned());
        }
        if opens {
            if files.is_empty() {
                return None;
            }
            parts.blocks.push((std::mem::take(&mut files), Map::new()));
            is_inside = true;
        }
    }
    (!is_inside && files.is_empty()).then_some(parts)
}

fn directive(line: &str, lines: &mut std::str::Lines<'_>, fields: &mut Map<String, Value>) {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let (name, value): (&str, Value) = if SCRIPTS.contains(&word) {
        let script: Vec<&str> = lines
            .map(str::trim)
            .take_while(|line| *line != "endscript")
            .collect();
        (word, script.join("\n").into())
    } else if FREQUENCIES.contains(&word) && rest.is_empty() {
        ("frequency", word.into())
    } else if rest.is_empty() {
        (word, true.into())
    } else if let Ok(number) = rest.parse::<i64>() {
        (word, number.into())
    } else {
        (word, rest.into())
    };
    fields.insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{BLOCKS, FUNCTION};
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

    #[test]
    fn several_blocks_have_the_name_of_their_first_path() {
        check(
            &BLOCKS,
            "daily\ninclude /etc/logrotate.d\n/a {\n  rotate 1\n}\n/b /c {\n  compress\n}\n",
            Some(json!({
                "header": {"frequency": "daily"},
                "/a": {"rotate": 1, "files": ["/a"]},
                "/b": {"compress": true, "files": ["/b", "/c"]},
            })),
        );
        check(&BLOCKS, "/a {\n}\n/a {\n}\n", None);
        check(&BLOCKS, "/a {\n", None);
    }
}
