//! Importers: each computes, from its kind of source, what the tool would have made of each host.

pub mod ansible;
mod conceal;
pub mod dockerfile;
mod etc;
mod holes;
mod merge;
mod package_name;
mod permissions;
mod programs;
mod reading;
mod redact;
mod state;
mod taint;
mod texts;

pub use merge::Prefer;
pub(crate) use merge::merge;

use crate::account::Account;
use crate::diag::Diagnostics;
use crate::model::Model;
use crate::source::{SourceTree, is_below};

/// The host that has what no source names a host for.
const EXAMPLE_HOST: &str = "example";

/// A kind of source and how it is read.
pub struct Importer {
    /// Its name on the command line (`--from`).
    pub name: &'static str,
    /// What an input of this kind is called, for messages.
    pub described: &'static str,
    /// Tells whether a file of this name is of this kind, before anything is read.
    pub is_named: fn(file_name: &str) -> bool,
    /// Tells whether a tree, or the one file `given` of it, is of this kind.
    pub detect: fn(tree: &SourceTree, given: Option<&str>) -> bool,
    /// The modules, instructions or files that it understands, for the tables of README.md.
    pub knows: fn() -> Vec<&'static str>,
    /// The names of files and folders that make the folder they stand in the root of what stands below.
    pub root_markers: &'static [&'static str],
    /// Which side it is on where a playbook and the host itself disagree.
    pub side: Option<Prefer>,
    /// Finds the folders below the root that are projects of their own, sorted.
    pub projects: fn(tree: &SourceTree) -> Vec<String>,
    pub import: fn(
        tree: &SourceTree,
        options: &Options,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Model,
}

/// A module, an instruction or a kind of file that is understood, for people who ask what it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub name: &'static str,
    /// All names of the same, its own among them.
    pub names: &'static [&'static str],
    /// Which files are of the kind, where the name does not say that.
    pub paths: &'static str,
    pub becomes: &'static str,
    /// The address of its manual; empty where there is none.
    pub manual: String,
}

/// Returns the modules of Ansible.
pub fn modules() -> Vec<Subject> {
    ansible::subjects()
}

/// Returns the instructions of Dockerfiles.
pub fn instructions() -> Vec<Subject> {
    dockerfile::subjects()
}

/// Returns the kinds of files of /etc.
pub fn file_kinds() -> Vec<Subject> {
    etc::kinds::subjects()
}

/// Returns the name of the kind of the file at an absolute path.
pub fn file_kind(path: &str) -> Option<&'static str> {
    etc::kinds::kind(path).map(|kind| kind.name)
}

/// All importers, the most particular first.
pub const IMPORTERS: &[&Importer] = &[&etc::IMPORTER, &ansible::IMPORTER, &dockerfile::IMPORTER];

/// What the command line asks of importers.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The files of the project that were given; none where the whole folder was.
    pub given: Vec<String>,
    pub ansible: ansible::Options,
    pub dockerfile: dockerfile::Options,
    /// Which input stands where two disagree.
    pub prefer: Option<Prefer>,
}

impl Options {
    /// Returns what of these options means the project in `folder`, by its own paths; `left_out` are the projects in it.
    #[must_use]
    pub fn of_project(&self, folder: &str, left_out: &[String], given: &[String]) -> Options {
        let inventories = self.ansible.inventories.iter().filter_map(|path| {
            let own = match folder {
                "" => path,
                _ => path.strip_prefix(folder)?.strip_prefix('/')?,
            };
            (!left_out.iter().any(|other| is_below(path, other))).then(|| own.to_owned())
        });
        Options {
            given: given.to_vec(),
            ansible: ansible::Options {
                inventories: inventories.collect(),
                ..self.ansible.clone()
            },
            dockerfile: self.dockerfile.clone(),
            prefer: self.prefer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IMPORTERS, Options, Subject, ansible};
    use super::{file_kinds, instructions, modules};

    #[test]
    fn what_is_understood_says_what_it_becomes() {
        let all: Vec<Subject> = [modules(), instructions(), file_kinds()].concat();
        for it in &all {
            assert!(it.becomes.ends_with('.'), "{}", it.name);
            assert!(it.names.contains(&it.name), "{}", it.name);
        }
        for name in IMPORTERS.iter().flat_map(|it| (it.knows)()) {
            assert!(all.iter().any(|it| it.name == name), "{name}");
        }
    }

    #[test]
    fn an_inventory_belongs_to_the_project_it_lies_in() {
        let list =
            |paths: &[&str]| -> Vec<String> { paths.iter().map(ToString::to_string).collect() };
        let options = Options {
            ansible: ansible::Options {
                inventories: list(&["hosts", "shop/hosts", "@outer/hosts"]),
                ..ansible::Options::default()
            },
            ..Options::default()
        };
        let of = |folder: &str, left_out: &[&str]| {
            options
                .of_project(folder, &list(left_out), &[])
                .ansible
                .inventories
        };
        assert_eq!(of("", &["shop"]), ["hosts", "@outer/hosts"]);
        assert_eq!(of("shop", &[]), ["hosts"]);
    }
}
