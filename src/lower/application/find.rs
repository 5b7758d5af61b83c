//! Where the programs of a recipe are: in the source, in a file that the configuration writes, or in a package.

use super::command::Around;
use super::layout::{PROGRAM_FOLDERS, trimmed};
use super::packages::attribute;
use super::{python, version};
use crate::lower::machine;
use crate::lower::program;
use crate::model::{Application, Content};
use crate::nix::{Expr, StrPart};
use crate::syntax::systemd_words::quote_literally;

/// Entry points of well-known images, which start what follows them.
const WRAPPERS: [(&str, &str); 3] = [
    ("docker-php-entrypoint", "php"),
    ("docker-entrypoint.sh", "node"),
    ("docker-entrypoint.sh", "python"),
];

/// Where a program is.
pub(super) enum Program {
    At(Vec<StrPart>),
    Package(String),
    Unknown,
}

pub(super) fn find(program: &str, around: Around<'_>) -> Program {
    let name = program.rsplit('/').next().unwrap_or(program);
    if program.contains('/') {
        let path = absolute(program, around.application);
        if let Some(parts) = around.layout.path(&path) {
            return Program::At(quoted(parts));
        }
        let is_written = machine::files(around.machine).any(|file| file.path == path);
        if is_written || matches!(path.as_str(), "/bin/sh" | "/usr/bin/env") {
            return Program::At(vec![StrPart::Literal(quote_literally(&path))]);
        }
    } else if let Some(path) = by_name(program, around) {
        let parts = around.layout.path(&path);
        return Program::At(
            parts.map_or_else(|| vec![StrPart::Literal(quote_literally(&path))], quoted),
        );
    }
    if let Some(parts) = python::program(name, around.application) {
        return Program::At(parts);
    }
    let known = version::of_program(name, around.application)
        .or_else(|| program::likely_package_of(name))
        .or_else(|| of_daemon(name, around.application));
    match known {
        Some(attr) => Program::Package(attr),
        None => Program::Unknown,
    }
}

/// Finds the package of a daemon, which has its package's name with a `d` behind it, where the recipe installs that.
fn of_daemon(program: &str, application: &Application) -> Option<String> {
    let name = program.strip_suffix('d')?;
    let mut packages = application.packages.iter().map(|it| &it.value);
    let is_its = |package: &str| {
        let package = package.to_ascii_lowercase();
        package.strip_suffix("-server").unwrap_or(&package) == name
    };
    attribute(packages.find(|it| is_its(&it.name))?)
}

/// Makes a package, or a folder that has programs, what a search path takes.
pub(super) fn path_element(attr: &str) -> Expr {
    program::package_expr(attr).unwrap_or_else(|| Expr::str(attr))
}

/// Returns the text of a script that the recipe writes.
pub(super) fn written<'m>(program: &str, around: Around<'m>) -> Option<&'m str> {
    let path = if program.contains('/') {
        absolute(program, around.application)
    } else {
        by_name(program, around)?
    };
    let file = machine::files(around.machine).find(|file| file.path == path)?;
    match &file.content {
        Content::Text(text) => text.plain(),
        Content::Binary(_) | Content::Fetched(_) => None,
    }
}

/// Finds a program that the recipe puts into a folder of programs.
fn by_name(program: &str, around: Around<'_>) -> Option<String> {
    let in_folder = |path: &str| match path.rsplit_once('/') {
        Some((folder, name)) => name == program && PROGRAM_FOLDERS.contains(&folder),
        None => false,
    };
    let sources = around.application.source.iter();
    let copied = sources.map(|it| it.value.path.as_str());
    let written = machine::files(around.machine).map(|it| it.path.as_str());
    copied
        .chain(written)
        .find(|path| in_folder(path))
        .map(str::to_owned)
}

fn quoted(parts: Vec<StrPart>) -> Vec<StrPart> {
    let quote = |part| match part {
        StrPart::Literal(text) => StrPart::Literal(quote_literally(&text)),
        StrPart::Splice(expr) => StrPart::Splice(expr),
    };
    parts.into_iter().map(quote).collect()
}

fn absolute(path: &str, application: &Application) -> String {
    if path.starts_with('/') {
        return trimmed(path);
    }
    let directory = application.directory.as_ref();
    let directory = directory.map_or("/", |it| it.value.as_str());
    let path = path.strip_prefix("./").unwrap_or(path);
    format!("{}/{path}", directory.trim_end_matches('/'))
}

pub(super) fn is_wrapper(program: &str, name: &str, around: Around<'_>) -> bool {
    let base = base_name(around.application);
    WRAPPERS.iter().any(|(it, of)| *it == name && *of == base)
        && matches!(find(program, around), Program::Unknown)
}

pub(super) fn base_name(application: &Application) -> &str {
    let base = application.base.as_deref().unwrap_or_default();
    let base = base.split(['@', ':']).next().unwrap_or_default();
    base.rsplit('/').next().unwrap_or_default()
}

/// A script that is run as it is needs the interpreter of the image that it was made for.
pub(super) fn interpreter_of_base(around: Around<'_>) -> Option<String> {
    let is_python = base_name(around.application) == "python";
    if is_python && python::expr(around.application).is_some() {
        // The unit has it with its libraries.
        return None;
    }
    let program = match base_name(around.application) {
        "node" => "node",
        "python" => "python3",
        "php" => "php",
        "ruby" => "ruby",
        "java" | "openjdk" | "eclipse-temurin" | "amazoncorretto" => "java",
        "perl" => "perl",
        _ => return None,
    };
    version::of_program(program, around.application)
        .or_else(|| program::package_of(program).map(str::to_owned))
}
