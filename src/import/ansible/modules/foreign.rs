//! Package managers and settings of other systems, and of no system: nothing of NixOS is what they make.
//!
//! What they install may be in nixpkgs under its name. A setting of a system that is no Linux acts on no machine that
//! NixOS could be.

use super::kept::{Kept, keep, texts};
use super::package::ask;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Family, Package, Resource, Text};

pub(super) const MODULE: Module = Module {
    names: &["opkg", "pkgng", "portinstall", "swdepot", "uci"],
    collection: "community.general",
    becomes: "Left to you: it is for another system.",
    kind: Kind::Changes,
    run,
};

pub(super) const ELSEWHERE: Module = Module {
    names: &[
        "homebrew_services",
        "homebrew_tap",
        "mas",
        "osx_defaults",
        "snap_alias",
        "win_*",
    ],
    becomes: "Nothing: it acts on a system that is no Linux of its own, or tends a package manager that NixOS has not.",
    run: |params, run| {
        params.rest();
        let module = params.module();
        run.not_needed(of_other(module));
        Ok(())
    },
    ..MODULE
};

pub(super) const PACKAGES_OF_OTHERS: Module = Module {
    names: &[
        "flatpak",
        "flatpak_remote",
        "homebrew",
        "homebrew_cask",
        "snap",
    ],
    becomes: "Packages: environment.systemPackages, where nixpkgs has a program of the same name. Flatpak: \
              services.flatpak.enable, and a oneshot unit that calls flatpak.",
    run: |params, run| match params.module() {
        "flatpak" => run_flatpak(params, run),
        "flatpak_remote" => run_remote(params, run),
        _ => run_packages(params, run),
    },
    ..MODULE
};

/// What snaps build on, and brings nothing of its own.
const BASES: [&str; 8] = [
    "bare",
    "core",
    "core18",
    "core20",
    "core22",
    "core24",
    "hello-world",
    "snapd",
];

const PACKAGES: &str = "look each name up in nixpkgs and add it to environment.systemPackages";

/// Says on what a module acts, and that this is no machine of NixOS.
fn of_other(module: &str) -> &'static str {
    match module {
        "homebrew_services" | "homebrew_tap" | "mas" | "osx_defaults" => {
            "it acts on a Mac, which has a system of its own"
        }
        "snap_alias" => "NixOS has no snapd, and a program has its own name there",
        _ => "it acts on a machine with Windows, and on no Linux host",
    }
}

/// What the names of packages of other systems are looked up for.
fn run_packages(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "accept_external_apps",
        "channel",
        "classic",
        "dangerous",
        "force_formula",
        "greedy",
        "install_options",
        "install_opts",
        "options",
        "path",
        "sudo_password",
        "update_homebrew",
        "upgrade_all",
        "upgrade_options",
    ]);
    let names = params.list(&["name", "pkg", "package", "formula", "cask"])?;
    let state = params.string(&["state"])?;
    let state = match state.as_deref() {
        Some("absent" | "removed" | "uninstalled" | "unlinked" | "disabled") => "absent",
        Some("head") => "latest",
        Some("linked" | "enabled") | None => "present",
        Some("upgraded") => "latest",
        Some(other) => other,
    };
    let (bases, names): (Vec<String>, Vec<String>) = names
        .unwrap_or_default()
        .into_iter()
        .map(|it| it.rsplit('/').next().unwrap_or_default().to_owned())
        .partition(|it| BASES.contains(&it.as_str()));
    if names.is_empty() {
        run.not_needed(match bases.as_slice() {
            [] => "NixOS is upgraded as a whole, with its nixpkgs",
            _ => "it is what snaps build on, and NixOS has no snapd",
        });
        return Ok(());
    }
    if state != "absent" {
        let manager = params.module();
        let manager = manager.trim_end_matches("_cask");
        let list = names.join("`, `");
        run.assumptions.push(format!(
            "the `{list}` of nixpkgs does for that of {manager}"
        ));
    }
    ask(&names, state, Family::Other, run)
}

/// Returns the words with which flatpak is called for this scope.
fn flatpak(verb: &str, method: &str) -> Vec<Text> {
    texts(["flatpak", verb, &format!("--{method}")])
}

fn brings_flatpak(run: &mut Run<'_, '_>) {
    run.put(Resource::Package(Package {
        name: "flatpak".to_owned(),
        family: Family::Other,
        version: None,
    }));
}

