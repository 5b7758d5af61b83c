//! Files of the input that a task takes to the machine: `files/` and `templates/` of the role, the task's folder,
//! the playbook's folder.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbook_pathing.html>

use crate::account::Code;
use crate::diag;
use crate::import::ansible::modules::Run;
use crate::import::ansible::params::Refusal;
use crate::model::{Content, Hole, HoleKind, Text};
use crate::source::{EntryKind, FileId, SourceTree, Span, join};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(in crate::import::ansible::modules) enum Asset {
    File(FileId),
    /// Its path in the tree.
    Folder(String),
}

/// Finds a file or folder as Ansible does, `folder` being `files` or `templates`.
pub(in crate::import::ansible::modules) fn find(
    run: &Run<'_, '_>,
    name: &str,
    folder: &str,
) -> Result<Asset, Refusal> {
    let tree = run.library.tree;
    let search = run.scope.search();
    let name = name.trim_end_matches('/');
    let mut places: Vec<String> = Vec::new();
    if name.starts_with('/') {
        // `playbook_dir` and `role_path` are relative to the root of the input.
        places.push(name.trim_start_matches('/').to_owned());
    } else {
        // What starts so was put behind `playbook_dir`, which is absolute to Ansible.
        places.extend(name.strip_prefix("./").map(str::to_owned));
        for above in search
            .roles()
            .chain([search.task.as_str(), &search.playbook])
        {
            places.push(join(&join(above, folder), name));
            places.push(join(above, name));
        }
        places.push(name.to_owned());
    }
    for place in &places {
        if let Ok(file) = tree.find(place) {
            return Ok(Asset::File(file));
        }
        if let Some(real) = tree.real_directory(place) {
            return Ok(Asset::Folder(real.to_owned()));
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    for place in &places {
        if !seen.contains(&place.as_str()) {
            seen.push(place);
        }
    }
    let reason = format!(
        "the file `{name}` is not in the input (looked for at {})",
        seen.join(", ")
    );
    let mut refusal =
        Refusal::new(Code::BadInput, reason).cure("put the file back, or state what it holds");
    refusal.diagnostic = Some(diag::Code::MissingFile);
    Err(refusal)
}

/// Returns the content of a file of the input. What only its owner may read stays a secret.
pub(in crate::import::ansible::modules) fn content(
    tree: &SourceTree,
    file: FileId,
) -> Result<Content, Refusal> {
    let unreadable = |problem: crate::source::ReadProblem| {
        let reason = format!("`{}` cannot be read: {problem}", tree.path(file));
        let mut refusal = Refusal::new(Code::BadInput, reason);
        refusal.diagnostic = Some(diag::Code::SourceUnreadable);
        refusal
    };
    let bytes = tree.bytes(file).map_err(unreadable)?;
    match tree.text(file) {
        Ok(text) if is_secret(text) => Ok(Content::Text(secret(tree, file))),
        Ok(text) if text.as_bytes() == bytes => Ok(Content::Text(Text::from(text))),
        // Latin-1, a byte order mark: only the bytes are the same.
        Ok(_) | Err(_) => Ok(Content::Binary(bytes.to_vec())),
    }
}

/// Tells whether a text is a vault or has a private key in it.
fn is_secret(text: &str) -> bool {
    let is_key = |line: &str| {
        line.starts_with("-----BEGIN ") && line.trim_end().ends_with("PRIVATE KEY-----")
    };
    text.starts_with("$ANSIBLE_VAULT") || text.lines().any(is_key)
}

fn secret(tree: &SourceTree, file: FileId) -> Text {
    Text::hole(Hole {
        kind: HoleKind::Secret,
        what: format!("the file {}", tree.path(file)),
        span: Some(Span::new(file, 0, 0)),
    })
}

/// Returns the files and folders below a folder of the tree, with their paths below it, sorted.
pub(in crate::import::ansible::modules) fn folder_files<'t>(
    tree: &'t SourceTree,
    folder: &str,
) -> Vec<(&'t str, Option<FileId>)> {
    let prefix = format!("{folder}/");
    let below = tree.entries().filter_map(|(file, entry)| {
        let path = entry.path.strip_prefix(&prefix)?;
        match entry.kind {
            EntryKind::Directory => Some((path, None)),
            EntryKind::File | EntryKind::Link(_) => {
                let file = tree.find(&entry.path).unwrap_or(file);
                Some((path, Some(file)))
            }
            EntryKind::Special => None,
        }
    });
    below.collect()
}

/// Returns the links below a folder of the tree, with their paths below it and where they lead, sorted.
pub(in crate::import::ansible::modules) fn folder_links<'t>(
    tree: &'t SourceTree,
    folder: &str,
) -> Vec<(&'t str, &'t str)> {
    let prefix = format!("{folder}/");
    let below = tree.entries().filter_map(|(_, entry)| match &entry.kind {
        EntryKind::Link(target) => Some((entry.path.strip_prefix(&prefix)?, target.as_str())),
        EntryKind::File | EntryKind::Directory | EntryKind::Special => None,
    });
    below.collect()
}
