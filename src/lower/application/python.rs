//! The Python of a recipe that installs libraries: one interpreter that has all of them, which the module calls `python`.
//!
//! A program of a library (`gunicorn`) finds the others only beside them.

use super::version;
use crate::lower::interpreter;
use crate::model::{Application, Family, Package};
use crate::nix::{Expr, StrPart};
use crate::rules::{self, Attribute, Kind};

/// What the module calls the interpreter.
pub(super) const BINDING: &str = "python";

/// The package set of the table.
const SET: &str = "python3Packages.";

/// Programs by other names than their libraries.
const PROGRAMS: [(&str, &str); 4] = [
    ("alembic", "alembic"),
    ("django-admin", "django"),
    ("flask", "flask"),
    ("uwsgi", "pyuwsgi"),
];

/// Returns the name of a library in the package set, where nixpkgs has it.
fn library(name: &str) -> Option<String> {
    match rules::package(name, Family::Python)?.attribute {
        Attribute::Known(attr) => attr.strip_prefix(SET).map(str::to_owned),
        Attribute::Unknown => None,
    }
}

/// Returns the library that a package is to the interpreter that the application runs with.
pub(super) fn library_of(package: &Package, application: &Application) -> Option<String> {
    if package.family == Family::Python {
        return library(&package.name);
    }
    // The interpreter of the official image is not that of its distribution.
    if super::find::base_name(application) == "python" {
        return None;
    }
    let found = rules::package(&package.name, package.family)?;
    match found.attribute {
        Attribute::Known(attr) if found.kind == Kind::Library => {
            attr.strip_prefix(SET).map(str::to_owned)
        }
        Attribute::Known(_) | Attribute::Unknown => None,
    }
}

fn libraries(application: &Application) -> Vec<String> {
    let packages = application.packages.iter().map(|it| &it.value);
    let mut names: Vec<String> = packages
        .filter_map(|it| library_of(it, application))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Makes the interpreter; `None` where the recipe installs no libraries.
pub(super) fn expr(application: &Application) -> Option<Expr> {
    let libraries = libraries(application);
    if libraries.is_empty() {
        return None;
    }
    let own = version::of_program("python3", application);
    Some(interpreter::environment(
        own.as_deref().unwrap_or("python3"),
        libraries
            .iter()
            .map(|it| interpreter::library(it))
            .collect(),
    ))
}

/// Returns where a program is that the interpreter has.
pub(super) fn program(name: &str, application: &Application) -> Option<Vec<StrPart>> {
    let libraries = libraries(application);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let of_library = PROGRAMS
        .iter()
        .find(|(it, _)| *it == name)
        .map_or(name, |(_, library)| library);
    let is_its = libraries.iter().any(|it| it == of_library);
    if libraries.is_empty() || !(bare == "python" || is_its) {
        return None;
    }
    Some(vec![
        StrPart::Splice(Expr::select(BINDING)),
        StrPart::Literal(format!("/bin/{name}")),
    ])
}
