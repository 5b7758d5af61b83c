//! `Returned`: what a round of a task came to.

use crate::import::ansible::playbook::Task;
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::model::Condition;

/// What a task registers, what has to hold for it, and how it went.
pub(super) struct Returned {
    pub(super) value: Value,
    pub(super) under: Vec<String>,
    /// Whether it ran.
    pub(super) guard: Condition,
    /// Whether it is certain to have failed.
    pub(super) failed: bool,
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
            failed: false,
        }
    }

    pub(super) fn guarded(mut self, guard: Condition) -> Returned {
        self.guard = guard;
        self
    }

    pub(super) fn failed(mut self) -> Returned {
        self.failed = true;
        self
    }
}
