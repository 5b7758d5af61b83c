//! The names of packages and services: from a distribution's name to nixpkgs' attribute and NixOS's option.
//!
//! The tables come from rules/nixos/: exact rows first, then patterns of versioned and derived families. Only what a
//! table confirms is an answer.

use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Captures, Regex, RegexBuilder};

use crate::model::Family;

struct PackageRow {
    name: &'static str,
    families: u8,
    attr: Option<&'static str>,
    kind: Kind,
    option: Option<&'static str>,
    also: &'static [&'static str],
    note: Option<&'static str>,
    alias_checked: bool,
}

struct ServiceRow {
    name: &'static str,
    families: u8,
    option: Option<&'static str>,
    unit: Option<&'static str>,
    note: Option<&'static str>,
}

struct PatternRow {
    families: u8,
    pattern: &'static str,
    attr: Option<&'static str>,
    /// What the captured version may be.
    valid: &'static [&'static str],
    /// By group, what stands for a captured text; nothing for what has no attribute.
    map: &'static [(u8, &'static str, Option<&'static str>)],
    /// By group, the texts that have an attribute.
    values: &'static [(u8, &'static str)],
    /// The package set in which the attribute must be known.
    check: Option<&'static str>,
    transform: Option<Transform>,
    kind: Kind,
    option: Option<&'static str>,
    note: Option<&'static str>,
}

enum Transform {
    LowerCase,
    /// Takes this text out of the first group.
    Delete(&'static str),
}

struct NamedOption {
    path: &'static str,
    shape: OptionShape,
    default: Option<bool>,
    needs: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/names.rs"));
include!(concat!(env!("OUT_DIR"), "/taken.rs"));

/// What a package is to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Program,
    Library,
    /// A daemon for which the table knows no option.
    Service,
    /// NixOS has an option that brings it.
    Module,
    Runtime,
    Meta,
    /// NixOS has no need of it.
    Nothing,
    /// nixpkgs does not have it, and nothing there does its work without a word.
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionShape {
    /// A boolean.
    Switch,
    /// A list of packages.
    Packages,
    Other,
    /// The option index does not have it.
    Unknown,
}

/// What is known of an option that a table names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleOption {
    pub path: &'static str,
    pub shape: OptionShape,
    /// What a switch is when nobody sets it; none where that hangs on other options.
    pub default: Option<bool>,
    /// Options without a default beside a switch: on, it needs them.
    pub needs: &'static [&'static str],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// After `pkgs.`.
    Known(String),
    /// None is confirmed, which does not prove that there is none.
    Unknown,
}

/// What a distribution's package is in nixpkgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageName {
    pub attribute: Attribute,
    pub kind: Kind,
    pub option: Option<ModuleOption>,
    pub also: &'static [&'static str],
    pub note: Option<&'static str>,
    /// The name asks for one version among several.
    pub versioned: bool,
    /// The attribute was there in 2020 and is not among the removed.
    pub alias_checked: bool,
    /// Only other distributions have a package of that name.
    pub elsewhere: bool,
}

/// What a distribution's service is on NixOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceName {
    /// None where NixOS has no module for it.
    pub option: Option<ModuleOption>,
    /// The unit's name on NixOS.
    pub unit: Option<&'static str>,
    pub note: Option<&'static str>,
}

/// Finds a package by the name that a distribution gives it, with or without version and architecture.
pub fn package(name: &str, family: Family) -> Option<PackageName> {
    match family {
        Family::Debian | Family::Rhel | Family::Alpine | Family::Arch => {
            let own = package_of(name, family);
            // A source that names what is another distribution's may be for several.
            own.or_else(|| {
                let found = package_row(bare(name), Family::Other)?;
                Some(PackageName {
                    elsewhere: true,
                    ..named(found)
                })
            })
        }
        Family::Python => package_of(name, family).or_else(|| {
            // pep-0503: case and the kind of separator say nothing; nixpkgs names its attributes so.
            let name = bare(name).to_lowercase().replace(['_', '.'], "-");
            package_of(&name, family)
                .or_else(|| library(&format!("python3-{name}")))
                .or_else(|| confirmed("python3Packages", &name))
        }),
        Family::Ruby => package_of(name, family).or_else(|| library(&format!("ruby-{name}"))),
        Family::Node | Family::Other => package_of(name, family),
    }
}

