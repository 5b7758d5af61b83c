//! Packages that the service needs to run: the search path of its unit, which is nobody else's.

use super::Service;
use super::{php, python, version};
use crate::account::Code;
use crate::lower::commands::DEFAULT_PATH;
use crate::lower::package;
use crate::lower::program;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{Application, Package};
use crate::nix::Expr;
use crate::rules::{self, Attribute, Kind, PackageName};

/// Packages that only build something.
const BUILDERS: [&str; 15] = [
    "autoconf",
    "automake",
    "bison",
    "binutils",
    "cmake",
    "flex",
    "gcc",
    "gnumake",
    "gnupatch",
    "libtool",
    "meson",
    "ninja",
    "patch",
    "pkg-config",
    "re2c",
];

/// Packages without programs, and what of them every NixOS has.
const DATA: [(&str, &str); 3] = [
    ("tzdata", "every NixOS has the time zones"),
    (
        "cacert",
        "every NixOS has the certificates of well-known authorities",
    ),
    (
        "glibcLocales",
        "NixOS has the locales that i18n.supportedLocales names",
    ),
];

/// Programs of every NixOS that its units do not find by themselves.
const OF_SYSTEM: [&str; 11] = [
    "bash",
    "bzip2",
    "diffutils",
    "gawk",
    "gnutar",
    "gzip",
    "less",
    "procps",
    "util-linux",
    "xz",
    "zstd",
];

/// Packages of what stands in front of a program in a container, and is the unit's on a machine.
pub(super) const OF_CONTAINERS: [&str; 6] = [
    "catatonit",
    "dumb-init",
    "gosu",
    "su-exec",
    "tini",
    "tini-static",
];

/// As `lower`, for a unit of its own: it does not find what a person finds in the path of the system.
pub(super) fn lower_of_unit(package: &Package, service: &Service<'_>) -> Lowered {
    let found = rules::package(&package.name, package.family);
    let attr = found.and_then(|it| match it.attribute {
        Attribute::Known(attr) => Some(attr),
        Attribute::Unknown => None,
    });
    match attr.filter(|it| OF_SYSTEM.contains(&it.as_str())) {
        Some(attr) => {
            let mut statement = Statement::default();
            statement.add(service.unit().child("path"), Expr::package(&attr));
            Lowered::Stated(statement)
        }
        None => lower(package, service),
    }
}

pub(super) fn lower(package: &Package, service: &Service<'_>) -> Lowered {
    if OF_CONTAINERS.contains(&package.name.as_str()) {
        return Lowered::NotNeeded(
            Code::PackageNotNeeded,
            format!("systemd does what `{}` does in a container", package.name),
        );
    }
    let is_interpreter = package.name == "python3" && python::expr(service.application).is_some();
    if is_interpreter || python::library_of(package, service.application).is_some() {
        return with_libraries(package, service);
    }
    if let Some(extension) = php::extension(package) {
        return php::without_interpreter(extension).unwrap_or_else(|| with_extensions(service));
    }
    let Some(found) = rules::package(&package.name, package.family) else {
        return unknown(package);
    };
    let name = &package.name;
    let versioned = version::of_package(name, service.application);
    let attr = match (&versioned, &found.attribute) {
        (Some(attr), _) | (None, Attribute::Known(attr)) => Some(attr.as_str()),
        (None, Attribute::Unknown) => None,
    };
    if let Some(reason) = idle_server(name, &found, service) {
        return Lowered::NotNeeded(Code::PackageNotNeeded, reason);
    }
    match found.kind {
        Kind::Nothing => {
            let note = found.note.map_or_else(String::new, |it| format!(": {it}"));
            return Lowered::NotNeeded(
                Code::PackageNotNeeded,
                format!("NixOS has no need of `{name}`{note}"),
            );
        }
        Kind::Library => return library(package, attr),
        Kind::Missing => return missing(package, found.note),
        Kind::Program | Kind::Service | Kind::Module | Kind::Runtime | Kind::Meta => {}
    }
    let Some(attr) = attr else {
        return unknown(package);
    };
    if program::is_part_of_nginx(attr) {
        return Lowered::manual_with_cure(
            Code::CannotState,
            format!("`{name}` is a module of nginx, which its module of NixOS takes"),
            format!("Add pkgs.{attr} to services.nginx.additionalModules."),
        );
    }
    if BUILDERS.contains(&attr) {
        return Lowered::NotNeeded(
            Code::PackageNotNeeded,
            format!("`{name}` builds things; the service does not need it to run"),
        );
    }
    if let Some((_, why)) = DATA.iter().find(|(it, _)| *it == attr) {
        return Lowered::NotNeeded(Code::AlreadySo, (*why).to_owned());
    }
    if DEFAULT_PATH.contains(&attr) {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("every unit of NixOS has `pkgs.{attr}` in its search path"),
        );
    }
    let mut statement = Statement::default();
    if let Some(version) = &package.version {
        statement.assume(format!(
            "the release's version of `{name}` stands for {version}"
        ));
    }
    if found.alias_checked {
        statement.assume(format!("`pkgs.{attr}` is still what `{name}` was"));
    }
    if service.own_package() == Some(attr) {
        // The option `package` has it.
        return Lowered::Stated(statement);
    }
    for attr in std::iter::once(&attr).chain(found.also) {
        statement.add(service.unit().child("path"), Expr::package(attr));
    }
    Lowered::Stated(statement)
}

