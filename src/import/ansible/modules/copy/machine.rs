//! `remote_src`: from one place of the machine to another.

use std::collections::BTreeSet;

use super::{Way, is_missing, put};
use crate::account::Code;
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::{
    Asked, Change, NEW_FILE, There, Wishes, absolute, base_name, is_folder, make_folder, parent,
    placed, put_parents, real, same_content, set_attributes, tell, there, told, write_file,
};
use crate::import::ansible::params::Refusal;
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{File, Link, Mode, Resource};

pub(super) fn copy(source: &str, mut way: Way, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let from = real(run, &absolute(run, source)?);
    let found = match there(run, &from) {
        There::Made(entry) => Some(entry.resource.clone()),
        There::Nothing => {
            return run.fails(format!("Source {source} not found"), Vec::new());
        }
        There::Folder | There::NothingAtFirst | There::Foreign | There::Open(_) => None,
    };
    match found {
        Some(Resource::File(file)) => copy_file(source, &file, way, run),
        Some(Resource::Directory(_)) => match run.state.doubt_below(&from) {
            Some(_) => Err(not_known(&from, &way.dest, run)),
            None => {
                way.wishes.mode = way.wishes.mode.filter(|_| !way.preserves);
                copy_folder(source, &from, way, run)
            }
        },
        _ => Err(not_known(&from, &way.dest, run)),
    }
}

fn not_known(from: &str, dest: &str, run: &mut Run<'_, '_>) -> Refusal {
    let why = format!("what `{from}` holds");
    if let Ok(path) = absolute(run, dest) {
        run.state.doubt_from_here(Key::Path(path), &why);
    }
    let reason = format!("`{from}` is on the machine, and what it holds is not known here");
    Refusal::new(Code::ValueUnknown, reason)
}

fn copy_file(
    source: &str,
    file: &File,
    mut way: Way,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let mode = Asked::Bits(file.mode.unwrap_or(NEW_FILE));
    if way.preserves {
        way.wishes.mode = Some(mode.clone());
    }
    let mut path = placed(run, &absolute(run, &way.dest)?);
    if way.dest.ends_with('/') {
        let folders = Wishes {
            mode: way.folder_mode.clone(),
            ..way.wishes.clone()
        };
        let folder = real(run, &path);
        put_parents(run, &format!("{folder}/x"), &folders);
    }
    if way.dest.ends_with('/') || is_folder(run, &real(run, &path)) {
        path = format!(
            "{}/{}",
            real(run, &path).trim_end_matches('/'),
            base_name(source)
        );
    }
    if is_missing(run, parent(&path)) {
        let message = format!("Destination directory {} does not exist", parent(&path));
        return run.fails(message, Vec::new());
    }
    let is_file = match there(run, &path) {
        There::Made(entry) => match &entry.resource {
            Resource::File(old) => same_content(&old.content, &file.content) != Change::No,
            _ => false,
        },
        _ => false,
    };
    // What takes the place of another file keeps the permissions of the one that it was copied from.
    if is_file && way.wishes.mode.is_none() {
        way.wishes.mode = Some(mode);
    }
    let src = ("src", Value::str(source));
    let Some(copied) = put(&path, file.content.clone(), &way, run)? else {
        run.already(format!("`{path}` is there, and is not to be overwritten"));
        let mut pairs = vec![("dest", Value::str(&path)), src];
        pairs.push(("msg", Value::str("file already exists")));
        pairs.extend(told(run, &path));
        tell(run, Change::No, pairs);
        return Ok(());
    };
    let mut pairs = copied.pairs;
    pairs.retain(|(name, _)| !matches!(*name, "src" | "path"));
    pairs.push(src);
    pairs.extend(told(run, &copied.path));
    tell(run, copied.change, pairs);
    Ok(())
}

