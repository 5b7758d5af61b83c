//! Loops: `loop`, `with_…` and `loop_control`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_loops.html>

use std::sync::Arc;

use super::Player;
use super::context::Context;
use super::flow::is_true;
use super::tasks::layer_of;
use crate::diag;
use crate::import::ansible::jinja;
use crate::import::ansible::left_open::{closed_hole, variable_of};
use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::{Failure, Layer, Scope};
use crate::import::ansible::secret::with_missing;
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

/// Why a loop has no rounds.
pub(super) struct NoRounds<'a> {
    pub(super) failure: Failure,
    pub(super) scope: Scope<'a>,
}

impl<'a> Player<'a> {
    /// Unrolls the loop of a task; a task without one has one round.
    pub(super) fn rounds(
        &mut self,
        task: &'a Arc<Task>,
        context: &Context<'a>,
    ) -> Result<Vec<Round>, Box<NoRounds<'a>>> {
        let Some(looped) = &task.keywords.looped else {
            return Ok(vec![Round {
                layers: Vec::new(),
                item: None,
                guard: Condition::True,
            }]);
        };
        let scope = self.scope(context, &[]);
        let list = match &looped.lookup {
            None if is_range(&looped.list) => Err(Failure::failed(
                "it goes over a range, not a list: `| list` makes it one",
            )
            .or_at(looped.list.span)),
            None => with_missing(&scope, |scope| scope.resolve(&looped.list)),
            Some(lookup) => looked_up(&scope, lookup, &looped.list),
        };
        let list = match list {
            Ok(Value::Undefined(what)) => Err(Failure::undefined(&what).or_at(looped.list.span)),
            other => other,
        };
        let failure = match list {
            Ok(Value::List(items)) if items.len() > MAX_ITEMS => {
                Failure::failed(format!("it has {} items", items.len()))
            }
            Ok(Value::List(items)) => return Ok(unroll(&Control::read(task, &scope), &items)),
            Ok(Value::Unknown(hole)) if variable_of(&hole).is_some() => {
                let name = variable_of(&hole).unwrap_or_default();
                Failure::undefined(name).or_at(looped.list.span)
            }
            Ok(Value::Unknown(hole)) => {
                let hole = closed_hole(&hole);
                let guard = Condition::Unknown(format!("{}, which the loop goes over", hole.what));
                let control = Control::read(task, &scope);
                return Ok(vec![Round {
                    layers: vec![layer_of(&control.variable, Value::Unknown(hole.clone()))],
                    item: Some(Value::Unknown(hole)),
                    guard,
                }]);
            }
            // A condition that is false hides a list that has no value, and a file that the input lacks.
            Err(failure)
                if failure.code != diag::Code::JinjaFailed
                    && self.is_certainly_skipped(&scope, context) =>
            {
                return Ok(vec![Round {
                    layers: Vec::new(),
                    item: None,
                    guard: Condition::False,
                }]);
            }
            Err(failure) => failure,
            Ok(other) => {
                Failure::failed(format!("it goes over a {}, not a list", other.type_name()))
                    .or_at(looped.list.span)
            }
        };
        Err(Box::new(NoRounds { failure, scope }))
    }

    pub(super) fn is_certainly_skipped(&self, scope: &Scope<'a>, context: &Context<'a>) -> bool {
        self.decide(scope, context)
            .is_ok_and(|it| it == Condition::False)
    }

    /// Tells whether `loop_control` ends the loop after the round whose variables are given (`break_when`).
    pub(super) fn breaks_off(
        &self,
        task: &Task,
        context: &Context<'a>,
        layers: &[Arc<Layer>],
    ) -> bool {
        let control = task.keywords.loop_control.as_deref();
        let Some(node) = control.and_then(|it| it.get("break_when")) else {
            return false;
        };
        let scope = self.scope(context, layers);
        matches!(scope.condition(node), Ok(Condition::True))
    }

    /// Returns why the label of a round cannot be rendered: the round then counts as failed.
    pub(super) fn bad_label(&self, task: &Task, scope: &Scope<'a>) -> Option<Failure> {
        let control = task.keywords.loop_control.as_deref()?;
        let failure = scope.resolve(control.get("label")?).err()?;
        (failure.code == diag::Code::JinjaUndefined).then_some(failure)
    }
}

