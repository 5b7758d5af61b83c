//! Whether an expression is what a type takes.
//!
//! What only evaluation can tell (a function's result, another option's value) is taken to fit.

use regex::Regex;

use super::types::{Literal, PathKind, Range, StrKind, Type};
use crate::nix::{Expr, Operator, StrPart};

/// Why a value is not what a type takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What stands there, in words.
    pub found: String,
    /// Where inside of the value, as names of attributes; empty for the whole.
    pub at: Vec<String>,
}

impl Mismatch {
    fn of(expr: &Expr) -> Mismatch {
        Mismatch {
            found: describe(expr),
            at: Vec::new(),
        }
    }

    fn below(mut self, name: &str) -> Mismatch {
        self.at.insert(0, name.to_owned());
        self
    }
}

/// Checks a value against a type. The children of a submodule are not looked at.
///
/// # Errors
/// What does not fit, and where.
pub fn check_value(kind: &Type, expr: &Expr) -> Result<(), Mismatch> {
    // pkgs/servers/http/nginx/modules.nix: sets that say how each is built, and no packages.
    if let (Type::Attrs(_), Expr::Select(names)) = (kind, expr)
        && let [root, set, _] = names.as_slice()
        && root == "pkgs"
        && set == "nginxModules"
    {
        return Ok(());
    }
    if let Some(decided) = without_value(kind, expr) {
        return decided.then_some(()).ok_or_else(|| Mismatch::of(expr));
    }
    let fits = match kind {
        Type::Anything => true,
        Type::Null => matches!(expr, Expr::Null),
        Type::Bool => matches!(expr, Expr::Bool(_)),
        Type::Int(range) => matches!(expr, Expr::Int(value) if holds(*range, *value)),
        Type::Float(range) => matches!(expr, Expr::Float(value) if holds_float(*range, *value)),
        Type::Str(kind) => string_fits(kind, expr),
        Type::Path(kind) => path_fits(*kind, expr),
        Type::Package => matches!(expr, Expr::Asset(_)),
        Type::Atom => matches!(
            expr,
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Str(_)
        ),
        Type::Data => return data(expr),
        Type::List(element) => return elements(element, expr),
        Type::NonEmptyList(element) => {
            if matches!(expr, Expr::List(items) if items.is_empty()) {
                return Err(Mismatch::of(expr));
            }
            return elements(element, expr);
        }
        Type::Attrs(element) => {
            let Expr::Attrs(attrs) = expr else {
                return Err(Mismatch::of(expr));
            };
            for (name, value) in attrs {
                check_value(element, value).map_err(|it| it.below(name))?;
            }
            true
        }
        Type::Function => false,
        Type::Submodule(_) => matches!(expr, Expr::Attrs(_)),
        Type::Enum(values) => values.iter().any(|it| is_literal(it, expr)),
        Type::Either(kinds) => return either(kinds, expr),
    };
    fits.then_some(()).ok_or_else(|| Mismatch::of(expr))
}

/// Decides on expressions of which the value is not written there; none where it is.
fn without_value(kind: &Type, expr: &Expr) -> Option<bool> {
    match expr {
        // A package is no string and no number, whatever its name.
        Expr::Select(names) if names.first().is_some_and(|it| it == "pkgs") => Some(match kind {
            Type::Anything | Type::Package | Type::Data => true,
            Type::Path(kind) => *kind != PathKind::NotInStore,
            Type::Either(kinds) => kinds.iter().any(|it| without_value(it, expr) == Some(true)),
            Type::Null
            | Type::Bool
            | Type::Int(_)
            | Type::Float(_)
            | Type::Str(_)
            | Type::Atom
            | Type::List(_)
            | Type::NonEmptyList(_)
            | Type::Attrs(_)
            | Type::Function
            | Type::Submodule(_)
            | Type::Enum(_) => false,
        }),
        Expr::Select(_) | Expr::Function(..) => Some(true),
        // Priorities and orders say nothing about the type: what they hold does.
        Expr::Apply(function, arguments) => match (function.as_ref(), arguments.last()) {
            (Expr::Select(names), Some(value)) if is_transparent(names) => {
                Some(check_value(kind, value).is_ok())
            }
            _ => Some(true),
        },
        Expr::With(_, body) => Some(match body.as_ref() {
            // Bare names are of the set that `with` opens.
            Expr::List(items) if items.iter().all(|it| matches!(it, Expr::Select(_))) => {
                takes_list(kind)
            }
            other => check_value(kind, other).is_ok(),
        }),
        // Of `a // b` and `a or b` what stands there must fit; a comparison is a boolean.
        Expr::Binary(left, Operator::Append | Operator::Update | Operator::Or, right) => {
            Some(check_value(kind, left).is_ok() && check_value(kind, right).is_ok())
        }
        Expr::Binary(_, Operator::NotEqual | Operator::Less, _) => {
            Some(check_value(kind, &Expr::Bool(true)).is_ok())
        }
        Expr::Binary(_, Operator::Subtract, right) => Some(check_value(kind, right).is_ok()),
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Str(_)
        | Expr::List(_)
        | Expr::Attrs(_)
        | Expr::Asset(_) => None,
    }
}

