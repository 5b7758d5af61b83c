//! `nameservers`: the addresses of a resolv.conf that says nothing else.
//!
//! Manual: resolv.conf(5). `search`, `domain` and `options` have options of their own on NixOS; a text with them has no
//! answer here, since a part of it would be lost.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "nameservers",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut servers = Vec::new();
    for line in value.as_str()?.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("nameserver"), Some(server), None) => servers.push(server),
            _ => return None,
        }
    }
    (!servers.is_empty()).then(|| servers.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_servers_have_an_answer() {
        check(
            &FUNCTION,
            "# x\nnameserver 192.0.2.1\n",
            Some(json!(["192.0.2.1"])),
        );
        check(
            &FUNCTION,
            "nameserver 192.0.2.1\nsearch example.org\n",
            None,
        );
        check(&FUNCTION, "", None);
    }
}
