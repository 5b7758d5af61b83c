//! Accounts that every Debian has without a word (base-passwd), and NixOS has not: what the machine names of them is made,
//! with its numbers, so that files that are carried over stay its own.

use std::collections::BTreeMap;

use super::application;
use super::brought;
use super::machine;
use super::paths;
use super::user::BASE_GROUPS;
use crate::model::{Condition, Entry, Family, Group, Machine, Resource, User};

/// An account of base-passwd: the numbers of the user and of the group of its name, and the home.
pub(super) struct Base {
    name: &'static str,
    pub(super) uid: u32,
    pub(super) gid: u32,
    home: &'static str,
}

const DEBIAN: [Base; 8] = [
    base("backup", 34, 34, "/var/backups"),
    base("games", 5, 60, "/usr/games"),
    base("irc", 39, 39, "/run/ircd"),
    base("list", 38, 38, "/var/list"),
    base("news", 9, 9, "/var/spool/news"),
    base("proxy", 13, 13, "/bin"),
    base("uucp", 10, 10, "/var/spool/uucp"),
    base("www-data", 33, 33, "/var/www"),
];

const fn base(name: &'static str, uid: u32, gid: u32, home: &'static str) -> Base {
    Base {
        name,
        uid,
        gid,
        home,
    }
}

/// Returns the account of the distribution's base that has a name.
pub(super) fn of(name: &str, family: Family) -> Option<&'static Base> {
    let rows = DEBIAN.iter().filter(|_| family == Family::Debian);
    rows.into_iter().find(|it| it.name == name)
}

/// Returns entries that make the accounts that others name and nothing makes.
pub(super) fn missing(machine: &Machine) -> Vec<Entry> {
    let mut users: BTreeMap<&str, Entry> = BTreeMap::new();
    let mut groups: BTreeMap<&str, Entry> = BTreeMap::new();
    let sure = machine.entries.iter();
    for entry in sure.filter(|it| it.guard == Condition::True) {
        let (named_users, named_groups) = brought::named(&entry.resource);
        for name in named_users {
            if let Some(base) = of(&name, machine.family)
                && paths::user_claim(machine, base.name).is_some()
            {
                let made = users.entry(base.name);
                made.or_insert_with(|| made_for(entry, base, user(base)));
            }
        }
        for name in named_groups {
            if let Some(base) = of(&name, machine.family)
                && !BASE_GROUPS.contains(&base.name)
                && !machine::groups(machine).any(|it| it.name == base.name)
            {
                let made = groups.entry(base.name);
                made.or_insert_with(|| made_for(entry, base, group(base)));
            }
        }
    }
    // A user's own group comes with it, and needs its number as well.
    for (name, entry) in &users {
        if let Some(base) = of(name, machine.family)
            && !BASE_GROUPS.contains(name)
            && !machine::groups(machine).any(|it| it.name == *name)
        {
            let made = groups.entry(base.name);
            made.or_insert_with(|| Entry {
                resource: group(base),
                ..entry.clone()
            });
        }
    }
    users.into_values().chain(groups.into_values()).collect()
}

fn made_for(entry: &Entry, base: &Base, resource: Resource) -> Entry {
    // An account of an image has a number of its own on the machine.
    let assumptions = if application::is_of_image(entry) {
        Vec::new()
    } else {
        vec![format!(
            "`{}` keeps the number that Debian gives it",
            base.name
        )]
    };
    Entry {
        resource,
        assumptions,
        ..entry.clone()
    }
}

fn user(base: &Base) -> Resource {
    Resource::User(User {
        name: base.name.to_owned(),
        uid: Some(base.uid),
        group: Some(base.name.to_owned()),
        home: Some(base.home.to_owned()),
        system: Some(true),
        create_home: Some(false),
        ..User::default()
    })
}

fn group(base: &Base) -> Resource {
    Resource::Group(Group {
        name: base.name.to_owned(),
        gid: Some(base.gid),
    })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all};
    use crate::model::{CronJob, Directory, Group, Resource};

    #[test]
    fn an_account_of_the_base_is_made_with_its_number() {
        check(
            Resource::CronJob(CronJob {
                name: "a".into(),
                schedule: "@daily".into(),
                user: "backup".into(),
                command: "/srv/x".into(),
                environment: Vec::new(),
                catches_up: false,
            }),
            r#"
            systemd.services.a.startAt = "daily";
            systemd.services.a.serviceConfig.Type = "oneshot";
            systemd.services.a.serviceConfig.User = "backup";
            systemd.services.a.serviceConfig.ExecStart = "/srv/x";
            systemd.services.a.path += "/run/current-system/sw";
            users.users.backup.isSystemUser = true;
            users.users.backup.uid = 34;
            users.users.backup.group = "backup";
            users.users.backup.home = "/var/backups";
            users.groups.backup.gid = 34;
            assumed: the programs that `/srv/x` calls are among the system's packages
            assumed: `backup` keeps the number that Debian gives it
            "#,
        );
    }

    #[test]
    fn what_the_source_makes_itself_is_its_own() {
        check_all(
            vec![
                Resource::Group(Group {
                    name: "www-data".into(),
                    gid: Some(7),
                }),
                Resource::Directory(Directory {
                    path: "/srv/x".into(),
                    mode: None,
                    owner: None,
                    group: Some("www-data".into()),
                    recurse: false,
                }),
            ],
            r#"
            users.groups.www-data.gid = 7;
            systemd.tmpfiles.rules += "d /srv/x - - www-data -";
            "#,
        );
    }
}
