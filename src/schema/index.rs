//! `Index`: the options of a NixOS, sorted, and the way through them.
//!
//! The key of a row is the names of its path joined by U+0001. A name that a submodule of an attribute set gives is
//! `<name>` in the index, an element of a list is `*`.

use std::borrow::Cow;

use super::Type;

pub(super) const SEPARATOR: &str = "\u{1}";

/// An option of an index.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) path: Cow<'static, str>,
    /// The description of its type.
    pub(super) kind: Cow<'static, str>,
    pub(super) read_only: bool,
    pub(super) default: Cow<'static, str>,
    /// The file of nixpkgs that declares it; empty where that is not known.
    pub(super) declared: Cow<'static, str>,
}

/// The options of a NixOS.
#[derive(Debug)]
pub struct Index {
    /// Sorted by their paths.
    pub(super) rows: Cow<'static, [Row]>,
    pub(super) extent: Extent,
}

/// How much of NixOS an index has.
#[derive(Debug)]
pub(super) enum Extent {
    /// Every option.
    All,
    /// Parts of it; all lists are sorted.
    Folders {
        /// Folders of which the index has all that is below them,
        complete: &'static [&'static str],
        /// except for folders directly in which modules that it does not have have options,
        open: &'static [&'static str],
        /// and for options of modules that it does not have, also of well-known ones that are not part of NixOS.
        elsewhere: &'static [&'static str],
    },
}

/// What the index has at a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a> {
    /// An option, or a place inside of the value of one.
    Option(OptionFacts<'a>),
    /// A folder of options.
    Folder,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OptionFacts<'a> {
    /// The names of the option in the index, `<name>` and `*` among them.
    pub names: Vec<&'a str>,
    /// What may stand at the path that was asked for.
    pub kind: Type,
    /// The description of the option's whole type.
    pub description: &'a str,
    /// As Nix; empty where it has none, or a long one.
    pub default: &'a str,
    pub read_only: bool,
    /// The file of nixpkgs that declares it; empty where that is not known.
    pub declared: &'a str,
    /// The path goes below the option, into its value.
    pub inside: bool,
}

impl Index {
    /// Finds an option by its path; a path below an option finds what its type has there.
    pub fn lookup<T: AsRef<str>>(&self, path: &[T]) -> Option<Found<'_>> {
        let mut prefix = String::new();
        let mut found: Option<(usize, &Row)> = None;
        for (at, name) in path.iter().enumerate() {
            let Some(next) = self.step(&prefix, name.as_ref()) else {
                let (depth, row) = found?;
                return inside(row, &path[depth..]).map(Found::Option);
            };
            prefix = next;
            if let Some(row) = self.row(&prefix) {
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
    pub fn children<T: AsRef<str>>(&self, path: &[T]) -> Vec<&str> {
        let mut prefix = String::new();
        for name in path {
            match self.step(&prefix, name.as_ref()) {
                Some(next) => prefix = next,
                None => return Vec::new(),
            }
        }
        if !prefix.is_empty() {
            prefix.push_str(SEPARATOR);
        }
        let from = self.rows.partition_point(|row| *row.path < *prefix);
        let mut names: Vec<&str> = self.rows[from..]
            .iter()
            .take_while(|row| row.path.starts_with(&prefix))
            .filter_map(|row| row.path[prefix.len()..].split(SEPARATOR).next())
            .collect();
        names.dedup();
        names
    }

    /// Returns how many names of a path lead to something that the index has.
    pub fn known<T: AsRef<str>>(&self, path: &[T]) -> usize {
        let mut prefix = String::new();
        for (at, name) in path.iter().enumerate() {
            match self.step(&prefix, name.as_ref()) {
                Some(next) => prefix = next,
                None => return at,
            }
        }
        path.len()
    }

    /// Tells whether the index has everything that a path could lead to, so that one that it does not have does not exist.
    pub fn is_complete<T: AsRef<str>>(&self, path: &[T]) -> bool {
        let Extent::Folders {
            complete,
            open,
            elsewhere,
        } = self.extent
        else {
            return true;
        };
        let has = |list: &[&str], path: &str| list.binary_search(&path).is_ok();
        let mut prefix = String::new();
        let mut is_complete = false;
        for name in path {
            match self.step(&prefix, name.as_ref()) {
                Some(next) => prefix = next,
                None => {
                    let missing = format!("{prefix}{SEPARATOR}{}", name.as_ref());
                    return is_complete && !has(elsewhere, &missing);
                }
            }
            // A folder may be in both: whoever wrote the list of open ones knew more.
            is_complete = !has(open, &prefix) && (is_complete || has(complete, &prefix));
        }
        is_complete
    }

    /// Tells whether a path goes through the names of a submodule, as far as the index has it.
    pub fn is_in_submodule<T: AsRef<str>>(&self, path: &[T]) -> bool {
        let mut prefix = String::new();
        for name in path {
            match self.step(&prefix, name.as_ref()) {
                Some(next) => prefix = next,
                None => break,
            }
        }
        prefix
            .split(SEPARATOR)
            .any(|name| matches!(name, "<name>" | "*"))
    }

    /// Returns the paths that end in this name, in whatever case.
    pub fn ending_in<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
        self.rows
            .iter()
            .map(|row| row.path.split(SEPARATOR).collect())
            .filter(move |path: &Vec<&str>| {
                path.last().is_some_and(|it| it.eq_ignore_ascii_case(name))
            })
    }

    /// Goes on by one name: its own, else what stands for any.
    fn step(&self, prefix: &str, name: &str) -> Option<String> {
        [name, "<name>", "*"].into_iter().find_map(|name| {
            let next = if prefix.is_empty() {
                name.to_owned()
            } else {
                format!("{prefix}{SEPARATOR}{name}")
            };
            self.exists(&next).then_some(next)
        })
    }

    /// Tells whether an option has this path, or one below it.
    fn exists(&self, path: &str) -> bool {
        let from = self.rows.partition_point(|row| *row.path < *path);
        self.rows.get(from).is_some_and(|row| {
            row.path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(SEPARATOR))
        })
    }

    fn row(&self, path: &str) -> Option<&Row> {
        let at = self
            .rows
            .binary_search_by(|row| (*row.path).cmp(path))
            .ok()?;
        self.rows.get(at)
    }
}

fn facts(row: &Row, inside: bool) -> OptionFacts<'_> {
    OptionFacts {
        names: row.path.split(SEPARATOR).collect(),
        // A description that is none of nixpkgs' own says nothing that could be checked.
        kind: Type::parse(&row.kind).unwrap_or(Type::Anything),
        description: &row.kind,
        default: &row.default,
        read_only: row.read_only,
        declared: &row.declared,
        inside,
    }
}

fn inside<'a, T: AsRef<str>>(row: &'a Row, rest: &[T]) -> Option<OptionFacts<'a>> {
    let mut facts = facts(row, true);
    for name in rest {
        facts.kind = below(&facts.kind, name.as_ref())?;
    }
    Some(facts)
}

/// What a name inside of a value may hold; `*` is an element of a list.
fn below(kind: &Type, name: &str) -> Option<Type> {
    match kind {
        Type::List(element) | Type::NonEmptyList(element) if name == "*" => {
            Some((**element).clone())
        }
        Type::Anything => Some(Type::Anything),
        Type::Data => Some(Type::Data),
        Type::Attrs(element) => Some((**element).clone()),
        Type::Submodule(Some(open)) => Some((**open).clone()),
        Type::Either(list) => {
            let mut found: Vec<Type> = list.iter().filter_map(|it| below(it, name)).collect();
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
