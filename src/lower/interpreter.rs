//! Libraries of Python, Perl, Ruby and Lua: the interpreter of the system's path has them, and there is one of each.
//!
//! nixpkgs builds an interpreter with its libraries: `pkgs.python3.withPackages (ps: [ ps.requests ])`. Two of them in the
//! path would hide one another's, so that those of one plan become one.

use super::package::system_packages;
use crate::nix::Expr;
use crate::plan::{Definition, Plan};

/// The name that the package set has in the function.
const SET: &str = "ps";

/// An interpreter with a library.
pub(super) struct Environment {
    pub(super) program: String,
    pub(super) expr: Expr,
}

/// Makes the interpreter with a library of its package set; `None` for an attribute that is none.
pub(super) fn with_library(attr: &str) -> Option<Environment> {
    let (set, library) = attr.split_once('.')?;
    let program = interpreter(set)?;
    let expr = environment(&program, vec![self::library(library)]);
    Some(Environment { program, expr })
}

/// Returns the attribute of the interpreter that a package set is for: `python3` of `python3Packages`.
fn interpreter(set: &str) -> Option<String> {
    let name = set.strip_suffix("Packages")?;
    let version = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    match &name[..name.len() - version.len()] {
        "python" | "perl" | "ruby" => Some(name.to_owned()),
        "lua" => match version.split_at_checked(1) {
            Some((major, minor)) if !minor.is_empty() => Some(format!("lua{major}_{minor}")),
            _ => Some(name.to_owned()),
        },
        _ => None,
    }
}

/// Returns a library of the package set, as the function of `environment` names it.
pub(super) fn library(name: &str) -> Expr {
    Expr::Select(vec![SET.to_owned(), name.to_owned()])
}

/// Makes an interpreter with libraries.
pub(super) fn environment(program: &str, libraries: Vec<Expr>) -> Expr {
    let function = Expr::Function(SET.to_owned(), Box::new(Expr::List(libraries)));
    Expr::apply(&format!("pkgs.{program}.withPackages"), vec![function])
}

/// Returns the interpreter and the libraries of what `environment` made.
fn taken_apart(expr: &Expr) -> Option<(&str, &[Expr])> {
    let Expr::Apply(function, arguments) = expr else {
        return None;
    };
    let Expr::Select(names) = function.as_ref() else {
        return None;
    };
    let ([pkgs, program, with], [Expr::Function(set, body)]) =
        (names.as_slice(), arguments.as_slice())
    else {
        return None;
    };
    let Expr::List(libraries) = body.as_ref() else {
        return None;
    };
    (pkgs == "pkgs" && with == "withPackages" && set == SET).then_some((program, libraries))
}

/// Joins the interpreters of the path that are the same one, the bare one included.
pub(super) fn join(plan: &mut Plan) {
    let path = system_packages();
    let Some(packages) = plan.get(&path) else {
        return;
    };
    let mut joined: Vec<(String, Vec<Expr>, Definition)> = Vec::new();
    for definition in packages.definitions() {
        let Some((program, libraries)) = taken_apart(&definition.expr) else {
            continue;
        };
        match joined.iter_mut().find(|it| it.0 == program) {
            Some((_, all, first)) => {
                all.extend_from_slice(libraries);
                first.origin.merge(definition.origin.clone());
            }
            None => joined.push((program.to_owned(), libraries.to_vec(), definition.clone())),
        }
    }
    for definition in packages.definitions() {
        for (program, _, first) in &mut joined {
            if definition.expr == Expr::package(program) {
                first.origin.merge(definition.origin.clone());
            }
        }
    }
    let is_joined = |expr: &Expr| {
        joined.iter().any(|(program, _, _)| {
            *expr == Expr::package(program) || taken_apart(expr).is_some_and(|it| it.0 == *program)
        })
    };
    plan.retain(|it, definition| *it != path || !is_joined(&definition.expr));
    for (program, mut libraries, mut definition) in joined {
        libraries.sort_by_key(name);
        libraries.dedup();
        definition.expr = environment(&program, libraries);
        // The list was there, so that an element cannot clash.
        let _ = plan.add(path.clone(), definition);
    }
}

fn name(library: &Expr) -> String {
    if let Expr::Select(names) = library {
        names.join(".")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Family, Package, Resource};

    #[test]
    fn libraries_share_the_interpreter_of_the_path() {
        let package = |name: &str, family| {
            Resource::Package(Package {
                name: name.into(),
                family,
                version: None,
            })
        };
        check_all(
            vec![
                package("python3-yaml", Family::Debian),
                package("python3", Family::Debian),
                package("requests", Family::Python),
                package("libdbi-perl", Family::Debian),
                package("php8.3-mbstring", Family::Debian),
            ],
            r#"
            environment.systemPackages += pkgs.python3.withPackages (ps: [ ps.pyyaml ps.requests ]);
            environment.systemPackages += pkgs.perl.withPackages (ps: [ ps.DBI ]);
            assumed: what uses `python3-yaml` runs with the `python3` of the system's path
            assumed: what uses `requests` runs with the `python3` of the system's path
            assumed: what uses `libdbi-perl` runs with the `perl` of the system's path
            not-needed: `php8.3-mbstring` is in every PHP of nixpkgs (`php83Extensions.mbstring`)
            "#,
        );
    }
}
