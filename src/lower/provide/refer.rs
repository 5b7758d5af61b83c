//! Expressions that name the path of a secret, with what takes its place.

use crate::nix::{Expr, StrPart};

/// Returns an expression with `with` in the place of a path; none where the path is not in it.
pub(super) fn replaced(expr: &Expr, path: &str, with: &Expr) -> Option<Expr> {
    match expr {
        Expr::Str(parts) => {
            let parts = in_parts(parts, path, with)?;
            // A string that is nothing but the path is what takes its place.
            Some(match parts.as_slice() {
                [StrPart::Splice(only)] => only.clone(),
                _ => Expr::Str(parts),
            })
        }
        Expr::List(items) => each(items, path, with).map(Expr::List),
        Expr::Attrs(attrs) => {
            let values: Vec<Expr> = attrs.iter().map(|(_, it)| it.clone()).collect();
            let values = each(&values, path, with)?;
            let names = attrs.iter().map(|(name, _)| name.clone());
            Some(Expr::Attrs(names.zip(values).collect()))
        }
        Expr::Apply(function, arguments) => {
            let arguments = each(arguments, path, with)?;
            Some(Expr::Apply(function.clone(), arguments))
        }
        Expr::With(scope, body) => {
            let body = replaced(body, path, with)?;
            Some(Expr::With(scope.clone(), Box::new(body)))
        }
        Expr::Function(name, body) => {
            let body = replaced(body, path, with)?;
            Some(Expr::Function(name.clone(), Box::new(body)))
        }
        Expr::Binary(left, operator, right) => {
            let both = each(&[(**left).clone(), (**right).clone()], path, with)?;
            let [left, right] = <[Expr; 2]>::try_from(both).ok()?;
            Some(Expr::binary(left, *operator, right))
        }
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Select(_)
        | Expr::Asset(_) => None,
    }
}

/// Tells whether an expression names a path.
pub(super) fn names(expr: &Expr, path: &str) -> bool {
    replaced(expr, path, &Expr::Null).is_some()
}

fn each(items: &[Expr], path: &str, with: &Expr) -> Option<Vec<Expr>> {
    let new: Vec<Option<Expr>> = items.iter().map(|it| replaced(it, path, with)).collect();
    new.iter().any(Option::is_some).then(|| {
        let both = new.into_iter().zip(items);
        both.map(|(new, old)| new.unwrap_or_else(|| old.clone()))
            .collect()
    })
}

fn in_parts(parts: &[StrPart], path: &str, with: &Expr) -> Option<Vec<StrPart>> {
    let mut out = Vec::new();
    let mut is_found = false;
    for part in parts {
        match part {
            StrPart::Literal(text) => {
                let mut rest = text.as_str();
                while let Some(at) = find(rest, path) {
                    is_found = true;
                    if at > 0 {
                        out.push(StrPart::Literal(rest[..at].to_owned()));
                    }
                    out.push(match with {
                        Expr::Str(parts) => match parts.as_slice() {
                            [StrPart::Literal(text)] => StrPart::Literal(text.clone()),
                            _ => StrPart::Splice(with.clone()),
                        },
                        _ => StrPart::Splice(with.clone()),
                    });
                    rest = &rest[at + path.len()..];
                }
                if !rest.is_empty() || text.is_empty() {
                    out.push(StrPart::Literal(rest.to_owned()));
                }
            }
            StrPart::Splice(expr) => match replaced(expr, path, with) {
                Some(new) => {
                    is_found = true;
                    out.push(StrPart::Splice(new));
                }
                None => out.push(part.clone()),
            },
        }
    }
    is_found.then(|| joined(out))
}

/// Literals that stand side by side are one.
fn joined(parts: Vec<StrPart>) -> Vec<StrPart> {
    let mut out: Vec<StrPart> = Vec::new();
    for part in parts {
        match (out.last_mut(), part) {
            (Some(StrPart::Literal(last)), StrPart::Literal(text)) => last.push_str(&text),
            (_, part) => out.push(part),
        }
    }
    out
}

/// Finds a path as a whole: not as the beginning of a longer one.
fn find(text: &str, path: &str) -> Option<usize> {
    let is_end = |at: &usize| {
        let next = text[at + path.len()..].chars().next();
        !next.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'))
    };
    text.match_indices(path).map(|(at, _)| at).find(is_end)
}
