//! `upsmon`: an upsmon.conf, as attributes of `power.ups.upsmon`.
//!
//! Manual: upsmon.conf(5). Follows nixos/modules/services/monitoring/ups.nix: what is watched is `monitor`, all else
//! `settings`. The module gives upsmon a user, and says where the flag is, by which the machine is turned off, and what
//! turns it off.
//!
//! Answers `options`, and what is said of events as `flags` and `messages`; what there is nothing of is null.

use serde_json::{Map, Value, json};

use super::{Function, scalar};

pub(super) static FUNCTION: Function = Function {
    name: "upsmon",
    call,
};

/// What the module says itself; a path of another distribution would lead to nothing.
const OF_MODULE: [(&str, &[&str]); 4] = [
    ("RUN_AS_USER", &[]),
    ("POWERDOWNFLAG", &[]),
    (
        "SHUTDOWNCMD",
        &[
            "/sbin/shutdown -h +0",
            "/sbin/shutdown -h now",
            "/sbin/shutdown now",
            "/sbin/poweroff",
        ],
    ),
    (
        "NOTIFYCMD",
        &[
            "/sbin/upssched",
            "/usr/sbin/upssched",
            "/bin/upssched",
            "/usr/bin/upssched",
        ],
    ),
];

fn call(value: &Value) -> Option<Value> {
    let mut monitor: Map<String, Value> = Map::new();
    let mut settings: Map<String, Value> = Map::new();
    let (mut flags, mut messages) = (Vec::new(), Vec::new());
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words = words(line)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["MONITOR", system, power, user, password, role] => {
                let name = system.split('@').next().unwrap_or(system);
                let name = match monitor.contains_key(name) {
                    true => (*system).to_owned(),
                    false => name.to_owned(),
                };
                let mut fields = Map::new();
                fields.insert("system".to_owned(), json!(system));
                fields.insert("user".to_owned(), json!(user));
                fields.insert("password".to_owned(), json!(password));
                if *power != "1" {
                    let power: i64 = power.parse().ok()?;
                    fields.insert("powerValue".to_owned(), json!(power));
                }
                if !matches!(*role, "master" | "primary") {
                    fields.insert("type".to_owned(), json!(role));
                }
                if monitor.insert(name, fields.into()).is_some() {
                    return None;
                }
            }
            ["NOTIFYFLAG", event, value] => flags.push(json!([event, value])),
            ["NOTIFYMSG", event, value] => messages.push(json!([event, value])),
            [key, value] => {
                let of_module = OF_MODULE.iter().find(|(name, _)| name == key);
                if let Some((_, same)) = of_module {
                    let value = value.trim_start_matches("/usr");
                    let is_same = |it: &&str| it.trim_start_matches("/usr") == value;
                    if !same.is_empty() && !same.iter().any(is_same) {
                        return None;
                    }
                    continue;
                }
                let value = scalar::number(value).unwrap_or_else(|| (*value).into());
                if settings.insert((*key).to_owned(), value).is_some() {
                    return None;
                }
            }
            _ => return None,
        }
    }
    let mut options = Map::new();
    if !monitor.is_empty() {
        options.insert("monitor".to_owned(), monitor.into());
    }
    if !settings.is_empty() {
        options.insert("settings".to_owned(), settings.into());
    }
    let or_null = |list: Vec<Value>| match list.is_empty() {
        true => Value::Null,
        false => list.into(),
    };
    let options = match options.is_empty() {
        true => Value::Null,
        false => options.into(),
    };
    let (flags, messages) = (or_null(flags), or_null(messages));
    let is_some = !(options.is_null() && flags.is_null() && messages.is_null());
    is_some.then(|| json!({ "options": options, "flags": flags, "messages": messages }))
}

/// Splits a line at its blanks, those between quotes left out; none where a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_with(String::new);
            }
            '#' if !is_quoted && word.is_none() => break,
            c if c.is_whitespace() && !is_quoted => all.extend(word.take()),
            c => word.get_or_insert_with(String::new).push(c),
        }
    }
    all.extend(word);
    (!is_quoted).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_is_watched_is_an_option_of_its_own() {
        check(
            &FUNCTION,
            "RUN_AS_USER nut\nMONITOR home@localhost 1 mon p master\nMONITOR home@b 2 mon q slave\nMINSUPPLIES 1\n\
             SHUTDOWNCMD \"/sbin/shutdown -h +0\"\nNOTIFYFLAG ONLINE SYSLOG+EXEC\nNOTIFYMSG ONLINE \"on line\"\n",
            Some(json!({
                "options": {
                    "monitor": {
                        "home": { "system": "home@localhost", "user": "mon", "password": "p" },
                        "home@b": { "system": "home@b", "user": "mon", "password": "q", "powerValue": 2, "type": "slave" },
                    },
                    "settings": { "MINSUPPLIES": 1 },
                },
                "flags": [["ONLINE", "SYSLOG+EXEC"]],
                "messages": [["ONLINE", "on line"]],
            })),
        );
        // What would be run is no program of NixOS.
        check(&FUNCTION, "SHUTDOWNCMD /opt/x\n", None);
        check(&FUNCTION, "NOTIFYCMD \"x\n", None);
    }
}
