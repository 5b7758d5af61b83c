//! `State`: what a machine has come to have, while an importer plays its source. The last writer wins, a removed thing
//! is gone, what two tasks ask of one thing joins.

use indexmap::IndexMap;

use crate::account::{Closing, Code, ItemId, Verdict};
use crate::model::{
    Condition, Directory, Entry, File, IdKind, Interface, InterfaceTrait, Link, NetworkUnitKind,
    Origin, PathMode, Resource, Service, Settings, Unit, User,
};

/// Which run of the source an entry comes from: of two playbooks that disagree, the first stands.
pub(crate) type Book = usize;

/// What identifies a resource: a second one of the same key is about the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Package(String),
    Service(String),
    Unit(String),
    CronJob(String, String),
    Path(String),
    User(String),
    Group(String),
    Authorized(String, String),
    Hostname,
    Timezone,
    Sysctl(String),
    KernelModule(String),
    Mount(String),
    HostsEntry(String, Vec<String>),
    SshdSetting(String, Option<String>, String),
    SudoRule(String),
    Firewall,
    FirewallPort(String),
    Container(String),
    ContainerNetwork(String),
    Application(String),
    Setting(Settings, String, String),
    Membership(String, String),
    SubordinateIds(String, IdKind, u32),
    Interface(String, String),
    NetworkUnit(String),
}

/// The keywords of sshd_config that stand several times, each adding to the others.
const REPEATED_SSHD_KEYWORDS: [&str; 8] = [
    "acceptenv",
    "hostkey",
    "listenaddress",
    "port",
    "setenv",
    "subsystem",
    "include",
    "hostcertificate",
];

impl Key {
    pub(crate) fn of(resource: &Resource) -> Option<Key> {
        Some(match resource {
            Resource::Package(it) => Key::Package(it.name.clone()),
            Resource::Service(it) => Key::Service(it.name.trim_end_matches(".service").to_owned()),
            Resource::Unit(it) => {
                Key::Unit(format!("{}{}", it.name, if it.drop_in { ".d" } else { "" }))
            }
            Resource::CronJob(it) => Key::CronJob(
                it.user.clone(),
                if it.name.is_empty() {
                    it.command.to_string()
                } else {
                    it.name.clone()
                },
            ),
            Resource::File(File { path, .. })
            | Resource::Directory(Directory { path, .. })
            | Resource::Link(Link { path, .. })
            | Resource::PathMode(PathMode { path, .. }) => Key::Path(path.clone()),
            Resource::RemovedPath(it) => Key::Path(it.path.clone()),
            Resource::User(it) => Key::User(it.name.clone()),
            Resource::Group(it) => Key::Group(it.name.clone()),
            Resource::AuthorizedKey(it) => Key::Authorized(it.user.clone(), it.key.to_string()),
            Resource::Hostname(_) => Key::Hostname,
            Resource::Timezone(_) => Key::Timezone,
            Resource::Sysctl(it) => Key::Sysctl(it.name.clone()),
            Resource::KernelModule(it) => Key::KernelModule(it.name.clone()),
            Resource::Mount(it) => Key::Mount(if it.path == "none" {
                it.device.clone()
            } else {
                it.path.clone()
            }),
            Resource::HostsEntry(it) => Key::HostsEntry(it.address.clone(), it.names.clone()),
            Resource::SshdSetting(it) => {
                let keyword = it.keyword.to_ascii_lowercase();
                let repeats = REPEATED_SSHD_KEYWORDS.contains(&keyword.as_str());
                Key::SshdSetting(
                    keyword,
                    it.matching.clone(),
                    if repeats {
                        it.value.clone()
                    } else {
                        String::new()
                    },
                )
            }
            Resource::SudoRule(it) => Key::SudoRule(it.line.clone()),
            Resource::Firewall(_) => Key::Firewall,
            Resource::FirewallPort(it) => Key::FirewallPort(format!("{:?}", it)),
            Resource::Container(it) => Key::Container(it.name.clone()),
            Resource::ContainerNetwork(it) => Key::ContainerNetwork(it.name.clone()),
            Resource::Application(it) => Key::Application(it.name.clone()),
            Resource::Setting(it) => Key::Setting(
                it.of,
                it.name.clone(),
                if it.name.is_empty() {
                    it.value.clone()
                } else {
                    String::new()
                },
            ),
            Resource::Membership(it) => Key::Membership(it.user.clone(), it.group.clone()),
            Resource::SubordinateIds(it) => Key::SubordinateIds(it.user.clone(), it.kind, it.first),
            Resource::Interface(it) => Key::Interface(it.name.clone(), interface_key(it)),
            Resource::NetworkUnit(it) => Key::NetworkUnit(format!(
                "{}.{}",
                it.name,
                match it.kind {
                    NetworkUnitKind::Network => "network",
                    NetworkUnitKind::Netdev => "netdev",
                    NetworkUnitKind::Link => "link",
                }
            )),
            Resource::Step(_) | Resource::Opaque(_) | Resource::Contradicted(_) => return None,
        })
    }
}

