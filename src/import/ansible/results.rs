//! What a task registers: the keys that are certain, and unknown values for what only the machine can tell.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/common_return_values.html>

use super::playbook::Task;
use super::value::Value;
use crate::model::{Hole, HoleKind};

fn hole(task: &Task, what: &str) -> Value {
    let name = if task.name.is_empty() {
        &task.module
    } else {
        &task.name
    };
    let what = format!("{what} of the task \"{name}\"");
    Value::Unknown(Hole {
        kind: HoleKind::Unknown,
        what,
        span: Some(task.span),
    })
}

/// The result of a task of which nothing is known.
pub(super) fn unknown(task: &Task) -> Value {
    hole(task, "the result")
}

/// The result of a task that did not run.
pub(super) fn skipped() -> Value {
    Value::dict(vec![
        ("changed", Value::Bool(false)),
        ("skipped", Value::Bool(true)),
        ("skip_reason", Value::str("Conditional result was False")),
    ])
}

/// The result of a module that said nothing of it. A play goes on only after success, unless the task says otherwise.
pub(super) fn of_module(task: &Task) -> Value {
    let keywords = &task.keywords;
    let may_fail = keywords.ignore_errors.is_some() || keywords.failed_when.is_some();
    if !matches!(task.module.as_str(), "command" | "shell" | "script" | "raw") {
        return unknown(task);
    }
    let changed = keywords
        .changed_when
        .as_ref()
        .and_then(|it| it.text())
        .filter(|text| matches!(*text, "false" | "False" | "no"));
    Value::dict(vec![
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
    let mut pairs = vec![
        ("results", Value::list(returned.to_vec())),
        (
            "changed",
            if all_skipped {
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
    Value::dict(pairs)
}
