//! Which playbooks of a tree are played, and in which order.

use indexmap::IndexSet;

use super::library::Library;
use crate::diag::{Code, Diagnostics};
use crate::source::{FileId, SourceTree, is_ignored, join};

/// Returns the playbooks that were given, or all of the tree that no other imports: site.yml, main.yml, then by name.
pub(super) fn choose(
    library: &Library<'_>,
    given: &[String],
    diags: &mut Diagnostics,
) -> Vec<FileId> {
    let tree = library.tree;
    if !given.is_empty() {
        let mut chosen = Vec::new();
        for path in given {
            let has_plays =
                |file: &FileId| library.tasks(*file).is_some_and(|it| !it.plays.is_empty());
            match tree.find(path).ok().filter(has_plays) {
                Some(file) => chosen.push(file),
                None => {
                    let message = format!("`{path}` holds no play");
                    diags.general(
                        Code::NothingToDo,
                        message,
                        "a play is a mapping with `hosts`",
                    );
                }
            }
        }
        return chosen;
    }
    let playbooks: Vec<FileId> = library
        .files()
        .filter(|file| {
            !file.plays.is_empty()
                && !is_ignored(tree.path(file.file))
                && !is_part_of_role(tree, tree.path(file.file))
        })
        .map(|file| file.file)
        .collect();
    let imported: IndexSet<FileId> = playbooks
        .iter()
        .flat_map(|file| imports(library, *file))
        .collect();
    let mut chosen: Vec<FileId> = playbooks
        .iter()
        .filter(|file| !imported.contains(*file))
        .copied()
        .collect();
    // Playbooks that import each other in a circle have no first one: the circle is said when one is played.
    if chosen.is_empty() {
        chosen.extend(playbooks.first());
    }
    chosen.sort_by_key(|file| {
        let path = tree.path(*file);
        let name = path.rsplit('/').next().unwrap_or(path);
        let rank = match name {
            "site.yml" | "site.yaml" => 0,
            "main.yml" | "main.yaml" => 1,
            _ => 2,
        };
        (rank, path.matches('/').count(), path.to_owned())
    });
    chosen
}

fn imports(library: &Library<'_>, file: FileId) -> Vec<FileId> {
    let tree = library.tree;
    let folder = tree
        .path(file)
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let plays = library
        .tasks(file)
        .map(|it| it.plays.as_slice())
        .unwrap_or_default();
    let named = plays.iter().filter_map(|play| play.import.as_ref()?.text());
    let mut found = Vec::new();
    for text in named {
        // Behind templates the end of the name is known: `{{ playbook_dir }}/x.yml`.
        let (templates, end) = text.rsplit_once("}}").unwrap_or(("", text));
        let end = end.trim_start_matches('/');
        let Some(name) = end.split_whitespace().next() else {
            continue;
        };
        found.extend(imported(library, folder, name));
        if !templates.is_empty() {
            let below = format!("/{name}");
            let files = library.files().map(|it| it.file);
            found.extend(files.filter(|file| tree.path(*file).ends_with(&below)));
        }
    }
    found
}

/// Finds the playbook that a playbook in a folder imports: by its path, or one of a collection that lies in the tree.
pub(super) fn imported(library: &Library<'_>, folder: &str, name: &str) -> Option<FileId> {
    let tree = library.tree;
    library
        .collection_playbook(name)
        .or_else(|| tree.find(&join(folder, name)).ok())
        .or_else(|| tree.find(name).ok())
}

/// Files with plays inside of roles are tests or examples of the role.
fn is_part_of_role(tree: &SourceTree, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    parts.iter().enumerate().any(|(at, part)| {
        let folder = parts[..at].join("/");
        *part == "roles" && parts.len() > at + 2 && tree.is_directory(&join(&folder, "roles"))
    })
}
