//! `translate`: from inputs to files, reports and an exit status.

use std::io::IsTerminal;
use std::path::Path;

use super::args::{DumpFormat, FailOn, Settings, Translate};
use super::progress::{Progress, Watcher};
use super::write::{self, Written};
use super::{Status, Streams, config, input};
use crate::Conversion;
use crate::Options;
use crate::convert;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::emit::{self, Origins, Output};
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
    let input = input::resolve(&inputs, settings.from.as_deref())?;
    config::complete(&mut settings, &input.root, out.as_deref())?;
    let (tree, import) = input::open(&input, &settings, out.as_deref())?;
    let watcher = if std::io::stderr().is_terminal() && !quiet {
        Watcher::Person
    } else {
        Watcher::Nobody
    };
    let files = tree.entries().count();
    let progress = Progress::start(watcher, files);
    progress.say(format!("translating {files} files of {}", tree.name()));
    let rules = Rules::load(&settings.rules)?;
    let Some(importer) = input::importer(&tree, &input, settings.from.as_deref()) else {
        return nothing_to_translate(&tree, least, streams);
    };
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
    let mut conversion = convert(&tree, importer, &rules, &options);
    if conversion.account.items().next().is_none() {
        drop(progress);
        say(&conversion.diagnostics, &tree, least, streams)?;
        return nothing_to_translate(&tree, least, streams);
    }
    if let Some(format) = dump_model {
        drop(progress);
        dump(&conversion, format, streams)?;
        say(&conversion.diagnostics, &tree, least, streams)?;
        return Ok(status(&settings, &conversion));
    }
    let written = match &out {
        Some(out) => Some(write::write(
            &conversion.output,
            out,
            &mut conversion.diagnostics,
        )?),
        None => None,
    };
    drop(progress);
    if written.is_none() {
        print_files(&conversion.output, streams)?;
    }
    say(&conversion.diagnostics, &tree, least, streams)?;
    if !quiet {
        summarize(written, out.as_deref(), streams)?;
    }
    Ok(status(&settings, &conversion))
}

fn nothing_to_translate(
    tree: &SourceTree,
    least: Severity,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Status> {
    let mut diags = Diagnostics::new();
    diags.general(
        Code::NothingToDo,
        format!("`{}` holds no playbook and no role", tree.name()),
        "give the folder that holds the playbooks, or a playbook",
    );
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
    let shown: Vec<&Diagnostic> = diags
        .sorted()
        .into_iter()
        .filter(|it| it.code.severity() >= least)
        .collect();
    let _ = (tree, streams.colour);
    for it in shown {
        writeln!(
            streams.stderr,
            "{}[{}] {}",
            it.code.severity().name(),
            it.code.id(),
            it.message
        )?;
    }
    Ok(())
}

fn summarize(
    written: Option<Written>,
    out: Option<&Path>,
    streams: &mut Streams<'_>,
) -> anyhow::Result<()> {
    if let (Some(written), Some(out)) = (written, out) {
        let Written {
            written,
            unchanged,
            removed,
            kept,
        } = written;
        let mut parts = vec![format!("{written} written")];
        for (count, what) in [
            (unchanged, "unchanged"),
            (removed, "removed"),
            (kept, "kept as yours"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        writeln!(
            streams.stderr,
            "{}: files: {}",
            out.display(),
            parts.join(", ")
        )?;
    }
    Ok(())
}

fn status(settings: &Settings, conversion: &Conversion) -> Status {
    let fail_on = match settings.fail_on {
        Some(fail_on) => fail_on,
        None if settings.strict => FailOn::Warning,
        None => FailOn::Error,
    };
    if fail_on.is_reached_by(conversion.diagnostics.worst()) {
        Status::Limit
    } else {
        Status::Done
    }
}
