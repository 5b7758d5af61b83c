//! What a task gives its module: its arguments, rendered, and those of `module_defaults`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_module_defaults.html>. Groups of modules
//! (`group/aws`) say how modules reach a service, and nothing of the machine: they are passed over.

use indexmap::IndexMap;

use super::Player;
use super::context::Context;
use super::tasks::is_of_ansible;
use crate::diag;
use crate::import::ansible::arguments::takes_free_text;
use crate::import::ansible::left_open::{
    called, closed_deeply, closed_where_computed, filled, says_nothing,
};
use crate::import::ansible::modules;
use crate::import::ansible::params::Params;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::results::is_command;
use crate::import::ansible::scope::{Failure, Scope};
use crate::import::ansible::secret::{hide_beside, sealing, with_missing};
use crate::import::ansible::value::Value;
use crate::model::{Hole, Piece};
use crate::syntax::yaml::Node;

impl<'a> Player<'a> {
    /// Tells whether a person may give what a task needs and nobody sets: not where the source says how it goes on
    /// without, nor where Ansible itself computes with it.
    pub(super) fn may_be_given(
        &self,
        task: &Task,
        scope: &Scope<'a>,
        context: &Context<'a>,
    ) -> bool {
        !is_of_ansible(&task.module) && !self.is_provided_for(scope, context)
    }

    /// Renders the arguments of a task.
    pub(super) fn params(
        &mut self,
        task: &Task,
        context: &Context<'a>,
        scope: &Scope<'a>,
    ) -> Result<Params, Failure> {
        let mut values = IndexMap::new();
        let mut failed = None;
        let is_given = self.may_be_given(task, scope, context);
        let mut resolve = |node: &Node| {
            let resolved = with_missing(scope, is_given, |scope| scope.resolve(node));
            resolved.map_err(|failure| failed = Some(failure)).ok()
        };
        if let Some(whole) = &task.arguments.whole
            && let Some(Value::Dict(pairs)) = resolve(whole)
        {
            values.extend(
                pairs
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.clone())),
            );
        }
        for (name, node) in &task.arguments.named {
            let conditions = (task.module == "assert" && name == "that").then_some(node);
            let kept = conditions.map(|node| modules::conditions_as_given(scope, node));
            let Some(value) = kept.or_else(|| resolve(node)) else {
                continue;
            };
            // `set_fact` names variables by templates, too.
            let name = match scope.template(name, node.span) {
                Ok(rendered) => rendered.to_text().to_string(),
                Err(_) => name.clone(),
            };
            values.insert(name.replace('-', "_"), value);
        }
        let mut free = task.arguments.free.as_ref();
        if !takes_free_text(&task.module) {
            let text = free.take().filter(|_| task.arguments.whole.is_none());
            if text.is_some() {
                let reason = format!("`{}` takes no free text, only `name=value`", task.module);
                return Err(Failure::new(diag::Code::BadParam, reason));
            }
        }
        let free = free.and_then(|node| resolve(node));
        for (name, value) in module_defaults(task, context, scope)? {
            values.entry(name).or_insert(value);
        }
        let arguments = values
            .iter_mut()
            .map(|(name, value)| (name.as_str(), value));
        hide_beside(arguments, sealing(scope.session(), task.span));
        self.trace_arguments(task, &values, free.as_ref());
        // What decides, and what is looked at, is not known before the person has given it.
        let computes = is_of_ansible(&task.module)
            || modules::is_probe(&task.full_name)
            || is_command(task) && task.keywords.register.is_some();
        let is_of_control_node = reads_control_node(task, &values);
        let fill = |name: &str, value| {
            // What is at a path is asked of a new machine, whatever the path is called.
            let is_place = matches!(task.module.as_str(), "slurp" | "stat")
                && matches!(name, "dest" | "name" | "path" | "src");
            if computes && !(is_place && begins_known(&value))
                || name == "src" && is_of_control_node
            {
                return closed_deeply(value);
            }
            let value = match is_place || decides(task, name, &value) {
                true => closed_where_computed(value),
                false => value,
            };
            filled(scope, name, value)
        };
        let values = match task.module.as_str() {
            "set_fact" => values,
            _ => {
                let values = values.into_iter();
                values
                    .map(|(name, it)| {
                        let filled = fill(&name, it);
                        (name, filled)
                    })
                    .collect()
            }
        };
        let free = free.map(|it| fill("", it));
        match failed {
            None => Ok(Params::new(&task.module, task.span, values, free)),
            Some(failure) => Err(failure),
        }
    }
}

