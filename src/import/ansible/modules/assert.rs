//! `assert`: what has to hold for the play to go on.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/assert_module.html>

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::diag;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Condition;

pub(super) const MODULE: Module = Module {
    names: &["assert"],
    collection: "ansible.builtin",
    becomes: "Steers only: what it asks for is decided with the variables, and said where it does not hold.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["that", "success_msg", "quiet"]);
    let message = params.text(&["fail_msg", "msg"]).ok().flatten();
    let Some(node) = run.task.arguments.get("that") else {
        return params.required(&["that"]).map(|_| ());
    };
    let condition = run.scope.condition(node).map_err(|failure| {
        let span = failure.span.unwrap_or(run.task.span);
        run.diags.at(failure.code, span, failure.message.clone());
        let reason = format!("what it asserts cannot be evaluated: {}", failure.message);
        Refusal::new(Code::TemplateFailed, reason)
    })?;
    match condition {
        Condition::True => run.control("what it asserts holds"),
        Condition::Unknown(why) => {
            run.probe(format!("whether what it asserts holds hangs on {why}"));
        }
        Condition::False => {
            let said = message.and_then(|it| it.plain().map(str::to_owned));
            let said = said
                .map(|it| format!(": {}", it.trim()))
                .unwrap_or_default();
            run.diags.at(
                diag::Code::CertainFailure,
                run.task.span,
                format!("what `assert` asks for does not hold with these variables{said}"),
            );
            run.failed = true;
            run.control("what it asserts does not hold: Ansible would stop here");
        }
    }
    Ok(())
}
