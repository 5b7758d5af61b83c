//! Leaves folded into attribute sets: `Group`s that stand together, each a tree of names.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::layout::group_depth;
use super::share::{Leaf, LeafValue};
use crate::nix::{Expr, Operator};

/// The order in which people write a unit; what is not named stands before `LAST`, in the order of the source.
const FIRST: [&str; 25] = [
    "enable",
    "overrideStrategy",
    "description",
    "documentation",
    "aliases",
    "wantedBy",
    "requiredBy",
    "upheldBy",
    "wants",
    "requires",
    "requisite",
    "bindsTo",
    "partOf",
    "upholds",
    "conflicts",
    "after",
    "before",
    "onSuccess",
    "onFailure",
    "startLimitIntervalSec",
    "startLimitBurst",
    "unitConfig",
    "path",
    "enableDefaultPath",
    "environment",
];
const LAST: [&str; 5] = [
    "timerConfig",
    "socketConfig",
    "pathConfig",
    "sliceConfig",
    "serviceConfig",
];
/// What of a service's own section comes first: what it is and who it runs as.
const CONFIG_FIRST: [&str; 7] = [
    "Type",
    "RemainAfterExit",
    "User",
    "Group",
    "WorkingDirectory",
    "Environment",
    "EnvironmentFile",
];

/// Definitions that a reader expects together, below one name.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) path: Vec<String>,
    pub(super) node: Node<'a>,
}

/// What is below a name: a value, further names, rarely both.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) value: Option<&'a LeafValue<'a>>,
    pub(super) children: IndexMap<&'a str, Node<'a>>,
}

impl<'a> Node<'a> {
    /// Returns all values, in the order in which they are written.
    pub(super) fn values(&self) -> Vec<&'a LeafValue<'a>> {
        let mut values = Vec::new();
        self.collect(&mut values);
        values
    }

    fn collect(&self, values: &mut Vec<&'a LeafValue<'a>>) {
        values.extend(self.value);
        for child in self.children.values() {
            child.collect(values);
        }
    }

    /// Returns what stands over the names below: `{ … } // this`.
    pub(super) fn overriding<'v>(&self, value: &'v LeafValue<'_>) -> Option<&'v Expr> {
        let LeafValue::One(one) = value else {
            return None;
        };
        match one.expr {
            Expr::Binary(below, Operator::Update, right)
                if **below == Expr::Attrs(Vec::new()) && !self.children.is_empty() =>
            {
                Some(right)
            }
            _ => None,
        }
    }

    /// Tells whether the value says nothing beside the names below.
    pub(super) fn is_set(&self) -> bool {
        let empty = |value: &LeafValue<'_>| match value {
            LeafValue::One(one) => *one.expr == Expr::Attrs(Vec::new()),
            LeafValue::Elements(_) => false,
        };
        !self.children.is_empty() && self.value.is_none_or(empty)
    }
}

/// Folds leaves into groups, in the order of the first leaf of each.
pub(super) fn group<'a>(leaves: &'a [Leaf<'a>]) -> Vec<Group<'a>> {
    // A path that has a value itself is the group of all that is below it, else its name would be bound twice.
    let whole: BTreeSet<&[String]> = leaves
        .iter()
        .map(|leaf| leaf.path.names())
        .filter(|names| names.len() <= 2)
        .collect();
    let mut groups: IndexMap<&[String], Node<'a>> = IndexMap::new();
    for leaf in leaves {
        let names = leaf.path.names();
        let depth = (1..group_depth(leaf.path))
            .find(|depth| whole.contains(&names[..*depth]))
            .unwrap_or_else(|| group_depth(leaf.path));
        let mut node = groups.entry(&names[..depth]).or_default();
        for name in &names[depth..] {
            node = node.children.entry(name).or_default();
        }
        node.value = Some(&leaf.value);
    }
    groups
        .into_iter()
        .map(|(path, mut node)| {
            order(&mut node);
            match path {
                [systemd, user, _] if systemd == "systemd" && user == "user" => {
                    node.children.values_mut().for_each(order_unit);
                }
                [systemd, _, _] if systemd == "systemd" => order_unit(&mut node),
                _ => {}
            }
            Group {
                path: path.to_vec(),
                node,
            }
        })
        .collect()
}

fn order_unit(node: &mut Node<'_>) {
    let place = |list: &[&str], name: &str| list.iter().position(|it| *it == name);
    node.children.sort_by_cached_key(|name, _| {
        let last = place(&LAST, name).map(|at| FIRST.len() + 1 + at);
        place(&FIRST, name).or(last).unwrap_or(FIRST.len())
    });
    if let Some(config) = node.children.get_mut("serviceConfig") {
        config
            .children
            .sort_by_cached_key(|name, _| place(&CONFIG_FIRST, name).unwrap_or(CONFIG_FIRST.len()));
    }
}

/// `enable` comes first, as people write it; all else keeps the order of the source.
fn order(node: &mut Node<'_>) {
    if let Some(at) = node.children.get_index_of("enable") {
        node.children.move_index(at, 0);
    }
    node.children.values_mut().for_each(order);
}
