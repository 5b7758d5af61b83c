//! `diff`: what `translate` would change in a folder. Writes nothing.

use super::args::{Diff, FailOn};
use super::convert::{self, Made, Outcome};
use super::paint::{self, paint};
use super::progress::Watcher;
use super::{Status, Streams, translate, write};
use crate::diag::Severity;
use crate::diff::{self, Line, LineKind};
use crate::error::Error;

pub(super) fn run(args: Diff, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    if !args.settings.reports.is_empty() {
        let message = "diff writes nothing, and so no report: translate does";
        return Err(Error::Usage(message.to_owned()).into());
    }
    let opened = convert::open(&args.inputs, args.settings.clone(), Some(&args.out))?;
    let watcher = if args.quiet {
        Watcher::Nobody
    } else {
        Watcher::found()
    };
    let progress = opened.progress(watcher);
    let outcome = opened.convert()?;
    drop(progress);
    let made = match outcome {
        Outcome::Made(made) => *made,
        Outcome::Nothing(tree, diags) => {
            convert::say(&diags, &tree, Severity::Warning, streams)?;
            return Ok(Status::CouldNotWork);
        }
    };
    let fates = write::fates(&made.conversion.output, &args.out)?;
    let diffs = diff::file_diffs(&fates);
    let asks = args.meaning || args.stat || args.patch;
    let mut sections = Vec::new();
    if args.meaning || !asks {
        let disk = |path: &str| write::read_below(&args.out, path);
        sections.push(diff::meaning(&fates, &disk));
    }
    if args.stat {
        sections.push(diff::stat(&diffs, &fates));
    }
    if args.patch || !asks {
        sections.push(diff::unified(&diffs));
        sections.push(diff::kept(&fates, crate::secret::conceal));
    }
    sections.retain(|it| !it.is_empty());
    for (section, number) in sections.iter().zip(0..) {
        if number > 0 {
            writeln!(streams.stdout)?;
        }
        print(section, streams)?;
    }
    streams.stdout.flush()?;
    if !args.quiet {
        if diffs.is_empty() {
            writeln!(
                streams.stderr,
                "{}: nothing would change",
                args.out.display()
            )?;
        }
        say(&args, &made, streams)?;
    }
    if args.exit_code && !diffs.is_empty() {
        return Ok(Status::Limit);
    }
    Ok(status(made))
}

fn print(section: &[Line], streams: &mut Streams<'_>) -> anyhow::Result<()> {
    for line in section {
        let style = match line.kind {
            LineKind::Title => paint::TITLE,
            LineKind::Place => paint::PLACE,
            LineKind::Added => paint::ADDED,
            LineKind::Removed => paint::REMOVED,
            LineKind::Changed | LineKind::Remark => paint::CHANGED,
            LineKind::Plain => paint::PLAIN,
        };
        writeln!(
            streams.stdout,
            "{}",
            paint(&line.text, style, streams.stdout_colour)
        )?;
    }
    Ok(())
}

/// Says what translating has to say, in one line where it is not asked for: whoever reads a difference looks for that.
fn say(args: &Diff, made: &Made, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let diags = &made.conversion.diagnostics;
    if args.verbose {
        return convert::say(diags, &made.tree, Severity::Note, streams);
    }
    let list = diags.sorted();
    let count = |severity: Severity| {
        let count = list.iter().filter(|it| it.code.severity() == severity);
        translate::counted(
            count.count(),
            severity.name(),
            &format!("{}s", severity.name()),
        )
    };
    let worst = diags.worst();
    if worst >= Some(Severity::Warning) {
        writeln!(
            streams.stderr,
            "translating says {} and {}; --verbose shows them",
            count(Severity::Error),
            count(Severity::Warning)
        )?;
    }
    Ok(())
}

/// What translating has to say is no failure of a look at it, unless somebody asks for that.
fn status(made: Made) -> Status {
    let Made {
        mut settings,
        tree,
        conversion,
    } = made;
    if settings.fail_on.is_none() && !settings.strict {
        settings.fail_on = Some(FailOn::Never);
    }
    let report = translate::make_report(&conversion, &tree);
    translate::status(&settings, &conversion, &report)
}
