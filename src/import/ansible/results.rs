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

/// The result of a task that did not run.
pub(super) fn skipped() -> Value {
    Value::of_pairs(vec![
        ("changed", Value::Bool(false)),
        ("skipped", Value::Bool(true)),
        ("skip_reason", Value::str("Conditional result was False")),
        (
            "false_condition",
            Value::unknown("the condition that was false", None),
        ),
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

/// The result of a loop: those of its items, each with its item and how that was called.
pub(super) fn of_loop(task: &Task, returned: &[Value]) -> Value {
    if returned.is_empty() {
        return Value::of_pairs(vec![
            ("changed", Value::Bool(false)),
            ("skipped", Value::Bool(true)),
            ("skipped_reason", Value::str("No items in the list")),
            ("results", Value::list(Vec::new())),
        ]);
    }
    let is = |it: &Value, key: &str| matches!(it.get(key), Some(Value::Bool(true)));
    let is_not = |it: &Value, key: &str| matches!(it.get(key), Some(Value::Bool(false)));
    let are_known = |key: &str| returned.iter().all(|it| is(it, key) || is_not(it, key));
    let one_of = |key: &str| returned.iter().any(|it| is(it, key));
    let all_skipped = returned.iter().all(|it| is(it, "skipped"));
    let looped = returned.iter().enumerate();
    let looped = looped.map(|(at, it)| with_names(task, it.clone(), at));
    let mut pairs = vec![
        ("results", Value::list(looped.collect())),
        ("skipped", Value::Bool(all_skipped)),
        (
            "changed",
            if one_of("changed") || are_known("changed") {
                Value::Bool(one_of("changed"))
            } else {
                hole(task, "the change")
            },
        ),
        (
            "msg",
            Value::str(if one_of("failed") {
                "One or more items failed"
            } else if all_skipped {
                "All items skipped"
            } else {
                "All items completed"
            }),
        ),
    ];
    // Without a failure Ansible says nothing of it, and what asks is told that it succeeded.
    if one_of("failed") {
        pairs.push(("failed", Value::Bool(true)));
    }
    Value::of_pairs(pairs)
}

/// Calls the item of a round as the loop calls it.
fn with_names(task: &Task, result: Value, at: usize) -> Value {
    let Value::Dict(pairs) = &result else {
        return result;
    };
    let control = task.keywords.loop_control.as_ref();
    let name = |key: &str| control.and_then(|it| it.get(key)?.text());
    let mut pairs = (**pairs).clone();
    let own = name("loop_var").unwrap_or("item");
    if own != "item"
        && let Some(item) = pairs.shift_remove(&Key::Str("item".to_owned()))
    {
        pairs.insert(Key::Str(own.to_owned()), item);
    }
    pairs.insert(Key::Str("ansible_loop_var".to_owned()), Value::str(own));
    if let Some(index) = name("index_var") {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        pairs.insert(Key::Str(index.to_owned()), Value::Int(at));
        pairs.insert(Key::Str("ansible_index_var".to_owned()), Value::str(index));
    }
    Value::dict(pairs)
}
