//! `my-cnf`: the groups of a my.cnf, as options of `services.mysql`.
//!
//! Manual: <https://mariadb.com/kb/en/configuring-mariadb-with-option-files/>. Where the server and its files are is the
//! module's matter, as are the user and the files that are included: those lines are left out. A text with a password
//! has no answer.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "my-cnf",
    call,
};

/// Names with the value of Debian or Red Hat; what has another value is a choice, and then there is no answer.
const PLACES: [(&str, &[&str]); 5] = [
    ("basedir", &["/usr"]),
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
const LEFT_OUT: [&str; 1] = ["pid-file"];

/// What counts as often as it is there; of all else the last one counts.
const LISTS: [&str; 6] = [
    "binlog-",
    "replicate-",
    "plugin-load-add",
    "performance-schema-instrument",
    "init-connect",
    "wsrep-provider-options",
];

fn call(value: &Value) -> Option<Value> {
    let mut groups: Map<String, Value> = Map::new();
    let mut group: Option<String> = None;
    let mut data: Option<String> = None;
    let mut assume: Vec<&str> = Vec::new();
    for line in value.as_str()?.lines().map(without_comment) {
        if line.is_empty() || line.starts_with('!') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            group = Some(name.trim().to_owned());
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
            if !places.contains(&value?) {
                return None;
            }
            if value == Some("/var/lib/mysql/mysql.sock") {
                say(
                    &mut assume,
                    "programs look for its socket at /run/mysqld/mysqld.sock",
                );
            }
            continue;
        }
        let is_server = group.as_deref().is_some_and(|it| {
            it.starts_with("mysqld") || it.starts_with("mariadb") || it == "server"
        });
        match usual.as_str() {
            "password" => return None,
            "datadir" if value?.trim_end_matches('/') == "/var/lib/mysql" => continue,
            "datadir" => {
                data = value.map(str::to_owned);
                continue;
            }
            // The server may write to its own folder alone.
            "log-error" if is_server => {
                say(&mut assume, "its errors go to the journal");
                continue;
            }
            _ if value.is_some_and(|it| it.starts_with('/')) => say(
                &mut assume,
                "the files and folders that it names are there, and the server may write to them",
            ),
            _ => {}
        }
        put(&mut groups, group.clone()?, name, &usual, value)?;
    }
    if groups.is_empty() && data.is_none() {
        return None;
    }
    let mut options = json!({});
    if let Some(data) = data {
        say(&mut assume, "its data folder is there");
        options["dataDir"] = data.into();
    }
    if !groups.is_empty() {
        options["settings"] = groups.into();
    }
    Some(json!({ "options": options, "assume": assume }))
}

fn say<'a>(assume: &mut Vec<&'a str>, clause: &'a str) {
    if !assume.contains(&clause) {
        assume.push(clause);
    }
}

fn put(
    groups: &mut Map<String, Value>,
    group: String,
    name: &str,
    usual: &str,
    value: Option<&str>,
) -> Option<()> {
    let value: Value = match value {
        None => true.into(),
        Some(value) => match value.parse::<i64>() {
            Ok(number) if number.to_string() == value => number.into(),
            _ => value.into(),
        },
    };
    let names = groups
        .entry(group)
        .or_insert_with(|| json!({}))
        .as_object_mut()?;
    // `-` and `_` are the same to the server.
    let there = names
        .keys()
        .find(|it| it.replace('_', "-") == usual)
        .cloned();
    let is_list = LISTS.iter().any(|it| usual.starts_with(it)) && usual != "binlog-format";
    match there {
        Some(there) if is_list => match names.get_mut(&there)? {
            Value::Array(list) => list.push(value),
            first => *first = json!([first.clone(), value]),
        },
        Some(there) => {
            names.shift_remove(&there);
            names.insert(name.to_owned(), value);
        }
        None => {
            names.insert(name.to_owned(), value);
        }
    }
    Some(())
}

/// A line without the blanks around it, and without a comment, which may begin within it at a `#`.
fn without_comment(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with(['#', ';']) {
        return "";
    }
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') if before.is_whitespace() => return line[..at].trim_end(),
            _ => {}
        }
        before = c;
    }
    line
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
            "!includedir /etc/x\n[mysqld]\nuser = mysql\nbasedir=/usr\nskip-name-resolve\nmax_connections = 50 # few\nbind-address = 127.0.0.1\n",
            Some(json!({
                "options": {"settings": {"mysqld": {
                    "skip-name-resolve": true, "max_connections": 50, "bind-address": "127.0.0.1",
                }}},
                "assume": [],
            })),
        );
        check(
            &FUNCTION,
            "[mysqld]\ndatadir = /srv/db\nlog_error = /var/log/mysql/error.log\n",
            Some(json!({
                "options": {"dataDir": "/srv/db"},
                "assume": ["its errors go to the journal", "its data folder is there"],
            })),
        );
        check(&FUNCTION, "[mysqld]\nuser = mysql\n", None);
        check(&FUNCTION, "[mysqld]\ntmpdir = /srv/tmp\n", None);
        check(&FUNCTION, "[client]\npassword = x\n", None);
    }

    #[test]
    fn the_last_one_counts_or_all_do() {
        check(
            &FUNCTION,
            "[mysqld]\nmax-connections = 5\nmax_connections = 6\nreplicate-do-db = a\nreplicate-do-db = b\n",
            Some(json!({
                "options": {"settings": {"mysqld": {"max_connections": 6, "replicate-do-db": ["a", "b"]}}},
                "assume": [],
            })),
        );
    }
}
