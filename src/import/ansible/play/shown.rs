//! What a task said, as lines of a comment, for what is left to the person.

use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::Scope;
use crate::import::ansible::secret::hide_beside;
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
        lines.extend(as_text(shown_value("", free, scope)).lines());
    }
    let named = task.arguments.named.iter();
    let mut values: Vec<(&str, Value)> = named
        .map(|(name, node)| (name.as_str(), shown_value(name, node, scope)))
        .collect();
    let hidden = |_: &Value, name: &str| {
        Value::Str(Text::hole(Hole {
            kind: HoleKind::Secret,
            what: format!("`{name}`"),
            span: Some(task.span),
        }))
    };
    hide_beside(
        values.iter_mut().map(|(name, value)| (*name, value)),
        hidden,
    );
    for (name, value) in values {
        let value = as_text(value).lines();
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

fn shown_value(name: &str, node: &Node, scope: Option<&Scope<'_>>) -> Value {
    if is_secret_name(name) {
        return Value::Str(Text::hole(Hole {
            kind: HoleKind::Secret,
            what: format!("`{name}`"),
            span: Some(node.span),
        }));
    }
    let resolved = scope.and_then(|scope| scope.resolve(node).ok());
    resolved.unwrap_or_else(|| Value::as_written(node))
}

fn as_text(value: Value) -> Text {
    match value {
        // As people write it in YAML; Python's word is another.
        Value::Bool(value) => Text::from(value.to_string()),
        value => value.to_text(),
    }
}
