//! Package managers: what they install for good, and what only the build needs.

use std::collections::BTreeSet;

use super::Kind;
use super::python;
use super::script::{Outcome, Runner};
use crate::import::dockerfile::scope::is_plain;
use crate::import::package_name::read;
use crate::import::programs::NOTHING;
use crate::model::{Family, Origin, Sourced};

const CACHE: &str = "NixOS has no package cache to refresh or clean";
const BUILDS: &str = "what the build installs for itself, it removes again";

pub(super) fn of(
    runner: &mut Runner<'_, '_>,
    program: &str,
    arguments: &[String],
) -> Option<Outcome> {
    let family = match program {
        "apt-get" | "apt" | "aptitude" => Family::Debian,
        "apk" => Family::Alpine,
        "yum" | "dnf" | "microdnf" | "tdnf" | "zypper" | "dnf5" => Family::Rhel,
        "pacman" => Family::Arch,
        "apt-mark" => return Some(mark(runner, arguments)),
        "pip" | "pip3" => return python::install(runner, arguments),
        _ if program.starts_with("python") => {
            let [module, pip, rest @ ..] = arguments else {
                return None;
            };
            let is_pip = module == "-m" && pip == "pip";
            return is_pip.then(|| python::install(runner, rest)).flatten();
        }
        _ => return None,
    };
    let asked = Asked::read(program, arguments);
    match asked.verb.as_str() {
        "install" | "add" | "-S" | "in" | "localinstall" | "reinstall" => {
            Some(install(runner, &asked, family))
        }
        "remove" | "purge" | "del" | "erase" | "rm" | "-R" | "autoremove" | "auto-remove" => {
            Some(remove(runner, &asked))
        }
        "build-dep" => Some(Outcome::Left(
            Kind::Build,
            format!("installs what building {} needs", asked.names.join(", ")),
        )),
        _ => {
            let known = NOTHING.iter().find(|(name, wanted, _)| {
                *name == program
                    && wanted
                        .iter()
                        .any(|it| arguments.iter().any(|word| word == it))
            });
            Some(Outcome::Nothing(
                known.map_or(CACHE, |(_, _, why)| why).to_owned(),
            ))
        }
    }
}

/// What a package manager is asked.
struct Asked {
    verb: String,
    names: Vec<String>,
    /// `--virtual name`
    bundle: Option<String>,
    /// What nothing needs any more goes, too.
    sweeps: bool,
}

/// Options that have their value in the next word.
const VALUED: [&str; 20] = [
    "-o",
    "--option",
    "-t",
    "--target-release",
    "-c",
    "--config-file",
    "-a",
    "-X",
    "--repository",
    "--allow-untrusted-key",
    "-p",
    "--root",
    "--repositories-file",
    "--enablerepo",
    "--disablerepo",
    "--installroot",
    "--releasever",
    "--setopt",
    "--cache-max-age",
    "--keys-dir",
];

impl Asked {
    fn read(program: &str, arguments: &[String]) -> Asked {
        let mut it = Asked {
            verb: String::new(),
            names: Vec::new(),
            bundle: None,
            sweeps: false,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--virtual" | "-t" if program == "apk" => it.bundle = words.next().cloned(),
                "--auto-remove" | "--autoremove" => it.sweeps = true,
                // apk's `-a` and dnf's `-c` have none, but nobody gives them here.
                flag if VALUED.contains(&flag) => {
                    words.next();
                }
                flag if program == "pacman" && flag.starts_with("-S") => {
                    "-S".clone_into(&mut it.verb);
                }
                flag if program == "pacman" && flag.starts_with("-R") => {
                    "-R".clone_into(&mut it.verb);
                }
                flag if flag.starts_with("--virtual=") => {
                    it.bundle = flag.strip_prefix("--virtual=").map(str::to_owned);
                }
                flag if flag.starts_with('-') => {}
                verb if it.verb.is_empty() => verb.clone_into(&mut it.verb),
                name => it.names.push(name.to_owned()),
            }
        }
        it.sweeps |= it.verb.contains("auto");
        it
    }
}

