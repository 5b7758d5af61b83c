//! A tree of the files of one kind, from any number of files and folders.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::path::is_never_read;
use super::tree::{Entry, EntryKind, SourceTree};
use crate::error::Error;

impl SourceTree {
    /// Lists the files that are given, and those below the folders that are given of which the name has this ending.
    ///
    /// Their paths in the tree are those that were given. Links below a folder are not followed.
    ///
    /// # Errors
    /// `Error::Read` when something that is given cannot be read.
    pub fn list(given: &[PathBuf], ending: &str) -> Result<SourceTree, Error> {
        let mut found = Vec::new();
        for path in given {
            let metadata = std::fs::metadata(path).map_err(|source| Error::Read {
                path: path.clone(),
                source,
            })?;
            if metadata.is_dir() {
                below(path, ending, &mut found)?;
            } else {
                found.push(path.clone());
            }
        }
        found.sort();
        found.dedup();
        let entries = found.into_iter().map(|path| {
            let kind = if path.is_file() {
                EntryKind::File
            } else {
                EntryKind::Special
            };
            let path_text = path.to_string_lossy().replace('\\', "/");
            let entry = Entry {
                path: path_text
                    .strip_prefix("./")
                    .unwrap_or(&path_text)
                    .to_owned(),
                kind,
            };
            (entry, Some(path))
        });
        Ok(SourceTree::build("files".to_owned(), entries.collect()))
    }
}

fn below(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let read_error = |source: std::io::Error| Error::Read {
        path: folder.to_path_buf(),
        source,
    };
    std::fs::read_dir(folder).map_err(read_error)?;
    let keep = |entry: &walkdir::DirEntry| {
        entry.depth() == 0
            || !entry.file_type().is_dir()
            || !is_never_read(&entry.file_name().to_string_lossy())
    };
    let walk = WalkDir::new(folder).follow_root_links(true);
    for entry in walk.into_iter().filter_entry(keep) {
        // A folder below that may not be entered holds nothing that could be checked.
        let Ok(entry) = entry else { continue };
        let is_wanted = entry.file_name().to_string_lossy().ends_with(ending);
        if entry.file_type().is_file() && is_wanted {
            found.push(entry.into_path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::source::SourceTree;

    #[test]
    fn files_of_the_ending_and_files_that_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a/b.nix", "a/c.yml", "a/.git/d.nix", "e.txt"] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "").unwrap();
        }
        let tree = SourceTree::list(&[at("a"), at("a/b.nix"), at("e.txt")], ".nix").unwrap();
        let paths: Vec<_> = tree.entries().map(|(_, it)| it.path.clone()).collect();
        let expected = ["a/b.nix", "e.txt"].map(|it| at(it).to_string_lossy().into_owned());
        assert_eq!(paths, expected);
        assert!(SourceTree::list(&[at("none")], ".nix").is_err());
    }
}
