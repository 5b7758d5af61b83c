//! The cast: which hosts are played, with which facts and variables.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use super::asked::{add_named, invent, limits, patterns};
use super::facts::Profile;
use super::inventory::{self, Inventory, bind_mapping, split};
use super::library::{Library, role_title};
use super::play::Stage;
use super::play::company::{group_names, groups_value};
use super::profiles::profiles;
use super::scope::{Binding, HostVars, Layer, Session};
use super::settings::setting;
use super::value::Value;
use crate::diag::{Code, Diagnostics};
use crate::import::Options as ImportOptions;
use crate::source::{FileId, SourceTree, Span};
use crate::syntax::yaml;

/// A host that is played.
pub(super) struct Host {
    pub(super) name: String,
    /// Where an inventory names it; the plays may only name groups.
    pub(super) named_at: Option<Span>,
    pub(super) described: String,
    pub(super) profile: Profile,
    pub(super) facts: Arc<Layer>,
    pub(super) vars: Vec<Arc<Layer>>,
}

/// All hosts, and what they share.
pub(super) struct Cast {
    pub(super) hosts: Vec<Host>,
    /// Hosts of the inventory that no play is for: tasks may be delegated to them.
    pub(super) others: Vec<Host>,
    pub(super) inventory: Inventory,
    /// The roles that are played where there is no playbook.
    pub(super) roles: Vec<String>,
    host_vars: HostVars,
    common: Arc<Layer>,
    lowest: Arc<Layer>,
    extra: Arc<Layer>,
    plays_everything: bool,
    is_given: bool,
}

impl Cast {
    pub(super) fn choose(
        library: &Library<'_>,
        session: &Session<'_>,
        playbooks: &[FileId],
        options: &ImportOptions,
        diags: &mut Diagnostics,
    ) -> Cast {
        let tree = library.tree;
        let asked = &options.ansible.inventories;
        let paths = if asked.is_empty() {
            Inventory::usual_paths(tree)
        } else {
            asked.clone()
        };
        let mut inventory = Inventory::read(tree, &paths, diags);
        let extra = extra_vars(tree, &options.ansible.extra_vars, diags);
        let from_inventory = !inventory.hosts.is_empty();
        let patterns = patterns(library, session, playbooks, &extra);
        let roles = if playbooks.is_empty() {
            library.roles()
        } else {
            Vec::new()
        };
        let (origin, plays_everything) = if from_inventory {
            add_named(&mut inventory, library, &patterns);
            ("inventory", false)
        } else {
            let everything = invent(
                &mut inventory,
                tree,
                &patterns,
                !roles.is_empty(),
                playbooks,
                diags,
            );
            ("plays", everything)
        };
        let common = common(&inventory, tree, &options.ansible);
        let profiles = profiles(library, session, options, diags);
        let limit = options.ansible.limit.as_deref();
        let mut played: IndexSet<String> = if plays_everything {
            inventory.hosts.keys().cloned().collect()
        } else {
            let mut meant: IndexSet<String> = IndexSet::new();
            for pattern in &patterns {
                match inventory::select(&inventory, &split(&pattern.text)) {
                    Ok(hosts) => meant.extend(hosts),
                    Err(message) => diags.at(Code::NoHost, pattern.span, message),
                }
            }
            let hosts = inventory.hosts.keys();
            hosts
                .filter(|name| meant.contains(*name))
                .cloned()
                .collect()
        };
        if let Some(limit) = limit {
            match inventory::select(&inventory, &limits(tree, limit)) {
                Ok(limited) => played.retain(|name| limited.contains(name)),
                Err(message) => {
                    played.clear();
                    diags.general(Code::NoHost, message, "look at -l and at the inventory");
                }
            }
        }
        if played.is_empty() && !inventory.hosts.is_empty() && !playbooks.is_empty() {
            diags.general(
                Code::NoHost,
                "no play is for a host of the inventory",
                "look at the `hosts` of the plays, and at -l",
            );
        }
        let folders = Folders {
            inventory: inventory.folders.clone(),
            playbooks: playbooks
                .iter()
                .map(|file| folder_of(tree, *file))
                .collect(),
        };
        let groups = group_layers(library, &inventory, &folders, diags);
        let mut host_vars = HostVars::new();
        for (name, host) in &inventory.hosts {
            let mut layers = Vec::new();
            let of_host = inventory.groups_of(name);
            let of_host = || of_host.iter().filter_map(|it| groups.get(it));
            // All inventories come before all files, and of the files those of `all` before those of other groups.
            layers.extend(of_host().flat_map(|it| it.inventory.iter().cloned()));
            layers.extend(of_host().take(1).flat_map(GroupLayers::files));
            layers.extend(of_host().skip(1).flat_map(|it| it.beside.iter().cloned()));
            layers.extend(of_host().skip(1).flat_map(|it| it.playbook.iter().cloned()));
            layers.push(Arc::new(host.vars.clone()));
            for folder in folders.inventory.iter().chain(&folders.playbooks) {
                for file in inventory::variable_files(tree, folder, "host_vars", name) {
                    layers.push(library.layer(file, diags));
                }
            }
            let profile = profiles.of(name);
            let address = address(&inventory, name);
            layers.push(Arc::new(profile.layer(name, address.as_deref())));
            layers.insert(0, Arc::new(own(&inventory, name)));
            host_vars.insert(name.clone(), layers);
        }
        let host = |name: &String| {
            let mut vars = host_vars.get(name).cloned().unwrap_or_default();
            let facts = vars.pop().unwrap_or_default();
            Host {
                facts,
                name: name.clone(),
                named_at: inventory.hosts.get(name).and_then(|host| host.span),
                described: describe(&inventory, name, origin, tree),
                profile: profiles.of(name).clone(),
                vars,
            }
        };
        let hosts = played.iter().map(host).collect();
        let is_other = |name: &&String| limit.is_none() && !played.contains(*name);
        let others = inventory.hosts.keys().filter(is_other).map(host).collect();
        // `hostvars` shows of a host what the command line and the run say, too.
        for layers in host_vars.values_mut() {
            layers.extend([Arc::clone(&extra), Arc::clone(&common)]);
        }
        Cast {
            hosts,
            others,
            inventory,
            roles,
            host_vars,
            common,
            lowest: lowest(tree),
            extra,
            plays_everything,
            is_given: from_inventory,
        }
    }

