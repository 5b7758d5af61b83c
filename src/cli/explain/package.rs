//! Packages and services by the names that distributions give them.

use super::page::{Entry, Facts, Part};
use super::{Chapter, Word};
use crate::error::Error;
use crate::model::Family;
use crate::rules::{self, Attribute, Kind, PackageName, Rules};

/// The families, what their package manager is called, and what stands before a `:`.
const FAMILIES: [(Family, &str); 7] = [
    (Family::Debian, "apt"),
    (Family::Rhel, "dnf"),
    (Family::Alpine, "apk"),
    (Family::Arch, "pacman"),
    (Family::Python, "pip"),
    (Family::Node, "npm"),
    (Family::Ruby, "gem"),
];

pub(super) const PACKAGES: Chapter = Chapter {
    prefixes: &[
        "package", "apt", "dnf", "apk", "pacman", "pip", "npm", "gem",
    ],
    plural: "packages",
    about: "Packages as distributions call them: nginx, or that of one alone: apt:nginx.",
    names: |_| rules::package_names().map(str::to_owned).collect(),
    find,
};

pub(super) const SERVICES: Chapter = Chapter {
    prefixes: &["service"],
    plural: "services",
    about: "Services as distributions call them: sshd, mariadb.service.",
    names: |_| rules::service_names().map(str::to_owned).collect(),
    find: find_service,
};

fn find(word: &Word<'_>, rules: &Rules) -> Result<Vec<Entry>, Error> {
    let asked = |manager: &str| {
        word.prefix
            .is_none_or(|it| it == "package" || it == manager)
    };
    let mut found: Vec<(PackageName, Vec<&str>)> = Vec::new();
    for (family, manager) in FAMILIES.iter().filter(|(_, manager)| asked(manager)) {
        let Some(package) = rules::package(word.name, *family).filter(|it| !it.elsewhere) else {
            continue;
        };
        match found.iter_mut().find(|(other, _)| *other == package) {
            Some((_, managers)) => managers.push(manager),
            None => found.push((package, vec![manager])),
        }
    }
    let entry = |(package, managers): &(PackageName, Vec<&str>)| {
        describe(word.name, package, managers, rules)
    };
    Ok(found.iter().map(entry).collect())
}

fn describe(name: &str, package: &PackageName, managers: &[&str], rules: &Rules) -> Entry {
    let mut facts = Facts::default();
    match &package.attribute {
        Attribute::Known(attribute) => facts.add("nixpkgs", format!("pkgs.{attribute}")),
        Attribute::Unknown if matches!(package.kind, Kind::Nothing | Kind::Missing) => {}
        Attribute::Unknown => facts.add(
            "nixpkgs",
            "no name is confirmed, which does not prove that there is none",
        ),
    }
    facts.add("Option", package.option.map_or("", |it| it.path));
    facts.add("Brings too", package.also.join(", "));
    facts.add("Is", what(package.kind));
    facts.add("Note", package.note.unwrap_or_default());
    let own = rules.about("package", "name", name);
    let ids: Vec<&str> = own.iter().map(|it| it.id).collect();
    facts.add("Rules", ids.join(", "));
    let becomes = match (&package.attribute, package.option, package.kind) {
        (_, _, Kind::Nothing) => "Nothing: NixOS has no need of it.",
        (_, _, Kind::Missing) => "It is left to you: nixpkgs does not have it.",
        (Attribute::Known(attribute), _, Kind::Library) if attribute.contains("Extensions.") => {
            "Nothing where every PHP has it; else it is left to you: it goes into the PHP that uses it."
        }
        (Attribute::Known(attribute), _, Kind::Library) if attribute.contains('.') => {
            "It goes into the interpreter of the system's path."
        }
        (Attribute::Known(_), _, Kind::Library) => {
            "Nothing: programs of nixpkgs bring the libraries that they were built with."
        }
        (_, Some(_), _) => {
            "The option, where it brings the program; else the package in environment.systemPackages."
        }
        (Attribute::Known(_), None, _) => "An element of environment.systemPackages.",
        (Attribute::Unknown, None, _) => "It is left to you.",
    };
    facts.add("Becomes", becomes);
    let mut parts: Vec<Part> = facts.part().into_iter().collect();
    if package.attribute == Attribute::Unknown
        && package.option.is_none()
        && package.kind != Kind::Nothing
    {
        parts.extend(Part::cure(
            "Look for it at https://search.nixos.org/packages and add it to environment.systemPackages in local.nix.",
        ));
    }
    Entry {
        title: name.to_owned(),
        what: format!("a package of {}", managers.join(", ")),
        parts,
    }
}

fn what(kind: Kind) -> &'static str {
    match kind {
        Kind::Program => "a program",
        Kind::Library => "a library: what is built against it finds it in its own build",
        Kind::Service => "a daemon for which no option is known",
        Kind::Module => "what an option of NixOS brings",
        Kind::Runtime => "a language's runtime",
        Kind::Meta => "a name for several packages",
        Kind::Nothing => "what NixOS does without",
        Kind::Missing => "what nixpkgs does not have",
    }
}

fn find_service(word: &Word<'_>, rules: &Rules) -> Result<Vec<Entry>, Error> {
    let name = word.name.strip_suffix(".service").unwrap_or(word.name);
    let Some(service) = rules::service(name, Family::Other) else {
        return Ok(Vec::new());
    };
    let mut facts = Facts::default();
    facts.add("Option", service.option.map_or("", |it| it.path));
    let needs = service.option.map_or(&[][..], |it| it.needs);
    facts.add("Needs", needs.join(", "));
    facts.add("Unit", service.unit.unwrap_or_default());
    facts.add("Note", service.note.unwrap_or_default());
    let own = rules.about("service", "name", name);
    let ids: Vec<&str> = own.iter().map(|it| it.id).collect();
    facts.add("Rules", ids.join(", "));
    if service.option.is_none() {
        facts.add(
            "Becomes",
            "Its unit's enablement, where the source brings the unit; else it is left to you: no module of NixOS is known for it.",
        );
    } else {
        facts.add(
            "Becomes",
            "The option, true where the source enables or starts it.",
        );
    }
    Ok(vec![Entry {
        title: name.to_owned(),
        what: "a service".to_owned(),
        parts: facts.part().into_iter().collect(),
    }])
}
