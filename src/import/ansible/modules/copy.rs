//! `copy`: files and folders of the input, or a content as given, to the machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/copy_module.html>

use super::paths::{
    Asset, Attributes, NEW_FILE, NEW_FOLDER, absolute, attributes, base_name, content, destination,
    find, folder_files, is_folder, mode_of,
};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{Content, Directory, File, Mode, Resource, Text};
use crate::source::FileId;

pub(super) const MODULE: Module = Module {
    names: &["copy"],
    collection: "ansible.builtin",
    becomes: "A file: environment.etc below /etc, systemd.tmpfiles.rules elsewhere; what its lines ask for where \
              the file is of a known kind, such as a crontab or a unit; the options of the service where a rule \
              reads the file.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "backup",
        "force",
        "validate",
        "follow",
        "local_follow",
        "checksum",
        "decrypt",
    ]);
    let dest = params.required(&["dest"])?;
    let preserves = run
        .task
        .arguments
        .get("mode")
        .is_some_and(|it| it.text() == Some("preserve"));
    let folder_mode = mode_of(params, "directory_mode", NEW_FOLDER)?;
    let attributes = attributes(params, Some(NEW_FILE))?;
    let is_remote = params.flag(&["remote_src"])?.unwrap_or(false);
    let given = params.value(&["content"]);
    if let Some(value) = given {
        params.pass_over(&["src"]);
        if dest.ends_with('/') {
            return Err(params.bad("dest", &dest, "the path of a file"));
        }
        let path = absolute(run, &dest)?;
        put(path, Content::Text(text_of(&value)), attributes, run);
        return Ok(());
    }
    let source = params.required(&["src"])?;
    if is_remote {
        return copy_on_machine(&source, &dest, attributes, run);
    }
    let tree = run.library.tree;
    match find(run, &source, "files")? {
        Asset::File(file) => {
            let path = destination(run, &dest, base_name(&source))?;
            let attributes = with_mode_of(file, preserves, attributes, run);
            put(path, content(tree, file)?, attributes, run);
        }
        Asset::Folder(folder) => {
            let top = absolute(run, &dest)?;
            // As rsync: with a slash behind it, what is in the folder; else the folder itself.
            let top = if source.ends_with('/') {
                top
            } else {
                format!("{}/{}", top.trim_end_matches('/'), base_name(&source))
            };
            let files = folder_files(tree, &folder);
            put_folder(top.clone(), folder_mode, &attributes, run);
            for (below, file) in files {
                let path = format!("{}/{below}", top.trim_end_matches('/'));
                match file {
                    Some(file) => {
                        let attributes = with_mode_of(file, preserves, attributes.clone(), run);
                        put(path, content(tree, file)?, attributes, run);
                    }
                    None => put_folder(path, folder_mode, &attributes, run),
                }
            }
        }
    }
    Ok(())
}

/// Returns what Ansible writes of a content: a mapping or list becomes JSON.
fn text_of(value: &Value) -> Text {
    match value {
        Value::List(_) | Value::Dict(_) => value.to_json(),
        Value::Unknown(hole) => Text::hole(hole.clone()),
        _ => value.to_text(),
    }
}

fn put(path: String, content: Content, attributes: Attributes, run: &mut Run<'_, '_>) {
    run.put(Resource::File(File {
        path,
        content,
        mode: attributes.mode,
        owner: attributes.owner,
        group: attributes.group,
    }));
}

/// Folders below /etc come with their files; elsewhere, and where they have an owner, they are stated.
fn put_folder(path: String, mode: Option<Mode>, attributes: &Attributes, run: &mut Run<'_, '_>) {
    let is_special = mode.is_some() || attributes.owner.is_some() || attributes.group.is_some();
    if is_folder(run, &path) || (path.starts_with("/etc/") && !is_special) {
        return;
    }
    run.put(Resource::Directory(Directory {
        path,
        mode,
        owner: attributes.owner.clone(),
        group: attributes.group.clone(),
        recurse: false,
    }));
}

fn with_mode_of(
    file: FileId,
    preserves: bool,
    attributes: Attributes,
    run: &Run<'_, '_>,
) -> Attributes {
    let is_executable = preserves && run.library.tree.is_executable(file);
    Attributes {
        mode: attributes.mode.or(is_executable.then_some(NEW_FOLDER)),
        ..attributes
    }
}

/// `remote_src`: from one place of the machine to another.
fn copy_on_machine(
    source: &str,
    dest: &str,
    attributes: Attributes,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let from = absolute(run, source)?;
    let file = match run.state.at_path(&from).map(|it| &it.resource) {
        Some(Resource::File(file)) => file.clone(),
        _ => {
            let reason = format!("`{from}` is on the machine, and what it holds is not known here");
            return Err(Refusal::new(Code::ValueUnknown, reason));
        }
    };
    let path = destination(run, dest, base_name(&from))?;
    put(path, file.content, attributes, run);
    Ok(())
}
