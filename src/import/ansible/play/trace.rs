//! What `--trace` shows: every task as it was played, for comparison with a run of Ansible.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::Player;
use super::returned::Returned;
use crate::account::{Outcome, Rendered, Step};
use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::{Binding, Failure, Scope, is_template};
use crate::import::ansible::secret::hide;
use crate::import::ansible::value::Value;
use crate::import::redact::{Taken, redact_text};
use crate::model::{Condition, Hole, HoleKind, Piece, Text};
use crate::secret::is_secret_file;
use crate::source::FileId;
use crate::syntax::yaml::{Kind, Node};

/// The steps so far, and what is known of the one that is played.
#[derive(Default)]
pub(in crate::import::ansible) struct Trace {
    pub(super) steps: Vec<Step>,
    pub(super) arguments: Option<Json>,
    pub(super) rendered: Option<Rendered>,
    pub(super) in_handler: bool,
    /// Ansible would not come here.
    pub(super) is_muted: bool,
}

impl Player<'_> {
    /// Notes one round of a task, where a trace is asked for.
    pub(super) fn trace(&mut self, task: &Task, item: Option<&Value>, returned: &Returned) {
        let silent = self.silent;
        let Some(trace) = &mut self.trace else { return };
        if trace.is_muted {
            trace.arguments = None;
            trace.rendered = None;
            return;
        }
        // `shell` is `command` with this argument.
        if task.module == "shell"
            && let Some(Json::Object(arguments)) = &mut trace.arguments
        {
            arguments.insert("_uses_shell".to_owned(), Json::Bool(true));
        }
        trace.steps.push(Step {
            project: String::new(),
            host: self.host.clone(),
            source: self.session.place(task.span),
            module: task.module.clone(),
            handler: trace.in_handler,
            item: item.filter(|_| !silent).map(shown),
            outcome: outcome(returned),
            arguments: trace.arguments.take().filter(|_| !silent),
            result: Some(shown(&returned.value)).filter(|_| !silent),
            rendered: trace.rendered.take().filter(|_| !silent),
        });
    }
}

impl Player<'_> {
    /// Notes the arguments of the task that is played.
    pub(super) fn trace_arguments(
        &mut self,
        task: &Task,
        values: &IndexMap<String, Value>,
        free: Option<&Value>,
    ) {
        let Some(trace) = &mut self.trace else { return };
        let free = free.map(|it| ("_raw_params".to_owned(), shown(it)));
        // `set_fact` takes `cacheable` away before it looks at what is left.
        let is_given =
            |(name, it): &(&String, &Value)| !matches!(it, Value::Omit) && *name != "cacheable";
        let given = values.iter().filter(is_given);
        // `set_fact` renders the names by itself: they show as written.
        let written = |rendered: &str| {
            let mut names = task.arguments.named.iter().map(|(name, _)| name);
            let at = values.get_index_of(rendered);
            let by_place = at.and_then(|at| names.nth(at));
            by_place.filter(|it| is_template(it)).cloned()
        };
        let is_whole = values
            .get("dest")
            .and_then(Value::as_str)
            .is_some_and(is_secret_file);
        let named = given.map(|(name, value)| {
            // The content of a file that is a secret as a whole is one.
            let name_of_value = match name.as_str() {
                "content" if is_whole => "password",
                name => name,
            };
            let value = hide(self.session, name_of_value, value.clone(), None);
            let name = written(name).unwrap_or_else(|| name.clone());
            (name, shown(&value))
        });
        trace.arguments = Some(Json::Object(free.into_iter().chain(named).collect()));
    }

    pub(super) fn trace_rendered(&mut self, rendered: Option<Rendered>) {
        if let Some(trace) = &mut self.trace {
            trace.rendered = rendered;
        }
    }
}

fn outcome(returned: &Returned) -> Outcome {
    let is_true = |key| matches!(returned.value.get(key), Some(Value::Bool(true)));
    match &returned.guard {
        Condition::False => Outcome::Skipped,
        Condition::Unknown(_) => Outcome::Unknown,
        Condition::True if is_true("skipped") => Outcome::Skipped,
        Condition::True if returned.failed.is_some() || is_true("failed") => Outcome::Failed,
        Condition::True => Outcome::Ok,
    }
}

