//! Which files are Dockerfiles, what their applications are called, and what their build context is.

use std::collections::BTreeSet;

use super::Options;
use crate::source::{EntryKind, FileId, SourceTree, is_ignored, join};

/// A Dockerfile that is to be read.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) file: FileId,
    /// In the tree.
    pub(super) path: String,
    /// The folder of the build context, in the tree.
    pub(super) context: String,
    /// Of the application: `[a-z0-9-]`, the first a letter.
    pub(super) name: String,
    /// The application of the Dockerfile beside it of which this one says another form: `Dockerfile.dev`.
    pub(super) variant_of: Option<String>,
}

/// What is no name of an application but says for what or on what an image is made.
const VARIANTS: [&str; 22] = [
    "aarch64",
    "alpine",
    "amd64",
    "arm",
    "arm64",
    "armhf",
    "base",
    "build",
    "ci",
    "debian",
    "dev",
    "development",
    "local",
    "oracle",
    "prod",
    "production",
    "release",
    "slim",
    "staging",
    "test",
    "ubi",
    "ubuntu",
];

/// What folders are called in which projects keep their Dockerfiles.
const PLACES: [&str; 14] = [
    ".devcontainer",
    ".docker",
    "build",
    "container",
    "containers",
    "contrib",
    "deploy",
    "deployment",
    "docker",
    "dockerfiles",
    "image",
    "images",
    "infra",
    "packaging",
];

/// Endings of files that only look like Dockerfiles.
const OTHERS: [&str; 9] = [
    "dockerignore",
    "erb",
    "in",
    "j2",
    "jinja",
    "md",
    "template",
    "tmpl",
    "txt",
];

/// Tells whether a file is named like a Dockerfile.
pub(super) fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if OTHERS.iter().any(|it| name.rsplit('.').next() == Some(*it)) {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|it| {
        let beside = name
            .strip_prefix(it)
            .map(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']));
        beside == Some(true)
            || name
                .strip_suffix(it)
                .is_some_and(|rest| rest.ends_with('.'))
    })
}

/// Returns the files that were given, or all of the tree that are named so.
pub(super) fn choose(tree: &SourceTree, given: &[String], options: &Options) -> Vec<Given> {
    let mut found: Vec<(FileId, String)> = Vec::new();
    if given.is_empty() {
        for (file, entry) in tree.entries() {
            if entry.kind == EntryKind::File && is_named(&entry.path) && !is_ignored(&entry.path) {
                found.push((file, entry.path.clone()));
            }
        }
    }
    for path in given {
        if let Ok(file) = tree.find(path) {
            found.push((file, path.clone()));
        }
    }
    let mut taken = BTreeSet::new();
    let mut chosen: Vec<Given> = Vec::new();
    for (file, path) in found {
        let context = options.context.clone();
        let context = context.unwrap_or_else(|| folder(&path).to_owned());
        let wished = name(&path, tree.name());
        let mut name = wished.clone();
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{wished}-{number}");
        }
        chosen.push(Given {
            file,
            context,
            name,
            path,
            variant_of: None,
        });
    }
    let plain: Vec<(String, String)> = chosen
        .iter()
        .filter(|it| variant(&it.path).is_none())
        .map(|it| (folder(&it.path).to_owned(), it.name.clone()))
        .collect();
    for given in &mut chosen {
        let of = plain.iter().find(|(it, _)| *it == folder(&given.path));
        given.variant_of = of
            .filter(|_| variant(&given.path).is_some_and(|it| FORMS.contains(&it.as_str())))
            .map(|(_, name)| name.clone());
    }
    chosen
}

/// Forms of an application of which a machine has one.
const FORMS: [&str; 10] = [
    "ci",
    "dev",
    "development",
    "local",
    "prod",
    "production",
    "release",
    "slim",
    "staging",
    "test",
];

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns what a file's name says besides that it is a Dockerfile: `prod` of `Dockerfile.prod`.
fn variant(path: &str) -> Option<String> {
    let lower = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["dockerfile", "containerfile"].iter().find_map(|it| {
        let before = lower
            .strip_suffix(it)
            .and_then(|rest| rest.strip_suffix('.'));
        let after = lower
            .strip_prefix(it)
            .and_then(|rest| rest.strip_prefix(['.', '-', '_']));
        before.or(after).map(str::to_owned)
    })
}

/// Names an application after its file or the folder of it.
fn name(path: &str, root: &str) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    // A folder for Dockerfiles says nothing of what they are for.
    let says_nothing = |name: &str| PLACES.contains(&name) || VARIANTS.contains(&name);
    let mut folders = folder.rsplit('/').filter(|it| !it.is_empty());
    let folder = folders.find(|it| !says_nothing(it)).unwrap_or(root);
    match variant(file) {
        Some(own) if VARIANTS.contains(&own.as_str()) => safe(&format!("{folder}-{own}")),
        Some(own) => safe(&own),
        None => safe(folder),
    }
}

fn safe(name: &str) -> String {
    let mut out = String::new();
    for c in name.to_ascii_lowercase().chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    match out.chars().next() {
        Some(c) if c.is_ascii_lowercase() => out.to_owned(),
        Some(_) => format!("image-{out}"),
        None => "image".to_owned(),
    }
}

/// Returns the path of a file of the context in the tree.
pub(super) fn in_context(context: &str, path: &str) -> String {
    if path == "." {
        context.to_owned()
    } else {
        join(context, path)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_named, name};

    #[test]
    fn files_named_like_dockerfiles() {
        for (path, expected) in [
            ("Dockerfile", true),
            ("a/dockerfile", true),
            ("Containerfile", true),
            ("Dockerfile.prod", true),
            ("web.Dockerfile", true),
            ("Dockerfile-alpine.template", false),
            ("Dockerfile.dockerignore", false),
            ("dockerfiles", false),
            ("docker-compose.yml", false),
        ] {
            assert_eq!(is_named(path), expected, "{path}");
        }
    }

    #[test]
    fn applications_are_named_after_file_or_folder() {
        for (path, expected) in [
            ("Dockerfile", "my-shop"),
            ("web/Dockerfile", "web"),
            ("web/Dockerfile.prod", "web-prod"),
            ("docker/Dockerfile", "my-shop"),
            ("web/docker/alpine/Dockerfile", "web"),
            ("web/worker.Dockerfile", "worker"),
            ("Dockerfile.worker", "worker"),
            ("1.2/Dockerfile", "image-1-2"),
        ] {
            assert_eq!(name(path, "My_Shop"), expected, "{path}");
        }
    }
}
