//! The program `ops2nix`: hands the arguments and the streams to `cli::run`.

use std::io::{stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    ops2nix::cli::run(std::env::args_os(), &mut stdout(), &mut stderr())
}
