//! `Database` and `DatabaseUser`: what the server on the machine must have, for its `ensure…` options.
//!
//! Follows nixos/modules/services/databases/postgresql.nix and mysql.nix: accounts log in by the socket, as the machine's
//! user of the same name. A password is set by a service of its own, out of a file that is not in the store.

use super::statement::{Lowered, Statement};
use super::{machine, secret};
use crate::account::Code;
use crate::model::{Database, DatabaseServer, DatabaseUser, Machine};
use crate::nix::Expr;
use crate::plan::{OptionPath, SECRETS_FOLDER, Secret};

pub(super) fn lower(database: &Database, machine: &Machine) -> Lowered {
    let server = database.server;
    if !runs_here(server, machine) {
        return nowhere(server);
    }
    let mut statement = Statement::default();
    let name = database.name.as_str();
    if server == DatabaseServer::Mysql {
        statement.add(option(server, "ensureDatabases"), Expr::str(name));
        return Lowered::Stated(statement);
    }
    if name == "postgres" {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            "PostgreSQL makes the database `postgres` itself".to_owned(),
        );
    }
    statement.add(option(server, "ensureDatabases"), Expr::str(name));
    match database.owner.as_deref() {
        None | Some("postgres") => {}
        // Its own account says it.
        Some(owner)
            if owner == name
                && machine::database_users(machine)
                    .any(|it| it.server == server && it.name == owner) => {}
        Some(owner) if owner == name => {
            statement.add(option(server, "ensureUsers"), user(owner, true, &[]));
        }
        Some(owner) => {
            let script = format!("psql -tAc 'ALTER DATABASE \"{name}\" OWNER TO \"{owner}\"'\n");
            let title = format!("Owner of the database {name}");
            service(
                &mut statement,
                server,
                &format!("owner-{name}"),
                &title,
                script,
            );
        }
    }
    Lowered::Stated(statement)
}

pub(super) fn lower_user(user: &DatabaseUser, machine: &Machine) -> Lowered {
    if !runs_here(user.server, machine) {
        return nowhere(user.server);
    }
    match user.server {
        DatabaseServer::Postgresql => postgresql_user(user, machine),
        DatabaseServer::Mysql => mysql_user(user),
    }
}

fn postgresql_user(account: &DatabaseUser, machine: &Machine) -> Lowered {
    const CLAUSES: [&str; 7] = [
        "superuser",
        "createrole",
        "createdb",
        "inherit",
        "login",
        "replication",
        "bypassrls",
    ];
    let name = account.name.as_str();
    let mut statement = Statement::default();
    if name != "postgres" {
        let owns = machine::databases(machine).any(|it| {
            it.server == account.server && it.name == name && it.owner.as_deref() == Some(name)
        });
        let known = account
            .attributes
            .iter()
            .filter(|it| CLAUSES.contains(&it.0.as_str()));
        let clauses: Vec<(&str, bool)> = known.map(|it| (it.0.as_str(), it.1)).collect();
        statement.add(
            option(account.server, "ensureUsers"),
            user(name, owns, &clauses),
        );
    }
    if let Some(file) = password_file(account, &mut statement) {
        // psql reads the file itself, so that no list of processes shows what is in it.
        let script = format!(
            "psql -v ON_ERROR_STOP=1 <<'EOF'\n\\set password `cat {file}`\nALTER ROLE \"{name}\" PASSWORD :'password';\nEOF\n"
        );
        let title = format!("Password of the role {name}");
        service(
            &mut statement,
            account.server,
            &format!("password-{name}"),
            &title,
            script,
        );
    }
    if statement.definitions.is_empty() {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            "PostgreSQL makes the role `postgres` itself".to_owned(),
        );
    }
    Lowered::Stated(statement)
}

