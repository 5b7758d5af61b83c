//! `named`: named.conf as nixos/modules/services/networking/bind.nix writes it (lines 110 to 165).

use serde_json::{Map, Value, json};

use super::{Format, lines_of, plain};
use crate::syntax::named_conf::{self, Statement};

pub(super) static FORMAT: Format = Format {
    name: "named",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let list = |from: &Map<String, Value>, name: &str| -> String {
        let all = from.get(name).and_then(Value::as_array);
        let all = all.into_iter().flatten();
        all.map(|it| format!(" {};", plain(it))).collect()
    };
    let text = |name: &str| options.get(name).map(plain).unwrap_or_default();
    let mut out = format!(
        "controls {{ inet 127.0.0.1 allow {{ localhost; }} keys {{ \"rndc-key\"; }}; }};\nacl cachenetworks {{{} }};\n\
         acl badnetworks {{{} }};\noptions {{\nlisten-on port {} {{{} }};\nlisten-on-v6 port {} {{{} }};\n\
         allow-query-cache {{ cachenetworks; }};\nblackhole {{ badnetworks; }};\nforward {};\nforwarders {{{} }};\n\
         directory \"{}\";\npid-file \"/run/named/named.pid\";\n{}}};\n{}",
        list(options, "cacheNetworks"),
        list(options, "blockedNetworks"),
        text("listenOnPort"),
        list(options, "listenOn"),
        text("listenOnIpv6Port"),
        list(options, "listenOnIpv6"),
        text("forward"),
        list(options, "forwarders"),
        text("directory"),
        lines_of(options, "extraOptions"),
        lines_of(options, "extraConfig"),
    );
    let zones = options.get("zones").and_then(Value::as_object);
    for (name, zone) in zones.into_iter().flatten() {
        let zone = zone.as_object()?;
        let is_master = zone.get("master") != Some(&json!(false));
        let (kind, others) = if is_master {
            (
                "master",
                format!("allow-transfer {{{} }};", list(zone, "slaves")),
            )
        } else {
            ("slave", format!("masters {{{} }};", list(zone, "masters")))
        };
        let file = zone.get("file").map(plain).unwrap_or_default();
        out += &format!(
            "zone \"{name}\" {{ type {kind}; file \"{file}\"; {others} allow-query {{{} }}; {} }};\n",
            list(zone, "allowQuery"),
            lines_of(zone, "extraConfig"),
        );
    }
    Some(out)
}

/// What BIND heeds: each option by its name, each zone by its own, all else as it stands. Who may ask for what others know
/// is said in several ways, of which the first one that is there counts.
fn tree(text: &str) -> Result<Value, String> {
    let statements = named_conf::read(text)?;
    let mut out: Map<String, Value> = Map::new();
    let mut acls: Map<String, Value> = Map::new();
    for it in statements.iter().filter(|it| it.name() == "acl") {
        if let (Some(name), Some(list)) = (it.words().first(), it.list()) {
            acls.insert((*name).to_owned(), list.into());
        }
    }
    for statement in &statements {
        let words = statement.words();
        match (statement.name(), words.as_slice()) {
            // Parts of the same configuration, which the module does not read from files.
            ("include" | "controls", _) | ("acl", ["cachenetworks" | "badnetworks"]) => {}
            ("options", _) => {
                let inner = statement.block().unwrap_or_default();
                out.insert("options".to_owned(), options(inner, &acls));
            }
            ("zone", [name, ..]) => {
                let inner = statement.block().unwrap_or_default();
                out.insert(format!("zone {name}"), zone(inner));
            }
            _ => {
                let list = out.entry("others").or_insert_with(|| json!([]));
                if let Value::Array(list) = list {
                    list.push(statement.inline().into());
                }
            }
        }
    }
    Ok(out.into())
}

fn options(statements: &[Statement], acls: &Map<String, Value>) -> Value {
    let mut map: Map<String, Value> = Map::new();
    let defaults = [
        ("listen-on", json!("port 53 { any; }")),
        ("listen-on-v6", json!("port 53 { any; }")),
        ("forward", json!("first")),
        ("forwarders", json!("{  }")),
    ];
    map.extend(defaults.map(|(name, value)| (name.to_owned(), value)));
    for it in statements {
        let name = it.name();
        let mut value = it.inline()[name.len()..].trim().to_owned();
        if name.starts_with("listen-on") && !value.starts_with("port") {
            value = format!("port 53 {value}");
        }
        // BIND takes them no more, or the module says them.
        if matches!(
            name,
            "dnssec-enable" | "dnssec-lookaside" | "cleaning-interval" | "pid-file"
        ) {
            continue;
        }
        map.insert(name.to_owned(), value.into());
    }
    let blocked = acls.get("badnetworks").cloned();
    if map.get("blackhole") == Some(&json!("{ badnetworks; }")) {
        map.shift_remove("blackhole");
        let blocked = blocked
            .and_then(|it| it.as_array().cloned())
            .unwrap_or_default();
        if !blocked.is_empty() {
            let list: Vec<String> = blocked.iter().map(|it| format!("{};", plain(it))).collect();
            map.insert(
                "blackhole".to_owned(),
                format!("{{ {} }}", list.join(" ")).into(),
            );
        }
    }
    let says = |name: &str| statements.iter().rev().find(|it| it.name() == name);
    let cache = if says("recursion").is_some_and(|it| it.words() == ["no"]) {
        json!(["none"])
    } else {
        let names = ["allow-query-cache", "allow-recursion", "allow-query"];
        let list = names.iter().find_map(|it| says(it)?.list());
        match list.as_deref() {
            Some([own]) if own == "cachenetworks" => {
                acls.get("cachenetworks").cloned().unwrap_or_default()
            }
            Some(list) => json!(list),
            None => json!(["localnets", "localhost"]),
        }
    };
    map.insert("allow-query-cache".to_owned(), cache);
    map.into()
}

fn zone(statements: &[Statement]) -> Value {
    let mut map: Map<String, Value> = Map::new();
    for it in statements {
        let name = it.name();
        let value = it.inline()[name.len()..]
            .trim()
            .trim_matches('"')
            .to_owned();
        let (name, value) = match (name, value.as_str()) {
            ("type", "primary") => ("type", "master".to_owned()),
            ("type", "secondary") => ("type", "slave".to_owned()),
            ("primaries", _) => ("masters", value),
            // Nobody may, as BIND has it, or all may.
            ("allow-transfer", "{ none; }" | "{  }") | ("allow-query", "{ any; }") => continue,
            _ => (name, value),
        };
        map.insert(name.to_owned(), value.into());
    }
    map.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn zones_and_options_are_told_apart_by_name() {
        check(
            &FORMAT,
            &json!({
                "cacheNetworks": ["lan"], "listenOn": ["any"], "listenOnPort": 53, "listenOnIpv6": ["any"],
                "listenOnIpv6Port": 53, "forward": "first", "directory": "/var/cache/bind", "extraOptions": "allow-recursion { lan; };\n",
                "extraConfig": "acl lan { 10.0.0.0/8; };\n",
                "zones": {"a.org": {"master": true, "file": "/a", "slaves": ["10.0.0.2"], "allowQuery": ["any"]}},
            }),
            "acl lan { 10.0.0.0/8; };\noptions { directory \"/var/cache/bind\"; allow-recursion { lan; }; listen-on-v6 { any; }; };\n\
             zone \"a.org\" { type primary; file \"/a\"; allow-transfer { 10.0.0.2; }; };\n",
        );
    }
}
