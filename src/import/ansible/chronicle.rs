//! What happened on the hosts of a run, and when: what one host sees of the others.
//!
//! Hosts are played side by side, each for itself. Ansible goes through a play with all hosts at once, so that a task
//! sees what tasks before it found on other hosts (`hostvars`, `run_once`, `delegate_facts`, groups that a play makes).
//! A first pass plays every host alone and notes what happens; whoever asked for others is played again with that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::inventory::Inventory;
use super::play::company::{Companies, Company};
use super::scope::{Binding, Layer};

/// A place in the order of a run: of two, the lesser comes first. Each part counts the statements of one level.
pub(super) type Moment = Vec<u32>;

/// What happened on one host, in the order of the run.
#[derive(Clone, Debug, Default)]
pub(super) struct Chronicle {
    pub(super) events: Vec<Event>,
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) at: Moment,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// A variable was bound: by `set_fact`, `register` or `include_vars`.
    Bound(String, Binding),
    /// A variable of another host was bound (`delegate_facts`, `add_host`).
    Given {
        host: String,
        name: String,
        binding: Binding,
    },
    /// A host was put into a group (`group_by`, `add_host`).
    Grouped { host: String, group: String },
}

/// The chronicles of all hosts, as far as a pass before has them.
#[derive(Debug, Default)]
pub(super) struct Chronicles {
    hosts: BTreeMap<String, Chronicle>,
    /// What hosts did to others, in the order of the run.
    given: Vec<Event>,
    grouped: Vec<(Moment, String, String)>,
    companies: Companies,
}

impl Chronicle {
    /// Returns the variables that were bound so far.
    pub(super) fn layer(&self) -> Option<Layer> {
        let mut layer = Layer::default();
        for event in &self.events {
            if let What::Bound(name, binding) = &event.what {
                layer.vars.insert(name.clone(), binding.clone());
            }
        }
        (!layer.vars.is_empty()).then_some(layer)
    }
}

impl Chronicles {
    pub(super) fn new<'a>(hosts: impl Iterator<Item = (&'a str, &'a Chronicle)>) -> Chronicles {
        let mut all = Chronicles::default();
        for (host, chronicle) in hosts {
            for event in &chronicle.events {
                match &event.what {
                    What::Bound(..) => {}
                    What::Given { .. } => all.given.push(event.clone()),
                    What::Grouped { host, group } => {
                        let put = (event.at.clone(), host.clone(), group.clone());
                        all.grouped.push(put);
                    }
                }
            }
            if !chronicle.events.is_empty() {
                all.hosts.insert(host.to_owned(), chronicle.clone());
            }
        }
        all.given.sort_by(|one, other| one.at.cmp(&other.at));
        all.grouped.sort();
        all
    }

    /// Returns what `host` had come to have before `now`; nothing where nothing happened.
    pub(super) fn before(&self, host: &str, now: &[u32]) -> Option<Layer> {
        let own = self.hosts.get(host).map_or(&[][..], |it| &it.events);
        let mut bound: Vec<(&Moment, &String, &Binding)> = own
            .iter()
            .filter_map(|event| match &event.what {
                What::Bound(name, binding) => Some((&event.at, name, binding)),
                What::Given { .. } | What::Grouped { .. } => None,
            })
            .collect();
        bound.extend(self.given(host));
        bound.retain(|(at, ..)| at.as_slice() < now);
        bound.sort_by(|one, other| one.0.cmp(other.0));
        if bound.is_empty() {
            return None;
        }
        let mut layer = Layer::default();
        for (_, name, binding) in bound {
            layer.vars.insert(name.clone(), binding.clone());
        }
        Some(layer)
    }

    /// Returns what other hosts gave `host` before `now`.
    pub(super) fn given_before(&self, host: &str, now: &[u32]) -> Option<Layer> {
        let mut layer = Layer::default();
        for (at, name, binding) in self.given(host) {
            if at.as_slice() < now {
                layer.vars.insert(name.clone(), binding.clone());
            }
        }
        (!layer.vars.is_empty()).then_some(layer)
    }

    fn given(&self, to: &str) -> impl Iterator<Item = (&Moment, &String, &Binding)> {
        self.given
            .iter()
            .filter_map(move |event| match &event.what {
                What::Given {
                    host,
                    name,
                    binding,
                } if host == to => Some((&event.at, name, binding)),
                _ => None,
            })
    }

    /// Returns what the task at `now` bound on `host`.
    pub(super) fn during(&self, host: &str, now: &[u32]) -> Vec<(&str, &Binding)> {
        let own = self.hosts.get(host).map_or(&[][..], |it| &it.events);
        own.iter()
            .filter(|event| event.at == now)
            .filter_map(|event| match &event.what {
                What::Bound(name, binding) => Some((name.as_str(), binding)),
                What::Given { .. } | What::Grouped { .. } => None,
            })
            .collect()
    }

    /// Returns the hosts and groups as they are at `now`.
    pub(super) fn company(&self, inventory: &Inventory, now: &[u32]) -> Arc<Company> {
        let count = self.grouped.partition_point(|(at, ..)| at.as_slice() < now);
        self.companies.after(inventory, &self.grouped[..count])
    }

    /// Tells whether a play of the run made a host of this name.
    pub(super) fn has_made(&self, host: &str) -> bool {
        self.grouped.iter().any(|(_, it, _)| it == host)
    }

    /// Returns the hosts on which something else happened than another set of chronicles says.
    pub(super) fn changed_since(&self, before: &Chronicles) -> BTreeSet<String> {
        let names: BTreeSet<&String> = self.hosts.keys().chain(before.hosts.keys()).collect();
        let said = |all: &Chronicles, host: &String| format!("{:?}", all.hosts.get(host));
        names
            .into_iter()
            .filter(|host| said(self, host) != said(before, host))
            .cloned()
            .collect()
    }

    /// Tells whether hosts were given something, or put into groups, otherwise than another set of chronicles says.
    pub(super) fn is_given_otherwise(&self, before: &Chronicles) -> bool {
        let said = |all: &Chronicles| format!("{:?}{:?}", all.given, all.grouped);
        said(self) != said(before)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chronicle, Chronicles, Event, What};
    use crate::import::ansible::scope::Binding;
    use crate::import::ansible::value::Value;

    #[test]
    fn what_comes_later_is_not_seen() {
        let bound = |at: &[u32], value: i64| Event {
            at: at.to_vec(),
            what: What::Bound("x".to_owned(), Binding::Value(Value::Int(value))),
        };
        let chronicle = Chronicle {
            events: vec![bound(&[0, 1], 1), bound(&[0, 3, 2], 2), bound(&[1], 3)],
        };
        let all = Chronicles::new([("web1", &chronicle)].into_iter());
        let seen = |now: &[u32]| {
            let layer = all.before("web1", now)?;
            match layer.vars.get("x") {
                Some(Binding::Value(value)) => value.as_int(),
                _ => None,
            }
        };
        assert_eq!(seen(&[0, 1]), None);
        assert_eq!(seen(&[0, 2]), Some(1));
        assert_eq!(seen(&[0, 3, 2]), Some(1));
        assert_eq!(seen(&[0, 4]), Some(2));
        assert_eq!(seen(&[7]), Some(3));
        assert_eq!(all.during("web1", &[0, 3, 2]).len(), 1);
    }
}
