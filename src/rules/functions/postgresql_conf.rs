//! `postgresql-conf`: a postgresql.conf as options of `services.postgresql`.
//!
//! Manual: <https://www.postgresql.org/docs/current/config-setting.html>; follows
//! nixos/modules/services/databases/postgresql.nix. Places of files are the module's matter; where it listens and logs
//! the module says itself, so that another value has to stand against it. A text with a password has no answer.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "postgresql-conf",
    call,
};

/// The module has its own.
const LEFT_OUT: [&str; 2] = ["external_pid_file", "stats_temp_directory"];

/// Files that are read for themselves where distributions have them.
const FILES: [(&str, &str); 3] = [
    ("config_file", "postgresql.conf"),
    ("hba_file", "pg_hba.conf"),
    ("ident_file", "pg_ident.conf"),
];

fn is_usual_place(name: &str, path: &str) -> bool {
    let folders = [
        "/etc/postgresql/",
        "/var/lib/pgsql/",
        "/var/lib/postgres/",
        "ConfigDir/",
    ];
    FILES
        .iter()
        .any(|(it, file)| *it == name && path.rsplit('/').next() == Some(file))
        && folders.iter().any(|it| path.starts_with(it))
}

/// Libraries that come with the server.
const LIBRARIES: [&str; 10] = [
    "auth_delay",
    "auto_explain",
    "basebackup_to_shell",
    "passwordcheck",
    "pg_overexplain",
    "pg_prewarm",
    "pg_stat_statements",
    "plpgsql",
    "sepgsql",
    "test_decoding",
];

/// Names below `ssl` that Debian gives to a certificate of its own making.
const SNAKEOIL: &str = "ssl-cert-snakeoil";

fn call(value: &Value) -> Option<Value> {
    let mut found: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines() {
        if let Some((name, value)) = read_line(line)? {
            // The last one counts, and stands where it stood.
            found.shift_remove(&name);
            found.insert(name, value);
        }
    }
    let mut options: Map<String, Value> = Map::new();
    let mut settings: Map<String, Value> = Map::new();
    let mut assume: Vec<String> = Vec::new();
    let snakeoil = found
        .values()
        .any(|it| it.as_str().is_some_and(|it| it.contains(SNAKEOIL)));
    if snakeoil {
        let clause = "connections need no TLS with the certificate that Debian makes for itself";
        assume.push(clause.to_owned());
    }
    for (name, value) in found {
        let text = value.as_str().unwrap_or_default();
        match name.as_str() {
            _ if LEFT_OUT.contains(&name.as_str()) => {}
            "config_file" | "hba_file" | "ident_file" if is_usual_place(&name, text) => {}
            // Nobody else reads it.
            "config_file" | "hba_file" | "ident_file" => return None,
            "ssl" | "ssl_cert_file" | "ssl_key_file" if snakeoil => {}
            "include" => return None,
            // A file that the machine has was put in its place.
            "include_if_exists" => assume.push(format!("no file is there at `{text}`")),
            // Its files are read for themselves.
            "include_dir" if text.trim_end_matches('/').ends_with("conf.d") => {}
            "include_dir" => return None,
            "data_directory" if text.starts_with("/var/lib/postgresql/") => {
                let clause = "its data are carried over to the folder that NixOS has for it";
                assume.push(clause.to_owned());
            }
            "data_directory" => {
                options.insert("dataDir".to_owned(), value);
            }
            "unix_socket_directories" | "unix_socket_directory"
                if matches!(text, "/var/run/postgresql" | "/run/postgresql") => {}
            "listen_addresses" if text == "localhost" => {}
            "listen_addresses" if text == "*" => {
                options.insert("enableTCPIP".to_owned(), true.into());
            }
            "log_destination" if text == "stderr" => {}
            "listen_addresses" | "log_destination" => {
                settings.insert(name, json!({ "$force": value }));
            }
            "jit" if value == json!(true) => {
                options.insert("enableJIT".to_owned(), true.into());
            }
            "jit" => {}
            "shared_preload_libraries" => {
                let own = |it: &&str| !it.is_empty() && !LIBRARIES.contains(it);
                for library in text.split(',').map(str::trim).filter(own) {
                    assume.push(format!(
                        "services.postgresql.extensions has the package of `{library}`"
                    ));
                }
                settings.insert(name, value);
            }
            "primary_conninfo" if text.contains("password") => return None,
            _ => {
                settings.insert(name, value);
            }
        }
    }
    if !settings.is_empty() {
        options.insert("settings".to_owned(), settings.into());
    }
    let says = !options.is_empty();
    says.then(|| json!({ "options": options, "assume": assume }))
}

