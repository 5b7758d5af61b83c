//! The command line: reads arguments, runs the stages, writes what they made. Nothing else knows clap, prints, or
//! decides an exit status.

mod args;
mod base;
mod check;
mod config;
mod convert;
mod diff;
mod explain;
mod help;
mod input;
mod manifest;
mod merge;
mod paint;
mod progress;
mod rules;
mod schema;
mod support;
mod translate;
mod verify;
mod write;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

pub use support::support;

use crate::report::Colour;
use args::{ColorChoice, Command, CommandLine};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Done,
    /// Done, but something is at or above what the user set as a limit.
    Limit,
    CouldNotWork,
}

/// The streams of a run, and whether colours are wanted on each.
struct Streams<'a> {
    stdout: &'a mut dyn Write,
    stdout_colour: Colour,
    /// Messages go here.
    stderr: &'a mut dyn Write,
    colour: Colour,
}

/// Runs a command line, and returns the exit status: 0 done, 1 a limit was reached, 2 could not work.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> ExitCode {
    let status = match CommandLine::try_parse_from(args) {
        Ok(line) => {
            let mut streams = Streams {
                stdout,
                stdout_colour: colour(line.color, &io::stdout()),
                stderr,
                colour: colour(line.color, &io::stderr()),
            };
            let result = execute(line.command, &mut streams);
            finish(result, &mut streams)
        }
        Err(error) => tell(&error, stdout, stderr),
    };
    match status {
        Status::Done => ExitCode::SUCCESS,
        Status::Limit => ExitCode::from(1),
        Status::CouldNotWork => ExitCode::from(2),
    }
}

fn execute(command: Command, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    match command {
        Command::Translate(args) => translate::run(*args, streams),
        Command::Diff(args) => diff::run(*args, streams),
        Command::Check(args) => check::run(args, streams),
        Command::Verify(args) => verify::run(*args, streams),
        Command::Explain(args) => explain::run(&args, streams),
        Command::Rules(line) => rules::run(line.command, &line.folders, streams),
        Command::Schema { of } => schema::run(of, streams),
    }
}

fn finish(result: anyhow::Result<Status>, streams: &mut Streams<'_>) -> Status {
    match result {
        Ok(status) => status,
        // Whoever reads our output may stop when it has enough (`| head`).
        Err(error) if is_broken_pipe(&error) => Status::Done,
        Err(error) => {
            // Where stderr is closed too, the exit status is all that can be said.
            let _ = writeln!(streams.stderr, "ops2nix: {error:#}");
            Status::CouldNotWork
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|it| it.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints what clap has to say: help and version to stdout, wrong arguments to stderr.
fn tell(error: &clap::Error, stdout: &mut dyn Write, stderr: &mut dyn Write) -> Status {
    let (stream, status, is_terminal): (&mut dyn Write, Status, bool) = if error.use_stderr() {
        (stderr, Status::CouldNotWork, io::stderr().is_terminal())
    } else {
        (stdout, Status::Done, io::stdout().is_terminal())
    };
    let text = error.render();
    let text = if is_terminal && !is_colour_refused() {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    let _ = stream.write_all(text.as_bytes());
    status
}

fn colour(choice: Option<ColorChoice>, stream: &dyn IsTerminal) -> Colour {
    let is_shown = match choice.unwrap_or(ColorChoice::Auto) {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => stream.is_terminal() && !is_colour_refused(),
    };
    if is_shown {
        Colour::Shown
    } else {
        Colour::LeftOut
    }
}

/// <https://no-color.org>
fn is_colour_refused() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
