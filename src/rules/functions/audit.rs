//! `audit`: a file of audit rules, as attributes of `security.audit`.
//!
//! Manual: audit.rules(7). What NixOS says before the rules (delete all, how many wait, what a failure does, how many a
//! second) and after them (that auditing is on) are options; each other line is a rule.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "audit",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut all: Map<String, Value> = Map::new();
    let mut rules: Vec<Value> = Vec::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, value): (&str, Value) = match words.as_slice() {
            ["-D"] => continue,
            ["-b", number] => ("backlogLimit", number.parse::<u32>().ok()?.into()),
            ["-r", number] => ("rateLimit", number.parse::<u32>().ok()?.into()),
            ["-f", "0"] => ("failureMode", "silent".into()),
            ["-f", "1"] => ("failureMode", "printk".into()),
            ["-f", "2"] => ("failureMode", "panic".into()),
            ["-e", "0"] => ("enable", false.into()),
            ["-e", "1"] => ("enable", true.into()),
            ["-e", "2"] => ("enable", "lock".into()),
            ["-b" | "-r" | "-f" | "-e" | "-D" | "-R", ..] => return None,
            _ => {
                rules.push(line.into());
                continue;
            }
        };
        all.insert(name.to_owned(), value);
    }
    if !rules.is_empty() {
        all.insert("rules".to_owned(), rules.into());
    }
    (!all.is_empty()).then_some(Value::Object(all))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_nixos_says_around_the_rules_is_options() {
        check(
            &FUNCTION,
            "# x\n-D\n-b 8192\n-f 2\n-w /etc/passwd -p wa\n-e 2\n",
            Some(json!({
                "backlogLimit": 8192, "failureMode": "panic", "rules": ["-w /etc/passwd -p wa"], "enable": "lock",
            })),
        );
        check(&FUNCTION, "-D\n", None);
        check(&FUNCTION, "-f 3\n", None);
    }
}
