//! `gem`: packages of Ruby.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/gem_module.html>

use super::package::ask;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["gem"],
    collection: "community.general",
    becomes: "Programs: environment.systemPackages; libraries: the Ruby of the system's path.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 3] = ["absent", "latest", "present"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How gem goes about it, and from where.
    params.pass_over(&[
        "bindir",
        "build_flags",
        "env_shebang",
        "executable",
        "force",
        "include_dependencies",
        "include_doc",
        "install_dir",
        "norc",
        "pre_release",
        "repository",
        "user_install",
    ]);
    let name = params.required(&["name"])?;
    let version = params.string(&["version"])?;
    let state = params.choice(&["state"], &STATES, "present")?;
    if let Some(file) = params.string(&["gem_source"])? {
        let reason = format!("`{file}` is a package that is not from a repository");
        return Err(
            Refusal::new(Code::CannotState, reason).cure("find it in nixpkgs, or package it")
        );
    }
    let name = match version {
        Some(version) => format!("{name}:{version}"),
        None => name,
    };
    ask(&[name], &state, Family::Ruby, run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn packages_of_ruby_have_their_family() {
        check(
            "- gem: {name: bundler, version: 2.4.0, user_install: false}",
            &[r#"{"package":{"name":"bundler","family":"ruby","version":"2.4.0"}}"#],
        );
    }
}
