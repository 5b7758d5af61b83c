//! Inventories: hosts, groups and their variables; host patterns.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html>

mod address;
mod ini;
mod literal;
mod patterns;
mod sources;
mod variables;
mod yaml;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::scope::{Binding, Layer};
use super::value::Value;
use crate::diag::{Code, Diagnostics};
use crate::source::{FileId, Span};
use crate::syntax::yaml::{Node, Scalar};

pub(super) use literal::string;
pub(super) use patterns::{LOCAL_NAMES, certain_part, matches, plain_names, select, split};
pub(super) use sources::is_inventory_name;
pub(super) use variables::variable_files;

/// The group of every host but an implicit one, and that of hosts without another.
const ALL: &str = "all";
const UNGROUPED: &str = "ungrouped";

/// Hosts and groups, in the order of the source.
#[derive(Clone, Debug)]
pub(super) struct Inventory {
    pub(super) hosts: IndexMap<String, Host>,
    pub(super) groups: IndexMap<String, Group>,
    /// The files that it was read from.
    pub(super) files: Vec<FileId>,
    /// The folders of its sources, where group_vars and host_vars stand.
    pub(super) folders: IndexSet<String>,
    /// The control node, where a play names it and the inventory does not: it is no part of `all`.
    implicit: Option<String>,
    index: Index,
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
    children: IndexSet<String>,
    pub(super) vars: Layer,
    /// `ansible_group_priority`, where it is not 1.
    priority: Option<i64>,
}

/// What `settle` works out.
#[derive(Clone, Debug, Default)]
struct Index {
    /// The hosts of each group, those of its children included.
    members: HashMap<String, Arc<IndexSet<String>>>,
    /// The groups of each host, from the farthest to the nearest.
    groups: HashMap<String, Arc<[String]>>,
}

impl Inventory {
    pub(super) fn new() -> Inventory {
        let groups = [ALL, UNGROUPED].map(|name| (name.to_owned(), Group::default()));
        let mut inventory = Inventory {
            hosts: IndexMap::new(),
            groups: IndexMap::from(groups),
            files: Vec::new(),
            folders: IndexSet::new(),
            implicit: None,
            index: Index::default(),
        };
        inventory.group(ALL).children.insert(UNGROUPED.to_owned());
        inventory
    }

    pub(super) fn add_host(&mut self, name: &str, span: Option<Span>) -> &mut Host {
        self.hosts.entry(name.to_owned()).or_insert_with(|| Host {
            span,
            vars: Layer::default(),
        })
    }

    /// Puts a host into a group, as a source says it.
    fn declare_host(
        &mut self,
        name: &str,
        group: &str,
        port: Option<u16>,
        source: &str,
        span: Span,
    ) {
        if !self.hosts.contains_key(name) {
            let host = self.add_host(name, Some(span));
            let mut set = |name: &str, value: Value| {
                let binding = Binding::Value(value);
                host.vars.vars.insert(name.to_owned(), binding);
            };
            if let Some(port) = port {
                set("ansible_port", Value::Int(i64::from(port)));
            }
            let folder = match source.rsplit_once('/') {
                Some((folder, _)) if !source.contains(',') => folder,
                _ => ".",
            };
            set("inventory_file", Value::str(source));
            set("inventory_dir", Value::str(folder));
        }
        self.group(group).hosts.insert(name.to_owned());
    }

    /// Adds the control node, which a play may name without an inventory's word.
    pub(super) fn add_implicit(&mut self, name: &str) {
        if self.local_host().is_none() {
            let host = self.add_host(name, None);
            let connection = Binding::Value(Value::str("local"));
            host.vars
                .vars
                .insert("ansible_connection".to_owned(), connection);
            self.implicit = Some(name.to_owned());
        }
    }

    /// Returns the host that `localhost` means.
    fn local_host(&self) -> Option<&String> {
        let mut hosts = self.hosts.keys();
        hosts.find(|it| LOCAL_NAMES.contains(&it.as_str()))
    }

    pub(super) fn group(&mut self, name: &str) -> &mut Group {
        self.groups.entry(name.to_owned()).or_default()
    }

    fn set_group(&mut self, group: &str, name: &str, value: Arc<Node>) {
        let group = self.group(group);
        if name != "ansible_group_priority" {
            group
                .vars
                .vars
                .insert(name.to_owned(), Binding::Node(value));
            return;
        }
        group.priority = match value.scalar() {
            Some(Scalar::Int(number)) => Some(number),
            Some(Scalar::Str(text)) => text.trim().parse().ok(),
            _ => None,
        };
    }

    /// Sets a variable of a host; where a group has its name, too, it is the group's, as in Ansible.
    fn set_host(&mut self, host: &str, name: &str, value: &Arc<Node>) {
        if self.groups.contains_key(host) {
            self.set_group(host, name, Arc::clone(value));
        } else {
            let binding = Binding::Node(Arc::clone(value));
            let host = self.add_host(host, None);
            host.vars.vars.insert(name.to_owned(), binding);
        }
    }