fn install(runner: &mut Runner<'_, '_>, asked: &Asked, family: Family) -> Outcome {
    if asked.names.is_empty() {
        return Outcome::nothing(CACHE);
    }
    if !runner.is_certain() {
        let names = asked.names.join(", ");
        let shown = runner.shown(&names);
        return Outcome::Left(Kind::Other, format!("perhaps installs {shown}"));
    }
    let mut left = None;
    let mut installed = Vec::new();
    for written in &asked.names {
        // A version may hang on what is not known: the name does not.
        let bare = written
            .split(['=', '~', '<', '>'])
            .next()
            .unwrap_or_default();
        let name = if is_plain(written) {
            written.as_str()
        } else {
            bare
        };
        if !is_plain(name) || name.is_empty() {
            // What has a name of its own to be removed by is for the build.
            if asked.bundle.is_some() {
                continue;
            }
            let shown = runner.shown(written);
            left = Some(Outcome::Left(Kind::Other, format!("installs `{shown}`")));
            continue;
        }
        // apt takes a name with `-` behind it for one to remove, with `+` for one to install.
        match read(name, family) {
            Ok(package) => {
                installed.push(package.name.clone());
                let item = runner.item;
                let found = runner.player.parts.packages.entry(package.name.clone());
                let sourced = found.or_insert(Sourced {
                    value: package,
                    origin: Origin::of(item),
                    assumptions: Vec::new(),
                });
                sourced.origin.merge(&Origin::of(item));
            }
            Err(why) => {
                left = Some(Outcome::Left(
                    Kind::Fetch,
                    format!("installs what {}", about(&why.reason)),
                ))
            }
        }
    }
    if let Some(bundle) = &asked.bundle {
        runner
            .bundles
            .entry(bundle.clone())
            .or_default()
            .extend(installed);
    }
    left.unwrap_or(Outcome::Stated)
}

/// `x is a file on the machine` as part of a sentence.
fn about(reason: &str) -> String {
    reason.split_once(" is ").map_or_else(
        || reason.to_owned(),
        |(name, what)| format!("is {what}: {name}"),
    )
}

fn remove(runner: &mut Runner<'_, '_>, asked: &Asked) -> Outcome {
    if !runner.is_certain() {
        return Outcome::nothing(BUILDS);
    }
    for name in &asked.names {
        if let Some(names) = runner.bundles.remove(name) {
            for name in names {
                runner.player.parts.packages.shift_remove(&name);
            }
        }
        let bare = name.split(['=', ':']).next().unwrap_or_default();
        match bare.strip_suffix('*') {
            Some(prefix) => runner
                .player
                .parts
                .packages
                .retain(|it, _| !it.starts_with(prefix)),
            None => {
                runner.player.parts.packages.shift_remove(bare);
            }
        }
    }
    if let (true, Some(kept)) = (asked.sweeps, runner.kept.take()) {
        runner
            .player
            .parts
            .packages
            .retain(|name, it| kept.contains(name) || !is_of_apt(it.value.family));
    }
    Outcome::nothing(BUILDS)
}

/// Tells whether apt knows a package; what other tools have put there it cannot sweep away.
fn is_of_apt(family: Family) -> bool {
    match family {
        Family::Debian => true,
        Family::Alpine
        | Family::Rhel
        | Family::Arch
        | Family::Python
        | Family::Node
        | Family::Ruby
        | Family::Other => false,
    }
}

/// `apt-mark auto '.*'` lets all go, `apt-mark manual $saved` keeps what was there before.
fn mark(runner: &mut Runner<'_, '_>, arguments: &[String]) -> Outcome {
    let names: Vec<&String> = arguments.iter().filter(|it| !it.starts_with('-')).collect();
    match names.as_slice() {
        [verb, pattern] if *verb == "auto" && pattern.contains('*') => {
            runner.kept = Some(BTreeSet::new());
        }
        [verb, names @ ..] if *verb == "manual" => {
            let noted = runner.noted.clone();
            if let Some(kept) = &mut runner.kept {
                for name in names {
                    if is_plain(name) {
                        kept.insert((*name).clone());
                    } else {
                        kept.extend(noted.iter().cloned());
                    }
                }
            }
        }
        _ => {}
    }
    Outcome::nothing("packages change only with the nixpkgs that is chosen")
}
