//! `hostname`: the machine's name.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/hostname_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Hostname, Resource};

pub(super) const MODULE: Module = Module {
    names: &["hostname"],
    collection: "ansible.builtin",
    becomes: "networking.hostName.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["use"]);
    let name = params.required(&["name"])?;
    run.put(Resource::Hostname(Hostname { name }));
    Ok(())
}
