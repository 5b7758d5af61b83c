//! The cast: which hosts are played, with which facts and variables.

use std::sync::Arc;

use indexmap::IndexSet;

use super::facts::Profile;
use super::inventory::{
    self, Inventory, bind_mapping, certain_part, literal, matches, plain_names,
};
use super::library::{Library, role_title};
use super::play::Stage;
use super::play::company::{group_names, groups_value};
use super::play::scopes::folder_text;
use super::playbooks::imported;
use super::profiles::profiles;
use super::scope::{Binding, HostVars, Layer, Session};
use super::value::Value;
use crate::diag::{Code, Diagnostics};
use crate::import::{EXAMPLE_HOST, Options as ImportOptions};
use crate::source::{self, FileId, SourceTree, Span};
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

/// With more names than this in the plays and no inventory, one host plays all.
const MAX_NAMES: usize = 20;

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
        let from_inventory = !inventory.hosts.is_empty();
        let patterns = patterns(library, playbooks);
        let mut plays_everything = false;
        let mut origin = "inventory";
        let roles = if playbooks.is_empty() {
            library.roles()
        } else {
            Vec::new()
        };
        if !from_inventory {
            origin = "plays";
            let names: IndexSet<String> = patterns
                .iter()
                .flat_map(|pattern| plain_names(pattern))
                .collect();
            if playbooks.is_empty() {
                if !roles.is_empty() {
                    inventory.add_host(EXAMPLE_HOST, None);
                }
                plays_everything = true;
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
                plays_everything = true;
            } else if names.is_empty() {
                // Files of host_vars name the hosts of an inventory that is kept elsewhere.
                let named = host_vars_names(tree);
                plays_everything = named.is_empty() || named.len() > MAX_NAMES;
                if plays_everything {
                    inventory.add_host(tree.name(), None);
                } else {
                    for name in &named {
                        inventory.add_host(name, None);
                    }
                    inventory.settle();
                }
            } else {
                for name in &names {
                    inventory.add_host(name, None);
                    inventory.group(name).hosts.insert(name.clone());
                }
            }
        } else if patterns
            .iter()
            .any(|it| matches!(it.as_str(), "localhost" | "127.0.0.1"))
            && !inventory.hosts.contains_key("localhost")
        {
            inventory.add_implicit("localhost");
        }
        if from_inventory {
            // Groups that a play fills while it runs stand for the hosts that nobody knows yet.
            for name in made_groups(library) {
                let asked = patterns.iter().any(|it| plain_names(it).contains(&name));
                let is_there =
                    inventory.groups.contains_key(&name) || inventory.hosts.contains_key(&name);
                if asked && !is_there {
                    inventory.add_host(&name, None);
                    inventory.group(&name).hosts.insert(name.clone());
                }
            }
        }
        let extra = extra_vars(tree, &options.ansible.extra_vars, diags);
        let common = common(&inventory, tree, &options.ansible);
        let profiles = profiles(library, session, options, diags);
        let limit = options.ansible.limit.as_deref();
        let played: IndexSet<String> = if plays_everything {
            inventory.hosts.keys().cloned().collect()
        } else {
            let meant = patterns
                .iter()
                .flat_map(|pattern| matches(&inventory, &certain_part(pattern)));
            let mut meant: IndexSet<String> = meant.collect();
            if patterns.iter().any(|it| it == "localhost")
                && inventory.hosts.contains_key("localhost")
            {
                meant.insert("localhost".to_owned());
            }
            inventory
                .hosts
                .keys()
                .filter(|name| meant.contains(*name))
                .cloned()
                .collect()
        };
        let played: IndexSet<String> = match limit {
            Some(limit) => {
                let limited = matches(&inventory, limit);
                played
                    .into_iter()
                    .filter(|name| limited.contains(name))
                    .collect()
            }
            None => played,
        };
        if played.is_empty() && !inventory.hosts.is_empty() && !playbooks.is_empty() {
            diags.general(
                Code::NoHost,
                "no play is for a host of the inventory",
                "look at the `hosts` of the plays, and at -l",
            );
        }
        let playbook_folders: IndexSet<String> = playbooks
            .iter()
            .map(|file| {
                tree.path(*file)
                    .rsplit_once('/')
                    .map_or("", |(folder, _)| folder)
                    .to_owned()
            })
            .collect();
        let mut folders: IndexSet<String> = inventory::variable_folders(tree, &inventory)
            .into_iter()
            .collect();
        folders.extend(playbook_folders);
        let mut host_vars = HostVars::new();
        for name in inventory.hosts.keys() {
            let mut layers = variables(library, &inventory, &folders, name, diags);
            let profile = profiles.of(name);
            let address = address(&inventory, name);
            layers.push(Arc::new(profile.layer(name, address.as_deref())));
            layers.insert(0, Arc::new(own(&inventory, name)));
            host_vars.insert(name.clone(), layers);
        }
        let hosts = played
            .iter()
            .map(|name| {
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
            })
            .collect();
        // `hostvars` shows of a host what the command line and the run say, too.
        for layers in host_vars.values_mut() {
            layers.extend([Arc::clone(&extra), Arc::clone(&common)]);
        }
        Cast {
            hosts,
            inventory,
            roles,
            host_vars,
            common,
            lowest: lowest(),
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

/// Returns the names of the files and folders of `host_vars`.
fn host_vars_names(tree: &SourceTree) -> Vec<String> {
    let mut names = Vec::new();
    for (_, entry) in tree.entries() {
        let Some((folder, name)) = entry.path.rsplit_once('/') else {
            continue;
        };
        let is_there = folder == "host_vars" || folder.ends_with("/host_vars");
        if !is_there || source::is_ignored(folder) || name.starts_with('.') {
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

/// Returns the `hosts` of all plays that are played.
fn patterns(library: &Library<'_>, playbooks: &[FileId]) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut waiting = playbooks.to_vec();
    let mut seen = IndexSet::new();
    while let Some(file) = waiting.pop() {
        if !seen.insert(file) {
            continue;
        }
        let folder = library
            .tree
            .path(file)
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        for play in library
            .tasks(file)
            .map(|it| it.plays.as_slice())
            .unwrap_or_default()
        {
            if let Some(import) = play.import.as_ref().and_then(|it| it.text()) {
                let name = import.split_whitespace().next().unwrap_or_default();
                waiting.extend(imported(library, folder, name));
            }
            if let Some(hosts) = play.node.get("hosts") {
                let listed = hosts
                    .items()
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|it| it.text());
                let pattern = listed.chain(hosts.text()).collect::<Vec<_>>().join(",");
                patterns.push(pattern);
            }
        }
    }
    patterns
}

/// Returns the levels of inventory variables of a host: groups from the farthest, files beside the inventory before
/// those beside the playbook, then the host's own.
fn variables(
    library: &Library<'_>,
    inventory: &Inventory,
    folders: &IndexSet<String>,
    host: &str,
    diags: &mut Diagnostics,
) -> Vec<Arc<Layer>> {
    let mut layers = Vec::new();
    let mut add_files = |layers: &mut Vec<Arc<Layer>>, kind: &str, name: &str| {
        for folder in folders {
            for file in inventory::variable_files(library.tree, folder, kind, name) {
                layers.push(library.layer(file, diags));
            }
        }
    };
    for group in inventory.groups_of(host) {
        if let Some(found) = inventory
            .groups
            .get(&group)
            .filter(|it| !it.vars.vars.is_empty())
        {
            layers.push(Arc::new(found.vars.clone()));
        }
        add_files(&mut layers, "group_vars", &group);
    }
    if let Some(found) = inventory.hosts.get(host) {
        layers.push(Arc::new(found.vars.clone()));
    }
    add_files(&mut layers, "host_vars", host);
    layers
}

fn describe(inventory: &Inventory, host: &str, origin: &str, tree: &SourceTree) -> String {
    let groups: Vec<String> = inventory
        .groups_of(host)
        .into_iter()
        .filter(|name| name != "all" && name != "ungrouped" && name != host)
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
    let files = inventory.files.iter().map(|file| tree.path(*file));
    // A list of names on the command line is no file.
    let file = files.into_iter().find(|path| !path.starts_with('@'));
    let folder = file.map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let text = |it: Option<&str>| it.map_or(Value::None, Value::str);
    set("inventory_dir", text(folder.map(folder_text)));
    set("inventory_file", text(file));
    let settings = tree.find("ansible.cfg").ok();
    set(
        "ansible_config_file",
        text(settings.map(|it| tree.path(it))),
    );
    set("ansible_check_mode", Value::Bool(false));
    set("ansible_forks", Value::Int(5));
    set("ansible_managed", Value::str("Ansible managed"));
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
    let short = host.split('.').next().unwrap_or_default();
    set("inventory_hostname_short", Value::str(short));
    set("group_names", group_names(inventory, host));
    layer
}

/// What holds where nobody says anything.
fn lowest() -> Arc<Layer> {
    let mut layer = Layer::default();
    let connection = Binding::Value(Value::str("ssh"));
    layer
        .vars
        .insert("ansible_connection".to_owned(), connection);
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
            for (name, value) in super::arguments::words(words) {
                layer.vars.insert(name, literal(&value, span));
            }
        } else if let Some(root) =
            yaml::read(tree, file, diags).and_then(|all| all.into_iter().next())
        {
            bind_mapping(&mut layer, &root);
        }
    }
    Arc::new(layer)
}
