//! `Package`: a distribution's package to what brings the same on NixOS.
//!
//! A program goes to `environment.systemPackages`. A daemon's package is the option of its module: on Debian installing
//! one starts and enables it, elsewhere only where the source starts the service as well; else it is a program.
//! A C library is not needed: the programs of nixpkgs bring those that they were built with, and a build names its own.
//! A library of a language goes into the interpreter of the system's path, where programs that people wrote look for it;
//! an extension of PHP is left to the person, since which PHP uses it the source does not say.

use super::ctx::Ctx;
use super::interpreter;
use crate::account::{Code, Verdict};
use crate::model::{Condition, Entry, Family, Package, Resource};
use crate::nix::{Expr, StrPart};
use crate::plan::OptionPath;
use crate::rules::{self, Attribute, Kind, ModuleOption, OptionShape, PackageName};

const SEARCH: &str =
    "find it at https://search.nixos.org/packages, then add it to environment.systemPackages";

pub(super) fn lower(entry: &Entry, package: &Package, ctx: &mut Ctx<'_>) {
    let Some(found) = rules::package(&package.name, package.family) else {
        unknown(entry, package, ctx);
        return;
    };
    let mut entry = entry.clone();
    if found.elsewhere {
        let clause = format!("`{}` is what other distributions call so", package.name);
        entry.assumptions.push(clause);
    }
    if let Some(version) = &package.version {
        let clause = format!(
            "the release's version of `{}` stands for {version}",
            package.name
        );
        entry.assumptions.push(clause);
    }
    let attr = match &found.attribute {
        Attribute::Known(attr) => Some(attr.as_str()),
        Attribute::Unknown => None,
    };
    match found.kind {
        Kind::Nothing => {
            let reason = match found.note {
                Some(note) => format!("NixOS has no need of `{}`: {note}", package.name),
                None => format!("NixOS has no need of `{}`", package.name),
            };
            ctx.close(&entry, Verdict::NotNeeded, Code::PackageNotNeeded, &reason);
        }
        Kind::Missing => {
            let (reason, cure) = missing(&package.name, found.note);
            let about = Some(system_packages());
            ctx.manual_about(&entry, about, Code::PackageUnknown, &reason, Some(&cure));
        }
        Kind::Library => library(&entry, package, attr, ctx),
        Kind::Module => match found.option {
            Some(option) => module(&entry, package, &found, option, ctx),
            None => program(&entry, package, &found, attr, ctx),
        },
        Kind::Service => {
            let clause = format!(
                "only the program of `{}` is stated: no module is known that runs it",
                package.name
            );
            entry.assumptions.push(clause);
            program(&entry, package, &found, attr, ctx);
        }
        Kind::Program | Kind::Runtime | Kind::Meta => program(&entry, package, &found, attr, ctx),
    }
}

fn unknown(entry: &Entry, package: &Package, ctx: &mut Ctx<'_>) {
    let name = &package.name;
    let about = Some(system_packages());
    let is_path = name.contains('/') && package.family != Family::Node;
    if is_path || name.ends_with(".deb") || name.ends_with(".rpm") {
        let reason = format!("`{name}` is a package file, which NixOS does not install");
        ctx.manual_about(entry, about, Code::PackageUnknown, &reason, Some(SEARCH));
        return;
    }
    let reason = format!(
        "the {}package `{name}` is not known here",
        manager(package.family)
    );
    ctx.manual_about(entry, about, Code::PackageUnknown, &reason, Some(SEARCH));
}

/// Says of a package that nixpkgs does not have why, and what is left to do.
pub(super) fn missing(name: &str, note: Option<&str>) -> (String, String) {
    let note = note.map_or_else(String::new, |it| format!(": {it}"));
    (
        format!("nixpkgs has no `{name}`{note}"),
        "do without it, put something else in its place, or package it".to_owned(),
    )
}

