//! `Error`: the program could not do its work. Problems of the user's own files are `diag::Diagnostic`s.

use std::path::PathBuf;

/// What ends a run with exit status 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write {}", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {message}", path.display())]
    Rule { path: PathBuf, message: String },
    #[error("{}: {message}", path.display())]
    Refused { path: PathBuf, message: String },
    #[error("{0}")]
    Usage(String),
}
