//! `group`: groups of users.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/group_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Group, Resource};

pub(super) const MODULE: Module = Module {
    names: &["group"],
    collection: "ansible.builtin",
    becomes: "A group of users.groups.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // `system` only says from which range a number comes; the rest is how the group is made or deleted.
    params.pass_over(&[
        "force",
        "system",
        "local",
        "non_unique",
        "gid_min",
        "gid_max",
    ]);
    let name = params.required(&["name"])?;
    let gid = params.number(&["gid"])?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    if state == "absent" {
        run.remove(&Key::Group(name.clone()), &format!("the group `{name}`"));
        return Ok(());
    }
    let gid = match gid {
        Some(gid) => {
            Some(u32::try_from(gid).map_err(|_| params.bad("gid", &gid.to_string(), "a number"))?)
        }
        None => None,
    };
    run.put(Resource::Group(Group { name, gid }));
    Ok(())
}