/// Returns the name of the family's package manager with a blank behind it, for messages.
pub(super) fn manager(family: Family) -> &'static str {
    match family {
        Family::Debian => "apt ",
        Family::Rhel => "dnf ",
        Family::Alpine => "apk ",
        Family::Arch => "pacman ",
        Family::Python => "pip ",
        Family::Node => "npm ",
        Family::Ruby => "gem ",
        Family::Other => "",
    }
}

pub(super) fn system_packages() -> OptionPath {
    OptionPath::new(["environment", "systemPackages"])
}

fn program(
    entry: &Entry,
    package: &Package,
    found: &PackageName,
    attr: Option<&str>,
    ctx: &mut Ctx<'_>,
) {
    let Some(attr) = attr else {
        unknown(entry, package, ctx);
        return;
    };
    if let Some(lowered) = ctx.brought.lower_package(&package.name, attr) {
        ctx.conclude(entry, lowered);
        return;
    }
    let mut entry = entry.clone();
    if found.alias_checked {
        let clause = format!("`pkgs.{attr}` is still what `{}` was", package.name);
        entry.assumptions.push(clause);
    }
    for attr in std::iter::once(&attr).chain(found.also) {
        ctx.add(&entry, system_packages(), Expr::package(attr));
    }
    let reason = format!("`{}` is `pkgs.{attr}`", package.name);
    ctx.stated(&entry, Code::PackageMapped, &reason, None);
}

fn library(entry: &Entry, package: &Package, attr: Option<&str>, ctx: &mut Ctx<'_>) {
    let name = &package.name;
    if let Some(attr) = attr.filter(|it| is_in_every_php(it)) {
        let reason = format!("`{name}` is in every PHP of nixpkgs (`{attr}`)");
        ctx.close(entry, Verdict::NotNeeded, Code::PackageNotNeeded, &reason);
        return;
    }
    if let Some(environment) = attr.and_then(interpreter::with_library) {
        let mut entry = entry.clone();
        let clause = format!(
            "what uses `{name}` runs with the `{}` of the system's path",
            environment.program
        );
        entry.assumptions.push(clause);
        ctx.add(&entry, system_packages(), environment.expr);
        let reason = format!("`{name}` is in the interpreter of the system's path");
        ctx.stated(&entry, Code::PackageMapped, &reason, None);
        return;
    }
    match (attr.and_then(interpreter_of), attr) {
        (Some(cure), _) => {
            let reason = format!(
                "`{name}` is a library, which NixOS puts into the interpreter of the program that uses it"
            );
            let cure = Some(cure.as_str());
            ctx.manual_about(
                entry,
                Some(system_packages()),
                Code::PackageUnknown,
                &reason,
                cure,
            );
        }
        (None, Some(_)) => {
            let reason = format!(
                "`{name}` is a library: programs of nixpkgs bring those that they were built with, a build names its own"
            );
            ctx.close(entry, Verdict::NotNeeded, Code::PackageNotNeeded, &reason);
        }
        (None, None) => unknown(entry, package, ctx),
    }
}

/// Says how a library of a language gets into its interpreter; `None` for one of C.
pub(super) fn interpreter_of(attr: &str) -> Option<String> {
    let (set, attr) = attr.split_once('.')?;
    let (_, how) = INTERPRETERS.iter().find(|it| set.starts_with(it.0))?;
    Some(how.replace("{}", attr))
}

/// What nixpkgs has in every PHP (pkgs/development/interpreters/php/default.nix); imap and opcache only in the older ones.
const PHP: [&str; 40] = [
    "bcmath",
    "calendar",
    "curl",
    "ctype",
    "dom",
    "exif",
    "fileinfo",
    "filter",
    "ftp",
    "gd",
    "gettext",
    "gmp",
    "iconv",
    "intl",
    "ldap",
    "mbstring",
    "mysqli",
    "mysqlnd",
    "openssl",
    "pcntl",
    "pdo",
    "pdo_mysql",
    "pdo_odbc",
    "pdo_pgsql",
    "pdo_sqlite",
    "pgsql",
    "posix",
    "readline",
    "session",
    "simplexml",
    "sockets",
    "soap",
    "sodium",
    "sysvsem",
    "sqlite3",
    "tokenizer",
    "xmlreader",
    "xmlwriter",
    "zip",
    "zlib",
];

