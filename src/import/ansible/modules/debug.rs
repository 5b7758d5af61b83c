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
    let verbosity = params.number(&["verbosity"]).ok().flatten().unwrap_or(0);
    let name = params.value(&["var"]);
    let message = params.value(&["msg"]);
    if name.is_some() && message.is_some() {
        run.failed = true;
        run.certain_failure("`debug` takes `msg` or `var`, not both");
    }
    let mut returned = vec![
        ("changed", Value::Bool(false)),
        ("failed", Value::Bool(run.failed)),
    ];
    let name = name.as_ref().and_then(Value::as_str);
    if verbosity > 0 {
        // Without -v it shows nothing.
        returned.push(("skipped", Value::Bool(true)));
        let why = Value::str("Verbosity threshold not met.");
        returned.push(("skipped_reason", why));
    } else if let Some(name) = name {
        // The name is an expression, and what it is made of shows under it.
        let value = run.scope.expression(name, run.task.span);
        let undefined = |_| Value::str("VARIABLE IS NOT DEFINED!");
        returned.push((name, value.unwrap_or_else(undefined)));
    } else {
        let said = message.unwrap_or_else(|| Value::str("Hello world!"));
        returned.push(("msg", said));
    }
    run.returns = Some(Value::of_pairs(returned));
    run.control("it prints a message while Ansible runs");
    Ok(())
}
