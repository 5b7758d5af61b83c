//! What is known of each module, for `explain` and for the tables of README.md.

use super::MODULES;
use crate::import::Subject;

/// What the player does itself: no module, and written like one.
const ACTIONS: &[(&[&str], &str)] = &[
    (
        &["include_tasks", "import_tasks", "include"],
        "The tasks of the file are played in its place, with its conditions and variables.",
    ),
    (
        &["include_role", "import_role"],
        "The role is played in its place; what all its hosts share goes to modules/roles/<role>.nix.",
    ),
    (
        &["import_playbook"],
        "The plays of the file are played in its place.",
    ),
];

/// Returns what is known of each module, for people.
pub(in crate::import::ansible) fn subjects() -> Vec<Subject> {
    let manual = |collection: &str, name: &str| match collection {
        "" => String::new(),
        _ => format!(
            "https://docs.ansible.com/ansible/latest/collections/{}/{name}_module.html",
            collection.replace('.', "/")
        ),
    };
    let subject = |collection: &str, name, names, becomes| Subject {
        name,
        names,
        paths: "",
        becomes,
        manual: manual(collection, name),
    };
    let modules = MODULES.iter().flat_map(|module| {
        let names = module.names.iter();
        names.map(|name| subject(module.collection, *name, module.names, module.becomes))
    });
    let actions = ACTIONS.iter().flat_map(|(names, becomes)| {
        let own = names.iter();
        own.map(|name| subject("ansible.builtin", *name, *names, *becomes))
    });
    modules.chain(actions).collect()
}