/// What `loop_control` says.
struct Control {
    variable: String,
    index: Option<String>,
    is_extended: bool,
    has_all_items: bool,
}

impl Control {
    fn read(task: &Task, scope: &Scope<'_>) -> Control {
        let control = task.keywords.loop_control.as_deref();
        let get = |key: &str| control.and_then(|it| it.get(key));
        let name = |key: &str| {
            let value = scope.resolve(get(key)?).ok()?;
            value.as_str().map(str::to_owned)
        };
        Control {
            variable: name("loop_var").unwrap_or_else(|| "item".to_owned()),
            index: name("index_var"),
            is_extended: get("extended").is_some_and(|node| is_true(scope, node)),
            has_all_items: get("extended_allitems").is_none_or(|node| is_true(scope, node)),
        }
    }
}

fn unroll(control: &Control, items: &[Value]) -> Vec<Round> {
    let rounds = items.iter().enumerate().map(|(at, item)| {
        let mut layers = vec![
            layer_of(&control.variable, item.clone()),
            layer_of("ansible_loop_var", Value::str(&control.variable)),
        ];
        if let Some(index) = &control.index {
            layers.push(layer_of(index, int(at)));
            layers.push(layer_of("ansible_index_var", Value::str(index)));
        }
        if control.is_extended {
            layers.push(layer_of("ansible_loop", extended(control, items, at)));
        }
        Round {
            layers,
            item: Some(item.clone()),
            guard: Condition::True,
        }
    });
    rounds.collect()
}

fn int(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Tells whether a list is written as a call of `range` alone, which is no list to `loop`.
fn is_range(node: &Node) -> bool {
    let inner = || node.text()?.trim().strip_prefix("{{")?.strip_suffix("}}");
    let call = inner().map(str::trim).unwrap_or_default();
    let arguments = call
        .strip_prefix("range(")
        .and_then(|it| it.strip_suffix(')'));
    arguments.is_some_and(|it| !it.contains([')', '|']))
}

fn looked_up(scope: &Scope<'_>, lookup: &str, list: &Node) -> Result<Value, Failure> {
    let plugin = lookup.rsplit('.').next().unwrap_or(lookup);
    let terms = if plugin == "first_found" {
        candidates(scope, list)?
    } else {
        with_missing(scope, |scope| scope.resolve(list))?
    };
    if let Value::Unknown(_) | Value::Undefined(_) = terms {
        return Ok(terms);
    }
    jinja::lookup_list(scope, plugin, terms, list.span)
}

/// `with_first_found` passes over names that are made of what has no value.
fn candidates(scope: &Scope<'_>, node: &Node) -> Result<Value, Failure> {
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
fn extended(control: &Control, items: &[Value], at: usize) -> Value {
    let count = items.len();
    let mut pairs = vec![
        ("index", int(at + 1)),
        ("index0", int(at)),
        ("first", Value::Bool(at == 0)),
        ("last", Value::Bool(at + 1 == count)),
        ("length", int(count)),
        ("revindex", int(count - at)),
        ("revindex0", int(count - at - 1)),
    ];
    if control.has_all_items {
        pairs.push(("allitems", Value::list(items.to_vec())));
    }
    if let Some(next) = items.get(at + 1) {
        pairs.push(("nextitem", next.clone()));
    }
    if let Some(before) = at.checked_sub(1).and_then(|it| items.get(it)) {
        pairs.push(("previtem", before.clone()));
    }
    Value::of_pairs(pairs)
}
