//! Commands that ask for what a module asks for: they are that module's tasks in other words.

use super::{accounts, downloads, edits, is_there, servers, walls};
use crate::import::ansible::modules::{Module, Run, file, find};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::holes::Encoded;
use crate::syntax::glob::is_pattern;

/// A task in the words of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) module: &'static str,
    pub(super) params: Vec<(&'static str, String)>,
}

/// No module: mode and owner of whatever is at a path.
const ATTRIBUTES: &str = "chmod and chown";

/// What a call came to.
pub(super) enum Outcome {
    Done,
    /// The module cannot say it; the command itself still can be run.
    Kept,
    Refused(Refusal),
}

pub(super) fn call(module: &'static str, params: &[(&'static str, &str)]) -> Call {
    let params = params.iter();
    Call {
        module,
        params: params
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    }
}

/// Returns the calls with the modes of fetched files at the calls that fetch them: `curl -o x … && chmod +x x`.
pub(super) fn with_modes(calls: Vec<Call>) -> Vec<Call> {
    let mut all: Vec<Call> = Vec::new();
    for call in calls {
        let said = |name: &str| {
            let mut params = call.params.iter();
            params.find(|(it, _)| *it == name).map(|(_, value)| value)
        };
        let is_plain = call.module == ATTRIBUTES && call.params.len() == 2;
        let fetches = all.iter_mut().find(|it| {
            it.module == "get_url"
                && it
                    .params
                    .iter()
                    .any(|(name, value)| *name == "dest" && Some(value) == said("path"))
        });
        match (fetches, said("mode").filter(|_| is_plain)) {
            (Some(fetch), Some(mode)) => {
                // A file that is fetched has no other bits than these before.
                let mode = match mode.as_str() {
                    "+x" | "a+x" | "u+x" => "0755",
                    mode => mode,
                };
                fetch.params.push(("mode", mode.to_owned()));
            }
            _ => all.push(call),
        }
    }
    all
}

/// Returns the calls that a program with its arguments stands for.
pub(super) fn of(path: &str, arguments: &[&str]) -> Option<Vec<Call>> {
    let program = path.rsplit('/').next().unwrap_or(path);
    match program {
        "mkdir" | "touch" | "rm" | "rmdir" | "ln" | "chmod" | "chown" | "chgrp" => {
            of_files(program, arguments)
        }
        "useradd" | "adduser" | "groupadd" | "addgroup" | "userdel" | "deluser" | "groupdel"
        | "delgroup" | "usermod" | "chsh" | "passwd" => accounts::of(program, arguments),
        "ufw" => walls::of_ufw(arguments).map(|it| vec![it]),
        "firewall-cmd" => walls::of_firewalld(arguments),
        "iptables" | "ip6tables" => walls::of_iptables(program, arguments).map(|it| vec![it]),
        "docker" => of_docker(arguments),
        "cp" | "install" => of_copies(program, arguments),
        "curl" | "wget" => downloads::of(program, arguments).map(|it| vec![it]),
        "createdb" | "createuser" | "mysqladmin" => servers::of_programs(program, arguments),
        "git" => of_git(arguments),
        "mariadb" | "mysql" => servers::of_mysql(arguments),
        "podman" => of_podman(arguments),
        "locale-gen" => of_locales(arguments),
        "postconf" => edits::of_postconf(arguments),
        "crudini" => edits::of_crudini(arguments).map(|it| vec![it]),
        "psql" => servers::of_psql(arguments),
        "sed" => edits::of_sed(arguments),
        _ if program.starts_with("a2") => of_apache(program, arguments),
        _ => of_languages(path, program, arguments),
    }
}

/// Options and operands; nothing where an option is none of these letters and words, or an operand only a shell knows.
fn operands<'w>(
    arguments: &[&'w str],
    letters: &str,
    words: &[&str],
) -> Option<(String, Vec<&'w str>)> {
    let mut given = String::new();
    let mut operands = Vec::new();
    for word in arguments {
        if words.contains(word) {
            given.push_str(word);
        } else if let Some(rest) = word.strip_prefix('-').filter(|it| !it.is_empty()) {
            if !rest.chars().all(|it| letters.contains(it)) {
                return None;
            }
            given.push_str(rest);
        } else if is_pattern(word) || word.contains(['$', '`']) {
            return None;
        } else {
            operands.push(*word);
        }
    }
    Some((given, operands))
}

