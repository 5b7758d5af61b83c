//! `walk`: lists what lies below a folder of the disk.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::path::{is_never_read, join};
use super::tree::{Entry, EntryKind, MANIFEST};
use crate::error::Error;

/// An entry, and where its bytes are; nowhere for the folder that stands for a root.
pub(super) type Found = (Entry, Option<PathBuf>);

/// Adds what lies below `root` to `found`, as paths below `folder`; returns the name of the root.
pub(super) fn list(folder: &str, root: &Path, found: &mut Vec<Found>) -> Result<String, Error> {
    let read_error = |source: std::io::Error| Error::Read {
        path: root.to_path_buf(),
        source,
    };
    let root = root.canonicalize().map_err(read_error)?;
    std::fs::read_dir(&root).map_err(read_error)?;
    if !folder.is_empty() {
        let path = folder.to_owned();
        let kind = EntryKind::Directory;
        found.push((Entry { path, kind }, None));
    }
    let walk = WalkDir::new(&root).follow_links(false).min_depth(1);
    // What lies in the /etc of a machine is accounted for, whatever its name.
    let etc = root.join("etc");
    let is_below_etc = |entry: &walkdir::DirEntry| entry.path().starts_with(&etc);
    let keep = |entry: &walkdir::DirEntry| {
        !entry.file_type().is_dir()
            || (!is_never_read(&entry.file_name().to_string_lossy()) || is_below_etc(entry))
                && !entry.path().join(MANIFEST).exists()
    };
    for entry in walk.into_iter().filter_entry(keep) {
        // A folder that may not be entered is listed by its own entry; reading below it reports the rest.
        let Ok(entry) = entry else { continue };
        let Ok(relative) = entry.path().strip_prefix(&root) else {
            continue;
        };
        let path = join(folder, &slashed(relative));
        let kind = entry_kind(&entry);
        found.push((Entry { path, kind }, Some(entry.path().to_path_buf())));
    }
    Ok(root.file_name().map_or_else(
        || "root".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    ))
}

pub(super) fn entry_kind(entry: &walkdir::DirEntry) -> EntryKind {
    let kind = entry.file_type();
    if kind.is_symlink() {
        let target = std::fs::read_link(entry.path()).unwrap_or_default();
        EntryKind::Link(target.to_string_lossy().into_owned())
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_file() {
        EntryKind::File
    } else {
        EntryKind::Special
    }
}

/// Returns a path with `/` between its parts; elsewhere than on Windows a `\` is a character of a name.
pub(super) fn slashed(path: &Path) -> String {
    let path = path.to_string_lossy();
    if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.into_owned()
    }
}
