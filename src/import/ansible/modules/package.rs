//! `package`, and what all modules of package managers share: the names, and what is asked of them.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/package_module.html>

use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::package_name::{of_file, read};
use crate::import::state::Key;
use crate::model::{Condition, Family, Package, Resource, Service};

pub(super) const MODULE: Module = Module {
    names: &["package"],
    collection: "ansible.builtin",
    becomes: "Packages: environment.systemPackages, or the NixOS module that brings the program. Names are those \
              of the distribution that the facts say.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // `package` hands on what the package manager's own module takes.
    params.pass_over(&[
        "update_cache",
        "cache_valid_time",
        "allow_unauthenticated",
        "install_recommends",
        "disable_gpg_check",
        "enablerepo",
        "disablerepo",
        "lock_timeout",
        "purge",
        "autoremove",
        "upgrade",
        "force",
    ]);
    let family = match params.string(&["use"])?.as_deref() {
        Some("apt") => Family::Debian,
        Some("dnf" | "dnf5" | "yum") => Family::Rhel,
        Some("apk") => Family::Alpine,
        Some("pacman") => Family::Arch,
        _ => run.family,
    };
    let names = params.list(&["name", "pkg"])?.unwrap_or_default();
    let state = params.string(&["state"])?;
    ask(&names, state.as_deref().unwrap_or("present"), family, run)
}

/// States packages, or takes them away.
pub(super) fn ask(
    names: &[String],
    state: &str,
    family: Family,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let is_absent = match state {
        "present" | "installed" | "latest" | "fixed" | "hold" => false,
        "absent" | "removed" => true,
        other => {
            let reason = format!("the state `{other}` of packages cannot be stated");
            return Err(Refusal::new(Code::CannotState, reason));
        }
    };
    let mut refusal = None;
    for name in names.iter().map(|it| it.trim()) {
        let named = of_file(name);
        if let Some(named) = named.as_ref().filter(|_| !is_absent) {
            let clause = format!("the `{named}` of nixpkgs does for the package file `{name}`");
            run.assumptions.push(clause);
        }
        match read(named.as_deref().unwrap_or(name), family) {
            Ok(_) if name == "*" => run.not_needed(UPGRADE),
            Ok(package) if is_absent => remove(package, run),
            Ok(package) => run.put(Resource::Package(package)),
            Err(_) if is_absent => {
                let reason = format!("`{name}` was never there: a new machine does not have it");
                run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
            }
            Err(why) => {
                refusal = Some(Refusal::new(Code::CannotState, why.reason).cure(why.cure));
            }
        }
    }
    refusal.map_or(Ok(()), Err)
}

/// What upgrades of everything mean.
pub(super) const UPGRADE: &str = "NixOS is upgraded as a whole, with its nixpkgs";

/// Why caches and left-over packages need no word.
pub(super) const NO_CACHE: &str =
    "NixOS has no package cache to refresh or clean, and keeps no package that nothing asks for";

/// Says that a task which only tends the cache has no meaning; `false` where it names packages.
pub(super) fn tends_only(names: &[String], upgrades: bool, run: &mut Run<'_, '_>) -> bool {
    if upgrades {
        run.not_needed(UPGRADE);
    } else if names.is_empty() {
        run.not_needed(NO_CACHE);
    }
    names.is_empty()
}

fn remove(package: Package, run: &mut Run<'_, '_>) {
    let name = package.name.clone();
    let key = Key::package(&package);
    let was_there = run.state.get(&key).is_some();
    // nixos/modules/system/boot/timesyncd.nix: every NixOS has it.
    if name == "systemd-timesyncd" && !was_there {
        run.put(Resource::Service(Service {
            name,
            family: package.family,
            enabled: Some(false),
            running: Some(false),
            masked: false,
            linked_in: Vec::new(),
        }));
        return;
    }
    // An open condition matters only where there is something to take away.
    if was_there || run.guard == Condition::True {
        run.remove(&key, &format!("the package `{name}`"));
    } else {
        let reason = format!("`{name}` was never there: a new machine does not have it");
        run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
    }
}