fn mysql_user(account: &DatabaseUser) -> Lowered {
    let name = account.name.as_str();
    let host = account.host.as_deref().unwrap_or("localhost");
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "::1");
    let grants: Vec<(String, String)> = account
        .grants
        .iter()
        .map(|(on, rights)| (place(on), rights_of(rights)))
        .collect();
    let passes_on = grants.iter().any(|it| it.1.contains("GRANT"));
    let mut statement = Statement::default();
    if name != "root" && host == "localhost" && !passes_on {
        let permissions = grants
            .iter()
            .map(|(on, rights)| (on.clone(), Expr::str(rights.as_str())));
        let mut attrs = vec![("name".to_owned(), Expr::str(name))];
        if !grants.is_empty() {
            let permissions = Expr::Attrs(permissions.collect());
            attrs.push(("ensurePermissions".to_owned(), permissions));
        }
        statement.add(option(account.server, "ensureUsers"), Expr::Attrs(attrs));
    }
    let is_stated = !statement.definitions.is_empty();
    let file = password_file(account, &mut statement);
    let mut lines = Vec::new();
    if !is_stated {
        lines.push(format!("CREATE USER IF NOT EXISTS '{name}'@'{host}';"));
    }
    if file.is_some() {
        lines.push(format!(
            "ALTER USER '{name}'@'{host}' IDENTIFIED BY '$password';"
        ));
    }
    if !is_stated {
        lines.extend(grants.iter().map(|(on, rights)| {
            let (rights, option) = match rights.split_once(" WITH ") {
                Some((rights, option)) => (rights, format!(" WITH {option}")),
                None => (rights.as_str(), String::new()),
            };
            format!("GRANT {rights} ON {on} TO '{name}'@'{host}'{option};")
        }));
    }
    if !lines.is_empty() {
        let mut script = String::new();
        if let Some(file) = &file {
            script = format!(r#"password="$(sed "s/[\\']/\\\\&/g" {file})""#) + "\n";
        }
        script += &format!("mysql -N <<EOF\n{}\nEOF\n", lines.join("\n"));
        let title = format!("Account {name} of the database's server");
        let suffix = if is_local {
            String::new()
        } else {
            format!("-{}", slug(host))
        };
        let unit = format!("account-{name}{suffix}");
        service(&mut statement, account.server, &unit, &title, script);
    }
    Lowered::Stated(statement)
}

/// `shop.*`, with quotes where a name needs them; the module writes it between double quotes of the shell.
fn place(on: &str) -> String {
    let quoted = |name: &str| {
        let name = name.trim_matches('`');
        let is_plain = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '*');
        if is_plain {
            name.to_owned()
        } else {
            format!("\\`{name}\\`")
        }
    };
    match on.split_once('.') {
        Some((database, table)) => format!("{}.{}", quoted(database), quoted(table)),
        None => format!("{}.*", quoted(on)),
    }
}

/// `ALL,GRANT` are all privileges, and the right to pass them on.
fn rights_of(rights: &str) -> String {
    let words: Vec<&str> = rights.split(',').map(str::trim).collect();
    let (passing, own): (Vec<&str>, Vec<&str>) = words
        .into_iter()
        .partition(|it| it.eq_ignore_ascii_case("GRANT"));
    let own: Vec<&str> = own
        .into_iter()
        .map(|it| match it.eq_ignore_ascii_case("ALL") {
            true => "ALL PRIVILEGES",
            false => it,
        })
        .collect();
    let option = if passing.is_empty() {
        ""
    } else {
        " WITH GRANT OPTION"
    };
    format!("{}{option}", own.join(", "))
}

fn user(name: &str, owns: bool, clauses: &[(&str, bool)]) -> Expr {
    let mut attrs = vec![("name".to_owned(), Expr::str(name))];
    if owns {
        attrs.push(("ensureDBOwnership".to_owned(), Expr::Bool(true)));
    }
    if !clauses.is_empty() {
        let clauses = clauses.iter();
        let clauses = clauses.map(|(clause, is)| ((*clause).to_owned(), Expr::Bool(*is)));
        attrs.push(("ensureClauses".to_owned(), Expr::Attrs(clauses.collect())));
    }
    Expr::Attrs(attrs)
}

