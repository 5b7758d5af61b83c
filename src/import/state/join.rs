//! What two tasks ask of the same thing, as one.

use super::push_new;
use crate::model::{
    Directory, Interface, InterfaceTrait, Mode, PathMode, Resource, Service, Unit, User,
};

/// Joins what two tasks ask of the same thing; `None` where the later one replaces the earlier.
pub(super) fn join(old: &Resource, new: &Resource) -> Option<Resource> {
    if old == new {
        return Some(new.clone());
    }
    match (old, new) {
        (Resource::User(old), Resource::User(new)) => Some(Resource::User(join_users(old, new))),
        (Resource::Service(old), Resource::Service(new)) => Some(Resource::Service(Service {
            enabled: new.enabled.or(old.enabled),
            running: new.running.or(old.running),
            linked_in: {
                let mut linked_in = old.linked_in.clone();
                push_new(&mut linked_in, new.linked_in.clone());
                linked_in
            },
            ..new.clone()
        })),
        (Resource::Group(old), Resource::Group(new)) => {
            let mut group = new.clone();
            group.gid = group.gid.or(old.gid);
            Some(Resource::Group(group))
        }
        (Resource::Package(old), Resource::Package(new)) => {
            let mut package = new.clone();
            package.version = package.version.or_else(|| old.version.clone());
            Some(Resource::Package(package))
        }
        (Resource::Directory(old), Resource::Directory(new)) => {
            Some(Resource::Directory(Directory {
                mode: new.mode.or(old.mode),
                owner: new.owner.clone().or_else(|| old.owner.clone()),
                group: new.group.clone().or_else(|| old.group.clone()),
                recurse: new.recurse || old.recurse,
                path: new.path.clone(),
            }))
        }
        // Several drop-ins of one unit each add to it.
        (Resource::Unit(old), Resource::Unit(new)) if old.drop_in && new.drop_in => {
            Some(Resource::Unit(join_drop_ins(old, new)))
        }
        (Resource::Interface(old), Resource::Interface(new)) => join_interfaces(old, new),
        (Resource::File(file), Resource::PathMode(mode)) => {
            let mut file = file.clone();
            take_attributes(mode, &mut file.mode, &mut file.owner, &mut file.group);
            Some(Resource::File(file))
        }
        (Resource::Directory(directory), Resource::PathMode(mode)) => {
            let mut directory = directory.clone();
            take_attributes(
                mode,
                &mut directory.mode,
                &mut directory.owner,
                &mut directory.group,
            );
            directory.recurse |= mode.recurse;
            Some(Resource::Directory(directory))
        }
        (Resource::PathMode(old), Resource::PathMode(new)) => {
            let mut joined = old.clone();
            take_attributes(new, &mut joined.mode, &mut joined.owner, &mut joined.group);
            joined.recurse |= new.recurse;
            Some(Resource::PathMode(joined))
        }
        _ => None,
    }
}

/// Tells whether two resources say the same; the order of a user's groups says nothing.
pub(super) fn is_same(one: &Resource, other: &Resource) -> bool {
    match (one, other) {
        (Resource::User(one), Resource::User(other)) => {
            let sorted = |user: &User| {
                let mut user = user.clone();
                user.groups.sort_unstable();
                user
            };
            sorted(one) == sorted(other)
        }
        _ => one == other,
    }
}

/// A bridge or a bond of which several files name members has all of them.
fn join_interfaces(old: &Interface, new: &Interface) -> Option<Resource> {
    let has = match (&old.has, &new.has) {
        (InterfaceTrait::Bridge(old), InterfaceTrait::Bridge(new)) => {
            let mut members = old.clone();
            push_new(&mut members, new.clone());
            InterfaceTrait::Bridge(members)
        }
        (
            InterfaceTrait::Bond { members, options },
            InterfaceTrait::Bond {
                members: more,
                options: other,
            },
        ) => {
            let (mut members, mut options) = (members.clone(), options.clone());
            push_new(&mut members, more.clone());
            options.retain(|(name, _)| !other.iter().any(|(it, _)| it == name));
            options.extend(other.iter().cloned());
            InterfaceTrait::Bond { members, options }
        }
        _ => return None,
    };
    let name = new.name.clone();
    Some(Resource::Interface(Interface { name, has }))
}

fn join_drop_ins(old: &Unit, new: &Unit) -> Unit {
    let mut unit = old.clone();
    for section in &new.sections {
        let Some(there) = unit.sections.iter_mut().find(|it| it.name == section.name) else {
            unit.sections.push(section.clone());
            continue;
        };
        for (key, values) in &section.directives {
            let all = there.directives.entry(key.clone()).or_default();
            all.extend(values.iter().cloned());
        }
    }
    unit.enabled = new.enabled.or(old.enabled);
    unit
}

fn take_attributes(
    from: &PathMode,
    mode: &mut Option<Mode>,
    owner: &mut Option<String>,
    group: &mut Option<String>,
) {
    *mode = from.mode.or(*mode);
    *owner = from.owner.clone().or_else(|| owner.take());
    *group = from.group.clone().or_else(|| group.take());
}

fn join_users(old: &User, new: &User) -> User {
    let mut groups = old.groups.clone();
    push_new(&mut groups, new.groups.clone());
    User {
        name: new.name.clone(),
        uid: new.uid.or(old.uid),
        group: new.group.clone().or_else(|| old.group.clone()),
        groups,
        comment: new.comment.clone().or_else(|| old.comment.clone()),
        home: new.home.clone().or_else(|| old.home.clone()),
        create_home: new.create_home.or(old.create_home),
        shell: new.shell.clone().or_else(|| old.shell.clone()),
        system: new.system.or(old.system),
        password: new.password.clone().or_else(|| old.password.clone()),
        locked: new.locked || old.locked,
    }
}
