//! `ini`: sections of names and values, as `pkgs.formats.ini` writes them; a list is the name several times.

use serde_json::{Map, Value};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "ini",
    write,
    tree,
};

pub(super) fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (section, names) in value.as_object()? {
        text += &format!("[{section}]\n");
        for (name, value) in names.as_object()? {
            for value in each(value) {
                text += &format!("{name}={}\n", plain(value));
            }
        }
    }
    Some(text)
}

/// Reads sections; one that is there twice is one, and a value goes on at the next line where that is indented.
pub(super) fn tree(text: &str) -> Result<Value, String> {
    let mut sections: Map<String, Value> = Map::new();
    let mut section = String::new();
    let mut last: Option<String> = None;
    for line in text.lines() {
        let is_indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            section = name.to_owned();
            last = None;
            continue;
        }
        let map = sections
            .entry(section.clone())
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(map) = map else { continue };
        if is_indented
            && let Some(name) = &last
            && let Some(Value::Array(list)) = map.get_mut(name)
            && let Some(Value::String(value)) = list.last_mut()
        {
            value.push(' ');
            value.push_str(line);
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        last = Some(name.trim().to_owned());
        let list = map
            .entry(name.trim())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value.trim().into());
        }
    }
    Ok(Value::Object(sections))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn sections_are_read_with_what_goes_on() {
        check(
            &FORMAT,
            &json!({"a": {"x": 1, "y": ["u", "v w"]}}),
            "[a]\n; c\nx = 1\ny=u\ny = v\n   w\n",
        );
    }
}
