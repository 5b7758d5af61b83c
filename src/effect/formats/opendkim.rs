//! `opendkim`: what opendkim is told, by its command line and by its file, as nixos/modules/services/mail/opendkim.nix
//! does (lines 13 to 32): names have no case.

use serde_json::{Map, Value};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "opendkim",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let get = |name: &str| options.get(name).map(plain);
    let mut out = String::new();
    let selector = get("selector");
    let folder = options.get("keyPath").map(plain);
    if let (Some(selector), Some(folder)) = (&selector, folder) {
        out += &format!("KeyFile {folder}/{selector}.private\n");
    }
    for (name, value) in [
        ("Socket", get("socket")),
        ("Domain", get("domains")),
        ("Selector", selector),
    ] {
        if let Some(value) = value {
            out += &format!("{name} {value}\n");
        }
    }
    for (name, value) in options.get("settings").and_then(Value::as_object)? {
        out += &format!("{name} {}\n", plain(value));
    }
    Some(out)
}

/// The last line of a name counts. A key that the module makes for itself is none of the source's.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    let default = "local:/run/opendkim/opendkim.sock";
    map.insert("socket".to_owned(), default.into());
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line
            .split_once(char::is_whitespace)
            .ok_or_else(|| format!("`{line}` has no value"))?;
        let name = name.to_lowercase();
        let value = value.trim();
        let value = match name.as_str() {
            "domain" => value.trim_start_matches("csl:"),
            _ => value,
        };
        if name == "keyfile" && value.starts_with("/var/lib/opendkim/keys/") {
            continue;
        }
        map.insert(name, value.into());
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_command_line_says_the_key() {
        check(
            &FORMAT,
            &json!({"selector": "s", "keyPath": "/k", "domains": "csl:a.org", "settings": {"Mode": "sv"}}),
            "Mode sv\nDomain a.org\nSelector s\nKeyFile /k/s.private\nSocket local:/run/opendkim/opendkim.sock\n",
        );
    }
}
