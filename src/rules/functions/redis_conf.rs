//! `redis-conf`: a redis.conf as options of one of `services.redis.servers`.
//!
//! Follows nixos/modules/services/databases/redis.nix. What the module's options write goes to them, the rest to `settings`. Where the module has another value than redis
//! itself, and the text says nothing, redis's own is said. A password is an option only where it stands outside of the
//! text (a placeholder): that option takes a file. Written out it has no answer.

use serde_json::{Map, Value, json};

use super::Function;
use crate::syntax::placeholder_index;

pub(super) static FUNCTION: Function = Function {
    name: "redis-conf",
    call,
};

/// The unit of NixOS has its own; where data and log are is the module's matter, and is said as an assumption.
const LEFT_OUT: [&str; 4] = ["daemonize", "supervised", "pidfile", "syslog-enabled"];

/// What redis takes several times.
const LISTS: [&str; 4] = [
    "client-output-buffer-limit",
    "loadmodule",
    "rename-command",
    "module-config",
];

/// Names with the option that writes them, and the default of both redis and the module.
const NUMBERS: [(&str, &str, i64); 4] = [
    ("databases", "databases", 16),
    ("maxclients", "maxclients", 10000),
    ("slowlog-log-slower-than", "slowLogLogSlowerThan", 10000),
    ("slowlog-max-len", "slowLogMaxLen", 128),
];
const WORDS: [(&str, &str, &str); 2] = [
    ("loglevel", "logLevel", "notice"),
    ("appendfsync", "appendFsync", "everysec"),
];

/// When redis writes its data: by itself, and as the module tells it.
const SAVES_OF_REDIS: [[i64; 2]; 3] = [[3600, 1], [300, 100], [60, 10000]];
const SAVES_OF_MODULE: [[i64; 2]; 3] = [[900, 1], [300, 10], [60, 10000]];

fn call(value: &Value) -> Option<Value> {
    let mut lines: Vec<(String, &str)> = Vec::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        lines.push((name.to_lowercase(), rest.trim()));
    }
    let mut server = Server::default();
    if lines.is_empty() {
        return None;
    }
    for (name, rest) in &lines {
        server.take(name, rest)?;
    }
    server.answer()
}

#[derive(Default)]
struct Server {
    options: Map<String, Value>,
    settings: Map<String, Value>,
    saves: Option<Vec<[i64; 2]>>,
    assume: Vec<&'static str>,
}

impl Server {
    fn take(&mut self, name: &str, rest: &str) -> Option<()> {
        if LEFT_OUT.contains(&name) {
            return Some(());
        }
        if let Some((_, option, usual)) = NUMBERS.iter().find(|it| it.0 == name) {
            let number: i64 = rest.parse().ok()?;
            if number != *usual {
                self.option(option, number);
            }
            return Some(());
        }
        if let Some((_, option, usual)) = WORDS.iter().find(|it| it.0 == name) {
            if rest != *usual {
                self.option(option, rest);
            }
            return Some(());
        }
        match name {
            "port" => self.option("port", rest.parse::<u16>().ok()?),
            "bind" => self.option("bind", bare(rest)),
            "unixsocket" => self.option("unixSocket", bare(rest)),
            "unixsocketperm" => {
                let mode: i64 = rest.parse().ok()?;
                self.option("unixSocketPerm", mode);
            }
            "appendonly" => {
                if yes_or_no(rest)? {
                    self.option("appendOnly", true);
                }
            }
            "save" => self.save(rest)?,
            "slaveof" | "replicaof" => {
                let (ip, port) = rest.split_once([' ', '\t'])?;
                let port: u16 = port.trim().parse().ok()?;
                self.option("slaveOf", json!({ "ip": ip, "port": port }));
            }
            "logfile" => self.say("its log goes to the journal"),
            "dir" => self.say("its data are carried over to the folder that NixOS has for it"),
            "dbfilename" if bare(rest) == "dump.rdb" => {}
            "dbfilename" => {
                let value = json!({ "$force": bare(rest) });
                self.settings.insert(name.to_owned(), value);
            }
            "requirepass" if is_secret(bare(rest)) => self.option("requirePass", bare(rest)),
            "masterauth" if is_secret(bare(rest)) => self.option("masterAuth", bare(rest)),
            "masteruser" => self.option("masterUser", bare(rest)),
            "requirepass" | "masterauth" | "user" | "include" | "sentinel"
            | "tls-key-file-pass" => {
                return None;
            }
            "loadmodule" if rest.contains("/usr/") => return None,
            _ => self.setting(name, rest),
        }
        Some(())
    }

    fn option(&mut self, name: &str, value: impl Into<Value>) {
        self.options.insert(name.to_owned(), value.into());
    }

    fn say(&mut self, clause: &'static str) {
        if !self.assume.contains(&clause) {
            self.assume.push(clause);
        }
    }

