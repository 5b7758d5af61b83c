//! `yaml`: as `pkgs.formats.yaml` writes it.

use serde_json::Value;

use super::Format;

pub(super) static FORMAT: Format = Format {
    name: "yaml",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

fn tree(text: &str) -> Result<Value, String> {
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn json_is_yaml() {
        check(&FORMAT, &json!({"a": ["x", 1]}), "# c\na:\n  - x\n  - 1\n");
    }
}
