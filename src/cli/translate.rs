//! `translate`: from inputs to files, reports and an exit status.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::args::{DumpFormat, FailOn, Settings, Translate};
use super::progress::{Progress, Watcher};
use super::write::{self, Written};
use super::{Status, Streams, config, input};
use crate::Conversion;
use crate::Options;
use crate::account::Verdict;
use crate::convert;
use crate::diag::{Code, Diagnostics, Severity};
use crate::emit::{self, Origins, Output};
use crate::error::Error;
use crate::import::IMPORTERS;
use crate::report::{self, Report};
use crate::rules::Rules;
use crate::source::SourceTree;

pub(super) fn run(args: Translate, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let Translate {
        inputs,
        out,
        stdout: _,
        dump_model,
        mut settings,
        quiet,
        verbose,
    } = args;
    let least = match (quiet, verbose) {
        (true, _) => Severity::Error,
        (_, true) => Severity::Note,
        _ => Severity::Warning,
    };
    let roots = input::resolve(&inputs, &settings)?;
    for root in &roots {
        config::complete(&mut settings, &root.root, out.as_deref())?;
    }
    let reports = report_formats(&settings.reports)?;
    let (tree, import) = input::open(&roots, &settings, out.as_deref())?;
    let watcher = if std::io::stderr().is_terminal() && !quiet {
        Watcher::Person
    } else {
        Watcher::Nobody
    };
    let files = tree.entries().count();
    let progress = Progress::start(watcher, files);
    progress.say(format!("translating {files} files of {}", tree.name()));
    let rules = Rules::load(&settings.rules)?;
    let (inputs, unknown) = input::importers_of(&tree, &roots, settings.from.as_deref());
    if !unknown.is_empty() || inputs.is_empty() {
        return nothing_to_translate(&tree, &unknown, least, streams);
    }
    let options = Options {
        import,
        emit: emit::Options {
            origins: if settings.no_origins {
                Origins::LeftOut
            } else {
                Origins::Shown
            },
        },
    };
    let mut conversion = convert(&tree, &inputs, &rules, &options);
    progress.say("writing".to_owned());
    if conversion.account.items().next().is_none() {
        drop(progress);
        say(&conversion.diagnostics, &tree, least, streams)?;
        // The importer may have said why.
        let said = conversion.diagnostics.at_least(Severity::Error);
        if said.sorted().iter().any(|it| it.code == Code::NothingToDo) {
            return Ok(Status::CouldNotWork);
        }
        return nothing_to_translate(&tree, &[], least, streams);
    }
    let written = match &out {
        Some(out) => Some(write::write(
            &conversion.output,
            out,
            &mut conversion.diagnostics,
        )?),
        None => None,
    };
    let report = make_report(&conversion, &tree);
    for (path, format) in &reports {
        write::replace(path, format(&report).as_bytes())?;
    }
    drop(progress);
    match (dump_model, written) {
        (Some(format), _) => dump(&conversion, format, streams)?,
        (None, None) => print_files(&conversion.output, streams)?,
        (None, Some(_)) => {}
    }
    say(&conversion.diagnostics, &tree, least, streams)?;
    if !quiet {
        summarize(&report, streams)?;
        if let (Some(written), Some(out)) = (written, &out) {
            summarize_files(written, out, streams)?;
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

fn make_report(conversion: &Conversion, tree: &SourceTree) -> Report {
    let machines = conversion.model.machines.iter();
    let hosts: Vec<String> = machines.map(|it| it.name.clone()).collect();
    report::report(&conversion.account, &hosts, &conversion.diagnostics, tree)
}

fn nothing_to_translate(
    tree: &SourceTree,
    unknown: &[String],
    least: Severity,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Status> {
    let kinds: Vec<&str> = IMPORTERS.iter().map(|it| it.described).collect();
    let kinds = kinds.join(", no ");
    let whole = [String::new()];
    let mut diags = Diagnostics::new();
    for path in if unknown.is_empty() { &whole } else { unknown } {
        let name = if path.is_empty() { tree.name() } else { path };
        diags.general(
            Code::NothingToDo,
            format!("`{name}` holds no {kinds}"),
            "give what is to be translated itself, and say what it is with --from",
        );
    }
    say(&diags, tree, least, streams)?;
    Ok(Status::CouldNotWork)
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

/// Prints the diagnostics of a severity of at least `least`.
fn say(
    diags: &Diagnostics,
    tree: &SourceTree,
    least: Severity,
    streams: &mut Streams<'_>,
) -> anyhow::Result<()> {
    let text = report::render_diagnostics(&diags.at_least(least), tree, streams.colour);
    streams.stderr.write_all(text.as_bytes())?;
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
        "{}, {}: {}; coverage {:.1} %",
        counted(report.hosts.len(), "host", "hosts"),
        counted(report.items.len(), "item", "items"),
        verdicts.join(", "),
        report.coverage * 100.0
    )?;
    Ok(())
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn summarize_files(written: Written, out: &Path, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let Written {
        written,
        unchanged,
        removed,
        kept,
    } = written;
    let mut parts = vec![format!("{} written", counted(written, "file", "files"))];
    for (count, what) in [
        (unchanged, "unchanged"),
        (removed, "removed"),
        (kept, "kept as yours"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    writeln!(streams.stderr, "{}: {}", out.display(), parts.join(", "))?;
    Ok(())
}

fn status(settings: &Settings, conversion: &Conversion, report: &Report) -> Status {
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