fn copy_folder(source: &str, from: &str, way: Way, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let given = real(run, &absolute(run, &way.dest)?);
    let name = if source.ends_with('/') {
        ""
    } else {
        base_name(source)
    };
    let inside = |folder: &str| {
        if name.is_empty() {
            folder.to_owned()
        } else {
            format!("{}/{name}", folder.trim_end_matches('/'))
        }
    };
    let mut change = Change::No;
    if way.dest.ends_with('/') && !is_folder(run, &given) {
        let folders = Wishes {
            mode: way.folder_mode.clone(),
            ..way.wishes.clone()
        };
        put_parents(run, &given, &folders);
        change = make_folder(run, &given, &folders, false);
    }
    // What owner and permissions are for, and what the module says that it wrote.
    let shown = if is_folder(run, &given) {
        inside(&given)
    } else {
        given.clone()
    };
    if !way.force && matches!(there(run, &shown), There::Made(_) | There::Folder) {
        run.already(format!("`{shown}` is there, and is not to be overwritten"));
        let pairs = vec![
            ("msg", Value::str("file already exists")),
            ("src", Value::str(source)),
            ("dest", Value::str(&shown)),
        ];
        tell(run, Change::No, pairs);
        return Ok(());
    }
    if is_missing(run, parent(&given)) {
        let message = format!("Destination directory {} does not exist", parent(&given));
        return run.fails(message, Vec::new());
    }
    let top = inside(&given);
    put_parents(run, &top, &Wishes::default());
    change = change.or(copy_below(from, &top, run));
    let owners = Wishes {
        mode: None,
        ..way.wishes.clone()
    };
    if !owners.is_empty() {
        change = change.or(set_attributes(run, &top, &owners, true));
    }
    if !way.wishes.is_empty() {
        change = change.or(set_attributes(run, &shown, &way.wishes, false));
    }
    if run.stated == 0 {
        run.already("all that it copies is there already");
    }
    let mut pairs = vec![("dest", Value::str(&shown)), ("src", Value::str(source))];
    pairs.extend([("checksum", Value::None), ("md5sum", Value::None)]);
    pairs.extend(told(run, &shown));
    tell(run, change, pairs);
    Ok(())
}

/// Copies what is in a folder: what is new with its permissions, what differs, and nothing of what is there besides.
fn copy_below(from: &str, to: &str, run: &mut Run<'_, '_>) -> Change {
    let (is_new, mut change) = match there(run, to) {
        There::Made(_) | There::Folder => (false, Change::No),
        There::Nothing => (true, Change::Yes),
        There::NothingAtFirst | There::Foreign => (true, Change::Assumed),
        There::Open(_) => (true, Change::Unknown),
    };
    if is_new {
        let mode = match run.state.at_path(from).map(|it| &it.resource) {
            Some(Resource::Directory(folder)) => folder.mode,
            _ => None,
        };
        make_folder(run, to, &with_mode(mode), false);
    }
    let below: Vec<(String, Resource)> = run
        .state
        .below(from)
        .map(|(path, entry)| (path.to_owned(), entry.resource.clone()))
        .collect();
    let names: BTreeSet<String> = below
        .iter()
        .filter_map(|(path, _)| {
            let rest = path.strip_prefix(from)?.trim_start_matches('/');
            Some(rest.split('/').next().unwrap_or_default().to_owned())
        })
        .collect();
    for name in names {
        let (source, target) = (format!("{from}/{name}"), format!("{to}/{name}"));
        let found = below.iter().find(|(path, _)| *path == source);
        match found.map(|(_, resource)| resource) {
            Some(Resource::File(file)) => {
                let before = match there(run, &target) {
                    There::Made(entry) => match &entry.resource {
                        Resource::File(old) => Some(same_content(&old.content, &file.content)),
                        _ => None,
                    },
                    _ => None,
                };
                if before != Some(Change::No) {
                    let mode = file.mode.or(before.map(|_| NEW_FILE));
                    let found = write_file(run, &target, file.content.clone(), &with_mode(mode));
                    change = change.or(found);
                }
            }
            Some(Resource::Link(link)) => {
                // In a folder that is there, the module passes links over.
                if is_new {
                    let target_of = link.target.clone();
                    run.put(Resource::Link(Link {
                        path: target,
                        target: target_of,
                    }));
                }
            }
            Some(Resource::Directory(_)) | None => {
                change = change.or(copy_below(&source, &target, run));
            }
            Some(_) => {}
        }
    }
    change
}

fn with_mode(mode: Option<Mode>) -> Wishes {
    Wishes {
        mode: mode.map(Asked::Bits),
        ..Wishes::default()
    }
}
