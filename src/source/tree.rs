//! `SourceTree`: the files below one root, listed once and read when asked for.
//!
//! `regex` would do for the ignored folders; the list is short and fixed, so it is compared by name.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use walkdir::WalkDir;

use super::path::{follow, is_below, join, normalize};
use super::walk::{Found, entry_kind, list, slashed};
use super::{Position, Span};
use crate::error::Error;

/// Larger files are not read: nothing that configures a machine by hand is so large.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
const MAX_LINKS: usize = 40;
/// The file by which a folder of output is known, relative to that folder.
pub const MANIFEST: &str = ".ops2nix/manifest.json";

/// A file of the tree, by its place in the sorted list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Directory,
    /// A symbolic link and its target as written.
    Link(String),
    /// A device, socket or FIFO: named, never opened.
    Special,
}

/// One path below the root, relative to it, with `/`.
#[derive(Clone, Debug)]
pub struct Entry {
    pub path: String,
    pub kind: EntryKind,
}

/// Why a file could not be had as text or bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadProblem {
    Missing,
    /// The link or `..` leads out of the root; it was not opened.
    Outside,
    Dangling,
    Loop,
    Directory,
    Special,
    TooLarge(u64),
    /// It holds NUL bytes.
    Binary,
    Denied(String),
}

impl fmt::Display for ReadProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadProblem::Missing => write!(f, "there is no such file"),
            ReadProblem::Outside => write!(f, "it leads out of the input's root"),
            ReadProblem::Dangling => write!(f, "the link points to nothing"),
            ReadProblem::Loop => write!(f, "the links go round in a circle"),
            ReadProblem::Directory => write!(f, "it is a folder"),
            ReadProblem::Special => write!(f, "it is a device, socket or FIFO"),
            ReadProblem::TooLarge(size) => write!(f, "it has {size} bytes, more than 16 MiB"),
            ReadProblem::Binary => write!(f, "it is binary"),
            ReadProblem::Denied(why) => write!(f, "{why}"),
        }
    }
}

struct Slot {
    kind: EntryKind,
    /// Where the bytes are; `None` for text that came with the tree.
    disk: Option<PathBuf>,
    content: OnceLock<Result<Content, ReadProblem>>,
    lines: OnceLock<Vec<u32>>,
}

struct Content {
    bytes: Vec<u8>,
    /// `None` where the bytes hold NUL.
    text: Option<String>,
    latin1: bool,
    /// Who may read it and so on, where the file is on the disk of a system that knows this.
    mode: Option<u32>,
}

/// The files below a root.
pub struct SourceTree {
    name: String,
    /// By `FileId`, which means the same file in a tree and in its parts.
    slots: Vec<Arc<Slot>>,
    /// By `FileId`: the path in this tree.
    entries: Vec<Entry>,
    by_path: BTreeMap<String, u32>,
}

impl SourceTree {
    /// Lists the files below `root`, and takes `extra` files and folders (options of the command line) besides, each
    /// at its `extra_path` in the tree.
    ///
    /// A folder that an earlier run wrote is left out, so that its output is never read as input.
    ///
    /// # Errors
    /// `Error::Read` when the root itself, or an extra file, cannot be read.
    pub fn open(root: &Path, extra: &[(String, PathBuf)]) -> Result<SourceTree, Error> {
        SourceTree::open_several(&[(String::new(), root.to_path_buf())], extra)
    }

