//! `fail2ban`: jail.local as services/security/fail2ban.nix writes it; a jail `ssh` with the filter `sshd` is one `sshd`.

use serde_json::{Map, Value, json};

use super::{Format, ini, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "fail2ban",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let own = |name: &str| value.get(name).filter(|it| !it.is_null());
    let mut default = json!({});
    if let Some(increment) = own("bantime-increment").and_then(Value::as_object)
        && increment.get("enable") == Some(&Value::Bool(true))
    {
        default["bantime.increment"] = true.into();
        for (name, value) in increment
            .iter()
            .filter(|it| it.0 != "enable" && !it.1.is_null())
        {
            default[format!("bantime.{name}")] = value.clone();
        }
    }
    for name in ["banaction", "maxretry", "bantime"] {
        if let Some(value) = own(name) {
            default[name] = value.clone();
        }
    }
    default["backend"] = "systemd".into();
    if let Some(value) = own("banaction-allports") {
        default["banaction_allports"] = value.clone();
    }
    let ignored = own("ignoreIP").and_then(Value::as_array);
    let ignored: Vec<String> = ignored.into_iter().flatten().map(plain).collect();
    default["ignoreip"] = format!("127.0.0.1/8 ::1 {}", ignored.join(" ")).into();
    let mut sections = json!({ "DEFAULT": default });
    let jails = own("jails").and_then(Value::as_object);
    for (name, jail) in jails.into_iter().flatten() {
        let mut section = match sections.get(name) {
            Some(Value::Object(section)) => section.clone(),
            _ => Map::new(),
        };
        if name != "DEFAULT" {
            let enabled = jail.get("enabled").cloned().unwrap_or(true.into());
            section.insert("enabled".to_owned(), enabled);
        }
        for (name, value) in jail
            .get("settings")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            section.insert(name.clone(), value.clone());
        }
        sections[name] = section.into();
    }
    ini::write(&sections)
}

fn tree(source: &str) -> Result<Value, String> {
    let source: String = source
        .lines()
        .map(|line| line.split(" ;").next().unwrap_or_default().to_owned() + "\n")
        .collect();
    let Value::Object(sections) = ini::tree(&source)? else {
        return Err("it has no sections".to_owned());
    };
    let mut all: Map<String, Value> = Map::new();
    for (name, section) in sections {
        let mut own = json!({});
        for (name, values) in section.as_object().into_iter().flatten() {
            let last = values.as_array().and_then(|it| it.last());
            let words: Vec<&str> = last
                .and_then(Value::as_str)
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            if name == "ignoreip" {
                for address in words
                    .iter()
                    .flat_map(|it| it.split(','))
                    .filter(|it| !it.is_empty())
                {
                    own[name][address] = true.into();
                }
            } else {
                own[name] = words.join(" ").into();
            }
        }
        let is_sshd = name == "ssh" && text(&own, "filter") == "sshd";
        all.insert(if is_sshd { "sshd".to_owned() } else { name }, own);
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn defaults_and_jails_are_sections() {
        check(
            &FORMAT,
            &json!({
                "bantime": "1h", "maxretry": 3, "ignoreIP": ["192.0.2.1"],
                "bantime-increment": {"enable": true, "factor": "2", "formula": null},
                "jails": {"sshd": {"enabled": true, "settings": {"maxretry": 2}}, "DEFAULT": {"settings": {"findtime": "9m"}}},
            }),
            "[DEFAULT]\nbantime = 1h ; x\nmaxretry = 3\nfindtime = 9m\nbackend = systemd\nbantime.increment = true\nbantime.factor = 2\nignoreip = 127.0.0.1/8 ::1,\n  192.0.2.1\n[sshd]\nenabled = true\nmaxretry = 2\n",
        );
    }
}
