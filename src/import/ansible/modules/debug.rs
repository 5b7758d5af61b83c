//! `debug`: prints something while the play runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/debug_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MODULE: Module = Module {
    names: &["debug"],
    collection: "ansible.builtin",
    becomes: "Steers only: it prints, and changes nothing.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["msg", "var", "verbosity"]);
    run.control("it prints a message while Ansible runs");
    Ok(())
}
