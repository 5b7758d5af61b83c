//! `postgresql_db`, `postgresql_user`, `mysql_db`, `mysql_user`: databases of the server on the machine, and its accounts.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/postgresql/index.html>,
//! <https://docs.ansible.com/ansible/latest/collections/community/mysql/index.html>
//!
//! Left out: servers on other machines, and the loading and saving of data, which are no state of this one.

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Database, DatabaseServer, DatabaseUser, Hole, HoleKind, Resource, Text};

pub(super) const POSTGRESQL_DB: Module = Module {
    names: &["postgresql_db"],
    collection: "community.postgresql",
    becomes: "An element of services.postgresql.ensureDatabases, with its owner.",
    kind: Kind::Changes,
    run: |params, run| database(params, run, DatabaseServer::Postgresql),
};

pub(super) const POSTGRESQL_USER: Module = Module {
    names: &["postgresql_user"],
    collection: "community.postgresql",
    becomes: "An element of services.postgresql.ensureUsers; a password is read from a file at start.",
    kind: Kind::Changes,
    run: postgresql_user,
};

pub(super) const MYSQL_DB: Module = Module {
    names: &["mysql_db"],
    collection: "community.mysql",
    becomes: "An element of services.mysql.ensureDatabases.",
    kind: Kind::Changes,
    run: |params, run| database(params, run, DatabaseServer::Mysql),
};

pub(super) const MYSQL_USER: Module = Module {
    names: &["mysql_user"],
    collection: "community.mysql",
    becomes: "An element of services.mysql.ensureUsers; a password is read from a file at start.",
    kind: Kind::Changes,
    run: mysql_user,
};

/// How the module itself logs in, and what decides how it works and not what is there.
const WAYS: [&str; 26] = [
    "ca_cert",
    "check_hostname",
    "check_implicit_admin",
    "client_cert",
    "client_key",
    "column_case_sensitive",
    "comment",
    "config_file",
    "connect_params",
    "connect_timeout",
    "encrypted",
    "force",
    "login_password",
    "login_port",
    "login_unix_socket",
    "login_user",
    "maintenance_db",
    "no_password_changes",
    "password_expire",
    "port",
    "session_role",
    "ssl_cert",
    "ssl_key",
    "ssl_mode",
    "trust_input",
    "unix_socket",
];

/// Refuses a server that is not the machine's own.
fn is_here(params: &mut Params) -> Result<(), Refusal> {
    params.pass_over(&WAYS);
    params.pass_over(&["ssl_rootcert"]);
    let host = params.string(&["login_host", "host_of_server"])?;
    match host.as_deref() {
        None | Some("" | "localhost" | "127.0.0.1" | "::1") => Ok(()),
        Some(host) => Err(Refusal::new(
            Code::CannotState,
            format!("the server is not this machine's own, but at `{host}`"),
        )
        .cure("state it where the server runs, or make it there by hand")),
    }
}

