//! Whom plays are for: the patterns of their `hosts`, and the hosts that an input without an inventory has.

use std::sync::Arc;

use indexmap::IndexSet;

use super::hosts::folder_of;
use super::inventory::{
    Inventory, LOCAL_NAMES, certain_part, is_inventory_name, plain_names, split,
};
use super::library::Library;
use super::play::bare_scope;
use super::playbooks::imported;
use super::scope::{HostVars, Layer, Scope, Session};
use super::value::Value;
use crate::diag::{Code, Diagnostics};
use crate::import::EXAMPLE_HOST;
use crate::source::{self, FileId, SourceTree, Span};
use crate::syntax::yaml::Node;

/// With more names than this in the plays and no inventory, one host plays all.
const MAX_NAMES: usize = 20;

/// The `hosts` of a play.
pub(super) struct Asked {
    pub(super) text: String,
    pub(super) span: Span,
}

/// Returns the `hosts` of all plays that are played; rendered where the play's and the extra variables say what they
/// are, as Ansible does.
pub(super) fn patterns(
    library: &Library<'_>,
    session: &Session<'_>,
    playbooks: &[FileId],
    extra: &Arc<Layer>,
) -> Vec<Asked> {
    let tree = library.tree;
    let mut patterns = Vec::new();
    let mut waiting = playbooks.to_vec();
    let mut seen = IndexSet::new();
    let no_hosts = HostVars::new();
    while let Some(file) = waiting.pop() {
        if !seen.insert(file) {
            continue;
        }
        let folder = folder_of(tree, file);
        let plays = library.tasks(file).map(|it| it.plays.as_slice());
        for play in plays.unwrap_or_default() {
            if let Some(import) = play.import.as_ref().and_then(|it| it.text()) {
                let name = import.split_whitespace().next().unwrap_or_default();
                waiting.extend(imported(library, &folder, name));
            }
            let Some(hosts) = play.node.get("hosts") else {
                continue;
            };
            let vars = play
                .node
                .get("vars")
                .map(|it| Arc::new(Layer::of_mapping(it)));
            let layers = vars.into_iter().chain([Arc::clone(extra)]).collect();
            let scope = bare_scope(session, &no_hosts, layers);
            patterns.push(Asked {
                text: pattern_of(&scope, hosts),
                span: hosts.span,
            });
        }
    }
    patterns
}

/// Returns the pattern that `hosts` holds; of what only the run decides, whom its certain part names. The items of a
/// list have line breaks between them.
pub(super) fn pattern_of(scope: &Scope<'_>, node: &Node) -> String {
    let known = |value: &Value| match value.as_list() {
        Some(items) => {
            let parts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            Some(parts?.join("\n"))
        }
        // Nothing is for nobody.
        None if matches!(value, Value::None) => Some(String::new()),
        None => value.as_str().map(str::to_owned),
    };
    let rendered = scope.resolve(node).ok().and_then(|it| known(&it));
    rendered.unwrap_or_else(|| {
        let items = node.items().unwrap_or_default().iter();
        let parts: Vec<_> = items
            .filter_map(|it| it.text())
            .chain(node.text())
            .map(certain_part)
            .collect();
        parts.join("\n")
    })
}

/// Returns the parts of `-l`; `@FILE` stands for the lines of a file.
pub(super) fn limits(tree: &SourceTree, limit: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in split(limit) {
        match tree.find(&part) {
            Ok(file) if part.starts_with('@') => {
                let lines = tree.text(file).unwrap_or_default().lines().map(str::trim);
                parts.extend(lines.filter(|it| !it.is_empty()).map(str::to_owned));
            }
            _ => parts.push(part),
        }
    }
    parts
}

/// Adds to an inventory what plays name and it does not: the control node, and the groups that a play fills while it
/// runs, which stand for the hosts that nobody knows yet.
pub(super) fn add_named(inventory: &mut Inventory, library: &Library<'_>, patterns: &[Asked]) {
    let names: IndexSet<String> = patterns.iter().flat_map(|it| split(&it.text)).collect();
    let local = names
        .iter()
        .map(|it| it.trim_start_matches(['&', '!']))
        .find(|it| LOCAL_NAMES.contains(it));
    if let Some(name) = local {
        inventory.add_implicit(name);
    }
    let plain: IndexSet<String> = patterns
        .iter()
        .flat_map(|it| plain_names(&it.text))
        .collect();
    for name in made_groups(library) {
        let is_there = inventory.groups.contains_key(&name) || inventory.hosts.contains_key(&name);
        if plain.contains(&name) && !is_there {
            inventory.add_host(&name, None);
            inventory.group(&name).hosts.insert(name.clone());
        }
    }
    inventory.settle();
}

/// Makes the hosts of an input without an inventory; tells whether they play every play.
pub(super) fn invent(
    inventory: &mut Inventory,
    tree: &SourceTree,
    patterns: &[Asked],
    has_roles: bool,
    playbooks: &[FileId],
    diags: &mut Diagnostics,
) -> bool {
    let names: IndexSet<String> = patterns
        .iter()
        .flat_map(|it| plain_names(&it.text))
        .collect();
    let mut everything = true;
    if playbooks.is_empty() {
        if has_roles {
            inventory.add_host(EXAMPLE_HOST, None);
        }
    } else if names.len() > MAX_NAMES {
        let message = format!(
            "the plays name {} groups and hosts, and there is no inventory; one host `all` plays everything",
            names.len()
        );
        diags.general(
            Code::ManyHosts,
            message,
            "give the inventory with -i, or choose with -l",
        );
        inventory.add_host("all", None);
    } else if names.is_empty() {
        // Files of host_vars name the hosts of an inventory that is kept elsewhere.
        let named = host_vars_names(tree);
        everything = named.is_empty() || named.len() > MAX_NAMES;
        if everything {
            inventory.add_host(tree.name(), None);
        } else {
            for name in &named {
                inventory.add_host(name, None);
            }
        }
    } else {
        everything = false;
        for name in &names {
            inventory.add_host(name, None);
            inventory.group(name).hosts.insert(name.clone());
        }
    }
    inventory.settle();
    everything
}

/// Returns the names of the files and folders of `host_vars`.
fn host_vars_names(tree: &SourceTree) -> Vec<String> {
    let mut names = Vec::new();
    for (_, entry) in tree.entries() {
        let Some((folder, name)) = entry.path.rsplit_once('/') else {
            continue;
        };
        let is_there = folder == "host_vars" || folder.ends_with("/host_vars");
        if !is_there || source::is_ignored(folder) || !is_inventory_name(name) {
            continue;
        }
        let stem = [".yml", ".yaml", ".json"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending));
        let name = stem.unwrap_or(name).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Returns the groups that `add_host` and `group_by` make, where they are named in plain words.
fn made_groups(library: &Library<'_>) -> IndexSet<String> {
    let mut names = IndexSet::new();
    for task in library.all_tasks() {
        let keys: &[&str] = match task.module.as_str() {
            "add_host" => &["groups", "group", "groupname"],
            "group_by" => &["key"],
            _ => continue,
        };
        for node in keys.iter().filter_map(|key| task.arguments.get(key)) {
            let listed = node
                .items()
                .unwrap_or_default()
                .iter()
                .filter_map(|it| it.text());
            let texts = listed.chain(node.text()).filter(|text| !text.contains('{'));
            names.extend(
                texts
                    .flat_map(|text| text.split(','))
                    .map(|it| it.trim().to_owned()),
            );
        }
    }
    names
}
