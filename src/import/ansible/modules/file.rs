//! `file`: folders, links, empty files, attributes, and what is to be gone.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/file_module.html>

use super::paths::{NEW_FILE, NEW_FOLDER, absolute, attributes};
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Condition, Content, Directory, File, Link, PathMode, Resource, Text};

pub(super) const MODULE: Module = Module {
    names: &["file"],
    collection: "ansible.builtin",
    becomes: "A folder, link, file or mode of systemd.tmpfiles.rules; a link below /etc of environment.etc. What \
              is to be absent takes back what an earlier task made.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 6] = ["absent", "directory", "file", "hard", "link", "touch"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How a link is set over something else, and the times of a file.
    params.pass_over(&[
        "force",
        "follow",
        "modification_time",
        "modification_time_format",
        "access_time",
        "access_time_format",
    ]);
    let given = params.required(&["path", "dest", "name"])?;
    let path = absolute(run, &given)?;
    let recurse = params.flag(&["recurse"])?.unwrap_or(false);
    let there = run.state.at_path(&path).map(|it| it.resource.clone());
    let (is_folder, base) = match &there {
        Some(Resource::Directory(it)) => (true, Some(it.mode.unwrap_or(NEW_FOLDER))),
        Some(Resource::File(it)) => (false, Some(it.mode.unwrap_or(NEW_FILE))),
        _ => (false, None),
    };
    let default = if recurse || is_folder {
        "directory"
    } else {
        "file"
    };
    let state = params.choice(&["state"], &STATES, default)?;
    let base = match state.as_str() {
        "directory" => base.or(Some(NEW_FOLDER)),
        "touch" => base.or(Some(NEW_FILE)),
        _ => base,
    };
    let source = params.string(&["src"])?;
    let attributes = attributes(params, base)?;
    match state.as_str() {
        "absent" => remove(&path, run),
        "link" => {
            // Owner and mode of a link mean nothing on Linux.
            let target = source.ok_or_else(|| {
                let reason = format!("where the link `{path}` leads is known only on the machine");
                Refusal::new(Code::ValueUnknown, reason)
            })?;
            let target = if target.starts_with('~') {
                absolute(run, &target)?
            } else {
                target
            };
            run.put(Resource::Link(Link { path, target }));
            Ok(())
        }
        "hard" => {
            let reason = format!("`{path}` is a hard link, which NixOS cannot state");
            Err(Refusal::new(Code::CannotState, reason)
                .cure("a symbolic link does the same for most uses"))
        }
        "directory" => {
            run.put(Resource::Directory(Directory {
                path,
                mode: attributes.mode,
                owner: attributes.owner,
                group: attributes.group,
                recurse,
            }));
            Ok(())
        }
        "touch" if there.is_none() => {
            run.put(Resource::File(File {
                path,
                content: Content::Text(Text::new()),
                mode: attributes.mode,
                owner: attributes.owner,
                group: attributes.group,
            }));
            Ok(())
        }
        _ if attributes.is_empty() => {
            run.close(
                Verdict::NotNeeded,
                Code::AlreadySo,
                format!("it asks only that `{path}` is there"),
            );
            Ok(())
        }
        _ if matches!(there, Some(Resource::Link(_))) => {
            run.not_needed("owner and permissions of a link mean nothing");
            Ok(())
        }
        _ => {
            run.put(Resource::PathMode(PathMode {
                path,
                mode: attributes.mode,
                owner: attributes.owner,
                group: attributes.group,
                recurse,
            }));
            Ok(())
        }
    }
}

fn remove(path: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    if run.state.has_path(path)
        && let Condition::Unknown(why) = &run.guard
    {
        let reason = format!("whether `{path}` is removed hangs on {why}");
        return Err(Refusal::new(Code::ConditionUnknown, reason));
    }
    let reason = if run.state.remove_below(path, run.task.item) {
        format!("`{path}` was made by an earlier task and is gone again")
    } else {
        format!("`{path}` was never there: a new machine does not have it")
    };
    run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
    Ok(())
}
