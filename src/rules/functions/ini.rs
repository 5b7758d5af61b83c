//! `ini`: the sections of a text, as the options with the format `pkgs.formats.ini` take them.
//!
//! Comments begin with `#` or `;`, and a line that ends with `\` goes on in the next. Whole numbers, `true` and `false` are
//! such values, since NixOS writes them so; quotes around a value stay. A name that is given twice in a section has no
//! answer, since what that means hangs on the program; nor has a text with settings before its first section.

use serde_json::{Map, Value, json};

use super::{Function, atom};

pub(super) static FUNCTION: Function = Function { name: "ini", call };

fn call(value: &Value) -> Option<Value> {
    let (globals, sections) = read(value.as_str()?)?;
    let said = globals.is_empty() && !sections.is_empty();
    said.then_some(Value::Object(sections))
}

/// Returns the settings before the first section, and the sections that have any.
pub(super) fn read(text: &str) -> Option<(Map<String, Value>, Map<String, Value>)> {
    let text = text.replace("\\\n", " ");
    let mut globals = Map::new();
    let mut sections: Map<String, Value> = Map::new();
    let mut section: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            section = Some(name.strip_suffix(']')?.trim().to_owned());
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim_end(), value.trim());
        let fields = match &section {
            None => &mut globals,
            Some(section) => sections
                .entry(section.clone())
                .or_insert_with(|| json!({}))
                .as_object_mut()?,
        };
        if name.is_empty() || fields.insert(name.to_owned(), atom(value)).is_some() {
            return None;
        }
    }
    Some((globals, sections))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn sections_are_attributes() {
        check(
            &FUNCTION,
            "# x\n[General]\nVerbosity = 0\nDomain=a b\n\n[Empty]\n; y\n[Mapping]\nfast = true\nlong = a \\\n  b\n",
            Some(
                json!({"General": {"Verbosity": 0, "Domain": "a b"}, "Mapping": {"fast": true, "long": "a    b"}}),
            ),
        );
        check(&FUNCTION, "a = 1\n[b]\nc = 1\n", None);
        check(&FUNCTION, "[b]\nc = 1\nc = 2\n", None);
        check(&FUNCTION, "[b]\nc\n", None);
        check(&FUNCTION, "[b\nc = 1\n", None);
        check(&FUNCTION, "# nothing\n", None);
    }
}
