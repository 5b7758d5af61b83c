//! `fail`: stops the play.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/fail_module.html>

use super::{Kind, Module, Run};
use crate::diag;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Condition;

pub(super) const MODULE: Module = Module {
    names: &["fail"],
    collection: "ansible.builtin",
    becomes: "Steers only: where its condition holds, it is said that Ansible would stop here.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let message = params.text(&["msg"]).ok().flatten().unwrap_or_default();
    if let Condition::Unknown(why) = &run.guard {
        run.control(format!("whether Ansible would stop here hangs on {why}"));
        return Ok(());
    }
    let said = message.plain().unwrap_or_default().trim();
    let said = if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    };
    run.diags.at(
        diag::Code::CertainFailure,
        run.task.span,
        format!("`fail` stops the play with these variables{said}"),
    );
    run.failed = true;
    run.control("Ansible would stop here");
    Ok(())
}
