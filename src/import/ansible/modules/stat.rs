//! `stat`: what is at a path.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/stat_module.html>

use super::paths::fresh;
use super::paths::{
    Change, NEW_FILE, NEW_FOLDER, There, absolute, bytes, placed, real, tell, there, told,
};
use super::{Kind, Look, Module, Run};
use crate::import::ansible::digest::digest;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{Content, Mode, Resource};

pub(super) const MODULE: Module = Module {
    names: &["stat"],
    collection: "ansible.builtin",
    becomes: "Only looks. On a new machine it finds what the source itself made, and nothing else.",
    kind: Kind::Steers,
    run,
};

/// The parts of the permissions, as `stat` names them.
const BITS: [(&str, u32); 11] = [
    ("rusr", 0o400),
    ("wusr", 0o200),
    ("xusr", 0o100),
    ("rgrp", 0o040),
    ("wgrp", 0o020),
    ("xgrp", 0o010),
    ("roth", 0o004),
    ("woth", 0o002),
    ("xoth", 0o001),
    ("isuid", 0o4000),
    ("isgid", 0o2000),
];

const KINDS: [&str; 7] = [
    "isreg", "isdir", "islnk", "isblk", "ischr", "isfifo", "issock",
];

/// What only the machine knows of whatever is there.
const OF_THE_MACHINE: [&str; 18] = [
    "mtime",
    "atime",
    "ctime",
    "inode",
    "dev",
    "blocks",
    "block_size",
    "device_type",
    "readable",
    "writeable",
    "executable",
    "mimetype",
    "charset",
    "version",
    "attributes",
    "attr_flags",
    "nlink",
    "size",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "get_mime",
        "mime",
        "mime_type",
        "get_attributes",
        "attr",
        "attributes",
        "get_md5",
        "get_selinux_context",
    ]);
    let follows = params.flag(&["follow"])?.unwrap_or(false);
    let fingerprints = params.flag(&["get_checksum"])?.unwrap_or(true);
    let algorithm = params
        .string(&["checksum_algorithm", "checksum_algo", "checksum"])?
        .unwrap_or_else(|| "sha1".to_owned());
    run.probe("it only looks at the machine");
    let Ok(given) = params.required(&["path", "dest", "name"]) else {
        return Ok(());
    };
    let Ok(path) = absolute(run, &given) else {
        return Ok(());
    };
    let at = if follows {
        real(run, &path)
    } else {
        placed(run, &path)
    };
    run.look = Some(Look::Path(path.clone()));
    if let Some(shown) = fresh::of_kernel(&at) {
        let mut pairs = vec![("exists", Value::Bool(shown.is_folder.is_some()))];
        if let Some(is_folder) = shown.is_folder {
            let kind = if is_folder { "isdir" } else { "isreg" };
            pairs.push(("path", Value::str(&given)));
            pairs.extend(KINDS.map(|name| (name, Value::Bool(name == kind))));
        }
        let stat = match shown.is_folder {
            Some(_) => Value::open(pairs, hole(run, "the rest", &given)),
            None => Value::of_pairs(pairs),
        };
        tell(run, Change::No, vec![("stat", stat)]);
        run.returns_under = Some(shown.under.to_owned());
        return Ok(());
    }
    let stat = match there(run, &at) {
        There::Made(entry) => {
            let algorithm = fingerprints.then_some(algorithm.as_str());
            Some(described(&entry.resource, &at, &given, algorithm, run))
        }
        There::Folder => Some(folder(&given, run)),
        There::NothingAtFirst | There::Foreign if fresh::program_at(&at).is_some() => {
            return program(&at, &given, run);
        }
        There::Nothing | There::NothingAtFirst => {
            Some(Value::of_pairs(vec![("exists", Value::Bool(false))]))
        }
        There::Foreign => match fresh::brought(&at, run) {
            Some((package, is_folder)) => {
                let under = fresh::brought_so(package, &at);
                let kind = if is_folder { "isdir" } else { "isreg" };
                let mut pairs = vec![("exists", Value::Bool(true)), ("path", Value::str(&given))];
                pairs.extend(KINDS.map(|name| (name, Value::Bool(name == kind))));
                let stat = Value::open(pairs, hole(run, "the rest", &given));
                tell(run, Change::No, vec![("stat", stat)]);
                run.returns_under = Some(under);
                return Ok(());
            }
            None => None,
        },
        There::Open(why) => match unpacked(why, &at) {
            Some(clause) => {
                let absent = Value::of_pairs(vec![("exists", Value::Bool(false))]);
                tell(run, Change::No, vec![("stat", absent)]);
                run.returns_under = Some(clause);
                return Ok(());
            }
            None => None,
        },
    };
    let is_assumed = matches!(there(run, &at), There::NothingAtFirst);
    if let Some(stat) = stat {
        tell(run, Change::No, vec![("stat", stat)]);
    }
    if is_assumed {
        run.returns_under = Some(format!("nothing is at `{path}` on a new machine"));
    }
    Ok(())
}

