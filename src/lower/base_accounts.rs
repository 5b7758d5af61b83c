//! Accounts that the machine names and nothing makes.
//!
//! What every Debian has without a word (base-passwd), and NixOS has not, is made with its numbers, so that files that are
//! carried over stay its own. What the script of a package would have made for its service is made as an account of the
//! system: without it the unit does not start, and the files have no owner. A person's account is left to the person.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::application;
use super::brought;
use super::machine;
use super::paths;
use super::user::BASE_GROUPS;
use crate::model::{Condition, Entry, Family, Group, Machine, Resource, Text, User};

const TABLE: &str = include_str!("../../rules/nixos/accounts.json");

/// The accounts that scripts of packages add.
static OF_PACKAGES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    #[derive(Default, serde::Deserialize)]
    struct Table {
        packages: BTreeSet<String>,
    }
    let table: Table = serde_json::from_str(TABLE).unwrap_or_default();
    table.packages
});

/// An account of base-passwd: the numbers of the user and of the group of its name, and the home.
pub(super) struct Base {
    name: &'static str,
    pub(super) uid: u32,
    pub(super) gid: u32,
    home: &'static str,
}

const DEBIAN: [Base; 10] = [
    base("backup", 34, 34, "/var/backups"),
    base("games", 5, 60, "/usr/games"),
    base("irc", 39, 39, "/run/ircd"),
    base("list", 38, 38, "/var/list"),
    base("mail", 8, 8, "/var/mail"),
    base("man", 6, 12, "/var/cache/man"),
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

/// Its groups that no user is called by.
const DEBIAN_GROUPS: [(&str, u32); 8] = [
    ("dip", 30),
    ("fax", 21),
    ("operator", 37),
    ("plugdev", 46),
    ("sasl", 45),
    ("src", 40),
    ("staff", 50),
    ("voice", 22),
];

/// Returns the number of the group of the distribution's base that has a name.
fn gid_of(name: &str, family: Family) -> Option<(&'static str, u32)> {
    let own = of(name, family).map(|it| (it.name, it.gid));
    let rows = DEBIAN_GROUPS
        .iter()
        .filter(|_| family == Family::Debian)
        .copied();
    own.or_else(|| rows.into_iter().find(|(it, _)| *it == name))
}

/// Returns the account of the distribution's base that has a name.
pub(super) fn of(name: &str, family: Family) -> Option<&'static Base> {
    let rows = DEBIAN.iter().filter(|_| family == Family::Debian);
    rows.into_iter().find(|it| it.name == name)
}

/// Returns entries that make the accounts that others name and nothing makes.
pub(super) fn missing(machine: &Machine) -> Vec<Entry> {
    let mut users: BTreeMap<String, Entry> = BTreeMap::new();
    let mut groups: BTreeMap<String, Entry> = BTreeMap::new();
    let sure = machine.entries.iter();
    for entry in sure.filter(|it| it.guard == Condition::True) {
        let (named_users, named_groups) = brought::named(&entry.resource);
        for name in named_users {
            if paths::user_claim(machine, &name).is_none() {
                continue;
            }
            if let Some(base) = of(&name, machine.family) {
                let made = users.entry(name);
                made.or_insert_with(|| made_for(entry, base.name, user(base)));
            } else if is_of_service(&name, entry, machine) {
                let resource = service_user(&name);
                let made = users.entry(name.clone());
                made.or_insert_with(|| made_for_service(entry, &name, resource));
            }
        }
        let is_member = matches!(entry.resource, Resource::User(_) | Resource::Membership(_));
        for name in named_groups {
            let found = if is_member {
                // Who is only in a group carries over no file of it.
                of(&name, machine.family).map(|it| (it.name, it.gid))
            } else {
                gid_of(&name, machine.family)
            };
            match found {
                Some((base, gid)) => {
                    if !BASE_GROUPS.contains(&base)
                        && !machine::groups(machine).any(|it| it.name == base)
                    {
                        let made = groups.entry(base.to_owned());
                        made.or_insert_with(|| made_for(entry, base, group(base, Some(gid))));
                    }
                }
                None => {
                    if !is_member
                        && paths::group_claim(machine, &name).is_some()
                        && is_of_service(&name, entry, machine)
                    {
                        let resource = group(&name, None);
                        let made = groups.entry(name.clone());
                        made.or_insert_with(|| made_for_service(entry, &name, resource));
                    }
                }
            }
        }
    }
    // A user's own group comes with it, and needs its number as well.
    for (name, entry) in &users {
        if !BASE_GROUPS.contains(&name.as_str())
            && !machine::groups(machine).any(|it| it.name == *name)
        {
            let gid = of(name, machine.family).map(|base| base.gid);
            let made = groups.entry(name.clone());
            made.or_insert_with(|| Entry {
                resource: group(name, gid),
                ..entry.clone()
            });
        }
    }
    users.into_values().chain(groups.into_values()).collect()
}

