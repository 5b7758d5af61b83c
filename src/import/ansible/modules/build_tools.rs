//! `make`, `composer`, `django_manage`, `yarn`: what the tool of a project does in its folder, kept as a step.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/general/make_module.html> and its kin
//!
//! Left out: packages for the whole machine, which are no project's.

use super::kept::{Kept, keep, texts};
use super::paths::absolute;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MAKE: Module = Module {
    names: &["make"],
    collection: "community.general",
    becomes: "A oneshot unit that calls make in the folder, once.",
    kind: Kind::Changes,
    run: run_make,
};

pub(super) const COMPOSER: Module = Module {
    names: &["composer"],
    becomes: "A oneshot unit that calls composer in the folder, once.",
    run: run_composer,
    ..MAKE
};

pub(super) const DJANGO: Module = Module {
    names: &["django_manage"],
    becomes: "A oneshot unit that calls manage.py in the folder, once.",
    run: run_django,
    ..MAKE
};

pub(super) const YARN: Module = Module {
    names: &["yarn"],
    becomes: "A oneshot unit that calls yarn in the folder, once.",
    run: run_yarn,
    ..MAKE
};

fn run_make(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["make"]);
    let folder = params.required(&["chdir"])?;
    let folder = absolute(run, &folder)?;
    let file = params.string(&["file"])?;
    let jobs = params.string(&["jobs"])?;
    let targets = params.list(&["targets"])?.unwrap_or_default();
    let target = params.string(&["target"])?;
    let mut words = texts(["make"]);
    words.extend(file.iter().flat_map(|it| texts(["-f", it])));
    words.extend(jobs.iter().flat_map(|it| texts(["-j", it])));
    words.extend(texts(target.iter().chain(&targets).map(String::as_str)));
    for (name, value) in params.pairs(&["params"])? {
        let mut word = crate::model::Text::from(format!("{name}="));
        word.push(&value);
        words.push(word);
    }
    keep(Kept::words(words).within(folder), run)
}

fn run_composer(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    const FLAGS: [(&str, &str, bool); 9] = [
        ("prefer_source", "--prefer-source", false),
        ("prefer_dist", "--prefer-dist", false),
        ("no_dev", "--no-dev", true),
        ("no_scripts", "--no-scripts", false),
        ("no_plugins", "--no-plugins", false),
        ("apcu_autoloader", "--apcu-autoloader", false),
        ("optimize_autoloader", "--optimize-autoloader", true),
        ("classmap_authoritative", "--classmap-authoritative", false),
        ("ignore_platform_reqs", "--ignore-platform-reqs", false),
    ];
    params.pass_over(&["executable", "php_path", "composer_executable", "force"]);
    let command = params
        .string(&["command"])?
        .unwrap_or_else(|| "install".to_owned());
    let arguments = params.string(&["arguments"])?.unwrap_or_default();
    let folder = params.string(&["working_dir"])?;
    let is_global = params.flag(&["global_command"])?.unwrap_or(false);
    // Only these commands have them; the module asks composer which ones there are.
    let has_flags = matches!(
        command.as_str(),
        "install" | "update" | "upgrade" | "require"
    );
    let mut words = texts(["composer"]);
    if is_global {
        words.extend(texts(["global"]));
    }
    words.extend(texts([
        command.as_str(),
        "--no-ansi",
        "--no-interaction",
        "--no-progress",
    ]));
    for (name, option, default) in FLAGS {
        let is_on = params.flag(&[name])?.unwrap_or(default);
        let option = match (option, command.as_str()) {
            ("--no-dev", "require") => "--update-no-dev",
            (option, _) => option,
        };
        if is_on && has_flags {
            words.extend(texts([option]));
        }
    }
    let more = super::command::split_words(&arguments)
        .map_err(|_| params.bad("arguments", &arguments, "words of a shell"))?;
    words.extend(texts(more.iter().map(String::as_str)));
    let kept = Kept::words(words);
    match folder {
        Some(folder) => {
            let folder = absolute(run, &folder)?;
            keep(kept.within(folder), run)
        }
        None => keep(kept, run),
    }
}

