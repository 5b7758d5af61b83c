//! The built-in index as a sorted table, and what had another name or is gone.

use std::borrow::Cow;

use super::index::{Extent, Found, Index, Row, SEPARATOR};
use crate::plan::OptionPath;

include!(concat!(env!("OUT_DIR"), "/schema.rs"));

/// The options of the release, as far as the index has them.
pub static BUILT_IN: Index = Index {
    rows: Cow::Borrowed(&OPTIONS),
    extent: Extent::Folders {
        complete: &COMPLETE,
        open: &OPEN,
        elsewhere: &ELSEWHERE,
    },
};

/// An option that has another name in this release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The names of its path that are given by the old one, from the start.
    pub old: usize,
    pub new: Vec<String>,
    pub how: Rename,
}

/// What an option's other name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rename {
    /// The new option takes what the old one took.
    Same,
    /// The new option takes another kind of value.
    Changed,
    /// NixOS takes the old name as it takes the new one, without a warning.
    Alias,
}

/// Finds an option by its path; a path below an option finds what its type has there.
pub fn lookup<T: AsRef<str>>(path: &[T]) -> Option<Found<'static>> {
    BUILT_IN.lookup(path)
}

/// Returns the names that may follow a path.
pub fn children<T: AsRef<str>>(path: &[T]) -> Vec<&'static str> {
    BUILT_IN.children(path)
}

/// Returns the new name of an option that has another one in this release.
pub fn renamed(path: &[String]) -> Option<Renamed> {
    RENAMED.iter().find_map(|(old, new, how)| {
        let (names, rest) = matches_old(old, path)?;
        let mut names = names.into_iter();
        let new = OptionPath::parse(new);
        let name = |name: &String| match name.as_str() {
            "<name>" => names.next().unwrap_or("<name>").to_owned(),
            _ => name.clone(),
        };
        let mut new: Vec<String> = new.names().iter().map(name).collect();
        new.extend(rest.iter().cloned());
        Some(Renamed {
            old: path.len() - rest.len(),
            new,
            how: *how,
        })
    })
}

/// Tells how many names of a path are those of an option that existed once and is gone.
pub fn removed(path: &[String]) -> Option<usize> {
    REMOVED.iter().find_map(|old| {
        let (_, rest) = matches_old(old, path)?;
        Some(path.len() - rest.len())
    })
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
    let quoted = |name: &str| match name.contains('.') {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    };
    OPTIONS.iter().map(move |row| {
        let names: Vec<String> = row.path.split(SEPARATOR).map(quoted).collect();
        names.join(".")
    })
}

/// Returns all descriptions of types that the index has.
#[cfg(test)]
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|row| match &row.kind {
        Cow::Borrowed(kind) => *kind,
        Cow::Owned(_) => "",
    })
}

/// Fits a path to an old name: what `<name>` stands for, and what is below.
fn matches_old<'a>(old: &str, path: &'a [String]) -> Option<(Vec<&'a str>, &'a [String])> {
    let mut taken = Vec::new();
    let mut count = 0;
    for name in OptionPath::parse(old).names() {
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