fn run_flatpak(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["executable"]);
    let names = params.list(&["name"])?.unwrap_or_default();
    let remote = params.string(&["remote"])?;
    let method = params.choice(&["method"], &["system", "user"], "system")?;
    let has_needs = !params.flag(&["no_dependencies"])?.unwrap_or(false);
    let states = ["absent", "latest", "present"];
    if params.choice(&["state"], &states, "present")? == "absent" {
        run.already("a new machine has no application of Flatpak");
        return Ok(());
    }
    let mut words = flatpak("install", &method);
    words.extend(texts(["--noninteractive"]));
    if !has_needs {
        words.extend(texts(["--no-deps"]));
    }
    // An address stands for itself, a name is one of the remote's.
    if !names.iter().any(|it| it.contains("://")) {
        words.push(Text::from(remote.as_deref().unwrap_or("flathub")));
    }
    words.extend(names.iter().map(|it| Text::from(it.as_str())));
    brings_flatpak(run);
    keep(Kept::words(words), run)
}

fn run_remote(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["executable"]);
    let name = params.required(&["name"])?;
    let url = params.string(&["flatpakrepo_url"])?;
    let method = params.choice(&["method"], &["system", "user"], "system")?;
    let is_on = params.flag(&["enabled"])?.unwrap_or(true);
    if params.choice(&["state"], &["absent", "present"], "present")? == "absent" {
        run.already(format!("a new machine has no remote `{name}`"));
        return Ok(());
    }
    let Some(url) = url else {
        return params.required(&["flatpakrepo_url"]).map(|_| ());
    };
    let mut words = flatpak("remote-add", &method);
    words.extend(texts(["--if-not-exists"]));
    if !is_on {
        words.extend(texts(["--disable"]));
    }
    words.extend(texts([name.as_str(), url.as_str()]));
    brings_flatpak(run);
    keep(Kept::words(words), run)
}

/// What each of them is about, and what to do instead.
fn explain(module: &str) -> (&'static str, &'static str) {
    match module {
        "opkg" => ("it is a package of OpenWrt", PACKAGES),
        "uci" => (
            "it is a setting of OpenWrt",
            "state what it is about in NixOS's own options, such as networking and services.dnsmasq",
        ),
        "swdepot" => ("it is a package of HP-UX", PACKAGES),
        _ => ("it is a package of FreeBSD", PACKAGES),
    }
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let names = params.texts(&["name", "pkg", "package", "formula", "cask", "key"])?;
    let state = params.text(&["state"])?;
    params.rest();
    let module = params.module();
    let (what, cure) = explain(module);
    if matches!(
        state.as_ref().and_then(Text::plain),
        Some("absent" | "removed" | "uninstalled" | "deleted")
    ) {
        run.not_needed(format!("{what}, and it is to be gone"));
        return Ok(());
    }
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    let reason = match names.as_slice() {
        [] => what.to_owned(),
        names => format!("{what}: {}", names.join(", ")),
    };
    Err(Refusal::new(Code::CannotState, reason).cure(cure))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn what_other_systems_have_is_none_of_nixos() {
        check(
            "- community.general.uci: {command: set, key: network.lan.ipaddr, value: 192.0.2.1}",
            &["manual: it is a setting of OpenWrt: `network.lan.ipaddr`"],
        );
        check(
            "- ansible.windows.win_copy: {src: a, dest: C:\\a}",
            &["not-needed: it acts on a machine with Windows, and on no Linux host"],
        );
    }

    #[test]
    fn packages_of_other_managers_are_looked_up() {
        check(
            "- snap: {name: [jq, core22], classic: true}",
            &[
                r#"{"package":{"name":"jq","family":"other"}} if the `jq` of nixpkgs does for that of snap"#,
            ],
        );
        check(
            "- homebrew_cask: {name: x, state: absent}",
            &["not-needed: the package `x` was never there: a new machine does not have it"],
        );
        check(
            "- flatpak: {name: org.x.Y, state: present}",
            &[
                r#"{"package":{"name":"flatpak","family":"other"}}"#,
                r#"{"step":{"name":"flatpak","command":{"words":["flatpak","install","--system","--noninteractive","flathub","org.x.Y"]},"environment":[],"after":[]}}"#,
            ],
        );
    }
}
