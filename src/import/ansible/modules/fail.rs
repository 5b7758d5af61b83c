//! `fail`: stops the play.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/fail_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Condition;

pub(super) const MODULE: Module = Module {
    names: &["fail"],
    collection: "ansible.builtin",
    becomes: "Steers only: where its condition certainly holds, nothing more is played for the host.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let message = params.value(&["msg"]);
    if let Condition::Unknown(why) = &run.guard {
        run.control(format!("whether Ansible would stop here hangs on {why}"));
        return Ok(());
    }
    let message = message.unwrap_or_else(|| Value::str("Failed as requested from task"));
    let text = message.to_text();
    let said = text.plain().unwrap_or_default().trim();
    let said = if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    };
    run.certain_failure(&format!("`fail` stops the play with these variables{said}"));
    run.failed = true;
    run.returns = Some(Value::of_pairs(vec![
        ("failed", Value::Bool(true)),
        ("msg", message),
        ("changed", Value::Bool(false)),
    ]));
    run.control("Ansible would stop here");
    Ok(())
}
