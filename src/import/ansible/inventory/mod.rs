//! Inventories: hosts, groups and their variables; host patterns.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html>

mod ini;
mod patterns;
mod yaml;

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::scope::{Binding, Layer};
use crate::diag::{Code, Diagnostics};
use crate::source::{EntryKind, FileId, SourceTree, Span, join};
use crate::syntax::yaml as syntax;

pub(super) use patterns::{certain_part, matches, plain_names};

/// Hosts and groups, in the order of the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Inventory {
    pub(super) hosts: IndexMap<String, Host>,
    pub(super) groups: IndexMap<String, Group>,
    /// The files that it was read from.
    pub(super) files: Vec<FileId>,
    /// The control node, where a play names it and the inventory does not: it is no part of `all`.
    implicit: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Host {
    /// Where it is named first.
    pub(super) span: Option<Span>,
    pub(super) vars: Layer,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) hosts: IndexSet<String>,
    pub(super) children: IndexSet<String>,
    pub(super) vars: Layer,
}

/// The names under which inventories are found when none is given.
const USUAL_NAMES: [&str; 10] = [
    "inventory",
    "hosts",
    "inventories",
    "inventory.ini",
    "hosts.ini",
    "inventory.yml",
    "hosts.yml",
    "inventory.yaml",
    "hosts.yaml",
    "inventory.cfg",
];

impl Inventory {
    /// Finds the inventory of a project: what ansible.cfg names, else the usual names; none where there are several
    /// to choose from (`inventories/prod`, `inventories/test`).
    pub(super) fn usual_paths(tree: &SourceTree) -> Vec<String> {
        if let Some(path) = configured_path(tree).filter(|path| exists(tree, path)) {
            return vec![path];
        }
        let found = USUAL_NAMES
            .iter()
            .map(|name| (*name).to_owned())
            .find(|name| exists(tree, name));
        let Some(path) = found else { return Vec::new() };
        if !tree.is_directory(&path) {
            return vec![path];
        }
        let holds_files = tree
            .children(&path)
            .any(|(_, entry)| entry.kind == EntryKind::File && is_inventory_name(&entry.path));
        if holds_files {
            return vec![path];
        }
        // `inventories/<name>/hosts`: production is what people mean to keep.
        let below: Vec<String> = tree
            .children(&path)
            .filter(|(_, entry)| tree.is_directory(&entry.path))
            .map(|(_, entry)| entry.path.clone())
            .collect();
        let usual = |path: &&String| {
            ["prod", "production", "main", "default"]
                .iter()
                .any(|name| path.ends_with(&format!("/{name}")))
        };
        below
            .iter()
            .find(usual)
            .or(below.first())
            .cloned()
            .into_iter()
            .collect()
    }

    /// Reads inventories: files, or folders of them.
    pub(super) fn read(tree: &SourceTree, paths: &[String], diags: &mut Diagnostics) -> Inventory {
        let mut inventory = Inventory::default();
        for path in paths {
            if let Some(folder) = tree.real_directory(path) {
                let inside: Vec<_> = tree
                    .children(folder)
                    .filter(|(_, entry)| is_inventory_name(&entry.path))
                    .map(|(_, entry)| entry.path.clone())
                    .collect();
                for file in inside.iter().filter_map(|path| tree.find(path).ok()) {
                    inventory.read_file(tree, file, diags);
                }
            } else if let Ok(file) = tree.find(path) {
                inventory.read_file(tree, file, diags);
            }
        }
        inventory.settle();
        inventory
    }

    fn read_file(&mut self, tree: &SourceTree, file: FileId, diags: &mut Diagnostics) {
        let path = tree.path(file);
        let Ok(text) = tree.text(file) else { return };
        let start = Span::new(file, 0, text.lines().next().map_or(0, str::len));
        if text.starts_with("#!") || (tree.is_executable(file) && path.ends_with(".py")) {
            let help = "give the output of `ansible-inventory --list` as -i FILE.json";
            diags.at_with_help(
                Code::InventoryScript,
                start,
                "the inventory is a program, which is never run",
                help,
            );
            return;
        }
        let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml") || path.ends_with(".json");
        self.files.push(file);
        if is_yaml || text.trim_start().starts_with('{') || looks_like_yaml(text) {
            let root = syntax::read(tree, file, diags).and_then(|all| all.into_iter().next());
            if let Some(root) = root {
                yaml::read(self, &root, diags);
            }
        } else {
            ini::read(self, file, text, diags);
        }
    }

