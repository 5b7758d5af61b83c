//! An index from a file: the options.json of a system, as NixOS's manual is built from it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::index::{Extent, Index, Row, SEPARATOR};

/// An option as the file has it; descriptions, examples and declarations are left.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    loc: Vec<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(rename = "readOnly", default)]
    read_only: bool,
}

/// Reads the text of an options.json.
///
/// # Errors
/// What is wrong with it, for people.
pub fn read_options(text: &str) -> Result<Index, String> {
    let entries: BTreeMap<String, Entry> = serde_json::from_str(text)
        .map_err(|error| format!("this is no options.json of NixOS: {error}"))?;
    let mut rows: Vec<Row> = entries
        .into_iter()
        .map(|(path, entry)| Row {
            path: Cow::Owned(if entry.loc.is_empty() {
                path.replace('.', SEPARATOR)
            } else {
                entry.loc.join(SEPARATOR)
            }),
            kind: entry.kind.map_or(Cow::Borrowed("anything"), |it| {
                Cow::Owned(it.trim().to_owned())
            }),
            read_only: entry.read_only,
            default: Cow::Borrowed(""),
            declared: Cow::Borrowed(""),
        })
        .collect();
    if rows.is_empty() {
        return Err("this options.json has no options".to_owned());
    }
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Index {
        rows: Cow::Owned(rows),
        extent: Extent::All,
    })
}

#[cfg(test)]
mod tests {
    use super::read_options;

    #[test]
    fn a_file_of_options_is_an_index() {
        let text = r#"{
            "a.b": { "loc": ["a", "b"], "type": "boolean", "readOnly": false, "description": "x" },
            "a.<name>.c": { "loc": ["a", "<name>", "c"], "type": "signed integer" }
        }"#;
        let index = read_options(text).expect("an index");
        assert!(index.lookup(&["a", "b"]).is_some());
        assert!(index.lookup(&["a", "x", "c"]).is_some());
        assert!(index.lookup(&["a", "x", "d"]).is_none());
        assert!(index.is_complete(&["a"]));
    }

    #[test]
    fn what_is_no_file_of_options_is_refused() {
        for text in ["", "[]", "{}", r#"{"a": 1}"#, r#"{"a": {"loc": "a"}}"#] {
            assert!(read_options(text).is_err(), "{text}");
        }
    }
}
