//! `group_by` and `add_host`: groups and hosts that a play makes for the plays that follow.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/group_by_module.html>
//! and <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/add_host_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::chronicle::What;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::scope::Binding;

pub(super) const GROUP_BY: Module = Module {
    names: &["group_by"],
    collection: "ansible.builtin",
    becomes: "Steers only: plays that follow and name the group are played for its hosts.",
    kind: Kind::Steers,
    run: group_by,
};

pub(super) const ADD_HOST: Module = Module {
    names: &["add_host"],
    collection: "ansible.builtin",
    becomes: "Steers only: the host and its variables are known to what follows. The hosts of the inventory are \
              what is translated.",
    kind: Kind::Steers,
    run: add_host,
};

fn group_by(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let key = params.required(&["key"])?;
    // Above the group is `all`, or another that the plays make.
    let parents = params.list(&["parents"])?.unwrap_or_default();
    let group = key.replace(' ', "-");
    if let Some(host) = run.host() {
        for group in parents.into_iter().chain([group]).filter(|it| it != "all") {
            let host = host.clone();
            run.happens(What::Grouped { host, group });
        }
    }
    run.control("the plays that follow know the group");
    Ok(())
}

fn add_host(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let host = params.required(&["name", "hostname", "host"])?;
    let groups = params.list(&["groups", "groupname", "group"])?;
    for group in groups.unwrap_or_default() {
        let host = host.clone();
        run.happens(What::Grouped { host, group });
    }
    for (name, value) in params.rest() {
        run.happens(What::Given {
            host: host.clone(),
            name,
            binding: Binding::Value(value),
        });
    }
    run.control("the plays that follow know the host; the hosts of the inventory are translated");
    Ok(())
}
