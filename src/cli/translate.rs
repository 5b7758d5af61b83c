//! `translate`: from inputs to files, reports and an exit status.

use std::path::{Path, PathBuf};

use super::args::{DumpFormat, FailOn, Settings, Translate};
use super::convert::{self, Made, Outcome};
use super::progress::Watcher;
use super::write::{self, Written};
use super::{Status, Streams};
use crate::Conversion;
use crate::account::Verdict;
use crate::diag::{Diagnostics, Severity};
use crate::emit::Output;
use crate::error::Error;
use crate::report::{self, Report};
use crate::source::SourceTree;

/// So many files that hold a person's changes are named.
const NAMED: usize = 5;

pub(super) fn run(args: Translate, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let Translate {
        inputs,
        out,
        stdout: _,
        dump_model,
        trace,
        on_conflict,
        settings,
        quiet,
        verbose,
    } = args;
    let least = match (quiet, verbose) {
        (true, _) => Severity::Error,
        (_, true) => Severity::Note,
        _ => Severity::Warning,
    };
    let mut opened = convert::open(&inputs, settings, out.as_deref())?;
    opened.import.ansible.trace = trace.is_some();
    let reports = report_formats(&opened.settings.reports)?;
    let watcher = if quiet {
        Watcher::Nobody
    } else {
        Watcher::found()
    };
    let progress = opened.progress(watcher);
    let Made {
        settings,
        tree,
        mut conversion,
    } = match opened.convert()? {
        Outcome::Made(made) => *made,
        Outcome::Nothing(tree, diags) => {
            drop(progress);
            convert::say(&diags, &tree, least, streams)?;
            return Ok(Status::CouldNotWork);
        }
    };
    progress.say("writing".to_owned());
    let written = match &out {
        Some(out) => Some(write::write(
            &conversion.output,
            out,
            on_conflict,
            &mut conversion.diagnostics,
        )?),
        None => None,
    };
    let report = make_report(&conversion, &tree);
    for (path, format) in &reports {
        write::replace(path, format(&report).as_bytes())?;
    }
    if let Some(path) = &trace {
        let mut lines = String::new();
        for step in &conversion.account.steps {
            lines.push_str(&serde_json::to_string(step)?);
            lines.push('\n');
        }
        write::replace(path, lines.as_bytes())?;
    }
    drop(progress);
    match (dump_model, &written) {
        (Some(format), _) => dump(&conversion, format, streams)?,
        (None, None) => print_files(&conversion.output, streams)?,
        (None, Some(_)) => {}
    }
    convert::say(&conversion.diagnostics, &tree, least, streams)?;
    if !quiet {
        summarize(&report, streams)?;
        if let (Some(written), Some(out)) = (written, &out) {
            summarize_files(&written, out, streams)?;
        }
        if watcher == Watcher::Person {
            point_to_explain(&conversion.diagnostics.at_least(least), streams)?;
        }
    }
    Ok(status(&settings, &conversion, &report))
}

type Render = fn(&Report) -> String;

/// Chooses the format of every report by the ending of its name, before any work is done.
fn report_formats(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Render)>, Error> {
    let choose = |path: &PathBuf| {
        let render: Render = match path.extension().and_then(|it| it.to_str()) {
            Some("json") => report::render_json,
            Some("md") => report::render_markdown,
            Some(_) | None => {
                return Err(Error::Usage(format!(
                    "the report {} ends neither in .json nor in .md",
                    path.display()
                )));
            }
        };
        Ok((path.clone(), render))
    };
    paths.iter().map(choose).collect()
}

pub(super) fn make_report(conversion: &Conversion, tree: &SourceTree) -> Report {
    let machines = conversion.model.machines.iter();
    let hosts: Vec<String> = machines.map(|it| it.name.clone()).collect();
    report::report(&conversion.account, &hosts, &conversion.diagnostics, tree)
}

fn dump(
    conversion: &Conversion,
    format: DumpFormat,
    streams: &mut Streams<'_>,
) -> anyhow::Result<()> {
    match format {
        DumpFormat::Yaml => {
            let text = serde_yaml::to_string(&conversion.model)?;
            streams.stdout.write_all(text.as_bytes())?;
        }
        DumpFormat::Json => {
            let text = serde_json::to_string_pretty(&conversion.model)?;
            writeln!(streams.stdout, "{text}")?;
        }
    }
    Ok(())
}

fn print_files(output: &Output, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    for ((path, bytes), number) in output.files.iter().zip(0..) {
        if number > 0 {
            writeln!(streams.stdout)?;
        }
        writeln!(streams.stdout, "==> {path} <==")?;
        match std::str::from_utf8(bytes) {
            Ok(text) if text.ends_with('\n') || text.is_empty() => {
                streams.stdout.write_all(bytes)?;
            }
            Ok(text) => writeln!(streams.stdout, "{text}")?,
            Err(_) => writeln!(streams.stdout, "({} bytes that are no text)", bytes.len())?,
        }
    }
    streams.stdout.flush()?;
    Ok(())
}

fn summarize(report: &Report, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let verdicts: Vec<String> = Verdict::ALL
        .iter()
        .map(|verdict| (report.totals.count(*verdict), verdict.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    writeln!(
        streams.stderr,
        "{}, {}: {}; coverage {:.1} %{}",
        counted(report.hosts.len(), "host", "hosts"),
        counted(report.items.len(), "item", "items"),
        verdicts.join(", "),
        report.coverage * 100.0,
        report
            .beside_coverage()
            .map_or_else(String::new, |it| format!(" ({it})"))
    )?;
    Ok(())
}

pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn summarize_files(written: &Written, out: &Path, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let mut parts = vec![format!(
        "{} written",
        counted(written.written, "file", "files")
    )];
    for (count, what) in [
        (written.unchanged, "unchanged"),
        (written.removed, "removed"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    for (paths, what) in [
        (&written.joined, "joined with your changes"),
        (&written.kept, "kept as yours"),
    ] {
        if let Some(named) = named(paths) {
            parts.push(format!("{} {what} ({named})", paths.len()));
        }
    }
    writeln!(streams.stderr, "{}: {}", out.display(), parts.join(", "))?;
    Ok(())
}

fn named(paths: &[String]) -> Option<String> {
    let (shown, rest) = paths.split_at(paths.len().min(NAMED));
    let more = (!rest.is_empty()).then(|| format!(" and {} more", rest.len()));
    (!shown.is_empty()).then(|| shown.join(", ") + &more.unwrap_or_default())
}

/// Says once where a code is explained, to a person: a log does not ask.
fn point_to_explain(diags: &Diagnostics, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let worst = diags.worst();
    let list = diags.sorted();
    if let Some(first) = list.iter().find(|it| Some(it.code.severity()) == worst) {
        let id = first.code.id();
        writeln!(
            streams.stderr,
            "for more about a code in brackets: ops2nix explain {id}"
        )?;
    }
    Ok(())
}

pub(super) fn status(settings: &Settings, conversion: &Conversion, report: &Report) -> Status {
    let fail_on = match settings.fail_on {
        Some(fail_on) => fail_on,
        None if settings.strict => FailOn::Warning,
        None => FailOn::Error,
    };
    let min_coverage = if settings.strict {
        Some(100.0)
    } else {
        settings.min_coverage
    };
    let is_low = min_coverage.is_some_and(|least| report.coverage * 100.0 < least);
    if is_low || fail_on.is_reached_by(conversion.diagnostics.worst()) {
        Status::Limit
    } else {
        Status::Done
    }
}
