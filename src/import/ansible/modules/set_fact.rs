//! `set_fact`: variables of the host.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/set_fact_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::scope::Binding;

pub(super) const MODULE: Module = Module {
    names: &["set_fact"],
    collection: "ansible.builtin",
    becomes: "Steers only: its variables count for what follows.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    run.cacheable = params.flag(&["cacheable"])?.unwrap_or(false);
    for (name, value) in params.rest() {
        run.facts.push((name, Binding::Value(value)));
    }
    run.control("the variables are set");
    Ok(())
}
