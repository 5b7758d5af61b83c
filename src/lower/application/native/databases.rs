//! Databases and accounts that the official images make at their first start, by their documented variables, and the
//! scripts that they run then.

use super::Native;
use super::server::Server;
use crate::account::Code;
use crate::lower::file::asset;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{
    Application, Content, Database, DatabaseServer, DatabaseUser, Entry, File, Origin, Resource,
    Sourced, Variable,
};
use crate::nix::Expr;
use crate::plan::OptionPath;

/// The folder of scripts for the first start.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d/";

/// What a variable says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Database,
    User,
    /// Of the user that another variable names.
    Password,
    RootPassword,
    /// How the first start makes the account of the administrator: NixOS makes one that logs in by the socket.
    Root,
}

const VARIABLES: [(&str, DatabaseServer, Says); 17] = [
    (
        "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
        DatabaseServer::Mysql,
        Says::Root,
    ),
    ("MARIADB_DATABASE", DatabaseServer::Mysql, Says::Database),
    ("MARIADB_PASSWORD", DatabaseServer::Mysql, Says::Password),
    (
        "MARIADB_RANDOM_ROOT_PASSWORD",
        DatabaseServer::Mysql,
        Says::Root,
    ),
    (
        "MARIADB_ROOT_PASSWORD",
        DatabaseServer::Mysql,
        Says::RootPassword,
    ),
    ("MARIADB_USER", DatabaseServer::Mysql, Says::User),
    (
        "MYSQL_ALLOW_EMPTY_PASSWORD",
        DatabaseServer::Mysql,
        Says::Root,
    ),
    ("MYSQL_DATABASE", DatabaseServer::Mysql, Says::Database),
    ("MYSQL_PASSWORD", DatabaseServer::Mysql, Says::Password),
    (
        "MYSQL_RANDOM_ROOT_PASSWORD",
        DatabaseServer::Mysql,
        Says::Root,
    ),
    ("MYSQL_ROOT_HOST", DatabaseServer::Mysql, Says::Root),
    (
        "MYSQL_ROOT_PASSWORD",
        DatabaseServer::Mysql,
        Says::RootPassword,
    ),
    ("MYSQL_USER", DatabaseServer::Mysql, Says::User),
    ("POSTGRES_DB", DatabaseServer::Postgresql, Says::Database),
    (
        "POSTGRES_PASSWORD",
        DatabaseServer::Postgresql,
        Says::Password,
    ),
    ("POSTGRES_USER", DatabaseServer::Postgresql, Says::User),
    (
        "POSTGRES_HOST_AUTH_METHOD",
        DatabaseServer::Postgresql,
        Says::Root,
    ),
];

fn says(name: &str, server: &Server) -> Option<(DatabaseServer, Says)> {
    let own = match server.database.as_deref()? {
        "mysql" => DatabaseServer::Mysql,
        _ => DatabaseServer::Postgresql,
    };
    let (_, of, says) = VARIABLES.iter().find(|(it, ..)| *it == name)?;
    (*of == own).then_some((own, *says))
}

fn said<'a>(
    application: &'a Application,
    server: &Server,
    what: Says,
) -> Option<&'a Sourced<Variable>> {
    let mut variables = application.environment.iter();
    variables.find(|it| says(&it.value.name, server).is_some_and(|(_, says)| says == what))
}

/// Adds the databases and accounts that the variables of the image ask for.
pub(super) fn join(
    entries: &mut Vec<Entry>,
    server: &Server,
    application: &Application,
    with: &impl Fn(Resource, &Origin, &[String]) -> Entry,
) {
    let Some(kind) = server.database.as_deref() else {
        return;
    };
    let kind = match kind {
        "mysql" => DatabaseServer::Mysql,
        _ => DatabaseServer::Postgresql,
    };
    let user = said(application, server, Says::User);
    let database = said(application, server, Says::Database);
    let user_name = user.and_then(|it| it.value.value.plain());
    let database_name = database.and_then(|it| it.value.value.plain());
    // The official image of PostgreSQL names the database as the user.
    let named = match (kind, database_name, user_name) {
        (_, Some(name), _) => Some((name, database)),
        (DatabaseServer::Postgresql, None, Some(name)) => Some((name, user)),
        (DatabaseServer::Postgresql | DatabaseServer::Mysql, None, _) => None,
    };
    if let Some((name, Some(by))) = named {
        let database = Database {
            server: kind,
            name: name.to_owned(),
            owner: user_name
                .filter(|_| kind == DatabaseServer::Postgresql)
                .map(str::to_owned),
        };
        entries.push(with(
            Resource::Database(database),
            &by.origin,
            &by.assumptions,
        ));
    }
    let password = said(application, server, Says::Password);
    let is_mysql = kind == DatabaseServer::Mysql;
    let (name, by) = match (user_name.zip(user), password) {
        (Some(both), _) => both,
        // The official image of PostgreSQL gives it to the administrator.
        (None, Some(password)) if !is_mysql => ("postgres", password),
        (None, _) => return,
    };
    let mut origin = by.origin.clone();
    if let Some(password) = password {
        origin.merge(&password.origin);
    }
    let grants = database_name.filter(|_| is_mysql);
    let account = DatabaseUser {
        server: kind,
        name: name.to_owned(),
        host: is_mysql.then(|| "localhost".to_owned()),
        password: password.map(|it| it.value.value.clone()),
        grants: grants
            .map(|it| (format!("{it}.*"), "ALL".to_owned()))
            .into_iter()
            .collect(),
        attributes: if is_mysql {
            Vec::new()
        } else {
            vec![("superuser".to_owned(), true)]
        },
    };
    let mut assumptions = by.assumptions.clone();
    if is_mysql {
        assumptions.push(format!("`{name}` logs in from this machine alone"));
    }
    entries.push(with(Resource::DatabaseUser(account), &origin, &assumptions));
}

