//! The machine with the accounts that modules bring, under the names that NixOS has for them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Brought;
use crate::model::{Condition, Entry, Group, Machine, Origin, Part, Resource, Text, Unit, User};

impl Brought {
    /// Returns the machine as it is with the modules: their accounts are there, and have the names of NixOS.
    pub(in crate::lower) fn complete<'m>(&self, machine: &'m Machine) -> Cow<'m, Machine> {
        if self.users.is_empty() && self.groups.is_empty() {
            return Cow::Borrowed(machine);
        }
        let mut whole = machine.clone();
        for entry in &mut whole.entries {
            self.rename(entry);
        }
        let users = self.users.iter().map(|(name, (_, account))| {
            Resource::User(User {
                name: (*name).to_owned(),
                uid: account.uid,
                system: Some(true),
                create_home: Some(false),
                ..User::default()
            })
        });
        let groups = self.groups.iter().map(|(name, (_, gid))| {
            Resource::Group(Group {
                name: (*name).to_owned(),
                gid: *gid,
            })
        });
        whole
            .entries
            .extend(users.chain(groups).map(|resource| Entry {
                resource,
                part: Part::Machine,
                origin: Origin::default(),
                assumptions: Vec::new(),
                guard: Condition::True,
            }));
        Cow::Owned(whole)
    }

    /// Gives the accounts that an entry names the names of NixOS.
    fn rename(&self, entry: &mut Entry) {
        let mut found: Vec<(&str, &str)> = Vec::new();
        let (users, groups) = accounts(&mut entry.resource);
        for name in users {
            replace(name, &self.user_names, &mut found);
        }
        for name in groups {
            replace(name, &self.group_names, &mut found);
        }
        if let Resource::Unit(it) = &mut entry.resource {
            replace_in_unit(it, &["User"], &self.user_names, &mut found);
            let directives = ["Group", "SupplementaryGroups"];
            replace_in_unit(it, &directives, &self.group_names, &mut found);
        }
        for (from, to) in found {
            let clause = format!("`{from}` is `{to}` on NixOS");
            if !entry.assumptions.contains(&clause) {
                entry.assumptions.push(clause);
            }
        }
    }
}

fn replace(
    name: &mut String,
    names: &BTreeMap<&'static str, &'static str>,
    found: &mut Vec<(&'static str, &'static str)>,
) {
    if let Some((from, to)) = names.get_key_value(name.as_str()) {
        found.push((from, to));
        *name = (*to).to_owned();
    }
}

fn replace_in_unit(
    unit: &mut Unit,
    directives: &[&str],
    names: &BTreeMap<&'static str, &'static str>,
    found: &mut Vec<(&'static str, &'static str)>,
) {
    for section in unit.sections.iter_mut().filter(|it| it.name == "Service") {
        for directive in directives {
            let texts = section.directives.get_mut(*directive).into_iter().flatten();
            for text in texts {
                if let Some(mut name) = text.plain().map(str::to_owned)
                    && names.contains_key(name.as_str())
                {
                    replace(&mut name, names, found);
                    *text = Text::from(name);
                }
            }
        }
    }
}

/// Returns the names of users and of groups that a resource refers to.
pub(in crate::lower) fn named(resource: &Resource) -> (Vec<String>, Vec<String>) {
    if let Resource::Unit(it) = resource {
        return (
            in_unit(it, &["User"]),
            in_unit(it, &["Group", "SupplementaryGroups"]),
        );
    }
    let mut resource = resource.clone();
    let (users, groups) = accounts(&mut resource);
    let owned = |names: Vec<&mut String>| names.into_iter().map(|it| it.clone()).collect();
    (owned(users), owned(groups))
}

fn in_unit(unit: &Unit, directives: &[&str]) -> Vec<String> {
    let sections = unit.sections.iter().filter(|it| it.name == "Service");
    let texts = sections.flat_map(|section| {
        let named = directives.iter();
        named.filter_map(|it| section.directives.get(*it)).flatten()
    });
    let words = texts.filter_map(Text::plain);
    words
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect()
}

/// The names of users and of groups that a resource refers to; those of its own accounts are none.
fn accounts(resource: &mut Resource) -> (Vec<&mut String>, Vec<&mut String>) {
    match resource {
        Resource::CronJob(it) => (vec![&mut it.user], Vec::new()),
        Resource::AuthorizedKey(it) => (vec![&mut it.user], Vec::new()),
        Resource::Step(it) => (it.user.iter_mut().collect(), Vec::new()),
        Resource::File(it) => (it.owner.iter_mut().collect(), it.group.iter_mut().collect()),
        Resource::Directory(it) => (it.owner.iter_mut().collect(), it.group.iter_mut().collect()),
        Resource::PathMode(it) => (it.owner.iter_mut().collect(), it.group.iter_mut().collect()),
        Resource::Membership(it) => (vec![&mut it.user], vec![&mut it.group]),
        Resource::User(it) => {
            let groups = it.group.iter_mut().chain(&mut it.groups);
            (Vec::new(), groups.collect())
        }
        Resource::Unit(_)
        | Resource::Package(_)
        | Resource::Service(_)
        | Resource::FileLine(_)
        | Resource::Link(_)
        | Resource::RemovedPath(_)
        | Resource::Group(_)
        | Resource::Hostname(_)
        | Resource::Timezone(_)
        | Resource::Sysctl(_)
        | Resource::KernelModule(_)
        | Resource::Mount(_)
        | Resource::Database(_)
        | Resource::DatabaseUser(_)
        | Resource::HostsEntry(_)
        | Resource::SshdSetting(_)
        | Resource::SudoRule(_)
        | Resource::Firewall(_)
        | Resource::FirewallPort(_)
        | Resource::Container(_)
        | Resource::ContainerNetwork(_)
        | Resource::Application(_)
        | Resource::Setting(_)
        | Resource::SubordinateIds(_)
        | Resource::Interface(_)
        | Resource::NetworkUnit(_)
        | Resource::Opaque(_)
        | Resource::Contradicted(_) => (Vec::new(), Vec::new()),
    }
}