fn is_transparent(names: &[String]) -> bool {
    let name = match names {
        [name] => name,
        [lib, name] if lib == "lib" => name,
        _ => return false,
    };
    matches!(
        name.as_str(),
        "mkForce" | "mkDefault" | "mkBefore" | "mkAfter" | "mkOverride" | "mkOrder" | "mkIf"
    )
}

fn takes_list(kind: &Type) -> bool {
    match kind {
        Type::Anything | Type::Data | Type::List(_) | Type::NonEmptyList(_) => true,
        Type::Either(kinds) => kinds.iter().any(takes_list),
        Type::Null
        | Type::Bool
        | Type::Int(_)
        | Type::Float(_)
        | Type::Str(_)
        | Type::Path(_)
        | Type::Package
        | Type::Atom
        | Type::Attrs(_)
        | Type::Function
        | Type::Submodule(_)
        | Type::Enum(_) => false,
    }
}

fn elements(element: &Type, expr: &Expr) -> Result<(), Mismatch> {
    let Expr::List(items) = expr else {
        return Err(Mismatch::of(expr));
    };
    for (at, item) in items.iter().enumerate() {
        check_value(element, item).map_err(|it| it.below(&at.to_string()))?;
    }
    Ok(())
}

/// Of several reasons the one that got furthest into the value says most.
fn either(kinds: &[Type], expr: &Expr) -> Result<(), Mismatch> {
    let mut best: Option<Mismatch> = None;
    for kind in kinds {
        match check_value(kind, expr) {
            Ok(()) => return Ok(()),
            Err(it) if best.as_ref().is_none_or(|best| it.at.len() > best.at.len()) => {
                best = Some(it);
            }
            Err(_) => {}
        }
    }
    Err(best.unwrap_or_else(|| Mismatch::of(expr)))
}

/// Data may hold anything but functions: the leaves are checked for packages and the like by the format itself.
fn data(expr: &Expr) -> Result<(), Mismatch> {
    match expr {
        Expr::List(items) => elements_of_data(items),
        Expr::Attrs(attrs) => {
            for (name, value) in attrs {
                check_value(&Type::Data, value).map_err(|it| it.below(name))?;
            }
            Ok(())
        }
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Str(_)
        | Expr::Select(_)
        | Expr::Apply(..)
        | Expr::With(..)
        | Expr::Function(..)
        | Expr::Binary(..)
        | Expr::Asset(_) => Ok(()),
    }
}

fn elements_of_data(items: &[Expr]) -> Result<(), Mismatch> {
    for (at, item) in items.iter().enumerate() {
        check_value(&Type::Data, item).map_err(|it| it.below(&at.to_string()))?;
    }
    Ok(())
}

fn holds(range: Range, value: i64) -> bool {
    range.least.is_none_or(|least| value >= least) && range.most.is_none_or(|most| value <= most)
}

fn holds_float(range: Range, value: f64) -> bool {
    // Bounds are small integers, which a float holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
    let bound = |it: i64| it as f64;
    range.least.is_none_or(|least| value >= bound(least))
        && range.most.is_none_or(|most| value <= bound(most))
}

fn string_fits(kind: &StrKind, expr: &Expr) -> bool {
    let Expr::Str(parts) = expr else { return false };
    let Some(text) = expr.as_str() else {
        // What a splice gives is known to the machine; what stands around it is known here.
        return match kind {
            StrKind::NoNewlineNorColon | StrKind::SingleLine => parts.iter().all(|part| {
                matches!(part, StrPart::Splice(_))
                    || matches!(part, StrPart::Literal(text) if !text.contains('\n'))
            }),
            StrKind::Any | StrKind::NonEmpty | StrKind::Joined | StrKind::Pattern(_) => true,
        };
    };
    match kind {
        StrKind::Any | StrKind::Joined => true,
        StrKind::NonEmpty => !text.trim().is_empty(),
        StrKind::SingleLine => !text.strip_suffix('\n').unwrap_or(text).contains('\n'),
        StrKind::NoNewlineNorColon => !text.contains(['\n', ':']),
        // A pattern that this engine does not read is left to Nix.
        StrKind::Pattern(pattern) => {
            Regex::new(&format!("^(?:{})$", of_rust(pattern))).map_or(true, |it| it.is_match(text))
        }
    }
}

fn path_fits(kind: PathKind, expr: &Expr) -> bool {
    let in_store = match expr {
        Expr::Asset(_) => true,
        Expr::Str(parts) => match parts.first() {
            Some(StrPart::Literal(text)) if text.starts_with('/') => text.starts_with("/nix/store"),
            Some(StrPart::Splice(_)) => true,
            Some(StrPart::Literal(_)) | None => return false,
        },
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Select(_)
        | Expr::List(_)
        | Expr::Attrs(_)
        | Expr::Apply(..)
        | Expr::With(..)
        | Expr::Function(..)
        | Expr::Binary(..) => return false,
    };
    match kind {
        PathKind::Any => true,
        PathKind::InStore => in_store,
        PathKind::NotInStore => !in_store,
    }
}

