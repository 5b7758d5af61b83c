//! Programs that a recipe fetches and builds by hand: the packages of nixpkgs, where it has all of them.

use super::Service;
use super::packages::OF_CONTAINERS;
use crate::account::Code;
use crate::lower::program;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{Family, FetchedProgram, Product};
use crate::nix::Expr;

pub(super) fn lower(fetched: &FetchedProgram, service: &Service<'_>) -> Lowered {
    let mut statement = Statement::default();
    let mut container = None;
    for product in &fetched.products {
        if let Some(name) = product
            .names
            .iter()
            .find(|it| OF_CONTAINERS.contains(&it.as_str()))
        {
            container = Some(name);
            continue;
        }
        let Some(attr) = attribute(product) else {
            let left = Left::new(Code::CannotState, fetched.reason.as_str());
            return Lowered::Manual(left.cure(fetched.cure.as_str()));
        };
        statement.assume(clause(&attr, product, fetched));
        if service.own_package() != Some(&attr) {
            statement.add(service.unit().child("path"), Expr::package(&attr));
        }
    }
    match container {
        Some(name) if statement.assumptions.is_empty() => Lowered::NotNeeded(
            Code::PackageNotNeeded,
            format!("systemd does what `{name}` does in a container"),
        ),
        Some(_) | None => Lowered::Stated(statement),
    }
}

/// Says what the package is taken for.
pub(super) fn clause(attr: &str, product: &Product, fetched: &FetchedProgram) -> String {
    let verb = if fetched.builds { "builds" } else { "fetches" };
    match &product.version {
        Some(version) => format!("`pkgs.{attr}` stands for the {version} that the image {verb}"),
        None => format!("`pkgs.{attr}` stands for the one that the image {verb}"),
    }
}

/// Applications of the web, whose files a web server serves: as a program in a search path they are nothing.
const SITES: [&str; 16] = [
    "dokuwiki",
    "drupal",
    "grav",
    "joomla",
    "kanboard",
    "limesurvey",
    "matomo",
    "mediawiki",
    "moodle",
    "nextcloud",
    "owncloud",
    "phpmyadmin",
    "piwik",
    "roundcube",
    "roundcubemail",
    "wordpress",
];

/// Finds the package that a program is, of its version where nixpkgs has several.
pub(super) fn attribute(product: &Product) -> Option<String> {
    let is_site = product.names.iter().any(|it| SITES.contains(&it.as_str()));
    let names = product.names.iter().filter(|_| !is_site);
    names.into_iter().find_map(|name| {
        let of_version = product.version.as_deref().and_then(|version| {
            let mut numbers = version.split('.');
            let (major, minor) = (numbers.next()?, numbers.next().unwrap_or_default());
            let names = [format!("{name}{major}.{minor}"), format!("{name}-{major}")];
            names
                .iter()
                .find_map(|it| program::of_table(it, Family::Debian))
        });
        of_version
            .or_else(|| program::likely_package_of(name))
            .or_else(|| program::of_table(name, Family::Debian))
    })
}

#[cfg(test)]
mod tests {
    use super::attribute;
    use crate::model::Product;

    #[test]
    fn programs_are_packages_of_their_version() {
        for (name, version, expected) in [
            ("php", "8.3.14", Some("php83")),
            ("postgresql", "16.2", Some("postgresql_16")),
            ("redis", "6.2.14", Some("redis")),
            ("no-such-program", "1.0", None),
        ] {
            let product = Product {
                names: vec![name.to_owned()],
                version: Some(version.to_owned()),
                address: String::new(),
            };
            assert_eq!(attribute(&product).as_deref(), expected, "{name}");
        }
    }
}