/// Finds a language's library by the name that Debian gives it.
fn library(name: &str) -> Option<PackageName> {
    let found = package_of(name, Family::Debian)?;
    matches!(found.attribute, Attribute::Known(_)).then_some(found)
}

/// Finds a library by its name in a package set, where the table names it.
fn confirmed(set: &str, name: &str) -> Option<PackageName> {
    let attr = format!("{set}.{name}");
    ATTRIBUTES.contains(attr.as_str()).then_some(PackageName {
        attribute: Attribute::Known(attr),
        kind: Kind::Library,
        option: None,
        also: &[],
        note: None,
        versioned: false,
        alias_checked: false,
        elsewhere: false,
    })
}

fn package_of(name: &str, family: Family) -> Option<PackageName> {
    let name = bare(name);
    match package_row(name, family) {
        Some(row) => Some(named(row)),
        None => PATTERNS
            .iter()
            .zip(&REGEXES)
            .filter(|(row, _)| row.families & bits(family) != 0)
            .filter(|(row, _)| name.starts_with(literal_start(row.pattern)))
            .find_map(|(row, regex)| {
                let regex = regex.get_or_init(|| of_ascii(row.pattern));
                by_pattern(row, regex.as_ref()?, name)
            }),
    }
}

fn package_row(name: &str, family: Family) -> Option<&'static PackageRow> {
    let from = PACKAGES.partition_point(|row| row.name < name);
    PACKAGES[from..]
        .iter()
        .take_while(|row| row.name == name)
        .find(|row| row.families & bits(family) != 0)
}

fn named(row: &'static PackageRow) -> PackageName {
    PackageName {
        attribute: attribute(row.attr.map(str::to_owned)),
        kind: row.kind,
        option: row.option.and_then(module_option),
        also: row.also,
        note: row.note,
        versioned: false,
        alias_checked: row.alias_checked,
        elsewhere: false,
    }
}

/// Finds a service by the name of its unit; `.service` may be left out.
pub fn service(name: &str, family: Family) -> Option<ServiceName> {
    let name = name.strip_suffix(".service").unwrap_or(name);
    let find = |name: &str| {
        let from = SERVICES.partition_point(|row| row.name < name);
        let rows = || SERVICES[from..].iter().take_while(|row| row.name == name);
        // A name that only other distributions have is an alias, or the source is for several.
        rows()
            .find(|row| row.families & bits(family) != 0)
            .or_else(|| rows().next())
    };
    let row = find(name)
        // One instance of a template stands for all.
        .or_else(|| find(&format!("{}@", name.split_once('@')?.0)))?;
    Some(ServiceName {
        option: row.option.and_then(module_option),
        unit: row.unit,
        note: row.note,
    })
}

/// Tells whether NixOS has, or may have, a service or a unit of a name. The index does not have all of its modules, so
/// a name that nixpkgs has a package for is taken to be one.
pub fn is_taken(service: &str) -> bool {
    let is_package = |found: PackageName| {
        found.kind != Kind::Library && matches!(found.attribute, Attribute::Known(_))
    };
    TAKEN.binary_search(&service).is_ok()
        || package_row(service, Family::Other).is_some_and(|row| is_package(named(row)))
}

/// Returns the names of packages that have a row of their own, each once.
pub fn package_names() -> impl Iterator<Item = &'static str> {
    once(PACKAGES.iter().map(|row| row.name))
}

/// Returns the names of services, each once.
pub fn service_names() -> impl Iterator<Item = &'static str> {
    once(SERVICES.iter().map(|row| row.name))
}

/// The tables are sorted, so that equal names stand together.
fn once(names: impl Iterator<Item = &'static str>) -> impl Iterator<Item = &'static str> {
    let mut last = None;
    names.filter(move |name| last.replace(*name) != Some(*name))
}

/// Returns what is known of an option that a table names.
pub fn module_option(path: &str) -> Option<ModuleOption> {
    let at = NAMED_OPTIONS
        .binary_search_by(|it| it.path.cmp(path))
        .ok()?;
    NAMED_OPTIONS.get(at).map(|it| ModuleOption {
        path: it.path,
        shape: it.shape,
        default: it.default,
        needs: it.needs,
    })
}

fn attribute(attr: Option<String>) -> Attribute {
    attr.map_or(Attribute::Unknown, Attribute::Known)
}

fn bits(family: Family) -> u8 {
    match family {
        Family::Debian => 1,
        Family::Rhel => 2,
        Family::Alpine => 4,
        Family::Arch => 8,
        Family::Python => 16,
        Family::Node => 32,
        Family::Ruby => 64,
        Family::Other => 15,
    }
}

/// Takes a version (`=1.2`) and an architecture (`:amd64`, `.x86_64`) off a name.
fn bare(name: &str) -> &str {
    const SUFFIXES: [&str; 8] = [
        ".x86_64", ".i686", ".noarch", ".aarch64", ":amd64", ":i386", ":arm64", ":any",
    ];
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    SUFFIXES
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name)
}

