//! What a task registers: the keys that are certain, and unknown values for what only the machine can tell.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/common_return_values.html>

use super::playbook::Task;
use super::value::{Key, Value};

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
fn failed(task: &Task) -> Value {
    if may_fail(task) {
        hole(task, "the success")
    } else {
        Value::Bool(false)
    }
}

pub(super) fn is_command(task: &Task) -> bool {
    matches!(task.module.as_str(), "command" | "shell" | "script" | "raw")
}

/// The result of a task that did not run.
pub(super) fn skipped() -> Value {
    Value::of_pairs(vec![
        ("changed", Value::Bool(false)),
        ("skipped", Value::Bool(true)),
        ("skip_reason", Value::str("Conditional result was False")),
    ])
}

/// The result of a command: it always changes something, unless the task says otherwise.
pub(super) fn of_command(task: &Task) -> Value {
    let said = task.keywords.changed_when.as_ref();
    let changed = match said.map(|it| it.text()) {
        None => Value::Bool(true),
        Some(Some("false" | "False" | "no")) => Value::Bool(false),
        Some(_) => hole(task, "the change"),
    };
    let rc = if may_fail(task) {
        hole(task, "the exit status")
    } else {
        Value::Int(0)
    };
    let certain = vec![("changed", changed), ("failed", failed(task)), ("rc", rc)];
    Value::open(certain, hole(task, "the output"))
}

/// Adds the loop's item to the result of a round.
pub(super) fn with_item(result: Value, item: Option<&Value>) -> Value {
    match (result, item) {
        (Value::Dict(pairs), Some(item)) => {
            let mut pairs = (*pairs).clone();
            pairs.insert(Key::Str("item".to_owned()), item.clone());
            Value::dict(pairs)
        }
        (other, _) => other,
    }
}

/// The result of a loop: those of its items, each with its `item`.
pub(super) fn of_loop(task: &Task, returned: &[Value]) -> Value {
    let all_skipped = returned.iter().all(|it| it.get("skipped").is_some());
    let is_changed = |it: &Value| matches!(it.get("changed"), Some(Value::Bool(true)));
    let is_same = |it: &Value| matches!(it.get("changed"), Some(Value::Bool(false)));
    let mut pairs = vec![
        ("results", Value::list(returned.to_vec())),
        (
            "changed",
            if returned.iter().any(is_changed) {
                Value::Bool(true)
            } else if returned.iter().all(is_same) {
                Value::Bool(false)
            } else {
                hole(task, "the change")
            },
        ),
        ("msg", Value::str("All items completed")),
    ];
    if all_skipped {
        pairs.push(("skipped", Value::Bool(true)));
    }
    Value::of_pairs(pairs)
}
