//! `unbound`: an unbound.conf as the options of `services.unbound`, its clauses as `settings`.
//!
//! Manual: unbound.conf(5). An attribute that is given more than once is a list, and so are the clauses that may be
//! there more than once. Where the daemon and its root of trust are is left out.
//! A text that includes others where that is no part of a clause of NixOS has no answer, but for the folder whose files are
//! read by themselves.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "unbound",
    call,
};

/// Where the daemon and its root of trust are: the module's matter.
const PLACES: [&str; 10] = [
    "do-daemonize",
    "logfile",
    "use-syslog",
    "directory",
    "username",
    "chroot",
    "pidfile",
    "root-hints",
    "trust-anchor-file",
    "auto-trust-anchor-file",
];

/// Where the unit of NixOS may make a socket.
const SOCKET: &str = "/run/unbound/unbound.ctl";

const MANY: [&str; 4] = ["forward-zone", "stub-zone", "auth-zone", "view"];

fn call(value: &Value) -> Option<Value> {
    let mut clauses: Map<String, Value> = Map::new();
    let mut clause: Option<String> = None;
    let mut keeps_root = false;
    for line in value.as_str()?.lines() {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line.split_once(':')?;
        let (name, value) = (name.trim(), value.trim());
        let is_include = name.starts_with("include");
        // The files of the folder are read by themselves.
        if is_include
            && value
                .trim_matches('"')
                .starts_with("/etc/unbound/unbound.conf.d/")
        {
            continue;
        }
        let path = value.trim_matches('"');
        let is_whole = path.starts_with('/');
        if name == "include-toplevel" && is_whole {
            insert(&mut clauses, name, path.into());
            clause = None;
            continue;
        }
        // What is included among the lines of the server is text of that clause.
        let is_of_server = name == "include" && is_whole && clause.as_deref() == Some("server");
        if name.contains(char::is_whitespace) || is_include && !is_of_server {
            return None;
        }
        if value.is_empty() {
            let many = MANY.contains(&name);
            let place = clauses.entry(name.to_owned()).or_insert_with(|| {
                if many {
                    Vec::<Value>::new().into()
                } else {
                    Map::new().into()
                }
            });
            if let Value::Array(list) = place {
                list.push(Map::new().into());
            }
            clause = Some(name.to_owned());
            continue;
        }
        if PLACES.contains(&name) {
            keeps_root |= name == "auto-trust-anchor-file";
            continue;
        }
        let place = match clauses.get_mut(clause.as_ref()?)? {
            Value::Array(list) => list.last_mut()?,
            other => other,
        };
        insert(place.as_object_mut()?, name, scalar(value));
    }
    clauses.retain(|_, clause| clause.as_object().is_none_or(|it| !it.is_empty()));
    let mut options: Map<String, Value> = Map::new();
    // Its socket is in a folder that the unit of NixOS may not write to; that the control is on goes with the socket.
    if let Some(control) = clauses
        .get_mut("remote-control")
        .and_then(Value::as_object_mut)
        && control
            .get("control-interface")
            .and_then(Value::as_str)
            .is_some_and(|it| it.starts_with('/'))
    {
        control.shift_remove("control-interface");
        if control.get("control-enable") != Some(&Value::Bool(false)) {
            control.shift_remove("control-enable");
            options.insert("localControlSocketPath".to_owned(), SOCKET.into());
        }
    }
    clauses.retain(|_, clause| clause.as_object().is_none_or(|it| !it.is_empty()));
    if !clauses.is_empty() {
        options.insert("settings".to_owned(), Value::Object(clauses));
    }
    // The default, which is said where all else is the module's matter.
    if keeps_root && options.is_empty() {
        options.insert("enableRootTrustAnchor".to_owned(), true.into());
    }
    (!options.is_empty()).then_some(Value::Object(options))
}

/// A comment begins with a `#` at the start or behind a blank, outside of quotes.
pub(super) fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut blank = true;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted && blank => return &line[..at],
            _ => {}
        }
        blank = c.is_whitespace();
    }
    line
}

fn scalar(value: &str) -> Value {
    match value {
        "yes" => true.into(),
        "no" => false.into(),
        _ => match value.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => unquoted(value).into(),
        },
    }
}

/// NixOS writes texts of `local-data` and the like as they are given, so only quotes around a plain word go.
fn unquoted(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|it| it.strip_suffix('"'))
        .filter(|it| !it.contains(|c: char| c.is_whitespace() || c == '"') && !it.is_empty())
        .unwrap_or(value)
}

fn insert(fields: &mut Map<String, Value>, name: &str, value: Value) {
    match fields.get_mut(name) {
        None => {
            fields.insert(name.to_owned(), value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = vec![first.take(), value].into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn clauses_that_may_be_many_are_lists() {
        check(
            &FUNCTION,
            "server:\n  directory: \"/etc/unbound\"\n  port: 53 # x\n  do-ip6: no\n  interface: 127.0.0.1\n  interface: \"::1\"\nforward-zone:\n  name: \".\"\n",
            Some(
                json!({"settings": {"server": {"port": 53, "do-ip6": false, "interface": ["127.0.0.1", "::1"]}, "forward-zone": [{"name": "."}]}}),
            ),
        );
        check(
            &FUNCTION,
            "server:\n  local-data: \"a A 192.0.2.1\"\n",
            Some(json!({"settings": {"server": {"local-data": "\"a A 192.0.2.1\""}}})),
        );
        check(&FUNCTION, "include: /etc/x\n", None);
        check(
            &FUNCTION,
            "server:\n  logfile: /var/log/unbound.log\n  port: 53\nremote-control:\n  control-enable: yes\n  control-interface: /run/unbound.ctl\n",
            Some(json!({
                "localControlSocketPath": "/run/unbound/unbound.ctl", "settings": {"server": {"port": 53}},
            })),
        );
        check(
            &FUNCTION,
            "include-toplevel: \"/etc/own/*.conf\"\nserver:\n  include: /etc/unbound/ads.conf\n",
            Some(json!({"settings": {
                "include-toplevel": "/etc/own/*.conf",
                "server": {"include": "/etc/unbound/ads.conf"},
            }})),
        );
    }
}
