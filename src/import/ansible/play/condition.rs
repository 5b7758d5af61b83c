//! `when`: whether a task runs, and the words for why it does not.

use std::sync::Arc;

use super::context::Context;
use super::{Player, both};
use crate::diag;
use crate::import::ansible::computed::variables;
use crate::import::ansible::left_open;
use crate::import::ansible::scope::{Binding, Failure, Layer, Scope, undefined_name};
use crate::import::ansible::value::Value;
use crate::model::{Condition, Hole, HoleKind};
use crate::syntax::jinja::{CompareOp, Const, Expr};
use crate::syntax::yaml::{Node, Scalar};

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

    /// Decides whether a task runs where switches are on that nobody sets: who writes a task under one says what it is
    /// for, and who runs it sets it.
    pub(super) fn decide_switched(
        &self,
        scope: &Scope<'a>,
        context: &Context<'a>,
        first: Result<Condition, Failure>,
    ) -> Option<Condition> {
        let mut layer = Layer::default();
        let mut decided = first;
        loop {
            let (name, why) = match &decided {
                Err(failure) if failure.code == diag::Code::JinjaUndefined => {
                    let name = undefined_name(&failure.message);
                    (name.to_owned(), "which the source does not set".to_owned())
                }
                Ok(Condition::Unknown(why)) => match unread_switch(why) {
                    Some(found) => found,
                    None => return decided.ok(),
                },
                Err(_) | Ok(Condition::True | Condition::False) => return decided.ok(),
            };
            let is_open = left_open::variable(&name).is_some()
                && !name.contains("vault")
                && !layer.vars.contains_key(&name);
            let mut conditions = context.when.iter();
            if !is_open || !conditions.all(|node| is_switch_in(scope, node, &name)) {
                return None;
            }
            let clause = format!("`{name}`, {why}, holds");
            let binding = Binding::Assumed(Value::Bool(true), Arc::from([clause]));
            layer.vars.insert(name, binding);
            decided = self.decide(&scope.with(layer.clone()), context);
        }
    }
}

/// Returns the variable on which a condition hangs that may stand in what cannot be read, and why it is not known.
fn unread_switch(why: &str) -> Option<(String, String)> {
    let (name, rest) = why.strip_prefix('`')?.split_once("`, ")?;
    let is_unread = rest.starts_with("which may stand in ");
    is_unread.then(|| (name.to_owned(), rest.to_owned()))
}

/// Tells whether a variable only switches in a condition.
fn is_switch_in(scope: &Scope<'_>, node: &Arc<Node>, name: &str) -> bool {
    let conditions = node.items().unwrap_or(std::slice::from_ref(node));
    conditions.iter().all(|it| match it.scalar() {
        Some(Scalar::Str(text)) => {
            let parsed = scope.session().expression(text.trim());
            match parsed.as_ref() {
                Ok(expr) => switches(expr, name),
                Err(_) => false,
            }
        }
        _ => true,
    })
}

/// Tells whether a variable stands in an expression only where yes or no is asked.
fn switches(expr: &Expr, name: &str) -> bool {
    let is_it = |expr: &Expr| matches!(expr, Expr::Var(var) if **var == *name);
    match expr {
        Expr::Var(_) => true,
        Expr::Not(inner) => switches(inner, name),
        Expr::And(one, other) | Expr::Or(one, other) => {
            switches(one, name) && switches(other, name)
        }
        Expr::Filter(filter, Some(inner), _) if &**filter == "bool" && is_it(inner) => true,
        Expr::Test(test, inner, _)
            if is_it(inner) && matches!(&**test, "true" | "false" | "truthy" | "falsy") =>
        {
            true
        }
        Expr::Compare(left, rest) if is_it(left) => matches!(
            rest.as_slice(),
            [(CompareOp::Eq | CompareOp::Ne, Expr::Const(Const::Bool(_)))]
        ),
        other => !variables(other).iter().any(|it| it == name),
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

/// Under an open condition nobody knows whether the variable was set: its value is unknown.
pub(super) fn guarded(binding: Binding, guard: &Condition, name: &str) -> Binding {
    match guard {
        Condition::Unknown(why) => {
            let lead = format!("`{name}`, which is set only if ");
            let why = why.to_string();
            // A loop that builds on what it set before says so once.
            let what = if why.starts_with(&lead) {
                why
            } else {
                format!("{lead}{why}")
            };
            Binding::Value(Value::Unknown(Hole {
                kind: HoleKind::Unknown,
                what,
                span: None,
            }))
        }
        Condition::True | Condition::False => binding,
    }
}

#[cfg(test)]
mod tests {
    use super::switches;
    use crate::syntax::jinja::read_expression;

    #[test]
    fn a_switch_is_asked_for_yes_or_no_only() {
        for (text, expected) in [
            ("shop", true),
            ("not shop and other == 'x'", true),
            ("shop | bool", true),
            ("shop is true or shop == false", true),
            ("shop == 'x'", false),
            ("shop | length > 0", false),
            ("'x' in shop", false),
            ("shop.enabled", false),
        ] {
            let expr = read_expression(text).expect("an expression");
            assert_eq!(switches(&expr, "shop"), expected, "{text}");
        }
    }
}