/// The expressions of the patterns, each compiled when a name that begins like it needs it.
static REGEXES: [OnceLock<Option<Regex>>; PATTERNS.len()] =
    [const { OnceLock::new() }; PATTERNS.len()];

/// Names are ASCII: the classes of all of Unicode would take longer to compile than a small translation.
fn of_ascii(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).build().ok()
}

/// Returns the text that every name has at its start which fits an anchored pattern.
fn literal_start(pattern: &str) -> &str {
    let Some(rest) = pattern.strip_prefix('^') else {
        return "";
    };
    let is_literal = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let length = rest.bytes().take_while(|byte| is_literal(byte)).count();
    // What is repeated or may be absent is no start.
    let is_counted = rest[length..].starts_with(['?', '*', '{']);
    let is_one_of_several = rest.contains('|') && !rest.contains('(');
    match length.saturating_sub(usize::from(is_counted)) {
        _ if is_one_of_several => "",
        length => &rest[..length],
    }
}

fn by_pattern(row: &PatternRow, regex: &Regex, name: &str) -> Option<PackageName> {
    let captures = regex.captures(name.as_bytes())?;
    let found = |attribute: Attribute, kind: Kind| PackageName {
        attribute,
        kind,
        option: row.option.and_then(module_option),
        also: &[],
        note: row.note,
        versioned: !row.valid.is_empty(),
        alias_checked: false,
        elsewhere: false,
    };
    let Some(template) = row.attr else {
        return Some(found(Attribute::Unknown, row.kind));
    };
    let groups = match groups(row, &captures) {
        Groups::Known(groups) => groups,
        Groups::Nothing => return Some(found(Attribute::Unknown, Kind::Nothing)),
        Groups::Unknown => return Some(found(Attribute::Unknown, row.kind)),
    };
    let mut attr = template.to_owned();
    for (at, text) in groups.iter().enumerate() {
        attr = attr.replace(&format!("${}", at + 1), text);
    }
    let is_known = row.check.is_none_or(|set| {
        let name = attr.split_once('.').map_or(attr.as_str(), |(_, name)| name);
        ATTRIBUTES.contains(format!("{set}.{name}").as_str())
    });
    Some(found(attribute(is_known.then_some(attr)), row.kind))
}

/// The attributes that the table confirms, for the names of package sets.
static ATTRIBUTES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    PACKAGES
        .iter()
        .filter_map(|row| row.attr)
        .filter(|attr| attr.contains('.'))
        .collect()
});

enum Groups {
    Known(Vec<String>),
    /// The table says that nothing stands for it.
    Nothing,
    Unknown,
}

fn groups(row: &PatternRow, captures: &Captures<'_>) -> Groups {
    let mut list = Vec::new();
    for (at, group) in captures.iter().enumerate().skip(1) {
        let at = u8::try_from(at).unwrap_or(u8::MAX);
        let text = group.map(|it| str::from_utf8(it.as_bytes()));
        let mut text = text.and_then(Result::ok).unwrap_or_default().to_owned();
        match &row.transform {
            Some(Transform::LowerCase) => text = text.to_lowercase(),
            Some(Transform::Delete(gone)) if at == 1 => text = text.replace(gone, ""),
            Some(Transform::Delete(_)) | None => {}
        }
        match row
            .map
            .iter()
            .find(|(group, from, _)| *group == at && *from == text)
        {
            Some((_, _, Some(to))) => text = (*to).to_owned(),
            Some((_, _, None)) => return Groups::Nothing,
            // Where the table has a list of values or only the names of its map, others are not known.
            None => {
                let only_map = row
                    .note
                    .is_some_and(|it| it.starts_with("only names in map"));
                let has = |list: &[(u8, &str)]| list.iter().any(|(group, _)| *group == at);
                let in_values = row
                    .values
                    .iter()
                    .any(|(group, it)| *group == at && *it == text);
                let in_map_only = only_map && row.map.iter().any(|(group, _, _)| *group == at);
                if in_map_only || (has(row.values) && !in_values) {
                    return Groups::Unknown;
                }
            }
        }
        list.push(text);
    }
    if row.valid.is_empty() || is_valid(row.valid, &list) {
        Groups::Known(list)
    } else {
        Groups::Unknown
    }
}

