//! `rules list`, `lint` and `test`: the rules, built-in and the user's own.

use std::path::PathBuf;

use super::args::RulesCommand;
use super::{Status, Streams};
use crate::rules::Rules;

pub(super) fn run(
    command: RulesCommand,
    folders: &[PathBuf],
    streams: &mut Streams<'_>,
) -> anyhow::Result<Status> {
    let rules = Rules::load_with_examples(folders)?;
    match command {
        RulesCommand::List => list(&rules, streams),
        RulesCommand::Lint => lint(&rules, streams),
        RulesCommand::Test => test(&rules, streams),
    }
}

fn list(rules: &Rules, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let list = rules.list();
    let ids = list.iter().map(|it| it.id.len()).max().unwrap_or(0);
    let kinds = list.iter().map(|it| it.kind.len()).max().unwrap_or(0);
    for it in &list {
        writeln!(
            streams.stdout,
            "{:ids$}  {:kinds$}  {:10}  {}:{}",
            it.id, it.kind, it.does, it.file, it.line
        )?;
    }
    Ok(Status::Done)
}

fn lint(rules: &Rules, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let problems = rules.lint();
    for it in &problems {
        writeln!(streams.stdout, "{}:{}: {}", it.file, it.line, it.message)?;
    }
    if problems.is_empty() {
        writeln!(
            streams.stderr,
            "nothing is wrong with {} rules",
            rules.list().len()
        )?;
        return Ok(Status::Done);
    }
    Ok(Status::Limit)
}

fn test(rules: &Rules, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let outcomes = rules.test();
    let mut failed = 0;
    for it in &outcomes {
        let Some(failure) = &it.failure else { continue };
        failed += 1;
        writeln!(
            streams.stdout,
            "{}:{}: `{}`: {failure}",
            it.file, it.line, it.rule
        )?;
    }
    if failed == 0 {
        writeln!(streams.stderr, "all {} examples hold", outcomes.len())?;
        return Ok(Status::Done);
    }
    writeln!(
        streams.stderr,
        "{failed} of {} examples do not hold",
        outcomes.len()
    )?;
    Ok(Status::Limit)
}
