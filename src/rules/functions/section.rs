//! `section`: the settings of a text in systemd's form that has one section.
//!
//! Manual: systemd.syntax(7). A key that is given more than once is a list; an empty value takes back what came before.
//! A text with several sections has no answer, since the option is for one.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "section",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut sections = 0;
    let mut fields: Map<String, Value> = Map::new();
    // A line that ends with `\` goes on in the next.
    let text = value.as_str()?.replace("\\\n", " ");
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') && line.ends_with(']') {
            sections += 1;
            continue;
        }
        let (key, value) = line.split_once('=')?;
        let (key, value) = (key.trim(), value.trim());
        if sections == 0 {
            return None;
        }
        match fields.get_mut(key) {
            _ if value.is_empty() => {
                fields.insert(key.to_owned(), "".into());
            }
            Some(Value::Array(list)) => list.push(value.into()),
            Some(first) if first != "" => *first = vec![first.take(), value.into()].into(),
            Some(_) | None => {
                fields.insert(key.to_owned(), value.into());
            }
        }
    }
    (sections == 1 && !fields.is_empty()).then_some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn one_section_has_an_answer() {
        check(
            &FUNCTION,
            "# x\n[Resolve]\nDNS=192.0.2.1\nDNS=192.0.2.2\nCache = no\n",
            Some(json!({"DNS": ["192.0.2.1", "192.0.2.2"], "Cache": "no"})),
        );
        check(&FUNCTION, "[A]\nb=1\n[C]\nd=1\n", None);
        check(&FUNCTION, "b=1\n", None);
        check(&FUNCTION, "[A]\n#b=1\n", None);
    }
}
