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
use crate::import::ansible::left_open::{closed_deeply, filled};
use crate::import::ansible::modules;
use crate::import::ansible::params::Params;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::results::is_command;
use crate::import::ansible::scope::{Failure, Scope};
use crate::import::ansible::secret::{hide_beside, sealing, with_missing};
use crate::import::ansible::value::Value;
use crate::syntax::yaml::Node;

impl<'a> Player<'a> {
    /// Renders the arguments of a task.
    pub(super) fn params(
        &mut self,
        task: &Task,
        context: &Context<'a>,
        scope: &Scope<'a>,
    ) -> Result<Params, Failure> {
        let mut values = IndexMap::new();
        let mut failed = None;
        let mut resolve = |node: &Node| match with_missing(scope, |scope| scope.resolve(node)) {
            Ok(value) => Some(value),
            Err(failure) => {
                failed = Some(failure);
                None
            }
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
        let fill = |value| match computes {
            true => closed_deeply(value),
            false => filled(scope, value),
        };
        let values = match task.module.as_str() {
            "set_fact" => values,
            _ => values
                .into_iter()
                .map(|(name, it)| (name, fill(it)))
                .collect(),
        };
        let free = free.map(fill);
        match failed {
            None => Ok(Params::new(&task.module, task.span, values, free)),
            Some(failure) => Err(failure),
        }
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