fn database(
    params: &mut Params,
    run: &mut Run<'_, '_>,
    server: DatabaseServer,
) -> Result<(), Refusal> {
    const STATES: [&str; 6] = ["absent", "dump", "import", "present", "rename", "restore"];
    is_here(params)?;
    let names = params.list(&["name", "db"])?;
    let Some(names) = names.filter(|it| !it.is_empty()) else {
        params.required(&["name"])?;
        return Ok(());
    };
    let state = params.choice(&["state"], &STATES, "present")?;
    let owner = params.string(&["owner"])?;
    let collation = params.string(&["lc_collate", "collation"])?;
    // The name of the character set has no option; both servers have UTF-8 unless told otherwise.
    let encoding = params.string(&["encoding"])?.unwrap_or_default();
    params.pass_over(&["lc_ctype", "icu_locale", "locale_provider", "template"]);
    if matches!(state.as_str(), "dump" | "import" | "rename" | "restore") {
        let rest: Vec<String> = params.left();
        params.pass_over(&rest.iter().map(String::as_str).collect::<Vec<_>>());
        let cure = match server {
            DatabaseServer::Postgresql => {
                "on the first start: services.postgresql.initialScript = ./x.sql; else load it by hand"
            }
            DatabaseServer::Mysql => {
                "on the first start: services.mysql.initialDatabases = [ { name = \"x\"; schema = ./x.sql; } ]; else load it by hand"
            }
        };
        let reason = format!("`state: {state}` moves data, which is no state of the machine");
        return Err(Refusal::new(Code::CannotState, reason).cure(cure));
    }
    params.pass_over(&[
        "tablespace",
        "conn_limit",
        "target",
        "config_overrides_defaults",
    ]);
    let is_utf8 = ["", "utf-8", "utf8", "utf8mb3", "utf8mb4", "unicode"]
        .contains(&encoding.to_lowercase().as_str());
    for name in names {
        if state == "absent" {
            if name == "test" {
                run.already("NixOS's server has no database `test`");
                continue;
            }
            run.remove(
                &Key::Database(server, name.clone()),
                &format!("the database `{name}`"),
            );
            continue;
        }
        let before = run.assumptions.len();
        if !is_utf8 {
            let clause = format!("`{name}` may be in UTF-8 instead of {encoding}");
            run.assumptions.push(clause);
        }
        if let Some(collation) = &collation {
            let clause =
                format!("`{name}` may be sorted as the server sorts, not by `{collation}`");
            run.assumptions.push(clause);
        }
        run.put(Resource::Database(Database {
            server,
            name: name.clone(),
            owner: owner.clone(),
        }));
        run.assumptions.truncate(before);
    }
    run.returns_changed(Vec::new());
    Ok(())
}

fn postgresql_user(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    is_here(params)?;
    params.pass_over(&["db", "login_db", "fail_on_user", "conn_limit"]);
    let name = params.required(&["name", "user"])?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let password = password(params, &name)?;
    let flags = params.list(&["role_attr_flags"])?.unwrap_or_default();
    let rights = params.string(&["priv"])?;
    let expires = params.string(&["expires"])?;
    let groups = params.list(&["groups"])?;
    let server = DatabaseServer::Postgresql;
    if state == "absent" {
        return remove(run, server, &name, None);
    }
    let mut attributes = Vec::new();
    for flag in flags.iter().flat_map(|it| it.split(',')) {
        let flag = flag.trim().to_lowercase();
        match flag.strip_prefix("no") {
            _ if flag.is_empty() => {}
            Some(flag) => attributes.push((flag.to_owned(), false)),
            None => attributes.push((flag, true)),
        }
    }
    run.put(Resource::DatabaseUser(DatabaseUser {
        server,
        name: name.clone(),
        host: None,
        password,
        grants: Vec::new(),
        attributes,
    }));
    run.returns_changed(Vec::new());
    let left = [
        rights.map(|it| format!("what it may do (`{it}`)")),
        expires.map(|it| format!("until when it is valid (`{it}`)")),
        groups.map(|it| format!("the roles that it is in (`{}`)", it.join("`, `"))),
    ];
    let left: Vec<String> = left.into_iter().flatten().collect();
    if left.is_empty() {
        return Ok(());
    }
    let reason = format!("no option says of the role `{name}` {}", left.join(", or "));
    Err(Refusal::new(Code::CannotState, reason).cure("say it in SQL, once"))
}

