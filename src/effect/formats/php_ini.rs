//! `php-ini`: the settings that follow php.ini of the package, as nixos/modules/services/web-servers/phpfpm/default.nix
//! puts them there (lines 46 to 56).

use serde_json::{Map, Value, json};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "php-ini",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| plain(value))
}

/// The last line of a name counts, but of those that add to a list; a section holds only for a host or a folder.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    let mut section = String::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if line.starts_with('[') {
            let is_own = line.starts_with("[HOST=") || line.starts_with("[PATH=");
            section = if is_own {
                line.to_owned()
            } else {
                String::new()
            };
            continue;
        }
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| format!("`{line}` is no setting"))?;
        let value = value.trim();
        let bare = match value.strip_prefix('"').and_then(|it| it.split_once('"')) {
            Some((inner, _)) => inner,
            None => value.split(';').next().unwrap_or_default().trim(),
        };
        let name = format!("{section}{}", name.trim());
        if matches!(name.as_str(), "extension" | "zend_extension") {
            let list = map.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.push(bare.into());
            }
            continue;
        }
        let meant: Value = match bare.to_lowercase().as_str() {
            "on" | "yes" | "true" => true.into(),
            "off" | "no" | "false" | "none" => false.into(),
            _ => bare.into(),
        };
        map.insert(name, meant);
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_last_setting_counts() {
        check(
            &FORMAT,
            &json!("memory_limit = 1M\nmemory_limit = 2M\ndisplay_errors = Off\n"),
            "; x\n[PHP]\nmemory_limit = \"2M\" ; y\n[mail]\ndisplay_errors = no\n",
        );
    }
}
