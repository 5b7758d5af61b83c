//! ops2nix translates imperative machine configuration into NixOS modules.
//!
//! The data's way, one stage each:
//!
//! ```text
//! files ──▶ source::SourceTree   text and FileId; the only stage that reads the disk
//!    │ import                    one importer per kind of source; reports, never fails
//!    ▼
//! model::Model                   per host, what the machine must have: no Ansible words, no Nix words;
//!    │                           what several inputs say of one host is joined (import::merge)
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
//! A secret becomes a hole where it is read: by its name, its place or its shape (secret), and wherever else on the
//! machine the same value stands (import::taint). No later stage has its bytes. A value that the source leaves to
//! whoever runs it goes on as a stand-in, which the plan makes a name of `values.nix` (lower::given, nix::values).
//!
//! Beside the data's way stands [`check`]: modules that people wrote, read by [`syntax::nix_module`], against the option
//! index of [`schema`].
//!
//! Beside it, too, stands [`effect`]: what NixOS makes of a plan, by our reading of its modules, to compare with what the
//! source had. Each rule that makes a file options is tested so.
//!
//! And [`verify`]: what the evaluation of a host in a nixpkgs has, against what the model asks for.
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
pub mod check;
pub mod cli;
pub mod diag;
pub mod diff;
pub mod effect;
pub mod emit;
pub mod error;
pub mod import;
pub mod lower;
pub mod model;
pub mod nix;
mod parallel;
pub mod plan;
pub mod report;
pub mod rules;
pub mod schema;
mod secret;
pub mod source;
pub mod syntax;
pub mod verify;

use account::Account;
use diag::Diagnostics;
use emit::Output;
use import::Importer;
use model::Model;
use plan::Plan;
use rules::Rules;
use source::SourceTree;

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub import: import::Options,
    pub harden: lower::Harden,
    pub cron: lower::Cron,
    pub emit: emit::Options,
}

/// One of the inputs of a run.
pub struct Input {
    pub importer: &'static Importer,
    /// The folder of the tree that is its root.
    pub folder: String,
    /// The folders below, as paths of the tree, that belong to other inputs.
    pub left_out: Vec<String>,
    /// The files that were given, relative to the folder; none where the whole folder was.
    pub given: Vec<String>,
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

/// Converts the inputs: pure, same input, same bytes.
///
/// They make one configuration: what several say of the same host is joined. A folder below an input that is a project
/// of its own is converted as if given alone, into the folder of the output of the same name. One account holds all:
/// spans of a part of a tree are spans of the tree.
pub fn convert(
    tree: &SourceTree,
    inputs: &[Input],
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
    let job = Job {
        tree,
        rules,
        options,
    };
    let (together, alone) = projects(tree, inputs);
    convert_projects(&together, "", &job, &mut conversion);
    for project in alone {
        let folder = project.folder.clone();
        convert_projects(&[project], &folder, &job, &mut conversion);
    }
    conversion.account.carry();
    conversion
}

/// A folder of the tree that an importer reads as a whole.
struct Project {
    importer: &'static Importer,
    folder: String,
    left_out: Vec<String>,
    given: Vec<String>,
}

/// What all projects of a run share.
struct Job<'a> {
    tree: &'a SourceTree,
    rules: &'a Rules,
    options: &'a Options,
}

/// Returns the projects that make one configuration, and those below that stand for themselves.
fn projects(tree: &SourceTree, inputs: &[Input]) -> (Vec<Project>, Vec<Project>) {
    let mut together = Vec::new();
    let mut alone = Vec::new();
    for input in inputs {
        let nested: Vec<String> = if input.given.is_empty() {
            let whole = tree.part(&input.folder, &input.left_out);
            let found = (input.importer.projects)(&whole).into_iter();
            found.map(|it| source::join(&input.folder, &it)).collect()
        } else {
            Vec::new()
        };
        let is_project = |project: &Project| {
            let part = || tree.part(&project.folder, &project.left_out);
            nested.is_empty() || (input.importer.detect)(&part(), None)
        };
        let project = |folder: &str| {
            let others = nested.iter().chain(&input.left_out);
            let inside = |other: &&String| folder.is_empty() || source::is_below(other, folder);
            Project {
                importer: input.importer,
                folder: folder.to_owned(),
                left_out: others.filter(inside).cloned().collect(),
                given: input.given.clone(),
            }
        };
        together.extend(Some(project(&input.folder)).filter(is_project));
        let below = nested.iter().map(|folder| project(folder));
        alone.extend(below.filter(is_project));
    }
    (together, alone)
}

/// Converts projects into one configuration, in the folder `out` of the output.
fn convert_projects(projects: &[Project], out: &str, job: &Job<'_>, conversion: &mut Conversion) {
    let Conversion {
        model: whole,
        plans: all_plans,
        output: all_files,
        account,
        diagnostics,
    } = conversion;
    if projects.is_empty() {
        return;
    }
    let first = account.next_id();
    let mut models = Vec::new();
    let mut trees = Vec::new();
    for project in projects {
        let part = job.tree.part(&project.folder, &project.left_out);
        let options =
            job.options
                .import
                .of_project(&project.folder, &project.left_out, &project.given);
        let before = account.steps.len();
        let model = (project.importer.import)(&part, &options, account, diagnostics);
        for step in account.steps.iter_mut().skip(before) {
            project.folder.clone_into(&mut step.project);
        }
        models.push((project.importer, model));
        trees.push(part);
    }
    // Origins are paths of the one project, or of the tree that holds all.
    let tree = match trees.as_slice() {
        [only] => only,
        _ => job.tree,
    };
    let mut model = import::merge(models, job.options.import.prefer, account, diagnostics);
    let means = lower::Means {
        rules: job.rules,
        cron: job.options.cron,
    };
    let mut plans = lower::lower(&model, means, account, diagnostics);
    if job.options.harden == lower::Harden::Services {
        for (plan, machine) in plans.iter_mut().zip(&model.machines) {
            lower::harden(plan, machine, diagnostics);
        }
    }
    // What an author called a task, and what a parser says of a line, may hold what the model does not.
    account.reword(secret::conceal);
    diagnostics.reword(secret::conceal);
    account.reword(syntax::shown_stand_ins);
    diagnostics.reword(syntax::shown_stand_ins);
    lower::provide(&mut plans, job.options.emit.secrets);
    schema::check(&mut plans, account, diagnostics);
    let output = emit::emit(&plans, tree, account, job.options.emit);
    if !out.is_empty() {
        account.move_into(first, out);
        for machine in &mut model.machines {
            machine.name = source::join(out, &machine.name);
        }
        for plan in &mut plans {
            plan.host = source::join(out, &plan.host);
        }
    }
    let files = output.files.into_iter();
    all_files
        .files
        .extend(files.map(|(path, text)| (source::join(out, &path), text)));
    whole.machines.extend(model.machines);
    all_plans.extend(plans);
}
