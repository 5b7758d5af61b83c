//! `my-cnf`: the groups of a my.cnf, as `services.mysql.settings` takes them.
//!
//! Manual: <https://mariadb.com/kb/en/configuring-mariadb-with-option-files/>. Where the server and its files are is the
//! module's matter, as are the user and the files that are included: those lines are left out.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "my-cnf",
    call,
};

/// Names with the value of Debian or Red Hat; what has another value is a choice, and then there is no answer.
const PLACES: [(&str, &[&str]); 6] = [
    ("basedir", &["/usr"]),
    ("datadir", &["/var/lib/mysql"]),
    ("user", &["mysql"]),
    ("tmpdir", &["/tmp"]),
    (
        "socket",
        &[
            "/var/run/mysqld/mysqld.sock",
            "/run/mysqld/mysqld.sock",
            "/var/lib/mysql/mysql.sock",
        ],
    ),
    (
        "lc-messages-dir",
        &["/usr/share/mysql", "/usr/share/mysql/english"],
    ),
];

/// The unit of NixOS has its own.
const LEFT_OUT: [&str; 2] = ["pid-file", "symbolic-links"];

fn call(value: &Value) -> Option<Value> {
    let mut groups: Map<String, Value> = Map::new();
    let mut group: Option<String> = None;
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            group = Some(name.to_owned());
            continue;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (line, None),
        };
        let usual = name.replace('_', "-");
        if LEFT_OUT.contains(&usual.as_str()) {
            continue;
        }
        if let Some((_, places)) = PLACES.iter().find(|it| it.0 == usual) {
            if places.contains(&value?) {
                continue;
            }
            return None;
        }
        let value: Value = match value {
            None => true.into(),
            Some(value) => match value.parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => value.into(),
            },
        };
        groups
            .entry(group.clone()?)
            .or_insert_with(|| Map::new().into())
            .as_object_mut()?
            .insert(name.to_owned(), value);
    }
    (!groups.is_empty()).then_some(Value::Object(groups))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn the_places_of_distributions_are_left_out() {
        check(
            &FUNCTION,
            "!includedir /etc/x\n[mysqld]\nuser = mysql\nbasedir=/usr\nskip-name-resolve\nmax_connections = 50\nbind-address = 127.0.0.1\n",
            Some(
                json!({"mysqld": {"skip-name-resolve": true, "max_connections": 50, "bind-address": "127.0.0.1"}}),
            ),
        );
        check(&FUNCTION, "[mysqld]\ndatadir = /srv/db\n", None);
        check(&FUNCTION, "[mysqld]\nuser = mysql\n", None);
    }
}
