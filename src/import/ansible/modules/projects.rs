//! `pip` into a virtual environment, `npm` in a folder, `bundler`, `cpanm`, `cargo`: what a project needs for itself.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/pip_module.html> and its kin
//!
//! A package of the project would have it from nixpkgs; a step fills the folder as the source does.

use super::kept::{Kept, keep, line_of, texts};
use super::package::ask;
use super::paths::absolute;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Family, Text};

pub(super) const BUNDLER: Module = Module {
    names: &["bundler"],
    collection: "community.general",
    becomes: "A oneshot unit that calls bundle in the folder, once.",
    kind: Kind::Changes,
    run: run_bundler,
};

pub(super) const CARGO: Module = Module {
    names: &["cargo"],
    becomes: "Programs: environment.systemPackages, where nixpkgs has them; into a folder: a oneshot unit, once.",
    run: run_cargo,
    ..BUNDLER
};

pub(super) const CPANM: Module = Module {
    names: &["cpanm"],
    becomes: "What a folder needs: a oneshot unit, once. Packages for the machine are left to you: perl.withPackages.",
    run: run_cpanm,
    ..BUNDLER
};

/// Programs that are fetched are made for other systems.
const FOREIGN: &str =
    "what is fetched needs no library of another system (programs.nix-ld.enable has them)";

/// Keeps what fills a folder.
pub(super) fn fill(kept: Kept, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    run.assumptions.push(FOREIGN.to_owned());
    let outcome = keep(kept, run);
    run.assumptions.pop();
    outcome
}

/// A virtual environment of Python, and what goes into it.
pub(super) struct Environment {
    pub(super) place: String,
    pub(super) sees_system: bool,
    /// Names of packages, `-r file`, `-e folder`.
    pub(super) wanted: Vec<String>,
    pub(super) options: Vec<String>,
    pub(super) directory: Option<String>,
}

impl Environment {
    pub(super) fn keep(self, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
        let pip = format!("{}/bin/pip", self.place);
        let mut make = texts(["python3", "-m", "venv"]);
        if self.sees_system {
            make.push(Text::from("--system-site-packages"));
        }
        make.push(Text::from(self.place.as_str()));
        let mut script = Text::from("[ -x ");
        script.push(&line_of(&texts([pip.as_str()])));
        script.push_str(" ] || ");
        script.push(&line_of(&make));
        if !self.wanted.is_empty() {
            let mut words = texts([pip.as_str(), "install"]);
            words.extend(texts(self.options.iter().map(String::as_str)));
            words.extend(texts(self.wanted.iter().map(String::as_str)));
            script.push_str("\n");
            script.push(&line_of(&words));
        }
        let kept = Kept::script(script);
        match self.directory {
            Some(folder) => fill(kept.within(folder), run),
            None => fill(kept, run),
        }
    }
}

fn run_bundler(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["executable", "user_install"]);
    let state = params.choice(&["state"], &["latest", "present"], "present")?;
    let folder = params.string(&["chdir"])?;
    let excluded = params.list(&["exclude_groups"])?.unwrap_or_default();
    let gemfile = params.string(&["gemfile"])?;
    let gems = params.string(&["gem_path"])?;
    let binaries = params.string(&["binstub_directory"])?;
    let more = params.string(&["extra_args"])?.unwrap_or_default();
    let more = super::command::split_words(&more)
        .map_err(|_| params.bad("extra_args", &more, "words of a shell"))?;
    let verb = if state == "latest" {
        "update"
    } else {
        "install"
    };
    let mut words = texts(["bundle", verb]);
    words.extend(gemfile.iter().flat_map(|it| texts(["--gemfile", it])));
    for (name, option) in [("local", "--local"), ("clean", "--clean")] {
        if params.flag(&[name])?.unwrap_or(false) {
            words.push(Text::from(option));
        }
    }
    words.extend(texts(more.iter().map(String::as_str)));
    let mut environment = Vec::new();
    let mut set = |name: &str, value: String| {
        environment.push((name.to_owned(), Text::from(value)));
    };
    if !excluded.is_empty() {
        set("BUNDLE_WITHOUT", excluded.join(":"));
    }
    if params.flag(&["deployment_mode"])?.unwrap_or(false) {
        set("BUNDLE_DEPLOYMENT", "true".to_owned());
    }
    if let Some(path) = gems {
        set("BUNDLE_PATH", absolute(run, &path)?);
    }
    if let Some(path) = binaries {
        set("BUNDLE_BIN", absolute(run, &path)?);
    }
    let mut kept = Kept::words(words);
    kept.environment = environment;
    match folder {
        Some(folder) => {
            let folder = absolute(run, &folder)?;
            fill(kept.within(folder), run)
        }
        None => fill(kept, run),
    }
}

