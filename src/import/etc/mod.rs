//! `etc`: /etc of a machine, as a captured root holds it.
//!
//! `root` finds it in the tree, `distribution` says whose it is and what it brings by itself, `judge` decides what each
//! file is: as it was shipped, without a use on NixOS, a secret, of a known kind (`kinds`), or a file like any other.
//! `play` puts what they ask for into the state of one machine, in the order in which the machine reads them.

pub(crate) mod kinds;

mod conffiles;
mod distribution;
mod judge;
mod leftover;
mod link;
mod order;
mod play;
mod root;
mod scripts;
mod secret;
mod shipped;

pub(super) use shipped::brought_by;

use super::{Importer, Options, Prefer};
use crate::account::Account;
use crate::diag::Diagnostics;
use crate::model::{Model, VERSION};
use crate::source::SourceTree;

use root::Root;

pub(super) const IMPORTER: Importer = Importer {
    name: "etc",
    described: "/etc of a machine",
    is_named: |_| false,
    detect: |tree, given| given.is_none() && root::detect(tree),
    knows: || kinds::KINDS.iter().map(|kind| kind.name).collect(),
    root_markers: &[],
    side: Some(Prefer::Host),
    projects: |_| Vec::new(),
    import,
};

fn import(tree: &SourceTree, _: &Options, account: &mut Account, diags: &mut Diagnostics) -> Model {
    let root = Root::of(tree);
    let machine = play::play(&root, account, diags);
    Model {
        version: VERSION,
        machines: machine.into_iter().collect(),
    }
}

#[cfg(all(test, unix))]
mod tests;
