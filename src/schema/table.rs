//! The option index as a sorted table, and the way through it.
//!
//! The key of a row is the names of its path joined by U+0001. A name that a submodule of an attribute set gives is
//! `<name>` in the table, an element of a list is `*`.

use super::Type;

struct Row {
    path: &'static str,
    kind: usize,
    read_only: bool,
    default: &'static str,
    declared: usize,
}

include!(concat!(env!("OUT_DIR"), "/schema.rs"));

const SEPARATOR: &str = "\u{1}";

/// What the index has at a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// An option, or a place inside of the value of one.
    Option(OptionFacts),
    /// A folder of options.
    Folder,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OptionFacts {
    /// The names of the option in the index, `<name>` and `*` among them.
    pub names: Vec<&'static str>,
    /// What may stand at the path that was asked for.
    pub kind: Type,
    /// The description of the option's whole type.
    pub description: &'static str,
    /// As Nix; empty where it has none, or a long one.
    pub default: &'static str,
    pub read_only: bool,
    /// The file of nixpkgs that declares it; empty where that is not known.
    pub declared: &'static str,
    /// The path goes below the option, into its value.
    pub inside: bool,
}

/// Finds an option by its path; a path below an option finds what its type has there.
pub fn lookup<T: AsRef<str>>(path: &[T]) -> Option<Found> {
    let mut prefix = String::new();
    let mut found: Option<(usize, &'static Row)> = None;
    for (at, name) in path.iter().enumerate() {
        let Some(next) = step(&prefix, name.as_ref()) else {
            let (depth, row) = found?;
            return inside(row, &path[depth..]).map(Found::Option);
        };
        prefix = next;
        if let Some(row) = row(&prefix) {
            found = Some((at + 1, row));
        }
    }
    match found {
        Some((depth, row)) if depth == path.len() => Some(Found::Option(facts(row, false))),
        // The path ends at a name inside of a submodule's attribute set: what stands there is the submodule.
        Some((depth, row)) => match inside(row, &path[depth..]) {
            Some(facts) => Some(Found::Option(facts)),
            None => Some(Found::Folder),
        },
        None => Some(Found::Folder),
    }
}

/// Returns the names that may follow a path.
pub fn children<T: AsRef<str>>(path: &[T]) -> Vec<&'static str> {
    let mut prefix = String::new();
    for name in path {
        match step(&prefix, name.as_ref()) {
            Some(next) => prefix = next,
            None => return Vec::new(),
        }
    }
    if !prefix.is_empty() {
        prefix.push_str(SEPARATOR);
    }
    let from = OPTIONS.partition_point(|row| row.path < prefix.as_str());
    let mut names: Vec<&str> = OPTIONS[from..]
        .iter()
        .take_while(|row| row.path.starts_with(&prefix))
        .filter_map(|row| row.path[prefix.len()..].split(SEPARATOR).next())
        .collect();
    names.dedup();
    names
}

/// Returns the new name of an option that has another one in this release.
pub fn renamed(path: &[String]) -> Option<String> {
    RENAMED.iter().find_map(|(old, new)| {
        let (names, rest) = matches_old(old, path)?;
        let mut new = (*new).to_owned();
        for name in names {
            new = new.replacen("<name>", name, 1);
        }
        for name in rest {
            new = format!("{new}.{name}");
        }
        Some(new)
    })
}

/// Tells whether an option existed once and is gone.
pub fn removed(path: &[String]) -> bool {
    REMOVED.iter().any(|old| matches_old(old, path).is_some())
}

/// Returns the paths of the options that must be set, each split at its names.
pub(super) fn required() -> impl Iterator<Item = Vec<&'static str>> {
    REQUIRED.iter().map(|path| path.split(SEPARATOR).collect())
}

/// Tells whether an option, by its names in the index, must be set where what it belongs to is.
pub fn is_required(names: &[&str]) -> bool {
    let path = names.join(SEPARATOR);
    REQUIRED.binary_search(&path.as_str()).is_ok()
}

/// Returns the paths of all options, with dots.
pub fn paths() -> impl Iterator<Item = String> {
    OPTIONS.iter().map(|row| row.path.replace(SEPARATOR, "."))
}

