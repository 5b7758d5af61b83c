//! `redis`: redis.conf, as nixos/modules/services/databases/redis.nix writes it from the options of a server (lines 10 to
//! 26, and `config.settings` of a server).

use serde_json::{Map, Value, json};

use super::{Format, each, plain};

pub(super) static FORMAT: Format = Format {
    name: "redis",
    write,
    tree,
};

const OPTIONS: [(&str, &str); 9] = [
    ("port", "port"),
    ("logfile", "logfile"),
    ("databases", "databases"),
    ("maxclients", "maxclients"),
    ("appendonly", "appendOnly"),
    ("appendfsync", "appendFsync"),
    ("loglevel", "logLevel"),
    ("slowlog-log-slower-than", "slowLogLogSlowerThan"),
    ("slowlog-max-len", "slowLogMaxLen"),
];

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let mut settings: Map<String, Value> = Map::new();
    for (name, option) in OPTIONS {
        if let Some(value) = options.get(option) {
            settings.insert(name.to_owned(), value.clone());
        }
    }
    settings.insert("syslog-enabled".to_owned(), options.get("syslog")?.clone());
    settings.insert("daemonize".to_owned(), json!(false));
    settings.insert("supervised".to_owned(), json!("systemd"));
    settings.insert("dbfilename".to_owned(), json!("dump.rdb"));
    let usual = json!([[900, 1], [300, 10], [60, 10000]]);
    let saves = options.get("save").unwrap_or(&usual).as_array()?;
    let saves: Vec<Value> = match saves.as_slice() {
        [] => vec![json!("\"\"")],
        saves => saves
            .iter()
            .map(|it| format!("{} {}", it[0], it[1]).into())
            .collect(),
    };
    settings.insert("save".to_owned(), saves.into());
    let usual = json!("127.0.0.1");
    match options.get("bind").unwrap_or(&usual) {
        Value::Null => {}
        bind => drop(settings.insert("bind".to_owned(), bind.clone())),
    }
    if let Some(Value::String(socket)) = options.get("unixSocket") {
        settings.insert("unixsocket".to_owned(), socket.as_str().into());
        let mode = options.get("unixSocketPerm").cloned();
        settings.insert("unixsocketperm".to_owned(), mode.unwrap_or(json!(660)));
    }
    if let Some(Value::Object(master)) = options.get("slaveOf") {
        let master = format!("{} {}", plain(&master["ip"]), master["port"]);
        settings.insert("slaveof".to_owned(), master.into());
    }
    if let Some(Value::Object(own)) = options.get("settings") {
        settings.extend(own.clone());
    }
    let mut text = String::new();
    for (name, value) in &settings {
        for value in each(value) {
            let value = match value {
                Value::Bool(true) => "yes".to_owned(),
                Value::Bool(false) => "no".to_owned(),
                other => plain(other),
            };
            text += &format!("{name} {value}\n");
        }
    }
    Some(text)
}

/// Reads names and values; what redis takes once has its last value.
fn tree(text: &str) -> Result<Value, String> {
    const LISTS: [&str; 4] = [
        "client-output-buffer-limit",
        "loadmodule",
        "module-config",
        "rename-command",
    ];
    let mut map: Map<String, Value> = Map::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let name = match name.to_lowercase() {
            it if it == "replicaof" => "slaveof".to_owned(),
            it => it,
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        let rest = match words.as_slice() {
            [word] if *word != "\"\"" => word.trim_matches('"').to_owned(),
            words => words.join(" "),
        };
        // Modes are numbers of base eight.
        let rest = match name.as_str() {
            "unixsocketperm" => rest.trim_start_matches('0').to_owned(),
            _ => rest,
        };
        if name == "save" {
            save(&mut map, &words);
        } else if LISTS.contains(&name.as_str()) {
            let list = map.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.push(rest.into());
            }
        } else {
            map.insert(name, rest.into());
        }
    }
    Ok(map.into())
}

/// One pair or several, or `""`, which forgets those before.
fn save(map: &mut Map<String, Value>, words: &[&str]) {
    let list = map.entry("save").or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        if matches!(words, ["\"\""]) {
            list.clear();
        }
        list.extend(words.chunks_exact(2).map(|pair| pair.join(" ").into()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn options_are_written_as_settings() {
        check(
            &FORMAT,
            &json!({
                "port": 1, "syslog": false, "save": [], "bind": null, "unixSocket": "/x", "unixSocketPerm": 770,
                "settings": {"rename-command": ["A B", "C D"], "timeout": 0, "rdbcompression": true},
            }),
            "# x\nPORT 1\nsyslog-enabled no\ndaemonize no\nsupervised systemd\ndbfilename \"dump.rdb\"\nsave \"\"\n\
             unixsocket /x\nunixsocketperm 0770\nrename-command A  B\nrename-command C D\ntimeout 3\ntimeout 0\nrdbcompression yes\n",
        );
    }
}
