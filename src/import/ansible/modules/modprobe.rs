//! `modprobe`: kernel modules that are loaded.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/modprobe_module.html>

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{KernelModule, Resource};

pub(super) const MODULE: Module = Module {
    names: &["modprobe"],
    collection: "community.general",
    becomes: "boot.kernelModules, with parameters in boot.extraModprobeConfig.",
    kind: Kind::Changes,
    run,
};

pub(super) const BLACKLIST: Module = Module {
    names: &["kernel_blacklist"],
    becomes: "boot.blacklistedKernelModules.",
    run: run_blacklist,
    ..MODULE
};

fn run_blacklist(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // The file has no name on NixOS.
    params.pass_over(&["blacklist_file"]);
    let name = params.required(&["name"])?;
    if params.choice(&["state"], &["absent", "present"], "present")? == "absent" {
        run.remove(
            &Key::KernelModule(name.clone()),
            &format!("what keeps the kernel module `{name}` out"),
        );
        return Ok(());
    }
    run.put(Resource::KernelModule(KernelModule {
        name,
        blacklisted: true,
    }));
    Ok(())
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // Loaded now or at boot: on NixOS what is stated is loaded in both cases.
    params.pass_over(&["persistent"]);
    let name = params.required(&["name"])?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let options = params.string(&["params"])?.unwrap_or_default();
    if state == "absent" {
        run.remove(
            &Key::KernelModule(name.clone()),
            &format!("the kernel module `{name}`"),
        );
        return Ok(());
    }
    run.put(Resource::KernelModule(KernelModule {
        name: name.clone(),
        blacklisted: false,
    }));
    if options.is_empty() {
        return Ok(());
    }
    let reason = format!("the options of the kernel module `{name}` are not stated: {options}");
    let cure = format!("boot.extraModprobeConfig = \"options {name} {options}\";");
    Err(Refusal::new(Code::CannotState, reason).cure(cure))
}
