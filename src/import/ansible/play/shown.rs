//! What a task said, as lines of a comment, for what is left to the person.

use std::sync::Arc;

use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::Scope;
use crate::import::ansible::value::Value;
use crate::import::secret::is_secret_name;
use crate::model::{Hole, HoleKind, Text};
use crate::syntax::yaml::Node;

/// Returns what the task said, as lines of a comment: never a secret, nothing where `no_log` forbids it.
pub(super) fn shown_arguments(
    task: &Task,
    no_log: Option<&Arc<Node>>,
    scope: Option<&Scope<'_>>,
) -> Vec<Text> {
    // A template that decides it may well say yes.
    let hidden = no_log
        .and_then(|it| it.text())
        .is_some_and(|text| !matches!(text, "no" | "false" | "False"));
    if hidden {
        return vec![Text::from("(arguments not shown: no_log)")];
    }
    let mut lines = Vec::new();
    if let Some(free) = &task.arguments.free {
        lines.extend(shown_value("", free, scope).lines());
    }
    for (name, node) in &task.arguments.named {
        let value = shown_value(name, node, scope).lines();
        let mut line = Text::from(format!("{name}: "));
        match value.as_slice() {
            [] => lines.push(line),
            [one] => {
                line.push(one);
                lines.push(line);
            }
            several => {
                line.push_str("|");
                lines.push(line);
                lines.extend(several.iter().map(|it| {
                    let mut line = Text::from("  ");
                    line.push(it);
                    line
                }));
            }
        }
    }
    lines
}

fn shown_value(name: &str, node: &Node, scope: Option<&Scope<'_>>) -> Text {
    if is_secret_name(name) {
        return Text::hole(Hole {
            kind: HoleKind::Secret,
            what: format!("`{name}`"),
            span: Some(node.span),
        });
    }
    let resolved = scope.and_then(|scope| scope.resolve(node).ok());
    let value = resolved.unwrap_or_else(|| Value::as_written(node));
    value.to_text()
}