/// Reads a line: nothing where it says nothing, none where it cannot be read.
fn read_line(line: &str) -> Option<Option<(String, Value)>> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Some(None);
    }
    let end = line.find(|c: char| c == '=' || c.is_whitespace())?;
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    let value = match rest.strip_prefix('\'') {
        Some(quoted) => quoted_text(quoted)?.into(),
        None => {
            let end = rest.find(|c: char| c == '#' || c.is_whitespace());
            plain(&rest[..end.unwrap_or(rest.len())])?
        }
    };
    Some(Some((name.to_lowercase(), value)))
}

fn quoted_text(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' if rest.peek() == Some(&'\'') => {
                rest.next();
                value.push('\'');
            }
            '\'' => return Some(value),
            // What it stands for the module would not write so.
            '\\' => return None,
            _ => value.push(c),
        }
    }
    None
}

fn plain(word: &str) -> Option<Value> {
    if word.is_empty() {
        return None;
    }
    Some(match word.to_lowercase().as_str() {
        "on" | "yes" | "true" => true.into(),
        "off" | "no" | "false" => false.into(),
        _ => match (word.parse::<i64>(), word.parse::<f64>()) {
            // A number that begins with 0 is one of base eight.
            (Ok(number), _) if number.to_string() == word => number.into(),
            (Err(_), Ok(number)) if word.contains('.') => json!(number),
            _ => word.into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn settings_have_their_types() {
        check(
            &FUNCTION,
            "# x\nmax_connections = 100\t# y\nshared_buffers = 128MB\nLog_Connections on\nunix_socket_permissions = 0777\n\
             checkpoint_completion_target = 0.9\nlog_line_prefix = '%m it''s '\npg_stat_statements.track = all\nport = 5433\n",
            Some(json!({
                "options": {"settings": {
                    "max_connections": 100, "shared_buffers": "128MB", "log_connections": true,
                    "unix_socket_permissions": "0777", "checkpoint_completion_target": 0.9,
                    "log_line_prefix": "%m it's ", "pg_stat_statements.track": "all", "port": 5433,
                }},
                "assume": [],
            })),
        );
    }

    #[test]
    fn what_the_module_says_itself_is_told_to_it() {
        check(
            &FUNCTION,
            "data_directory = '/var/lib/postgresql/16/main'\nhba_file = '/etc/postgresql/16/main/pg_hba.conf'\nlisten_addresses = '*'\njit = on\n\
             log_destination = 'syslog'\nssl = on\nssl_cert_file = '/etc/ssl/certs/ssl-cert-snakeoil.pem'\n",
            Some(json!({
                "options": {
                    "enableTCPIP": true, "enableJIT": true, "settings": {"log_destination": {"$force": "syslog"}},
                },
                "assume": [
                    "connections need no TLS with the certificate that Debian makes for itself",
                    "its data are carried over to the folder that NixOS has for it",
                ],
            })),
        );
        check(
            &FUNCTION,
            "shared_preload_libraries = 'pg_stat_statements, timescaledb'\ninclude_if_exists 'x.conf'\n",
            Some(json!({
                "options": {"settings": {"shared_preload_libraries": "pg_stat_statements, timescaledb"}},
                "assume": [
                    "services.postgresql.extensions has the package of `timescaledb`",
                    "no file is there at `x.conf`",
                ],
            })),
        );
        check(&FUNCTION, "listen_addresses = 'localhost'\n", None);
        check(&FUNCTION, "include 'x.conf'\n", None);
        check(&FUNCTION, "primary_conninfo = 'host=a password=b'\n", None);
    }
}
