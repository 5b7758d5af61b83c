//! `ups`: the sections of a ups.conf, as `power.ups.ups` takes them.
//!
//! Manual: ups.conf(5). Driver, port and description are options, the rest directives. Settings before the first section
//! hold for all, so they go to each.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function { name: "ups", call };

fn call(value: &Value) -> Option<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut sections: Map<String, Value> = Map::new();
    let mut section: Option<String> = None;
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            sections.insert(name.to_owned(), json!({}));
            section = Some(name.to_owned());
            continue;
        }
        let Some(name) = &section else {
            // The program that starts the drivers reads these, not a driver.
            if !["maxretry", "retrydelay", "maxstartdelay"]
                .iter()
                .any(|it| line.starts_with(it))
            {
                all.push(line.into());
            }
            continue;
        };
        let fields = sections.get_mut(name)?.as_object_mut()?;
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let value = value.trim().trim_matches('"');
        match key.trim() {
            key @ ("driver" | "port") => {
                fields.insert(key.to_owned(), value.into());
            }
            "desc" => {
                fields.insert("description".to_owned(), value.into());
            }
            _ => fields
                .entry("directives")
                .or_insert_with(|| Vec::<Value>::new().into())
                .as_array_mut()?
                .push(line.into()),
        }
    }
    for fields in sections.values_mut() {
        let fields = fields.as_object_mut()?;
        if !fields.contains_key("driver") || !fields.contains_key("port") {
            return None;
        }
        if !all.is_empty() {
            fields
                .entry("directives")
                .or_insert_with(|| Vec::<Value>::new().into())
                .as_array_mut()?
                .extend(all.iter().cloned());
        }
    }
    (!sections.is_empty()).then_some(Value::Object(sections))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_is_no_option_is_a_directive() {
        check(
            &FUNCTION,
            "maxretry = 3\n[home]\n  driver = usbhid-ups\n  port = auto\n  desc = \"At home\"\n  pollinterval = 15\n",
            Some(
                json!({"home": {"driver": "usbhid-ups", "port": "auto", "description": "At home", "directives": ["pollinterval = 15"]}}),
            ),
        );
        check(&FUNCTION, "[home]\n  driver = x\n", None);
    }
}
