//! Which packages are installed: dpkg, rpm and their like, asked on a machine that has what the source installs.

use super::{Output, Said};
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::fresh;

/// Names that are asked for, and whether they are patterns.
fn names<'w>(arguments: &[&'w str]) -> Option<Vec<&'w str>> {
    let names: Vec<&str> = arguments
        .iter()
        .filter(|it| !it.starts_with('-') && !it.contains("%{"))
        .copied()
        .collect();
    let is_plain = |it: &&str| !it.contains(['*', '?', '[', '/', '$']);
    names.iter().all(is_plain).then_some(names)
}

pub(super) fn of(program: &str, arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let first = *arguments.first()?;
    let named = names(arguments)?;
    match (program, first) {
        ("dpkg", "-l" | "--list" | "--get-selections") | ("dpkg-query", "-l" | "--list") => {
            listed(&named, 1, run)
        }
        ("dpkg", "-s" | "--status" | "-L" | "--listfiles") => asked(&named, 1, "", run),
        ("dpkg-query", first) if first.starts_with(['-']) => {
            let is_asked = arguments.iter().any(|it| {
                matches!(*it, "-W" | "--show" | "-s" | "--status" | "-L") || it.starts_with("-W")
            });
            // A format of its own may stand behind -f.
            let named: Vec<&str> = named.into_iter().filter(|it| !it.contains('{')).collect();
            match is_asked {
                true if named.is_empty() => Some(Said::new(0, Output::Packages)),
                true => asked(&named, 1, "", run),
                false => None,
            }
        }
        ("rpm", "-qa" | "-aq") if named.is_empty() => Some(Said::new(0, Output::Packages)),
        ("rpm", "-qa" | "-aq") => {
            let said = asked(&named, 0, "", run)?;
            Some(Said {
                complains: false,
                ..said
            })
        }
        ("rpm", "-q" | "--query" | "-qi" | "-ql") => {
            asked(&named, 1, "package NAME is not installed\n", run)
        }
        ("apt", "list") if arguments.contains(&"--installed") => {
            let named = named.get(1..).unwrap_or_default();
            match named {
                [] => Some(Said::new(0, Output::Packages)),
                _ => Some(Said {
                    output: Output::Unknown,
                    ..asked(named, 0, "", run)?
                }),
            }
        }
        ("pacman", "-Q" | "-Qi" | "-Qq") if !named.is_empty() => asked(&named, 1, "", run),
        ("apk", "info") if arguments.contains(&"-e") => {
            let said = asked(named.get(1..)?, 1, "", run)?;
            Some(Said {
                complains: false,
                ..said
            })
        }
        _ => None,
    }
}

fn listed(named: &[&str], status: i64, run: &Run<'_, '_>) -> Option<Said> {
    match named {
        [] => Some(Said::new(0, Output::Packages)),
        named => asked(named, status, "", run),
    }
}

/// Asks for packages by name: where none of them is there it ends with a status, and says so.
fn asked(named: &[&str], status: i64, says: &str, run: &Run<'_, '_>) -> Option<Said> {
    let mut said = Said::text(0, "");
    let mut text = String::new();
    let (mut some, mut all) = (false, true);
    for name in named {
        if fresh::has_package(name, run)? {
            some = true;
        } else {
            all = false;
            text.push_str(&says.replace("NAME", name));
            said = said.under(fresh::no_package(name));
        }
    }
    if named.is_empty() {
        return None;
    }
    said.status = if all { 0 } else { status };
    said.output = if some {
        Output::Unknown
    } else {
        Output::Text(text)
    };
    said.complains = !all;
    Some(said)
}

/// Looks for names in the list of all packages; nothing where they are no plain names, or one of them is there.
pub(super) fn among_all(names: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let mut said = Said::silent(false);
    for name in names {
        if fresh::has_package(name, run)? {
            return Some(Said::new(0, Output::Unknown));
        }
        said = said.under(fresh::no_package(name));
    }
    Some(said)
}
