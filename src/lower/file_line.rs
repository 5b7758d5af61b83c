//! `FileLine`: a line of a file that the source only edits.
//!
//! A rule for the line itself goes first. Else all such lines of a file are put together, and what a rule makes of a
//! file that holds nothing else is stated: NixOS's own defaults stand in the place of the rest. Where the lines are not
//! understood together, each is tried alone, so that one of them does not take the others along.

use super::ctx::Ctx;
use super::statement::Lowered;
use super::{daemon, file, rule, secret_options};
use crate::account::{Code, Verdict};
use crate::model::{Condition, Content, Entry, File, FileLine, Resource, Text};
use crate::plan::Secret;
use crate::rules::{Outcome, Ruling};
use crate::syntax::assignments::{self, Assignment};

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
        && let Some((outcome, secrets)) =
            apply(&group.iter().filter_map(line_of).collect::<Vec<_>>(), ctx)
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

/// Lowers a file of variables of which rules state each; tells whether it did.
pub(super) fn lower_whole(entry: &Entry, file: &File, ctx: &mut Ctx<'_>) -> bool {
    let Content::Text(text) = &file.content else {
        return false;
    };
    let Some(read) = text.plain().map(assignments::read) else {
        return false;
    };
    let is_plain = |it: &Assignment| !it.expands;
    if !read.faults.is_empty() || !read.assignments.iter().all(is_plain) {
        return false;
    }
    // What is empty leaves the program as it is.
    let said = read.assignments.iter().filter(|it| !it.value.is_empty());
    let outcomes = said.map(|it| {
        let line = Resource::FileLine(FileLine {
            path: file.path.clone(),
            section: String::new(),
            name: it.name.clone(),
            value: Text::from(it.value.as_str()),
            line: Text::from(format!("{}={}", it.name, it.value)),
            place: it.name.clone(),
        });
        ctx.rules.apply(&line).filter(states)
    });
    let Some(outcomes) = outcomes.collect::<Option<Vec<Outcome>>>() else {
        return false;
    };
    let is_stated = !outcomes.is_empty();
    for outcome in outcomes {
        rule::conclude(entry, outcome, ctx);
    }
    is_stated
}

fn states(outcome: &Outcome) -> bool {
    match outcome.ruling {
        Ruling::Stated | Ruling::NotNeeded(_) => true,
        Ruling::Manual(_) => false,
    }
}

/// Returns the lines of the file that no rule of their own states.
fn group(line: &FileLine, ctx: &Ctx<'_>) -> Vec<Entry> {
    let entries = ctx.machine.entries.iter();
    let own = entries.filter(|it| {
        let of_file = line_of(it).is_some_and(|other| other.path == line.path);
        of_file && it.guard == Condition::True && ctx.rules.apply(&it.resource).is_none()
    });
    own.cloned().collect()
}

fn line_of(entry: &Entry) -> Option<&FileLine> {
    if let Resource::FileLine(line) = &entry.resource {
        Some(line)
    } else {
        None
    }
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
    // Where a module writes the file, the original would be of no use.
    let (code, reason) = match &about {
        Some(Outcome {
            ruling: Ruling::Manual(reason),
            service_config,
            ..
        }) => match service_config {
            true => (Code::ServiceConfig, reason.clone()),
            false => (Code::RuleSaysSo, reason.clone()),
        },
        Some(_) | None => (
            Code::OriginalNeeded,
            format!("`{path}` is not in the input: the edit needs the original"),
        ),
    };
    let cure = about.as_ref().and_then(|it| it.cure.clone());
    let cure = cure.unwrap_or_else(|| "say it with the option of that service".to_owned());
    let cure = format!("{cure}; the line is `{}`", line.line);
    let option = about.and_then(|it| it.about);
    ctx.manual_about(entry, option, code, &reason, Some(&cure));
}
