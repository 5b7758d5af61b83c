//! JSON with comments of shells, of C and of C++, as Kea reads it.

use serde_json::Value;

/// Reads a text; `None` where it is no such JSON.
pub fn read(text: &str) -> Option<Value> {
    serde_json::from_str(&without_comments(text)).ok()
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_quoted = false;
    while let Some(c) = rest.chars().next() {
        if is_quoted {
            let escaped = rest.strip_prefix('\\').and_then(|it| it.chars().next());
            let end = 1 + escaped.map_or(0, char::len_utf8);
            let end = if c == '\\' { end } else { c.len_utf8() };
            is_quoted = c != '"';
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        if c == '#' || rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
            continue;
        }
        if let Some(inside) = rest.strip_prefix("/*") {
            rest = inside.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        is_quoted = c == '"';
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}
