//! `rsyncd`: an rsyncd.conf, as attributes of `services.rsyncd`.
//!
//! Manual: rsyncd.conf(5). The port is an option; the unit of NixOS needs no file with the daemon's number.

use serde_json::{Map, Value, json};

use super::{Function, ini};

pub(super) static FUNCTION: Function = Function {
    name: "rsyncd",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let (mut globals, sections) = ini::read(value.as_str()?)?;
    let mut all: Map<String, Value> = Map::new();
    globals.shift_remove("pid file");
    if let Some(port) = globals.shift_remove("port") {
        all.insert("port".to_owned(), port.as_u64()?.into());
    }
    let mut settings = json!({});
    if !globals.is_empty() {
        settings["globalSection"] = globals.into();
    }
    if !sections.is_empty() {
        settings["sections"] = sections.into();
    }
    if settings != json!({}) {
        all.insert("settings".to_owned(), settings);
    }
    (!all.is_empty()).then_some(Value::Object(all))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn settings_before_the_modules_are_global() {
        check(
            &FUNCTION,
            "use chroot = no\npid file = /run/rsyncd.pid\nport = 8730\n[files]\n\tpath = /srv\n\tmax connections = 4\n",
            Some(json!({"port": 8730, "settings": {
                "globalSection": {"use chroot": "no"},
                "sections": {"files": {"path": "/srv", "max connections": 4}},
            }})),
        );
        check(&FUNCTION, "# nothing\n", None);
        check(&FUNCTION, "port = x\n", None);
    }
}
