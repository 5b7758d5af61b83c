//! `memcached`: the arguments of Debian's memcached.conf, one in a line, as options of `services.memcached`.
//!
//! Manual: memcached(1). Without `-l` it listens everywhere, which the module does not.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "memcached",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut options: Map<String, Value> = Map::new();
    let mut others: Vec<String> = Vec::new();
    let mut addresses: Vec<&str> = Vec::new();
    let mut assume: Vec<&str> = Vec::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, rest) = line.split_once([' ', '\t', '=']).unwrap_or((line, ""));
        let rest = rest.trim();
        let number = || rest.parse::<u32>().ok().map(Value::from);
        match name {
            "-d" | "-P" | "-u" | "--user" | "--daemon" | "--pidfile" => {}
            "logfile" | "-v" | "-vv" => assume.push("its log goes to the journal"),
            "-m" | "--memory-limit" => drop(options.insert("maxMemory".to_owned(), number()?)),
            "-p" | "--port" => drop(options.insert("port".to_owned(), number()?)),
            "-c" | "--conn-limit" => drop(options.insert("maxConnections".to_owned(), number()?)),
            "-l" | "--listen" => addresses.push(rest),
            // The module has a place of its own for the socket.
            "-s" | "--unix-socket" => return None,
            _ if name.starts_with('-') => others.push(line.to_owned()),
            _ => return None,
        }
    }
    if addresses.is_empty() {
        assume.push("nobody asks it over IPv6");
        addresses.push("0.0.0.0");
    }
    options.insert("listen".to_owned(), addresses.join(",").into());
    if !others.is_empty() {
        options.insert("extraOptions".to_owned(), others.into());
    }
    assume.dedup();
    Some(json!({ "options": options, "assume": assume }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn arguments_are_options() {
        check(
            &FUNCTION,
            "# x\n-d\nlogfile /var/log/memcached.log\n-m 128\n-p 11211\n-u memcache\n-l 127.0.0.1\n-l ::1\n-o modern\n",
            Some(json!({
                "options": {"maxMemory": 128, "port": 11211, "listen": "127.0.0.1,::1", "extraOptions": ["-o modern"]},
                "assume": ["its log goes to the journal"],
            })),
        );
        check(
            &FUNCTION,
            "-m 64\n",
            Some(
                json!({"options": {"maxMemory": 64, "listen": "0.0.0.0"}, "assume": ["nobody asks it over IPv6"]}),
            ),
        );
        check(&FUNCTION, "-s /run/x.sock\n", None);
    }
}
