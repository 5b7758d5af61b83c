//! `rsyncd`: rsyncd.conf as services/network-filesystems/rsyncd.nix writes it: settings, and modules as sections.

use serde_json::Value;

use super::{Format, ini, plain};

pub(super) static FORMAT: Format = Format {
    name: "rsyncd",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = format!(
        "port = {}\n",
        value.get("port").map_or_else(|| "873".to_owned(), plain)
    );
    let globals = value
        .pointer("/settings/globalSection")
        .and_then(Value::as_object);
    for (name, value) in globals.into_iter().flatten() {
        text += &format!("{name} = {}\n", plain(value));
    }
    let sections = value
        .pointer("/settings/sections")
        .cloned()
        .unwrap_or_default();
    Some(text + &ini::write(&sections).unwrap_or_default())
}

/// An indented line is one of its own, unlike elsewhere.
fn tree(text: &str) -> Result<Value, String> {
    let text: String = text
        .lines()
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect();
    ini::tree(&text.replace("\\\n", " "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn modules_are_sections() {
        check(
            &FORMAT,
            &json!({"port": 873, "settings": {"globalSection": {"use chroot": "no"}, "sections": {"x": {"path": "/srv"}}}}),
            "port=873\nuse chroot=no\n[x]\n\tpath = /srv\n",
        );
    }
}
