//! Modules that only look at the machine, or steer what Ansible does: nothing of them reaches the output.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/index.html>

use super::{Kind, Module, Run, record};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::results;
use crate::import::ansible::scope::FACTS;
use crate::import::ansible::value::{Key, Value};

/// Whatever they are given, it says where they look and how.
pub(super) const LOOKS: Module = Module {
    names: &[
        "setup",
        "gather_facts",
        "mount_facts",
        "ping",
        "async_status",
    ],
    collection: "ansible.builtin",
    becomes: "Only looks at the machine: nothing of it reaches the output. What it registers is \
              unknown, but for the facts of the host.",
    kind: Kind::Steers,
    run: run_look,
};

pub(super) const STEERS: Module = Module {
    names: &["validate_argument_spec"],
    collection: "ansible.builtin",
    becomes: "Steers only: it checks the arguments of a role.",
    kind: Kind::Steers,
    run: run_steering,
};

pub(super) const SET_STATS: Module = Module {
    names: &["set_stats"],
    collection: "ansible.builtin",
    becomes: "Steers only: it keeps a value for what runs after Ansible.",
    kind: Kind::Steers,
    run: run_set_stats,
};

pub(super) const TEMPFILE: Module = Module {
    names: &["tempfile"],
    collection: "ansible.builtin",
    becomes: "Steers only: the file is there only while Ansible runs.",
    kind: Kind::Steers,
    run: run_tempfile,
};

fn run_look(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.rest();
    if matches!(run.task.module.as_str(), "setup" | "gather_facts") {
        run.returns = facts(run);
    }
    run.probe("it only looks at the machine");
    Ok(())
}

/// Returns the facts of the host as the module returns them: each with its prefix.
fn facts(run: &Run<'_, '_>) -> Option<Value> {
    let Ok(Value::Dict(facts)) = run.scope.get(FACTS) else {
        return None;
    };
    let prefixed = facts.iter().map(|(key, value)| {
        let name = key.to_string();
        let is_plain = name.starts_with("ansible_") || name == "gather_subset";
        let name = if is_plain {
            name
        } else {
            format!("ansible_{name}")
        };
        (Key::Str(name), value.clone())
    });
    Some(record(vec![
        ("changed", Value::Bool(false)),
        ("failed", Value::Bool(false)),
        (FACTS, Value::dict(prefixed.collect())),
    ]))
}

fn run_steering(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.rest();
    run.control("it checks the arguments of a role");
    Ok(())
}

fn run_set_stats(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["data", "per_host", "aggregate"]);
    run.control("it keeps a value for what runs after Ansible");
    Ok(())
}

/// Returns a path for a file or folder that is there only while Ansible runs, and what has to hold for it: the machine
/// takes another, and nothing hangs on which.
pub(super) fn temporary(run: &Run<'_, '_>, ending: &str) -> (String, String) {
    let place = run.scope.session().place(run.task.span);
    // Which folder it is in says that it holds tasks.
    let name: Vec<&str> = place
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|it| {
            !matches!(
                *it,
                "" | "main" | "playbooks" | "roles" | "tasks" | "yaml" | "yml"
            )
        })
        .collect();
    let name = name.join("-");
    let path = format!("/tmp/ansible.{name}{ending}");
    let clause = format!(
        "the temporary file of {} is `{path}`",
        results::said(run.task)
    );
    (path, clause)
}

fn run_tempfile(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let state = params.choice(&["state"], &["directory", "file"], "file")?;
    let ending = params
        .string(&["suffix"])
        .ok()
        .flatten()
        .unwrap_or_default();
    params.rest();
    let mode = if state == "file" { "0600" } else { "0700" };
    let (path, clause) = temporary(run, &ending);
    let said = vec![
        ("path", Value::str(&path)),
        ("state", Value::str(&state)),
        ("mode", Value::str(mode)),
    ];
    run.returns = Some(results::of_change_with(run.task, said));
    run.returns_under = Some(clause);
    run.control("it makes room for a file that is there only while Ansible runs");
    Ok(())
}
