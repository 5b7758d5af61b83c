//! `apk`: packages of Alpine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/apk_module.html>

use super::package::{ask, tends_only};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["apk"],
    collection: "community.general",
    becomes: "Packages: environment.systemPackages, or the NixOS module that brings the program.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 5] = ["present", "absent", "latest", "installed", "removed"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "available",
        "no_cache",
        "repository",
        "update_cache",
        "world",
    ]);
    let names = params.list(&["name"])?.unwrap_or_default();
    let state = params.choice(&["state"], &STATES, "present")?;
    let upgrades = params.flag(&["upgrade"])?.unwrap_or(false);
    if tends_only(&names, upgrades, run) {
        return Ok(());
    }
    ask(&names, &state, Family::Alpine, run)
}
