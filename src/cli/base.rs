//! What the run before wrote, as texts: `.ops2nix/base/<sha256>` holds each text that a person could change. A merge starts
//! from it.
//!
//! Files are named by their content, as the manifest names it: so they need no list of their own, a damaged one is seen,
//! and no tool that looks for modules takes them for some.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::manifest::fingerprint;
use super::write::{read_below, replace};
use crate::error::Error;

const FOLDER: &str = ".ops2nix/base";
/// Nobody edits a larger file by hand.
const LARGEST: usize = 1 << 20;

/// Returns the text with this fingerprint, where it is there and whole.
pub(super) fn read(out: &Path, print: &str) -> Option<String> {
    let bytes = read_below(out, &path(print)?)?;
    let is_whole = fingerprint(&bytes) == print;
    String::from_utf8(bytes).ok().filter(|_| is_whole)
}

/// Keeps a text that is written; nothing where it is there already.
///
/// # Errors
/// `Error::Write` where that fails, `Error::Refused` where the folder is a link.
pub(super) fn keep(out: &Path, text: &[u8]) -> Result<(), Error> {
    let Some(path) = path(&fingerprint(text)) else {
        return Ok(());
    };
    let folder = out.join(FOLDER);
    if folder.is_symlink() {
        return Err(Error::Refused {
            path: folder,
            message: "it is a link, which ops2nix never makes; take it away".to_owned(),
        });
    }
    let is_text =
        text.len() <= LARGEST && std::str::from_utf8(text).is_ok_and(|it| !it.contains('\0'));
    let file = out.join(path);
    if !is_text
        || file
            .symlink_metadata()
            .is_ok_and(|it| it.len() == text.len() as u64)
    {
        return Ok(());
    }
    replace(&file, text)
}

/// Removes the texts that no file has any more.
pub(super) fn prune<'a>(out: &Path, prints: impl Iterator<Item = &'a String>) {
    let folder = out.join(FOLDER);
    if folder.is_symlink() {
        return;
    }
    let kept: BTreeSet<&str> = prints.filter_map(|it| name(it)).collect();
    let Ok(entries) = fs::read_dir(&folder) else {
        return;
    };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let is_ours = file_name.to_str().filter(|it| is_name(it));
        if is_ours.is_some_and(|it| !kept.contains(it)) {
            // One that stays is of no use, and does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

fn path(print: &str) -> Option<String> {
    Some(format!("{FOLDER}/{}", name(print)?))
}

fn name(print: &str) -> Option<&str> {
    print.strip_prefix("sha256:").filter(|it| is_name(it))
}

fn is_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit())
}