    pub(super) fn add_host(&mut self, name: &str, span: Option<Span>) -> &mut Host {
        self.hosts.entry(name.to_owned()).or_insert_with(|| Host {
            span,
            vars: Layer::default(),
        })
    }

    /// Adds the control node, which a play may name without an inventory's word.
    pub(super) fn add_implicit(&mut self, name: &str) {
        if !self.hosts.contains_key(name) {
            self.add_host(name, None);
            self.implicit = Some(name.to_owned());
        }
    }

    pub(super) fn group(&mut self, name: &str) -> &mut Group {
        self.groups.entry(name.to_owned()).or_default()
    }

    /// Puts hosts without a group into `ungrouped`, and every group below `all`.
    pub(super) fn settle(&mut self) {
        let grouped: IndexSet<String> = self
            .groups
            .iter()
            .filter(|(name, _)| *name != "all")
            .flat_map(|(_, group)| group.hosts.clone())
            .collect();
        let ungrouped: Vec<String> = self
            .hosts
            .keys()
            .filter(|name| !grouped.contains(*name))
            .cloned()
            .collect();
        self.group("ungrouped").hosts.extend(ungrouped);
        let children: IndexSet<String> = self
            .groups
            .values()
            .flat_map(|group| group.children.clone())
            .collect();
        let top: Vec<String> = self
            .groups
            .keys()
            .filter(|name| *name != "all" && !children.contains(*name))
            .cloned()
            .collect();
        self.group("all").children.extend(top);
        for name in &children {
            self.group(name);
        }
    }

    /// Returns the hosts of a group, those of its children included.
    pub(super) fn members(&self, group: &str) -> IndexSet<String> {
        if group == "all" {
            let named = self.hosts.keys();
            return named
                .filter(|name| Some(*name) != self.implicit.as_ref())
                .cloned()
                .collect();
        }
        let (mut hosts, mut seen) = (IndexSet::new(), IndexSet::new());
        self.collect_members(group, &mut hosts, &mut seen);
        hosts
    }

    fn collect_members(
        &self,
        group: &str,
        hosts: &mut IndexSet<String>,
        seen: &mut IndexSet<String>,
    ) {
        let Some(found) = self
            .groups
            .get(group)
            .filter(|_| seen.insert(group.to_owned()))
        else {
            return;
        };
        hosts.extend(found.hosts.iter().cloned());
        for child in &found.children {
            self.collect_members(child, hosts, seen);
        }
    }

    /// Returns the groups of a host from the farthest (`all`) to the nearest, as variables override each other: by
    /// depth, then by name.
    pub(super) fn groups_of(&self, host: &str) -> Vec<String> {
        let mut depths: IndexMap<String, usize> = IndexMap::new();
        for (name, group) in &self.groups {
            if group.hosts.contains(host) {
                self.climb(name, &mut depths, &mut IndexSet::new());
            }
        }
        let mut names: Vec<String> = depths
            .keys()
            .filter(|name| *name != "all")
            .cloned()
            .collect();
        names.sort_by_key(|name| (self.depth(name, &mut IndexSet::new()), name.clone()));
        names.insert(0, "all".to_owned());
        names
    }

    fn climb(&self, group: &str, found: &mut IndexMap<String, usize>, seen: &mut IndexSet<String>) {
        if !seen.insert(group.to_owned()) {
            return;
        }
        found.entry(group.to_owned()).or_default();
        let parents = self
            .groups
            .iter()
            .filter(|(_, it)| it.children.contains(group))
            .map(|(name, _)| name.clone());
        for parent in parents.collect::<Vec<_>>() {
            self.climb(&parent, found, seen);
        }
    }

