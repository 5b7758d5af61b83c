//! `Root`: where /etc of the machine is in the tree.

use crate::source::{Entry, EntryKind, FileId, ReadProblem, SourceTree};

/// What only the /etc of a machine holds.
const SIGNS: [&str; 22] = [
    "apt",
    "cron.d",
    "crontab",
    "debian_version",
    "fstab",
    "group",
    "hostname",
    "hosts",
    "init.d",
    "machine-id",
    "modprobe.d",
    "network",
    "nftables.conf",
    "os-release",
    "passwd",
    "pam.d",
    "resolv.conf",
    "ssh",
    "sudoers",
    "sysctl.d",
    "sysconfig",
    "systemd",
];

/// Signs that a folder is no machine but a project that is about some.
const PROJECT: [&str; 6] = [
    "ansible.cfg",
    "playbooks",
    "roles",
    "group_vars",
    "site.yml",
    "Dockerfile",
];

/// As many signs make a folder that has no etc/ an /etc itself.
const ENOUGH: usize = 3;

/// /etc of a machine in a tree.
pub(super) struct Root<'a> {
    pub(super) tree: &'a SourceTree,
    /// What stands before the paths below /etc.
    prefix: &'static str,
}

/// Something below /etc that is no folder.
pub(super) struct Found<'a> {
    pub(super) id: FileId,
    pub(super) kind: &'a EntryKind,
    /// The path on the machine: `/etc/fstab`.
    pub(super) path: String,
}

/// Tells whether a tree is a captured root or an /etc, and no project.
pub(super) fn detect(tree: &SourceTree) -> bool {
    let has = |path: &str| tree.is_directory(path) || tree.find(path).is_ok();
    if PROJECT.iter().any(|name| has(name)) {
        return false;
    }
    let signs = |prefix: &str| {
        let found = SIGNS.iter().filter(|name| has(&format!("{prefix}{name}")));
        found.count()
    };
    signs("etc/") > 0 || signs("") >= ENOUGH
}

impl<'a> Root<'a> {
    /// A tree without etc/ is taken to be /etc itself.
    pub(super) fn of(tree: &'a SourceTree) -> Root<'a> {
        let prefix = if tree.is_directory("etc") { "etc/" } else { "" };
        Root { tree, prefix }
    }

    /// Returns all that is below /etc but folders, sorted.
    pub(super) fn found(&self) -> impl Iterator<Item = Found<'a>> {
        self.tree.entries().filter_map(|(id, entry): (_, &Entry)| {
            let below = entry.path.strip_prefix(self.prefix)?;
            // What the command line brings besides is no part of the machine.
            let is_own = entry.kind != EntryKind::Directory && !entry.path.starts_with('@');
            is_own.then(|| Found {
                id,
                kind: &entry.kind,
                path: format!("/etc/{below}"),
            })
        })
    }

    /// Returns where a path of the machine is in the tree; `None` where the tree has no place for it.
    pub(super) fn in_tree(&self, path: &str) -> Option<String> {
        if self.prefix.is_empty() {
            return path.strip_prefix("/etc/").map(str::to_owned);
        }
        path.strip_prefix('/').map(str::to_owned)
    }

    /// Returns the path on the machine of a path of the tree.
    pub(super) fn on_machine(&self, path: &str) -> String {
        match self.prefix {
            "" => format!("/etc/{path}"),
            _ => format!("/{path}"),
        }
    }

    pub(super) fn find(&self, path: &str) -> Result<FileId, ReadProblem> {
        let path = self.in_tree(path).ok_or(ReadProblem::Missing)?;
        self.tree.find(&path)
    }

    /// Returns the text of a file of the machine, where it has one.
    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        self.tree.text(self.find(path).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Root, detect};
    use crate::source::SourceTree;

    fn tree(paths: &[&str]) -> SourceTree {
        let texts: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "x\n")).collect();
        SourceTree::from_texts("box", &texts)
    }

    #[test]
    fn a_root_or_an_etc_is_known_by_what_it_holds() {
        let check = |paths: &[&str], expected: bool| {
            assert_eq!(detect(&tree(paths)), expected, "{paths:?}");
        };
        check(&["etc/hostname"], true);
        check(&["etc/netplan/a.yaml", "etc/fstab", "usr/x"], true);
        check(&["passwd", "group", "hosts", "apt/sources.list"], true);
        check(&["hosts", "group_vars/all.yml", "passwd", "group"], false);
        check(&["hosts", "site.yml"], false);
        check(&["etc/app.conf"], false);
    }

    #[test]
    fn paths_are_those_of_the_machine() {
        let check = |paths: &[&str], path: &str, expected: &[&str]| {
            let tree = tree(paths);
            let root = Root::of(&tree);
            let found: Vec<String> = root.found().map(|it| it.path).collect();
            assert_eq!(found, expected);
            assert!(root.text(path).is_some());
        };
        check(
            &["etc/a", "etc/b/c", "usr/d"],
            "/usr/d",
            &["/etc/a", "/etc/b/c"],
        );
        check(&["a", "b/c"], "/etc/b/c", &["/etc/a", "/etc/b/c"]);
    }
}
