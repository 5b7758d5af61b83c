//! Ansible: playbooks, roles and inventories, played for each host.
//!
//! An interpreter, not a pattern matcher: it computes the state that Ansible would have reached on each host, without
//! touching a machine. `library` reads every file once and opens its items; `inventory` says which hosts there are;
//! `play` plays the playbooks for one host, hosts side by side; `chronicle` keeps what happened on each, and `passes`
//! plays those again who asked for others; `settle` reads the files that came out of it.
//!
//! That it computes what ansible-core computes is shown by the cases below `tests/conformance`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/>

mod arguments;
mod asked;
mod chronicle;
mod computed;
mod conditions;
mod digest;
mod facts;
mod foreign_system;
mod hosts;
mod inventory;
mod jinja;
mod keywords;
mod left_open;
mod library;
mod merging;
mod modules;
mod named_systems;
mod params;
mod passes;
mod play;
mod playbook;
mod playbooks;
mod profiles;
mod project;
mod remote;
mod results;
mod scope;
mod secret;
mod session;
mod settings;
mod settle;
mod tags;
mod time;
mod value;
mod vault;

pub use jinja::{Callables, callables};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::state::State;
use super::taint::Known;
use super::{Importer, Options as ImportOptions, Prefer};
use crate::account::{Account, Closing, Code, ItemId, ItemKind, Verdict};
use crate::diag::{self, Diagnostics};
use crate::model::{Condition, Entry, Hostname, Machine, Model, Origin, Part, Resource, VERSION};
use crate::source::SourceTree;

use hosts::Cast;
use library::Library;
use scope::Session;
pub use vault::Password;
use vault::Vaults;

pub(super) const IMPORTER: Importer = Importer {
    name: "ansible",
    described: "playbook or role",
    is_named: is_yaml,
    detect,
    knows: modules::names,
    root_markers: project::ROOT_MARKERS,
    side: Some(Prefer::Playbook),
    projects: project::projects,
    import,
};

/// Ansible's own options.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-i`: inventories, as paths in the tree (`@…` for files outside it).
    pub inventories: Vec<String>,
    /// `-l`
    pub limit: Option<String>,
    /// `-e`: files of the tree, the last one counts. `@-e<N>` is a text of the command line (`k=v ...`, JSON or YAML, as
    /// Ansible tells them apart), any other is a file of variables.
    pub extra_vars: Vec<String>,
    /// `-t`
    pub tags: Vec<String>,
    /// `--skip-tags`
    pub skip_tags: Vec<String>,
    /// `--facts`: a file of the tree, as `ansible -m setup` prints it.
    pub facts: Option<String>,
    /// `--assume`: a built-in profile.
    pub assume: Option<String>,
    /// `--vault-password-file` and `--vault-id`.
    pub passwords: Vec<Password>,
    /// `--trace`: whether every task is noted as it is played.
    pub trace: bool,
}

/// Returns what is known of each module, for people.
pub(super) fn subjects() -> Vec<super::Subject> {
    modules::subjects()
}

/// Returns the names of the built-in profiles of facts.
pub fn profile_names() -> impl Iterator<Item = &'static str> {
    facts::Profile::names()
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

fn detect(tree: &SourceTree, given: Option<&str>) -> bool {
    match given {
        Some(path) => is_yaml(path),
        None => project::is_project(tree),
    }
}

