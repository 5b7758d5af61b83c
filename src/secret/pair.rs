//! Values whose name stands beside them as a value of its own: `option: admin_password` and `value: x` of a module,
//! `{"name": "DB_PASSWORD", "value": "x"}`.

use std::ops::Range;

use super::name::is_secret_name;
use super::pattern::{Lazy, group};
use super::value::may_be_secret;

/// Keys whose value names what another one gives.
pub(crate) const NAMING: [&str; 9] = [
    "option",
    "key",
    "name",
    "question",
    "xpath",
    "property",
    "macro_name",
    "variable",
    "setting",
];

/// Keys that give it.
pub(crate) const GIVING: [&str; 4] = ["value", "data", "macro_value", "default_value"];

const NAME: &str = r#"(?:^|[\s,{(\[])-?\s*["']?(?:option|key|name|question|xpath|property|macro_name|variable|setting)["']?\s*[:=]\s*["']?(?P<name>[^\s,"'}=]+)"#;

const VALUE: &str = r#"(?:^|[\s,{(\[])["']?(?:value|data|macro_value|default_value)["']?\s*[:=]\s*(?:"(?P<double>[^"]+)|'(?P<single>[^']+)|(?P<bare>[^\s,}"']+))"#;

static NAME_PATTERN: Lazy = Lazy::new();
static VALUE_PATTERN: Lazy = Lazy::new();

/// So many lines below its name a value may stand.
const REACH: usize = 5;

/// Finds the value that the name in a line of a text is about, and that name.
pub(super) fn of_line(text: &str, line: Range<usize>) -> Option<(Range<usize>, String)> {
    let here = text.get(line.clone())?;
    let captures = NAME_PATTERN.get(NAME)?.captures(here.as_bytes())?;
    let (name, stands) = group(here, &captures, "name")?;
    if !is_secret_name(name) {
        return None;
    }
    let mut start = line.start + stands.end;
    for (at, rest) in text[start..]
        .split_inclusive('\n')
        .take(REACH + 1)
        .enumerate()
    {
        // What follows is about something else.
        if at > 0 && (rest.trim().is_empty() || rest.trim_start().starts_with("- ")) {
            return None;
        }
        let captures = VALUE_PATTERN.get(VALUE)?.captures(rest.as_bytes());
        let found = captures.and_then(|it| {
            ["double", "single", "bare"]
                .iter()
                .find_map(|name| group(rest, &it, name))
        });
        if let Some((value, range)) = found {
            let found = (start + range.start..start + range.end, name.to_owned());
            return may_be_secret(value).then_some(found);
        }
        start += rest.len();
    }
    None
}