fn is_literal(literal: &Literal, expr: &Expr) -> bool {
    match literal {
        Literal::Null => matches!(expr, Expr::Null),
        Literal::Bool(value) => matches!(expr, Expr::Bool(it) if it == value),
        Literal::Int(value) => matches!(expr, Expr::Int(it) if it == value),
        Literal::Str(value) => match expr {
            Expr::Str(_) => expr.as_str().is_none_or(|it| it == value),
            _ => false,
        },
    }
}

fn describe(expr: &Expr) -> String {
    const LONGEST: usize = 40;
    match expr {
        Expr::Null => "null".to_owned(),
        Expr::Bool(value) => format!("the boolean {value}"),
        Expr::Int(value) => format!("the integer {value}"),
        Expr::Float(value) => format!("the number {value}"),
        Expr::Str(_) => match expr.as_str() {
            Some(text) if text.chars().count() <= LONGEST && !text.contains('\n') => {
                format!("the string `{text}`")
            }
            _ => "a string".to_owned(),
        },
        Expr::Select(names) if names.first().is_some_and(|it| it == "pkgs") => {
            format!("the package `{}`", names.join("."))
        }
        Expr::Select(names) => format!("`{}`", names.join(".")),
        Expr::List(items) if items.is_empty() => "an empty list".to_owned(),
        Expr::List(_) | Expr::With(..) => "a list".to_owned(),
        Expr::Attrs(_) => "an attribute set".to_owned(),
        Expr::Apply(..) => "what a function returns".to_owned(),
        Expr::Function(..) => "a function".to_owned(),
        Expr::Binary(..) => "what an operator makes".to_owned(),
        Expr::Asset(asset) => format!("the file `{}`", asset.name),
    }
}

/// Nix has POSIX's patterns, where a backslash in brackets is one of the characters.
fn of_rust(pattern: &str) -> String {
    let mut out = String::new();
    let mut in_class = false;
    for c in pattern.chars() {
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            '\\' if in_class => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::check_value;
    use crate::nix::{Expr, StrPart};
    use crate::schema::Type;

    fn check(description: &str, expr: Expr, expected: Result<(), &str>) {
        let kind = Type::parse(description).expect("a description of nixpkgs");
        let got = check_value(&kind, &expr);
        let got = got.as_ref().map(|&()| ()).map_err(|it| {
            if it.at.is_empty() {
                it.found.clone()
            } else {
                format!("{}: {}", it.at.join("."), it.found)
            }
        });
        assert_eq!(
            got.as_ref().map(|&()| ()).map_err(String::as_str),
            expected,
            "{description} {expr:?}"
        );
    }

    #[test]
    fn scalars() {
        check("boolean", Expr::Bool(true), Ok(()));
        check("boolean", Expr::str("yes"), Err("the string `yes`"));
        check("signed integer", Expr::Int(-3), Ok(()));
        let port = "16 bit unsigned integer; between 0 and 65535 (both inclusive)";
        check(port, Expr::Int(65536), Err("the integer 65536"));
        check("floating point number", Expr::Int(1), Err("the integer 1"));
        check("null or string", Expr::Null, Ok(()));
        check("string", Expr::Int(1), Err("the integer 1"));
        check("non-empty string", Expr::str(" "), Err("the string ` `"));
        check(
            "null or one of \"yes\", \"no\"",
            Expr::str("maybe"),
            Err("the string `maybe`"),
        );
        check(
            "string matching the pattern [0-9]+%",
            Expr::str("50"),
            Err("the string `50`"),
        );
        check(
            "string, not containing newlines or colons",
            Expr::str("a"),
            Ok(()),
        );
    }

    #[test]
    fn paths_and_packages() {
        check("absolute path", Expr::str("/etc/x"), Ok(()));
        check(
            "absolute path",
            Expr::str("etc/x"),
            Err("the string `etc/x`"),
        );
        let spliced = Expr::Str(vec![
            StrPart::Splice(Expr::package("git")),
            StrPart::Literal("/bin/git".into()),
        ]);
        check("absolute path", spliced.clone(), Ok(()));
        check("string", spliced, Ok(()));
        check("package", Expr::package("git"), Ok(()));
        check(
            "string",
            Expr::package("git"),
            Err("the package `pkgs.git`"),
        );
        check(
            "list of package",
            Expr::List(vec![Expr::package("git")]),
            Ok(()),
        );
    }

    #[test]
    fn composed_values() {
        check(
            "attribute set of list of string",
            Expr::Attrs(vec![("a".into(), Expr::strs(["b"]))]),
            Ok(()),
        );
        check(
            "attribute set of list of string",
            Expr::Attrs(vec![("a".into(), Expr::str("b"))]),
            Err("a: the string `b`"),
        );
        check(
            "string or list of string",
            Expr::List(vec![Expr::Int(1)]),
            Err("0: the integer 1"),
        );
        check(
            "JSON value",
            Expr::Attrs(vec![("a".into(), Expr::Null)]),
            Ok(()),
        );
        check(
            "strings concatenated with \"\\n\"",
            Expr::apply("lib.mkForce", vec![Expr::Int(1)]),
            Err("what a function returns"),
        );
    }
}