/// Tells whether every PHP of nixpkgs has an extension.
pub(super) fn is_php_extension_of_all(extension: &str) -> bool {
    // opcache is a part of PHP itself from 8.5 on, and before that among those that are switched on.
    PHP.contains(&extension) || extension == "opcache"
}

fn is_in_every_php(attr: &str) -> bool {
    attr.split_once("Extensions.")
        .is_some_and(|(set, extension)| {
            set.starts_with("php") && is_php_extension_of_all(extension)
        })
}

/// How a library of a package set gets to where it is used.
const INTERPRETERS: [(&str, &str); 5] = [
    (
        "python",
        "where the program is known: `(pkgs.python3.withPackages (ps: [ ps.{} ]))`",
    ),
    (
        "perl",
        "where the program is known: `(pkgs.perl.withPackages (ps: [ ps.{} ]))`",
    ),
    (
        "ruby",
        "where the program is known: `(pkgs.ruby.withPackages (ps: [ ps.{} ]))`",
    ),
    (
        "php",
        "where PHP is configured: `pkgs.php.withExtensions ({ enabled, all }: enabled ++ [ all.{} ])`",
    ),
    (
        "lua",
        "where the program is known: `(pkgs.lua.withPackages (ps: [ ps.{} ]))`",
    ),
];

fn module(
    entry: &Entry,
    package: &Package,
    found: &PackageName,
    option: ModuleOption,
    ctx: &mut Ctx<'_>,
) {
    let name = &package.name;
    let attr = match &found.attribute {
        Attribute::Known(attr) => Some(attr.as_str()),
        Attribute::Unknown => None,
    };
    if let Some(element) = attr.and_then(|it| loaded(option.path, it)) {
        ctx.add(entry, OptionPath::parse(option.path), element);
        let reason = format!("`{name}` is an element of `{}`", option.path);
        ctx.stated(entry, Code::PackageMapped, &reason, None);
        return;
    }
    match option.shape {
        OptionShape::Packages if attr.is_some() => {
            let attr = attr.unwrap_or_default();
            ctx.add(entry, OptionPath::parse(option.path), Expr::package(attr));
            let reason = format!("`{name}` is `pkgs.{attr}` in `{}`", option.path);
            ctx.stated(entry, Code::PackageMapped, &reason, None);
        }
        OptionShape::Switch if option.default == Some(true) => {
            let reason = format!("NixOS has `{name}` without a word (`{}`)", option.path);
            ctx.close(entry, Verdict::NotNeeded, Code::PackageNotNeeded, &reason);
        }
        OptionShape::Switch if is_wanted(package, option, ctx) => {
            switch_on(entry, package, attr, found.versioned, option, ctx);
        }
        OptionShape::Packages | OptionShape::Switch | OptionShape::Other | OptionShape::Unknown => {
            if attr.is_none() {
                let reason = format!("`{name}` has no package of its own in nixpkgs");
                let cure = format!("NixOS has the option `{}` for it", option.path);
                let about = Some(OptionPath::parse(option.path));
                ctx.manual_about(entry, about, Code::PackageUnknown, &reason, Some(&cure));
                return;
            }
            let mut entry = entry.clone();
            if option.shape != OptionShape::Switch {
                let clause = format!(
                    "only the program of `{name}` is stated: `{}` says how it is used",
                    option.path
                );
                entry.assumptions.push(clause);
            }
            program(&entry, package, found, attr, ctx);
        }
    }
}

