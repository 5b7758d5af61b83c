//! What is at paths: `test`, `ls`, `find`, and the contents of files.

use super::{Output, Said};
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::fresh;
use crate::import::ansible::modules::paths::{
    NEW_FILE, There, absolute, bytes, is_empty_at_first, parent, placed, real, there,
};
use crate::model::Resource;
use crate::syntax::glob::{glob, is_pattern};

/// Tells whether something is at a path, and what has to hold for it.
pub(super) fn is_there(path: &str, run: &Run<'_, '_>) -> Option<(bool, Vec<String>)> {
    let path = real(run, &absolute(run, path).ok()?);
    let none = Vec::new;
    Some(match there(run, &path) {
        There::Made(_) | There::Folder => (true, none()),
        There::Nothing => (false, none()),
        There::NothingAtFirst | There::Foreign if fresh::program_at(&path).is_some() => {
            let program = fresh::program_at(&path)?;
            match fresh::has_program(program, run)? {
                true => (true, none()),
                false => (false, vec![fresh::no_program(program)]),
            }
        }
        There::NothingAtFirst => (false, vec![nothing(&path)]),
        There::Foreign => {
            let (package, _) = fresh::brought(&path, run)?;
            (true, vec![fresh::brought_so(package, &path)])
        }
        There::Open(_) => return None,
    })
}

fn nothing(path: &str) -> String {
    format!("nothing is at `{path}` on a new machine")
}

/// Returns what a file holds that the source wrote, or NixOS, and what has to hold for it.
pub(super) fn content(path: &str, run: &Run<'_, '_>) -> Option<(String, Vec<String>)> {
    let path = real(run, &absolute(run, path).ok()?);
    if let Some(text) = fresh::text(&path, run) {
        return Some((text, vec![fresh::written(&path)]));
    }
    let There::Made(entry) = there(run, &path) else {
        return None;
    };
    let Resource::File(file) = &entry.resource else {
        return None;
    };
    let text = String::from_utf8(bytes(&file.content)?.into_owned()).ok()?;
    Some((text, Vec::new()))
}

/// Returns the paths that a pattern means; the pattern itself where it means none, as the shell has it.
pub(super) fn matching(pattern: &str, run: &Run<'_, '_>) -> Option<Vec<String>> {
    let mut folder = parent(pattern);
    while is_pattern(folder) {
        folder = parent(folder);
    }
    // Nothing else may be there.
    match there(run, &format!("{folder}/\u{1}")) {
        There::Nothing => {}
        There::NothingAtFirst
            if is_empty_at_first(&format!("{folder}/x")) || fresh::is_bare(folder) => {}
        _ => return None,
    }
    if run.state.doubt_below(folder).is_some() {
        return None;
    }
    let wanted = glob(pattern)?;
    let below = run.state.below(folder).map(|(path, _)| path.to_owned());
    let mut found: Vec<String> = below.filter(|it| wanted.is_match(it)).collect();
    found.sort();
    if found.is_empty() {
        found.push(pattern.to_owned());
    }
    Some(found)
}

/// `test -f PATH`, `[ -n "…" ]`
pub(super) fn test(arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    match arguments {
        ["!", rest @ ..] if !rest.is_empty() => {
            let said = test(rest, run)?;
            let status = i64::from(said.status == 0);
            Some(Said { status, ..said })
        }
        ["-n", text] | [text] => Some(Said::silent(!text.is_empty())),
        ["-z", text] => Some(Said::silent(text.is_empty())),
        [one, "=" | "==", other] => Some(Said::silent(one == other)),
        [one, "!=", other] => Some(Said::silent(one != other)),
        [flag, path] => of_flag(flag, path, run),
        _ => None,
    }
}

fn of_flag(flag: &str, given: &str, run: &Run<'_, '_>) -> Option<Said> {
    if !matches!(
        flag,
        "-e" | "-f" | "-d" | "-L" | "-h" | "-s" | "-x" | "-r" | "-w"
    ) {
        return None;
    }
    let path = absolute(run, given).ok()?;
    let at = match flag {
        "-L" | "-h" => placed(run, &path),
        _ => real(run, &path),
    };
    let yes = match there(run, &at) {
        There::Made(entry) => match (flag, &entry.resource) {
            ("-e" | "-r" | "-w", _) => true,
            ("-f", it) => matches!(it, Resource::File(_)),
            ("-d", it) => matches!(it, Resource::Directory(_)),
            ("-L" | "-h", it) => matches!(it, Resource::Link(_)),
            ("-s", Resource::File(file)) => !bytes(&file.content)?.is_empty(),
            ("-x", Resource::File(file)) => file.mode.unwrap_or(NEW_FILE).0 & 0o111 != 0,
            _ => return None,
        },
        There::Folder => match flag {
            "-e" | "-d" | "-x" | "-r" | "-w" => true,
            "-f" | "-L" | "-h" => false,
            _ => return None,
        },
        There::Nothing => false,
        There::NothingAtFirst | There::Foreign | There::Open(_) => {
            let (yes, under) = is_there(&at, run)?;
            let yes = match flag {
                "-d" | "-L" | "-h" if yes => return None,
                _ => yes,
            };
            return Some(Said::silent(yes).under_all(&under));
        }
    };
    Some(Said::silent(yes))
}

/// `ls`, `find`, `stat` and `readlink`, as far as what they are about is not there; of a file, its name.
pub(super) fn of(program: &str, arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let (is_find, is_list) = (program == "find", program == "ls");
    let mut paths = Vec::new();
    for word in arguments {
        if word.starts_with(['-', '(', '!']) {
            if is_find {
                break;
            }
            continue;
        }
        paths.push(*word);
    }
    if paths.is_empty() || paths.iter().any(|it| !it.starts_with(['/', '~'])) {
        return None;
    }
    let status = if is_list { 2 } else { 1 };
    let mut said = Said::text(0, "");
    for path in paths {
        let (yes, under) = is_there(path, run)?;
        let next = if !yes {
            match program {
                "readlink" => Said::silent(false),
                _ => Said::fails(status),
            }
        } else if is_list && content(path, run).is_some() && arguments.len() == 1 {
            Said::text(0, &format!("{path}\n"))
        } else if is_find {
            return None;
        } else {
            Said::new(0, Output::Unknown)
        };
        let output = super::joined(said.output, next.output);
        said = Said {
            status: said.status.max(next.status),
            output,
            complains: said.complains || next.complains,
            under: said.under,
        }
        .under_all(&under);
    }
    Some(said)
}
