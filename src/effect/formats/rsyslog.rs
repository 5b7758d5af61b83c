//! `rsyslog`: rsyslog.conf as services/logging/rsyslogd.nix writes it; each line counts, wherever it is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Format, text};

pub(super) static FORMAT: Format = Format {
    name: "rsyslog",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let head = "$ModLoad imuxsock\n$SystemLogSocketName /run/systemd/journal/syslog\n$WorkDirectory /var/spool/rsyslog\n";
    let rules = [text(value, "defaultConfig"), text(value, "extraConfig")];
    Some(head.to_owned() + &rules.join("\n"))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.first().is_some_and(|it| !it.starts_with('#')) {
            *lines.entry(words.join(" ")).or_default() += 1;
        }
    }
    serde_json::to_value(lines).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn what_the_module_says_stands_before() {
        check(
            &FORMAT,
            &json!({"defaultConfig": "*.*\t/var/log/all\n", "extraConfig": ""}),
            "$ModLoad imuxsock # x\n# y\n*.* /var/log/all\n$SystemLogSocketName /run/systemd/journal/syslog\n$WorkDirectory /var/spool/rsyslog\n",
        );
    }
}