fn run_django(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    const OPTIONS: [(&str, &str); 4] = [
        ("settings", "--settings"),
        ("pythonpath", "--pythonpath"),
        ("database", "--database"),
        ("testrunner", "--testrunner"),
    ];
    const FLAGS: [(&str, &str); 5] = [
        ("clear", "--clear"),
        ("failfast", "--failfast"),
        ("skip", "--skip"),
        ("merge", "--merge"),
        ("link", "--link"),
    ];
    let command = params.required(&["command"])?;
    let folder = params.required(&["project_path", "app_path", "chdir"])?;
    let folder = absolute(run, &folder)?;
    let place = params.string(&["virtualenv", "virtual_env"])?;
    let python = match place {
        Some(place) => format!("{}/bin/python", absolute(run, &place)?),
        None => "python3".to_owned(),
    };
    let mut words = texts([python.as_str(), "manage.py"]);
    let given = super::command::split_words(&command)
        .map_err(|_| params.bad("command", &command, "words of a shell"))?;
    words.extend(texts(given.iter().map(String::as_str)));
    if matches!(command.as_str(), "flush" | "migrate" | "collectstatic") {
        words.extend(texts(["--noinput"]));
    }
    for name in ["apps", "cache_table", "fixtures"] {
        let value = params.string(&[name])?.unwrap_or_default();
        words.extend(texts(value.split_whitespace()));
    }
    for (name, option) in OPTIONS {
        if let Some(value) = params.string(&[name])? {
            words.extend(texts([format!("{option}={value}").as_str()]));
        }
    }
    for (name, option) in FLAGS {
        if params.flag(&[name])?.unwrap_or(false) {
            words.extend(texts([option]));
        }
    }
    keep(Kept::words(words).within(folder), run)
}

fn run_yarn(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["executable"]);
    let folder = params.string(&["path"])?;
    let name = params.string(&["name"])?;
    let version = params.string(&["version"])?;
    let registry = params.string(&["registry"])?;
    let is_production = params.flag(&["production"])?.unwrap_or(false);
    let ignores_scripts = params.flag(&["ignore_scripts"])?.unwrap_or(false);
    let is_global = params.flag(&["global"])?.unwrap_or(false);
    let state = params.choice(&["state"], &["absent", "latest", "present"], "present")?;
    let folder = match folder {
        Some(folder) if !is_global && state != "absent" => absolute(run, &folder)?,
        _ => {
            let reason = "it is about packages of Node.js for the whole machine";
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("look the package up in nixpkgs and add it to environment.systemPackages"));
        }
    };
    let mut words = texts(["yarn"]);
    match (name, version) {
        (Some(name), Some(version)) => {
            words.extend(texts(["add", format!("{name}@{version}").as_str()]));
        }
        (Some(name), None) => words.extend(texts(["add", name.as_str()])),
        (None, _) => words.extend(texts([if state == "latest" {
            "upgrade"
        } else {
            "install"
        }])),
    }
    words.extend(texts(["--non-interactive"]));
    words.extend(registry.iter().flat_map(|it| texts(["--registry", it])));
    if is_production {
        words.extend(texts(["--production"]));
    }
    if ignores_scripts {
        words.extend(texts(["--ignore-scripts"]));
    }
    keep(Kept::words(words).within(folder), run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn tools_run_in_the_folder_of_the_project() {
        check(
            "- make: {chdir: /srv/a, target: install, params: {PREFIX: /usr/local}}",
            &[
                r#"{"step":{"name":"make","command":{"words":["make","install","PREFIX=/usr/local"]},"directory":"/srv/a","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- django_manage: {app_path: /srv/a, command: migrate, virtualenv: /srv/a/env}",
            &[
                r#"{"step":{"name":"django manage","command":{"words":["/srv/a/env/bin/python","manage.py","migrate","--noinput"]},"directory":"/srv/a","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- composer: {command: require, arguments: 'a/b:^1', working_dir: /srv/a}",
            &[
                r#"{"step":{"name":"composer","command":{"words":["composer","require","--no-ansi","--no-interaction","--no-progress","--update-no-dev","--optimize-autoloader","a/b:^1"]},"directory":"/srv/a","environment":[],"after":[]}}"#,
            ],
        );
    }
}
