//! `acme-hook`: the services that a hook of certbot reloads or restarts, as `security.acme.defaults.reloadServices` takes
//! them.
//!
//! A hook that does anything else, such as to copy a certificate, has no answer: where that is on NixOS is another place.

use serde_json::Value;

use super::Function;
use crate::model::Family;
use crate::rules::names;

pub(super) static FUNCTION: Function = Function {
    name: "acme-hook",
    call,
};

const ACTIONS: [&str; 7] = [
    "reload",
    "restart",
    "try-restart",
    "force-reload",
    "reload-or-restart",
    "try-reload-or-restart",
    "reload-or-try-restart",
];

fn call(value: &Value) -> Option<Value> {
    let mut units: Vec<String> = Vec::new();
    for line in value.as_str()?.lines().map(str::trim) {
        let is_nothing = line.is_empty() || line.starts_with('#') || line.starts_with("set -");
        // The runner of hooks says when it calls them.
        let is_guard = (line.starts_with("test ") || line.starts_with('['))
            && line.contains("renew")
            && line.ends_with("|| exit 0");
        if is_nothing || is_guard || line == "exit 0" {
            continue;
        }
        let line = line.strip_suffix("|| true").unwrap_or(line).trim();
        let line = line.split(" >").next().unwrap_or(line);
        let mut words = line.split_whitespace();
        let program = words.next()?;
        let program = program.rsplit('/').next().unwrap_or(program);
        let words: Vec<&str> = words.filter(|it| !it.starts_with('-')).collect();
        let services = match (program, words.as_slice()) {
            ("systemctl", [action, services @ ..]) if ACTIONS.contains(action) => services.to_vec(),
            ("service", [service, action]) if ACTIONS.contains(action) => vec![*service],
            ("nginx", ["reload"]) => vec![program],
            (_, _) => return None,
        };
        units.extend(services.iter().map(|it| unit(it)));
    }
    units.dedup();
    let is_name = |it: &String| {
        it.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.@".contains(c))
    };
    (!units.is_empty() && units.iter().all(is_name)).then(|| units.into())
}

/// The unit of NixOS for that of a distribution.
fn unit(service: &str) -> String {
    let found = names::service(service, Family::Debian).and_then(|it| it.unit);
    match found {
        Some(unit) => unit.to_owned(),
        None if service.contains('.') => service.to_owned(),
        None => format!("{service}.service"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_is_reloaded_is_a_list() {
        for (hook, units) in [
            (
                "#!/bin/sh\nsystemctl reload nginx\n",
                Some(json!(["nginx.service"])),
            ),
            (
                "#!/bin/bash\nset -e\ntest \"$1\" = renew || exit 0\n\n/usr/bin/systemctl restart shop.service other || true\n",
                Some(json!(["shop.service", "other.service"])),
            ),
            (
                "#!/bin/sh\nservice apache2 restart\n",
                Some(json!(["httpd.service"])),
            ),
            ("#!/bin/sh\nservice apache2 start\n", None),
            ("#!/bin/sh\ncp a b\nsystemctl reload nginx\n", None),
            ("#!/bin/sh\nsystemctl reload $x\n", None),
            ("#!/bin/sh\n", None),
        ] {
            check(&FUNCTION, hook, units);
        }
    }
}
