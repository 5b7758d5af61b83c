//! Leaves folded into attribute sets: `Group`s that stand together, each a tree of names.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::layout::group_depth;
use super::share::{Leaf, LeafValue};
use crate::nix::Expr;

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
            Group {
                path: path.to_vec(),
                node,
            }
        })
        .collect()
}

/// `enable` comes first, as people write it; all else keeps the order of the source.
fn order(node: &mut Node<'_>) {
    if let Some(at) = node.children.get_index_of("enable") {
        node.children.move_index(at, 0);
    }
    node.children.values_mut().for_each(order);
}
