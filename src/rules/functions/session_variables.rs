//! `session-variables`: the lines of /etc/environment, with the variables of the locale apart.
//!
//! The module of the locale makes these variables of every session itself (nixos/modules/config/i18n.nix), and another
//! value beside its own is refused.

use serde_json::{Map, Value, json};

use super::{Function, variables};

pub(super) static FUNCTION: Function = Function {
    name: "session-variables",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut all = match (variables::FUNCTION.call)(value)? {
        Value::Object(all) => all,
        _ => return None,
    };
    let mut locale: Map<String, Value> = Map::new();
    if let Some(main) = all.shift_remove("LANG") {
        locale.insert("defaultLocale".to_owned(), main);
    }
    let is_part = |name: &String| name == "LANGUAGE" || name.starts_with("LC_");
    let names: Vec<String> = all.keys().filter(|it| is_part(it)).cloned().collect();
    let parts = names.into_iter().filter_map(|name| {
        let value = all.shift_remove(&name)?;
        Some((name, value))
    });
    let parts: Map<String, Value> = parts.collect();
    if !parts.is_empty() {
        locale.insert("extraLocaleSettings".to_owned(), parts.into());
    }
    let or_null = |map: Map<String, Value>| match map.is_empty() {
        true => Value::Null,
        false => map.into(),
    };
    Some(json!({ "variables": or_null(all), "locale": or_null(locale) }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn the_locale_is_apart() {
        check(
            &FUNCTION,
            "A=1\nLANG=de_DE.UTF-8\nLC_TIME=C\n",
            Some(json!({
                "variables": {"A": "1"},
                "locale": {"defaultLocale": "de_DE.UTF-8", "extraLocaleSettings": {"LC_TIME": "C"}},
            })),
        );
        check(
            &FUNCTION,
            "A=1\n",
            Some(json!({"variables": {"A": "1"}, "locale": null})),
        );
        check(&FUNCTION, "PATH=/usr/bin\n", None);
    }
}
