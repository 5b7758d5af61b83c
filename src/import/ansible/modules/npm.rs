//! `npm`: packages of Node.js for the whole machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/npm_module.html>

use super::kept::{Kept, texts};
use super::package::ask;
use super::paths::absolute;
use super::pip::project;
use super::projects::fill;
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Family, Text};

pub(super) const MODULE: Module = Module {
    names: &["npm"],
    collection: "community.general",
    becomes: "Programs: environment.systemPackages, where nixpkgs has them. What a project \
              needs: a oneshot unit that fills its folder, once.",
    kind: Kind::Changes,
    run,
};

const FLAGS: [(&str, &str); 6] = [
    ("force", "--force"),
    ("ignore_scripts", "--ignore-scripts"),
    ("no_bin_links", "--no-bin-links"),
    ("no_optional", "--no-optional"),
    ("production", "--production"),
    ("unsafe_perm", "--unsafe-perm"),
];

const STATES: [&str; 3] = ["absent", "latest", "present"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["executable"]);
    let installs_locked = params.flag(&["ci"])?.unwrap_or(false);
    let mut options = Vec::new();
    for (name, option) in FLAGS {
        if params.flag(&[name])?.unwrap_or(false) {
            options.push(option.to_owned());
        }
    }
    if let Some(registry) = params.string(&["registry"])? {
        options.extend(["--registry".to_owned(), registry]);
    }
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
        name => {
            let Some(place) = place else {
                let reason = "it installs what the project in `.` needs".to_owned();
                return Err(project(reason, "buildNpmPackage"));
            };
            let place = absolute(run, &place)?;
            let verb = match (installs_locked, state.as_str(), &name) {
                (true, _, None) => "ci",
                (_, "latest", None) => "update",
                _ => "install",
            };
            let mut words = texts(["npm", verb]);
            words.extend(texts(options.iter().map(String::as_str)));
            words.extend(name.map(|name| match (version, state.as_str()) {
                (Some(version), _) => Text::from(format!("{name}@{version}")),
                (None, "latest") => Text::from(format!("{name}@latest")),
                (None, _) => Text::from(name),
            }));
            fill(Kept::words(words).within(place), run)
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
                r#"{"step":{"name":"npm","command":{"words":["npm","install"]},"directory":"/srv/app","environment":[],"after":[]}} if what is fetched needs no library of another system (programs.nix-ld.enable has them)"#,
            ],
        );
    }
}
