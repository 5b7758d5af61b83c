//! `assert`: what has to hold for the play to go on.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/assert_module.html>

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::scope::{Binding, Failure, Scope, is_template};
use crate::import::ansible::value::Value;
use crate::model::Condition;
use crate::source::Span;
use crate::syntax::yaml::Node;

pub(super) const MODULE: Module = Module {
    names: &["assert"],
    collection: "ansible.builtin",
    becomes: "Steers only: what it asks for is decided with the variables, and where it certainly does not hold, \
              nothing more is played for the host.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["quiet"]);
    let passed = params.value(&["success_msg"]);
    let failed = params.value(&["fail_msg", "msg"]);
    let Some(given) = params.value(&["that"]) else {
        run.failed = true;
        return params.required(&["that"]).map(|_| ());
    };
    let conditions = match given {
        Value::List(items) => items.to_vec(),
        one => vec![one],
    };
    let mut open = None;
    for condition in conditions {
        match decide(run, &condition)? {
            Condition::True => {}
            Condition::Unknown(why) => {
                open.get_or_insert(why);
            }
            // One that is certainly false fails, whatever those before it come to.
            Condition::False => {
                return fail(condition, failed, run);
            }
        }
    }
    match open {
        None => {
            let said = passed.unwrap_or_else(|| Value::str("All assertions passed"));
            run.returns = Some(Value::of_pairs(vec![
                ("changed", Value::Bool(false)),
                ("failed", Value::Bool(false)),
                ("msg", said),
            ]));
            run.control("what it asserts holds");
        }
        Some(why) => run.probe(format!("whether what it asserts holds hangs on {why}")),
    }
    Ok(())
}

fn decide(run: &mut Run<'_, '_>, condition: &Value) -> Result<Condition, Refusal> {
    run.scope
        .condition_in(condition, run.task.span)
        .map_err(|failure: Failure| {
            let span = failure.span.unwrap_or(run.task.span);
            run.diags.at(failure.code, span, failure.message.clone());
            let reason = format!("what it asserts cannot be evaluated: {}", failure.message);
            Refusal::new(Code::TemplateFailed, reason)
        })
}

fn fail(condition: Value, message: Option<Value>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let said = message.as_ref().map(Value::to_text);
    let said = said.as_ref().and_then(|it| it.plain());
    let said = said
        .map(|it| format!(": {}", it.trim()))
        .unwrap_or_default();
    run.certain_failure(&format!(
        "what `assert` asks for does not hold with these variables{said}"
    ));
    run.failed = true;
    run.returns = Some(Value::of_pairs(vec![
        ("failed", Value::Bool(true)),
        ("evaluated_to", Value::Bool(false)),
        ("assertion", condition),
        (
            "msg",
            message.unwrap_or_else(|| Value::str("Assertion failed")),
        ),
        ("changed", Value::Bool(false)),
    ]));
    run.control("what it asserts does not hold: Ansible would stop here");
    Ok(())
}

/// Returns the conditions of `that` as they are written, so that each is decided when its turn comes: only a template that
/// names a list is followed to that list.
pub(in crate::import::ansible) fn conditions_as_given(scope: &Scope<'_>, node: &Node) -> Value {
    let written = Value::as_written(node);
    let listed = written
        .as_str()
        .filter(|text| is_template(text))
        .and_then(|text| named_list(scope, text, node.span));
    listed.unwrap_or(written)
}

/// Returns the list that a variable holds, its templates unrendered.
fn named_list(scope: &Scope<'_>, text: &str, span: Span) -> Option<Value> {
    let name = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let written = match scope.bound(name) {
        Some(Binding::Node(node)) => Value::as_written(node),
        _ => scope.expression(name, span).ok()?,
    };
    matches!(written, Value::List(_)).then_some(written)
}
