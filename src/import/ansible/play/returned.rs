//! `Returned`: what a round of a task came to.

use crate::import::ansible::playbook::Task;
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::model::Condition;
use crate::source::Span;

/// What a task registers, what has to hold for it, and how it went.
pub(super) struct Returned {
    pub(super) value: Value,
    pub(super) under: Vec<String>,
    /// Whether it ran.
    pub(super) guard: Condition,
    /// On what it hangs that it failed; nothing where it is not certain to have failed.
    pub(super) failed: Option<Ground>,
    /// Whether that is passed over (`ignore_errors`).
    pub(super) is_ignored: bool,
    /// The handlers that it notifies if it changed something.
    pub(super) notifies: Vec<(String, Span)>,
}

/// What a failure hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ground {
    /// On an assumption, such as a fact of a profile: nobody says that it holds.
    Assumed,
    /// On what is not in the input, and may be given elsewhere (`-e`, a vault, another inventory).
    Lacking,
    /// On what is known.
    Certain,
}

impl Returned {
    pub(super) fn changed(task: &Task) -> Returned {
        let under = vec![results::change_assumed(task)];
        Returned::under(results::of_change(task), under)
    }

    pub(super) fn plain(value: Value) -> Returned {
        Returned::under(value, Vec::new())
    }

    pub(super) fn under(value: Value, under: Vec<String>) -> Returned {
        Returned {
            value,
            under,
            guard: Condition::True,
            failed: None,
            is_ignored: false,
            notifies: Vec::new(),
        }
    }

    pub(super) fn guarded(mut self, guard: Condition) -> Returned {
        self.guard = guard;
        self
    }

    pub(super) fn failed(mut self, ground: Ground) -> Returned {
        self.failed = Some(ground);
        self
    }
}
