//! `locale`: locale.conf as nixos/modules/config/i18n.nix writes it from `i18n`.

use serde_json::{Map, Value};

use super::{Format, plain};
use crate::syntax::assignments;

pub(super) static FORMAT: Format = Format {
    name: "locale",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let main = value.get("defaultLocale");
    let mut text = format!("LANG={}\n", main.map_or("en_US.UTF-8".to_owned(), plain));
    let others = value.get("extraLocaleSettings").and_then(Value::as_object);
    for (name, value) in others.into_iter().flatten() {
        text += &format!("{name}={}\n", plain(value));
    }
    Some(text)
}

/// Reads variables; glibc knows `utf8` as well as `UTF-8`, and what is empty says nothing.
pub(super) fn tree(text: &str) -> Result<Value, String> {
    let read = assignments::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let variables = read.assignments.iter().filter(|it| !it.value.is_empty());
    let variables = variables.map(|it| {
        let value = it
            .value
            .replace(".utf8", ".UTF-8")
            .replace(".utf-8", ".UTF-8");
        (it.name.clone(), value.into())
    });
    Ok(variables.collect::<Map<String, Value>>().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn other_settings_stand_below() {
        check(
            &FORMAT,
            &json!({"defaultLocale": "de_DE.UTF-8", "extraLocaleSettings": {"LC_TIME": "en_DK.UTF-8"}}),
            "# x\nLC_TIME=\"en_DK.utf8\"\nLANG=de_DE.UTF-8\nLC_ALL=\n",
        );
    }
}