    /// `save 900 1`, several pairs in one line, or `save ""`, which forgets those before.
    fn save(&mut self, rest: &str) -> Option<()> {
        let saves = self.saves.get_or_insert_default();
        if bare(rest).is_empty() {
            saves.clear();
            return Some(());
        }
        let numbers: Result<Vec<i64>, _> = rest.split_whitespace().map(str::parse).collect();
        let numbers = numbers.ok()?;
        let (pairs, []) = numbers.as_chunks::<2>() else {
            return None;
        };
        saves.extend(pairs);
        Some(())
    }

    fn setting(&mut self, name: &str, rest: &str) {
        let is_word = !bare(rest).is_empty() && !bare(rest).contains([' ', '"', '\\']);
        // The quotes of a single word say nothing.
        let rest = if is_word { bare(rest) } else { rest };
        let value: Value = match (yes_or_no(rest), rest.parse::<i64>()) {
            (Some(value), _) => value.into(),
            (None, Ok(number)) if number.to_string() == rest => number.into(),
            _ => rest.into(),
        };
        if !LISTS.contains(&name) {
            self.settings.insert(name.to_owned(), value);
            return;
        }
        let list = self.settings.entry(name).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(rest.into());
        }
    }

    fn answer(mut self) -> Option<Value> {
        // Without `port` redis listens at its own, but a server of the module with a name at none.
        if !self.options.contains_key("port") {
            self.option("port", 6379);
        }
        // Without `bind` redis listens everywhere, and without `unixsocket` it has none.
        for name in ["bind", "unixSocket"] {
            if !self.options.contains_key(name) {
                self.option(name, Value::Null);
            }
        }
        if !self.options["unixSocket"].is_null() && !self.options.contains_key("unixSocketPerm") {
            self.say("its socket may have the mode 660");
        }
        let saves = self.saves.take().unwrap_or(SAVES_OF_REDIS.to_vec());
        if saves != SAVES_OF_MODULE {
            self.option("save", json!(saves));
        }
        if !self.settings.is_empty() {
            let settings = std::mem::take(&mut self.settings);
            self.option("settings", settings);
        }
        Some(json!({ "options": self.options, "assume": self.assume }))
    }
}

fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Tells whether a word stands for a secret, and for nothing else.
fn is_secret(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().and_then(placeholder_index).is_some() && chars.next().is_none()
}

fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_the_module_writes_has_its_option() {
        check(
            &FUNCTION,
            "# x\ndaemonize yes\nport 6380\nbind 127.0.0.1 ::1\nsave 900 1\nsave 300 10\nsave 60 10000\nmaxmemory 64mb\n\
             dbfilename dump.rdb\ndir /var/lib/redis\nappendonly yes\nmaxclients 10000\nrdbcompression yes\n\
             rename-command FLUSHALL \"\"\nunixsocket /run/redis/x.sock\nunixsocketperm 0770\n",
            Some(json!({
                "options": {
                    "port": 6380, "bind": "127.0.0.1 ::1", "appendOnly": true,
                    "unixSocket": "/run/redis/x.sock", "unixSocketPerm": 770,
                    "settings": {"maxmemory": "64mb", "rdbcompression": true, "rename-command": ["FLUSHALL \"\""]},
                },
                "assume": ["its data are carried over to the folder that NixOS has for it"],
            })),
        );
    }

    #[test]
    fn what_redis_does_by_itself_is_said() {
        check(
            &FUNCTION,
            "timeout 0\n",
            Some(json!({
                "options": {
                    "port": 6379, "bind": null, "unixSocket": null, "save": [[3600, 1], [300, 100], [60, 10000]],
                    "settings": {"timeout": 0},
                },
                "assume": [],
            })),
        );
        check(
            &FUNCTION,
            "save \"\"\nbind 10.0.0.1\nlogfile /var/log/redis.log\nreplicaof 10.0.0.2 6379\n",
            Some(json!({
                "options": {
                    "port": 6379, "bind": "10.0.0.1", "slaveOf": {"ip": "10.0.0.2", "port": 6379}, "unixSocket": null, "save": [],
                },
                "assume": ["its log goes to the journal"],
            })),
        );
    }

    #[test]
    fn a_password_has_no_answer_where_it_is_written_out() {
        check(
            &FUNCTION,
            "requirepass \"\u{100000}\"\nsave 900 1 300 10 60 10000\nappendfilename \"x.aof\"\n",
            Some(json!({
                "options": {
                    "requirePass": "\u{100000}", "port": 6379, "bind": null, "unixSocket": null,
                    "settings": {"appendfilename": "x.aof"},
                },
                "assume": [],
            })),
        );
        check(&FUNCTION, "requirepass x\n", None);
        check(&FUNCTION, "sentinel monitor a 127.0.0.1 6379 2\n", None);
    }
}
