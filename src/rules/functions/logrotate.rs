//! `logrotate`: a text of logrotate(8) with one block, as NixOS's settings: `files`, `frequency`, and the directives.
//!
//! `no<word>` of a directive that NixOS writes so is the word with `false`; scripts keep their lines, without the blanks that
//! all have in front. The name of a block that rotates one file alone is that file's.

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

/// Directives that can be taken back by a `no` in front of them.
const SWITCHES: [&str; 13] = [
    "compress",
    "copy",
    "copytruncate",
    "create",
    "createolddir",
    "dateext",
    "dateyesterday",
    "delaycompress",
    "mail",
    "missingok",
    "olddir",
    "sharedscripts",
    "shred",
];

/// What a text says: the settings before its blocks, which hold for all, and the blocks.
struct Parts {
    header: Map<String, Value>,
    blocks: Vec<(Vec<String>, Map<String, Value>)>,
}

fn call(value: &Value) -> Option<Value> {
    let mut parts = parts(value.as_str()?)?;
    let (files, fields) = parts.blocks.pop()?;
    if !parts.blocks.is_empty() {
        return None;
    }
    let mut fields = with_header(fields, &parts.header);
    fields.insert("files".to_owned(), files.into());
    Some(Value::Object(fields))
}

/// What a file of the folder says before its blocks holds for those of the file.
fn with_header(mut fields: Map<String, Value>, header: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in header {
        fields.entry(name).or_insert_with(|| value.clone());
    }
    fields
}

/// Several blocks of a file of the folder: each has the name of its first path.
pub(super) static PARTS: Function = Function {
    name: "logrotate-parts",
    call: call_parts,
};

fn call_parts(value: &Value) -> Option<Value> {
    let mut parts = parts(value.as_str()?)?;
    for (_, fields) in &mut parts.blocks {
        *fields = with_header(std::mem::take(fields), &parts.header);
    }
    named(parts.blocks, Map::new())
}

/// The whole configuration: as the parts, and the settings before the blocks are `header`.
pub(super) static BLOCKS: Function = Function {
    name: "logrotate-blocks",
    call: call_blocks,
};

fn call_blocks(value: &Value) -> Option<Value> {
    let mut parts = parts(value.as_str()?)?;
    let mut all: Map<String, Value> = Map::new();
    // Which files of a folder count: NixOS includes none.
    parts
        .header
        .retain(|name, _| name != "tabooext" && name != "taboopat");
    if !parts.header.is_empty() {
        all.insert("header".to_owned(), parts.header.into());
    }
    named(parts.blocks, all)
}

fn named(
    blocks: Vec<(Vec<String>, Map<String, Value>)>,
    mut all: Map<String, Value>,
) -> Option<Value> {
    for (files, mut fields) in blocks {
        let name = files.first()?.clone();
        // The name of a block is its path where nothing else is said.
        if files.len() > 1 || fields.is_empty() {
            fields.insert("files".to_owned(), files.into());
        }
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
            .map(str::trim_end)
            .take_while(|line| line.trim() != "endscript")
            .collect();
        (word, dedented(&script).into())
    } else if FREQUENCIES.contains(&word) && rest.is_empty() {
        ("frequency", word.into())
    } else if let Some(switch) = word
        .strip_prefix("no")
        .filter(|it| rest.is_empty() && SWITCHES.contains(it))
    {
        (switch, false.into())
    } else if rest.is_empty() {
        (word, true.into())
    } else if let Ok(number) = rest.parse::<i64>() {
        (word, number.into())
    } else {
        (word, rest.into())
    };
    fields.insert(name.to_owned(), value);
}

/// The lines without the blanks that all have in front.
fn dedented(lines: &[&str]) -> String {
    let depth = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or_default();
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(depth..).unwrap_or_default())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{BLOCKS, FUNCTION, PARTS};
    use serde_json::json;

    #[test]
    fn one_block_has_an_answer() {
        check(
            &FUNCTION,
            "/var/log/a.log {\n  weekly\n  rotate 4\n  compress\n  create 0640 a adm\n  nodelaycompress\n  postrotate\n    if x\n      y\n  endscript\n}\n",
            Some(json!({
                "frequency": "weekly", "rotate": 4, "compress": true, "create": "0640 a adm",
                "delaycompress": false, "postrotate": "if x\n  y", "files": ["/var/log/a.log"],
            })),
        );
        check(&FUNCTION, "/a {\n}\n/b {\n}\n", None);
        check(
            &FUNCTION,
            "compress\nweekly\n/a {\n  daily\n}\n",
            Some(json!({"frequency": "daily", "compress": true, "files": ["/a"]})),
        );
    }

    #[test]
    fn several_blocks_have_the_name_of_their_first_path() {
        check(
            &BLOCKS,
            "daily\ninclude /etc/logrotate.d\ntabooext + .x\n/a {\n  rotate 1\n}\n/b /c {\n  compress\n}\n",
            Some(json!({
                "header": {"frequency": "daily"},
                "/a": {"rotate": 1},
                "/b": {"compress": true, "files": ["/b", "/c"]},
            })),
        );
        check(&BLOCKS, "/a {\n}\n/a {\n}\n", None);
        check(&BLOCKS, "/a {\n", None);
        check(
            &PARTS,
            "daily\n/a {\n}\n/b {\n  weekly\n}\n",
            Some(json!({"/a": {"frequency": "daily"}, "/b": {"frequency": "weekly"}})),
        );
    }
}
