//! `known-hosts`: the keys of a ssh_known_hosts, as `programs.ssh.knownHosts` takes them.
//!
//! Manual: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". A host with several keys has an attribute for each, as the option's
//! own example has it. A key that is revoked has no option, and a text with one no answer.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "known-hosts",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut hosts: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (is_authority, line) = match line.strip_prefix("@cert-authority") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, line),
        };
        let words: Vec<&str> = line.split_whitespace().collect();
        let [names, kind, key, ..] = words.as_slice() else {
            return None;
        };
        if names.starts_with('@') || !kind.contains('-') {
            return None;
        }
        let names: Vec<&str> = names.split(',').collect();
        let (first, others) = names.split_first()?;
        let mut host = Map::new();
        let name = if hosts.contains_key(*first) {
            host.insert("hostNames".to_owned(), json!(names));
            format!("{first}/{kind}")
        } else {
            if !others.is_empty() {
                host.insert("extraHostNames".to_owned(), json!(others));
            }
            (*first).to_owned()
        };
        if is_authority {
            host.insert("certAuthority".to_owned(), true.into());
        }
        host.insert("publicKey".to_owned(), format!("{kind} {key}").into());
        if hosts.insert(name, Value::Object(host)).is_some() {
            return None;
        }
    }
    (!hosts.is_empty()).then_some(Value::Object(hosts))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn each_key_is_an_attribute() {
        check(
            &FUNCTION,
            "# x\na.example,192.0.2.1 ssh-ed25519 AAAA a\na.example ssh-rsa BBBB\n@cert-authority *.b ssh-rsa CCCC\n",
            Some(json!({
                "a.example": { "extraHostNames": ["192.0.2.1"], "publicKey": "ssh-ed25519 AAAA" },
                "a.example/ssh-rsa": { "hostNames": ["a.example"], "publicKey": "ssh-rsa BBBB" },
                "*.b": { "certAuthority": true, "publicKey": "ssh-rsa CCCC" },
            })),
        );
        check(&FUNCTION, "@revoked a ssh-rsa AAAA\n", None);
        check(&FUNCTION, "a 1024 35 1234\n", None);
    }
}