/// The modules of Apache, by their attribute: how httpd calls them, and their file.
const APACHE_MODULES: [(&str, &str, &str); 2] = [
    (
        "apacheHttpdPackages.mod_auth_mellon",
        "auth_mellon",
        "mod_auth_mellon.so",
    ),
    ("apacheHttpdPackages.mod_wsgi3", "wsgi", "mod_wsgi.so"),
];

/// Makes a module that a server loads an element of the server's list; `None` for what is none.
fn loaded(option: &str, attr: &str) -> Option<Expr> {
    match option {
        "services.nginx.additionalModules" => Some(Expr::package(attr)),
        "services.httpd.extraModules" => {
            let (_, name, file) = APACHE_MODULES.iter().find(|it| it.0 == attr)?;
            let path = vec![
                StrPart::Splice(Expr::package(attr)),
                StrPart::Literal(format!("/modules/{file}")),
            ];
            Some(Expr::Attrs(vec![
                ("name".to_owned(), Expr::str(*name)),
                ("path".to_owned(), Expr::Str(path)),
            ]))
        }
        _ => None,
    }
}

fn switch_on(
    entry: &Entry,
    package: &Package,
    attr: Option<&str>,
    versioned: bool,
    option: ModuleOption,
    ctx: &mut Ctx<'_>,
) {
    ctx.set(entry, OptionPath::parse(option.path), Expr::Bool(true));
    let folder = option.path.strip_suffix(".enable");
    if let (Some(folder), Some(attr)) = (folder, attr) {
        let choice = format!("{folder}.package");
        let versioned = versioned || is_versioned(&package.name, attr);
        // A version that the name asks for, and a package without a default, are choices to state.
        if option.needs.contains(&choice.as_str()) || (versioned && folder.starts_with("services."))
        {
            ctx.set(entry, OptionPath::parse(&choice), Expr::package(attr));
        }
    }
    let reason = format!("`{}` is `{}`", package.name, option.path);
    ctx.stated(entry, Code::PackageMapped, &reason, None);
}

/// Tells whether a name such as `postgresql-15` asks for the version that `postgresql_15` is.
fn is_versioned(name: &str, attr: &str) -> bool {
    let version = attr.rsplit_once('_').map_or("", |(_, version)| version);
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    !version.is_empty() && version.bytes().all(|it| it.is_ascii_digit()) && digits == version
}

/// Tells whether the machine runs what the package brings, not only has it.
fn is_wanted(package: &Package, option: ModuleOption, ctx: &Ctx<'_>) -> bool {
    let is_daemon = !PARTS.iter().any(|part| package.name.contains(part));
    if option.path.starts_with("programs.") {
        return is_daemon;
    }
    match service_wanted(option, ctx) {
        Some(wanted) => wanted && is_daemon,
        // dh_installsystemd(1): a Debian package enables and starts its services.
        None => is_daemon && package.family == Family::Debian,
    }
}

/// Parts of names of packages that go with a daemon and are not it.
const PARTS: [&str; 12] = [
    "-client", "-common", "-doc", "-utils", "-tools", "-lib", "-dev", "-data", "-contrib", "-bin",
    "-plugin", "-headers",
];

/// What the source wants of the service that the option switches; none where it says nothing.
pub(super) fn service_wanted(option: ModuleOption, ctx: &Ctx<'_>) -> Option<bool> {
    let mut found = None;
    for entry in &ctx.machine.entries {
        let Resource::Service(it) = &entry.resource else {
            continue;
        };
        let same = rules::service(&it.name, it.family)
            .and_then(|it| it.option)
            .is_some_and(|it| it.path == option.path);
        if !same || entry.guard != Condition::True {
            continue;
        }
        if it.enabled == Some(true) || it.running == Some(true) {
            return Some(true);
        }
        if it.masked || it.enabled == Some(false) || it.running == Some(false) {
            found = Some(false);
        }
    }
    found
}
