//! Package managers and settings of other systems, and of no system: nothing of NixOS is what they make.

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Text;

pub(super) const MODULE: Module = Module {
    names: &[
        "flatpak",
        "flatpak_remote",
        "homebrew",
        "homebrew_cask",
        "homebrew_services",
        "homebrew_tap",
        "mas",
        "opkg",
        "osx_defaults",
        "pkgng",
        "portinstall",
        "snap",
        "snap_alias",
        "swdepot",
        "uci",
        "win_*",
    ],
    collection: "community.general",
    becomes: "Left to you: it is for another system, or installs outside of the configuration.",
    kind: Kind::Changes,
    run,
};

const PACKAGES: &str = "look each name up in nixpkgs and add it to environment.systemPackages";

/// What each of them is about, and what to do instead.
fn explain(module: &str) -> (&'static str, &'static str) {
    match module {
        "flatpak" | "flatpak_remote" => (
            "Flatpak installs applications outside the configuration",
            "services.flatpak.enable = true; and install it by hand, or take the application from nixpkgs",
        ),
        "snap" | "snap_alias" => ("NixOS has no snapd", PACKAGES),
        "osx_defaults" => (
            "it is a setting of macOS",
            "nix-darwin's system.defaults has such settings; NixOS has not",
        ),
        "homebrew" | "homebrew_cask" | "homebrew_services" | "homebrew_tap" | "mas" => {
            ("it is a package of macOS", PACKAGES)
        }
        "opkg" => ("it is a package of OpenWrt", PACKAGES),
        "uci" => (
            "it is a setting of OpenWrt",
            "state what it is about in NixOS's own options, such as networking and services.dnsmasq",
        ),
        "swdepot" => ("it is a package of HP-UX", PACKAGES),
        name if name.starts_with("win_") => (
            "it is for a machine with Windows, and no Linux host",
            "leave the play out (-l), or state on NixOS what the machine is to do",
        ),
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
