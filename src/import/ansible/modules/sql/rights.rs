//! `postgresql_privs`: what a role may do.

use super::{Server, name_of, roles};
use crate::account::Code;
use crate::import::ansible::modules::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{DatabaseServer, Resource};

pub(in crate::import::ansible::modules) const MODULE: Module = Module {
    names: &["postgresql_privs"],
    collection: "community.postgresql",
    becomes: "A oneshot unit that says GRANT or REVOKE, once. Nothing for the owner of a database.",
    kind: Kind::Changes,
    run,
};

const KINDS: [&str; 15] = [
    "database",
    "default_privs",
    "foreign_data_wrapper",
    "foreign_server",
    "function",
    "group",
    "language",
    "parameter",
    "procedure",
    "schema",
    "sequence",
    "table",
    "tablespace",
    "type",
    "view",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["fail_on_role", "usage_on_types"]);
    let server = Server::of_postgresql(params)?;
    let database = params.required(&["login_db", "db", "database"])?;
    let kind = params.choice(&["type"], &KINDS, "table")?;
    let to = params.list(&["roles", "role"])?.unwrap_or_default();
    if to.is_empty() {
        return params.required(&["roles"]).map(|_| ());
    }
    let what = params.list(&["privs", "priv"])?.unwrap_or_default();
    let objects = params.list(&["objs", "obj"])?.unwrap_or_default();
    let schema = params.string(&["schema"])?;
    let targets = params.list(&["target_roles"])?.unwrap_or_default();
    let may_grant = params
        .flag(&["grant_option", "admin_option"])?
        .unwrap_or(false);
    let is_gone = params.choice(&["state"], &["absent", "present"], "present")? == "absent";
    if kind == "database" && !is_gone && owns(&database, &to, run) {
        run.already(format!(
            "`{}` is the owner of the database `{database}`, who may do all with it",
            to.join(", ")
        ));
        return Ok(());
    }
    let what = what
        .iter()
        .map(|it| it.trim().to_uppercase())
        .collect::<Vec<_>>()
        .join(", ");
    let (verb, link) = if is_gone {
        ("REVOKE", "FROM")
    } else {
        ("GRANT", "TO")
    };
    let mut text = if kind == "group" {
        let groups = roles(&objects);
        format!("{verb} {groups} {link} {}", roles(&to))
    } else if kind == "default_privs" {
        if what.is_empty() || objects.is_empty() {
            return params.required(&["objs"]).map(|_| ());
        }
        let mut head = "ALTER DEFAULT PRIVILEGES".to_owned();
        if !targets.is_empty() {
            head.push_str(&format!(" FOR ROLE {}", roles(&targets)));
        }
        let schema = schema.as_deref().unwrap_or("public");
        if schema != "not-specified" {
            head.push_str(&format!(" IN SCHEMA {}", name_of(schema)));
        }
        let kinds = if objects == ["ALL_DEFAULT"] {
            vec!["TABLES", "SEQUENCES", "TYPES"]
        } else {
            objects.iter().map(String::as_str).collect()
        };
        let grants = kinds
            .iter()
            .map(|kind| format!("{head} {verb} {what} ON {kind} {link} {}", roles(&to)));
        grants.collect::<Vec<_>>().join("; ")
    } else {
        if what.is_empty() {
            return params.required(&["privs"]).map(|_| ());
        }
        let Some(on) = on(&kind, &database, &objects, schema.as_deref()) else {
            return params.required(&["objs"]).map(|_| ());
        };
        format!("{verb} {what} ON {on} {link} {}", roles(&to))
    };
    if may_grant && !is_gone {
        let option = if kind == "group" { "ADMIN" } else { "GRANT" };
        text.push_str(&format!(" WITH {option} OPTION"));
    }
    if text.contains(['\n', '\0']) {
        let reason = "the rights stand on several lines";
        return Err(Refusal::new(Code::CannotState, reason).cure("say it in SQL, once"));
    }
    server.say(&database, &text, run)
}

