//! group_vars and host_vars: which files set the variables of a group or a host.
//!
//! Follows `find_vars_files` of `ansible/parsing/dataloader.py`.

use crate::source::{FileId, SourceTree, join};

/// Deeper folders are a circle of links.
const MAX_DEPTH: usize = 12;
const ENDINGS: [&str; 4] = ["", ".yml", ".yaml", ".json"];

/// What the variables plugin of `community.sops` takes besides.
const SEALED_ENDINGS: [&str; 3] = [".sops.yml", ".sops.yaml", ".sops.json"];

/// Returns the files of `<folder>/group_vars/<name>` or `host_vars`, in the order in which they count: the files of the
/// folder of that name, else the first file of that name; then those that sops sealed.
pub(in crate::import::ansible) fn variable_files(
    tree: &SourceTree,
    folder: &str,
    kind: &str,
    name: &str,
) -> Vec<FileId> {
    let base = join(&join(folder, kind), name);
    let mut found = Vec::new();
    for ending in ENDINGS {
        let path = format!("{base}{ending}");
        if let Some(folder) = tree.real_directory(&path) {
            collect(tree, folder, MAX_DEPTH, &mut found);
            break;
        }
        if let Ok(file) = tree.find(&path) {
            found.push(file);
            break;
        }
    }
    let sealed = SEALED_ENDINGS.iter();
    found.extend(sealed.filter_map(|ending| tree.find(&format!("{base}{ending}")).ok()));
    found
}

fn collect(tree: &SourceTree, folder: &str, depth: usize, found: &mut Vec<FileId>) {
    for (_, entry) in tree.children(folder) {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let ending = name.rfind('.').map_or("", |at| &name[at..]);
        match tree.real_directory(&entry.path) {
            Some(inner) if ending.is_empty() && depth > 0 => {
                collect(tree, inner, depth - 1, found);
            }
            Some(_) => {}
            None if ENDINGS.contains(&ending) => found.extend(tree.find(&entry.path)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::variable_files;
    use crate::source::SourceTree;

    fn check(paths: &[&str], expected: &[&str]) {
        let texts: Vec<_> = paths.iter().map(|path| (*path, "a: 1\n")).collect();
        let tree = SourceTree::from_texts("t", &texts);
        let found = variable_files(&tree, "", "group_vars", "all");
        let found: Vec<_> = found.into_iter().map(|it| tree.path(it)).collect();
        assert_eq!(found, expected, "{paths:?}");
    }

    #[test]
    fn the_first_of_folder_and_file_counts() {
        check(
            &["group_vars/all.yaml", "group_vars/all.yml"],
            &["group_vars/all.yml"],
        );
        check(
            &["group_vars/all/a.yml", "group_vars/all.yml"],
            &["group_vars/all/a.yml"],
        );
        check(
            &["group_vars/all", "group_vars/all.yml"],
            &["group_vars/all"],
        );
    }

    #[test]
    fn what_sops_sealed_counts_besides() {
        check(
            &["group_vars/all.sops.yaml", "group_vars/all.yml"],
            &["group_vars/all.yml", "group_vars/all.sops.yaml"],
        );
    }

    #[test]
    fn files_of_a_folder_come_in_the_order_of_their_names() {
        let files = [
            "group_vars/all/.hidden.yml",
            "group_vars/all/a.yml",
            "group_vars/all/a/z",
            "group_vars/all/b.txt",
            "group_vars/all/b.yml~",
            "group_vars/all/c.json",
            "group_vars/all/d.d/x.yml",
        ];
        let expected = [
            "group_vars/all/a/z",
            "group_vars/all/a.yml",
            "group_vars/all/c.json",
        ];
        check(&files, &expected);
    }
}