fn mysql_user(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    is_here(params)?;
    params.pass_over(&[
        "append_privs",
        "subtract_privs",
        "update_password",
        "plugin",
        "salt",
        "sql_log_bin",
    ]);
    let name = params.string(&["name", "user"])?.unwrap_or_default();
    let host = params
        .string(&["host"])?
        .unwrap_or_else(|| "localhost".to_owned());
    let is_everywhere = params.flag(&["host_all"])?.unwrap_or(false);
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let password = password(params, &name)?;
    let rights = params.value(&["priv"]);
    let others: Vec<String> = [
        "plugin_auth_string",
        "plugin_hash_string",
        "resource_limits",
        "tls_requires",
        "attributes",
        "locked",
    ]
    .into_iter()
    .filter(|it| params.value(&[it]).is_some())
    .map(str::to_owned)
    .collect();
    let server = DatabaseServer::Mysql;
    if state == "absent" {
        if name.is_empty() {
            run.already(
                "NixOS's server has no accounts without a name, and root only from the machine itself",
            );
            return Ok(());
        }
        let host = (!is_everywhere).then_some(host);
        return remove(run, server, &name, host);
    }
    let mut grants = Vec::new();
    match rights {
        None => {}
        Some(Value::Dict(pairs)) => {
            for (on, what) in pairs.iter() {
                grants.push((on.to_string(), known(&what.to_text())?));
            }
        }
        Some(other) => {
            let text = known(&other.to_text())?;
            for part in text.split('/').filter(|it| !it.is_empty()) {
                let (on, what) = part.rsplit_once(':').unwrap_or((part, "ALL"));
                grants.push((on.to_owned(), what.to_owned()));
            }
        }
    }
    run.put(Resource::DatabaseUser(DatabaseUser {
        server,
        name: name.clone(),
        host: Some(host),
        password,
        grants,
        attributes: Vec::new(),
    }));
    run.returns_changed(Vec::new());
    if others.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "no option says of the account `{name}` `{}`",
        others.join("`, `")
    );
    Err(Refusal::new(Code::CannotState, reason).cure("say it in SQL, once"))
}

fn known(text: &Text) -> Result<String, Refusal> {
    match text.worst_hole() {
        Some(hole) => Err(Refusal::hole(hole)),
        None => Ok(text.to_string()),
    }
}

fn remove(
    run: &mut Run<'_, '_>,
    server: DatabaseServer,
    name: &str,
    host: Option<String>,
) -> Result<(), Refusal> {
    run.remove(
        &Key::DatabaseUser(server, name.to_owned(), host),
        &format!("the account `{name}` of the server"),
    );
    Ok(())
}

/// Takes the password: whatever it is, none of its characters goes further.
fn password(params: &mut Params, name: &str) -> Result<Option<Text>, Refusal> {
    let Some(text) = params.text(&["password"])? else {
        return Ok(None);
    };
    if text.plain() == Some("") {
        return Ok(None);
    }
    Ok(Some(Text::hole(Hole {
        kind: HoleKind::Secret,
        what: format!("the password of the database's account {name}"),
        span: Some(params.span),
    })))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn databases_have_owners_and_accounts_passwords_that_go_nowhere() {
        check(
            "- postgresql_db: {name: shop, owner: shop, encoding: UTF-8}",
            &[r#"{"database":{"server":"postgresql","name":"shop","owner":"shop"}}"#],
        );
        check(
            "- postgresql_user: {name: shop, password: '{{ db_password }}', role_attr_flags: 'CREATEDB,NOSUPERUSER'}",
            &[
                r#"{"database-user":{"server":"postgresql","name":"shop","password":[{"secret":"the password of the database's account shop"}],"grants":[],"attributes":[["createdb",true],["superuser",false]]}}"#,
            ],
        );
        check(
            "- mysql_user: {name: shop, host: '%', priv: 'shop.*:ALL/log.*:SELECT,INSERT'}",
            &[
                r#"{"database-user":{"server":"mysql","name":"shop","host":"%","grants":[["shop.*","ALL"],["log.*","SELECT,INSERT"]],"attributes":[]}}"#,
            ],
        );
    }

    #[test]
    fn data_and_other_servers_are_left() {
        check(
            "- mysql_db: {name: shop, state: import, target: /srv/shop.sql}",
            &["manual: `state: import` moves data, which is no state of the machine"],
        );
        check(
            "- postgresql_db: {name: shop, login_host: db.example.org}",
            &["manual: the server is not this machine's own, but at `db.example.org`"],
        );
    }
}
