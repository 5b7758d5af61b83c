//! `journald`: journald.conf as system/boot/systemd/journald.nix writes it; what is said last counts.

use serde_json::{Value, json};

use super::{Format, ini, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "journald",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let or = |name: &str, default: &str| value.get(name).map_or_else(|| default.to_owned(), plain);
    let mut all = format!(
        "[Journal]\nStorage={}\nRateLimitInterval={}\nRateLimitBurst={}\n",
        or("storage", "persistent"),
        or("rateLimitInterval", "30s"),
        or("rateLimitBurst", "10000")
    );
    if !text(value, "console").is_empty() {
        all += &format!("ForwardToConsole=yes\nTTYPath={}\n", text(value, "console"));
    }
    if value.get("forwardToSyslog") == Some(&Value::Bool(true)) {
        all += "ForwardToSyslog=yes\n";
    }
    all += &format!("Audit={}\n", or("audit", "keep"));
    Some(all + text(value, "extraConfig"))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all = json!({});
    for (section, fields) in ini::tree(text)?.as_object().into_iter().flatten() {
        for (name, values) in fields.as_object().into_iter().flatten() {
            // The name that it has had since systemd 230.
            let name = if name == "RateLimitInterval" {
                "RateLimitIntervalSec"
            } else {
                name
            };
            all[section][name] = values
                .as_array()
                .and_then(|it| it.last())
                .cloned()
                .unwrap_or_default();
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_last_word_counts() {
        check(
            &FORMAT,
            &json!({"storage": "volatile", "extraConfig": "[Journal]\nRateLimitBurst=5\n"}),
            "[Journal]\nStorage=volatile\nRateLimitIntervalSec=30s\nRateLimitBurst=5\nAudit=keep\n",
        );
    }
}
