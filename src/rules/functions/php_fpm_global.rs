//! `php-fpm-global`: the section `[global]` of php-fpm.conf, for `services.phpfpm.settings`.
//!
//! Manual: <https://www.php.net/manual/install.fpm.configuration.php>. The module says where its processes and its log
//! are, and each pool has a php-fpm of its own: those lines are left out, as are the files of pools, which are read for
//! themselves. A file with pools of its own has no answer.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "php-fpm-global",
    call,
};

const OF_MODULE: [&str; 5] = [
    "pid",
    "error_log",
    "daemonize",
    "include",
    "systemd_interval",
];

fn call(value: &Value) -> Option<Value> {
    let mut settings: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            (line == "[global]").then_some(())?;
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), value.trim().trim_matches('"'));
        if OF_MODULE.contains(&name) {
            continue;
        }
        let value = match value.parse::<i64>() {
            Ok(number) if number.to_string() == value => number.into(),
            _ => value.into(),
        };
        settings.insert(name.to_owned(), value);
    }
    (!settings.is_empty()).then_some(Value::Object(settings))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_the_module_says_itself_is_left_out() {
        check(
            &FUNCTION,
            "; x\n[global]\npid = /run/php.pid\nerror_log = /var/log/php.log\nlog_level = notice\n\
             emergency_restart_threshold = 10\ninclude=/etc/php/8.2/fpm/pool.d/*.conf\n",
            Some(json!({ "log_level": "notice", "emergency_restart_threshold": 10 })),
        );
        check(&FUNCTION, "[www]\nuser = x\n", None);
        check(&FUNCTION, "[global]\npid = /run/x\n", None);
    }
}