/// Describes a template that was rendered in this scope while it was watched, or why it could not be.
pub(in crate::import::ansible) fn rendered(
    scope: &Scope<'_>,
    template: FileId,
    text: Result<&Text, &Failure>,
) -> Rendered {
    let search = scope.search();
    let role = search.role.iter().cloned();
    let mut variables = Map::new();
    let mut hosts = Map::new();
    for (host, name) in scope.watched() {
        match host {
            Some(host) => {
                let of_host = scope.of_host(&host);
                let bound = of_host.and_then(|it| shown_binding(&it, &name));
                let known = hosts.entry(&*host).or_insert_with(|| json!({}));
                if let (Some(bound), Some(known)) = (bound, known.as_object_mut()) {
                    known.insert(name, bound);
                }
            }
            None if name == "hostvars" => {
                for host in scope.hosts().keys() {
                    hosts.entry(host).or_insert_with(|| json!({}));
                }
            }
            None => {
                if let Some(bound) = shown_binding(scope, &name) {
                    variables.insert(name, bound);
                }
            }
        }
    }
    if !hosts.is_empty() {
        variables.insert("hostvars".to_owned(), json!({ "hosts": hosts }));
    }
    Rendered {
        template: scope.session().tree.path(template).to_owned(),
        text: match text {
            Ok(text) => shown_text(text),
            Err(failure) => json!({ "failed": failure.message }),
        },
        variables: Json::Object(variables),
        search: role
            .chain([search.task.clone(), search.playbook.clone()])
            .collect(),
    }
}

/// Returns what a name is bound to; of a secret only that it is one, and of what holds a secret its value.
fn shown_binding(scope: &Scope<'_>, name: &str) -> Option<Json> {
    if let Ok(value) = scope.get(name)
        && let Some(hole) = value.deep_hole()
        && hole.kind == HoleKind::Secret
    {
        return Some(json!({ "value": shown(&value) }));
    }
    Some(match scope.bound(name)? {
        Binding::Node(node) => json!({ "written": written(node) }),
        Binding::Value(value) | Binding::Assumed(value, _) => json!({ "value": shown(value) }),
    })
}

/// Returns a value as JSON, with what is not known named.
pub(in crate::import::ansible) fn shown(value: &Value) -> Json {
    match value {
        Value::Undefined(name) => json!({ "undefined": name }),
        Value::None => Json::Null,
        Value::Bool(it) => Json::Bool(*it),
        Value::Int(it) => json!(it),
        Value::Float(it) if it.is_finite() => json!(it),
        Value::Float(it) => json!(it.to_string().to_lowercase()),
        Value::Str(text) => shown_text(text),
        Value::List(items) => Json::Array(items.iter().map(shown).collect()),
        Value::Dict(dict) => Json::Object(
            dict.iter()
                .map(|(key, value)| (key.to_string(), shown(value)))
                .collect(),
        ),
        Value::Time(time) => json!(time.iso()),
        Value::Unknown(hole) => shown_hole(hole),
        Value::Omit => json!({ "omitted": true }),
    }
}

fn shown_text(text: &Text) -> Json {
    // What a task says of itself may hold a secret that nothing but its shape tells.
    let what = |line: usize, name: Option<&str>| match name {
        Some(name) => format!("line {line}: {name}"),
        None => format!("line {line}"),
    };
    let concealed = redact_text(text, "", what, &mut Taken::new());
    let text = concealed.as_ref().unwrap_or(text);
    if let Some(plain) = text.plain() {
        return json!(plain);
    }
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Literal(literal) => json!(literal),
        Piece::Hole(hole) => shown_hole(hole),
    });
    json!({ "text": pieces.collect::<Vec<_>>() })
}

fn shown_hole(hole: &Hole) -> Json {
    match hole.kind {
        HoleKind::Secret => json!({ "secret": hole.what }),
        _ => json!({ "unknown": hole.what }),
    }
}

/// Returns a node as written; `!unsafe` and `!vault` keep their tags.
fn written(node: &Node) -> Json {
    match &node.kind {
        Kind::Scalar { .. } => match node.tag.as_deref() {
            Some(tag @ ("unsafe" | "vault" | "vault-encrypted")) => json!({ tag: node.text() }),
            _ => shown(&Value::as_written(node)),
        },
        Kind::Sequence(items) => Json::Array(items.iter().map(|it| written(it)).collect()),
        Kind::Mapping(pairs) => {
            let pairs = pairs.iter().filter_map(|(key, value): &(_, Arc<Node>)| {
                Some((Value::as_written(key).key()?.to_string(), written(value)))
            });
            Json::Object(pairs.collect::<Map<_, _>>())
        }
    }
}
