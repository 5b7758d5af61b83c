//! Dockerfiles: image recipes, played to what the application in the image needs of a machine.
//!
//! `files` finds them; `recipe` reads one, opens an item for each instruction and says which stages count; `player` plays
//! the instructions of a stage, `copy` and `run` those that change files. What a build makes is not played: it has to be
//! packaged, and is left to the person with the reason.
//!
//! Manual: <https://docs.docker.com/reference/dockerfile/>

mod base;
mod context;
mod copy;
mod files;
mod finish;
mod instructions;
mod known;
mod metadata;
mod mistakes;
mod player;
mod recipe;
mod run;
mod scope;
#[cfg(test)]
mod tests;

pub(super) use instructions::subjects;

use std::collections::BTreeMap;

use super::{EXAMPLE_HOST, Importer, Options as ImportOptions};
use crate::account::Account;
use crate::diag::{self, Diagnostics};
use crate::model::{Family, Machine, Model, VERSION};
use crate::source::SourceTree;
use crate::syntax::dockerfile::KEYWORDS;

pub(super) const IMPORTER: Importer = Importer {
    name: "dockerfile",
    described: "Dockerfile",
    is_named: files::is_named,
    detect,
    knows: || KEYWORDS.to_vec(),
    root_markers: &[],
    side: None,
    projects: |_| Vec::new(),
    import,
};

/// What is asked of Dockerfiles.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--build-arg`: names, and values where they are given.
    pub build_args: Vec<(String, Option<String>)>,
    /// `--target`: a stage, by name or number.
    pub target: Option<String>,
    /// `--context`: the folder of the build context in the tree; else the folder of each Dockerfile.
    pub context: Option<String>,
}

fn detect(tree: &SourceTree, given: Option<&str>) -> bool {
    match given {
        Some(path) => files::is_named(path) || begins_with_from(tree, path),
        None => !files::choose(tree, &[], &Options::default()).is_empty(),
    }
}

/// Tells whether the first instruction of a file is FROM, or ARG with a FROM later.
fn begins_with_from(tree: &SourceTree, path: &str) -> bool {
    let text = tree.find(path).and_then(|file| tree.text(file));
    let Ok(text) = text else { return false };
    let lines = text.lines().map(str::trim_start);
    let mut words = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().next().unwrap_or_default())
        .skip_while(|word| word.eq_ignore_ascii_case("ARG"));
    words.next().is_some_and(|word| word == "FROM")
}

fn import(
    tree: &SourceTree,
    options: &ImportOptions,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Model {
    let files = files::choose(tree, &options.given, &options.dockerfile);
    if files.is_empty() {
        diags.general(
            diag::Code::NothingToDo,
            "nothing here is a Dockerfile",
            "give a file that is named Dockerfile or Containerfile",
        );
    }
    let mut entries = Vec::new();
    let mut family = None;
    for given in &files {
        let played = recipe::import(tree, given, &options.dockerfile, account, diags);
        entries.extend(played.entries);
        family = family.or(played.family);
    }
    let paths: Vec<&str> = files.iter().map(|it| it.path.as_str()).collect();
    let described = match paths.as_slice() {
        [] => "nothing".to_owned(),
        [path] => (*path).to_owned(),
        [first, rest @ ..] => format!("{first} and {} other Dockerfiles", rest.len()),
    };
    Model {
        version: VERSION,
        machines: vec![Machine {
            name: EXAMPLE_HOST.to_owned(),
            described,
            family: family.unwrap_or(Family::Other),
            packaged: BTreeMap::new(),
            starts_known: false,
            entries,
        }],
    }
}
