//! `postgresql_ext`, `_schema`, `_owner`, `_table`, `_set`, `_membership`, `_query`, `_script`.

use super::{Server, Values, looks, name_of, piped, roles, text_in_sql};
use crate::account::Code;
use crate::import::ansible::modules::kept::{Kept, texts};
use crate::import::ansible::modules::paths::absolute;
use crate::import::ansible::modules::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{Resource, Setting, Settings, Text};

pub(in crate::import::ansible::modules) const EXTENSION: Module = Module {
    names: &["postgresql_ext"],
    collection: "community.postgresql",
    becomes: "A oneshot unit that makes the extension; those of packages of their own need services.postgresql.extensions.",
    kind: Kind::Changes,
    run: run_extension,
};

pub(in crate::import::ansible::modules) const SCHEMA: Module = Module {
    names: &["postgresql_schema"],
    becomes: "A oneshot unit that says it in SQL, once.",
    run: run_schema,
    ..EXTENSION
};

pub(in crate::import::ansible::modules) const OWNER: Module = Module {
    names: &["postgresql_owner"],
    run: run_owner,
    ..SCHEMA
};

pub(in crate::import::ansible::modules) const TABLE: Module = Module {
    names: &["postgresql_table"],
    run: run_table,
    ..SCHEMA
};

pub(in crate::import::ansible::modules) const SETTING: Module = Module {
    names: &["postgresql_set"],
    becomes: "services.postgresql.settings; a oneshot unit with ALTER SYSTEM for what the module of NixOS says itself.",
    run: run_setting,
    ..SCHEMA
};

pub(in crate::import::ansible::modules) const MEMBERSHIP: Module = Module {
    names: &["postgresql_membership"],
    run: run_membership,
    ..SCHEMA
};

pub(in crate::import::ansible::modules) const QUERY: Module = Module {
    names: &["postgresql_query"],
    run: run_query,
    ..SCHEMA
};

pub(in crate::import::ansible::modules) const SCRIPT: Module = Module {
    names: &["postgresql_script"],
    run: run_script,
    ..SCHEMA
};

/// Settings that the module of NixOS says itself.
const OF_MODULE: [&str; 3] = ["jit", "listen_addresses", "log_destination"];

/// Extensions that come with the server itself.
const OWN: [&str; 24] = [
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "earthdistance",
    "file_fdw",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "pageinspect",
    "pg_stat_statements",
    "pg_trgm",
    "pgcrypto",
    "pgrowlocks",
    "plpgsql",
    "postgres_fdw",
    "tablefunc",
    "tsm_system_rows",
    "unaccent",
    "uuid-ossp",
];

fn is_absent(params: &mut Params) -> Result<bool, Refusal> {
    Ok(params.choice(&["state"], &["absent", "exact", "present"], "present")? == "absent")
}

fn run_extension(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["comment"]);
    let server = Server::of_postgresql(params)?;
    let name = params.required(&["name", "ext"])?;
    let database = params.required(&["login_db", "db"])?;
    let schema = params.string(&["schema"])?;
    let version = params.string(&["version"])?;
    let cascades = params.flag(&["cascade"])?.unwrap_or(false);
    if is_absent(params)? {
        run.already(format!("a new database does not have `{name}`"));
        return Ok(());
    }
    let mut text = format!("CREATE EXTENSION IF NOT EXISTS {}", name_of(&name));
    if let Some(schema) = schema {
        text.push_str(&format!(" SCHEMA {}", name_of(&schema)));
    }
    if let Some(version) = version.filter(|it| it != "latest") {
        text.push_str(&format!(" VERSION {}", text_in_sql(&version)));
    }
    if cascades {
        text.push_str(" CASCADE");
    }
    let before = run.assumptions.len();
    if !OWN.contains(&name.as_str()) {
        run.assumptions.push(format!(
            "services.postgresql.extensions names the package of `{name}`"
        ));
    }
    let outcome = server.say(&database, &text, run);
    run.assumptions.truncate(before);
    outcome
}

