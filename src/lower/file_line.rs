//! `FileLine`: a line of a file that the source only edits.
//!
//! A rule for the line itself goes first. Else all such lines of a file are put together, and what a rule makes of a
//! file that holds nothing else is stated: NixOS's own defaults stand in the place of the rest. Where the lines are not
//! understood together, each is tried alone, so that one of them does not take the others along.

use super::ctx::Ctx;
use super::statement::Lowered;
use super::{daemon, file, rule, secret_options};
use crate::account::{Code, Verdict};
use crate::model::{Condition, Entry, FileLine, Resource};
use crate::plan::Secret;
use crate::rules::{Outcome, Ruling};

pub(super) fn lower(entry: &Entry, line: &FileLine, ctx: &mut Ctx<'_>) {
    let entry = &assuming(entry, line);
    if let Some(outcome) = ctx.rules.apply(&entry.resource) {
        rule::conclude(entry, outcome, ctx);
        return;
    }
    if let Some(statement) = daemon::start_options(line, ctx.machine) {
        ctx.conclude(entry, Lowered::Stated(statement));
        return;
    }
    let group = group(line, ctx);
    let is_member = group.iter().any(|it| it.resource == entry.resource);
    if is_member
        && group.len() > 1
        && let Some((outcome, secrets)) = apply(&lines(&group), ctx)
    {
        let is_first = group
            .first()
            .is_some_and(|it| it.resource == entry.resource);
        if is_first {
            let whole = joined(entry, &group);
            rule::conclude_with_secrets(&whole, outcome, secrets, ctx);
        }
        return;
    }
    match apply(&[line], ctx) {
        Some((outcome, secrets)) => {
            rule::conclude_with_secrets(entry, outcome, secrets, ctx);
        }
        None => leave(entry, line, ctx),
    }
}

/// Returns the lines of the file that no rule of their own states.
fn group(line: &FileLine, ctx: &Ctx<'_>) -> Vec<Entry> {
    let entries = ctx.machine.entries.iter();
    let own = entries.filter(|it| match &it.resource {
        Resource::FileLine(other) => {
            it.guard == Condition::True
                && other.path == line.path
                && ctx.rules.apply(&it.resource).is_none()
        }
        _ => false,
    });
    own.cloned().collect()
}

fn lines(group: &[Entry]) -> Vec<&FileLine> {
    let lines = group.iter().filter_map(|it| match &it.resource {
        Resource::FileLine(line) => Some(line),
        _ => None,
    });
    lines.collect()
}

/// Returns one entry for all lines of a file.
fn joined(first: &Entry, group: &[Entry]) -> Entry {
    let mut whole = first.clone();
    for entry in group {
        whole.origin.merge(&entry.origin);
        for clause in &entry.assumptions {
            if !whole.assumptions.contains(clause) {
                whole.assumptions.push(clause.clone());
            }
        }
    }
    whole
}

fn assuming(entry: &Entry, line: &FileLine) -> Entry {
    let mut entry = entry.clone();
    if line.path == FileLine::DEBCONF {
        return entry;
    }
    let clause = format!("what else stands in `{}` is as NixOS has it", line.path);
    entry.assumptions.push(clause);
    entry
}

/// Applies the rules for files of which a part means something.
fn apply(lines: &[&FileLine], ctx: &Ctx<'_>) -> Option<(Outcome, Vec<Secret>)> {
    let part = ctx.rules.part(lines)?;
    let states = |outcome: &Outcome| match outcome.ruling {
        Ruling::Stated | Ruling::NotNeeded(_) => true,
        Ruling::Manual(_) => false,
    };
    match ctx.rules.apply_to_part(&part).filter(states) {
        Some(outcome) => Some((outcome, Vec::new())),
        None => secret_options::apply(&Resource::File(part), ctx.rules),
    }
}

/// No rule states the line: it may be one that nothing reads.
fn leave(entry: &Entry, line: &FileLine, ctx: &mut Ctx<'_>) {
    let path = &line.path;
    let about = ctx.rules.about_path(path);
    if let Some(Outcome {
        ruling: Ruling::NotNeeded(reason),
        ..
    }) = &about
    {
        ctx.close(entry, Verdict::NotNeeded, Code::NoMeaning, reason);
        return;
    }
    if let Some(reason) = file::is_unread(path, ctx.machine) {
        ctx.close(entry, Verdict::NotNeeded, Code::NoMeaning, &reason);
        return;
    }
    if path == FileLine::DEBCONF {
        let (of, question) = (&line.section, &line.name);
        let reason =
            format!("the answer to `{question}` sets up `{of}`, and NixOS has options for that");
        let lines = vec![format!("Look for the option of `{of}` that says the same.")];
        ctx.manual_with_lines(entry, Code::CannotState, &reason, lines);
        return;
    }
    if let Some(hole) = line.line.worst_hole() {
        let reason = format!("a line of `{path}` holds {}", hole.what);
        ctx.manual_with_lines(
            entry,
            Code::ValueUnknown,
            &reason,
            vec![line.line.to_string()],
        );
        return;
    }
    let reason = format!("`{path}` is not in the input: the edit needs the original");
    let cure = about
        .and_then(|it| it.cure)
        .unwrap_or_else(|| "state what the line means with the option of that service".to_owned());
    let lines = vec![format!("{cure}; the line:"), line.line.to_string()];
    ctx.manual_with_lines(entry, Code::OriginalNeeded, &reason, lines);
}