/// Tells whether `src` is a file of the machine that runs Ansible: nobody can read one that is not known.
fn reads_control_node(task: &Task, values: &IndexMap<String, Value>) -> bool {
    let is_copied = matches!(
        task.module.as_str(),
        "assemble" | "copy" | "script" | "synchronize" | "template" | "unarchive" | "uci"
    );
    is_copied && !matches!(values.get("remote_src"), Some(Value::Bool(true)))
}

/// Arguments that choose what a module does.
const CHOICES: [&str; 16] = [
    "append",
    "create_home",
    "enabled",
    "force",
    "masked",
    "mode",
    "pkg",
    "recurse",
    "regexp",
    "remote_src",
    "remove",
    "scope",
    "state",
    "system",
    "update_cache",
    "version",
];

/// Modules whose `name` is looked up, and must be known for that.
const LOOKED_UP: [&str; 16] = [
    "apache2_module",
    "apk",
    "apt",
    "cpanm",
    "dnf",
    "gem",
    "homebrew",
    "npm",
    "package",
    "pacman",
    "pip",
    "service",
    "snap",
    "systemd",
    "systemd_service",
    "yum",
];

/// Tells whether what was computed cannot be left to a person in an argument: it chooses, or is all there is.
fn decides(task: &Task, argument: &str, value: &Value) -> bool {
    let is_whole = match value {
        Value::Str(text) => says_nothing(text),
        Value::Unknown(_) => true,
        _ => false,
    };
    // An edit needs the original, and no command is given what another printed while Ansible ran.
    let is_edit = matches!(
        task.module.as_str(),
        "blockinfile" | "ini_file" | "lineinfile" | "replace" | "xml"
    );
    is_edit && matches!(argument, "dest" | "path")
        || is_command(task) && holds_result(value)
        || CHOICES.contains(&argument)
        || argument == "name" && LOOKED_UP.contains(&task.module.as_str())
        || is_whole && matches!(argument, "block" | "content")
}

/// Tells whether a path begins with what is known: nobody knows what is at another.
fn begins_known(value: &Value) -> bool {
    match value {
        Value::Str(text) => matches!(text.pieces().first(), Some(Piece::Literal(_))),
        _ => false,
    }
}

/// Tells whether a value is made of what another task returned.
fn holds_result(value: &Value) -> bool {
    let is_result = |it: &Hole| {
        let what = called(&it.what);
        what.starts_with("the output of ") || what.starts_with("the result of ")
    };
    match value {
        Value::Unknown(hole) => is_result(hole),
        Value::Str(text) => text.holes().any(is_result),
        Value::List(items) => items.iter().any(holds_result),
        _ => false,
    }
}

/// Returns the arguments that a module has where a task does not give them.
fn module_defaults(
    task: &Task,
    context: &Context<'_>,
    scope: &Scope<'_>,
) -> Result<Vec<(String, Value)>, Failure> {
    let listed = context
        .module_defaults
        .iter()
        .flat_map(|node| node.items().unwrap_or(std::slice::from_ref(*node)));
    let own = |key: &str| {
        let short = ["ansible.builtin.", "ansible.legacy."]
            .iter()
            .find_map(|it| key.strip_prefix(it));
        key == task.full_name || short.unwrap_or(key) == task.module
    };
    let mut found = None;
    for (key, defaults) in listed.filter_map(|it| it.pairs()).flatten() {
        if key.text().is_some_and(own) {
            // Those of a nearer level stand for all of a farther one.
            found = Some(defaults);
        }
    }
    let Some(defaults) = found else {
        return Ok(Vec::new());
    };
    Ok(match scope.resolve(defaults)? {
        Value::Dict(pairs) => pairs
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect(),
        _ => Vec::new(),
    })
}
