//! Plans to files: what hosts share, which option goes to which file, and how it is laid out.

use std::collections::BTreeMap;

use crate::account::Account;
use crate::plan::Plan;
use crate::source::SourceTree;

/// The files to write, by path relative to the output folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    pub files: BTreeMap<String, Vec<u8>>,
}

/// How the output looks.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Comments with the origin of every definition.
    pub origins: Origins,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origins {
    Shown,
    LeftOut,
}

/// Writes the plans as files, and notes in the account at which lines each item shows.
pub fn emit(plans: &[Plan], tree: &SourceTree, account: &mut Account, options: Options) -> Output {
    let _ = (plans, tree, account, options);
    Output::default()
}
