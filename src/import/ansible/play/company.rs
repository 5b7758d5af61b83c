//! `Company`: the hosts of a run at one moment: their groups, with those that plays made so far, and whom a play means.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexSet;

use super::scopes::folder_text;
use super::{Player, Stage};
use crate::import::ansible::chronicle::{Chronicles, Moment};
use crate::import::ansible::inventory::{Inventory, matches};
use crate::import::ansible::playbook::Play;
use crate::import::ansible::scope::{Binding, Layer};
use crate::import::ansible::value::Value;

/// The hosts of a run at one moment.
pub(in crate::import::ansible) struct Company {
    inventory: Inventory,
    groups: Value,
    meant: Mutex<HashMap<String, Arc<Meant>>>,
}

/// The hosts that a pattern means.
pub(super) struct Meant {
    pub(super) hosts: IndexSet<String>,
    /// The first of them that is translated.
    first: Option<String>,
    /// `ansible_play_hosts_all` and, of the hosts that are translated, `ansible_play_hosts`.
    all: Value,
    translated: Value,
}

/// The companies of a run, by how many hosts were put into groups before.
#[derive(Default)]
pub(in crate::import::ansible) struct Companies(Mutex<HashMap<usize, Arc<Company>>>);

impl std::fmt::Debug for Companies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Companies")
    }
}

impl Companies {
    /// Returns the company in which hosts were put into these groups.
    pub(in crate::import::ansible) fn after(
        &self,
        inventory: &Inventory,
        grouped: &[(Moment, String, String)],
    ) -> Arc<Company> {
        let mut companies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let company = companies.entry(grouped.len()).or_insert_with(|| {
            let mut inventory = inventory.clone();
            for (_, host, group) in grouped {
                inventory.add_host(host, None);
                inventory.group(group).hosts.insert(host.clone());
            }
            inventory.settle();
            let groups = groups_value(&inventory);
            Arc::new(Company {
                inventory,
                groups,
                meant: Mutex::default(),
            })
        });
        Arc::clone(company)
    }
}

/// Returns the variable `groups`.
pub(in crate::import::ansible) fn groups_value(inventory: &Inventory) -> Value {
    let names = inventory.groups.keys();
    let groups: Vec<(&str, Value)> = names
        .map(|name| (name.as_str(), list(&inventory.members(name))))
        .collect();
    Value::of_pairs(groups)
}

fn list(hosts: &IndexSet<String>) -> Value {
    Value::list(hosts.iter().map(|name| Value::str(name)).collect())
}

impl Company {
    /// Returns the hosts that a pattern means; once for all hosts that ask.
    pub(super) fn meant(&self, pattern: &str, stage: &Stage<'_>) -> Arc<Meant> {
        let mut meant = self.meant.lock().unwrap_or_else(PoisonError::into_inner);
        let known = meant.entry(pattern.to_owned()).or_insert_with(|| {
            let hosts = matches(&self.inventory, pattern);
            let is_translated = |host: &&String| stage.plays(host);
            let translated: IndexSet<String> =
                hosts.iter().filter(is_translated).cloned().collect();
            Arc::new(Meant {
                first: translated.first().cloned(),
                all: list(&hosts),
                translated: list(&translated),
                hosts,
            })
        });
        Arc::clone(known)
    }
}

impl<'a> Player<'a> {
    pub(super) fn company(&self) -> Arc<Company> {
        let others: &Chronicles = self.session.others();
        others.company(self.stage.inventory, &self.session.now())
    }

    /// Makes the magic variables that hold for a whole play; `pattern` says whom it is for.
    pub(super) fn set_magic(&mut self, play: Option<&Play>, pattern: Option<&str>) {
        let company = self.company();
        let meant = company.meant(pattern.unwrap_or(&self.host), self.stage);
        let mut layer = Layer::default();
        let mut set = |name: &str, value: Value| {
            layer.vars.insert(name.to_owned(), Binding::Value(value));
        };
        set("groups", company.groups.clone());
        set("group_names", group_names(&company.inventory, &self.host));
        set("playbook_dir", Value::str(folder_text(&self.frame.folder)));
        set("ansible_play_name", Value::str(&self.frame.name));
        set("ansible_play_hosts_all", meant.all.clone());
        for name in ["ansible_play_hosts", "ansible_play_batch", "play_hosts"] {
            set(name, meant.translated.clone());
        }
        let listed = play.map(|play| self.listed_roles(play)).unwrap_or_default();
        let roles = |names: &[String]| Value::list(names.iter().map(|it| Value::str(it)).collect());
        let (listed, dependencies) = (&listed.0, &listed.1);
        let mut all = listed.clone();
        all.extend(
            dependencies
                .iter()
                .filter(|it| !listed.contains(it))
                .cloned(),
        );
        set("ansible_role_names", roles(&all));
        set("ansible_play_role_names", roles(listed));
        set("role_names", roles(listed));
        set("ansible_dependent_role_names", roles(dependencies));
        // What `order` says shows only in who is first.
        let order = play.and_then(|it| it.node.get("order")?.text());
        let mut played = meant.hosts.iter().filter(|it| self.stage.plays(it));
        self.frame.first = match order.unwrap_or_default() {
            "sorted" => played.min().cloned(),
            "reverse_sorted" => played.max().cloned(),
            "reverse_inventory" => played.next_back().cloned(),
            _ => meant.first.clone(),
        };
        self.frame.magic = Arc::new(layer);
    }
}

/// Returns the variable `group_names` of a host.
pub(in crate::import::ansible) fn group_names(inventory: &Inventory, host: &str) -> Value {
    let groups = inventory.groups_of(host);
    let mut groups: Vec<&String> = groups.iter().filter(|name| *name != "all").collect();
    groups.sort();
    Value::list(groups.iter().map(|it| Value::str(it)).collect())
}
