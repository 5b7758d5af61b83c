//! Folders, files, links and their rights, and what is removed.

use super::Kind;
use super::edit::{self as edited, Edited};
use super::script::{Outcome, Runner};
use crate::import::dockerfile::copy::{is_in, mode_of};
use crate::import::dockerfile::scope::is_plain;
use crate::import::etc::kinds::read_link;
use crate::model::{Content, Directory, File, Link, Mode, PathMode, Resource};
use crate::source::absolute;

const CLEAN: &str = "what a build leaves behind is not on a new machine";
const REPOSITORIES: &str = "NixOS takes packages from nixpkgs, not from repositories";

/// Files of homes that a shell or an editor reads for who types.
const OF_LOGINS: [&str; 9] = [
    ".bash_aliases",
    ".bash_profile",
    ".bashrc",
    ".inputrc",
    ".profile",
    ".screenrc",
    ".tmux.conf",
    ".vimrc",
    ".zshrc",
];

/// Programs that nixpkgs has by both names.
const ALIASES: [(&str, &str); 4] = [
    ("node", "nodejs"),
    ("nodejs", "node"),
    ("pip", "pip3"),
    ("python", "python3"),
];

/// Where package managers and builds keep their own things.
const OF_BUILDS: [(&str, &str); 20] = [
    ("/etc/apt", REPOSITORIES),
    ("/etc/apk", REPOSITORIES),
    ("/etc/yum.repos.d", REPOSITORIES),
    ("/etc/yum.conf", REPOSITORIES),
    ("/etc/dnf", REPOSITORIES),
    ("/etc/zypp", REPOSITORIES),
    ("/etc/pki/rpm-gpg", REPOSITORIES),
    ("/etc/pacman.conf", REPOSITORIES),
    ("/etc/dpkg", REPOSITORIES),
    ("/usr/local/share/keyrings", REPOSITORIES),
    ("/usr/share/keyrings", REPOSITORIES),
    (
        "/usr/sbin/policy-rc.d",
        "NixOS starts only what a configuration asks for",
    ),
    (
        "/etc/locale.gen",
        "NixOS makes the locales of i18n.supportedLocales itself",
    ),
    (
        "/etc/ld.so.conf.d",
        "programs of NixOS name their libraries by path",
    ),
    ("/var/cache", CLEAN),
    ("/var/lib/apt", CLEAN),
    ("/var/lib/dpkg", CLEAN),
    ("/tmp", CLEAN),
    ("/var/tmp", CLEAN),
    ("/usr/src", CLEAN),
];

/// Programs that stand in front of others in a container, and have no work where systemd starts them.
const OF_CONTAINERS: [&str; 6] = [
    "catatonit",
    "dumb-init",
    "gosu",
    "su-exec",
    "tini",
    "tini-static",
];