/// A version may be captured in one group, or in several that stand together.
fn is_valid(valid: &[&str], groups: &[String]) -> bool {
    (0..groups.len()).any(|from| {
        (from + 1..=groups.len()).any(|to| {
            let run = &groups[from..to];
            valid.contains(&run.concat().as_str()) || valid.contains(&run.join("_").as_str())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{
        Attribute, Kind, PACKAGES, PATTERN_EXAMPLES, PATTERNS, SERVICES, literal_start, package,
        service,
    };
    use crate::model::Family;

    const FAMILIES: [(u8, Family); 4] = [
        (1, Family::Debian),
        (2, Family::Rhel),
        (4, Family::Alpine),
        (8, Family::Arch),
    ];

    fn check(name: &str, family: Family, expected: Option<(&str, Kind, &str)>) {
        let found = package(name, family);
        let found = found.as_ref().map(|it| {
            let attribute = match &it.attribute {
                Attribute::Known(attr) => attr.as_str(),
                Attribute::Unknown => "",
            };
            (attribute, it.kind, it.option.map_or("", |it| it.path))
        });
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn names_are_found_with_version_and_architecture() {
        check(
            "git",
            Family::Other,
            Some(("git", Kind::Module, "programs.git.enable")),
        );
        check(
            "htop:amd64",
            Family::Debian,
            Some(("htop", Kind::Module, "programs.htop.enable")),
        );
        check(
            "rsync=3.2.7-1",
            Family::Debian,
            package_of("rsync", Family::Debian),
        );
        check("php-legacy-foo", Family::Debian, None);
        check("no-such-thing", Family::Debian, None);
    }

    fn package_of(name: &str, family: Family) -> Option<(&'static str, Kind, &'static str)> {
        let row = PACKAGES.iter().find(|it| it.name == name)?;
        let _ = family;
        Some((row.attr.unwrap_or(""), row.kind, row.option.unwrap_or("")))
    }

    #[test]
    fn versioned_names_are_found_where_the_version_is_there() {
        let server = |attr| Some((attr, Kind::Module, "services.postgresql.enable"));
        check("postgresql-16", Family::Debian, server("postgresql_16"));
        check("postgresql-9", Family::Debian, server(""));
    }

    #[test]
    fn the_start_of_a_pattern_is_what_all_its_names_have() {
        for (pattern, start) in [
            ("^python3-(.+)$", "python3-"),
            ("^python2?(?:x)$", "python"),
            ("^php(8)$", "php"),
            ("^.+-doc$", ""),
            ("^a|b$", ""),
            ("doc$", ""),
        ] {
            assert_eq!(literal_start(pattern), start, "{pattern}");
        }
    }

    #[test]
    fn the_examples_of_the_patterns_hold() {
        for (row, examples) in PATTERNS.iter().zip(&PATTERN_EXAMPLES) {
            for (name, attr) in examples.iter() {
                let (_, family) = FAMILIES
                    .iter()
                    .find(|(bit, _)| row.families & bit != 0)
                    .expect("a family");
                let found = package(name, *family).expect("the example is found");
                // A row of its own comes first and may say more.
                if let Attribute::Known(found) = &found.attribute
                    && PACKAGES.iter().all(|it| it.name != *name)
                {
                    assert_eq!(Some(found.as_str()), *attr, "{name}");
                }
            }
        }
    }

    #[test]
    fn services_are_found_by_unit_and_template() {
        let option = |name, family| {
            service(name, family)
                .and_then(|it| it.option)
                .map(|it| it.path)
        };
        assert_eq!(option("nginx", Family::Rhel), Some("services.nginx.enable"));
        assert_eq!(
            option("ssh.service", Family::Debian),
            Some("services.openssh.enable")
        );
        assert_eq!(
            option("syncthing@bob", Family::Debian),
            Some("services.syncthing.enable")
        );
        assert_eq!(service("nope", Family::Other), None);
    }

    #[test]
    fn tables_are_sorted() {
        assert!(PACKAGES.iter().map(|it| it.name).is_sorted());
        assert!(SERVICES.iter().map(|it| it.name).is_sorted());
    }
}
