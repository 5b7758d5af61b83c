//! `selinux`, `seboolean`, `sefcontext`, `seport`, `selogin`: NixOS has no SELinux policy.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/selinux_module.html>,
//! `seboolean_module.html`; `sefcontext`, `seport`, `selogin`, `selinux_permissive` of community.general

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MODULE: Module = Module {
    names: &["selinux", "seboolean"],
    collection: "ansible.posix",
    becomes: "Nothing: NixOS has no SELinux policy. The sandboxing of systemd units comes nearest to it.",
    kind: Kind::Changes,
    run,
};

/// Those of another collection.
pub(super) const GENERAL: Module = Module {
    names: &["sefcontext", "selinux_permissive", "selogin", "seport"],
    collection: "community.general",
    ..MODULE
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let (names, what): (&[&str], &str) = match params.module() {
        "seboolean" => (&["name"], "the switch"),
        "sefcontext" => (&["target", "path"], "the label of"),
        "selinux_permissive" => (&["domain", "name"], "the exception for"),
        "selogin" => (&["login"], "the SELinux user of"),
        "seport" => (&["ports"], "the label of the ports"),
        _ => (&["state"], "the state"),
    };
    let subject = params.text(names)?;
    // The rest says how the policy is changed, and to what.
    params.rest();
    let is_off = subject.as_ref().and_then(|it| it.plain()) == Some("disabled");
    if is_off {
        run.not_needed("NixOS runs without SELinux");
        return Ok(());
    }
    let subject = subject.map_or_else(String::new, |it| format!(" `{it}`"));
    run.not_needed(format!(
        "NixOS has no SELinux policy, so that {what}{subject} has no meaning; what the policy kept services from is lost, and systemd's sandboxing of their units comes nearest"
    ));
    Ok(())
}
