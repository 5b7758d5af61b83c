//! `toml`: as `pkgs.formats.toml` writes it.

use serde_json::Value;

use super::Format;

pub(super) static FORMAT: Format = Format {
    name: "toml",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    toml::to_string(value).ok()
}

fn tree(text: &str) -> Result<Value, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_value(table).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn tables_are_read() {
        check(
            &FORMAT,
            &json!({"a": {"b": "c"}, "d": [1]}),
            "d = [1]\n[a]\nb = 'c'\n",
        );
    }
}
