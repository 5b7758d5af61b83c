//! What modules say to a database server in SQL: `postgresql_privs`, `postgresql_ext`, `postgresql_query`, `mysql_query` and their kin.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/postgresql/index.html>,
//! <https://docs.ansible.com/ansible/latest/collections/community/mysql/index.html>
//!
//! NixOS has options for databases and accounts; the rest is SQL, which a step says once, after the server runs.

mod mysql;
mod postgresql;
mod rights;

pub(super) use mysql::{QUERY as MYSQL_QUERY, VARIABLES as MYSQL_VARIABLES};
pub(super) use postgresql::{
    EXTENSION, MEMBERSHIP, OWNER, QUERY as POSTGRESQL_QUERY, SCHEMA, SCRIPT, SETTING, TABLE,
};
pub(super) use rights::MODULE as RIGHTS;

use super::Run;
use super::kept::{Kept, keep, line_of, push_quoted, texts};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal, text_of};
use crate::import::ansible::value::Value;
use crate::model::{Hole, HoleKind, Text};

/// How psql reaches the server of the machine.
struct Server {
    port: Option<String>,
    user: String,
    password: Option<Text>,
    host: Option<String>,
}

impl Server {
    /// Tells whether it is the one server that a machine has without more words.
    fn is_usual(&self) -> bool {
        self.port.as_deref().is_none_or(|it| it == "5432")
    }