    pub(super) fn stage<'a>(
        &'a self,
        library: &'a Library<'a>,
        options: &super::Options,
    ) -> Stage<'a> {
        Stage {
            library,
            inventory: &self.inventory,
            hosts: &self.host_vars,
            common: Arc::clone(&self.common),
            played: self.hosts.iter().map(|host| host.name.clone()).collect(),
            others: self.others.iter().map(|host| host.name.clone()).collect(),
            lowest: Arc::clone(&self.lowest),
            extra: Arc::clone(&self.extra),
            tags: options.tags.clone(),
            skip_tags: options.skip_tags.clone(),
            plays_everything: self.plays_everything,
            is_cast_given: self.is_given,
            trace: options.trace,
        }
    }

    pub(super) fn role_title<'t>(&self, tree: &'t SourceTree, role: &'t str) -> &'t str {
        if role.is_empty() {
            role_title(tree.name())
        } else {
            role_title(role)
        }
    }
}

/// Returns the IPv4 address by which the inventory reaches a host.
fn address(inventory: &Inventory, name: &str) -> Option<String> {
    let vars = &inventory.hosts.get(name)?.vars.vars;
    let bound = ["ansible_host", "ansible_ssh_host"]
        .iter()
        .find_map(|it| vars.get(*it));
    let said = match bound {
        Some(Binding::Node(node)) => node.text()?.to_owned(),
        Some(Binding::Value(value) | Binding::Assumed(value, _)) => value.as_str()?.to_owned(),
        None => name.to_owned(),
    };
    said.parse::<std::net::Ipv4Addr>().is_ok().then_some(said)
}

pub(super) fn folder_of(tree: &SourceTree, file: FileId) -> String {
    let path = tree.path(file);
    path.rsplit_once('/')
        .map_or("", |(folder, _)| folder)
        .to_owned()
}

/// Where group_vars and host_vars stand: beside the inventories, and beside the playbooks.
struct Folders {
    inventory: IndexSet<String>,
    playbooks: IndexSet<String>,
}

/// The variables of a group: those of the inventory, and the files beside it and beside the playbooks.
#[derive(Default)]
struct GroupLayers {
    inventory: Option<Arc<Layer>>,
    beside: Vec<Arc<Layer>>,
    playbook: Vec<Arc<Layer>>,
}

impl GroupLayers {
    fn files(&self) -> impl Iterator<Item = Arc<Layer>> {
        self.beside.iter().chain(&self.playbook).cloned()
    }
}

/// Returns the variables of every group, read once for all its hosts.
fn group_layers(
    library: &Library<'_>,
    inventory: &Inventory,
    folders: &Folders,
    diags: &mut Diagnostics,
) -> HashMap<String, GroupLayers> {
    let mut groups = HashMap::new();
    for (name, group) in &inventory.groups {
        let mut layers = GroupLayers::default();
        if !group.vars.vars.is_empty() {
            layers.inventory = Some(Arc::new(group.vars.clone()));
        }
        for (folders, layers) in [
            (&folders.inventory, &mut layers.beside),
            (&folders.playbooks, &mut layers.playbook),
        ] {
            for folder in folders {
                for file in inventory::variable_files(library.tree, folder, "group_vars", name) {
                    layers.push(library.layer(file, diags));
                }
            }
        }
        groups.insert(name.clone(), layers);
    }
    groups
}

