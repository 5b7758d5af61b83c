//! `pacman`: packages of Arch.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/pacman_module.html>

use super::package::{ask, tends_only};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["pacman"],
    collection: "community.general",
    becomes: "Packages: environment.systemPackages, or the NixOS module that brings the program.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 5] = ["absent", "installed", "latest", "present", "removed"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "force",
        "remove_nosave",
        "executable",
        "extra_args",
        "update_cache",
        "update_cache_extra_args",
        "upgrade_extra_args",
        "reason",
        "reason_for",
        "recurse",
    ]);
    let names = params
        .list(&["name", "package", "pkg"])?
        .unwrap_or_default();
    let state = params.choice(&["state"], &STATES, "present")?;
    let upgrades = params.flag(&["upgrade"])?.unwrap_or(false);
    if tends_only(&names, upgrades, run) {
        return Ok(());
    }
    ask(&names, &state, Family::Arch, run)
}
