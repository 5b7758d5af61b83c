//! `php-pool`: the file of one php-fpm pool, as an attribute of `services.phpfpm.pools`.
//!
//! Manual: <https://www.php.net/manual/install.fpm.configuration.php>; follows
//! nixos/modules/services/web-servers/phpfpm/default.nix, which quotes texts: a truth value between quotes is none to
//! php-fpm, so those are Nix's own. User and group are options, `env[...]` is phpEnv, the rest settings. A file with
//! several pools has no answer.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "php-pool",
    call,
};

/// Folders of sockets that Debian and Red Hat make at boot.
const SOCKET_FOLDERS: [&str; 3] = ["/run/php", "/var/run/php", "/run/php-fpm"];

/// Folders of sessions that Debian and Red Hat make.
const SESSION_FOLDERS: [&str; 2] = ["/var/lib/php/sessions", "/var/lib/php/session"];

fn call(value: &Value) -> Option<Value> {
    let mut pools = 0;
    let mut settings: Map<String, Value> = Map::new();
    let mut environment: Map<String, Value> = Map::new();
    let mut assume: Vec<String> = Vec::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            pools += 1;
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), scalar(value.trim())?);
        if name == "include" {
            return None;
        }
        match name
            .strip_prefix("env[")
            .and_then(|it| it.strip_suffix(']'))
        {
            Some(name) => {
                let text = match &value {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let text = match name {
                    "PATH" => programs_of_nixos(&text),
                    _ => text,
                };
                environment.insert(name.to_owned(), text.into());
            }
            None => {
                settings.insert(name.to_owned(), value);
            }
        }
    }
    let user = settings.shift_remove("user")?;
    if pools != 1 {
        return None;
    }
    let mut pool = json!({ "user": user });
    if let Some(group) = settings.shift_remove("group") {
        pool["group"] = group;
    }
    if !environment.is_empty() {
        pool["phpEnv"] = environment.into();
    }
    let mut folders: Vec<String> = Vec::new();
    if let Some(socket) = settings.get("listen").and_then(Value::as_str)
        && let Some((folder, _)) = socket.rsplit_once('/')
        && SOCKET_FOLDERS.contains(&folder)
    {
        folders.push(format!("d {folder} 0755 root root - -"));
    }
    for name in ["php_value", "php_admin_value"] {
        let path = settings.get(&format!("{name}[session.save_path]"));
        if let Some(path) = path.and_then(Value::as_str)
            && SESSION_FOLDERS.contains(&path)
        {
            folders.push(format!("d {path} 1733 root root - -"));
        }
    }
    for (name, value) in &settings {
        let is_log =
            ["access.log", "slowlog"].contains(&name.as_str()) || name.ends_with("[error_log]");
        if let Some((folder, _)) = value.as_str().and_then(|it| it.rsplit_once('/'))
            && is_log
            && folder.starts_with('/')
            && folder != "/var/log"
        {
            let clause = format!("`{folder}` is there, and the pool may write to it");
            if !assume.contains(&clause) {
                assume.push(clause);
            }
        }
    }
    if !settings.is_empty() {
        pool["settings"] = settings.into();
    }
    Some(json!({ "pool": pool, "folders": folders, "assume": assume }))
}

/// Puts the folders of programs that NixOS has for those of a distribution, where there are no others.
fn programs_of_nixos(path: &str) -> String {
    let is_usual = |it: &str| {
        let folder = it.trim_start_matches("/usr").trim_start_matches("/local");
        matches!(folder, "/bin" | "/sbin" | "/games")
    };
    match path.split(':').all(is_usual) {
        true => "/run/wrappers/bin:/run/current-system/sw/bin".to_owned(),
        false => path.to_owned(),
    }
}

/// A value as PHP's reader of ini takes it.
fn scalar(text: &str) -> Option<Value> {
    if let Some(quoted) = text.strip_prefix('"') {
        let inner = quoted.split_once('"')?.0;
        return (!inner.contains('\\')).then(|| inner.into());
    }
    // A comment may stand behind a value.
    let text = match text.split_once(';') {
        Some((before, _)) => before.trim_end(),
        None => text,
    };
    Some(match text.to_lowercase().as_str() {
        "on" | "yes" | "true" => true.into(),
        "off" | "no" | "false" => false.into(),
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => number.into(),
            _ => text.into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn user_and_group_stand_apart() {
        check(
            &FUNCTION,
            "; x\n[www]\nuser = web\ngroup = www-data\nlisten = /run/php/x.sock\npm = ondemand\npm.max_children = 5\n\
             catch_workers_output = yes\nlisten.mode = 0660\nenv[TMP] = /tmp\nphp_admin_value[memory_limit] = \"64M\" ; y\n",
            Some(json!({
                "pool": {
                    "user": "web", "group": "www-data", "phpEnv": {"TMP": "/tmp"},
                    "settings": {
                        "listen": "/run/php/x.sock", "pm": "ondemand", "pm.max_children": 5,
                        "catch_workers_output": true, "listen.mode": "0660", "php_admin_value[memory_limit]": "64M",
                    },
                },
                "folders": ["d /run/php 0755 root root - -"],
                "assume": [],
            })),
        );
        check(
            &FUNCTION,
            "[www]\nuser = web\nslowlog = /var/log/php-fpm/slow.log\nenv[PATH] = /usr/local/bin:/usr/bin:/bin\n\
             php_value[session.save_path] = /var/lib/php/sessions\n",
            Some(json!({
                "pool": {
                    "user": "web", "phpEnv": {"PATH": "/run/wrappers/bin:/run/current-system/sw/bin"},
                    "settings": {
                        "slowlog": "/var/log/php-fpm/slow.log",
                        "php_value[session.save_path]": "/var/lib/php/sessions",
                    },
                },
                "folders": ["d /var/lib/php/sessions 1733 root root - -"],
                "assume": ["`/var/log/php-fpm` is there, and the pool may write to it"],
            })),
        );
        check(&FUNCTION, "[a]\nuser = x\n[b]\nuser = y\n", None);
        check(&FUNCTION, "[a]\npm = static\n", None);
    }
}