fn import(
    tree: &SourceTree,
    options: &ImportOptions,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Model {
    let vaults = Arc::new(Vaults::of(tree, &options.ansible.passwords, diags));
    let library = Library::load(tree, account, diags).opened_by(&vaults);
    let playbooks = playbooks::choose(&library, &options.given, diags);
    let session = Session::new(tree).opened_by(&vaults);
    let cast = Cast::choose(&library, &session, &playbooks, options, diags);
    drop(session);
    let played = passes::play(&library, &cast, &playbooks, options);
    let mut machines = Vec::with_capacity(played.len());
    let mut played = played;
    let mut delegated: Vec<(String, State)> = Vec::new();
    for played in &mut played {
        delegated.extend(std::mem::take(&mut played.delegated));
    }
    let mut known = Known::default();
    for (host, played) in cast.hosts.iter().zip(played) {
        account.steps.extend(played.steps);
        diags.append(played.diags);
        for file in &played.visited {
            diags.append(library.said_of(*file));
            for item in library
                .tasks(*file)
                .map(|it| it.items.as_slice())
                .unwrap_or_default()
            {
                account.get_mut(*item).counted = true;
            }
        }
        for (item, mut closing) in played.closings {
            closing.host.clone_from(&host.name);
            account.close(item, closing);
        }
        let played_by: BTreeSet<ItemId> = played.held.keys().copied().collect();
        for (play, held) in played.held {
            account.hold(play, held, &host.name);
        }
        known.join(played.state.known());
        let entries = settle::settle(
            played.state,
            &host.name,
            host.profile.family(),
            account,
            diags,
        );
        let mut entries = entries;
        let theirs = delegated.extract_if(.., |(name, _)| *name == host.name);
        for (_, state) in theirs.collect::<Vec<_>>() {
            entries.extend(settle::settle(
                state,
                &host.name,
                host.profile.family(),
                account,
                diags,
            ));
        }
        entries.extend(hostname(host, &entries));
        for (item, closing) in foreign_system::leave(&mut entries, &host.name, diags) {
            account.close(item, closing);
        }
        let is_played = |item: &ItemId| played_by.contains(item);
        entries.extend(remote::sshd(host, &library, is_played, &entries));
        machines.push(Machine {
            name: host.name.clone(),
            described: host.described.clone(),
            family: host.profile.family(),
            entries,
            packaged: BTreeMap::new(),
            started: None,
        });
    }
    for host in &cast.others {
        let theirs: Vec<(String, State)> = delegated
            .extract_if(.., |(name, _)| *name == host.name)
            .collect();
        let mut entries = Vec::new();
        for (_, state) in theirs {
            let family = host.profile.family();
            entries.extend(settle::settle(state, &host.name, family, account, diags));
        }
        if entries.is_empty() {
            continue;
        }
        entries.extend(hostname(host, &entries));
        machines.push(Machine {
            name: host.name.clone(),
            described: host.described.clone(),
            family: host.profile.family(),
            entries,
            packaged: BTreeMap::new(),
            started: None,
        });
    }
    vaults.report(diags);
    diags.hide(known.values());
    if let Some(search) = known.search() {
        account.reword(|it| search.shown(it));
        account.reword_steps(|it| search.shown(it));
        diags.reword(|it| search.shown(it));
    }
    close_the_rest(account, &library, &machines);
    profiles::say_what_is_skipped(account, &library, options, diags);
    if machines.is_empty() {
        diags.general(
            diag::Code::NothingToDo,
            "nothing here names a host",
            "give a playbook, a role, or an inventory with -i",
        );
    }
    Model {
        version: VERSION,
        machines,
    }
}

/// A host of an inventory is called by the name that it has there, unless a task names it.
fn hostname(host: &hosts::Host, entries: &[Entry]) -> Option<Entry> {
    let span = host.named_at?;
    let label = host.name.split('.').next().unwrap_or_default();
    let is_name = !label.is_empty()
        && !label.starts_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_address = host.name.parse::<std::net::IpAddr>().is_ok();
    let is_set = entries
        .iter()
        .any(|entry| matches!(entry.resource, Resource::Hostname(_)));
    if !is_name || is_address || is_set || host.name == "localhost" {
        return None;
    }
    Some(Entry {
        resource: Resource::Hostname(Hostname {
            name: host.name.clone(),
        }),
        part: Part::Host,
        origin: Origin {
            items: Vec::new(),
            places: vec![span],
        },
        assumptions: Vec::new(),
        guard: Condition::True,
    })
}

/// Closes what no play reached.
fn close_the_rest(account: &mut Account, library: &Library<'_>, machines: &[Machine]) {
    let entries = machines.iter().flat_map(|machine| &machine.entries);
    let awaited: BTreeSet<ItemId> = entries
        .flat_map(|entry| entry.origin.items.iter().copied())
        .collect();
    for item in library.files().flat_map(|file| file.items.iter().copied()) {
        let it = account.get(item);
        if !it.counted || !it.closings.is_empty() || !it.holds.is_empty() || awaited.contains(&item)
        {
            continue;
        }
        let (code, reason) = match it.kind {
            ItemKind::AnsibleHandler => (
                Code::NotNotified,
                "nothing that is played notifies this handler",
            ),
            ItemKind::AnsiblePlay => (
                Code::NotReached,
                "its hosts are none of the hosts that are translated",
            ),
            _ => (Code::NotReached, "no play reaches this task"),
        };
        account.close(
            item,
            Closing {
                host: String::new(),
                verdict: Verdict::Skipped,
                code,
                reason: reason.to_owned(),
            },
        );
    }
}
