//! What a task registers: the keys that are certain, and unknown values for what only the machine can tell.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/common_return_values.html>

use std::sync::Arc;

use super::modules;
use super::playbook::Task;
use super::scope::{Binding, Layer};
use super::value::{Key, Value};
use crate::account::Verdict;

/// What people call the task.
pub(super) fn said(task: &Task) -> String {
    let name = if task.name.is_empty() {
        &task.module
    } else {
        &task.name
    };
    format!("the task \"{name}\"")
}

fn hole(task: &Task, what: &str) -> Value {
    let what = format!("{what} of {}", said(task));
    Value::unknown(what, Some(task.span))
}

/// The result of a task of which nothing is known.
pub(super) fn unknown(task: &Task) -> Value {
    hole(task, "the result")
}

/// The result of a task of which nobody knows whether it ran.
pub(super) fn undecided(task: &Task, why: &str) -> Value {
    let what = format!("the result of {}, which runs only if {why}", said(task));
    Value::unknown(what, Some(task.span))
}

/// The result of a module that makes something: on a new machine it changes, the rest nobody knows.
pub(super) fn of_change(task: &Task) -> Value {
    of_change_with(task, Vec::new())
}

/// As `of_change`, with keys that the module knows.
pub(super) fn of_change_with(task: &Task, known: Vec<(&str, Value)>) -> Value {
    let mut certain = vec![("changed", Value::Bool(true)), ("failed", failed(task))];
    certain.extend(known);
    Value::open(certain, unknown(task))
}

/// What has to hold for `of_change`.
pub(super) fn change_assumed(task: &Task) -> String {
    format!("{} changes something on a new machine", said(task))
}

fn may_fail(task: &Task) -> bool {
    task.keywords.ignore_errors.is_some() || task.keywords.failed_when.is_some()
}

/// A play goes on only after success, unless the task says otherwise.
pub(super) fn failed(task: &Task) -> Value {
    if may_fail(task) {
        hole(task, "the success")
    } else {
        Value::Bool(false)
    }
}

pub(super) fn is_command(task: &Task) -> bool {
    matches!(task.module.as_str(), "command" | "shell" | "script" | "raw")
}

/// A look at the machine steers the translation. Of a module that can do more, and was asked for no more, NixOS needs
/// nothing.
pub(super) fn verdict_of_probe(task: &Task) -> Verdict {
    let steers = modules::steers(&task.full_name)
        || is_command(task)
        || ["_info", "_facts"]
            .iter()
            .any(|it| task.module.ends_with(it));
    if steers {
        Verdict::Control
    } else {
        Verdict::NotNeeded
    }
}

/// The result of a task that did not run, and which of its conditions says so.
pub(super) fn skipped(condition: Option<Value>) -> Value {
    let mut pairs = vec![
        ("changed", Value::Bool(false)),
        ("skipped", Value::Bool(true)),
        ("skip_reason", Value::str("Conditional result was False")),
    ];
    pairs.extend(condition.map(|it| ("false_condition", it)));
    Value::of_pairs(pairs)
}

/// The result of a command: it always changes something; what its task says of that is judged later.
pub(super) fn of_command(task: &Task) -> Value {
    let rc = if may_fail(task) {
        hole(task, "the exit status")
    } else {
        Value::Int(0)
    };
    let changed = Value::Bool(true);
    let certain = vec![("changed", changed), ("failed", failed(task)), ("rc", rc)];
    Value::open(certain, hole(task, "the output"))
}

/// Adds the variables of a round to its result: the item, its index.
pub(super) fn of_round(result: Value, layers: &[Arc<Layer>]) -> Value {
    let vars = layers.iter().flat_map(|layer| &layer.vars);
    let mut pairs = match result {
        Value::Dict(pairs) => (*pairs).clone(),
        other if layers.is_empty() => return other,
        rest => match Value::open(Vec::new(), rest) {
            Value::Dict(pairs) => (*pairs).clone(),
            other => return other,
        },
    };
    for (name, binding) in vars {
        if let Binding::Value(value) = binding {
            pairs.insert(Key::Str(name.clone()), value.clone());
        }
    }
    Value::dict(pairs)
}

/// The result of a loop: those of its rounds.
pub(super) fn of_loop(task: &Task, returned: &[Value]) -> Value {
    let is = |key: &'static str, yes: bool| move |it: &Value| matches!(it.get(key), Some(Value::Bool(found)) if *found == yes);
    let any = |key: &'static str, what: &str| {
        if returned.iter().any(is(key, true)) {
            Value::Bool(true)
        } else if returned
            .iter()
            .all(|it| is(key, false)(it) || is("skipped", true)(it))
        {
            Value::Bool(false)
        } else {
            hole(task, what)
        }
    };
    let all_skipped = returned.iter().all(is("skipped", true));
    let (changed, failed) = (any("changed", "the change"), any("failed", "the success"));
    let message = match &failed {
        _ if returned.is_empty() => None,
        _ if all_skipped => Some(Value::str("All items skipped")),
        Value::Bool(true) => Some(Value::str("One or more items failed")),
        Value::Bool(_) => Some(Value::str("All items completed")),
        _ => Some(hole(task, "the message")),
    };
    let mut pairs = vec![("results", Value::list(returned.to_vec()))];
    pairs.extend([("skipped", Value::Bool(all_skipped)), ("changed", changed)]);
    if !matches!(failed, Value::Bool(false)) {
        pairs.push(("failed", failed));
    }
    pairs.extend(message.map(|it| ("msg", it)));
    if returned.is_empty() {
        pairs.push(("skipped_reason", Value::str("No items in the list")));
    }
    Value::of_pairs(pairs)
}