    fn depth(&self, group: &str, seen: &mut IndexSet<String>) -> usize {
        if !seen.insert(group.to_owned()) {
            return 0;
        }
        let parents = self
            .groups
            .iter()
            .filter(|(_, it)| it.children.contains(group))
            .map(|(name, _)| name);
        let deepest = parents
            .map(|parent| self.depth(parent, &mut seen.clone()))
            .max();
        deepest.map_or(0, |depth| depth + 1)
    }
}

/// Binds the pairs of a mapping, as written.
pub(super) fn bind_mapping(layer: &mut Layer, node: &syntax::Node) {
    for (key, value) in node.pairs().unwrap_or_default() {
        if let Some(name) = key.text() {
            layer
                .vars
                .insert(name.to_owned(), Binding::Node(Arc::clone(value)));
        }
    }
}

fn exists(tree: &SourceTree, path: &str) -> bool {
    tree.is_directory(path) || tree.find(path).is_ok()
}

fn configured_path(tree: &SourceTree) -> Option<String> {
    let text = tree
        .find("ansible.cfg")
        .and_then(|file| tree.text(file))
        .ok()?;
    let line = text.lines().find_map(|line| {
        line.trim()
            .strip_prefix("inventory")?
            .trim_start()
            .strip_prefix('=')
    })?;
    let path = line
        .split(',')
        .next()?
        .trim()
        .trim_start_matches("./")
        .trim_end_matches('/');
    Some(path)
        .filter(|path| !path.is_empty() && !path.starts_with(['/', '~', '$']))
        .map(str::to_owned)
}

/// Folders of variables and files of other kinds stand in folders of inventories, too.
fn is_inventory_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let other = [
        ".md", ".txt", ".orig", ".retry", ".bak", ".py", ".sh", ".cfg.j2", ".j2", ".pub", ".rst",
    ];
    !name.starts_with('.')
        && !name.ends_with('~')
        && !matches!(name, "group_vars" | "host_vars" | "README")
        && !other.iter().any(|ending| name.ends_with(ending))
}

fn looks_like_yaml(text: &str) -> bool {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
    text.trim_start().starts_with("---") || first.is_some_and(|line| line == "all:")
}

/// Reads a variable of a command line or an INI file: a Python literal where it is one, else text.
pub(super) fn literal(text: &str, span: Span) -> Binding {
    let node = syntax::Node {
        kind: syntax::Kind::Scalar {
            text: text.to_owned(),
            style: syntax::Style::SingleQuoted,
        },
        span,
        tag: None,
    };
    let plain = ini::python_literal(text);
    plain.map_or_else(|| Binding::Node(Arc::new(node)), Binding::Value)
}

/// Returns the folders in which group_vars and host_vars of an inventory stand.
pub(super) fn variable_folders(tree: &SourceTree, inventory: &Inventory) -> Vec<String> {
    let mut folders: Vec<String> = inventory
        .files
        .iter()
        .map(|file| {
            tree.path(*file)
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder)
                .to_owned()
        })
        .collect();
    folders.dedup();
    folders
}

/// Returns the YAML files of `<folder>/group_vars/<name>` or `host_vars`: one file, or a folder of them.
pub(super) fn variable_files(
    tree: &SourceTree,
    folder: &str,
    kind: &str,
    name: &str,
) -> Vec<FileId> {
    let base = join(&join(folder, kind), name);
    let files = ["", ".yml", ".yaml", ".json"]
        .iter()
        .find_map(|ending| tree.find(&format!("{base}{ending}")).ok());
    let mut found: Vec<FileId> = files.into_iter().collect();
    if let Some(real) = tree.real_directory(&base) {
        let prefix = format!("{real}/");
        let inside = tree
            .entries()
            .filter(|(_, entry)| entry.path.starts_with(&prefix) && entry.kind == EntryKind::File);
        let readable = inside.filter(|(_, entry)| {
            let name = entry.path.rsplit('/').next().unwrap_or_default();
            !name.starts_with('.')
                && (!name.contains('.')
                    || [".yml", ".yaml", ".json"]
                        .iter()
                        .any(|it| name.ends_with(it)))
        });
        found.extend(readable.map(|(file, _)| file));
    }
    found
}