/// An interface has several addresses, and of all else one.
fn interface_key(interface: &Interface) -> String {
    match &interface.has {
        InterfaceTrait::Dhcp(_) => "dhcp".to_owned(),
        InterfaceTrait::Address { address, .. } => address.to_string(),
        InterfaceTrait::Gateway { address, .. } if address.is_ipv6() => "gateway6".to_owned(),
        InterfaceTrait::Gateway { .. } => "gateway".to_owned(),
        InterfaceTrait::Mtu(_) => "mtu".to_owned(),
        InterfaceTrait::MacAddress(_) => "mac".to_owned(),
        InterfaceTrait::Bridge(_) | InterfaceTrait::Vlan { .. } | InterfaceTrait::Bond { .. } => {
            "kind".to_owned()
        }
    }
}

/// What was decided about items, in the order in which it was.
type Closings = Vec<(ItemId, Closing)>;

/// What a machine has come to have.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    slots: Vec<Option<Slot>>,
    index: IndexMap<Key, usize>,
    /// Decisions about items whose resource is gone.
    pub(crate) closings: Closings,
    /// What a later playbook says otherwise than an earlier one, which stands.
    clashes: Vec<Entry>,
}

/// What stands, and what another source says otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Contradiction {
    pub(crate) stands: Entry,
    pub(crate) other: Entry,
}

#[derive(Clone, Debug)]
struct Slot {
    entry: Entry,
    book: Book,
}

impl State {
    /// States a resource. Under a condition that only the machine can decide it is kept beside the others.
    pub(crate) fn put(&mut self, entry: Entry, book: Book) {
        let key = Key::of(&entry.resource).filter(|_| entry.guard == Condition::True);
        let Some(key) = key else {
            self.slots.push(Some(Slot { entry, book }));
            return;
        };
        let Some(old) = self
            .index
            .get(&key)
            .and_then(|at| self.slots.get_mut(*at))
            .and_then(Option::as_mut)
        else {
            self.index.insert(key, self.slots.len());
            self.slots.push(Some(Slot { entry, book }));
            return;
        };
        match join(&old.entry.resource, &entry.resource) {
            Some(joined) => {
                old.entry.resource = joined;
                old.entry.origin.merge(&entry.origin);
                push_new(&mut old.entry.assumptions, entry.assumptions);
            }
            None if old.book != book => self.clashes.push(entry),
            None => {
                let gone = std::mem::replace(old, Slot { entry, book });
                let still: Vec<ItemId> = old.entry.origin.items.clone();
                let mut origin = gone.entry.origin;
                origin.items.retain(|item| !still.contains(item));
                close(
                    &mut self.closings,
                    &origin,
                    Verdict::NotNeeded,
                    Code::Overwritten,
                    "a later task writes the same thing",
                );
            }
        }
    }

    /// States what another source asks for, where it does not contradict what stands.
    ///
    /// # Errors
    /// Both sides, where it does.
    pub(crate) fn put_beside(&mut self, entry: Entry) -> Result<(), Box<Contradiction>> {
        let key = Key::of(&entry.resource).filter(|_| entry.guard == Condition::True);
        let at = key.and_then(|key| self.index.get(&key).copied());
        let Some(stands) = at.and_then(|at| self.slots.get_mut(at)?.as_mut()) else {
            self.put(entry, 0);
            return Ok(());
        };
        let stands = &mut stands.entry;
        let joined = match (
            join(&entry.resource, &stands.resource),
            join(&stands.resource, &entry.resource),
        ) {
            (Some(one), Some(other)) if is_same(&one, &other) => other,
            _ => {
                return Err(Box::new(Contradiction {
                    stands: stands.clone(),
                    other: entry,
                }));
            }
        };
        if entry.resource == stands.resource {
            // What either source proves is no assumption.
            stands
                .assumptions
                .retain(|it| entry.assumptions.contains(it));
        } else {
            push_new(&mut stands.assumptions, entry.assumptions);
        }
        stands.resource = joined;
        stands.origin.merge(&entry.origin);
        Ok(())
    }

