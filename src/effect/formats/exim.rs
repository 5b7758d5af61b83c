//! `exim`: exim.conf as nixos/modules/services/mail/exim.nix writes it (lines 102 to 108): four settings, then the text.

use serde_json::{Map, Value};

use super::{Format, lines_of, plain};

pub(super) static FORMAT: Format = Format {
    name: "exim",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let get = |name: &str| options.get(name).map(plain).unwrap_or_default();
    Some(format!(
        "exim_user = {}\nexim_group = {}\nexim_path = /run/wrappers/bin/exim\nspool_directory = {}\n{}",
        get("user"),
        get("group"),
        get("spoolDir"),
        lines_of(options, "config")
    ))
}

/// Every line counts where it stands; those settings count wherever they do.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        let name = line.split('=').next().unwrap_or_default().trim();
        if matches!(
            name,
            "exim_user" | "exim_group" | "exim_path" | "spool_directory"
        ) {
            map.insert(line.to_owned(), true.into());
        } else if !line.is_empty() && !line.starts_with('#') {
            lines.push(Value::from(line));
        }
    }
    map.insert("lines".to_owned(), lines.into());
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_text_follows_the_settings() {
        check(
            &FORMAT,
            &json!({"user": "a", "group": "b", "spoolDir": "/c", "config": "x = 1\nbegin acl\n"}),
            "x = 1\n# y\nexim_user = a\nexim_group = b\nspool_directory = /c\nexim_path = /run/wrappers/bin/exim\nbegin acl\n",
        );
    }
}
