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
pub mod diff;
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
///
/// A folder below that is a project of its own is converted as if given alone, into the folder of the output of the
/// same name. One account holds all: spans of a part of a tree are spans of the tree.
pub fn convert(
    tree: &SourceTree,
    importer: &Importer,
    rules: &Rules,
    options: &Options,
) -> Conversion {
    let mut conversion = Conversion {
        model: Model {
            version: model::VERSION,
            machines: Vec::new(),
        },
        plans: Vec::new(),
        output: Output::default(),
        account: Account::new(),
        diagnostics: Diagnostics::new(),
    };
    let nested = if options.import.given.is_empty() {
        (importer.projects)(tree)
    } else {
        Vec::new()
    };
    let mut job = Job {
        importer,
        rules,
        options: options.clone(),
    };
    if nested.is_empty() {
        convert_project(tree, "", &job, &mut conversion);
        conversion.account.carry();
        return conversion;
    }
    for folder in std::iter::once("").chain(nested.iter().map(String::as_str)) {
        let inside = |other: &&String| folder.is_empty() || source::is_below(other, folder);
        let left_out: Vec<String> = nested.iter().filter(inside).cloned().collect();
        let part = tree.part(folder, &left_out);
        if (importer.detect)(&part, None) {
            job.options.import = options.import.of_project(folder, &left_out);
            convert_project(&part, folder, &job, &mut conversion);
        }
    }
    conversion.account.carry();
    conversion
}

/// How one project is converted.
struct Job<'a> {
    importer: &'a Importer,
    rules: &'a Rules,
    options: Options,
}

fn convert_project(tree: &SourceTree, folder: &str, job: &Job<'_>, conversion: &mut Conversion) {
    let Conversion {
        model: whole,
        plans: all_plans,
        output: all_files,
        account,
        diagnostics,
    } = conversion;
    let first = account.next_id();
    let mut model = (job.importer.import)(tree, &job.options.import, account, diagnostics);
    let mut plans = lower::lower(&model, job.rules, account, diagnostics);
    schema::check(&mut plans, account, diagnostics);
    let output = emit::emit(&plans, tree, account, job.options.emit);
    if !folder.is_empty() {
        account.move_into(first, folder);
        for machine in &mut model.machines {
            machine.name = source::join(folder, &machine.name);
        }
        for plan in &mut plans {
            plan.host = source::join(folder, &plan.host);
        }
    }
    let files = output.files.into_iter();
    all_files
        .files
        .extend(files.map(|(path, text)| (source::join(folder, &path), text)));
    whole.machines.extend(model.machines);
    all_plans.extend(plans);
}
