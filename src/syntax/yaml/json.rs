//! JSON, which Ansible reads as such before it tries YAML: `1e3` is a number there, and `\ud83d\ude00` one character.
//!
//! Left out: places. All of a JSON text stands where it begins.

use std::sync::Arc;

use serde_json::Value;

use super::{Kind, Node, Style};
use crate::source::{FileId, Span};

/// Reads a text that is JSON and no single word.
pub(super) fn read(text: &str, file: FileId) -> Option<Arc<Node>> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let value = serde_json::from_str(text).ok()?;
    let end = text.lines().next().map_or(0, str::len);
    Some(node(value, Span::new(file, 0, end)))
}

fn node(value: Value, span: Span) -> Arc<Node> {
    let scalar = |text: String, style: Style| Kind::Scalar { text, style };
    let mut tag = None;
    let kind = match value {
        Value::Null => scalar("null".to_owned(), Style::Plain),
        Value::Bool(it) => scalar(it.to_string(), Style::Plain),
        Value::Number(number) => {
            if !number.is_i64() {
                tag = Some("!float".to_owned());
            }
            scalar(number.to_string(), Style::Plain)
        }
        Value::String(text) => scalar(text, Style::DoubleQuoted),
        Value::Array(items) => Kind::Sequence(items.into_iter().map(|it| node(it, span)).collect()),
        Value::Object(pairs) => {
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| (node(Value::String(key), span), node(value, span)));
            Kind::Mapping(pairs.collect())
        }
    };
    Arc::new(Node { kind, span, tag })
}
