//! The build context: the folder whose files COPY and ADD bring, without what .dockerignore leaves out.

use super::files::{Given, in_context};
use crate::source::{EntryKind, FileId, ReadProblem, SourceTree};
use crate::syntax::dockerignore::{self, Ignore};
use crate::syntax::glob::{glob, is_pattern};

pub(super) struct Context<'a> {
    tree: &'a SourceTree,
    folder: String,
    ignore: Ignore,
}

/// A file or folder of the context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// In the context, `.` for all of it.
    pub(super) path: String,
    /// None: a folder.
    pub(super) file: Option<FileId>,
}

/// Why there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Nothing,
    /// .dockerignore leaves it out.
    Ignored,
    Unreadable(ReadProblem),
}

impl<'a> Context<'a> {
    pub(super) fn open(tree: &'a SourceTree, given: &Given) -> Context<'a> {
        let folder = given.context.clone();
        let own = format!("{}.dockerignore", given.path);
        let paths = [own, in_context(&folder, ".dockerignore")];
        let text = paths.iter().find_map(|path| {
            let file = tree.find(path).ok()?;
            tree.text(file).ok()
        });
        Context {
            tree,
            folder,
            ignore: text.map(dockerignore::read).unwrap_or_default(),
        }
    }

    /// Finds what a source of COPY or ADD names: a path, or a pattern of paths.
    pub(super) fn find(&self, source: &str) -> Result<Vec<Found>, Missing> {
        let path = cleaned(source);
        if path == "." {
            return Ok(vec![Found { path, file: None }]);
        }
        if is_pattern(&path) {
            return self.find_all(&path);
        }
        let in_tree = in_context(&self.folder, &path);
        let is_hidden = self.ignore.hides(&path);
        match self.tree.find(&in_tree) {
            Ok(_) if is_hidden => Err(Missing::Ignored),
            Ok(file) => Ok(vec![Found {
                path,
                file: Some(file),
            }]),
            // Rules with `!` may bring back what is in a folder that is left out.
            Err(ReadProblem::Directory) => Ok(vec![Found { path, file: None }]),
            Err(ReadProblem::Missing) => Err(Missing::Nothing),
            Err(problem) => Err(Missing::Unreadable(problem)),
        }
    }

    fn find_all(&self, pattern: &str) -> Result<Vec<Found>, Missing> {
        let fits = glob(pattern).ok_or(Missing::Nothing)?;
        let mut is_any_hidden = false;
        let mut found = Vec::new();
        for (file, entry) in self.tree.entries() {
            let Some(path) = self.inside(&entry.path) else {
                continue;
            };
            if !fits.is_match(path) {
                continue;
            }
            let is_folder = self.tree.is_directory(&entry.path);
            if self.ignore.hides(path) {
                is_any_hidden = true;
            } else if is_folder || self.tree.find(&entry.path).is_ok() {
                found.push(Found {
                    path: path.to_owned(),
                    file: (!is_folder).then_some(file),
                });
            }
        }
        match (found.is_empty(), is_any_hidden) {
            (false, _) => Ok(found),
            (true, true) => Err(Missing::Ignored),
            (true, false) => Err(Missing::Nothing),
        }
    }

    /// Returns the files below a folder with their paths in it, sorted.
    pub(super) fn below(&self, folder: &str) -> Vec<(String, FileId)> {
        let mut found = Vec::new();
        for (file, entry) in self.tree.entries() {
            let Some(path) = self.inside(&entry.path) else {
                continue;
            };
            let rest = match folder {
                "." => Some(path),
                folder => path
                    .strip_prefix(folder)
                    .and_then(|it| it.strip_prefix('/')),
            };
            let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Link(_));
            if let Some(rest) = rest
                && is_file
                && !self.ignore.hides(path)
            {
                found.push((rest.to_owned(), file));
            }
        }
        found
    }

    /// Returns the path of a file of the tree in the context.
    fn inside<'p>(&self, path: &'p str) -> Option<&'p str> {
        if path.starts_with('@') {
            return None;
        }
        if self.folder.is_empty() {
            return Some(path);
        }
        path.strip_prefix(&self.folder)?.strip_prefix('/')
    }
}

/// Paths of the context never leave it: what leads up stays at its top.
pub(super) fn cleaned(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::{Context, Missing};
    use crate::import::dockerfile::files::Given;
    use crate::source::SourceTree;

    #[test]
    fn sources_are_paths_or_patterns_of_the_context() {
        let tree = SourceTree::from_texts(
            "t",
            &[
                ("a/Dockerfile", ""),
                ("a/.dockerignore", "*.log\nhidden"),
                ("a/package.json", ""),
                ("a/package-lock.json", ""),
                ("a/x.log", ""),
                ("a/hidden/y", ""),
                ("a/src/main.js", ""),
                ("b", ""),
            ],
        );
        let given = Given {
            variant_of: None,
            file: tree.find("a/Dockerfile").unwrap(),
            path: "a/Dockerfile".to_owned(),
            context: "a".to_owned(),
            name: "a".to_owned(),
        };
        let context = Context::open(&tree, &given);
        let check = |source: &str, expected: &str| {
            let shown = match context.find(source) {
                Ok(found) => found
                    .iter()
                    .map(|it| it.path.as_str())
                    .collect::<Vec<_>>()
                    .join(" "),
                Err(missing) => format!("{missing:?}"),
            };
            assert_eq!(shown, expected, "{source}");
        };
        check(".", ".");
        check("./package.json", "package.json");
        check("package*.json", "package-lock.json package.json");
        check("/src/", "src");
        check("x.log", "Ignored");
        check("*.log", "Ignored");
        check("../b", "Nothing");
        assert_eq!(context.find("gone"), Err(Missing::Nothing));
        let below: Vec<String> = context
            .below(".")
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(
            below,
            [
                ".dockerignore",
                "Dockerfile",
                "package-lock.json",
                "package.json",
                "src/main.js"
            ]
        );
    }
}
