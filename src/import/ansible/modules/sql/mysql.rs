//! `mysql_query` and `mysql_variables`: statements for the server of MySQL on the machine, and its settings.

use super::{Values, looks, piped};
use crate::account::Code;
use crate::import::ansible::modules::kept::{Kept, keep, texts};
use crate::import::ansible::modules::{Kind, Module, Run, ini_file};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{HoleKind, Text};

pub(in crate::import::ansible::modules) const QUERY: Module = Module {
    names: &["mysql_query"],
    collection: "community.mysql",
    becomes: "A oneshot unit that says it in SQL, once.",
    kind: Kind::Changes,
    run: run_query,
};

pub(in crate::import::ansible::modules) const VARIABLES: Module = Module {
    names: &["mysql_variables"],
    becomes: "A setting of services.mysql.settings.mysqld.",
    run: run_variables,
    ..QUERY
};

fn is_here(params: &mut Params) -> Result<(), Refusal> {
    // The account of the module: root of the machine comes in by the socket.
    params.pass_over(&[
        "ca_cert",
        "check_hostname",
        "client_cert",
        "client_key",
        "config_file",
        "connect_timeout",
        "login_password",
        "login_port",
        "login_unix_socket",
        "login_user",
        "session_vars",
        "single_transaction",
        "ssl_ca",
        "ssl_cert",
        "ssl_key",
    ]);
    match params.string(&["login_host"])?.as_deref() {
        None | Some("" | "localhost" | "127.0.0.1" | "::1") => Ok(()),
        Some(host) => {
            let reason = format!("the server is not this machine's own, but at `{host}`");
            Err(Refusal::new(Code::CannotState, reason)
                .cure("state it where the server runs, or say it there by hand"))
        }
    }
}

fn run_query(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    is_here(params)?;
    let database = params.string(&["login_db"])?;
    let values = Values::take(params)?;
    let queries: Vec<Text> = match params.value(&["query"]) {
        Some(Value::List(items)) => items.iter().map(Value::to_text).collect(),
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(value) => vec![value.to_text()],
        None => return params.required(&["query"]).map(|_| ()),
    };
    let mut all = String::new();
    let mut is_look = true;
    let mut secret_at = None;
    for query in &queries {
        if let Some(hole) = query.worst_hole() {
            if hole.kind == HoleKind::Secret {
                secret_at = Some(hole.what.clone());
                continue;
            }
            return Err(Refusal::hole(hole));
        }
        let query = query.to_string();
        is_look &= looks(&query);
        let mut keep = |secret: Text| {
            secret_at = secret.worst_hole().map(|it| it.what.clone());
            String::new()
        };
        let query = values.fill(query.trim().trim_end_matches(';'), &mut keep)?;
        all.push_str(&query);
        all.push_str(";\n");
    }
    if let Some(what) = secret_at {
        let reason = format!("the statement holds a secret ({what})");
        return Err(Refusal::new(Code::ValueSecret, reason).cure(
            "say it in SQL, once, from a file below /run/secrets; services.mysql.ensureUsers has accounts",
        ));
    }
    if is_look && !all.is_empty() {
        run.probe("it only looks at the data of a database");
        return Ok(());
    }
    let mut words = texts(["mysql"]);
    words.extend(database.iter().map(|it| Text::from(it.as_str())));
    let script = piped(all.trim_end(), &words);
    keep(Kept::script(script), run)
}

fn run_variables(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    is_here(params)?;
    params.pass_over(&["mode"]);
    let name = params.required(&["variable"])?;
    let Some(value) = params.text(&["value"])? else {
        run.probe("it only looks at a setting of the server");
        return Ok(());
    };
    let mut options = Params::new(
        "ini_file",
        run.task.span,
        [
            ("path", Value::str("/etc/my.cnf")),
            ("section", Value::str("mysqld")),
            ("option", Value::str(&name)),
            ("value", Value::from(value)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect(),
        None,
    );
    (ini_file::MODULE.run)(&mut options, run)
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn statements_are_said_once() {
        check(
            "- mysql_query: {login_db: shop, query: ['DELETE FROM a WHERE b = %s'], positional_args: [x]}",
            &[
                r#"{"step":{"name":"mysql query","command":{"script":{"shell":"/bin/sh","text":"printf '%s\\n' 'DELETE FROM a WHERE b = '\\''x'\\'';' | mysql shop"}},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- mysql_query: {query: SHOW TABLES}",
            &["not-needed: it only looks at the data of a database"],
        );
    }

    #[test]
    fn a_variable_is_a_setting() {
        check(
            "- mysql_variables: {variable: max_connections, value: 200}",
            &[
                r#"{"file-line":{"path":"/etc/my.cnf","section":"mysqld","name":"max_connections","value":"200","line":"max_connections = 200"}}"#,
            ],
        );
    }
}
