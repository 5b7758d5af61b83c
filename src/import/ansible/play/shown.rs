//! What a task said, as lines of a comment, for what is left to the person.

use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::Scope;
use crate::import::ansible::value::Value;
use crate::model::{Hole, HoleKind, Text};
use crate::secret::is_secret_name;
use crate::syntax::yaml::Node;

/// What is said in place of what `no_log` forbids to show.
pub(super) const NOT_SHOWN: &str = "(arguments not shown: no_log)";

/// Returns what the task said, as lines of a comment: never a secret.
pub(super) fn shown_arguments(task: &Task, scope: Option<&Scope<'_>>) -> Vec<Text> {
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
    match value {
        // As people write it in YAML; Python's word is another.
        Value::Bool(value) => Text::from(value.to_string()),
        value => value.to_text(),
    }
}