    /// Takes a resource away; tells whether there was one.
    pub(crate) fn remove(&mut self, key: &Key, by: ItemId) -> bool {
        let Some(slot) = self
            .index
            .shift_remove(key)
            .and_then(|at| self.slots.get_mut(at))
            .and_then(Option::take)
        else {
            return false;
        };
        let mut origin = slot.entry.origin;
        origin.items.retain(|item| *item != by);
        close(
            &mut self.closings,
            &origin,
            Verdict::NotNeeded,
            Code::AlreadySo,
            "made here and removed again by a later task",
        );
        true
    }

    /// Takes away what stands at a path and below it; tells whether there was anything.
    pub(crate) fn remove_below(&mut self, path: &str, by: ItemId) -> bool {
        let below = |key: &&Key| matches!(key, Key::Path(it) if it == path || it.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
        let keys: Vec<Key> = self.index.keys().filter(below).cloned().collect();
        keys.iter().filter(|key| self.remove(key, by)).count() > 0
    }

    /// Adds an assumption to all that an item asked for.
    pub(crate) fn assume(&mut self, item: ItemId, assumption: &str) {
        for slot in self
            .slots
            .iter_mut()
            .flatten()
            .filter(|slot| slot.entry.origin.items.contains(&item))
        {
            push_new(&mut slot.entry.assumptions, vec![assumption.to_owned()]);
        }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Entry> {
        Some(&self.slots.get(*self.index.get(key)?)?.as_ref()?.entry)
    }

    /// Returns what stands at a path.
    pub(crate) fn at_path(&self, path: &str) -> Option<&Entry> {
        self.get(&Key::Path(path.to_owned()))
    }

    /// Returns the file at a path, to change it.
    pub(crate) fn file_mut(&mut self, path: &str) -> Option<&mut Entry> {
        let at = *self.index.get(&Key::Path(path.to_owned()))?;
        let entry = &mut self.slots.get_mut(at)?.as_mut()?.entry;
        matches!(entry.resource, Resource::File(_)).then_some(entry)
    }

    /// Tells whether anything stands at a path or below it.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        let below = |key: &Key| matches!(key, Key::Path(it) if it == path || it.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
        self.index.keys().any(below)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().flatten().map(|slot| &slot.entry)
    }

    /// Takes what later playbooks say otherwise than earlier ones.
    pub(crate) fn take_clashes(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.clashes)
    }

    /// Returns the entries in the order in which they came, and the decisions about what is gone.
    pub(crate) fn finish(self) -> (Vec<(Entry, Book)>, Closings) {
        let entries = self
            .slots
            .into_iter()
            .flatten()
            .map(|slot| (slot.entry, slot.book))
            .collect();
        (entries, self.closings)
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for it in more {
        if !list.contains(&it) {
            list.push(it);
        }
    }
}

fn close(closings: &mut Closings, origin: &Origin, verdict: Verdict, code: Code, reason: &str) {
    for item in &origin.items {
        closings.push((
            *item,
            Closing {
                host: String::new(),
                verdict,
                code,
                reason: reason.to_owned(),
            },
        ));
    }
}

/// Joins what two tasks ask of the same thing; `None` where the later one replaces the earlier.
fn join(old: &Resource, new: &Resource) -> Option<Resource> {
    if old == new {
        return Some(new.clone());
    }
    match (old, new) {
        (Resource::User(old), Resource::User(new)) => Some(Resource::User(join_users(old, new))),
        (Resource::Service(old), Resource::Service(new)) => Some(Resource::Service(Service {
            enabled: new.enabled.or(old.enabled),
            running: new.running.or(old.running),
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
fn is_same(one: &Resource, other: &Resource) -> bool {
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
    mode: &mut Option<crate::model::Mode>,
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