fn run_schema(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["cascade_drop", "comment"]);
    let server = Server::of_postgresql(params)?;
    let name = params.required(&["name", "schema"])?;
    let database = params.string(&["login_db", "db", "database"])?;
    let database = database.unwrap_or_else(|| "postgres".to_owned());
    let owner = params.string(&["owner"])?.filter(|it| !it.is_empty());
    if is_absent(params)? {
        if name != "public" {
            run.already(format!("a new database does not have the schema `{name}`"));
            return Ok(());
        }
        return server.say(&database, "DROP SCHEMA IF EXISTS public", run);
    }
    let mut text = format!("CREATE SCHEMA IF NOT EXISTS {}", name_of(&name));
    if let Some(owner) = owner {
        text.push_str(&format!(" AUTHORIZATION {}", name_of(&owner)));
    }
    server.say(&database, &text, run)
}

fn run_owner(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["fail_on_role"]);
    let server = Server::of_postgresql(params)?;
    let owner = params.required(&["new_owner"])?;
    let database = params.string(&["login_db", "db"])?;
    let database = database.unwrap_or_else(|| "postgres".to_owned());
    let name = params.string(&["obj_name"])?;
    let kind = params.string(&["obj_type", "type"])?;
    let text = match (params.list(&["reassign_owned_by"])?, name, kind) {
        (Some(from), _, _) => {
            let from = roles(&from);
            format!("REASSIGN OWNED BY {from} TO {}", name_of(&owner))
        }
        (None, Some(name), Some(kind)) => {
            let kind = match kind.as_str() {
                "matview" => "MATERIALIZED VIEW".to_owned(),
                other => other.replace('_', " ").to_uppercase(),
            };
            let name: Vec<String> = name.split('.').map(name_of).collect();
            let name = name.join(".");
            format!("ALTER {kind} {name} OWNER TO {}", name_of(&owner))
        }
        _ => return params.required(&["obj_name"]).map(|_| ()),
    };
    server.say(&database, &text, run)
}

fn run_table(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let server = Server::of_postgresql(params)?;
    let name = params.required(&["name", "table"])?;
    let database = params.string(&["login_db", "db"])?;
    let database = database.filter(|it| !it.is_empty());
    let database = database.unwrap_or_else(|| "postgres".to_owned());
    let owner = params.string(&["owner"])?;
    let columns = params.list(&["columns"])?.unwrap_or_default();
    let like = params.string(&["like"])?;
    let including = params.list(&["including"])?.unwrap_or_default();
    let storage = params.list(&["storage_params"])?.unwrap_or_default();
    let space = params.string(&["tablespace"])?;
    let is_unlogged = params.flag(&["unlogged"])?.unwrap_or(false);
    let rename = params.string(&["rename"])?;
    let empties = params.flag(&["truncate"])?.unwrap_or(false);
    params.pass_over(&["cascade"]);
    if is_absent(params)? {
        run.already(format!("a new database does not have the table `{name}`"));
        return Ok(());
    }
    let parts: Vec<String> = name.split('.').map(name_of).collect();
    let table = parts.join(".");
    let mut text = match (&rename, empties, &like) {
        (Some(new), _, _) => format!("ALTER TABLE IF EXISTS {table} RENAME TO {}", name_of(new)),
        (None, true, _) => format!("TRUNCATE TABLE {table}"),
        (None, false, like) => {
            let unlogged = if is_unlogged { "UNLOGGED " } else { "" };
            let mut inner = columns.join(", ");
            if let Some(like) = like {
                inner = format!("LIKE {like}");
                for it in &including {
                    inner.push_str(&format!(" INCLUDING {it}"));
                }
            }
            let mut text = format!("CREATE {unlogged}TABLE IF NOT EXISTS {table} ({inner})");
            if !storage.is_empty() {
                text.push_str(&format!(" WITH ({})", storage.join(", ")));
            }
            if let Some(space) = &space {
                text.push_str(&format!(" TABLESPACE {}", name_of(space)));
            }
            text
        }
    };
    if let Some(owner) = owner {
        text.push_str(&format!(
            "; ALTER TABLE {table} OWNER TO {}",
            name_of(&owner)
        ));
    }
    server.say(&database, &text, run)
}

