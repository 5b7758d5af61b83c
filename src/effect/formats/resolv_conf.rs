//! `resolv-conf`: /etc/resolv.conf as resolvconf writes it from what nixos/modules/config/resolvconf.nix gives it of
//! `networking`.
//!
//! Manual: resolv.conf(5). Of `search` and `domain` the last line counts.

use serde_json::{Map, Value};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "resolv-conf",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let list = |name: &str| -> Vec<String> {
        let values = own.get(name).map(each).unwrap_or_default();
        values
            .iter()
            .filter(|it| !it.is_null())
            .map(plain)
            .collect()
    };
    let mut text = String::new();
    for address in list("nameservers") {
        text += &format!("nameserver {address}\n");
    }
    if !list("search").is_empty() {
        text += &format!("search {}\n", list("search").join(" "));
    }
    let resolvconf = own.get("resolvconf");
    let more = resolvconf.and_then(|it| it.get("extraOptions"));
    for option in more.map(each).unwrap_or_default() {
        text += &format!("options {}\n", plain(option));
    }
    let extension = resolvconf.and_then(|it| it.get("dnsExtensionMechanism"));
    if extension != Some(&Value::Bool(false)) {
        text += "options edns0\n";
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    for line in text.lines() {
        let line = line.split(['#', ';']).next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(keyword) = words.next() else {
            continue;
        };
        let keyword = if keyword == "domain" {
            "search"
        } else {
            keyword
        };
        let list = map
            .entry(keyword)
            .or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(list) = list else { continue };
        if keyword == "search" {
            list.clear();
        }
        // `edns0` is set on every NixOS.
        list.extend(words.filter(|it| *it != "edns0").map(Value::from));
        if list.is_empty() {
            map.remove(keyword);
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
    fn the_last_search_counts() {
        check(
            &FORMAT,
            &json!({ "nameservers": ["192.0.2.53"], "search": ["b"], "resolvconf": { "extraOptions": ["rotate"] } }),
            "# x\nnameserver 192.0.2.53\ndomain a\nsearch b\noptions rotate edns0\n",
        );
    }
}
