//! `json`: as `pkgs.formats.json` writes it.

use serde_json::Value;

use super::Format;

pub(super) static FORMAT: Format = Format {
    name: "json",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

fn tree(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_order_of_names_means_nothing() {
        check(
            &FORMAT,
            &json!({"a": [1], "b": null}),
            r#"{ "b": null, "a": [ 1 ] }"#,
        );
    }
}
