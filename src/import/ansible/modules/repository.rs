//! Repositories of packages and their keys: NixOS has nixpkgs instead.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/apt_repository_module.html> and its kin

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};

pub(super) const REPOSITORY: Module = Module {
    names: &[
        "apt_repository",
        "deb822_repository",
        "yum_repository",
        "apt_key",
        "rpm_key",
    ],
    collection: "ansible.builtin",
    becomes: "Nothing: packages come from nixpkgs, which checks what it builds by hashes.",
    kind: Kind::Changes,
    run,
};

/// Those of other systems, and of other collections.
pub(super) const OTHERS: Module = Module {
    names: &[
        "apt_repo",
        "copr",
        "dnf_config_manager",
        "dnf_versionlock",
        "pacman_key",
        "redhat_subscription",
        "rhsm_release",
        "rhsm_repository",
        "yum_versionlock",
        "zypper_repository",
    ],
    collection: "community.general",
    ..REPOSITORY
};

pub(super) const SELECTIONS: Module = Module {
    names: &["dpkg_selections"],
    collection: "ansible.builtin",
    becomes: "Nothing: a package changes only with the nixpkgs that is chosen.",
    kind: Kind::Changes,
    run: run_selections,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // Where the packages come from means nothing; that they are installed is said elsewhere.
    params.rest();
    run.not_needed(if params.module().ends_with("_versionlock") {
        "a package changes only with the nixpkgs that is chosen"
    } else if params.module().ends_with("_key") {
        "NixOS checks what it builds by hashes, and needs no key of a repository of packages"
    } else {
        "NixOS takes packages from nixpkgs: which ones came from this repository is not known, so look at those that nixpkgs lacks"
    });
    Ok(())
}

fn run_selections(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let name = params.required(&["name"])?;
    let selection = params.required(&["selection"])?;
    match selection.as_str() {
        "hold" => run.not_needed(format!(
            "`{name}` changes only with the nixpkgs that is chosen"
        )),
        "install" | "deinstall" | "purge" => {
            run.not_needed("it marks a package for dpkg, and installs or removes nothing");
        }
        other => {
            return Err(params.bad("selection", other, "one of install, hold, deinstall, purge"));
        }
    }
    Ok(())
}