    /// Lists the files below several roots, each in the folder of the tree that is named with it; `part` gives the
    /// tree of one root.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_several(
        roots: &[(String, PathBuf)],
        extra: &[(String, PathBuf)],
    ) -> Result<SourceTree, Error> {
        let mut found = Vec::new();
        let mut names = Vec::new();
        for (folder, root) in roots {
            names.push(list(folder, root, &mut found)?);
        }
        let mut tree = SourceTree::build(names.join(" and "), found);
        for (name, path) in extra {
            tree.push_extra(name, path)?;
        }
        Ok(tree)
    }

    fn push_extra(&mut self, name: &str, path: &Path) -> Result<(), Error> {
        for entry in WalkDir::new(path)
            .follow_root_links(true)
            .sort_by_file_name()
        {
            let entry = entry.map_err(|error| Error::Read {
                path: path.to_path_buf(),
                source: error.into(),
            })?;
            // The file that was named is read even where it is a link; links below a named folder are not followed.
            let kind = match entry.depth() {
                0 if !entry.path().is_dir() => EntryKind::File,
                _ => entry_kind(&entry),
            };
            let below = entry.path().strip_prefix(path).unwrap_or(path);
            let listed = Entry {
                path: match slashed(below) {
                    below if below.is_empty() => name.to_owned(),
                    below => format!("{name}/{below}"),
                },
                kind,
            };
            if !self.by_path.contains_key(&listed.path) {
                self.push(listed, Some(entry.path().to_path_buf()), None);
            }
        }
        Ok(())
    }

    /// Returns the tree of the folder `folder` alone, without the folders `left_out` (all relative to this tree).
    ///
    /// Files keep their `FileId` and their content is read once, so that a span of the part is a span of the whole.
    /// Extra files belong to every part.
    #[must_use]
    pub fn part(&self, folder: &str, left_out: &[String]) -> SourceTree {
        let below = |path: &str, folder: &str| {
            folder.is_empty() || path == folder || is_below(path, folder)
        };
        let mut part = SourceTree {
            name: match folder.rsplit('/').next() {
                Some(name) if !name.is_empty() => name.to_owned(),
                Some(_) | None => self.name.clone(),
            },
            slots: self.slots.clone(),
            entries: self.entries.clone(),
            by_path: BTreeMap::new(),
        };
        for (path, id) in &self.by_path {
            let inner = if path.starts_with('@') {
                path.as_str()
            } else if !below(path, folder)
                || path == folder
                || left_out.iter().any(|other| below(path, other))
            {
                continue;
            } else if folder.is_empty() {
                path.as_str()
            } else {
                &path[folder.len() + 1..]
            };
            inner.clone_into(&mut part.entries[*id as usize].path);
            part.by_path.insert(inner.to_owned(), *id);
        }
        part
    }

    /// Makes a tree of texts, for tests and for what the command line itself says.
    pub fn from_texts(name: &str, texts: &[(&str, &str)]) -> SourceTree {
        let mut tree = SourceTree::build(name.to_owned(), Vec::new());
        let mut sorted: Vec<_> = texts.to_vec();
        sorted.sort_unstable();
        for (path, text) in sorted {
            let mut above = String::new();
            for part in path
                .split('/')
                .rev()
                .skip(1)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
            {
                above = join(&above, part);
                if !tree.by_path.contains_key(&above) {
                    tree.push(
                        Entry {
                            path: above.clone(),
                            kind: EntryKind::Directory,
                        },
                        None,
                        None,
                    );
                }
            }
            tree.add_text(path, text);
        }
        tree
    }

    /// Adds a text that is no file of the disk, such as a variable of the command line.
    pub fn add_text(&mut self, path: &str, text: &str) -> FileId {
        let content = Content {
            bytes: text.as_bytes().to_vec(),
            text: Some(text.to_owned()),
            latin1: false,
            mode: None,
        };
        self.push(
            Entry {
                path: path.to_owned(),
                kind: EntryKind::File,
            },
            None,
            Some(content),
        )
    }

    pub(super) fn build(name: String, mut found: Vec<Found>) -> SourceTree {
        found.sort_by(|a, b| a.0.path.cmp(&b.0.path));
        let mut tree = SourceTree {
            name,
            slots: Vec::with_capacity(found.len()),
            entries: Vec::with_capacity(found.len()),
            by_path: BTreeMap::new(),
        };
        for (entry, disk) in found {
            tree.push(entry, disk, None);
        }
        tree
    }

    fn push(&mut self, entry: Entry, disk: Option<PathBuf>, content: Option<Content>) -> FileId {
        let id = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.by_path.insert(entry.path.clone(), id);
        self.slots.push(Arc::new(Slot {
            kind: entry.kind.clone(),
            disk,
            content: content.map_or_else(OnceLock::new, |it| OnceLock::from(Ok(it))),
            lines: OnceLock::new(),
        }));
        self.entries.push(entry);
        FileId(id)
    }

    /// Returns the name of the root folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns all paths, sorted; files, folders, links.
    pub fn entries(&self) -> impl Iterator<Item = (FileId, &Entry)> {
        self.by_path
            .values()
            .map(|id| (FileId(*id), &self.entries[*id as usize]))
    }

    /// Returns the names directly below the folder `path` (`""` is the root), sorted.
    pub fn children<'a>(&'a self, path: &str) -> impl Iterator<Item = (FileId, &'a Entry)> {
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let start = prefix.len();
        self.by_path
            .range(prefix.clone()..)
            .take_while(move |(below, _)| below.starts_with(&prefix))
            .filter(move |(below, _)| !below[start..].is_empty() && !below[start..].contains('/'))
            .map(|(_, id)| (FileId(*id), &self.entries[*id as usize]))
    }

    /// Returns the path of a file, relative to the root.
    pub fn path(&self, file: FileId) -> &str {
        &self.entries[file.0 as usize].path
    }

    /// Returns what is listed at a path itself, a link included.
    pub fn entry(&self, path: &str) -> Option<(FileId, &Entry)> {
        let id = self.by_path.get(path)?;
        Some((FileId(*id), &self.entries[*id as usize]))
    }

    /// Finds the file at `path`, through links that stay below the root.
    ///
    /// # Errors
    /// The problem, when there is no regular file there.
    pub fn find(&self, path: &str) -> Result<FileId, ReadProblem> {
        let (id, kind) = self.resolve(path)?;
        match kind {
            EntryKind::File => Ok(id),
            EntryKind::Directory => Err(ReadProblem::Directory),
            EntryKind::Special | EntryKind::Link(_) => Err(ReadProblem::Special),
        }
    }

    /// Tells whether `path` is a folder, through links.
    pub fn is_directory(&self, path: &str) -> bool {
        path.is_empty() || matches!(self.resolve(path), Ok((_, EntryKind::Directory)))
    }

    /// Returns the path at which the folder `path` really stands, through links.
    pub fn real_directory(&self, path: &str) -> Option<&str> {
        match self.resolve(path) {
            Ok((id, EntryKind::Directory)) => Some(self.path(id)),
            _ => None,
        }
    }

    fn resolve(&self, path: &str) -> Result<(FileId, &EntryKind), ReadProblem> {
        let mut path = normalize(path).ok_or(ReadProblem::Outside)?;
        for _ in 0..MAX_LINKS {
            if let Some(id) = self.by_path.get(&path) {
                let kind = &self.entries[*id as usize].kind;
                let EntryKind::Link(target) = kind else {
                    return Ok((FileId(*id), kind));
                };
                path = follow(&path, target, "").ok_or(ReadProblem::Outside)?;
                if !self.by_path.contains_key(&path) && self.linked_parent(&path).is_none() {
                    return Err(ReadProblem::Dangling);
                }
                continue;
            }
            let (link, target, rest) = self.linked_parent(&path).ok_or(ReadProblem::Missing)?;
            path = follow(&link, &target, &rest).ok_or(ReadProblem::Outside)?;
        }
        Err(ReadProblem::Loop)
    }

    /// Finds the shortest parent of `path` that is a link: the link, its target, and what comes after.
    fn linked_parent(&self, path: &str) -> Option<(String, String, String)> {
        path.match_indices('/').find_map(|(at, _)| {
            let (parent, rest) = (&path[..at], &path[at + 1..]);
            let id = self.by_path.get(parent)?;
            match &self.entries[*id as usize].kind {
                EntryKind::Link(target) => {
                    Some((parent.to_owned(), target.clone(), rest.to_owned()))
                }
                EntryKind::File | EntryKind::Directory | EntryKind::Special => None,
            }
        })
    }

    /// Returns the text of a file: UTF-8, or Latin-1 where the bytes are no UTF-8; a BOM is left out.
    ///
    /// # Errors
    /// The problem, when it cannot be read or is binary.
    pub fn text(&self, file: FileId) -> Result<&str, ReadProblem> {
        self.content(file)?
            .text
            .as_deref()
            .ok_or(ReadProblem::Binary)
    }

    /// Returns the bytes of a file.
    ///
    /// # Errors
    /// The problem, when it cannot be read.
    pub fn bytes(&self, file: FileId) -> Result<&[u8], ReadProblem> {
        Ok(&self.content(file)?.bytes)
    }

    /// Tells whether the text was no UTF-8 and was read as Latin-1.
    pub fn is_latin1(&self, file: FileId) -> bool {
        self.content(file).is_ok_and(|content| content.latin1)
    }

    /// Tells whether the file has an executable bit.
    pub fn is_executable(&self, file: FileId) -> bool {
        self.mode(file).is_some_and(|mode| mode & 0o111 != 0)
    }

    /// Returns the permission bits of the file, where they are known.
    pub fn mode(&self, file: FileId) -> Option<u32> {
        self.content(file).ok()?.mode
    }

    fn content(&self, file: FileId) -> Result<&Content, ReadProblem> {
        let slot = &self.slots[file.0 as usize];
        slot.content
            .get_or_init(|| read(slot))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Returns line and column of the start of a span.
    pub fn position(&self, span: Span) -> Position {
        self.position_at(span.file, span.start)
    }

    /// Returns the line on which a span ends; a final line break does not count.
    pub fn end_line(&self, span: Span) -> u32 {
        self.position_at(span.file, span.end.saturating_sub(1).max(span.start))
            .line
    }

    /// Returns the text that a span covers.
    pub fn snippet(&self, span: Span) -> &str {
        let text = self.text(span.file).unwrap_or_default();
        text.get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    fn position_at(&self, file: FileId, offset: u32) -> Position {
        if offset == 0 {
            // Named, never opened: a file that nobody read is not read for its place either.
            return Position { line: 1, column: 1 };
        }
        let text = self.text(file).unwrap_or_default();
        let starts = self.slots[file.0 as usize]
            .lines
            .get_or_init(|| line_starts(text));
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(text.len());
        let column = text
            .get(start..end)
            .map_or(0, |before| before.chars().count());
        let to_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position {
            line: to_u32(line),
            column: to_u32(column + 1),
        }
    }
}

fn read(slot: &Slot) -> Result<Content, ReadProblem> {
    if slot.kind != EntryKind::File {
        return Err(ReadProblem::Special);
    }
    let path = slot.disk.as_ref().ok_or(ReadProblem::Missing)?;
    let denied = |error: std::io::Error| ReadProblem::Denied(error.kind().to_string());
    let metadata = std::fs::metadata(path).map_err(denied)?;
    if metadata.len() > MAX_FILE_BYTES {
        return Err(ReadProblem::TooLarge(metadata.len()));
    }
    let bytes = std::fs::read(path).map_err(denied)?;
    let (text, latin1) = decode(&bytes);
    Ok(Content {
        text,
        latin1,
        mode: mode(&metadata),
        bytes,
    })
}

fn decode(bytes: &[u8]) -> (Option<String>, bool) {
    if bytes.contains(&0) {
        return (None, false);
    }
    let body = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match std::str::from_utf8(body) {
        Ok(text) => (Some(text.to_owned()), false),
        Err(_) => (
            Some(body.iter().map(|byte| char::from(*byte)).collect()),
            true,
        ),
    }
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> Option<u32> {
    Some(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> Option<u32> {
    None
}

fn line_starts(text: &str) -> Vec<u32> {
    let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(breaks)
        .map(|at| u32::try_from(at).unwrap_or(u32::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{ReadProblem, SourceTree, decode};
    use crate::source::Span;

    #[test]
    fn positions_count_characters_from_one() {
        let tree = SourceTree::from_texts("t", &[("a.yml", "x\näb: c\n")]);
        let file = tree.find("a.yml").unwrap();
        let at = tree.position(Span::new(file, 4, 5));
        assert_eq!((at.line, at.column), (2, 2));
    }

    #[test]
    fn paths_do_not_leave_the_root() {
        let tree = SourceTree::from_texts("t", &[("a", "")]);
        assert_eq!(tree.find("a/../../etc/passwd"), Err(ReadProblem::Outside));
    }

    #[test]
    fn a_part_has_its_own_paths_and_the_same_files() {
        let texts = [("a.yml", "a"), ("p/b.yml", "b"), ("p/q/c.yml", "c")];
        let mut whole = SourceTree::from_texts("t", &texts);
        whole.add_text("@x", "x");
        let part = whole.part("p", &["p/q".to_owned()]);
        let paths: Vec<_> = part.entries().map(|(_, it)| it.path.as_str()).collect();
        assert_eq!(paths, ["@x", "b.yml"]);
        assert_eq!(part.name(), "p");
        let file = part.find("b.yml").unwrap();
        assert_eq!(whole.path(file), "p/b.yml");
        assert_eq!(part.find("../a.yml"), Err(ReadProblem::Outside));
        let rest: Vec<_> = whole
            .part("", &["p".to_owned()])
            .by_path
            .into_keys()
            .collect();
        assert_eq!(rest, ["@x", "a.yml"]);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_read_as_latin1() {
        assert_eq!(decode(b"caf\xe9"), (Some("café".to_owned()), true));
        assert_eq!(decode(b"\xef\xbb\xbfx"), (Some("x".to_owned()), false));
        assert_eq!(decode(b"a\0b"), (None, false));
    }
}
