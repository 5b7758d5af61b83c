//! `munin-plugin`: where munin's own package has a plugin of that name.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "munin-plugin",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let name = value.as_str()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (!name.is_empty() && name.chars().all(is_name)).then(|| {
        let path = format!("/lib/plugins/{name}");
        json!({ "$text": [{ "$nix": "pkgs.munin" }, path] })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn a_plugin_is_one_of_the_package() {
        check(
            &FUNCTION,
            "ping_",
            Some(json!({ "$text": [{ "$nix": "pkgs.munin" }, "/lib/plugins/ping_"] })),
        );
        check(&FUNCTION, "../x", None);
    }
}
