//! Paths of a tree: relative to its root, with `/`, never leaving it.

use std::path::{Component, Path};

/// Joins two relative paths.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Returns the path in the tree of a file that is given besides the root: `@/` and the path as given, without what
/// leads up, because paths of a tree never leave it.
pub fn extra_path(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::ParentDir => {
                parts.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    format!("@/{}", parts.join("/"))
}

/// Returns the path of a machine to which `path` leads from a folder of it, without `.` and `..`; above the root is the
/// root.
pub fn absolute(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Tells whether a path lies below a folder.
pub fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// Tells whether a path lies in a folder of tests, examples or virtual environments, which say nothing of a machine.
pub fn is_ignored(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(
            part,
            "molecule" | "test" | "tests" | "example" | "examples" | ".github"
        ) || is_never_read(part)
    })
}

pub(super) fn is_never_read(name: &str) -> bool {
    matches!(name, ".git" | "node_modules" | "venv" | ".venv")
}

/// Returns where a link leads; `None` where that is out of the root.
pub(super) fn follow(link: &str, target: &str, rest: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let parent = link.rsplit_once('/').map_or("", |(parent, _)| parent);
    normalize(&join(&join(parent, target), rest))
}

/// Removes `.` and `..`; `None` where the path leaves the root.
pub(super) fn normalize(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn paths_are_normalized_below_the_root() {
        assert_eq!(normalize("a/../b/./c"), Some("b/c".to_owned()));
        assert_eq!(normalize("../x"), None);
    }

    #[test]
    fn a_path_of_a_machine_stays_below_its_root() {
        let check = |folder: &str, path: &str, expected: &str| {
            assert_eq!(super::absolute(folder, path), expected);
        };
        check("/srv", "a/./b/../c", "/srv/a/c");
        check("/srv", "/etc//x/", "/etc/x");
        check("/srv", "../../..", "/");
    }

    #[test]
    fn an_extra_file_has_a_path_that_does_not_lead_up() {
        let check = |given: &str, expected: &str| {
            assert_eq!(super::extra_path(std::path::Path::new(given)), expected);
        };
        check("hosts", "@/hosts");
        check("../../inventory/./hosts", "@/inventory/hosts");
        check("/srv/inventory/../hosts", "@/srv/hosts");
    }
}