pub(super) fn of(
    runner: &mut Runner<'_, '_>,
    program: &str,
    arguments: &[String],
) -> Option<Outcome> {
    let plain: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|it| !it.starts_with('-'))
        .collect();
    match program {
        "rm" | "rmdir" | "unlink" | "shred" => {
            for path in plain {
                forget(runner, path);
            }
            Some(Outcome::nothing(CLEAN))
        }
        "mkdir" => {
            let (mode, rest) = valued(arguments, &["-m", "--mode"]);
            Some(each(runner, &rest, |runner, path| {
                make(runner, path, mode.as_deref(), None)
            }))
        }
        "install"
            if arguments
                .iter()
                .any(|it| is_letter(it, 'd') || it == "--directory") =>
        {
            let (mode, rest) = valued(arguments, &["-m", "--mode"]);
            let (owner, rest) = valued(&rest, &["-o", "--owner"]);
            let (group, rest) = valued(&rest, &["-g", "--group"]);
            let owners = (owner, group);
            Some(each(runner, &rest, |runner, path| {
                make(runner, path, mode.as_deref(), Some(&owners))
            }))
        }
        "chown" | "chgrp" => {
            let (owner, paths) = plain.split_first()?;
            let (user, group) = match (program, owner.split_once([':', '.'])) {
                ("chgrp", _) => ("", *owner),
                (_, Some((user, group))) => (user, group),
                (_, None) => (*owner, ""),
            };
            let recurse = is_recursive(arguments);
            let paths: Vec<String> = paths.iter().map(|it| (*it).to_owned()).collect();
            let owns = paths.iter().any(|it| {
                let whole = absolute(&runner.directory, it);
                runner.player.folder.as_deref() == Some(whole.trim_end_matches('/'))
            });
            runner.player.parts.owns_source |= owns && !matches!(user, "" | "root" | "0");
            Some(each(runner, &paths, |runner, path| {
                rights(runner, path, |it, _| {
                    it.owner = Some(user.to_owned()).filter(|it| !it.is_empty());
                    it.group = Some(group.to_owned()).filter(|it| !it.is_empty());
                    it.recurse = recurse;
                    true
                })
            }))
        }
        "chmod" => {
            let words: Vec<&String> = arguments
                .iter()
                .filter(|it| {
                    !matches!(
                        it.as_str(),
                        "-R" | "--recursive" | "-v" | "-c" | "-f" | "--"
                    )
                })
                .collect();
            let (mode, paths) = words.split_first()?;
            let recurse = is_recursive(arguments);
            let paths: Vec<String> = paths.iter().map(|it| (*it).clone()).collect();
            Some(each(runner, &paths, |runner, path| {
                rights(runner, path, |it, before| {
                    it.mode = mode_of(mode, before.map_or(0o644, |it| it.0));
                    it.recurse = recurse;
                    it.mode.is_some()
                })
            }))
        }
        "ln" => Some(link(runner, arguments, &plain)),
        "touch" => {
            let paths: Vec<String> = plain.iter().map(|it| (*it).to_owned()).collect();
            Some(each(runner, &paths, |runner, path| {
                if runner.player.state.at_path(path).is_some() {
                    Outcome::nothing("the file is stated elsewhere")
                } else {
                    write(runner, path, "", false)
                }
            }))
        }
        "sed"
            if arguments.iter().any(|it| {
                it.starts_with("-i") || it.starts_with("--in-place") || is_letter(it, 'i')
            }) =>
        {
            Some(sed(runner, &arguments_of_sed(arguments)))
        }
        "dos2unix" => Some(sed(runner, &("s/\\r$//".to_owned(), owned(&plain)))),
        "tee" => {
            let file = plain.last().copied().unwrap_or_default().to_owned();
            Some(edit(runner, &file, "writes"))
        }
        "cp" | "mv" => {
            let target = plain.last().copied().unwrap_or_default().to_owned();
            if let Some(outcome) = writes_nothing(runner, &target) {
                return Some(outcome);
            }
            let shown = runner.shown(&target);
            let verb = if program == "cp" { "copies" } else { "moves" };
            Some(Outcome::Left(
                Kind::Other,
                format!("{verb} files to `{shown}`"),
            ))
        }
        _ => None,
    }
}

fn is_letter(word: &str, letter: char) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains(letter)
}

fn is_recursive(arguments: &[String]) -> bool {
    arguments
        .iter()
        .any(|it| it == "--recursive" || is_letter(it, 'R'))
}

/// Takes an option with its value out of the arguments; other options go, too.
fn valued(arguments: &[String], names: &[&str]) -> (Option<String>, Vec<String>) {
    let mut value = None;
    let mut rest = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if names.contains(&word.as_str()) {
            value = words.next().cloned();
        } else if let Some(given) = names.iter().find_map(|it| {
            let rest = word.strip_prefix(it)?;
            if it.starts_with("--") {
                rest.strip_prefix('=')
            } else {
                Some(rest)
            }
        }) {
            value = Some(given.to_owned());
        } else {
            rest.push(word.clone());
        }
    }
    (value, rest)
}

