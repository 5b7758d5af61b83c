//! `ansible.cfg`: the few settings that change what a playbook means.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/config.html>

use crate::source::SourceTree;

/// Returns what an `ansible.cfg` at this path sets for a key, of whatever section: no two have keys of the same name
/// that are asked for here.
pub(super) fn setting(tree: &SourceTree, path: &str, key: &str) -> Option<String> {
    let text = tree.text(tree.find(path).ok()?).ok()?;
    text.lines().find_map(|line| {
        let value = line.trim().strip_prefix(key)?.trim_start();
        let value = value.strip_prefix(['=', ':'])?.trim();
        Some(value.split(" ;").next().unwrap_or(value).trim().to_owned())
    })
}

/// Tells whether dictionaries of the same name in several levels are merged (`hash_behaviour`).
pub(super) fn merges_hashes(tree: &SourceTree) -> bool {
    setting(tree, "ansible.cfg", "hash_behaviour").is_some_and(|it| it == "merge")
}

/// Tells whether conditions may come to something else than a boolean (`allow_broken_conditionals`).
pub(super) fn allows_any_condition(tree: &SourceTree) -> bool {
    setting(tree, "ansible.cfg", "allow_broken_conditionals")
        .is_some_and(|it| matches!(&*it.to_ascii_lowercase(), "true" | "yes" | "1" | "on"))
}