/// The interpreter with all libraries, of which this is one.
fn with_libraries(package: &Package, service: &Service<'_>) -> Lowered {
    let mut statement = Statement::default();
    if package.name != "python3" {
        statement.assume("the libraries of Python have the versions of nixpkgs");
    }
    let python = Expr::select(python::BINDING);
    statement.add(service.unit().child("path"), python);
    Lowered::Stated(statement)
}

/// The PHP with all extensions, of which this is one.
fn with_extensions(service: &Service<'_>) -> Lowered {
    let mut statement = Statement::default();
    let php = Expr::select(php::BINDING);
    statement.add(service.unit().child("path"), php);
    Lowered::Stated(statement)
}

/// Says why a server that an image installs is not in the search path: the command of the service is another program,
/// which starts no others.
fn idle_server(name: &str, found: &PackageName, service: &Service<'_>) -> Option<String> {
    let option = found
        .option
        .as_ref()
        .filter(|it| it.path.ends_with(".enable"))?;
    let is_server = found.kind == Kind::Module && option.path.starts_with("services.");
    let is_own = match &found.attribute {
        Attribute::Known(attr) => service.own_package() == Some(attr.as_str()),
        Attribute::Unknown => false,
    };
    if !is_server || is_own || !service.runs_alone() {
        return None;
    }
    let module = option.path.trim_end_matches(".enable");
    Some(format!(
        "the command of the service starts no `{name}`: where a machine is to have one, it is `{module}`"
    ))
}

/// Tells whether a package of the recipe, or of its image in the version that its tag names, is an attribute.
pub(super) fn brings(attr: &str, application: &Application) -> bool {
    application.packages.iter().any(|it| {
        let name = &it.value.name;
        let own = version::of_package(name, application).or_else(|| attribute(&it.value));
        let is_sure = !it
            .assumptions
            .iter()
            .any(|it| Application::is_of_release(it))
            || version::is_exact(name, application);
        is_sure && own.as_deref() == Some(attr)
    })
}

/// Returns the attribute of a package, where one is known.
pub(super) fn attribute(package: &Package) -> Option<String> {
    match rules::package(&package.name, package.family)?.attribute {
        Attribute::Known(attr) => Some(attr),
        Attribute::Unknown => None,
    }
}

fn library(package: &Package, attr: Option<&str>) -> Lowered {
    let name = &package.name;
    let interpreter = attr.and_then(package::interpreter_of);
    match (interpreter, attr) {
        (Some(cure), _) => Lowered::Manual(
            Left::new(
                Code::PackageUnknown,
                format!("`{name}` is a library, which NixOS puts into the interpreter of the program that uses it"),
            )
            .cure(cure),
        ),
        (None, Some(_)) => Lowered::NotNeeded(
            Code::PackageNotNeeded,
            format!("`{name}` is a library: programs of nixpkgs bring those that they were built with, a build names its own"),
        ),
        (None, None) => unknown(package),
    }
}

fn missing(package: &Package, note: Option<&str>) -> Lowered {
    let (reason, cure) = package::missing(&package.name, note);
    Lowered::Manual(Left::new(Code::PackageUnknown, reason).cure(cure))
}

fn unknown(package: &Package) -> Lowered {
    let name = &package.name;
    let manager = package::manager(package.family);
    let reason = format!("the {manager}package `{name}` is not known here");
    Lowered::Manual(
        Left::new(Code::PackageUnknown, reason).cure(
            "find it at https://search.nixos.org/packages, then add it to the path of the unit",
        ),
    )
}
