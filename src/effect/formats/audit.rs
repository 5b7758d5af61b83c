//! `audit`: audit.rules as security/audit.nix writes it; the order of the rules counts, that of the settings does not.

use serde_json::{Value, json};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "audit",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let failure = match value.get("failureMode").map(plain).as_deref() {
        Some("silent") => 0,
        Some("panic") => 2,
        _ => 1,
    };
    let or = |name: &str, default: &str| value.get(name).map_or_else(|| default.to_owned(), plain);
    let mut text = format!(
        "-D\n-b {}\n-f {failure}\n-r {}\n",
        or("backlogLimit", "1024"),
        or("rateLimit", "0")
    );
    for rule in value
        .get("rules")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        text += &plain(rule);
        text.push('\n');
    }
    let enabled = if or("enable", "true") == "lock" { 2 } else { 1 };
    Some(format!("{text}-e {enabled}\n"))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all = json!({ "rules": [] });
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            ["-D"] => all["-D"] = true.into(),
            [name @ ("-b" | "-f" | "-r" | "-e"), value] => all[*name] = (*value).into(),
            _ => {
                if let Value::Array(rules) = &mut all["rules"] {
                    rules.push(words.join(" ").into());
                }
            }
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
    fn settings_stand_around_the_rules() {
        check(
            &FORMAT,
            &json!({"backlogLimit": 8192, "rules": ["-w /x", "-w /y"], "enable": "lock"}),
            "# x\n-D\n-e 2\n-w  /x\n-w /y\n-b 8192\n-f 1\n-r 0\n",
        );
    }
}
