//! `pause`, `reboot` and `wait_for`: what only takes time while Ansible runs.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/pause_module.html>,
//! `reboot_module.html`, `wait_for_module.html`, `wait_for_connection_module.html`

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MODULE: Module = Module {
    names: &["pause", "reboot", "wait_for", "wait_for_connection"],
    collection: "ansible.builtin",
    becomes: "Nothing: nobody waits while NixOS is built, and a switch or the next boot brings the machine to its \
              state.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.rest();
    run.not_needed(why(params.module()));
    Ok(())
}

/// Returns why a module that only waits means nothing, whatever it is given; `None` of any other.
pub(in crate::import::ansible) fn waits(module: &str) -> Option<&'static str> {
    MODULE.names.contains(&module).then(|| why(module))
}

fn why(module: &str) -> &'static str {
    match module {
        "reboot" => "a switch or the next boot brings the machine to its state",
        "pause" => "nothing waits for a person while NixOS is built",
        _ => "it waits: units of systemd say what they start after",
    }
}
