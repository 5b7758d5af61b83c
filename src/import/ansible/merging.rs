//! `hash_behaviour = merge`: dictionaries of the same name in several levels become one.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/config.html#default-hash-behaviour>

use std::collections::HashMap;
use std::sync::Arc;

use super::scope::{Binding, Layer, Scope};
use super::value::{Dict, Value};
use crate::syntax::yaml::{Kind, Node};

/// Makes one level of all, in which dictionaries of the same name are merged; `below` gives the scope of the levels
/// below one, for what has to be rendered to be merged.
pub(super) fn merge<'a>(
    layers: &[Arc<Layer>],
    below: impl Fn(&[Arc<Layer>]) -> Scope<'a>,
) -> Vec<Arc<Layer>> {
    // Only names that several levels bind can be merged; what the others say of themselves stays with them.
    let mut levels: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, layer) in layers.iter().enumerate() {
        for name in layer.vars.keys() {
            levels.entry(name).or_default().push(at);
        }
    }
    let mut names: Vec<(&str, Vec<usize>)> = levels.into_iter().collect();
    names.retain(|(_, levels)| levels.len() > 1);
    names.sort();
    let mut all: Vec<Arc<Layer>> = layers.to_vec();
    for (name, levels) in names {
        let mut merged: Option<Binding> = None;
        for at in &levels {
            let Some(binding) = layers[*at].vars.get(name) else {
                continue;
            };
            merged = Some(match merged {
                Some(lower) => join(&lower, binding, || below(&layers[..=*at])),
                None => binding.clone(),
            });
        }
        if let (Some(merged), Some(top)) = (merged, levels.last()) {
            let layer = Arc::make_mut(&mut all[*top]);
            layer.vars.insert(name.to_owned(), merged);
        }
    }
    all
}

/// Lays one binding over another: two dictionaries are merged, of anything else the upper one counts.
fn join<'a>(lower: &Binding, upper: &Binding, scope: impl Fn() -> Scope<'a>) -> Binding {
    if let (Binding::Node(lower), Binding::Node(upper)) = (lower, upper) {
        return Binding::Node(join_nodes(lower, upper));
    }
    let value = |binding: &Binding| match binding {
        Binding::Node(node) if node.pairs().is_none() => None,
        Binding::Node(node) => scope().resolve(node).ok(),
        Binding::Value(value) | Binding::Assumed(value, _) => Some(value.clone()),
    };
    match (value(lower), value(upper)) {
        (Some(Value::Dict(lower)), Some(Value::Dict(upper))) => {
            Binding::Value(Value::Dict(Arc::new(join_dicts(&lower, &upper))))
        }
        _ => upper.clone(),
    }
}

fn join_nodes(lower: &Arc<Node>, upper: &Arc<Node>) -> Arc<Node> {
    let (Kind::Mapping(under), Kind::Mapping(over)) = (&lower.kind, &upper.kind) else {
        return Arc::clone(upper);
    };
    let mut pairs = under.clone();
    for (key, value) in over {
        let known = pairs.iter_mut().find(|(it, _)| it.text() == key.text());
        match known {
            Some((_, old)) => *old = join_nodes(old, value),
            None => pairs.push((Arc::clone(key), Arc::clone(value))),
        }
    }
    Arc::new(Node {
        kind: Kind::Mapping(pairs),
        span: upper.span,
        tag: upper.tag.clone(),
    })
}

fn join_dicts(lower: &Dict, upper: &Dict) -> Dict {
    let mut joined = lower.clone();
    for (key, value) in upper {
        let value = match (joined.get(key), value) {
            (Some(Value::Dict(old)), Value::Dict(new)) => {
                Value::Dict(Arc::new(join_dicts(old, new)))
            }
            _ => value.clone(),
        };
        joined.insert(key.clone(), value);
    }
    joined
}
