//! What a task registers: the keys that are certain, and unknown values for what only the machine can tell.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/common_return_values.html>

use super::playbook::Task;
use super::value::Value;

/// The keys that modules which change something return besides `changed` and `failed`.
const RETURN_KEYS: [&str; 36] = [
    "after",
    "ansible_facts",
    "backup_file",
    "before",
    "cache_update_time",
    "cache_updated",
    "checksum",
    "content",
    "dest",
    "diff",
    "enabled",
    "files",
    "gid",
    "group",
    "home",
    "invocation",
    "matched",
    "md5sum",
    "mode",
    "msg",
    "name",
    "owner",
    "path",
    "rc",
    "results",
    "size",
    "src",
    "ssh_key_file",
    "ssh_public_key",
    "state",
    "status",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
    "uid",
];

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

/// The result of a module that made something: on a new machine it changed.
pub(super) fn of_change(task: &Task) -> Value {
    let may_fail = task.keywords.ignore_errors.is_some() || task.keywords.failed_when.is_some();
    let failed = if may_fail {
        hole(task, "the success")
    } else {
        Value::Bool(false)
    };
    let mut pairs = vec![("changed", Value::Bool(true)), ("failed", failed)];
    pairs.extend(
        RETURN_KEYS
            .iter()
            .map(|key| (*key, hole(task, &format!("`{key}`")))),
    );
    Value::of_pairs(pairs)
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

/// The result of a module that said nothing of it. A play goes on only after success, unless the task says otherwise.
pub(super) fn of_module(task: &Task) -> Value {
    let keywords = &task.keywords;
    let may_fail = keywords.ignore_errors.is_some() || keywords.failed_when.is_some();
    if !is_command(task) {
        return unknown(task);
    }
    let changed = keywords
        .changed_when
        .as_ref()
        .and_then(|it| it.text())
        .filter(|text| matches!(*text, "false" | "False" | "no"));
    Value::of_pairs(vec![
        (
            "changed",
            changed.map_or_else(|| hole(task, "the change"), |_| Value::Bool(false)),
        ),
        (
            "failed",
            if may_fail {
                hole(task, "the success")
            } else {
                Value::Bool(false)
            },
        ),
        (
            "rc",
            if may_fail {
                hole(task, "the exit status")
            } else {
                Value::Int(0)
            },
        ),
        ("stdout", hole(task, "the output")),
        ("stdout_lines", hole(task, "the output")),
        ("stderr", hole(task, "the error output")),
        ("stderr_lines", hole(task, "the error output")),
        ("cmd", hole(task, "the command")),
        ("start", hole(task, "the start")),
        ("end", hole(task, "the end")),
        ("delta", hole(task, "the duration")),
        ("msg", hole(task, "the message")),
    ])
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
