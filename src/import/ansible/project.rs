//! Where an Ansible project begins: the root of a playbook, and the projects that stand below another one.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/tips_tricks/sample_setup.html>

use std::sync::LazyLock;

use regex::Regex;

use crate::source::{EntryKind, SourceTree, is_ignored, join};

/// What stands in the root of a project: its configuration, its roles or its inventory.
pub(super) const ROOT_MARKERS: &[&str] = &[
    "ansible.cfg",
    "roles",
    "inventory",
    "inventories",
    "hosts",
    "hosts.ini",
    "hosts.yml",
    "hosts.yaml",
    "inventory.ini",
    "inventory.yml",
    "inventory.yaml",
];

/// Folders that belong to what stands above them, whatever file is in them.
const PARTS: &[&str] = &[
    "collections",
    "defaults",
    "doc",
    "docs",
    "files",
    "group_vars",
    "handlers",
    "host_vars",
    "inventories",
    "inventory",
    "library",
    "meta",
    "roles",
    "tasks",
    "templates",
    "vars",
];

static PLAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)^(- |  )\s*["']?(hosts|(ansible\.builtin\.)?import_playbook)["']?\s*:"#).ok()
});

/// Finds the folders below the root with an ansible.cfg or an inventory of their own, and a play: sorted.
///
/// An inventory alone is none: `inventories/production` serves the plays above it. Neither is a playbook alone, nor a
/// role with its test inventory.
pub(super) fn projects(tree: &SourceTree) -> Vec<String> {
    tree.entries()
        .filter(|(_, entry)| entry.kind == EntryKind::Directory)
        .map(|(_, entry)| entry.path.as_str())
        .filter(|path| !path.starts_with('@') && !is_ignored(path))
        .filter(|path| !path.split('/').any(|part| PARTS.contains(&part)))
        .filter(|path| has_own_inventory(tree, path) && has_play(tree, path))
        .map(str::to_owned)
        .collect()
}

/// Tells whether a tree holds a play, or a role.
pub(super) fn is_project(tree: &SourceTree) -> bool {
    tree.entries().any(|(file, entry)| {
        let is_yaml = entry.path.ends_with(".yml") || entry.path.ends_with(".yaml");
        let is_of_role = || entry.path.split('/').rev().nth(1) == Some("tasks");
        is_yaml && (is_of_role() || tree.text(file).is_ok_and(is_playbook))
    })
}

/// `roles` alone makes a root for a playbook below, yet no project of its own.
fn has_own_inventory(tree: &SourceTree, folder: &str) -> bool {
    tree.children(folder).any(|(_, entry)| {
        let name = name(&entry.path);
        name != "roles" && ROOT_MARKERS.contains(&name)
    })
}

fn has_play(tree: &SourceTree, folder: &str) -> bool {
    let beside = |folder: &str| {
        tree.children(folder).any(|(file, entry)| {
            entry.kind == EntryKind::File
                && (entry.path.ends_with(".yml") || entry.path.ends_with(".yaml"))
                // A group of an inventory has `hosts`, too.
                && !ROOT_MARKERS.contains(&name(&entry.path))
                && tree.text(file).is_ok_and(is_playbook)
        })
    };
    beside(folder) || beside(&join(folder, "playbooks"))
}

fn is_playbook(text: &str) -> bool {
    PLAY.as_ref().is_some_and(|play| play.is_match(text))
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::projects;
    use crate::source::SourceTree;

    fn check(paths: &[&str], expected: &[&str]) {
        let texts: Vec<_> = paths
            .iter()
            .map(|path| {
                (
                    *path,
                    if path.ends_with(".yml") {
                        "- hosts: all\n"
                    } else {
                        ""
                    },
                )
            })
            .collect();
        assert_eq!(projects(&SourceTree::from_texts("t", &texts)), expected);
    }

    #[test]
    fn a_folder_with_its_own_configuration_and_a_play_is_a_project() {
        check(
            &[
                "site.yml",
                "ansible.cfg",
                "shop/ansible.cfg",
                "shop/site.yml",
            ],
            &["shop"],
        );
        check(
            &[
                "db/hosts",
                "db/main.yml",
                "db/web/inventory/all",
                "db/web/playbooks/x.yml",
            ],
            &["db", "db/web"],
        );
    }

    #[test]
    fn an_inventory_or_a_playbook_alone_is_none() {
        check(
            &["site.yml", "inventories/production/hosts", "staging/hosts"],
            &[],
        );
        check(&["playbooks/site.yml", "plays/hosts.ini"], &[]);
    }

    #[test]
    fn what_belongs_to_a_role_or_to_tests_is_none() {
        check(
            &[
                "roles/web/files/ansible.cfg",
                "roles/web/files/x.yml",
                "tests/hosts",
                "tests/site.yml",
            ],
            &[],
        );
    }
}
