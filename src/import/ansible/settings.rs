//! `ansible.cfg`: the few settings that change what a playbook means.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/config.html>

use crate::source::SourceTree;

/// Returns what the section `defaults` of an `ansible.cfg` at this path sets for a key.
pub(super) fn setting(tree: &SourceTree, path: &str, key: &str) -> Option<String> {
    let text = tree.text(tree.find(path).ok()?).ok()?;
    let mut in_defaults = false;
    text.lines().find_map(|line| {
        if let Some(section) = line.strip_prefix('[') {
            in_defaults = section.starts_with("defaults]");
        }
        let value = line.strip_prefix(key).filter(|_| in_defaults)?;
        let value = value.trim_start().strip_prefix(['=', ':'])?;
        // A comment may follow after a space.
        let value = value.split(" ;").next().unwrap_or(value);
        Some(value.trim().to_owned())
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

#[cfg(test)]
mod tests {
    use super::setting;
    use crate::source::SourceTree;

    fn check(config: &str, expected: Option<&str>) {
        let tree = SourceTree::from_texts("x", &[("ansible.cfg", config)]);
        let found = setting(&tree, "ansible.cfg", "ansible_managed");
        assert_eq!(found.as_deref(), expected, "{config}");
    }

    #[test]
    fn the_setting_stands_below_defaults() {
        check(
            "[defaults]\nansible_managed = by {file} ; c\n",
            Some("by {file}"),
        );
        check("[other]\nansible_managed = x\n", None);
        check("[defaults]\n;ansible_managed = x\n", None);
    }
}