/// Says that what was put into a folder of programs has no program of another name.
fn unpacked(why: &str, path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let is_usual = matches!(folder, "/usr/local/bin" | "/usr/local/sbin");
    let is_put = why.starts_with("what the task ") && why.ends_with(" puts there");
    let stem: String = name
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let is_akin = why
        .to_ascii_lowercase()
        .contains(&stem.to_ascii_lowercase());
    (is_usual && is_put && !is_akin).then(|| format!("{why} is not `{path}`"))
}

/// Says whether a program is there: NixOS has none at that path, and who asks for one wants to know whether it can be run.
fn program(at: &str, given: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let Some(name) = fresh::program_at(at) else {
        return Ok(());
    };
    let stat = match fresh::has_program(name, run) {
        None => return Ok(()),
        Some(false) => Value::of_pairs(vec![("exists", Value::Bool(false))]),
        Some(true) => {
            let pairs = vec![("exists", Value::Bool(true)), ("path", Value::str(given))];
            Value::open(pairs, hole(run, "the rest", given))
        }
    };
    let is_there = matches!(stat.get("exists"), Some(Value::Bool(true)));
    tell(run, Change::No, vec![("stat", stat)]);
    run.returns_under = Some(match is_there {
        true => format!("`{name}` is there, as the play and NixOS bring it"),
        false => fresh::no_program(name),
    });
    Ok(())
}

fn hole(run: &Run<'_, '_>, what: &str, path: &str) -> Value {
    Value::unknown(format!("{what} of `{path}`"), Some(run.task.span))
}

/// A folder of which nothing is known but that it is there.
fn folder(path: &str, run: &Run<'_, '_>) -> Value {
    let mut pairs = vec![("exists", Value::Bool(true)), ("path", Value::str(path))];
    pairs.extend(KINDS.map(|name| (name, Value::Bool(name == "isdir"))));
    Value::open(pairs, hole(run, "the rest", path))
}

/// Returns what `stat` says of something that the source made; what hangs on the machine stays unknown.
pub(super) fn described(
    resource: &Resource,
    path: &str,
    given: &str,
    algorithm: Option<&str>,
    run: &Run<'_, '_>,
) -> Value {
    let (kind, mode) = match resource {
        Resource::Directory(it) => ("isdir", it.mode.unwrap_or(NEW_FOLDER)),
        Resource::Link(_) => ("islnk", Mode(0o777)),
        Resource::File(it) => ("isreg", it.mode.unwrap_or(NEW_FILE)),
        _ => return folder(given, run),
    };
    let mut pairs = vec![
        ("exists", Value::Bool(true)),
        ("path", Value::str(given)),
        ("mode", Value::str(&mode.octal())),
    ];
    pairs.extend(KINDS.map(|name| (name, Value::Bool(name == kind))));
    pairs.extend(BITS.map(|(name, bit)| (name, Value::Bool(mode.0 & bit != 0))));
    pairs.extend(OF_THE_MACHINE.map(|name| (name, hole(run, name, path))));
    let known = told(run, path);
    for (name, as_told) in [
        ("uid", "uid"),
        ("gid", "gid"),
        ("pw_name", "owner"),
        ("gr_name", "group"),
        ("size", "size"),
    ] {
        let found = known.iter().find(|(key, _)| *key == as_told);
        let found = found.map(|(_, value)| value.clone());
        pairs.push((name, found.unwrap_or_else(|| hole(run, name, path))));
    }
    if run.user.as_deref() == Some("root") {
        pairs.push(("readable", Value::Bool(true)));
        pairs.push(("writeable", Value::Bool(true)));
        pairs.push((
            "executable",
            Value::Bool(kind == "isdir" || mode.0 & 0o111 != 0),
        ));
    }
    match resource {
        Resource::Link(link) => {
            pairs.push(("lnk_source", Value::str(&real(run, path))));
            pairs.push(("lnk_target", Value::str(&link.target)));
            let size = i64::try_from(link.target.len()).unwrap_or(i64::MAX);
            pairs.push(("size", Value::Int(size)));
        }
        Resource::File(file) => {
            if let Some(algorithm) = algorithm {
                pairs.push(("checksum", checksum(&file.content, algorithm, path, run)));
            }
        }
        _ => {}
    }
    Value::of_pairs(pairs)
}

fn checksum(content: &Content, algorithm: &str, path: &str, run: &Run<'_, '_>) -> Value {
    let found = bytes(content).and_then(|it| digest(algorithm, &it));
    found.map_or_else(|| hole(run, "the checksum", path), |it| Value::str(&it))
}