/// Does something about each path; the worst outcome counts.
fn each(
    runner: &mut Runner<'_, '_>,
    paths: &[String],
    mut act: impl FnMut(&mut Runner<'_, '_>, &str) -> Outcome,
) -> Outcome {
    let mut stated = false;
    let mut nothing = None;
    for path in paths.iter().filter(|it| !it.starts_with('-')) {
        let whole = absolute(&runner.directory, path);
        let is_known = is_plain(&whole) && !whole.contains(['*', '?']);
        let outcome = if let Some(outcome) = writes_nothing(runner, &whole) {
            outcome
        } else if !is_known || !runner.is_certain() {
            let shown = runner.shown(path);
            Outcome::Left(Kind::Other, format!("makes or changes `{shown}`"))
        } else {
            act(runner, &whole)
        };
        match outcome {
            Outcome::Stated => stated = true,
            Outcome::Nothing(why) => nothing = nothing.or(Some(why)),
            Outcome::Left(kind, what) => return Outcome::Left(kind, what),
        }
    }
    match nothing {
        Some(why) if !stated => Outcome::Nothing(why),
        Some(_) | None => Outcome::Stated,
    }
}

/// Tells why nothing comes of what is written at a path.
pub(super) fn writes_nothing(runner: &Runner<'_, '_>, path: &str) -> Option<Outcome> {
    let whole = absolute(&runner.directory, path);
    let name = path.rsplit('/').next().unwrap_or(path);
    if OF_LOGINS.contains(&name) {
        return Some(Outcome::nothing(
            "only who types in a shell reads it, and nobody does so in a service",
        ));
    }
    let row = OF_BUILDS.iter().find(|(folder, _)| is_in(&whole, folder));
    // An application may live where builds keep their sources.
    let is_own = runner
        .player
        .folder
        .as_deref()
        .is_some_and(|folder| is_in(&whole, folder));
    row.filter(|_| !is_own)
        .map(|(_, why)| Outcome::nothing(why))
}

fn is_own(runner: &Runner<'_, '_>, path: &str) -> bool {
    let folder = runner.player.folder.as_deref();
    folder.is_some_and(|folder| is_in(path, folder))
}

fn forget(runner: &mut Runner<'_, '_>, path: &str) {
    if !is_plain(path) || !runner.is_certain() {
        return;
    }
    let whole = absolute(&runner.directory, path.trim_end_matches("/*"));
    let item = runner.item;
    runner.player.state.remove_below(&whole, item);
}

/// Folders of an application that its build fills: kept as data of the service they would hide what was built.
const FILLED_BY_BUILDS: [&str; 14] = [
    ".next",
    ".venv",
    "bin",
    "build",
    "classes",
    "dist",
    "lib",
    "node_modules",
    "obj",
    "out",
    "src",
    "target",
    "vendor",
    "venv",
];

