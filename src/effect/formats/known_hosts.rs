//! `known-hosts`: ssh_known_hosts as nixos/modules/programs/ssh.nix writes it from `programs.ssh.knownHosts`.
//!
//! Manual: sshd(8). In the tree is a list of the keys for each name; the order of lines and comments mean nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "known-hosts",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (name, host) in value.as_object()? {
        let names: Vec<String> = match host.get("hostNames") {
            Some(names) => each(names).iter().map(plain).collect(),
            None => {
                let more = host.get("extraHostNames").map(each).unwrap_or_default();
                std::iter::once(name.clone())
                    .chain(more.iter().map(plain))
                    .collect()
            }
        };
        if host.get("certAuthority") == Some(&Value::Bool(true)) {
            text += "@cert-authority ";
        }
        text += &format!("{} {}\n", names.join(","), plain(host.get("publicKey")?));
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split_whitespace().peekable();
        let marker = words.next_if(|it| it.starts_with('@')).unwrap_or_default();
        let (Some(names), Some(kind), Some(key)) = (words.next(), words.next(), words.next())
        else {
            return Err(format!("`{line}` is no key"));
        };
        for name in names.split(',') {
            let keys = map.entry(name.to_owned()).or_default();
            keys.push(format!("{marker} {kind} {key}"));
            keys.sort();
        }
    }
    serde_json::to_value(map).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn names_are_taken_apart() {
        check(
            &FORMAT,
            &json!({
                "a": { "extraHostNames": ["b"], "publicKey": "ssh-rsa K" },
                "a/x": { "hostNames": ["a"], "publicKey": "ssh-dss L", "certAuthority": true },
            }),
            "# c\n@cert-authority a ssh-dss L\na,b ssh-rsa K comment\n",
        );
    }
}
