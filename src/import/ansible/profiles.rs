//! The profiles: which facts a host is taken to have.

use indexmap::IndexMap;

use super::facts::Profile;
use super::library::Library;
use super::named_systems;
use super::scope::{HostVars, Session};
use super::value::Value;
use crate::account::{self, Account, Item, ItemKind};
use crate::diag::{Code, Diagnostics};
use crate::import::Options as ImportOptions;
use crate::syntax::yaml::{self, Node};

/// Of fewer tasks, that most are skipped says nothing.
const FEW_TASKS: usize = 5;

/// The facts of every host.
pub(super) struct Profiles {
    usual: Profile,
    own: IndexMap<String, Profile>,
}

impl Profiles {
    pub(super) fn of(&self, host: &str) -> &Profile {
        self.own.get(host).unwrap_or(&self.usual)
    }
}

/// Chooses the facts: what was given, else what the roles and plays name, else Debian 12.
pub(super) fn profiles(
    library: &Library<'_>,
    session: &Session<'_>,
    options: &ImportOptions,
    diags: &mut Diagnostics,
) -> Profiles {
    let mut own = IndexMap::new();
    let given = options
        .ansible
        .facts
        .as_deref()
        .and_then(|path| library.tree.find(path).ok());
    if let Some(file) = given {
        let root = yaml::read(library.tree, file, diags).and_then(|all| all.into_iter().next());
        let value = root.map(|root| {
            super::play::bare_scope(session, &HostVars::new(), Vec::new())
                .resolve(&root)
                .unwrap_or(Value::None)
        });
        if let Some(value) = value {
            let is_facts = value.get("ansible_facts").is_some()
                || value.get("ansible_os_family").is_some()
                || value.get("os_family").is_some();
            if let (false, Value::Dict(pairs)) = (is_facts, &value) {
                for (host, facts) in pairs.iter() {
                    own.insert(
                        host.to_string(),
                        Profile::from_facts(&format!("{}, {host}", library.tree.path(file)), facts),
                    );
                }
            } else {
                let usual = Profile::from_facts(library.tree.path(file), &value);
                return Profiles { usual, own };
            }
        }
    }
    let asked = options
        .ansible
        .assume
        .as_deref()
        .and_then(Profile::built_in);
    let (name, why) = named_profile(library);
    let usual = asked
        .clone()
        .or_else(|| Profile::built_in(name))
        .or_else(|| Profile::built_in("debian-12"));
    let usual = usual.unwrap_or_else(|| Profile::from_facts("nothing", &Value::None));
    if asked.is_none() {
        let message = format!("the facts of the hosts are those of {} ({why})", usual.name);
        diags.general(
            Code::FactsAssumed,
            message,
            "give real ones with --facts, or another profile with --assume",
        );
    }
    Profiles { usual, own }
}

/// Says where most of what is played does nothing under facts that nobody gave.
pub(super) fn say_what_is_skipped(
    account: &Account,
    library: &Library<'_>,
    options: &ImportOptions,
    diags: &mut Diagnostics,
) {
    if options.ansible.facts.is_some() || options.ansible.assume.is_some() {
        return;
    }
    let items = library.files().flat_map(|file| &file.items);
    let tasks: Vec<&Item> = items
        .map(|it| account.get(*it))
        .filter(|it| it.counted && it.kind == ItemKind::AnsibleTask)
        .collect();
    let is_off = |item: &&&Item| {
        let all = &item.closings;
        !all.is_empty()
            && all
                .iter()
                .all(|it| it.code == account::Code::ConditionFalse)
    };
    let off = tasks.iter().filter(is_off).count();
    if tasks.len() >= FEW_TASKS && off * 2 > tasks.len() {
        diags.general(
            Code::MostlySkipped,
            format!(
                "{off} of {} tasks have a condition that is false here",
                tasks.len()
            ),
            "say which system the hosts have with --assume, or give their facts with --facts",
        );
    }
}

/// Returns the profile that the metadata of the roles and the words of the plays speak for.
fn named_profile(library: &Library<'_>) -> (&'static str, &'static str) {
    // A role that stands alone says which platforms it is for; the first of them that has a profile is taken.
    if let Some(meta) = library
        .role_file("", "meta", "main")
        .and_then(|file| library.document(file))
        && let Some(platforms) = meta
            .get("galaxy_info")
            .and_then(|it| it.get("platforms"))
            .and_then(|it| it.items())
    {
        let names: Vec<String> = platforms
            .iter()
            .filter_map(|it| platform_name(it))
            .collect();
        let has = |name: &str| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        let known = [
            ("Debian", "debian-12"),
            ("Ubuntu", "ubuntu-24.04"),
            ("EL", "rhel-9"),
            ("Rocky", "rocky-9"),
            ("Fedora", "fedora-40"),
            ("ArchLinux", "arch"),
            ("Alpine", "alpine-3.20"),
        ];
        if let Some((_, profile)) = known.iter().find(|(name, _)| has(name)) {
            return (profile, "which the role's galaxy_info names");
        }
    }
    let managers = library.all_tasks().map(|task| task.module.clone());
    let mut counts: IndexMap<&'static str, usize> = IndexMap::new();
    for module in managers {
        let profile = match module.as_str() {
            "apt" | "apt_key" | "apt_repository" | "deb822_repository" | "debconf" => "debian-12",
            "yum" | "dnf" | "yum_repository" | "rpm_key" => "rhel-9",
            "pacman" => "arch",
            "apk" => "alpine-3.20",
            _ => continue,
        };
        *counts.entry(profile).or_default() += 1;
    }
    let best = counts
        .iter()
        .max_by_key(|(name, count)| (**count, **name == "debian-12"));
    let (name, why) = best.map_or(("debian-12", "the default"), |(name, _)| {
        (*name, "whose packages the tasks install")
    });
    match named_systems::only_named(library, name) {
        Some(only) if only != name => (only, "the only one of its family that the tasks name"),
        Some(_) | None => (name, why),
    }
}

fn platform_name(node: &Node) -> Option<String> {
    node.get("name")
        .and_then(|it| it.text())
        .or(node.text())
        .map(str::to_owned)
}
