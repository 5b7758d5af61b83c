//! `run_once`: what one host does for all hosts of a play.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_strategies.html#running-on-a-single-machine-with-run-once>

use super::Player;
use super::context::Context;
use super::tasks::is_yes;
use crate::account::{Code, Verdict};
use crate::import::ansible::playbook::Task;
use crate::import::ansible::value::Value;

impl<'a> Player<'a> {
    /// Returns the other host on which a task runs for all hosts of the play.
    pub(super) fn runs_once_on(&self, task: &Task, context: &Context<'a>) -> Option<String> {
        let first = self.frame.first.clone().filter(|it| *it != self.host)?;
        if self.stage.plays_everything {
            return None;
        }
        let is_asked = || {
            let node = context.run_once?;
            let scope = self.scope(context, &[]);
            let value = scope.resolve(node).ok()?;
            Some(matches!(value, Value::Bool(true)) || is_yes(Some(node)))
        };
        // These two act for all hosts at once, however they are written.
        let is_for_all = matches!(task.module.as_str(), "add_host" | "pause");
        (is_for_all || is_asked() == Some(true)).then_some(first)
    }

    /// Takes over what a task bound on the host where it ran for all.
    pub(super) fn take_over(&mut self, task: &Task, first: &str) {
        let reason = format!("it runs once for all hosts of the play, on `{first}`");
        self.close_part(task.item, Verdict::Skipped, Code::ConditionFalse, &reason);
        let bound = self.session.during(first);
        if bound.is_empty() {
            self.remember_unknown(task);
        }
        for (name, binding) in bound {
            self.remember(&name, binding);
        }
    }
}
