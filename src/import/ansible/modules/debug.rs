//! `debug`: prints something while the play runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/debug_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;

pub(super) const MODULE: Module = Module {
    names: &["debug"],
    collection: "ansible.builtin",
    becomes: "Steers only: it prints, and changes nothing.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["verbosity"]);
    let mut returned = vec![
        ("changed", Value::Bool(false)),
        ("failed", Value::Bool(false)),
    ];
    let name = params.string(&["var"])?;
    match &name {
        // The name is an expression, and what it is made of shows under it.
        Some(name) => {
            let value = run.scope.expression(name, run.task.span);
            let undefined = |_| Value::str("VARIABLE IS NOT DEFINED!");
            returned.push((name, value.unwrap_or_else(undefined)));
        }
        None => {
            let said = params.value(&["msg"]);
            returned.push(("msg", said.unwrap_or_else(|| Value::str("Hello world!"))));
        }
    }
    run.returns = Some(Value::of_pairs(returned));
    run.control("it prints a message while Ansible runs");
    Ok(())
}
