//! RUN: the commands of a build, as far as what they make can be stated.
//!
//! `script` goes through the shell's own constructs; each command is known to one of `packages`, `accounts`, `paths`
//! and `tables`. What only a build does is left to the person, with what it is.

mod accounts;
mod apache;
mod builders;
mod checks;
mod edit;
mod fetched;
mod global;
mod installers;
mod packages;
mod paths;
mod php;
mod printed;
mod python;
mod script;
mod tables;
mod words;

use super::player::{Left, Player, Purpose, not_needed};
use crate::account::{Account, Code, ItemId};
use crate::model::{FetchedProgram, Origin, Sourced};
use crate::syntax::dockerfile::{CommandLine, Heredoc};
use crate::syntax::shell;
pub(super) use builders::builder;
use script::Runner;

/// What a RUN came to.
#[derive(Default)]
struct Sum {
    /// Why parts of it mean nothing on NixOS, the first of them.
    nothing: Option<String>,
    left: Vec<Remainder>,
}

/// A part that is not stated.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Remainder {
    /// What it does, for people: `fetches https://…`.
    what: String,
    kind: Kind,
}

/// What a person has to do about it; the first kind says most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Build,
    Language,
    Fetch,
    Edit,
    Other,
}

impl Kind {
    fn cure(self) -> &'static str {
        match self {
            Kind::Build => {
                "Package what it builds, or find it in nixpkgs, and give it to the service."
            }
            Kind::Language => {
                "Package the application with what it depends on (buildNpmPackage, python3.withPackages and the like)."
            }
            Kind::Fetch => {
                "Find it in nixpkgs, or package it: pkgs.fetchurl and its like fetch with a hash."
            }
            Kind::Edit => "State the whole file, or the option that makes it.",
            Kind::Other => "State what it makes, or run it before the service starts.",
        }
    }
}

/// Plays a RUN.
pub(super) fn play(
    player: &mut Player<'_>,
    at: usize,
    command: &CommandLine,
    heredocs: &[Heredoc],
    account: &mut Account,
) {
    let item = player.recipe.items[at];
    let mut runner = Runner::new(player, at);
    match command {
        CommandLine::Exec(words) => runner.program(words),
        CommandLine::Shell(text) => match script_of(text, heredocs) {
            Ok(text) => match shell::read(&text) {
                Ok(script) => runner.script(&script),
                Err(why) => runner.left(Kind::Other, format!("cannot be read: {why}")),
            },
            Err(why) => runner.left(Kind::Other, why),
        },
    }
    let sum = runner.finish();
    settle(player, item, sum, account);
}

/// Returns what a shell gets: a here-document that is all there is, or the line with its here-documents.
fn script_of(text: &str, heredocs: &[Heredoc]) -> Result<String, String> {
    let [first, ..] = heredocs else {
        return Ok(text.to_owned());
    };
    let is_whole = text.starts_with("<<") && !text.contains(char::is_whitespace);
    if is_whole {
        let content = first.content();
        return match content
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("#!"))
        {
            Some(interpreter) if !interpreter.trim_end().ends_with("sh") => {
                Err(format!("is a program for `{}`", interpreter.trim()))
            }
            _ => Ok(content),
        };
    }
    let mut whole = text.to_owned();
    for heredoc in heredocs {
        whole.push('\n');
        whole.push_str(&heredoc.text);
        whole.push_str(&heredoc.name);
    }
    whole.push('\n');
    Ok(whole)
}

/// Says what became of a RUN.
fn settle(player: &mut Player<'_>, item: ItemId, sum: Sum, account: &mut Account) {
    if let (Purpose::Build(stage), true) = (&player.purpose, sum.left.is_empty()) {
        let reason = format!("it readies the stage `{stage}`, of which the image takes only files");
        not_needed(account, item, Code::NoMeaning, &reason);
        return;
    }
    if !sum.left.is_empty() {
        let all = left(&sum.left);
        if player.is_image()
            && let Some(found) = fetched::of(&sum, &player.parts.unbuilt)
        {
            player.parts.fetched.push(Sourced {
                value: FetchedProgram {
                    reason: all.reason,
                    cure: all.cure,
                    ..found
                },
                origin: Origin::of(item),
                assumptions: Vec::new(),
            });
        } else {
            player.leave(item, "RUN", all);
        }
        let sources = fetched::sources(&sum.left);
        if !sources.is_empty() {
            player.parts.unbuilt = sources;
        }
        return;
    }
    let by_item = |origin: &Origin| origin.items.contains(&item);
    let is_stated = player.state.entries().any(|entry| by_item(&entry.origin))
        || player.parts.packages.values().any(|it| by_item(&it.origin))
        || player.parts.state.iter().any(|it| by_item(&it.origin));
    if !is_stated {
        let reason = sum
            .nothing
            .unwrap_or_else(|| "it leaves nothing behind".to_owned());
        not_needed(account, item, Code::NoMeaning, &reason);
    }
}

fn left(all: &[Remainder]) -> Left {
    const SHOWN: usize = 4;
    let mut what: Vec<&str> = Vec::new();
    for it in all {
        if !what.contains(&it.what.as_str()) {
            what.push(&it.what);
        }
    }
    let more = what.len().saturating_sub(SHOWN);
    what.truncate(SHOWN);
    let mut reason = what.join(", ");
    if more > 0 {
        reason.push_str(&format!(", and {more} more"));
    }
    let kind = all.iter().map(|it| it.kind).min().unwrap_or(Kind::Other);
    let cure = builders::builder(&reason).filter(|_| kind <= Kind::Language);
    Left::new(
        format!("it {reason}"),
        cure.unwrap_or_else(|| kind.cure().to_owned()),
    )
}

#[cfg(test)]
mod tests;