fn run_setting(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let server = Server::of_postgresql(params)?;
    params.pass_over(&["login_db", "db"]);
    let name = params.required(&["name"])?;
    let value = params.string(&["value"])?;
    let resets = params.flag(&["reset"])?.unwrap_or(false);
    let is_free = !OF_MODULE.contains(&name.as_str()) && server.is_usual();
    let text = match value {
        Some(value) if !resets && is_free => {
            run.put(Resource::Setting(Setting {
                of: Settings::Postgresql,
                name,
                value,
            }));
            return Ok(());
        }
        Some(value) if !resets => {
            format!("ALTER SYSTEM SET {name} = {}", text_in_sql(&value))
        }
        _ if resets => format!("ALTER SYSTEM RESET {name}"),
        _ => {
            run.probe("it only looks at a setting of the server");
            return Ok(());
        }
    };
    server.say("postgres", &text, run)
}

fn run_membership(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["fail_on_role"]);
    let server = Server::of_postgresql(params)?;
    let database = params.string(&["login_db", "db"])?;
    let groups = params.list(&["groups", "group", "source_role", "source_roles"])?;
    let members = params.list(&["target_roles", "target_role", "users", "user"])?;
    let (Some(groups), Some(members)) = (groups, members) else {
        return params.required(&["groups"]).map(|_| ());
    };
    if is_absent(params)? {
        run.already("a new account is in no role");
        return Ok(());
    }
    let text = format!("GRANT {} TO {}", roles(&groups), roles(&members));
    server.say(database.as_deref().unwrap_or("postgres"), &text, run)
}

fn run_query(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["autocommit", "as_single_query"]);
    let server = Server::of_postgresql(params)?;
    let database = params.string(&["login_db", "db"])?;
    let database = database.unwrap_or_else(|| "postgres".to_owned());
    let path = params.list(&["search_path"])?.unwrap_or_default();
    let values = Values::take(params)?;
    if let Some(file) = params.string(&["path_to_script"])? {
        return of_file(&file, &database, server, run);
    }
    let queries = match params.value(&["query"]) {
        Some(Value::List(items)) => items.iter().map(Value::to_text).collect(),
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(value) => vec![value.to_text()],
        None => return params.required(&["query"]).map(|_| ()),
    };
    let mut secrets: Vec<Text> = Vec::new();
    let mut all = String::new();
    if !path.is_empty() {
        all.push_str(&format!("SET search_path TO {};\n", path.join(", ")));
    }
    let mut is_look = true;
    for query in &queries {
        if let Some(hole) = query.worst_hole() {
            return Err(Refusal::hole(hole));
        }
        let query = query.to_string();
        is_look &= looks(&query);
        let mut keep = |secret: Text| {
            secrets.push(secret);
            format!(":'secret{}'", secrets.len())
        };
        let query = values.fill(query.trim().trim_end_matches(';'), &mut keep)?;
        all.push_str(&query);
        all.push_str(";\n");
    }
    if is_look {
        run.probe("it only looks at the data of a database");
        return Ok(());
    }
    let mut words = server.psql(&database, run);
    for (at, secret) in secrets.into_iter().enumerate() {
        let mut pair = Text::from(format!("secret{}=", at + 1));
        pair.push(&secret);
        words.extend([Text::from("--set"), pair]);
    }
    let script = piped(all.trim_end(), &words);
    server.keep(Kept::script(script), run)
}

fn run_script(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let server = Server::of_postgresql(params)?;
    let database = params.string(&["login_db", "db"])?;
    let database = database.unwrap_or_else(|| "postgres".to_owned());
    params.pass_over(&["search_path"]);
    let values = Values::take(params)?;
    if !values.positional.is_empty() || !values.named.is_empty() {
        let reason = "the script is given values, which psql has another way for";
        return Err(Refusal::new(Code::CannotState, reason).cure("say it in SQL, once"));
    }
    let path = params.required(&["path"])?;
    of_file(&path, &database, server, run)
}