/// The file that holds the account's password, of which the statement says that it has to be there.
fn password_file(account: &DatabaseUser, statement: &mut Statement) -> Option<String> {
    let password = account.password.as_ref()?;
    let program = program(account.server);
    let path = format!("{SECRETS_FOLDER}{program}-{}", slug(&account.name));
    let used_by = format!("the account `{}` of {program}", account.name);
    statement.assume(format!("`{path}` holds the password"));
    statement.secrets.push(Secret {
        owner: Some(system_user(account.server).to_owned()),
        ..secret::secret(&path, password, used_by)
    });
    Some(path)
}

/// A service that says something to the server, once it is up and has its accounts.
fn service(
    statement: &mut Statement,
    server: DatabaseServer,
    name: &str,
    title: &str,
    script: String,
) {
    let unit = format!("{}-{}", program(server), slug(name));
    let base = OptionPath::new(["systemd", "services", &unit]);
    let (needed, package) = match server {
        DatabaseServer::Postgresql => ("postgresql-setup.service", "pkgs.postgresql"),
        DatabaseServer::Mysql => ("mysql.service", "config.services.mysql.package"),
    };
    let config = Expr::Attrs(vec![
        ("Type".to_owned(), Expr::str("oneshot")),
        ("RemainAfterExit".to_owned(), Expr::Bool(true)),
        ("User".to_owned(), Expr::str(system_user(server))),
    ]);
    statement.set(base.child("description"), Expr::str(title));
    statement.set(base.child("after"), Expr::strs([needed]));
    statement.set(base.child("requires"), Expr::strs([needed]));
    statement.set(base.child("wantedBy"), Expr::strs(["multi-user.target"]));
    statement.set(base.child("path"), Expr::List(vec![Expr::select(package)]));
    statement.set(base.child("script"), Expr::str(script));
    statement.set(base.child("serviceConfig"), config);
    for it in &mut statement.secrets {
        it.units.push(format!("{unit}.service"));
    }
}

fn option(server: DatabaseServer, name: &str) -> OptionPath {
    OptionPath::new(["services", program(server), name])
}

pub(super) fn program(server: DatabaseServer) -> &'static str {
    match server {
        DatabaseServer::Postgresql => "postgresql",
        DatabaseServer::Mysql => "mysql",
    }
}

/// Who the server trusts with everything, by its socket.
fn system_user(server: DatabaseServer) -> &'static str {
    match server {
        DatabaseServer::Postgresql => "postgres",
        DatabaseServer::Mysql => "mysql",
    }
}

fn slug(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "-_.".contains(c) => c,
            '%' => 'x',
            _ => '-',
        })
        .collect()
}

/// Tells whether the machine has the server, by its packages and services.
fn runs_here(server: DatabaseServer, machine: &Machine) -> bool {
    let names: &[&str] = match server {
        DatabaseServer::Postgresql => &["postgres"],
        DatabaseServer::Mysql => &["mysql", "mariadb"],
    };
    let is_it = |name: &str| names.iter().any(|it| name.contains(it));
    let is_server = |name: &str| {
        let is_other = ["lib", "perl", "php", "prometheus", "python", "ruby"]
            .iter()
            .any(|it| name.starts_with(it));
        is_it(name) && !is_other && !name.contains("client") && !name.contains("common")
    };
    machine::packages(machine).any(|it| is_server(&it.name))
        || machine::services(machine).any(|it| is_it(&it.name))
        || machine::files(machine).any(|it| it.path.starts_with("/etc/") && is_it(&it.path))
}

