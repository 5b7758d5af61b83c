//! How Python shows values: `str()`, `repr()`, `json.dumps()`.

use crate::import::ansible::value::{Dict, Key, Value};
use crate::model::Text;

impl Value {
    /// Returns what Python's `str()` makes of the value; what is not known is a hole.
    pub(crate) fn to_text(&self) -> Text {
        match self {
            Value::Str(text) => text.clone(),
            Value::Unknown(hole) => Text::hole(hole.clone()),
            Value::Time(time) => Text::from(time.show()),
            other => {
                let mut text = Text::new();
                repr(other, &mut text);
                text
            }
        }
    }

    /// Returns the value as JSON, as Python's `json.dumps()` writes it; what is not known is a hole.
    pub(crate) fn to_json(&self) -> Text {
        let mut text = Text::new();
        json(self, &JsonStyle::default(), 0, &mut text);
        text
    }
}

/// Writes what Python's `repr()` makes of a value.
fn repr(value: &Value, out: &mut Text) {
    match value {
        Value::Undefined(_) => out.push_str("Undefined"),
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Str(text) => match text.plain() {
            Some(plain) => out.push_str(&quoted(plain)),
            None => {
                out.push_str("'");
                out.push(text);
                out.push_str("'");
            }
        },
        Value::List(items) => {
            out.push_str("[");
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                repr(item, out);
            }
            out.push_str("]");
        }
        Value::Dict(dict) => {
            out.push_str("{");
            for (at, (key, item)) in dict.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                repr(&key.value(), out);
                out.push_str(": ");
                repr(item, out);
            }
            out.push_str("}");
        }
        Value::Unknown(hole) => out.push_hole(hole.clone()),
        Value::Time(time) => out.push_str(&time.repr()),
        Value::Omit => out.push_str("'omit'"),
    }
}

/// Writes a string as Python's `repr()` does: in single quotes unless it has such and no double ones.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            it if it == quote => {
                out.push('\\');
                out.push(it);
            }
            it if !is_printable(it) => out.push_str(&match u32::from(it) {
                code @ 0..=0xff => format!("\\x{code:02x}"),
                code @ 0x100..=0xffff => format!("\\u{code:04x}"),
                code => format!("\\U{code:08x}"),
            }),
            it => out.push(it),
        }
    }
    out.push(quote);
    out
}

/// Tells whether Python shows a character as it is: no white space but the plain one, nothing that is not seen.
fn is_printable(character: char) -> bool {
    let is_hidden = matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..
    );
    character == ' ' || !(character.is_control() || character.is_whitespace() || is_hidden)
}

/// Writes a float as Python does: the shortest digits that read back, an exponent from 1e16 and below 1e-4.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(rest) => ('-', rest),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = number.to_string();
    if text.contains('.') {
        text
    } else {
        format!("{text}.0")
    }
}

/// How JSON is laid out.
#[derive(Clone, Debug)]
pub(super) struct JsonStyle {
    /// What is before a line, per level; `None` for one line.
    pub(super) indent: Option<String>,
    pub(super) sort_keys: bool,
    pub(super) ensure_ascii: bool,
    pub(super) item: String,
    pub(super) key: String,
}

impl Default for JsonStyle {
    fn default() -> JsonStyle {
        JsonStyle {
            indent: None,
            sort_keys: false,
            ensure_ascii: true,
            item: ", ".to_owned(),
            key: ": ".to_owned(),
        }
    }
}

/// Writes a value as `json.dumps()` does.
pub(super) fn json(value: &Value, style: &JsonStyle, depth: usize, out: &mut Text) {
    match value {
        Value::Undefined(_) | Value::None => out.push_str("null"),
        Value::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            });
        }
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Str(text) => json_text(text, style, out),
        Value::Unknown(hole) => out.push_hole(hole.clone()),
        Value::Time(time) => json_text(&Text::from(time.iso()), style, out),
        Value::Omit => out.push_str("\"omit\""),
        Value::List(items) => {
            let items = items.iter().map(|item| (None, item));
            json_items(items.collect(), ('[', ']'), style, depth, out);
        }
        Value::Dict(dict) => {
            let pairs = dict.iter().map(|(key, item)| (Some(json_key(key)), item));
            let mut pairs: Vec<_> = pairs.collect();
            // Ansible's keys are texts before they are sorted.
            if style.sort_keys {
                pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            }
            json_items(pairs, ('{', '}'), style, depth, out);
        }
    }
}

/// Returns the pairs of a dictionary, by key where that is asked for.
pub(super) fn sorted(dict: &Dict, by_key: bool) -> Vec<(&Key, &Value)> {
    let mut pairs: Vec<_> = dict.iter().collect();
    if by_key {
        pairs.sort_by_key(|(key, _)| *key);
    }
    pairs
}

fn json_items(
    items: Vec<(Option<String>, &Value)>,
    (open, close): (char, char),
    style: &JsonStyle,
    depth: usize,
    out: &mut Text,
) {
    out.push_str(open.encode_utf8(&mut [0; 4]));
    let last = items.len();
    for (at, (key, item)) in items.into_iter().enumerate() {
        if let Some(indent) = &style.indent {
            out.push_str("\n");
            out.push_str(&indent.repeat(depth + 1));
        }
        if let Some(key) = key {
            json_text(&Text::from(key), style, out);
            out.push_str(&style.key);
        }
        json(item, style, depth + 1, out);
        if at + 1 < last {
            out.push_str(&style.item);
        } else if let Some(indent) = &style.indent {
            out.push_str("\n");
            out.push_str(&indent.repeat(depth));
        }
    }
    out.push_str(close.encode_utf8(&mut [0; 4]));
}

fn json_key(key: &Key) -> String {
    match key {
        Key::Str(text) => text.clone(),
        Key::Int(number) => number.to_string(),
        Key::Bool(it) => it.to_string(),
        Key::None => "null".to_owned(),
    }
}

fn json_text(text: &Text, style: &JsonStyle, out: &mut Text) {
    out.push_str("\"");
    for piece in text.pieces() {
        match piece {
            crate::model::Piece::Hole(hole) => out.push_hole(hole.clone()),
            crate::model::Piece::Literal(literal) => {
                out.push_str(&json_escaped(literal, style.ensure_ascii));
            }
        }
    }
    out.push_str("\"");
}

fn json_escaped(text: &str, ensure_ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            it if u32::from(it) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(it))),
            '\u{7f}' if ensure_ascii => out.push_str("\\u007f"),
            it if !it.is_ascii() && ensure_ascii => {
                for unit in it.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            it => out.push(it),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Value, float, quoted};

    #[test]
    fn values_look_as_in_python() {
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("a\n'\""), "'a\\n\\'\"'");
        assert_eq!(float(1.0), "1.0");
        assert_eq!(float(1e16), "1e+16");
        assert_eq!(float(0.00001), "1e-05");
        assert_eq!(float(0.1), "0.1");
        let list = Value::list(vec![Value::None, Value::Bool(true), Value::str("a")]);
        assert_eq!(list.to_text().to_string(), "[None, True, 'a']");
        assert_eq!(list.to_json().to_string(), r#"[null, true, "a"]"#);
    }
}