fn of_file(
    file: &str,
    database: &str,
    server: Server,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let file = absolute(run, file)?;
    let mut words = server.psql(database, run);
    words.extend(texts(["--file", file.as_str()]));
    server.keep(Kept::words(words), run)
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn what_is_no_option_is_said_in_sql() {
        check(
            "- postgresql_ext: {name: pg_trgm, db: shop}",
            &[
                r#"{"step":{"name":"postgresql ext","command":{"words":["psql","--no-psqlrc","--set","ON_ERROR_STOP=1","--dbname","shop","--command","CREATE EXTENSION IF NOT EXISTS \"pg_trgm\""]},"user":"postgres","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- postgresql_ext: {name: postgis, db: shop, state: absent}",
            &["not-needed: a new database does not have `postgis`"],
        );
        check(
            "- postgresql_schema: {name: app, db: shop, owner: shop}\n  become: true\n  become_user: postgres",
            &[
                r#"{"step":{"name":"postgresql schema","command":{"words":["psql","--no-psqlrc","--set","ON_ERROR_STOP=1","--dbname","shop","--command","CREATE SCHEMA IF NOT EXISTS \"app\" AUTHORIZATION \"shop\""]},"user":"postgres","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- postgresql_table: {db: shop, name: a.b, columns: [id int primary key, note text], owner: shop}",
            &[
                r#"{"step":{"name":"postgresql table","command":{"words":["psql","--no-psqlrc","--set","ON_ERROR_STOP=1","--dbname","shop","--command","CREATE TABLE IF NOT EXISTS \"a\".\"b\" (id int primary key, note text); ALTER TABLE \"a\".\"b\" OWNER TO \"shop\""]},"user":"postgres","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- postgresql_set: {name: work_mem, value: 8MB, port: 5433}",
            &[
                r#"{"step":{"name":"postgresql set","command":{"words":["psql","--no-psqlrc","--set","ON_ERROR_STOP=1","--dbname","postgres","--port","5433","--command","ALTER SYSTEM SET work_mem = '8MB'"]},"user":"postgres","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- postgresql_set: {name: work_mem, value: 8MB}",
            &[r#"{"setting":{"of":"postgresql","name":"work_mem","value":"8MB"}}"#],
        );
        check(
            "- postgresql_ext: {name: x, db: y, login_host: db.example.org}",
            &["manual: the server is not this machine's own, but at `db.example.org`"],
        );
    }

    #[test]
    fn values_stand_in_the_statement_but_secrets_do_not() {
        check(
            "- postgresql_query: {db: shop, query: 'INSERT INTO a VALUES (%s, %s, 5 %% 2)', positional_args: [\"it's\", '{{ db_password }}']}",
            &[
                r#"{"step":{"name":"postgresql query","command":{"script":{"shell":"/bin/sh","text":["printf '%s\\n' 'INSERT INTO a VALUES ('\\''it'\\'''\\''s'\\'', :'\\''secret1'\\'', 5 % 2);' | psql --no-psqlrc --set ON_ERROR_STOP=1 --dbname shop --set secret1=",{"secret":"site.yml:3 db_password"}]}},"user":"postgres","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- postgresql_query: {db: shop, query: 'UPDATE a SET b = %(b)s', named_args: {b: 1}, login_password: hunter2, login_user: shop}",
            &[
                r#"{"step":{"name":"postgresql query","command":{"script":{"shell":"/bin/sh","text":"printf '%s\\n' 'UPDATE a SET b = 1;' | psql --no-psqlrc --set ON_ERROR_STOP=1 --dbname shop --host localhost --username shop"}},"environment":[["PGPASSWORD",[{"secret":"the password with which Ansible logs in at PostgreSQL"}]]],"after":[]}}"#,
            ],
        );
        check(
            "- postgresql_query: {db: shop, query: SELECT 1}",
            &["not-needed: it only looks at the data of a database"],
        );
    }
}