fn nowhere(server: DatabaseServer) -> Lowered {
    let program = program(server);
    Lowered::manual_with_cure(
        Code::CannotState,
        "nothing else of the machine asks for the server that it is for",
        format!("where the server runs: services.{program}.ensureDatabases and ensureUsers"),
    )
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check_all, file, text};
    use crate::model::{Database, DatabaseServer, DatabaseUser, Resource};

    const SERVER: DatabaseServer = DatabaseServer::Postgresql;

    fn database(name: &str, owner: &str) -> Resource {
        Resource::Database(Database {
            server: SERVER,
            name: name.into(),
            owner: Some(owner.into()),
        })
    }

    /// A file of each server's says that both run here; nothing else is said of it.
    fn check(mut resources: Vec<Resource>, expected: &str) {
        let mut lines = expected.to_owned();
        for path in ["/etc/mysql/x.txt", "/etc/postgresql/x.txt"] {
            resources.push(file(path, "x\n"));
            lines +=
                &format!("\nmanual: NixOS does not read `{path}` as a file: it comes from options");
        }
        check_all(resources, &lines);
    }

    #[test]
    fn an_owner_of_the_same_name_is_an_account() {
        check(
            vec![database("shop", "shop")],
            r#"
            services.postgresql.ensureDatabases += "shop";
            services.postgresql.ensureUsers += { name = "shop"; ensureDBOwnership = true; };
            services.postgresql.enable = true;
            assumed: `services.postgresql` is to be on, since it is configured and nothing here says that it is off
            "#,
        );
    }

    #[test]
    fn an_account_of_its_own_owns_its_database() {
        let account = DatabaseUser {
            server: SERVER,
            name: "shop".into(),
            host: None,
            password: None,
            grants: Vec::new(),
            attributes: vec![("createdb".into(), true)],
        };
        check(
            vec![database("shop", "shop"), Resource::DatabaseUser(account)],
            r#"
            services.postgresql.ensureDatabases += "shop";
            services.postgresql.ensureUsers += { name = "shop"; ensureDBOwnership = true; ensureClauses = { createdb = true; }; };
            services.postgresql.enable = true;
            assumed: `services.postgresql` is to be on, since it is configured and nothing here says that it is off
            assumed: `services.postgresql` is to be on, since it is configured and nothing here says that it is off
            "#,
        );
    }

    #[test]
    fn a_password_is_read_by_a_service() {
        let account = DatabaseUser {
            server: DatabaseServer::Mysql,
            name: "shop".into(),
            host: Some("localhost".into()),
            password: Some(text("<secret: it>")),
            grants: vec![("shop-db.*".into(), "ALL".into())],
            attributes: Vec::new(),
        };
        check(
            vec![Resource::DatabaseUser(account)],
            r#"
            services.mysql.ensureUsers += { name = "shop"; ensurePermissions = { "\\`shop-db\\`.*" = "ALL PRIVILEGES"; }; };
            systemd.services.mysql-account-shop.description = "Account shop of the database's server";
            systemd.services.mysql-account-shop.after = [ "mysql.service" ];
            systemd.services.mysql-account-shop.requires = [ "mysql.service" ];
            systemd.services.mysql-account-shop.wantedBy = [ "multi-user.target" ];
            systemd.services.mysql-account-shop.path = [ config.services.mysql.package ];
            systemd.services.mysql-account-shop.script = ''
            password="$(sed "s/[\\']/\\\\&/g" /run/secrets/mysql-shop)"
            mysql -N <<EOF
            ALTER USER 'shop'@'localhost' IDENTIFIED BY '$password';
            EOF
            '';
            systemd.services.mysql-account-shop.serviceConfig = { Type = "oneshot"; RemainAfterExit = true; User = "mysql"; };
            services.mysql.package = pkgs.mariadb_114;
            services.mysql.enable = true;
            /run/secrets/mysql-shop: <secret: it>
            assumed: `/run/secrets/mysql-shop` holds the password
            assumed: `services.mysql` is to be on, since it is configured and nothing here says that it is off
            "#,
        );
    }

    #[test]
    fn nobody_else_asks_for_the_server() {
        check_all(
            vec![database("shop", "shop")],
            "manual: nothing else of the machine asks for the server that it is for",
        );
    }
}