/// Returns all descriptions of types that the index has.
#[cfg(test)]
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().copied()
}

/// Fits a path to an old name: what `<name>` stands for, and what is below.
fn matches_old<'a>(old: &str, path: &'a [String]) -> Option<(Vec<&'a str>, &'a [String])> {
    let mut taken = Vec::new();
    let mut count = 0;
    for name in old.split('.') {
        let given = path.get(count)?;
        if name == "<name>" {
            taken.push(given.as_str());
        } else if name != given {
            return None;
        }
        count += 1;
    }
    Some((taken, &path[count..]))
}

/// Goes on by one name: its own, else what stands for any.
fn step(prefix: &str, name: &str) -> Option<String> {
    [name, "<name>", "*"].into_iter().find_map(|name| {
        let next = if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}{SEPARATOR}{name}")
        };
        exists(&next).then_some(next)
    })
}

/// Tells whether an option has this path, or one below it.
fn exists(path: &str) -> bool {
    let from = OPTIONS.partition_point(|row| row.path < path);
    OPTIONS.get(from).is_some_and(|row| {
        row.path
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(SEPARATOR))
    })
}

fn row(path: &str) -> Option<&'static Row> {
    let at = OPTIONS.binary_search_by(|row| row.path.cmp(path)).ok()?;
    OPTIONS.get(at)
}

fn facts(row: &'static Row, inside: bool) -> OptionFacts {
    let description = TYPES.get(row.kind).copied().unwrap_or("anything");
    OptionFacts {
        names: row.path.split(SEPARATOR).collect(),
        // A description that is none of nixpkgs' own says nothing that could be checked.
        kind: Type::parse(description).unwrap_or(Type::Anything),
        description,
        default: row.default,
        read_only: row.read_only,
        declared: DECLARATIONS.get(row.declared).copied().unwrap_or_default(),
        inside,
    }
}

fn inside<T: AsRef<str>>(row: &'static Row, rest: &[T]) -> Option<OptionFacts> {
    let mut facts = facts(row, true);
    for _ in rest {
        facts.kind = below(&facts.kind)?;
    }
    Some(facts)
}

/// What a name inside of a value may hold.
fn below(kind: &Type) -> Option<Type> {
    match kind {
        Type::Anything => Some(Type::Anything),
        Type::Data => Some(Type::Data),
        Type::Attrs(element) => Some((**element).clone()),
        Type::Submodule(Some(open)) => Some((**open).clone()),
        Type::Either(list) => {
            let mut found: Vec<Type> = list.iter().filter_map(below).collect();
            match found.len() {
                0 => None,
                1 => found.pop(),
                _ => Some(Type::Either(found)),
            }
        }
        Type::Submodule(None)
        | Type::Null
        | Type::Bool
        | Type::Int(_)
        | Type::Float(_)
        | Type::Str(_)
        | Type::Path(_)
        | Type::Package
        | Type::Atom
        | Type::List(_)
        | Type::NonEmptyList(_)
        | Type::Function
        | Type::Enum(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, lookup};
    use crate::plan::OptionPath;

    fn check(path: &str, expected: &str) {
        let path = OptionPath::parse(path);
        let found = match lookup(path.names()) {
            None => "none".to_owned(),
            Some(Found::Folder) => "folder".to_owned(),
            Some(Found::Option(facts)) => {
                let inside = if facts.inside { " inside" } else { "" };
                format!("{}{inside}", facts.names.join("."))
            }
        };
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn paths_lead_through_names_and_open_submodules() {
        check("services.nginx.enable", "services.nginx.enable");
        check("services.nginx", "folder");
        check("services.nginx.enabel", "none");
        check("users.users.bob.uid", "users.users.<name>.uid");
        check("users.users.bob", "users.users inside");
        check("users.users.bob.uidd", "none");
        check(
            "systemd.services.\"a@b\".serviceConfig.User",
            "systemd.services.<name>.serviceConfig inside",
        );
        check(
            "boot.kernel.sysctl.\"net.ipv4.ip_forward\"",
            "boot.kernel.sysctl inside",
        );
        check("networking.hosts.\"127.0.0.1\"", "networking.hosts inside");
        check("networking.hosts.a.b", "none");
    }
}
