//! `npm`: packages of Node.js for the whole machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/npm_module.html>

use super::package::ask;
use super::pip::project;
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["npm"],
    collection: "community.general",
    becomes: "Programs: environment.systemPackages, where nixpkgs has them. What a project needs is left to you.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 3] = ["absent", "latest", "present"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How npm goes about it, and from where.
    params.pass_over(&[
        "ci",
        "executable",
        "force",
        "ignore_scripts",
        "no_bin_links",
        "no_optional",
        "production",
        "registry",
        "unsafe_perm",
    ]);
    let name = params.string(&["name"])?;
    let version = params.string(&["version"])?;
    let place = params.string(&["path"])?;
    let is_global = params.flag(&["global"])?.unwrap_or(false);
    let state = params.choice(&["state"], &STATES, "present")?;
    match name {
        Some(name) if is_global || state == "absent" => {
            let name = match version {
                Some(version) => format!("{name}@{version}"),
                None => name,
            };
            ask(&[name], &state, Family::Node, run)
        }
        _ => {
            let place = place.unwrap_or_else(|| ".".to_owned());
            let reason = format!("it installs what the project in `{place}` needs");
            Err(project(reason, "buildNpmPackage"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn programs_for_all_have_their_family() {
        check(
            "- npm: {name: pm2, global: true, version: 5.1.0}\n- npm: {path: /srv/app}",
            &[
                r#"{"package":{"name":"pm2","family":"node","version":"5.1.0"}}"#,
                "manual: it installs what the project in `/srv/app` needs",
            ],
        );
    }
}
