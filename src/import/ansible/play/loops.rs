//! Loops: `loop`, `with_…` and `loop_control`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_loops.html>

use std::sync::Arc;

use super::context::Context;
use super::tasks::layer_of;
use super::{Player, both};
use crate::account::Code;
use crate::import::ansible::jinja;
use crate::import::ansible::params::Refusal;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::{Binding, Layer, Scope};
use crate::import::ansible::value::Value;
use crate::model::Condition;
use crate::syntax::yaml::Node;

/// One run of a task: the variables of the task and its loop item.
pub(super) struct Round {
    pub(super) layers: Vec<Arc<Layer>>,
    /// The item of the loop.
    pub(super) item: Option<Value>,
    /// Open where the list itself is unknown: the task then stands for runs that nobody can count.
    pub(super) guard: Condition,
}

/// More items than this make no configuration that a person reads.
const MAX_ITEMS: usize = 5000;

impl<'a> Player<'a> {
    /// Unrolls the loop of a task; a task without one has one round.
    pub(super) fn rounds(
        &mut self,
        task: &'a Arc<Task>,
        context: &Context<'a>,
    ) -> Result<Vec<Round>, Refusal> {
        let Some(looped) = &task.keywords.looped else {
            return Ok(vec![Round {
                layers: Vec::new(),
                item: None,
                guard: Condition::True,
            }]);
        };
        let scope = self.scope(context, &[]);
        let list = match &looped.lookup {
            None => scope.resolve(&looped.list),
            Some(lookup) => looked_up(&scope, lookup, &looped.list),
        };
        let control = task.keywords.loop_control.as_deref();
        let name = |key: &str| control.and_then(|it| it.get(key)).and_then(|it| it.text());
        let variable = name("loop_var").unwrap_or("item").to_owned();
        let index = name("index_var").map(str::to_owned);
        let extended = name("extended").is_some_and(|text| matches!(text, "yes" | "true" | "True"));
        match list {
            Ok(Value::List(items)) if items.len() > MAX_ITEMS => Err(Refusal::new(
                Code::CannotState,
                format!("its loop has {} items", items.len()),
            )),
            Ok(Value::List(items)) => {
                let count = items.len();
                Ok(items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| {
                        let mut layers = vec![layer_of(&variable, item.clone())];
                        let at_value = Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
                        if let Some(index) = &index {
                            layers.push(layer_of(index, at_value));
                        }
                        if extended {
                            layers.push(extended_layer(&items, at, count));
                        }
                        Round {
                            layers,
                            item: Some(item.clone()),
                            guard: Condition::True,
                        }
                    })
                    .collect())
            }
            Ok(Value::Unknown(hole)) => {
                let guard = Condition::Unknown(format!("{}, which the loop goes over", hole.what));
                Ok(vec![Round {
                    layers: vec![layer_of(&variable, Value::Unknown(hole.clone()))],
                    item: Some(Value::Unknown(hole)),
                    guard,
                }])
            }
            // A condition that is false for every item hides a list that has no value.
            Ok(Value::Undefined(_)) | Err(_) if self.is_certainly_skipped(&scope, context) => {
                Ok(vec![Round {
                    layers: vec![layer_of(&variable, Value::None)],
                    item: None,
                    guard: Condition::False,
                }])
            }
            Ok(Value::Undefined(what)) => {
                let failure = crate::import::ansible::scope::Failure::undefined(&what)
                    .or_at(looped.list.span);
                self.report(&failure, looped.list.span);
                Err(Refusal::new(
                    Code::TemplateFailed,
                    format!("its loop cannot be evaluated: {}", failure.message),
                ))
            }
            Err(failure) => {
                self.report(&failure, looped.list.span);
                Err(Refusal::new(
                    Code::TemplateFailed,
                    format!("its loop cannot be evaluated: {}", failure.message),
                ))
            }
            Ok(other) => Err(Refusal::new(
                Code::BadInput,
                format!("its loop goes over a {}, not a list", other.type_name()),
            )),
        }
    }

    fn is_certainly_skipped(&self, scope: &Scope<'a>, context: &Context<'a>) -> bool {
        let decided = context
            .when
            .iter()
            .filter_map(|node| scope.condition(node).ok());
        decided.fold(context.guard.clone(), both) == Condition::False
    }
}

fn looked_up(
    scope: &Scope<'_>,
    lookup: &str,
    list: &Node,
) -> Result<Value, crate::import::ansible::scope::Failure> {
    let plugin = lookup.rsplit('.').next().unwrap_or(lookup);
    let terms = if plugin == "first_found" {
        candidates(scope, list)?
    } else {
        scope.resolve(list)?
    };
    if let Value::Unknown(_) | Value::Undefined(_) = terms {
        return Ok(terms);
    }
    jinja::lookup_list(scope, plugin, terms, list.span)
}

/// `with_first_found` passes over names that are made of what has no value.
fn candidates(
    scope: &Scope<'_>,
    node: &Node,
) -> Result<Value, crate::import::ansible::scope::Failure> {
    if let Some(items) = node.items() {
        let mut kept = Vec::new();
        for item in items {
            match candidates(scope, item) {
                Ok(Value::Undefined(_)) => {}
                Err(failure) if failure.code == crate::diag::Code::JinjaUndefined => {}
                other => kept.push(other?),
            }
        }
        return Ok(Value::list(kept));
    }
    let Some(pairs) = node.pairs() else {
        return scope.resolve(node);
    };
    let mut dict = crate::import::ansible::value::Dict::new();
    for (key, value) in pairs {
        if let Some(key) = scope.resolve(key)?.key() {
            dict.insert(key, candidates(scope, value)?);
        }
    }
    Ok(Value::dict(dict))
}

/// `ansible_loop`, which `extended: true` asks for.
fn extended_layer(items: &[Value], at: usize, count: usize) -> Arc<Layer> {
    let int = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let mut pairs = vec![
        ("allitems", Value::list(items.to_vec())),
        ("index", int(at + 1)),
        ("index0", int(at)),
        ("revindex", int(count - at)),
        ("revindex0", int(count - at - 1)),
        ("first", Value::Bool(at == 0)),
        ("last", Value::Bool(at + 1 == count)),
        ("length", int(count)),
    ];
    if let Some(next) = items.get(at + 1) {
        pairs.push(("nextitem", next.clone()));
    }
    if let Some(before) = at.checked_sub(1).and_then(|it| items.get(it)) {
        pairs.push(("previtem", before.clone()));
    }
    let mut layer = Layer::default();
    layer.vars.insert(
        "ansible_loop".to_owned(),
        Binding::Value(Value::of_pairs(pairs)),
    );
    Arc::new(layer)
}