fn of_files(program: &str, arguments: &[&str]) -> Option<Vec<Call>> {
    let of_all = |paths: &[&str], params: &[(&'static str, &str)], module| {
        let paths = paths.iter().map(|path| {
            let mut all = vec![("path", *path)];
            all.extend_from_slice(params);
            call(module, &all)
        });
        let calls: Vec<Call> = paths.collect();
        (!calls.is_empty()).then_some(calls)
    };
    match program {
        "mkdir" => {
            let (mode, rest) = match arguments {
                ["-m" | "--mode", mode, rest @ ..] => (Some(*mode), rest.to_vec()),
                ["-p" | "-pv", "-m" | "--mode", mode, rest @ ..] | ["-pm", mode, rest @ ..] => {
                    (Some(*mode), rest.to_vec())
                }
                rest => (None, rest.to_vec()),
            };
            let (_, paths) = operands(&rest, "pv", &["--parents", "--verbose"])?;
            let mut params = vec![("state", "directory")];
            params.extend(mode.map(|it| ("mode", it)));
            of_all(&paths, &params, "file")
        }
        "touch" => {
            let (_, paths) = operands(arguments, "", &[])?;
            of_all(&paths, &[("state", "touch")], "file")
        }
        "rm" => {
            let (patterns, rest): (Vec<&str>, Vec<&str>) =
                arguments.iter().copied().partition(|it| is_pattern(it));
            let words = ["--recursive", "--force"];
            let (_, mut paths) = operands(&rest, "rfvR", &words)?;
            paths.extend(patterns);
            of_all(&paths, &[("state", "absent")], "file")
        }
        "rmdir" => {
            let (_, paths) = operands(arguments, "pv", &["--ignore-fail-on-non-empty"])?;
            of_all(&paths, &[("state", "absent")], "file")
        }
        "ln" => {
            let words = ["--symbolic", "--force", "--no-dereference"];
            let (given, operands) = operands(arguments, "sfnvT", &words)?;
            let [target, link] = operands.as_slice() else {
                return None;
            };
            let name = target.rsplit('/').next().unwrap_or(target);
            let link = match link.strip_suffix('/') {
                Some(folder) => format!("{folder}/{name}"),
                None => (*link).to_owned(),
            };
            let is_symbolic = given.contains('s');
            is_symbolic.then(|| {
                vec![call(
                    "file",
                    &[
                        ("src", target),
                        ("path", &link),
                        ("state", "link"),
                        ("force", "yes"),
                        ("follow", "no"),
                    ],
                )]
            })
        }
        _ => {
            let (given, operands) = operands(arguments, "RvfhL", &["--recursive"])?;
            let (wish, paths) = operands.split_first()?;
            let (owner, group) = match wish.split_once([':', '.']) {
                _ if program == "chgrp" => (None, Some(*wish)),
                Some((owner, group)) => (Some(owner), Some(group)),
                None => (Some(*wish), None),
            };
            let given_name = |name: &&str| !name.is_empty();
            let mut params = Vec::new();
            if program == "chmod" {
                params.push(("mode", *wish));
            } else {
                params.extend(owner.filter(given_name).map(|it| ("owner", it)));
                params.extend(group.filter(given_name).map(|it| ("group", it)));
            }
            if given.contains('R') || given.contains("recursive") {
                params.push(("recurse", "yes"));
            }
            of_all(paths, &params, ATTRIBUTES)
        }
    }
}

/// Debian's helpers of Apache: what is on is a link from a folder `...-enabled`.
fn of_apache(program: &str, arguments: &[&str]) -> Option<Vec<Call>> {
    let (is_on, kind) = match program.strip_prefix("a2en") {
        Some(kind) => (true, kind),
        None => (false, program.strip_prefix("a2dis")?),
    };
    let (folder, ending) = match kind {
        "site" => ("sites", ".conf"),
        "conf" => ("conf", ".conf"),
        "mod" => ("mods", ".load"),
        _ => return None,
    };
    let words = ["--quiet", "--force", "--maintmode", "--purge"];
    let (_, names) = operands(arguments, "qfmp", &words)?;
    let calls = names.iter().map(|name| {
        let name = name.strip_suffix(ending).unwrap_or(name);
        let link = format!("/etc/apache2/{folder}-enabled/{name}{ending}");
        let target = format!("../{folder}-available/{name}{ending}");
        let mut params = vec![("path", link.as_str())];
        if is_on {
            params.extend([
                ("src", target.as_str()),
                ("state", "link"),
                ("force", "yes"),
                ("follow", "no"),
            ]);
        } else {
            params.push(("state", "absent"));
        }
        call("file", &params)
    });
    let calls: Vec<Call> = calls.collect();
    (!calls.is_empty()).then_some(calls)
}

fn of_docker(arguments: &[&str]) -> Option<Vec<Call>> {
    match arguments {
        ["network", "create", rest @ ..] => {
            let mut params = Vec::new();
            let mut rest = rest.iter();
            while let Some(word) = rest.next() {
                match (*word, word.split_once('=')) {
                    ("--internal", _) => params.push(("internal", "yes")),
                    ("-d" | "--driver", _) => params.push(("driver", *rest.next()?)),
                    (_, Some(("--driver", driver))) => params.push(("driver", driver)),
                    (name, _) if !name.starts_with('-') => params.push(("name", name)),
                    _ => return None,
                }
            }
            Some(vec![call("docker_network", &params)])
        }
        ["volume", "create", name] if !name.starts_with('-') => {
            Some(vec![call("docker_volume", &[("name", name)])])
        }
        [
            "builder" | "container" | "image" | "network" | "system" | "volume",
            "prune",
            ..,
        ] => Some(vec![call("docker_prune", &[])]),
        ["pull", image] => {
            let params = [("name", *image), ("source", "pull")];
            Some(vec![call("docker_image", &params)])
        }
        _ => None,
    }
}

fn of_podman(arguments: &[&str]) -> Option<Vec<Call>> {
    match arguments {
        [
            "container" | "image" | "network" | "system" | "volume",
            "prune",
            ..,
        ] => Some(vec![call("podman_prune", &[])]),
        ["pull", image] => Some(vec![call("podman_image", &[("name", image)])]),
        ["volume", "create", name] if !name.starts_with('-') => {
            Some(vec![call("podman_volume", &[("name", name)])])
        }
        _ => None,
    }
}

/// Locales that are made besides those that are asked for elsewhere.
fn of_locales(arguments: &[&str]) -> Option<Vec<Call>> {
    let (_, names) = operands(arguments, "", &["--keep-existing", "--no-purge"])?;
    let calls = names.iter().map(|it| call("locale_gen", &[("name", it)]));
    let calls: Vec<Call> = calls.collect();
    (!calls.is_empty()).then_some(calls)
}

/// Settings of git for the machine and for who runs it.
fn of_git(arguments: &[&str]) -> Option<Vec<Call>> {
    let ["config", scope, rest @ ..] = arguments else {
        return None;
    };
    let scope = match *scope {
        "--global" => "global",
        "--system" => "system",
        _ => return None,
    };
    let (mode, rest) = match rest {
        ["--add", rest @ ..] => ("add", rest),
        ["--replace-all", rest @ ..] => ("replace-all", rest),
        rest => ("replace-all", rest),
    };
    match rest {
        [name, value] if !name.starts_with('-') && name.contains('.') => {
            let params = [
                ("name", *name),
                ("value", value),
                ("scope", scope),
                ("add_mode", mode),
            ];
            Some(vec![call("git_config", &params)])
        }
        _ => None,
    }
}

/// One file that is copied within the machine, and folders that `install` makes.
fn of_copies(program: &str, arguments: &[&str]) -> Option<Vec<Call>> {
    if program == "install" {
        let mut params = vec![("state", "directory")];
        let mut paths = Vec::new();
        let mut words = arguments.iter().copied();
        let mut is_meant = false;
        while let Some(word) = words.next() {
            match word {
                "-d" | "--directory" => is_meant = true,
                "-dm" => {
                    is_meant = true;
                    params.push(("mode", words.next()?));
                }
                "-m" | "--mode" => params.push(("mode", words.next()?)),
                "-o" | "--owner" => params.push(("owner", words.next()?)),
                "-g" | "--group" => params.push(("group", words.next()?)),
                "-v" => {}
                path if path.starts_with('/') && !is_pattern(path) => paths.push(path),
                _ => return None,
            }
        }
        let calls = paths.into_iter().map(|path| {
            let mut all = vec![("path", path)];
            all.extend_from_slice(&params);
            call("file", &all)
        });
        let calls: Vec<Call> = calls.collect();
        return (is_meant && !calls.is_empty()).then_some(calls);
    }
    let words = ["--force", "--preserve", "--verbose"];
    let (_, operands) = operands(arguments, "fpv", &words)?;
    let [source, dest] = operands.as_slice() else {
        return None;
    };
    let is_whole = source.starts_with('/') && dest.starts_with('/') && !source.ends_with('/');
    is_whole.then(|| {
        let params = [("src", *source), ("dest", dest), ("remote_src", "yes")];
        vec![call("copy", &params)]
    })
}

/// The managers of languages' packages.
fn of_languages(path: &str, program: &str, arguments: &[&str]) -> Option<Vec<Call>> {
    match (program, arguments) {
        ("pip" | "pip3", ["install", rest @ ..]) => of_pip(environment(path), rest),
        ("python" | "python3", ["-m", "pip", "install", rest @ ..]) => {
            of_pip(environment(path), rest)
        }
        ("pipx", ["install", name]) => Some(vec![call("pip", &[("name", name)])]),
        ("npm", ["install" | "i" | "add", rest @ ..]) => {
            let is_global = rest.iter().any(|it| matches!(*it, "-g" | "--global"));
            let (_, names) = operands(rest, "gyf", &["--global", "--force", "--silent"])?;
            let params = |name: &str| call("npm", &[("name", name), ("global", "yes")]);
            let is_meant = is_global && !names.is_empty();
            is_meant.then(|| names.into_iter().map(params).collect())
        }
        ("yarn", ["global", "add", names @ ..]) => {
            let (_, names) = operands(names, "", &[])?;
            let params = |name: &str| call("npm", &[("name", name), ("global", "yes")]);
            Some(names.into_iter().map(params).collect())
        }
        ("gem", ["install", rest @ ..]) => {
            let words = ["--no-document", "--no-ri", "--no-rdoc"];
            let (_, names) = operands(rest, "fN", &words)?;
            let params = |name: &str| call("gem", &[("name", name)]);
            Some(names.into_iter().map(params).collect())
        }
        _ => None,
    }
}

/// Returns the virtual environment whose program a path names.
fn environment(path: &str) -> Option<&str> {
    let (folder, _) = path.rsplit_once("/bin/")?;
    (!matches!(folder, "" | "/usr" | "/usr/local")).then_some(folder)
}

fn of_pip(place: Option<&str>, arguments: &[&str]) -> Option<Vec<Call>> {
    const MANNERS: [&str; 12] = [
        "--upgrade",
        "--user",
        "--quiet",
        "--no-cache-dir",
        "--break-system-packages",
        "--ignore-installed",
        "--force-reinstall",
        "--pre",
        "--no-input",
        "--disable-pip-version-check",
        "--no-warn-script-location",
        "--root-user-action=ignore",
    ];
    let place = place.map(|it| ("virtualenv", it));
    if let Some(at) = arguments
        .iter()
        .position(|it| matches!(*it, "-r" | "--requirement"))
    {
        let mut params = vec![("requirements", *arguments.get(at + 1)?)];
        params.extend(place);
        return Some(vec![call("pip", &params)]);
    }
    let (_, names) = operands(arguments, "UqI", &MANNERS)?;
    let calls = names.iter().map(|name| {
        let mut params = vec![("name", *name)];
        params.extend(place);
        call("pip", &params)
    });
    let calls: Vec<Call> = calls.collect();
    (!calls.is_empty()).then_some(calls)
}

impl Call {
    /// Runs the module; what it registers is not what the command does.
    pub(super) fn make(self, encoded: &Encoded, run: &mut Run<'_, '_>) -> Outcome {
        let mut paths = self.params.iter().filter(|(name, _)| *name == "path");
        if paths.any(|(_, path)| is_pattern(path) && is_there(path, run) != Some(false)) {
            return Outcome::Kept;
        }
        let is_about_files = matches!(
            self.module,
            ATTRIBUTES | "file" | "copy" | "docker_compose_v2" | "git_config" | "replace"
        );
        let stated = run.stated;
        let values = self.params.iter();
        let values = values
            .map(|(name, value)| ((*name).to_owned(), Value::Str(encoded.decode(value))))
            .collect();
        let mut params = Params::new(self.module, run.task.span, values, None);
        let ask = match find(self.module) {
            Some(Module { run, .. }) => *run,
            None => file::set,
        };
        let before = (run.returns.take(), run.returns_under.take());
        let (closings, failed) = (run.closings.len(), run.failed);
        let outcome = ask(&mut params, run);
        (run.returns, run.returns_under) = before;
        if run.failed && !failed {
            // The module's own rules are stricter than the program's.
            run.failed = failed;
            run.closings.truncate(closings);
            return Outcome::Kept;
        }
        match outcome {
            Ok(()) => Outcome::Done,
            Err(_) if is_about_files && run.stated == stated => {
                run.closings.truncate(closings);
                Outcome::Kept
            }
            Err(refusal) => Outcome::Refused(refusal),
        }
    }
}