fn make(
    runner: &mut Runner<'_, '_>,
    path: &str,
    mode: Option<&str>,
    owners: Option<&(Option<String>, Option<String>)>,
) -> Outcome {
    let item = runner.item;
    if path == "/" {
        return Outcome::nothing("it is there on every machine");
    }
    if is_own(runner, path) {
        // A folder of the application that its build makes: it writes there, or its sources come there.
        if runner.player.folder.as_deref() == Some(path) {
            return Outcome::nothing("the folder of the application comes with the application");
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        if FILLED_BY_BUILDS.contains(&name) {
            return Outcome::nothing("what a build puts there comes with the application");
        }
        runner.player.keep(path.to_owned(), item, Vec::new());
        return Outcome::Stated;
    }
    let user = runner.player.here.user.clone();
    let (owner, group) = match owners {
        Some((owner, group)) => (owner.clone(), group.clone()),
        None => (user, None),
    };
    let directory = Directory {
        path: path.to_owned(),
        mode: mode.and_then(|it| mode_of(it, 0o755)),
        owner,
        group,
        recurse: false,
    };
    runner
        .player
        .put(item, Resource::Directory(directory), Vec::new());
    Outcome::Stated
}

/// Changes the rights of what is stated; of what is not, nothing is said.
fn rights(
    runner: &mut Runner<'_, '_>,
    path: &str,
    set: impl FnOnce(&mut PathMode, Option<Mode>) -> bool,
) -> Outcome {
    let item = runner.item;
    let stated = runner
        .player
        .state
        .at_path(path)
        .map(|it| it.resource.clone());
    let kept = runner
        .player
        .parts
        .state
        .iter_mut()
        .find(|it| it.value == path);
    if let Some(kept) = kept {
        kept.origin.items.push(item);
        kept.origin.items.dedup();
        return Outcome::nothing("a folder that the service writes to is its user's");
    }
    let before = match &stated {
        Some(Resource::File(file)) => file.mode,
        Some(Resource::Directory(directory)) => directory.mode.or(mode_of("755", 0)),
        Some(_) => None,
        None => {
            let why = if is_own(runner, path) {
                "the files of the application are in the store, and everybody may read them"
            } else {
                "what is at this path is not stated here, and neither are its rights"
            };
            return Outcome::nothing(why);
        }
    };
    let mut change = PathMode {
        path: path.to_owned(),
        mode: None,
        owner: None,
        group: None,
        recurse: false,
    };
    if !set(&mut change, before) {
        return Outcome::Left(Kind::Other, format!("changes the rights of `{path}`"));
    }
    runner
        .player
        .put(item, Resource::PathMode(change), Vec::new());
    Outcome::Stated
}

fn link(runner: &mut Runner<'_, '_>, arguments: &[String], plain: &[&str]) -> Outcome {
    let is_symbolic = arguments
        .iter()
        .any(|it| is_letter(it, 's') || it == "--symbolic");
    let [target, path] = plain else {
        let shown = runner.shown(&plain.join(" "));
        return Outcome::Left(Kind::Other, format!("makes links: {shown}"));
    };
    if *target == "/dev/stdout" || *target == "/dev/stderr" {
        return Outcome::nothing("what a unit prints goes to the journal");
    }
    let name = target.rsplit('/').next().unwrap_or_default();
    let whole = absolute(&runner.directory, path);
    let is_folder = path.ends_with('/')
        || matches!(
            runner.player.state.at_path(&whole).map(|it| &it.resource),
            Some(Resource::Directory(_))
        )
        || [
            "/usr/local/bin",
            "/usr/bin",
            "/bin",
            "/usr/local/sbin",
            "/usr/sbin",
        ]
        .contains(&whole.as_str());
    let whole = if is_folder {
        format!("{whole}/{name}")
    } else {
        whole
    };
    if let Some(outcome) = writes_nothing(runner, &whole) {
        return outcome;
    }
    let own = whole.rsplit('/').next().unwrap_or_default();
    if ALIASES.contains(&(own, name)) {
        return Outcome::nothing("the package of nixpkgs has the program by both names");
    }
    if OF_CONTAINERS.contains(&name) {
        return Outcome::nothing(
            "systemd does what the program that it leads to does in a container",
        );
    }
    let is_known = is_plain(&whole) && is_plain(target) && is_symbolic && runner.is_certain();
    if !is_known {
        let shown = runner.shown(&whole);
        return Outcome::Left(Kind::Other, format!("makes the link `{shown}`"));
    }
    let family = runner.player.here.family;
    let item = runner.item;
    if let Some(resource) = read_link(&whole, target, family) {
        let clause = "the machine as a whole keeps the time that the image has".to_owned();
        runner.player.put(item, resource, vec![clause]);
        return Outcome::Stated;
    }
    let programs = [
        "/usr/local/bin/",
        "/usr/bin/",
        "/bin/",
        "/usr/sbin/",
        "/sbin/",
        "/usr/lib/",
        "/lib/",
        "/usr/local/lib/",
    ];
    if programs.iter().any(|folder| whole.starts_with(folder)) || is_own(runner, &whole) {
        let what = format!("makes the link `{whole}` to `{target}`");
        return Outcome::Left(Kind::Other, what);
    }
    let link = Link {
        path: whole,
        target: (*target).to_owned(),
    };
    runner.player.put(item, Resource::Link(link), Vec::new());
    Outcome::Stated
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|it| (*it).to_owned()).collect()
}

