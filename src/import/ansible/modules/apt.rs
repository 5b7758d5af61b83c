//! `apt`: packages of Debian and its kin.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/apt_module.html>

use super::package::{ask, tends_only};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["apt"],
    collection: "ansible.builtin",
    becomes: "Packages: environment.systemPackages, or the NixOS module that brings the program. Updating and \
              cleaning the cache has no meaning on NixOS.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 7] = [
    "absent",
    "build-dep",
    "latest",
    "present",
    "fixed",
    "installed",
    "removed",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How apt goes about it, which trust it asks for, and what it does to the cache.
    params.pass_over(&[
        "update_cache",
        "update_cache_retries",
        "update_cache_retry_max_delay",
        "cache_valid_time",
        "purge",
        "default_release",
        "install_recommends",
        "force",
        "clean",
        "allow_unauthenticated",
        "allow_downgrade",
        "allow_downgrades",
        "allow_change_held_packages",
        "dpkg_options",
        "autoremove",
        "autoclean",
        "policy_rc_d",
        "fail_on_autoremove",
        "force_apt_get",
        "lock_timeout",
        "auto_install_module_deps",
    ]);
    let names = params
        .list(&["name", "package", "pkg"])?
        .unwrap_or_default();
    let state = params.choice(&["state"], &STATES, "present")?;
    let upgrade = params.string(&["upgrade"])?.unwrap_or_default();
    let upgrades = !matches!(upgrade.to_ascii_lowercase().as_str(), "" | "no" | "false");
    let only_upgrade = params.flag(&["only_upgrade"])?.unwrap_or(false);
    if let Some(file) = params.string(&["deb"])? {
        return ask(&[file], &state, Family::Debian, run);
    }
    if tends_only(&names, upgrades, run) {
        return Ok(());
    }
    if state == "build-dep" {
        let reason = format!(
            "what `{}` needs to be built is no package to install",
            names.join("`, `")
        );
        return Err(
            Refusal::new(Code::CannotState, reason).cure("nix develop has it, when it is needed")
        );
    }
    if only_upgrade {
        run.not_needed("it only upgrades what is there already");
        return Ok(());
    }
    ask(&names, &state, Family::Debian, run)
}
