//! The version that the tag of an official image names, where nixpkgs has it: `python:3.12-slim` is `pkgs.python312`.
//!
//! Which versions nixpkgs has is known from the names of packages in the table.

use crate::model::{Application, Family};
use crate::rules::{self, Attribute};

/// An image, the programs that it is for, and the name that a package of one version has.
struct Row {
    image: &'static str,
    programs: &'static [&'static str],
    /// Its `$1` and `$2` are the first numbers of the version.
    package: &'static str,
    family: Family,
}

const fn row(
    image: &'static str,
    programs: &'static [&'static str],
    package: &'static str,
    family: Family,
) -> Row {
    Row {
        image,
        programs,
        package,
        family,
    }
}

const JAVA: &[&str] = &["java", "jar"];
const JRE: &str = "openjdk-$1-jre-headless";

const ROWS: [Row; 11] = [
    row("amazoncorretto", JAVA, JRE, Family::Debian),
    row(
        "dotnet/aspnet",
        &["dotnet"],
        "aspnetcore-runtime-$1.$2",
        Family::Debian,
    ),
    row(
        "dotnet/runtime",
        &["dotnet"],
        "dotnet-runtime-$1.$2",
        Family::Debian,
    ),
    row(
        "dotnet/sdk",
        &["dotnet"],
        "dotnet-sdk-$1.$2",
        Family::Debian,
    ),
    row("eclipse-temurin", JAVA, JRE, Family::Debian),
    row("java", JAVA, JRE, Family::Debian),
    row("node", &["node", "npm", "npx"], "@nodejs:$1", Family::Rhel),
    row("openjdk", JAVA, JRE, Family::Debian),
    row("php", &["php"], "php$1.$2", Family::Debian),
    row(
        "postgres",
        &["pg_dump", "pg_isready", "postgres", "psql"],
        "postgresql-$1",
        Family::Debian,
    ),
    row(
        "python",
        &["python", "python3"],
        "python$1.$2",
        Family::Debian,
    ),
];

/// The packages that an image brings by the names of its distribution, and that a version stands for.
const BROUGHT: [&str; 7] = [
    "default-jre",
    "dotnet",
    "nodejs",
    "openjdk17-jre",
    "php",
    "postgresql",
    "python3",
];

/// Returns the attribute that has a program in the version of the image.
pub(super) fn of_program(program: &str, application: &Application) -> Option<String> {
    let (row, numbers) = versioned(application)?;
    let is_its = row.programs.contains(&program);
    is_its.then(|| attribute(row, &numbers)).flatten()
}

/// Returns the attribute that stands for a package which the image brings.
pub(super) fn of_package(package: &str, application: &Application) -> Option<String> {
    let (row, numbers) = versioned(application)?;
    let is_its = BROUGHT.contains(&package) && brings(row.image, package);
    is_its.then(|| attribute(row, &numbers)).flatten()
}

/// Tells whether a package is what the tag of the image asks for: no version, or the one that the package is of.
///
/// `has_version`: the package is of the version that the tag names first.
pub(super) fn is_asked_for(application: &Application, has_version: bool) -> bool {
    let Some((_, tag)) = tagged(application) else {
        return application.base.is_some();
    };
    // `mainline` is not what nixpkgs has by default.
    const NO_VERSION: [&str; 6] = ["alpine", "latest", "lts", "slim", "stable", "unprivileged"];
    let first = tag.split('-').next().unwrap_or_default();
    if !first.starts_with(|c: char| c.is_ascii_digit()) {
        return NO_VERSION.contains(&first);
    }
    has_version && first.bytes().all(|it| it.is_ascii_digit())
}

/// Tells whether the package that stands for one that the image brings is all that its tag asks for.
pub(super) fn is_exact(package: &str, application: &Application) -> bool {
    let Some((row, numbers)) = versioned(application) else {
        return is_asked_for(application, false);
    };
    let asked = row.package.matches('$').count();
    numbers.len() == asked && of_package(package, application).is_some()
}

/// Returns the attribute of PHP in a version.
pub(super) fn php(version: &str) -> Option<String> {
    let numbers: Vec<&str> = version.split('.').take(2).collect();
    match rules::package(&format!("php{}", numbers.join(".")), Family::Debian)?.attribute {
        Attribute::Known(attr) => Some(attr),
        Attribute::Unknown => None,
    }
}

/// Returns the first number of the version that the tag of the image names.
pub(super) fn first_number(application: &Application) -> Option<String> {
    let (_, tag) = tagged(application)?;
    let number: String = tag.chars().take_while(char::is_ascii_digit).collect();
    (!number.is_empty()).then_some(number)
}

/// Returns the image's path and its tag.
fn tagged(application: &Application) -> Option<(&str, &str)> {
    let base = application.base.as_deref()?;
    let base = base.split('@').next().unwrap_or(base);
    base.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
}

fn brings(image: &str, package: &str) -> bool {
    match image {
        image if image.starts_with("dotnet/") => package == "dotnet",
        "node" => package == "nodejs",
        "php" => package == "php",
        "postgres" => package == "postgresql",
        "python" => package == "python3",
        _ => package.contains("jre"),
    }
}

fn versioned(application: &Application) -> Option<(&'static Row, Vec<String>)> {
    let (path, tag) = tagged(application)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let row = ROWS
        .iter()
        .find(|it| it.image == name || (it.image.contains('/') && path.ends_with(it.image)))?;
    let version: String = tag
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let numbers: Vec<String> = version
        .split('.')
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    (!numbers.is_empty()).then_some((row, numbers))
}

fn attribute(row: &Row, numbers: &[String]) -> Option<String> {
    let mut name = row.package.to_owned();
    for (at, number) in numbers.iter().enumerate() {
        name = name.replace(&format!("${}", at + 1), number);
    }
    if name.contains('$') {
        return None;
    }
    match rules::package(&name, row.family)?.attribute {
        Attribute::Known(attr) => Some(attr),
        Attribute::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{of_package, of_program};
    use crate::lower::application::tests::nothing;
    use crate::model::Application;

    #[test]
    fn versions_that_nixpkgs_has() {
        for (base, program, expected) in [
            ("node:22-slim", "node", Some("nodejs_22")),
            (
                "docker.io/library/node:22.3.1-alpine",
                "npm",
                Some("nodejs_22"),
            ),
            ("node:lts", "node", None),
            ("node:12", "node", None),
            ("python:3.12-slim@sha256:0", "python3", Some("python312")),
            ("python:3", "python3", None),
            ("php:8.3-cli", "php", Some("php83")),
            ("eclipse-temurin:21-jre", "java", Some("jdk21_headless")),
            ("node:22", "java", None),
            ("debian:12", "node", None),
        ] {
            let application = Application {
                base: Some(base.into()),
                ..nothing("shop")
            };
            assert_eq!(
                of_program(program, &application).as_deref(),
                expected,
                "{base} {program}"
            );
        }
        let application = Application {
            base: Some("postgres:16".into()),
            ..nothing("shop")
        };
        let attr = of_package("postgresql", &application);
        assert_eq!(attr.as_deref(), Some("postgresql_16"));
        assert_eq!(of_package("curl", &application), None);
    }
}
