//! What a task's own words make of a result: `until` and `retries`, `changed_when`, `failed_when`.
//!
//! As `ansible/executor/task_executor.py` has it.

use super::Player;
use super::returned::{Ground, Returned};
use super::tasks::layer_of;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::results;
use crate::import::ansible::scope::{Failure, Scope};
use crate::import::ansible::value::{Key, Value};
use crate::model::Condition;
use crate::syntax::yaml::{Node, Scalar};

/// More attempts than this come to nothing else.
const MAX_ATTEMPTS: i64 = 100;

/// The modules that never change anything by themselves.
const NEVER_CHANGE: [&str; 6] = [
    "assert",
    "debug",
    "fail",
    "include_vars",
    "meta",
    "set_fact",
];

impl<'a> Player<'a> {
    /// Judges what a module returned by the words of its task.
    pub(super) fn judge(
        &mut self,
        task: &Task,
        scope: &Scope<'a>,
        mut returned: Returned,
    ) -> Returned {
        let keywords = &task.keywords;
        let retries = keywords.retries.as_deref();
        let words = [
            &keywords.changed_when,
            &keywords.failed_when,
            &keywords.until,
        ];
        let is_judged = words.iter().any(|it| it.is_some()) || retries.is_some();
        if !is_judged || returned.guard != Condition::True || is_yes(&returned.value, "skipped") {
            return returned;
        }
        let register = keywords.register.as_ref().and_then(|it| it.text());
        let attempts = 1 + match (retries, &keywords.until) {
            (Some(node), _) => number(scope, node).unwrap_or(0).clamp(0, MAX_ATTEMPTS),
            (None, Some(_)) => 3,
            (None, None) => 0,
        };
        for attempt in 1..=attempts {
            returned.failed = returned.failed.filter(|_| keywords.failed_when.is_none());
            let mut judged = Judged {
                value: returned.value.clone(),
                failed: returned.failed,
                ground: Ground::Certain,
                register,
                under: Vec::new(),
            };
            if attempts > 1 {
                judged.set("attempts", Value::Int(attempt));
            }
            self.judge_attempt(task, scope, &mut judged);
            let done = match &keywords.until {
                _ if attempts == 1 => Ok(Condition::True),
                Some(node) => self.asked(scope, &mut judged, node),
                None => Ok(match judged.value.get("failed") {
                    _ if judged.failed.is_some() => Condition::False,
                    Some(Value::Bool(true)) => Condition::False,
                    _ => Condition::True,
                }),
            };
            let is_over = !matches!(done, Ok(Condition::False));
            if let Err(failure) = done {
                judged.fail(failure, self.ground(scope));
            } else if matches!(done, Ok(Condition::Unknown(_))) && attempts > 1 {
                judged.set("attempts", results::undecided(task, "it is so at once"));
            }
            if attempt == attempts && !is_over {
                judged.set("attempts", Value::Int(attempts - 1));
                judged.set("failed", Value::Bool(true));
                judged.failed = Some(judged.ground);
            }
            returned.under.extend(judged.under);
            let is_last = is_over || attempt == attempts;
            if is_last {
                returned.value = judged.value;
                returned.failed = judged.failed;
                break;
            }
        }
        if let Some(failed) = &mut returned.failed
            && !returned.under.is_empty()
        {
            *failed = Ground::Assumed;
        }
        returned
    }

    /// Judges one attempt by `changed_when` and `failed_when`.
    fn judge_attempt(&mut self, task: &Task, scope: &Scope<'a>, judged: &mut Judged<'_>) {
        if let Some(node) = said(&task.keywords.changed_when) {
            match self.asked(scope, judged, node) {
                Ok(condition) => judged.set("changed", answer(task, "the change", condition)),
                Err(failure) => {
                    judged.fail(failure, self.ground(scope));
                    return;
                }
            }
        }
        if let Some(node) = said(&task.keywords.failed_when) {
            match self.asked(scope, judged, node) {
                Ok(condition) => {
                    judged.failed = (condition == Condition::True).then_some(judged.ground);
                    let failed = answer(task, "the success", condition);
                    judged.set("failed_when_result", failed.clone());
                    judged.set("failed", failed);
                }
                Err(failure) => judged.fail(failure, self.ground(scope)),
            }
        }
    }

    /// Decides a condition on what the task registers.
    fn asked(
        &self,
        scope: &Scope<'a>,
        judged: &mut Judged<'_>,
        node: &Node,
    ) -> Result<Condition, Failure> {
        let Some(name) = judged.register else {
            let decided = scope.condition(node);
            judged.ground = judged.ground.min(self.ground(scope));
            return decided;
        };
        let layer = layer_of(name, judged.value.clone());
        let local = scope.with((*layer).clone());
        let decided = local.condition(node);
        judged.ground = judged.ground.min(self.ground(&local));
        judged.under.extend(local.assumptions());
        decided
    }
}

struct Judged<'t> {
    value: Value,
    failed: Option<Ground>,
    ground: Ground,
    register: Option<&'t str>,
    under: Vec<String>,
}

impl Judged<'_> {
    fn set(&mut self, name: &str, value: Value) {
        let whole = std::mem::replace(&mut self.value, Value::None);
        self.value = with(whole, name, value);
    }

    /// A condition that cannot be decided is a failure.
    fn fail(&mut self, failure: Failure, ground: Ground) {
        self.set("failed", Value::Bool(true));
        self.set("failed_when_result", Value::str(&failure.message));
        self.failed = Some(ground.min(Ground::Lacking));
    }
}

/// Returns a result with one more key.
pub(super) fn with(result: Value, name: &str, value: Value) -> Value {
    match result {
        Value::Dict(pairs) => {
            let mut pairs = (*pairs).clone();
            pairs.insert(Key::Str(name.to_owned()), value);
            Value::dict(pairs)
        }
        Value::Unknown(hole) => Value::open(vec![(name, value)], Value::Unknown(hole)),
        other => other,
    }
}

/// Tells whether a task changed something; nothing where that is not known.
pub(super) fn is_changed(task: &Task, result: &Value) -> Option<bool> {
    match result.get("changed") {
        Some(Value::Bool(it)) => Some(*it),
        Some(_) => None,
        None if task.keywords.changed_when.is_some() => None,
        None => NEVER_CHANGE
            .contains(&task.module.as_str())
            .then_some(false),
    }
}

fn is_yes(result: &Value, name: &str) -> bool {
    matches!(result.get(name), Some(Value::Bool(true)))
}

/// Returns a condition that says something: an empty list or nothing says nothing.
fn said(node: &Option<std::sync::Arc<Node>>) -> Option<&Node> {
    let node = node.as_deref()?;
    let is_empty =
        node.items().is_some_and(<[_]>::is_empty) || matches!(node.scalar(), Some(Scalar::Null));
    (!is_empty).then_some(node)
}

fn number(scope: &Scope<'_>, node: &Node) -> Option<i64> {
    match scope.resolve(node).ok()? {
        Value::Str(text) => text.plain()?.trim().parse().ok(),
        value => value.as_int(),
    }
}

fn answer(task: &Task, what: &str, condition: Condition) -> Value {
    match condition {
        Condition::True => Value::Bool(true),
        Condition::False => Value::Bool(false),
        Condition::Unknown(why) => Value::unknown(
            format!("{what} of {}, which hangs on {why}", results::said(task)),
            Some(task.span),
        ),
    }
}