    /// Puts a group below another one.
    fn add_child(&mut self, parent: &str, child: &str) -> Result<(), String> {
        if parent == child || self.descendants(child).contains(&parent) {
            return Err(format!(
                "the group `{child}` below `{parent}` would hold itself"
            ));
        }
        self.group(child);
        self.group(parent).children.insert(child.to_owned());
        Ok(())
    }

    /// Returns a group and the groups below it, level by level.
    fn descendants<'i>(&'i self, group: &'i str) -> IndexSet<&'i str> {
        let mut found = IndexSet::from([group]);
        let mut at = 0;
        while let Some(name) = found.get_index(at).copied() {
            let children = self.groups.get(name).map(|it| &it.children);
            found.extend(children.into_iter().flatten().map(String::as_str));
            at += 1;
        }
        found
    }

    /// Puts hosts without a group into `ungrouped` and every group below `all`, and works out who belongs where.
    pub(super) fn settle(&mut self) {
        let mut grouped: HashSet<String> = HashSet::new();
        for (name, group) in &self.groups {
            if name != ALL && name != UNGROUPED {
                grouped.extend(group.hosts.iter().cloned());
            }
        }
        let mut ungrouped = std::mem::take(&mut self.group(UNGROUPED).hosts);
        let implicit = self.implicit.clone();
        ungrouped.extend(
            self.hosts
                .keys()
                .filter(|it| Some(*it) != implicit.as_ref())
                .cloned(),
        );
        ungrouped.retain(|name| !grouped.contains(name));
        self.group(UNGROUPED).hosts = ungrouped;
        let below: HashSet<&String> = self.groups.values().flat_map(|it| &it.children).collect();
        let top = self
            .groups
            .keys()
            .filter(|it| *it != ALL && !below.contains(it));
        let top: Vec<String> = top.cloned().collect();
        self.group(ALL).children.extend(top);
        self.index = self.indexed();
    }

    fn indexed(&self) -> Index {
        let mut index = Index::default();
        let depths = self.depths();
        let mut above: HashMap<&str, IndexSet<&str>> = HashMap::new();
        for name in self.groups.keys() {
            let mut hosts = IndexSet::new();
            for group in self.descendants(name) {
                above.entry(group).or_default().insert(name.as_str());
                let of_group = self.groups.get(group).map(|it| &it.hosts);
                hosts.extend(of_group.into_iter().flatten().cloned());
            }
            index.members.insert(name.clone(), Arc::new(hosts));
        }
        let mut groups: HashMap<&str, IndexSet<&str>> = HashMap::new();
        for (name, group) in &self.groups {
            for host in &group.hosts {
                let of_host = groups.entry(host).or_default();
                of_host.extend(above.get(name.as_str()).into_iter().flatten().copied());
            }
        }
        for host in self.hosts.keys() {
            let mut names: Vec<&str> = groups
                .get(host.as_str())
                .into_iter()
                .flatten()
                .copied()
                .filter(|it| *it != ALL)
                .collect();
            names.sort_by_key(|name| {
                let depth = depths.get(name).copied().unwrap_or_default();
                let priority = self.groups.get(*name).and_then(|it| it.priority);
                (depth, priority.unwrap_or(1), *name)
            });
            names.insert(0, ALL);
            let names = names.into_iter().map(str::to_owned).collect();
            index.groups.insert(host.clone(), names);
        }
        index
    }

    /// Returns how far each group lies below `all`, by the longest way.
    fn depths(&self) -> HashMap<&str, usize> {
        let mut depths: HashMap<&str, usize> = HashMap::new();
        let mut waiting = vec![(ALL, 0)];
        while let Some((name, depth)) = waiting.pop() {
            let known = depths.get(name).copied();
            // No way is longer than all groups: what goes round in a circle ends there.
            if known.is_some_and(|it| it >= depth) || depth > self.groups.len() {
                continue;
            }
            depths.insert(name, depth);
            let children = self.groups.get(name).map(|it| &it.children);
            waiting.extend(
                children
                    .into_iter()
                    .flatten()
                    .map(|it| (it.as_str(), depth + 1)),
            );
        }
        depths
    }

    /// Returns the hosts of a group, those of its children included.
    pub(super) fn members(&self, group: &str) -> Arc<IndexSet<String>> {
        self.index.members.get(group).cloned().unwrap_or_default()
    }

    /// Returns the groups of a host from the farthest (`all`) to the nearest, as variables override each other: by
    /// depth, then by priority, then by name.
    pub(super) fn groups_of(&self, host: &str) -> Arc<[String]> {
        let known = self.index.groups.get(host).cloned();
        known.unwrap_or_else(|| Arc::new([ALL.to_owned()]))
    }
}

/// Binds the pairs of a mapping, as written.
pub(super) fn bind_mapping(layer: &mut Layer, node: &Node) {
    for (key, value) in node.pairs().unwrap_or_default() {
        if let Some(name) = key.text() {
            layer
                .vars
                .insert(name.to_owned(), Binding::Node(Arc::clone(value)));
        }
    }
}

/// Says that an inventory is made by something that would have to be run.
fn report_program(what: &str, span: Span, diags: &mut Diagnostics) {
    let help = "give the output of `ansible-inventory --list` as -i FILE.json";
    let message = format!("{what}, which is never run");
    diags.at_with_help(Code::InventoryScript, span, message, help);
}
