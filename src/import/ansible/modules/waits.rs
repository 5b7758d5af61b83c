//! `pause` and `reboot`: what only takes time while Ansible runs.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/pause_module.html>, `reboot_module.html`

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MODULE: Module = Module {
    names: &["pause", "reboot"],
    collection: "ansible.builtin",
    becomes: "Nothing: nobody waits while NixOS is built, and a switch or the next boot brings the machine to its \
              state.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.rest();
    run.not_needed(match run.task.module.as_str() {
        "reboot" => "a switch or the next boot brings the machine to its state",
        _ => "nothing waits for a person while NixOS is built",
    });
    Ok(())
}
