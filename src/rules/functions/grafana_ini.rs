//! `grafana-ini`: grafana.ini as options of `services.grafana`.
//!
//! Manual: <https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/>
//!
//! Follows nixos/modules/services/monitoring/grafana.nix, whose program listens to the machine itself where nothing is said,
//! and whose folders are those of Debian's package. A name without a folder is one of the folder of the data.

use serde_json::{Map, Value, json};

use super::{Function, ini};
use crate::rules::typed::typed;
use crate::schema::{self, Found};

pub(super) static FUNCTION: Function = Function {
    name: "grafana-ini",
    call,
};

const DATA: &str = "/var/lib/grafana";

const QUOTES: &str = "\"\"\"";

/// What the module says anyway: the section, the name and the values.
const USUAL: [(&str, &str, &[&str]); 4] = [
    ("paths", "data", &[DATA, "data"]),
    (
        "paths",
        "plugins",
        &["/var/lib/grafana/plugins", "data/plugins"],
    ),
    (
        "paths",
        "provisioning",
        &["/etc/grafana/provisioning", "conf/provisioning"],
    ),
    ("paths", "logs", &["/var/log/grafana", "data/log"]),
];

fn call(value: &Value) -> Option<Value> {
    let (globals, sections) = ini::read(value.as_str()?)?;
    let is_usual = |(name, value): (&String, &Value)| {
        matches!(
            (name.as_str(), value.as_str()),
            ("app_mode", Some("production")) | ("instance_name", Some("${HOSTNAME}"))
        )
    };
    if !globals.iter().all(is_usual) || sections.is_empty() {
        return None;
    }
    let mut settings: Map<String, Value> = Map::new();
    let mut options: Map<String, Value> = Map::new();
    for (section, names) in &sections {
        for (name, value) in names.as_object()? {
            let text = value.as_str().unwrap_or_default();
            let usual = USUAL.iter().find(|it| (it.0, it.1) == (section, name));
            if usual.is_some_and(|it| it.2.contains(&text)) {
                continue;
            }
            if (section.as_str(), name.as_str()) == ("paths", "data") {
                options.insert(
                    "dataDir".to_owned(),
                    text.starts_with('/').then(|| value.clone())?,
                );
                continue;
            }
            let is_file = (section.as_str(), name.as_str()) == ("database", "path");
            // Three quotes keep signs that would begin a comment: a text without such signs is the same without them.
            let bare = text
                .strip_prefix(QUOTES)
                .and_then(|it| it.strip_suffix(QUOTES));
            let bare = bare.filter(|it| !it.contains(['#', ';', '`', '"']));
            let value = match bare {
                Some(bare) => bare.into(),
                None if is_file && !text.starts_with('/') => format!("{DATA}/{text}").into(),
                None => value.clone(),
            };
            if let Some(value) = fitting(section, name, value)? {
                let own = settings.entry(section.clone()).or_insert_with(|| json!({}));
                own[name.as_str()] = value;
            }
        }
    }
    let says = settings.get("server").and_then(|it| it.get("http_addr"));
    if says.is_none() {
        let own = settings.entry("server").or_insert_with(|| json!({}));
        own["http_addr"] = "".into();
    }
    options.insert("settings".to_owned(), Value::Object(settings));
    Some(Value::Object(options))
}

/// Returns a value as its option takes it, where there is one; nothing for an empty one that the option does not take.
fn fitting(section: &str, name: &str, value: Value) -> Option<Option<Value>> {
    let path = ["services", "grafana", "settings", section, name].map(str::to_owned);
    let is_option = matches!(schema::lookup(&path), Some(Found::Option(it)) if !it.inside);
    if !is_option {
        return Some(Some(value));
    }
    match typed(&path, &value) {
        Some(value) => Some(Some(value)),
        None if value == "" => Some(None),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_the_module_has_otherwise_is_said() {
        check(
            &FUNCTION,
            "app_mode = production\n[paths]\ndata = /var/lib/grafana\nlogs = /var/log/grafana\n[server]\nhttp_port = 80\nread_timeout = 0\n\
             cert_file =\n[database]\npath = x.db\n[auth.github]\nenabled = true\n[smtp]\nstartTLS_policy =\n",
            Some(json!({
                "settings": {
                    "server": {"http_port": 80, "read_timeout": "0", "cert_file": "", "http_addr": ""},
                    "database": {"path": "/var/lib/grafana/x.db"},
                    "auth.github": {"enabled": true},
                },
            })),
        );
        check(
            &FUNCTION,
            "[server]\nhttp_addr = ::\n[database]\npassword = \"\"\"abc\"\"\"\nuser = \"\"\"a#b\"\"\"\n",
            Some(json!({"settings": {
                "server": {"http_addr": "::"},
                "database": {"password": "abc", "user": "\"\"\"a#b\"\"\""},
            }})),
        );
        check(
            &FUNCTION,
            "app_mode = development\n[server]\nhttp_port = 80\n",
            None,
        );
        check(&FUNCTION, "[server]\nhttp_port = many\n", None);
    }
}
