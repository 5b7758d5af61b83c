//! `pip`: packages of Python.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/pip_module.html>
//!
//! What goes into a virtual environment, and what a file of requirements lists, is left: nixpkgs has one version of a
//! package, and a project that pins its own is packaged with them.

use super::package::ask;
use super::paths::absolute;
use super::projects::Environment;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Family;

pub(super) const MODULE: Module = Module {
    names: &["pip"],
    collection: "ansible.builtin",
    becomes: "Programs: environment.systemPackages; libraries: the Python of the system's path. A virtual \
              environment: a oneshot unit that fills it, once.",
    kind: Kind::Changes,
    run,
};

pub(super) const PIPX: Module = Module {
    names: &["pipx"],
    collection: "community.general",
    becomes: "Programs: environment.systemPackages.",
    run: run_pipx,
    ..MODULE
};

/// Each program has its environment: what nixpkgs has of it is a program of its own, too.
fn run_pipx(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "editable",
        "executable",
        "force",
        "global",
        "include_injected",
        "index_url",
        "install_apps",
        "install_deps",
        "pip_args",
        "python",
        "suffix",
        "system_site_packages",
    ]);
    let name = params.string(&["name"])?;
    let source = params.string(&["source"])?;
    let state = params.string(&["state"])?;
    let state = state.unwrap_or_else(|| "install".to_owned());
    let Some(name) = name.or(source) else {
        return params.required(&["name"]).map(|_| ());
    };
    match state.as_str() {
        "absent" | "uninstall" => ask(&[name], "absent", Family::Python, run),
        "install" | "latest" | "present" | "reinstall" | "upgrade" => {
            ask(&[name], "present", Family::Python, run)
        }
        other => {
            let reason = format!("the state `{other}` of pipx cannot be stated");
            Err(Refusal::new(Code::CannotState, reason))
        }
    }
}

const STATES: [&str; 4] = ["absent", "forcereinstall", "latest", "present"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How pip goes about it, and with which program.
    params.pass_over(&[
        "virtualenv_command",
        "virtualenv_python",
        "umask",
        "break_system_packages",
    ]);
    let sees_system = params.flag(&["virtualenv_site_packages"])?.unwrap_or(false);
    let more = params.string(&["extra_args"])?.unwrap_or_default();
    let program = params.string(&["executable"])?;
    let folder = params.string(&["chdir"])?;
    let names = params.list(&["name"])?.unwrap_or_default();
    let requirements = params.string(&["requirements"])?;
    let place = params.string(&["virtualenv"])?;
    let version = params.string(&["version"])?;
    let state = params.choice(&["state"], &STATES, "present")?;
    let is_editable = params.flag(&["editable"])?.unwrap_or(false);
    if state == "absent" {
        return ask(&names, &state, Family::Python, run);
    }
    // `executable: /srv/x/bin/pip` is the environment's own pip.
    let own = program.as_deref().and_then(|it| {
        let (place, _) = it.rsplit_once("/bin/")?;
        (!matches!(place, "" | "/usr" | "/usr/local")).then(|| place.to_owned())
    });
    if let Some(place) = place.or(own) {
        let mut options = super::command::split_words(&more)
            .map_err(|_| params.bad("extra_args", &more, "words of a shell"))?;
        if matches!(state.as_str(), "latest") {
            options.push("--upgrade".to_owned());
        }
        if state == "forcereinstall" {
            options.push("--force-reinstall".to_owned());
        }
        let mut wanted = Vec::new();
        match (names.as_slice(), version) {
            ([name], Some(version)) => wanted.push(format!("{name}=={version}")),
            (names, _) => wanted.extend(names.iter().cloned()),
        }
        if is_editable {
            wanted = wanted
                .into_iter()
                .flat_map(|it| ["-e".to_owned(), it])
                .collect();
        }
        let directory = folder.map(|it| absolute(run, &it)).transpose()?;
        let below = |path: &str, run: &Run<'_, '_>| match &directory {
            Some(folder) if !path.starts_with(['/', '~']) => Ok(format!("{folder}/{path}")),
            _ => absolute(run, path),
        };
        if let Some(file) = requirements {
            wanted.extend(["-r".to_owned(), below(&file, run)?]);
        }
        let environment = Environment {
            place: below(&place, run)?,
            sees_system,
            wanted,
            options,
            directory,
        };
        return environment.keep(run);
    }
    if let Some(file) = requirements {
        return Err(project(
            format!("`{file}` lists packages of Python for a program of its own"),
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
    fn a_virtual_environment_is_filled_by_a_step() {
        check(
            "- pip: {name: flask, virtualenv: /srv/app/venv}\n- pip: {requirements: /srv/app/requirements.txt}",
            &[
                r#"{"step":{"name":"pip","command":{"script":{"shell":"/bin/sh","text":"[ -x /srv/app/venv/bin/pip ] || python3 -m venv /srv/app/venv\n/srv/app/venv/bin/pip install flask"}},"environment":[],"after":[]}} if what is fetched needs no library of another system (programs.nix-ld.enable has them)"#,
                "manual: `/srv/app/requirements.txt` lists packages of Python for a program of its own",
            ],
        );
    }
}
