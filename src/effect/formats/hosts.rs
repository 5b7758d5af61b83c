//! `hosts`: /etc/hosts as nixos/modules/config/networking.nix writes it from `networking.hosts`.
//!
//! Manual: hosts(5). In the tree are the names of each address, without those that every machine has for the loopback
//! addresses and for groups of addresses.

use serde_json::{Map, Value};

use super::{Format, each, plain};
use crate::syntax::hosts;

pub(super) static FORMAT: Format = Format {
    name: "hosts",
    write,
    tree,
};

const EVERYWHERE: [(&str, &str); 14] = [
    ("127.0.0.1", "localhost"),
    ("127.0.0.1", "localhost.localdomain"),
    ("127.0.0.1", "localhost4"),
    ("127.0.0.1", "localhost4.localdomain4"),
    ("::1", "localhost"),
    ("::1", "localhost6"),
    ("::1", "localhost6.localdomain6"),
    ("::1", "ip6-localhost"),
    ("::1", "ip6-loopback"),
    ("fe00::0", "ip6-localnet"),
    ("ff00::0", "ip6-mcastprefix"),
    ("ff02::1", "ip6-allnodes"),
    ("ff02::2", "ip6-allrouters"),
    ("ff02::3", "ip6-allhosts"),
];

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (address, names) in value.as_object()? {
        let names: Vec<String> = each(names).iter().map(plain).collect();
        text += &format!("{address} {}\n", names.join(" "));
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let read = hosts::read(text);
    let mut map: Map<String, Value> = Map::new();
    for host in read.hosts {
        let is_own = |name: &String| !EVERYWHERE.contains(&(host.address.as_str(), name));
        let names: Vec<String> = host.names.iter().filter(|it| is_own(it)).cloned().collect();
        if names.is_empty() {
            continue;
        }
        let list = map
            .entry(host.address.as_str())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            for name in names {
                if !list.contains(&Value::from(name.as_str())) {
                    list.push(name.into());
                }
            }
        }
    }
    Ok(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn names_of_an_address_join() {
        check(
            &FORMAT,
            &json!({ "192.0.2.1": ["a", "b"] }),
            "127.0.0.1 localhost\n192.0.2.1 a # c\n192.0.2.1 b a\n",
        );
    }
}
