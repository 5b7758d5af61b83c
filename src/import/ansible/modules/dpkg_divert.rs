//! `dpkg_divert`: files that a package of Debian may not overwrite.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/dpkg_divert_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MODULE: Module = Module {
    names: &["dpkg_divert"],
    collection: "community.general",
    becomes: "Nothing: no package of NixOS overwrites a file.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = params.required(&["path", "name"])?;
    // What happens to a file that a package brings: NixOS's packages bring none at such a path.
    params.pass_over(&["delete", "divert", "force", "holder", "rename", "state"]);
    run.not_needed(format!(
        "NixOS has no dpkg, and no package of it writes `{path}`"
    ));
    Ok(())
}
