//! `Step`: one task, or one round of its loop, as it was played for a host.
//!
//! Steps are what `--trace` writes, so that a run can be laid beside that of the tool itself. A value that is not known
//! is `{"unknown": why}`, a secret `{"secret": what}`; a text with holes is `{"text": [pieces]}`.

use serde_json::Value;

/// One task, or one round of its loop, as it was played for a host.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Step {
    /// The folder of the project, where it is not the root.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub project: String,
    pub host: String,
    /// `roles/x/tasks/main.yml:12`, relative to the root of the project.
    pub source: String,
    /// The module, without its collection.
    pub module: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub handler: bool,
    /// The item of the loop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
    pub outcome: Outcome,
    /// The arguments, rendered; those that are omitted left out. Nothing where the task was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// What `register` binds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// What a template became, and what it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rendered: Option<Rendered>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Ok,
    Skipped,
    Failed,
    /// Whether it runs hangs on what only the machine can tell.
    Unknown,
}

/// A template that was rendered.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Rendered {
    /// The file of the template, relative to the root.
    pub template: String,
    /// The text, or `{"failed": why}`.
    pub text: Value,
    /// The variables that it asked for: `{"written": ...}` with templates of their own, or `{"value": ...}`; those of
    /// `hostvars` as `{"hosts": {host: {name: ...}}}`.
    pub variables: Value,
    /// The folders in which it looks for other files, relative to the root.
    pub search: Vec<String>,
}

impl Step {
    /// Says each text of the step in other words.
    pub(super) fn reword(&mut self, word: &impl Fn(&str) -> String) {
        let rendered = self.rendered.iter_mut();
        let rendered = rendered.flat_map(|it| [&mut it.text, &mut it.variables]);
        let own = [&mut self.item, &mut self.arguments, &mut self.result];
        for value in own.into_iter().flatten().chain(rendered) {
            reword(value, word);
        }
    }
}

fn reword(value: &mut Value, word: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = word(text),
        Value::Array(items) => items.iter_mut().for_each(|it| reword(it, word)),
        Value::Object(fields) => fields.values_mut().for_each(|it| reword(it, word)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