/// Tells whether an account is one that a package makes for its service.
fn is_of_service(name: &str, entry: &Entry, machine: &Machine) -> bool {
    if application::is_of_image(entry) || is_of_person(name, machine) {
        return false;
    }
    let is_of_unit = matches!(&entry.resource, Resource::Unit(unit) if !unit.drop_in
    && !unit.sections.iter().any(|it| {
        let values = it.directives.get("DynamicUser").into_iter().flatten();
        let mut plain = values.filter_map(Text::plain);
        plain.any(|value| matches!(value, "yes" | "true" | "1" | "on"))
    }));
    is_of_unit || is_of_packages(name, machine)
}

/// Tells whether an account is one that a package of other systems makes.
pub(super) fn is_of_packages(name: &str, machine: &Machine) -> bool {
    OF_PACKAGES.contains(name)
        || machine::packages(machine).any(|it| it.name == name)
        || machine::services(machine).any(|it| it.name.trim_end_matches(".service") == name)
}

/// Tells whether something of the machine lies in the home that a person of that name has.
fn is_of_person(name: &str, machine: &Machine) -> bool {
    let home = format!("/home/{name}");
    let is_in = |path: &str| {
        let rest = path.strip_prefix(home.as_str());
        rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
    };
    machine::files(machine).any(|it| is_in(&it.path))
        || machine::directories(machine).any(|it| is_in(&it.path))
        || machine::links(machine).any(|it| is_in(&it.path))
        || machine::units(machine).any(|unit| {
            let sections = unit.sections.iter();
            let values = sections.flat_map(|it| it.directives.values()).flatten();
            let mut plain = values.filter_map(Text::plain);
            plain.any(|value| value.split_whitespace().any(is_in))
        })
}

fn made_for(entry: &Entry, name: &str, resource: Resource) -> Entry {
    // An account of an image has a number of its own on the machine.
    let assumptions = if application::is_of_image(entry) {
        Vec::new()
    } else {
        vec![format!("`{name}` keeps the number that Debian gives it")]
    };
    Entry {
        resource,
        assumptions,
        ..entry.clone()
    }
}

fn made_for_service(entry: &Entry, name: &str, resource: Resource) -> Entry {
    Entry {
        resource,
        assumptions: vec![format!("`{name}` is an account of the system alone")],
        ..entry.clone()
    }
}

fn service_user(name: &str) -> Resource {
    Resource::User(User {
        name: name.to_owned(),
        group: Some(name.to_owned()),
        system: Some(true),
        create_home: Some(false),
        ..User::default()
    })
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

fn group(name: &str, gid: Option<u32>) -> Resource {
    Resource::Group(Group {
        name: name.to_owned(),
        gid,
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
    fn a_group_of_the_base_is_made_alone() {
        let folder = |path: &str, group: &str| {
            Resource::Directory(Directory {
                path: path.into(),
                mode: None,
                owner: None,
                group: Some(group.into()),
                recurse: false,
            })
        };
        check_all(
            vec![folder("/srv/a", "mail"), folder("/srv/b", "staff")],
            r#"
            systemd.tmpfiles.rules += "d /srv/a - - mail -";
            systemd.tmpfiles.rules += "d /srv/b - - staff -";
            users.groups.mail.gid = 8;
            users.groups.staff.gid = 50;
            assumed: `mail` keeps the number that Debian gives it
            assumed: `staff` keeps the number that Debian gives it
            "#,
        );
    }

    fn owned(path: &str, owner: &str) -> Resource {
        Resource::Directory(Directory {
            path: path.into(),
            mode: None,
            owner: Some(owner.into()),
            group: Some(owner.into()),
            recurse: false,
        })
    }

    #[test]
    fn what_a_package_would_make_for_its_service_is_made() {
        check(
            owned("/srv/x", "freerad"),
            r#"
            systemd.tmpfiles.rules += "d /srv/x - freerad freerad -";
            users.users.freerad.isSystemUser = true;
            users.users.freerad.group = "freerad";
            users.groups.freerad = { };
            assumed: `freerad` is an account of the system alone
            "#,
        );
    }

    #[test]
    fn a_person_is_left_to_the_person() {
        check(
            owned("/srv/x", "ada"),
            r#"
            systemd.tmpfiles.rules += "d /srv/x - ada ada -";
            assumed: the user `ada` is there; the group `ada` is there
            "#,
        );
        check(
            owned("/home/git/x", "git"),
            r#"
            systemd.tmpfiles.rules += "d /home/git/x - git git -";
            assumed: the user `git` is there; the group `git` is there
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
