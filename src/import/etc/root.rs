//! `Root`: where /etc of the machine is in the tree.

use crate::source::{Entry, EntryKind, FileId, ReadProblem, SourceTree, absolute};

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
const PROJECT: [&str; 12] = [
    "ansible.cfg",
    "galaxy.yml",
    "inventory",
    "inventories",
    "main.yml",
    "playbook.yml",
    "meta/main.yml",
    "playbooks",
    "roles",
    "group_vars",
    "site.yml",
    "Dockerfile",
];

const MAX_LINKS: usize = 40;

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

    /// The crontabs of users are configuration, too, though they are not below /etc.
    fn crontab(&self, path: &str) -> Option<String> {
        let below = path.strip_prefix("var/spool/cron/")?;
        let name = below.strip_prefix("crontabs/").unwrap_or(below);
        let is_one = !self.prefix.is_empty() && !name.contains('/') && !name.starts_with('.');
        is_one.then(|| format!("/{path}"))
    }

    /// Returns all that is below /etc but folders, and the crontabs of users, sorted.
    pub(super) fn found(&self) -> impl Iterator<Item = Found<'a>> {
        self.tree.entries().filter_map(|(id, entry): (_, &Entry)| {
            let path = match entry.path.strip_prefix(self.prefix) {
                Some(below) => format!("/etc/{below}"),
                None => self.crontab(&entry.path)?,
            };
            // What the command line brings besides is no part of the machine.
            let is_own = entry.kind != EntryKind::Directory && !entry.path.starts_with('@');
            is_own.then_some(Found {
                id,
                kind: &entry.kind,
                path,
            })
        })
    }

    /// Returns the files where people put programs of their own, sorted.
    pub(super) fn programs(&self) -> Vec<Found<'a>> {
        const FOLDERS: [&str; 4] = ["opt/", "root/", "srv/", "usr/local/"];
        if self.prefix.is_empty() {
            return Vec::new();
        }
        let entries = self.tree.entries().filter_map(|(id, entry): (_, &Entry)| {
            let is_program = entry.kind == EntryKind::File
                && FOLDERS.iter().any(|folder| entry.path.starts_with(folder));
            is_program.then(|| Found {
                id,
                kind: &entry.kind,
                path: format!("/{}", entry.path),
            })
        });
        entries.collect()
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

    /// Finds the file at a path of the machine. Links lead where they lead there: `/` and what is above it is the root.
    pub(super) fn find(&self, path: &str) -> Result<FileId, ReadProblem> {
        match self.follow(path)?.1 {
            EntryKind::File => Ok(self.follow(path)?.0),
            EntryKind::Directory => Err(ReadProblem::Directory),
            EntryKind::Special | EntryKind::Link(_) => Err(ReadProblem::Special),
        }
    }

    /// Returns where a path of the machine leads in the end.
    pub(super) fn real_path(&self, path: &str) -> Option<String> {
        let (id, _) = self.follow(path).ok()?;
        Some(self.on_machine(self.tree.path(id)))
    }

    fn follow(&self, path: &str) -> Result<(FileId, &'a EntryKind), ReadProblem> {
        let mut path = absolute("/", path);
        for _ in 0..MAX_LINKS {
            let (link, rest) = self.first_link(&path);
            let Some((link, target)) = link else {
                let inner = self.in_tree(&path).ok_or(ReadProblem::Missing)?;
                let (id, entry) = self.tree.entry(&inner).ok_or(ReadProblem::Missing)?;
                return Ok((id, &entry.kind));
            };
            let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
            path = absolute(&absolute(folder, target), &format!("./{rest}"));
        }
        Err(ReadProblem::Loop)
    }

    /// Finds the first part of a path that is a link: the link with its target, and what comes after.
    fn first_link<'p>(&self, path: &'p str) -> (Option<(&'p str, &'a str)>, &'p str) {
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1);
        for end in ends.chain([path.len()]) {
            let entry = self
                .in_tree(&path[..end])
                .and_then(|inner| self.tree.entry(&inner));
            if let Some((
                _,
                Entry {
                    kind: EntryKind::Link(target),
                    ..
                },
            )) = entry
            {
                return (
                    Some((&path[..end], target)),
                    path[end..].trim_start_matches('/'),
                );
            }
        }
        (None, "")
    }

    /// Tells whether it is the /etc of a machine as it was found, not a choice of files that people keep.
    pub(super) fn is_whole(&self) -> bool {
        const MADE_BY_INSTALLING: [&str; 5] = [
            "/etc/passwd",
            "/etc/debian_version",
            "/etc/os-release",
            "/etc/machine-id",
            "/etc/ld.so.conf",
        ];
        let there = MADE_BY_INSTALLING
            .iter()
            .filter(|path| self.find(path).is_ok());
        there.count() > 1
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
        check(&["etc/hosts", "main.yml", "inventory"], false);
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
            &[
                "etc/a",
                "etc/b/c",
                "usr/d",
                "var/spool/cron/atjobs/.SEQ",
                "var/spool/cron/crontabs/ada",
            ],
            "/usr/d",
            &["/etc/a", "/etc/b/c", "/var/spool/cron/crontabs/ada"],
        );
        check(&["a", "b/c"], "/etc/b/c", &["/etc/a", "/etc/b/c"]);
    }
}