fn run_cargo(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["executable"]);
    let names = params.list(&["name"])?.unwrap_or_default();
    let path = params.string(&["path"])?;
    let source = params.string(&["directory"])?;
    let version = params.string(&["version"])?;
    let features = params.list(&["features"])?.unwrap_or_default();
    let is_locked = params.flag(&["locked"])?.unwrap_or(false);
    let state = params.choice(&["state"], &["absent", "latest", "present"], "present")?;
    if names.is_empty() {
        return params.required(&["name"]).map(|_| ());
    }
    let (None, None) = (&path, &source) else {
        if state == "absent" {
            run.already("a new machine does not have it");
            return Ok(());
        }
        let mut words = texts(["cargo", "install"]);
        if let Some(path) = &path {
            words.extend(texts(["--root", &absolute(run, path)?]));
        }
        if let Some(source) = &source {
            words.extend(texts(["--path", &absolute(run, source)?]));
        }
        words.extend(version.iter().flat_map(|it| texts(["--version", it])));
        if !features.is_empty() {
            words.extend(texts(["--features", &features.join(",")]));
        }
        if is_locked {
            words.push(Text::from("--locked"));
        }
        words.extend(texts(names.iter().map(String::as_str)));
        return fill(Kept::words(words), run);
    };
    ask(&names, &state, Family::Other, run)
}

fn run_cpanm(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "executable",
        "install_recommendations",
        "install_suggestions",
        "mode",
        "name_check",
        "system_lib",
        "use_sudo",
    ]);
    let name = params.string(&["name", "pkg"])?;
    let from = params.string(&["from_path"])?;
    let library = params.string(&["locallib"])?;
    let mirror = params.string(&["mirror"])?;
    let version = params.string(&["version"])?;
    let flags = [
        ("notest", "--notest"),
        ("mirror_only", "--mirror-only"),
        ("installdeps", "--installdeps"),
    ];
    let mut words = texts(["cpanm"]);
    let mut needs = false;
    for (param, option) in flags {
        if params.flag(&[param])?.unwrap_or(false) {
            needs |= param == "installdeps";
            words.push(Text::from(option));
        }
    }
    words.extend(mirror.iter().flat_map(|it| texts(["--mirror", it])));
    if library.is_none() && !needs && from.is_none() {
        let name = name.unwrap_or_default();
        let reason = format!("`{name}` is a package of Perl for the whole machine");
        let attribute = name.replace("::", "");
        return Err(Refusal::new(Code::PackageUnknown, reason).cure(format!(
            "environment.systemPackages = [ (pkgs.perl.withPackages (p: [ p.{attribute} ])) ]; where nixpkgs has it"
        )));
    }
    if let Some(library) = &library {
        words.extend(texts(["--local-lib", &absolute(run, library)?]));
    }
    match (name, from) {
        (_, Some(from)) => words.push(Text::from(absolute(run, &from)?)),
        (Some(name), None) => {
            let version = version.map(|it| format!("@{it}")).unwrap_or_default();
            words.push(Text::from(format!("{name}{version}")));
        }
        (None, None) => return params.required(&["name"]).map(|_| ()),
    }
    fill(Kept::words(words), run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_project_fills_its_folder() {
        check(
            "- bundler: {chdir: /srv/a, exclude_groups: [test, development], deployment_mode: true}",
            &[
                r#"{"step":{"name":"bundler","command":{"words":["bundle","install"]},"directory":"/srv/a","environment":[["BUNDLE_WITHOUT","test:development"],["BUNDLE_DEPLOYMENT","true"]],"after":[]}} if what is fetched needs no library of another system (programs.nix-ld.enable has them)"#,
            ],
        );
        check(
            "- cargo: {name: ripgrep, path: /opt/rg, locked: true}",
            &[
                r#"{"step":{"name":"cargo","command":{"words":["cargo","install","--root","/opt/rg","--locked","ripgrep"]},"environment":[],"after":[]}} if what is fetched needs no library of another system (programs.nix-ld.enable has them)"#,
            ],
        );
        check(
            "- cpanm: {name: Dancer, locallib: /srv/perl, notest: true}",
            &[
                r#"{"step":{"name":"cpanm","command":{"words":["cpanm","--notest","--local-lib","/srv/perl","Dancer"]},"environment":[],"after":[]}} if what is fetched needs no library of another system (programs.nix-ld.enable has them)"#,
            ],
        );
        check(
            "- cpanm: {name: 'Math::Pari'}",
            &["manual: `Math::Pari` is a package of Perl for the whole machine"],
        );
    }
}
