//! ops2nix translates imperative machine configuration into NixOS modules.
//!
//! The data's way, one stage each:
//!
//! ```text
//! files ──▶ source::SourceTree   text and FileId; the only stage that reads the disk
//!    │ import                    one importer per kind of source; reports, never fails
//!    ▼
//! model::Model                   per host, what the machine must have: no Ansible words, no Nix words
//!    │ rules + lower             rules/*.toml first; Rust for what a rule cannot say
//!    ▼
//! plan::Plan                     per host, NixOS option path → Nix expression, its origin, its rule
//!    │ schema                    every path and value checked against the release's option index
//!    │ emit                      what hosts share, which option goes to which file; skeletons; nix::print
//!    ▼
//! emit::Output                   path → text, sorted
//!    ├──▶ cli: write, stdout
//!    └──▶ report                 diagnostics, and where every setting came from
//! ```
//!
//! Beside the stages runs the [`account`]: an importer opens an item for each thing it reads, every resource carries
//! its items, and whoever decides their fate closes them with a verdict and a reason.

#![cfg_attr(
    not(test),
    deny(
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::todo,
        clippy::unwrap_used
    )
)]

pub mod account;
pub mod cli;
pub mod diag;
pub mod emit;
pub mod error;
pub mod import;
pub mod lower;
pub mod model;
pub mod nix;
pub mod plan;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod syntax;

use account::Account;
use diag::Diagnostics;
use emit::Output;
use import::Importer;
use model::Model;
use plan::Plan;
use rules::Rules;
use source::SourceTree;

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    pub import: import::Options,
    pub emit: emit::Options,
}

/// Everything that a run found and made.
#[derive(Debug)]
pub struct Conversion {
    pub model: Model,
    pub plans: Vec<Plan>,
    pub output: Output,
    pub account: Account,
    pub diagnostics: Diagnostics,
}

/// Converts a tree: pure, same input, same bytes.
pub fn convert(
    tree: &SourceTree,
    importer: &Importer,
    rules: &Rules,
    options: &Options,
) -> Conversion {
    let mut account = Account::new();
    let mut diagnostics = Diagnostics::new();
    let model = (importer.import)(tree, &options.import, &mut account, &mut diagnostics);
    let mut plans = lower::lower(&model, rules, &mut account, &mut diagnostics);
    schema::check(&mut plans, &mut account, &mut diagnostics);
    let output = emit::emit(&plans, tree, &mut account, options.emit);
    account.carry();
    Conversion {
        model,
        plans,
        output,
        account,
        diagnostics,
    }
}