/// Returns the expression and the files of `sed -i`.
fn arguments_of_sed(arguments: &[String]) -> (String, Vec<String>) {
    let mut expressions: Vec<String> = Vec::new();
    let mut files: Vec<String> = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-e" | "--expression" => expressions.extend(words.next().cloned()),
            it if it.starts_with('-') => {}
            it => files.push(it.to_owned()),
        }
    }
    if expressions.is_empty() && !files.is_empty() {
        expressions.push(files.remove(0));
    }
    (expressions.join(";"), files)
}

/// Edits files whose text is known; any other edit is left.
fn sed(runner: &mut Runner<'_, '_>, (expression, files): &(String, Vec<String>)) -> Outcome {
    let mut last = Outcome::nothing("it edits no file");
    for file in files {
        last = edit_known(runner, file, expression).unwrap_or_else(|| edit(runner, file, "edits"));
        if matches!(last, Outcome::Left(..)) {
            return last;
        }
    }
    last
}

fn edit_known(runner: &mut Runner<'_, '_>, path: &str, expression: &str) -> Option<Outcome> {
    let whole = absolute(&runner.directory, path);
    if !is_plain(&whole) || !is_plain(expression) || !runner.is_certain() {
        return None;
    }
    let text = runner.player.text_at(&whole)?.to_owned();
    match edited::sed(&[expression], &text) {
        Edited::Unknown => None,
        Edited::Same => Some(Outcome::nothing("the file is so already")),
        Edited::Text(after) => {
            let Some(Resource::File(before)) = runner
                .player
                .state
                .at_path(&whole)
                .map(|it| it.resource.clone())
            else {
                return None;
            };
            let item = runner.item;
            let content = runner.player.written(&after, &whole, item);
            let file = File {
                content: Content::Text(content),
                ..before
            };
            runner.player.put(item, Resource::File(file), Vec::new());
            Some(Outcome::Stated)
        }
    }
}

fn edit(runner: &mut Runner<'_, '_>, path: &str, verb: &str) -> Outcome {
    if let Some(outcome) = writes_nothing(runner, path) {
        return outcome;
    }
    let whole = absolute(&runner.directory, path);
    let shown = runner.shown(&whole);
    Outcome::Left(Kind::Edit, format!("{verb} `{shown}`"))
}

/// Writes a text to a file, or adds it to one that is known.
pub(super) fn write(runner: &mut Runner<'_, '_>, path: &str, text: &str, appends: bool) -> Outcome {
    if let Some(outcome) = writes_nothing(runner, path) {
        return outcome;
    }
    let whole = absolute(&runner.directory, path);
    let shown = runner.shown(&whole);
    if !is_plain(&whole) || !runner.is_certain() || is_own(runner, &whole) {
        return Outcome::Left(Kind::Edit, format!("writes `{shown}`"));
    }
    let item = runner.item;
    let mut content = runner.player.written(text, &whole, item);
    if appends {
        let before = match runner.player.state.at_path(&whole).map(|it| &it.resource) {
            Some(Resource::File(File {
                content: Content::Text(before),
                ..
            })) => before.clone(),
            Some(_) | None => {
                return Outcome::Left(Kind::Edit, format!("adds to `{shown}`"));
            }
        };
        let mut whole = before;
        whole.push(&content);
        content = whole;
    }
    let file = File {
        path: whole,
        content: Content::Text(content),
        mode: None,
        owner: runner.player.here.user.clone(),
        group: None,
    };
    runner.player.put(item, Resource::File(file), Vec::new());
    Outcome::Stated
}
