//! Importers: each computes, from its kind of source, what the tool would have made of each host.

pub mod ansible;
mod etc;
mod holes;
mod state;

use crate::account::Account;
use crate::diag::Diagnostics;
use crate::model::Model;
use crate::source::SourceTree;

/// A kind of source and how it is read.
pub struct Importer {
    /// Its name on the command line (`--from`).
    pub name: &'static str,
    /// Tells whether a tree, or the one file `given` of it, is of this kind.
    pub detect: fn(tree: &SourceTree, given: Option<&str>) -> bool,
    pub import: fn(
        tree: &SourceTree,
        options: &Options,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Model,
}

/// All importers, the most particular first.
pub const IMPORTERS: &[&Importer] = &[&ansible::IMPORTER];

/// What the command line asks of importers.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The one file of the tree that was given, where it was a file.
    pub given: Option<String>,
    pub ansible: ansible::Options,
}
