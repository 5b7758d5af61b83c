//! What the evaluation of a host has, against what the sources ask for.
//!
//! `query` reads the modules of the output's folder: which options and packages they name. `evaluate.nix` evaluates a
//! host with that in any nixpkgs and returns what it would have ([`Evaluation`]). `compare` goes through the resources
//! of the model and looks for each: the file in /etc, the unit with its directives, the user, the port. What is not
//! there as such may be said by an option of a module, so the options that the plan gives for it are compared too; what
//! the account says is left to a person is no difference. What NixOS writes into the store only while it is built is
//! written here from the options that were evaluated, by the readings of `effect`. The other way round, what the modules
//! of the folder define and no source asks for is shown.
//!
//! Left out: what NixOS has by itself.

#![deny(clippy::wildcard_enum_match_arm)]

mod compare;
mod direct;
mod entry;
mod evaluation;
mod noise;
mod planned;
mod query;
mod rendered;
#[cfg(test)]
mod tests;
mod unit;

pub use compare::{Compared, Finding, Kind, Outcome, Side, compare};
pub use evaluation::{Evaluation, Missing};
pub use query::{Query, query};

/// The expression that evaluates a host; the file itself says how.
pub const EXPRESSION: &str = include_str!("evaluate.nix");
