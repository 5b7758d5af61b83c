//! Values of the text as expressions, for the one check of types that there is.

use std::sync::Arc;

use crate::nix::{self, Asset, Expr};
use crate::syntax::Place;
use crate::syntax::nix_module::{Definition, StrPart, Value, ValueKind};

/// What stands for everything that only evaluation knows: it fits every type.
fn unknown() -> Expr {
    Expr::select("unknown")
}

pub(super) fn expr(value: &Value) -> Expr {
    match &value.kind {
        ValueKind::Null => Expr::Null,
        ValueKind::Bool(it) => Expr::Bool(*it),
        ValueKind::Int(it) => Expr::Int(*it),
        ValueKind::Float(it) => Expr::Float(*it),
        ValueKind::Str(parts) => Expr::Str(
            parts
                .iter()
                .map(|part| match part {
                    StrPart::Text(text) => nix::StrPart::Literal(text.clone()),
                    StrPart::Hole => nix::StrPart::Splice(unknown()),
                })
                .collect(),
        ),
        ValueKind::Path(path) => Expr::Asset(Asset {
            name: path.clone(),
            bytes: Arc::default(),
        }),
        ValueKind::List(items) => Expr::List(items.iter().map(expr).collect()),
        ValueKind::Attrs(inner) => Expr::Attrs(inner.iter().map(attr).collect()),
        ValueKind::Name(_)
        | ValueKind::Call(..)
        | ValueKind::Function(_)
        | ValueKind::Inherited
        | ValueKind::Other => unknown(),
    }
}

/// Builds the sets along a path: `a.b = 1` is `a = { b = 1; }`.
fn attr(definition: &Definition) -> (String, Expr) {
    let name = |at: usize| {
        let name = definition.path.get(at).and_then(|it| it.text.clone());
        name.unwrap_or_else(|| "<name>".to_owned())
    };
    let value = (1..definition.path.len())
        .rev()
        .fold(expr(&definition.value), |value, at| {
            Expr::Attrs(vec![(name(at), value)])
        });
    (name(0), value)
}

/// Finds the place of what does not fit, by the names and numbers that lead to it.
pub(super) fn place_at(value: &Value, at: &[String]) -> Place {
    let Some((first, rest)) = at.split_first() else {
        return value.place;
    };
    if let ValueKind::List(items) = &value.kind
        && let Some(item) = first.parse().ok().and_then(|at: usize| items.get(at))
    {
        return place_at(item, rest);
    }
    if let ValueKind::Attrs(inner) = &value.kind {
        let leads = |it: &&Definition| {
            it.path
                .iter()
                .zip(at)
                .all(|(name, at)| name.text.as_ref() == Some(at))
        };
        if let Some(found) = inner.iter().find(leads) {
            let rest = at.get(found.path.len()..).unwrap_or_default();
            return place_at(&found.value, rest);
        }
    }
    value.place
}