    /// Takes how the module logs in; refuses a server that is not the machine's own.
    fn of_postgresql(params: &mut Params) -> Result<Server, Refusal> {
        params.pass_over(&[
            "ca_cert",
            "connect_params",
            "encoding",
            "session_role",
            "ssl_cert",
            "ssl_key",
            "ssl_mode",
            "ssl_rootcert",
            "trust_input",
        ]);
        let host = params.string(&["login_host", "host", "login_unix_socket", "unix_socket"])?;
        let host = host.filter(|it| !it.is_empty());
        let is_here = host.as_deref().is_none_or(|it| {
            matches!(it, "localhost" | "127.0.0.1" | "::1") || it.starts_with('/')
        });
        if !is_here {
            let host = host.unwrap_or_default();
            let reason = format!("the server is not this machine's own, but at `{host}`");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("state it where the server runs, or say it there by hand"));
        }
        let user = params.string(&["login_user", "login"])?;
        let password = params.text(&["login_password"])?;
        Ok(Server {
            port: params.string(&["login_port", "port"])?,
            password: password.filter(|it| it.plain() != Some("")).map(|_| {
                Text::hole(Hole {
                    kind: HoleKind::Secret,
                    what: "the password with which Ansible logs in at PostgreSQL".to_owned(),
                    span: Some(params.span),
                })
            }),
            user: user.unwrap_or_else(|| "postgres".to_owned()),
            host: host.filter(|it| !it.starts_with('/')),
        })
    }

    /// Returns psql with what it needs to log in.
    fn psql(&self, database: &str, run: &Run<'_, '_>) -> Vec<Text> {
        let mut words = texts(["psql", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"]);
        words.extend(texts(["--dbname", database]));
        if let Some(port) = self.port.as_deref().filter(|it| *it != "5432") {
            words.extend(texts(["--port", port]));
        }
        // The socket lets in whoever has the name of the account; a password is for the network.
        if self.password.is_some() {
            let host = self.host.as_deref().unwrap_or("localhost");
            words.extend(texts(["--host", host, "--username", self.user.as_str()]));
        } else if self.runs_as(run).is_none() && run.user.as_deref() != Some(self.user.as_str()) {
            words.extend(texts(["--username", self.user.as_str()]));
        }
        words
    }

    /// Returns who has to run psql, where that is not the task's own user.
    fn runs_as(&self, run: &Run<'_, '_>) -> Option<String> {
        let is_roots = run.user.as_deref() == Some("root");
        (is_roots && self.password.is_none() && self.user == "postgres")
            .then(|| "postgres".to_owned())
    }

    fn keep(self, mut kept: Kept, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
        kept.user = self.runs_as(run);
        let password = self.password.map(|it| ("PGPASSWORD".to_owned(), it));
        kept.environment.extend(password);
        keep(kept, run)
    }

    /// Keeps one statement that holds nothing secret.
    fn say(self, database: &str, statement: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
        let mut words = self.psql(database, run);
        words.extend(texts(["--command", statement]));
        self.keep(Kept::words(words), run)
    }
}

/// SQL: a name stands between double quotes.
fn name_of(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// SQL: a text stands between single quotes.
fn text_in_sql(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns names of accounts, between quotes; PUBLIC is none.
fn roles(names: &[String]) -> String {
    let one = |name: &String| match name.to_uppercase().as_str() {
        "PUBLIC" | "CURRENT_USER" | "SESSION_USER" => name.to_uppercase(),
        _ => name_of(name),
    };
    names.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Tells whether a statement only looks.
fn looks(statement: &str) -> bool {
    const ACTING: [&str; 9] = [
        "create_",
        "dblink",
        "into ",
        "lo_",
        "nextval",
        "pg_reload",
        "pg_switch",
        "pg_terminate",
        "setval",
    ];
    let text = statement.trim().to_lowercase();
    let starts = ["select", "show", "explain", "describe", "desc "];
    starts.iter().any(|it| text.starts_with(it)) && !ACTING.iter().any(|it| text.contains(it))
}

/// The values that stand for `%s` and `%(name)s` in a statement.
struct Values {
    positional: Vec<Value>,
    named: Vec<(String, Value)>,
}

impl Values {
    fn take(params: &mut Params) -> Result<Values, Refusal> {
        let positional = match params.value(&["positional_args"]) {
            None => Vec::new(),
            Some(Value::List(items)) => items.iter().cloned().collect(),
            Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
            Some(_) => return Err(params.bad("positional_args", "", "a list")),
        };
        let named = match params.value(&["named_args"]) {
            None => Vec::new(),
            Some(Value::Dict(fields)) => fields
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect(),
            Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
            Some(_) => return Err(params.bad("named_args", "", "a mapping")),
        };
        Ok(Values { positional, named })
    }

    /// Puts the values into a statement: those that are secret by way of `secret`, the others as SQL has them.
    fn fill(
        &self,
        statement: &str,
        secret: &mut dyn FnMut(Text) -> String,
    ) -> Result<String, Refusal> {
        if self.positional.is_empty() && self.named.is_empty() {
            return Ok(statement.to_owned());
        }
        let missing = || Refusal::new(Code::BadInput, "a value of the statement is not given");
        let mut out = String::new();
        let mut rest = statement;
        let mut positional = self.positional.iter();
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            if let Some(after) = after.strip_prefix('%') {
                out.push('%');
                rest = after;
            } else if let Some(after) = after.strip_prefix('s') {
                let value = positional.next().ok_or_else(missing)?;
                out.push_str(&literal(value, secret)?);
                rest = after;
            } else if let Some((name, after)) =
                after.strip_prefix('(').and_then(|it| it.split_once(")s"))
            {
                let mut all = self.named.iter();
                let (_, value) = all.find(|(it, _)| it == name).ok_or_else(missing)?;
                out.push_str(&literal(value, secret)?);
                rest = after;
            } else {
                out.push('%');
                rest = after;
            }
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn literal(value: &Value, secret: &mut dyn FnMut(Text) -> String) -> Result<String, Refusal> {
    Ok(match value {
        Value::None | Value::Omit => "NULL".to_owned(),
        Value::Bool(yes) => yes.to_string().to_uppercase(),
        Value::Int(_) | Value::Float(_) => value.to_text().to_string(),
        Value::List(_) | Value::Dict(_) => {
            let reason = "a value of the statement is a list or a mapping";
            return Err(Refusal::new(Code::CannotState, reason).cure("say it in SQL, once"));
        }
        _ => {
            let text = text_of(value);
            match text.worst_hole() {
                Some(hole) if hole.kind == HoleKind::Unknown => return Err(Refusal::hole(hole)),
                Some(_) => secret(text),
                None => text_in_sql(&text.to_string()),
            }
        }
    })
}

/// Returns a line of shell that gives a text to a program.
fn piped(text: &str, program: &[Text]) -> Text {
    let mut script = Text::from("printf '%s\\n'");
    push_quoted(&mut script, &Text::from(text));
    script.push_str(" | ");
    script.push(&line_of(program));
    script
}
