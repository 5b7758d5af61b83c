//! `when`: whether a task runs, and the words for why it does not.

use super::context::Context;
use super::{Player, both};
use crate::import::ansible::scope::{Failure, Scope};
use crate::import::ansible::value::Value;
use crate::model::Condition;

impl<'a> Player<'a> {
    /// Decides whether a task runs: what it inherits and its own `when`.
    pub(super) fn decide(
        &self,
        scope: &Scope<'a>,
        context: &Context<'a>,
    ) -> Result<Condition, Failure> {
        let mut all = context.guard.clone();
        for node in &context.when {
            all = both(all, scope.condition(node)?);
            if all == Condition::False {
                break;
            }
        }
        Ok(all)
    }
}

/// Says that a condition is false, and on what that stands but the facts.
pub(super) fn why_false(scope: &Scope<'_>) -> String {
    standing_on("its condition is false", &scope.assumptions())
}

pub(super) fn standing_on(what: &str, assumed: &[String]) -> String {
    let mut clauses = assumed.iter().filter(|it| !it.starts_with("the facts of "));
    match clauses.next() {
        None => what.to_owned(),
        Some(clause) => format!("{what}: {clause}"),
    }
}

/// Returns the condition, as written, that keeps a task from running.
pub(super) fn false_condition(scope: &Scope<'_>, context: &Context<'_>) -> Option<Value> {
    let mut all = context
        .when
        .iter()
        .flat_map(|node| node.items().unwrap_or(std::slice::from_ref(*node)));
    let node = all.find(|node| matches!(scope.condition(node), Ok(Condition::False)))?;
    Some(Value::as_written(node))
}
