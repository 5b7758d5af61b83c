//! Progress on stderr: only where a person looks at it, and only where the work is long.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Below this many files, the work is done before anybody could read a line about it.
const MANY_FILES: usize = 1000;
const FRAME: Duration = Duration::from_millis(100);

/// Who looks at stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watcher {
    Person,
    Nobody,
}

impl Watcher {
    pub(super) fn found() -> Watcher {
        if std::io::stderr().is_terminal() {
            Watcher::Person
        } else {
            Watcher::Nobody
        }
    }
}

/// A line that says what is being done, until it is dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start(watcher: Watcher, files: usize) -> Progress {
        if watcher == Watcher::Nobody || files < MANY_FILES {
            return Progress(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(FRAME);
        Progress(bar)
    }

    pub(super) fn say(&self, what: String) {
        self.0.set_message(what);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
