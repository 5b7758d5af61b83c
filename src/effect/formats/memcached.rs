//! `memcached`: the arguments of memcached, one in a line as Debian's memcached.conf has them, as the unit of
//! nixos/modules/services/databases/memcached.nix has them from `services.memcached`.

use serde_json::{Map, Value, json};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "memcached",
    write,
    tree,
};

/// Long names of arguments: memcached(1).
const NAMES: [(&str, &str); 8] = [
    ("--conn-limit", "-c"),
    ("--daemon", "-d"),
    ("--listen", "-l"),
    ("--memory-limit", "-m"),
    ("--pidfile", "-P"),
    ("--port", "-p"),
    ("--threads", "-t"),
    ("--user", "-u"),
];

fn write(value: &Value) -> Option<String> {
    let or = |name: &str, usual: &str| value.get(name).map_or_else(|| usual.to_owned(), plain);
    let mut text = format!(
        "-l {}\n-p {}\n-m {}\n-c {}\n",
        or("listen", "127.0.0.1"),
        or("port", "11211"),
        or("maxMemory", "64"),
        or("maxConnections", "1024")
    );
    let own = value.get("extraOptions").map(each).unwrap_or_default();
    text.extend(own.iter().map(|it| plain(it) + "\n"));
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all: Map<String, Value> = Map::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, rest) = line.split_once([' ', '\t', '=']).unwrap_or((line, ""));
        let short = NAMES.iter().find(|it| it.0 == name);
        let name = short.map_or(name, |it| it.1);
        let list = all.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.extend(rest.split(',').map(|it| Value::from(it.trim())));
        }
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn options_are_arguments() {
        check(
            &FORMAT,
            &json!({"listen": "127.0.0.1,::1", "maxMemory": 128, "extraOptions": ["-t 2"]}),
            "# x\n-m 128\n-l 127.0.0.1\n-l ::1\n--threads=2\n-p 11211\n-c 1024\n",
        );
    }
}