fn describe(inventory: &Inventory, host: &str, origin: &str, tree: &SourceTree) -> String {
    let groups: Vec<String> = inventory
        .groups_of(host)
        .iter()
        .filter(|name| *name != "all" && *name != "ungrouped" && *name != host)
        .cloned()
        .collect();
    let source = match (origin, inventory.files.first()) {
        ("inventory", Some(file)) => format!("inventory `{}`", tree.path(*file)),
        _ => "named by the plays".to_owned(),
    };
    if groups.is_empty() {
        source
    } else {
        format!("{source}, groups {}", groups.join(", "))
    }
}

/// `groups` and what else is the same for every host.
fn common(inventory: &Inventory, tree: &SourceTree, options: &super::Options) -> Arc<Layer> {
    let mut layer = Layer::default();
    let mut set = |name: &str, value: Value| {
        layer.vars.insert(name.to_owned(), Binding::Value(value));
    };
    set("groups", groups_value(inventory));
    let settings = tree.find("ansible.cfg").ok();
    let settings = settings.map(|it| tree.path(it));
    set(
        "ansible_config_file",
        settings.map_or(Value::None, Value::str),
    );
    set("ansible_check_mode", Value::Bool(false));
    set("ansible_forks", Value::Int(5));
    let all = ["all".to_owned()];
    let asked = if options.tags.is_empty() {
        &all[..]
    } else {
        &options.tags
    };
    let words = |words: &[String]| Value::list(words.iter().map(|it| Value::str(it)).collect());
    set("ansible_run_tags", words(asked));
    set("ansible_skip_tags", words(&options.skip_tags));
    set("ansible_verbosity", Value::Int(0));
    set("ansible_diff_mode", Value::Bool(false));
    let python = Value::unknown("the Python that runs Ansible", None);
    set("ansible_playbook_python", python);
    let sources = Value::unknown("the inventories that Ansible is given", None);
    set("ansible_inventory_sources", sources);
    let numbers = vec![
        ("full", Value::str("2.19.0")),
        ("major", Value::Int(2)),
        ("minor", Value::Int(19)),
        ("revision", Value::Int(0)),
        ("string", Value::str("2.19.0")),
    ];
    set("ansible_version", Value::of_pairs(numbers));
    Arc::new(layer)
}

/// What every host has of its own.
fn own(inventory: &Inventory, host: &str) -> Layer {
    let mut layer = Layer::default();
    let mut set = |name: &str, value: Value| {
        layer.vars.insert(name.to_owned(), Binding::Value(value));
    };
    set("inventory_hostname", Value::str(host));
    set("inventory_hostname_short", Value::str(short_name(host)));
    set("group_names", group_names(inventory, host));
    let is_named = inventory
        .hosts
        .get(host)
        .is_some_and(|it| it.span.is_some());
    if is_named {
        // Ansible reaches a host by its name, unless the inventory has an address.
        set("ansible_host", Value::str(host));
    }
    layer
}

/// An address has no short form.
fn short_name(host: &str) -> &str {
    if host.parse::<std::net::IpAddr>().is_ok() {
        host
    } else {
        host.split('.').next().unwrap_or_default()
    }
}

/// What holds where nobody says anything.
fn lowest(tree: &SourceTree) -> Arc<Layer> {
    let mut layer = Layer::default();
    for (name, value) in [
        ("ansible_connection", "ssh"),
        // A host of which no inventory tells is looked for beside the playbooks.
        ("inventory_dir", "."),
        ("inventory_file", "hosts"),
    ] {
        let binding = Binding::Value(Value::str(value));
        layer.vars.insert(name.to_owned(), binding);
    }
    if let Some(user) = setting(tree, "ansible.cfg", "remote_user").filter(|it| !it.is_empty()) {
        for name in ["ansible_user", "ansible_ssh_user"] {
            let binding = Binding::Value(Value::str(&user));
            layer.vars.insert(name.to_owned(), binding);
        }
    }
    Arc::new(layer)
}

/// `-e`: `k=v` words, JSON or YAML, or the text of a file.
fn extra_vars(tree: &SourceTree, paths: &[String], diags: &mut Diagnostics) -> Arc<Layer> {
    let mut layer = Layer::default();
    for path in paths {
        let Ok(file) = tree.find(path) else { continue };
        let text = tree.text(file).unwrap_or_default();
        let words = text.trim();
        let is_words =
            path.starts_with("@-e") && !words.starts_with(['{', '[']) && words.contains('=');
        if is_words {
            let span = Span::new(file, 0, text.len());
            match super::arguments::words(words) {
                Ok(pairs) => {
                    layer.vars.extend(pairs.into_iter().map(|(name, value)| {
                        (name, Binding::Node(inventory::string(&value, span)))
                    }))
                }
                Err(message) => diags.at(Code::AnsibleShape, span, message),
            }
        } else if let Some(root) =
            yaml::read(tree, file, diags).and_then(|all| all.into_iter().next())
        {
            bind_mapping(&mut layer, &root);
        }
    }
    Arc::new(layer)
}