/// Says what becomes of a variable for the first start, where an entry of its own does not say it.
pub(super) fn variable(variable: &Variable, native: &Native) -> Option<Lowered> {
    let (kind, says) = says(&variable.name, native.server)?;
    let module = native.server.module();
    let has_user = said(&native.application, native.server, Says::User).is_some();
    let by_socket = || {
        native.assumed(format!(
            "the administrator of `{module}` logs in by the socket, without a password"
        ))
    };
    Some(match (says, kind) {
        (Says::RootPassword | Says::Root, DatabaseServer::Mysql) => by_socket(),
        (Says::Root | Says::RootPassword, DatabaseServer::Postgresql) => Lowered::Manual(
            Left::new(
                Code::ServiceConfig,
                format!("`{module}.authentication` says who may log in, and how"),
            )
            .cure("Add the line that is meant to services.postgresql.authentication."),
        ),
        (Says::Password, DatabaseServer::Mysql) if !has_user => Lowered::NotNeeded(
            Code::NoMeaning,
            "no variable names the user whose password it is".to_owned(),
        ),
        (Says::Database | Says::User | Says::Password, _) => match variable.value.plain() {
            None if says != Says::Password => Lowered::Manual(Left::new(
                Code::ValueUnknown,
                format!("nothing here says what {} is", variable.name),
            )),
            // The entry of the database or of the account has it.
            Some(_) | None => {
                return Some(native.same("the module makes it at its start".to_owned()));
            }
        },
    })
}

/// Lowers a script for the first start.
pub(super) fn script(file: &File, native: &Native) -> Option<Lowered> {
    let name = file.path.strip_prefix(SCRIPTS)?;
    let module = native.server.module();
    let is_only = native
        .machine
        .entries
        .iter()
        .filter(|it| matches!(&it.resource, Resource::File(it) if it.path.starts_with(SCRIPTS)))
        .count()
        == 1;
    let left = |reason: String| {
        Lowered::Manual(Left::new(Code::ServiceConfig, reason).cure(format!(
            "Say by {module} what it makes, or run it once by hand."
        )))
    };
    let plain = match &file.content {
        Content::Text(text) => text.plain(),
        Content::Binary(_) | Content::Fetched(_) => None,
    };
    let Some(text) = plain else {
        return Some(left(format!(
            "`{name}` holds what must not reach the store"
        )));
    };
    if !name.ends_with(".sql") || !is_only {
        return Some(left(format!(
            "it is for the first start of the server, of which `{module}` runs one script of SQL"
        )));
    }
    let database = said(&native.application, native.server, Says::Database);
    let database = database.and_then(|it| it.value.value.plain());
    let expr = Expr::Asset(asset(&file.path, text.as_bytes()));
    let mut statement = Statement::default();
    match (native.server.database.as_deref()?, database) {
        ("mysql", Some(database)) => {
            let attrs = vec![
                ("name".to_owned(), Expr::str(database)),
                ("schema".to_owned(), expr),
            ];
            statement.add(
                OptionPath::parse("services.mysql.initialDatabases"),
                Expr::Attrs(attrs),
            );
        }
        ("postgresql", Some(database)) if database != "postgres" => {
            return Some(left(format!(
                "it is for the database `{database}`, and `{module}.initialScript` runs in `postgres`"
            )));
        }
        _ => statement.set(OptionPath::parse(&format!("{module}.initialScript")), expr),
    }
    Some(Lowered::Stated(statement))
}
