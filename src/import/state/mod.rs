//! `State`: what a machine has come to have, while an importer plays its source. The last writer wins, a removed thing
//! is gone, what two tasks ask of one thing joins.

mod join;
mod key;

use indexmap::{IndexMap, IndexSet};

use crate::account::{Closing, Code, ItemId, Verdict};
use crate::import::conceal::conceal;
use crate::import::redact::Taken;
use crate::import::taint::{self, Known, Search};
use crate::model::{Condition, Content, Entry, Origin, Resource, Text, User};

use join::{is_same, join};
pub(crate) use key::Key;

/// Which run of the source an entry comes from: of two playbooks that disagree, the first stands.
pub(crate) type Book = usize;

/// What was decided about items, in the order in which it was.
type Closings = Vec<(ItemId, Closing)>;

/// What a machine has come to have.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    slots: Vec<Option<Slot>>,
    index: IndexMap<Key, usize>,
    /// What stands under a condition that only the machine decides.
    guarded: IndexMap<Key, Vec<usize>>,
    /// Why it is open what stands at a key: something may have changed it, or taken it away.
    doubts: IndexMap<Key, String>,
    /// Folders in which something may be that nobody knows, and why.
    vague: IndexMap<String, String>,
    /// Folders and places of which it is certain what is in them: the source made them, or took them away.
    fresh: IndexSet<String>,
    /// Whether something ran of which nobody knows where it writes.
    is_stirred: bool,
    /// How often something changed.
    changes: usize,
    /// What people call the task that is played.
    actor: Option<String>,
    /// Decisions about items whose resource is gone.
    pub(crate) closings: Closings,
    /// What a later playbook says otherwise than an earlier one, which stands.
    clashes: Vec<Entry>,
    /// What was found to be a secret, and may stand elsewhere too.
    known: Known,
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
    pub(crate) fn put(&mut self, mut entry: Entry, book: Book) {
        self.conceal(&mut entry);
        let Some(key) = Key::of(&entry.resource) else {
            self.changes += 1;
            self.slots.push(Some(Slot { entry, book }));
            return;
        };
        if let Condition::Unknown(why) = &entry.guard {
            self.changes += 1;
            self.doubts.insert(key.clone(), why.clone());
            self.guarded.entry(key).or_default().push(self.slots.len());
            self.slots.push(Some(Slot { entry, book }));
            return;
        }
        if let Key::Package(_) = key {
            self.fresh.retain(|it| !is_of_packages(it));
        }
        self.overrule(&key, &entry, book);
        let Some(old) = self
            .index
            .get(&key)
            .and_then(|at| self.slots.get_mut(*at))
            .and_then(Option::as_mut)
        else {
            self.changes += 1;
            self.index.insert(key, self.slots.len());
            self.slots.push(Some(Slot { entry, book }));
            return;
        };
        match join(&old.entry.resource, &entry.resource) {
            Some(joined) => {
                self.changes += usize::from(!is_same(&old.entry.resource, &joined));
                old.entry.resource = joined;
                old.entry.origin.merge(&entry.origin);
                push_new(&mut old.entry.assumptions, entry.assumptions);
            }
            None if old.book != book => self.clashes.push(entry),
            None => {
                self.changes += 1;
                let gone = std::mem::replace(old, Slot { entry, book });
                let by = old.entry.origin.items.clone();
                self.close_overwritten(gone.entry.origin, &by);
            }
        }
    }

    /// Puts holes in the places of secrets, and remembers them.
    fn conceal(&mut self, entry: &mut Entry) {
        let mut taken = Taken::new();
        conceal(&mut entry.resource, &mut taken);
        self.learn(taken);
    }

    /// Remembers the secrets that a text had before holes were put in their places.
    pub(crate) fn remember(&mut self, before: &str, content: &Content) {
        if let Content::Text(text) = content {
            self.learn(taint::taken(before, text));
        }
    }

    /// Remembers secrets, which may stand elsewhere too.
    pub(crate) fn learn(&mut self, taken: Taken) {
        self.known.learn(taken);
    }

    /// Returns what is known to be a secret.
    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    /// Returns the search for what is known to be a secret; none where nothing is.
    pub(crate) fn search(&self) -> Option<Search> {
        self.known.clone().search()
    }

    /// States what has become of a thing of which a part was there before: who made that part stays an origin.
    pub(crate) fn amend(&mut self, mut entry: Entry, book: Book) {
        self.conceal(&mut entry);
        let key = Key::of(&entry.resource).filter(|_| entry.guard == Condition::True);
        let at = key.and_then(|key| {
            self.overrule(&key, &entry, book);
            self.index.get(&key).copied()
        });
        match at.and_then(|at| self.slots.get_mut(at)?.as_mut()) {
            Some(old) if old.book == book => {
                self.changes += usize::from(!is_same(&old.entry.resource, &entry.resource));
                old.entry.resource = entry.resource;
                old.entry.origin.merge(&entry.origin);
                push_new(&mut old.entry.assumptions, entry.assumptions);
            }
            Some(_) | None => self.put(entry, book),
        }
    }

    /// What is stated without a condition takes the place of what earlier tasks stated under one.
    fn overrule(&mut self, key: &Key, entry: &Entry, book: Book) {
        let Some(open) = self.guarded.get(key) else {
            if !matches!(entry.resource, Resource::PathMode(_)) {
                self.doubts.shift_remove(key);
            }
            return;
        };
        let by = entry.origin.items.clone();
        let is_replaced = |slot: &Slot| {
            slot.book == book
                && match join(&slot.entry.resource, &entry.resource) {
                    None => true,
                    Some(joined) => is_same(&joined, &entry.resource),
                }
        };
        let mut left = Vec::new();
        let mut gone = Vec::new();
        for at in open.clone() {
            let Some(slot) = self.slots.get_mut(at) else {
                continue;
            };
            if slot.as_ref().is_some_and(is_replaced) {
                gone.extend(slot.take());
            } else {
                left.push(at);
            }
        }
        if left.is_empty() {
            self.guarded.shift_remove(key);
            self.doubts.shift_remove(key);
        } else {
            self.guarded.insert(key.clone(), left);
        }
        for slot in gone {
            self.close_overwritten(slot.entry.origin, &by);
        }
    }

    fn close_overwritten(&mut self, mut origin: Origin, by: &[ItemId]) {
        origin.items.retain(|item| !by.contains(item));
        close(
            &mut self.closings,
            &origin,
            Verdict::NotNeeded,
            Code::Overwritten,
            &match &self.actor {
                Some(task) => format!("later {task} writes the same thing"),
                None => "a later task writes the same thing".to_owned(),
            },
        );
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

    /// Names further items as those that shaped what stands at a path.
    pub(crate) fn credit(&mut self, path: &str, origin: &Origin) {
        let at = self.index.get(&Key::Path(path.to_owned())).copied();
        if let Some(slot) = at.and_then(|at| self.slots.get_mut(at)?.as_mut()) {
            slot.entry.origin.merge(origin);
        }
    }

    /// Takes a resource away; tells whether there was one.
    pub(crate) fn remove(&mut self, key: &Key, by: ItemId) -> bool {
        let places = self.index.swap_remove(key).into_iter();
        let open = self.guarded.swap_remove(key).unwrap_or_default();
        self.doubts.swap_remove(key);
        let mut was_there = false;
        for at in places.chain(open) {
            let Some(slot) = self.slots.get_mut(at).and_then(Option::take) else {
                continue;
            };
            was_there = true;
            let mut origin = slot.entry.origin;
            origin.items.retain(|item| *item != by);
            close(
                &mut self.closings,
                &origin,
                Verdict::NotNeeded,
                Code::AlreadySo,
                &match &self.actor {
                    Some(task) => format!("made here and removed again by {task}"),
                    None => "made here and removed again by a later task".to_owned(),
                },
            );
        }
        self.changes += usize::from(was_there);
        was_there
    }

    /// Takes away what stands at a path and below it; tells whether there was anything.
    pub(crate) fn remove_below(&mut self, path: &str, by: ItemId) -> bool {
        let mut keys: Vec<Key> = self.paths_below(path).cloned().collect();
        keys.dedup();
        self.fresh.retain(|it| !is_below(it, path));
        self.vague.retain(|it, _| !is_at_or_below(it, path));
        self.fresh.insert(path.to_owned());
        let was_there = keys.iter().filter(|key| self.remove(key, by)).count() > 0;
        self.doubts
            .retain(|key, _| !matches!(key, Key::Path(it) if is_at_or_below(it, path)));
        was_there
    }

    /// Returns the keys of what stands at a path or below it, under whatever condition.
    fn paths_below<'s>(&'s self, path: &'s str) -> impl Iterator<Item = &'s Key> {
        let keys = self.index.keys().chain(self.guarded.keys());
        keys.filter(move |key| matches!(key, Key::Path(it) if is_at_or_below(it, path)))
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

    /// Adds the lines that another round of an item says besides, to what the item left for the same reason; `false` where
    /// it left nothing so far.
    pub(crate) fn leave_more(&mut self, item: ItemId, reason: &str, lines: &[Text]) -> bool {
        let is_it = |slot: &Option<Slot>| {
            slot.as_ref().is_some_and(|slot| {
                slot.entry.origin.items == [item]
                    && matches!(&slot.entry.resource, Resource::Opaque(it) if it.reason == reason)
            })
        };
        let Some(at) = self.slots.iter().position(is_it) else {
            return false;
        };
        let Some(mut entry) = self.slots[at].as_ref().map(|slot| slot.entry.clone()) else {
            return false;
        };
        if let Resource::Opaque(opaque) = &mut entry.resource {
            push_new(&mut opaque.lines, lines.to_vec());
        }
        self.conceal(&mut entry);
        if let Some(slot) = &mut self.slots[at] {
            slot.entry = entry;
        }
        true
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Entry> {
        Some(&self.slots.get(*self.index.get(key)?)?.as_ref()?.entry)
    }

    /// Returns what stands at a path.
    pub(crate) fn at_path(&self, path: &str) -> Option<&Entry> {
        self.get(&Key::Path(path.to_owned()))
    }

    /// Tells whether anything stands at a path or below it.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        self.paths_below(path).next().is_some()
    }

    /// Returns what stands below a path without a condition.
    pub(crate) fn below<'s>(&'s self, path: &'s str) -> impl Iterator<Item = (&'s str, &'s Entry)> {
        self.index.iter().filter_map(move |(key, at)| match key {
            Key::Path(it) if is_below(it, path) => {
                Some((it.as_str(), &self.slots.get(*at)?.as_ref()?.entry))
            }
            _ => None,
        })
    }

    /// Tells why only the machine knows what stands at a key.
    pub(crate) fn doubt(&self, key: &Key) -> Option<&str> {
        self.doubts.get(key).map(String::as_str)
    }

    /// Says that only the machine knows what stands at a key from here on.
    pub(crate) fn doubt_from_here(&mut self, key: Key, why: &str) {
        self.doubts.insert(key, why.to_owned());
    }

    /// Tells why only the machine knows what stands below a path.
    pub(crate) fn doubt_below(&self, path: &str) -> Option<&str> {
        let is_there = |key: &Key| matches!(key, Key::Path(it) if is_at_or_below(it, path));
        let mut doubts = self.doubts.iter().filter(|(key, _)| is_there(key));
        let mut vague = self
            .vague
            .iter()
            .filter(|(it, _)| is_at_or_below(it, path) || is_below(path, it));
        let found = doubts.next().map(|(_, why)| why);
        found
            .or_else(|| vague.next().map(|(_, why)| why))
            .map(String::as_str)
    }

    /// Says that only the machine knows what stands at and below a path from here on.
    pub(crate) fn blur(&mut self, path: &str, why: &str) {
        self.fresh.retain(|it| !is_at_or_below(it, path));
        self.vague.insert(path.to_owned(), why.to_owned());
    }

    /// Tells why only the machine knows what else stands in the folder of a path.
    pub(crate) fn vague(&self, path: &str) -> Option<&str> {
        if self.index.contains_key(&Key::Path(path.to_owned())) {
            return None;
        }
        let found = self.vague.iter().find(|(it, _)| is_at_or_below(path, it));
        found.map(|(_, why)| why.as_str())
    }

    /// Notes that the source made a folder, or took something away: what is in it is known.
    pub(crate) fn note_fresh(&mut self, path: &str) {
        self.fresh.insert(path.to_owned());
    }

    /// Notes that something ran of which nobody knows where it writes.
    pub(crate) fn stir(&mut self) {
        self.is_stirred = true;
        self.fresh.clear();
    }

    pub(crate) fn is_stirred(&self) -> bool {
        self.is_stirred
    }

    /// Tells whether a path lies in what the source itself made or emptied.
    pub(crate) fn is_fresh(&self, path: &str) -> bool {
        self.fresh.iter().any(|it| is_at_or_below(path, it))
    }

    /// Notes what people call the task that is played from here on; returns how often something changed so far.
    pub(crate) fn begin(&mut self, actor: String) -> usize {
        self.actor = Some(actor);
        self.changes
    }

    /// Returns how often something changed so far.
    pub(crate) fn changes(&self) -> usize {
        self.changes
    }

    /// Returns the users that are certain to be there.
    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.index.iter().filter_map(|(key, at)| match key {
            Key::User(_) => match &self.slots.get(*at)?.as_ref()?.entry.resource {
                Resource::User(user) => Some(user),
                _ => None,
            },
            _ => None,
        })
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
        let search = self.known.search();
        let entries = self.slots.into_iter().flatten();
        let entries = entries.map(|mut slot| {
            if let Some(search) = &search {
                search.hide(&mut slot.entry.resource);
            }
            (slot.entry, slot.book)
        });
        (entries.collect(), self.closings)
    }
}

/// Tells whether a package may bring something to a path.
fn is_of_packages(path: &str) -> bool {
    const FOLDERS: [&str; 8] = [
        "/etc/", "/usr/", "/var/", "/lib/", "/bin/", "/sbin/", "/run/", "/boot/",
    ];
    const OTHERS: [&str; 3] = ["/usr/local/", "/var/www/", "/var/tmp/"];
    let is_in = |list: &[&str]| list.iter().any(|it| path.starts_with(it));
    is_in(&FOLDERS) && !is_in(&OTHERS)
}

fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    path == folder || is_below(path, folder)
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
