//! `dnf`, `dnf5` and `yum`: packages of Red Hat's kin.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/dnf_module.html>

use super::package::{ask, tends_only};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["dnf", "yum", "dnf5", "yum4"],
    collection: "ansible.builtin",
    becomes: "Packages: environment.systemPackages, or the NixOS module that brings the program. Repositories and \
              caches have no meaning on NixOS.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 5] = ["absent", "present", "installed", "removed", "latest"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // From which repositories, with which trust and which plugins it is taken.
    params.pass_over(&[
        "use_backend",
        "use",
        "enablerepo",
        "disablerepo",
        "conf_file",
        "disable_gpg_check",
        "releasever",
        "autoremove",
        "exclude",
        "skip_broken",
        "update_cache",
        "expire_cache",
        "enable_plugin",
        "disable_plugin",
        "disable_excludes",
        "validate_certs",
        "sslverify",
        "allow_downgrade",
        "install_repoquery",
        "lock_timeout",
        "install_weak_deps",
        "download_dir",
        "allowerasing",
        "nobest",
        "best",
        "cacheonly",
        "security",
        "bugfix",
        "auto_install_module_deps",
    ]);
    let names = params.list(&["name", "pkg"])?.unwrap_or_default();
    let state = params.choice(&["state"], &STATES, "present")?;
    let only_updates = params.flag(&["update_only"])?.unwrap_or(false);
    let only_downloads = params.flag(&["download_only"])?.unwrap_or(false);
    let root = params.string(&["installroot"])?;
    if params.string(&["list"])?.is_some() {
        run.probe("it only lists packages");
        return Ok(());
    }
    if let Some(root) = root.filter(|it| it != "/") {
        let reason = format!("the packages go to another root, `{root}`");
        return Err(Refusal::new(Code::CannotState, reason));
    }
    if tends_only(&names, false, run) {
        return Ok(());
    }
    if only_updates || only_downloads {
        run.not_needed("it only updates or downloads, and installs nothing");
        return Ok(());
    }
    ask(&names, &state, Family::Rhel, run)
}
