//! `set_fact`: variables of the host.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/set_fact_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::scope::Binding;
use crate::import::ansible::value::Value;

pub(super) const MODULE: Module = Module {
    names: &["set_fact"],
    collection: "ansible.builtin",
    becomes: "Steers only: its variables count for what follows.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    run.cacheable = params.flag(&["cacheable"])?.unwrap_or(false);
    let facts = params.rest();
    if facts.is_empty() {
        run.failed = true;
        run.certain_failure("`set_fact` sets nothing");
    }
    let pairs = facts.iter().map(|(name, it)| (name.as_str(), it.clone()));
    run.returns = Some(Value::of_pairs(vec![
        ("changed", Value::Bool(false)),
        ("failed", Value::Bool(run.failed)),
        ("ansible_facts", Value::of_pairs(pairs.collect())),
    ]));
    for (name, value) in facts {
        run.facts.push((name, Binding::Value(value)));
    }
    run.control("the variables are set");
    Ok(())
}
