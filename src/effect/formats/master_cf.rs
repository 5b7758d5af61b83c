//! `master-cf`: postfix's master.cf as services/mail/postfix.nix writes it; a service counts by its name and kind.

use serde_json::{Map, Value, json};

use super::{Format, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "master-cf",
    write,
    tree,
};

/// What the module says itself: postfix.nix:1080-1190.
fn own() -> Value {
    json!({
        "anvil": {"maxproc": 1},
        "bounce": {"maxproc": 0},
        "cleanup": {"maxproc": 0, "private": false},
        "defer": {"command": "bounce", "maxproc": 0},
        "discard": {},
        "error": {},
        "flush": {"maxproc": 0, "private": false, "wakeup": 1000, "wakeupUnusedComponent": false},
        "lmtp": {},
        "local": {"privileged": true},
        "pickup": {"maxproc": 1, "private": false, "wakeup": 60},
        "proxymap": {},
        "proxywrite": {"command": "proxymap", "maxproc": 1},
        "qmgr": {"maxproc": 1, "private": false, "wakeup": 300},
        "retry": {"command": "error"},
        "rewrite": {"command": "trivial-rewrite"},
        "scache": {"maxproc": 1},
        "showq": {"private": false},
        "tlsmgr": {"maxproc": 1, "wakeup": 1000, "wakeupUnusedComponent": false},
        "trace": {"command": "bounce", "maxproc": 0},
        "verify": {"maxproc": 1},
        "virtual": {"privileged": true},
    })
}

fn write(value: &Value) -> Option<String> {
    let is = |name: &str| value.get(name) == Some(&Value::Bool(true));
    let mut services = own();
    if value.get("enableSmtp") != Some(&Value::Bool(false)) {
        services["smtp"] = json!({});
        services["smtp_inet"] =
            json!({"command": "smtpd", "name": "smtp", "private": false, "type": "inet"});
        services["relay"] = json!({"command": "smtp", "args": ["-o", "smtp_fallback_relay="]});
    }
    if is("enableSubmission") {
        services["submission"] = listener(value.get("submissionOptions"));
    }
    if is("enableSubmissions") {
        let mut options = value.get("submissionsOptions").cloned().unwrap_or_default();
        options["smtpd_tls_wrappermode"] = "yes".into();
        if !matches!(text(&options, "smtpd_tls_security_level"), "encrypt") {
            options["smtpd_tls_security_level"] = "encrypt".into();
        }
        services["submissions"] = listener(Some(&options));
    }
    let given = value.pointer("/settings/master").and_then(Value::as_object);
    for (name, given) in given.into_iter().flatten() {
        for (field, value) in given.as_object()? {
            match (&mut services[name][field], value) {
                // The default of a service that says nothing.
                (own, value) if field == "type" && value == "unix" && !own.is_null() => {}
                (Value::Array(list), Value::Array(more)) => list.extend(more.iter().cloned()),
                (place, value) => *place = value.clone(),
            }
        }
        if services[name].is_null() {
            services[name] = json!({});
        }
    }
    let mut text = String::new();
    for (name, service) in services.as_object()? {
        text += &line(name, service);
    }
    Some(text)
}

fn listener(options: Option<&Value>) -> Value {
    let options = options.and_then(Value::as_object);
    let arguments = options.into_iter().flatten();
    let arguments =
        arguments.flat_map(|(name, value)| ["-o".to_owned(), format!("{name}={}", plain(value))]);
    json!({"command": "smtpd", "private": false, "type": "inet", "args": arguments.collect::<Vec<String>>()})
}

fn line(name: &str, service: &Value) -> String {
    let or = |field: &str, default: &str| {
        let value = service.get(field).filter(|it| !it.is_null());
        value.map_or_else(|| default.to_owned(), plain)
    };
    let yes_no = |field: &str| match service.get(field) {
        Some(Value::Bool(true)) => "y",
        Some(Value::Bool(false)) => "n",
        _ => "-",
    };
    let unprivileged = match yes_no("privileged") {
        "y" => "n",
        "n" => "y",
        other => other,
    };
    let mut wakeup = or("wakeup", "-");
    if service.get("wakeupUnusedComponent") == Some(&Value::Bool(false)) {
        wakeup.push('?');
    }
    let arguments = service.get("args").and_then(Value::as_array);
    let arguments: Vec<String> = arguments.into_iter().flatten().map(plain).collect();
    format!(
        "{} {} {} {unprivileged} {} {wakeup} {} {} {}\n",
        or("name", name),
        or("type", "unix"),
        yes_no("private"),
        yes_no("chroot"),
        or("maxproc", "-"),
        or("command", name),
        arguments.join(" ")
    )
}

fn tree(text: &str) -> Result<Value, String> {
    const COLUMNS: [&str; 5] = ["private", "unprivileged", "chroot", "wakeup", "maxproc"];
    let mut lines: Vec<String> = Vec::new();
    for line in text
        .lines()
        .filter(|it| !it.trim().is_empty() && !it.trim().starts_with('#'))
    {
        match lines.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(last) => *last += line,
            None => lines.push(line.to_owned()),
        }
    }
    let mut map: Map<String, Value> = Map::new();
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, kind, rest @ ..] = words.as_slice() else {
            return Err(format!("`{line}` is no service"));
        };
        if rest.len() < 6 {
            return Err(format!("`{line}` is no service"));
        }
        let (columns, command) = rest.split_at(5);
        let mut service = json!({ "command": command[0] });
        for (column, value) in COLUMNS.iter().zip(columns) {
            // What master(5) has where nothing is said.
            let default = match *column {
                "private" | "unprivileged" => "y",
                "chroot" => "n",
                "wakeup" => "0",
                _ => "100",
            };
            service[*column] = (if *value == "-" { default } else { value }).into();
        }
        // In which order settings are given says nothing; the same program gets other arguments as they are.
        let mut settings: Vec<String> = Vec::new();
        let mut others: Vec<&str> = Vec::new();
        let mut words = command[1..].iter();
        while let Some(word) = words.next() {
            match (*word, words.clone().next()) {
                ("-o", Some(setting)) => {
                    settings.push((*setting).to_owned());
                    words.next();
                }
                (other, _) => others.push(other),
            }
        }
        for setting in settings {
            service["settings"][setting] = true.into();
        }
        service["arguments"] = others.into();
        // Both were pipes before postfix 2.11, which makes them sockets when it is upgraded.
        let was_pipe = matches!(*name, "pickup" | "qmgr") && *kind == "fifo";
        let kind = if was_pipe { "unix" } else { kind };
        map.insert(format!("{name} {kind}"), service);
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::FORMAT;

    #[test]
    fn what_is_given_stands_beside_the_modules_own() {
        let value = json!({
            "enableSubmission": true, "submissionOptions": {"a": "b"},
            "settings": {"master": {"smtp_inet": {"maxproc": 1}, "hold": {"command": "smtp", "args": ["-v"]}}},
        });
        let text = (FORMAT.write)(&value).expect("there is something to write");
        let tree = (FORMAT.tree)(&text).expect("it can be read");
        let source = "smtp inet n - - - 1 smtpd\nhold unix - - n - - smtp\n  -v\nsubmission inet n - n - - smtpd\n  -o a=b\n";
        let wanted = (FORMAT.tree)(source).expect("it can be read");
        for (name, service) in wanted.as_object().expect("it has services") {
            assert_eq!(tree.get(name), Some(service), "{name}");
        }
    }
}
