//! `zypper`: packages of SUSE.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/zypper_module.html>

use super::package::{UPGRADE, ask, tends_only};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["zypper"],
    collection: "community.general",
    becomes: "Packages: environment.systemPackages, or the NixOS module that brings the program.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 6] = [
    "present",
    "latest",
    "absent",
    "dist-upgrade",
    "installed",
    "removed",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "extra_args_precommand",
        "disable_gpg_check",
        "auto_import_keys",
        "disable_recommends",
        "force",
        "force_resolution",
        "update_cache",
        "refresh",
        "oldpackage",
        "extra_args",
        "allow_vendor_change",
        "replacefiles",
        "clean_deps",
        "simple_errors",
        "quiet",
        "skip_post_errors",
    ]);
    let names = params.list(&["name", "pkg"])?.unwrap_or_default();
    let state = params.choice(&["state"], &STATES, "present")?;
    let kind = params.string(&["type"])?;
    if state == "dist-upgrade" {
        run.not_needed(UPGRADE);
        return Ok(());
    }
    if tends_only(&names, false, run) {
        return Ok(());
    }
    if let Some(kind) = kind.filter(|it| it != "package") {
        let reason = format!("a {kind} of SUSE is no single package");
        return Err(Refusal::new(Code::CannotState, reason));
    }
    ask(&names, &state, Family::Other, run)
}
