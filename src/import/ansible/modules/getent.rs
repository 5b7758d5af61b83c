//! `getent` and `service_facts`: what the machine says of its users, groups and services. What the source made of them
//! is known.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/getent_module.html>

use super::paths::fresh;
use super::{Kind, Module, Run, record};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::scope::{Binding, fact_name};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Condition, Resource};

pub(super) const GETENT: Module = Module {
    names: &["getent"],
    collection: "ansible.builtin",
    becomes: "Only looks. Users and groups that the source made are known, others are not.",
    kind: Kind::Steers,
    run: run_getent,
};

pub(super) const SERVICES: Module = Module {
    names: &["service_facts"],
    collection: "ansible.builtin",
    becomes: "Only looks. Services that the source started or stopped are known, others are not.",
    kind: Kind::Steers,
    run: run_services,
};

fn run_getent(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let database = params.required(&["database"])?;
    // A key that only the machine knows finds what only the machine knows.
    let key = params.string(&["key"]).ok().flatten();
    params.rest();
    run.probe("it only looks at the machine");
    let hole = |what: String| Value::unknown(what, Some(run.task.span));
    let rest = hole(format!("what the machine has in `{database}`"));
    let known = match (&key, database.as_str()) {
        (Some(name), "passwd" | "group") => entry(run, &database, name),
        _ => None,
    };
    let value = match (&key, known) {
        (Some(name), Some(fields)) => record(vec![(name, Value::list(fields))]),
        _ => rest,
    };
    bind(run, &format!("getent_{database}"), value);
    Ok(())
}

/// Returns the fields of a user or group that the source made.
fn entry(run: &Run<'_, '_>, database: &str, name: &str) -> Option<Vec<Value>> {
    let hole = |what: &str| Value::unknown(format!("{what} of `{name}`"), Some(run.task.span));
    let number = |it: Option<u32>, what: &str| match it {
        Some(it) => Value::str(&it.to_string()),
        None => hole(what),
    };
    let text = |it: &Option<String>, what: &str| match it {
        Some(it) => Value::str(it),
        None => hole(what),
    };
    let key = match database {
        "passwd" => Key::User(name.to_owned()),
        _ => Key::Group(name.to_owned()),
    };
    match &run.state.get(&key)?.resource {
        Resource::User(user) => Some(vec![
            Value::str("x"),
            number(user.uid, "the uid"),
            hole("the gid"),
            text(&user.comment, "the comment"),
            text(&user.home, "the home"),
            text(&user.shell, "the shell"),
        ]),
        Resource::Group(group) => Some(vec![
            Value::str("x"),
            number(group.gid, "the gid"),
            hole("the members"),
        ]),
        _ => None,
    }
}

fn run_services(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.rest();
    run.probe("it only looks at the machine");
    let mut known: Vec<(String, Value)> = Vec::new();
    for entry in run.state.entries() {
        let Resource::Service(service) = &entry.resource else {
            continue;
        };
        if entry.guard != Condition::True {
            continue;
        }
        let name = match service.name.contains('.') {
            true => service.name.clone(),
            false => format!("{}.service", service.name),
        };
        let hole = |what: &str| Value::unknown(format!("{what} of `{name}`"), Some(run.task.span));
        let word = |it: Option<bool>, yes: &str, no: &str, what: &str| match it {
            Some(it) => Value::str(if it { yes } else { no }),
            None => hole(what),
        };
        let status = if service.masked {
            Value::str("masked")
        } else {
            word(service.enabled, "enabled", "disabled", "the enablement")
        };
        let fields = record(vec![
            ("name", Value::str(&name)),
            ("source", Value::str("systemd")),
            (
                "state",
                word(service.running, "running", "stopped", "the state"),
            ),
            ("status", status),
        ]);
        known.push((name, fields));
    }
    for name in fresh::services(run) {
        let name = format!("{name}.service");
        if !known.iter().any(|(it, _)| *it == name) {
            let rest = Value::unknown(format!("the state of `{name}`"), Some(run.task.span));
            known.push((
                name.clone(),
                Value::open(vec![("name", Value::str(&name))], rest),
            ));
        }
    }
    let pairs = known.iter().map(|(name, it)| (name.as_str(), it.clone()));
    let value = record(pairs.collect());
    let clause = "a new machine has no services but those that NixOS and the play bring";
    bind_under(run, "services", value, vec![clause.to_owned()]);
    Ok(())
}

/// Binds a fact, and says it in the result, too.
fn bind(run: &mut Run<'_, '_>, name: &str, value: Value) {
    bind_under(run, name, value, Vec::new());
}

/// As `bind`, with what has to hold for it.
fn bind_under(run: &mut Run<'_, '_>, name: &str, value: Value, under: Vec<String>) {
    run.returns_under = under.first().cloned();
    run.returns = Some(record(vec![
        ("changed", Value::Bool(false)),
        ("failed", Value::Bool(false)),
        ("ansible_facts", record(vec![(name, value.clone())])),
    ]));
    let binding = Binding::under(value, under);
    run.facts.push((fact_name(name), binding.clone()));
    run.facts.push((name.to_owned(), binding));
}
