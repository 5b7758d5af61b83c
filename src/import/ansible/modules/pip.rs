//! `pip`: packages of Python.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/pip_module.html>
//!
//! What goes into a virtual environment, and what a file of requirements lists, is left: nixpkgs has one version of a
//! package, and a project that pins its own is packaged with them.

use super::package::ask;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["pip"],
    collection: "ansible.builtin",
    becomes: "Programs: environment.systemPackages; libraries: the Python of the system's path. Virtual environments \
              and files of requirements are left to you.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 4] = ["absent", "forcereinstall", "latest", "present"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How pip goes about it, and with which program.
    params.pass_over(&[
        "virtualenv_command",
        "virtualenv_python",
        "virtualenv_site_packages",
        "extra_args",
        "executable",
        "chdir",
        "umask",
        "break_system_packages",
    ]);
    let names = params.list(&["name"])?.unwrap_or_default();
    let requirements = params.string(&["requirements"])?;
    let place = params.string(&["virtualenv"])?;
    let version = params.string(&["version"])?;
    let state = params.choice(&["state"], &STATES, "present")?;
    let is_editable = params.flag(&["editable"])?.unwrap_or(false);
    if state == "absent" {
        return ask(&names, &state, Family::Python, run);
    }
    if let Some(file) = requirements {
        return Err(project(
            format!("`{file}` lists packages of Python for a program of its own"),
            "python3.withPackages",
        ));
    }
    if let Some(place) = place {
        let names = names.join("`, `");
        return Err(project(
            format!("a virtual environment in `{place}` is filled with `{names}`"),
            "python3.withPackages",
        ));
    }
    if is_editable {
        return Err(project(
            "it installs sources that stay where they are".to_owned(),
            "python3.withPackages",
        ));
    }
    let state = if state == "forcereinstall" {
        "present"
    } else {
        &state
    };
    match (names.as_slice(), version) {
        ([name], Some(version)) => ask(&[format!("{name}=={version}")], state, Family::Python, run),
        (names, _) => ask(names, state, Family::Python, run),
    }
}

/// What a project brings for itself is packaged with it.
pub(super) fn project(reason: String, with: &str) -> Refusal {
    let cure = format!(
        "package the program with what it needs ({with}), or keep the folder and let a unit fill it: downloaded \
         programs need programs.nix-ld.enable"
    );
    Refusal::new(Code::CannotState, reason).cure(cure)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn packages_of_python_have_their_family() {
        check(
            "- pip: {name: [\"docker>=5\", PyYAML]}\n- pip: {name: six, state: absent}",
            &[
                r#"{"package":{"name":"docker","family":"python","version":"5"}}"#,
                r#"{"package":{"name":"PyYAML","family":"python"}}"#,
                "not-needed: the package `six` was never there: a new machine does not have it",
            ],
        );
    }

    #[test]
    fn a_virtual_environment_is_left() {
        check(
            "- pip: {name: flask, virtualenv: /srv/app/venv}\n- pip: {requirements: /srv/app/requirements.txt}",
            &[
                "manual: a virtual environment in `/srv/app/venv` is filled with `flask`",
                "manual: `/srv/app/requirements.txt` lists packages of Python for a program of its own",
            ],
        );
    }
}