/// Returns what the rights are about.
fn on(kind: &str, database: &str, objects: &[String], schema: Option<&str>) -> Option<String> {
    let schema = schema.unwrap_or("public");
    let all = |kind: &str| format!("ALL {kind} IN SCHEMA {}", name_of(schema));
    let is_all = objects == ["ALL_IN_SCHEMA"];
    let names = |within: bool| {
        let one = |name: &String| {
            if within {
                format!("{}.{}", name_of(schema), name_of(name))
            } else {
                name_of(name)
            }
        };
        let names: Vec<String> = objects.iter().map(one).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    // Functions are named with the types of their arguments: `add(int:int)`.
    let functions = || {
        let one = |name: &String| match name.split_once('(') {
            Some((name, rest)) => {
                let rest = rest.trim_end_matches(')').replace(':', ", ");
                format!("{}.{}({rest})", name_of(schema), name_of(name))
            }
            None => format!("{}.{}", name_of(schema), name_of(name)),
        };
        let names: Vec<String> = objects.iter().map(one).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    Some(match kind {
        "database" if objects.is_empty() => format!("DATABASE {}", name_of(database)),
        "database" => format!("DATABASE {}", names(false)?),
        "table" | "view" if is_all => all("TABLES"),
        "table" | "view" => format!("TABLE {}", names(true)?),
        "sequence" if is_all => all("SEQUENCES"),
        "sequence" => format!("SEQUENCE {}", names(true)?),
        "function" if is_all => all("FUNCTIONS"),
        "function" => format!("FUNCTION {}", functions()?),
        "procedure" if is_all => all("PROCEDURES"),
        "procedure" => format!("PROCEDURE {}", functions()?),
        "type" => format!("TYPE {}", names(true)?),
        "foreign_data_wrapper" => format!("FOREIGN DATA WRAPPER {}", names(false)?),
        "foreign_server" => format!("FOREIGN SERVER {}", names(false)?),
        "parameter" => format!("PARAMETER {}", objects.join(", ")),
        other => format!("{} {}", other.to_uppercase(), names(false)?),
    })
}

/// Tells whether the source made the database with this owner.
fn owns(database: &str, to: &[String], run: &Run<'_, '_>) -> bool {
    let key = Key::Database(DatabaseServer::Postgresql, database.to_owned());
    let [role] = to else {
        return false;
    };
    match run.state.get(&key).map(|it| &it.resource) {
        Some(Resource::Database(it)) => it.owner.as_ref() == Some(role),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn rights_are_granted_and_revoked() {
        for (task, expected) in [
            (
                "{db: shop, privs: 'select,insert', objs: 'a,b', roles: 'ada,public'}",
                r#"GRANT SELECT, INSERT ON TABLE \"public\".\"a\", \"public\".\"b\" TO \"ada\", PUBLIC"#,
            ),
            (
                "{db: shop, type: database, privs: TEMPORARY, role: PUBLIC, state: absent}",
                r#"REVOKE TEMPORARY ON DATABASE \"shop\" FROM PUBLIC"#,
            ),
            (
                "{db: shop, type: group, objs: staff, roles: ada, admin_option: true}",
                r#"GRANT \"staff\" TO \"ada\" WITH ADMIN OPTION"#,
            ),
            (
                "{db: shop, privs: SELECT, type: sequence, objs: ALL_IN_SCHEMA, schema: app, roles: ada}",
                r#"GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"app\" TO \"ada\""#,
            ),
            (
                "{db: shop, type: default_privs, privs: ALL, objs: TABLES, target_roles: shop, roles: ada}",
                r#"ALTER DEFAULT PRIVILEGES FOR ROLE \"shop\" IN SCHEMA \"public\" GRANT ALL ON TABLES TO \"ada\""#,
            ),
            (
                "{db: shop, type: function, privs: EXECUTE, objs: 'add(int:int)', roles: ada}",
                r#"GRANT EXECUTE ON FUNCTION \"public\".\"add\"(int, int) TO \"ada\""#,
            ),
        ] {
            check(
                &format!("- postgresql_privs: {task}"),
                &[&format!(
                    r#"{{"step":{{"name":"postgresql privs","command":{{"words":["psql","--no-psqlrc","--set","ON_ERROR_STOP=1","--dbname","shop","--command","{expected}"]}},"user":"postgres","environment":[],"after":[]}}}}"#
                )],
            );
        }
    }

    #[test]
    fn an_owner_may_do_all() {
        check(
            "- postgresql_db: {name: shop, owner: ada}\n- postgresql_privs: {db: shop, type: database, privs: ALL, roles: ada}",
            &[
                r#"{"database":{"server":"postgresql","name":"shop","owner":"ada"}}"#,
                "not-needed: `ada` is the owner of the database `shop`, who may do all with it",
            ],
        );
    }
}
