//! The flow of a run: blocks with `rescue` and `always`, what a failure ends, what `meta` ends.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_blocks.html>; as
//! `ansible/executor/play_iterator.py` has it.
//!
//! A failure that is rescued is followed as the source has it. One that nothing rescues ends the plays of the host where
//! it hangs on what is known alone. Where it hangs on what the input lacks, only Ansible stops there: what it lacks may be
//! given elsewhere, so the translation goes on, and `--trace` does not. Where it hangs on an assumption, nothing stops.

use std::sync::Arc;

use super::Player;
use super::context::Context;
use super::returned::Ground;
use crate::account::{Code, Verdict};
use crate::diag;
use crate::import::ansible::modules::End;
use crate::import::ansible::playbook::{Block, Statement, Task};
use crate::import::ansible::results;
use crate::import::ansible::scope::{Binding, Scope};
use crate::import::ansible::value::{Truth, Value};

/// Why a host plays nothing more, and of what.
#[derive(Clone, Debug, Default)]
pub(super) struct Halt {
    /// A failure: nothing more of all plays, unless a block around it rescues.
    pub(super) fallen: Option<String>,
    /// `meta: end_play` or `end_host`.
    play: Option<String>,
    /// `meta: end_role`.
    role: Option<String>,
    /// How many blocks around would rescue a failure.
    rescuers: usize,
}

impl Halt {
    /// Tells why nothing is played, where that is so.
    pub(super) fn why(&self) -> Option<&str> {
        let reasons = [&self.fallen, &self.play, &self.role];
        reasons.into_iter().flatten().next().map(String::as_str)
    }

    /// Says that another play begins.
    pub(super) fn leave_play(&mut self) {
        self.play = None;
        self.role = None;
    }

    /// Says that a role is played to its end.
    pub(super) fn leave_role(&mut self) {
        self.role = None;
    }

    pub(super) fn end(&mut self, what: End) {
        match what {
            End::Play => self.play = Some("`meta` ends the play before it".to_owned()),
            End::Role => self.role = Some("`meta` ends the role before it".to_owned()),
        }
    }
}

impl<'a> Player<'a> {
    pub(super) fn statements(&mut self, statements: &'a [Statement], context: &Context<'a>) {
        for (number, statement) in statements.iter().enumerate() {
            self.at(number, |it| it.statement(statement, context));
        }
    }

    fn statement(&mut self, statement: &'a Statement, context: &Context<'a>) {
        match statement {
            Statement::Task(task) => self.task(task, context),
            Statement::Broken(broken) => self.leave_broken(broken, context),
            Statement::Block(block) => self.block(block, context),
        }
    }

    fn block(&mut self, block: &'a Arc<Block>, context: &Context<'a>) {
        if let Some(why) = self.halt.why().map(str::to_owned) {
            for part in [&block.block, &block.rescue, &block.always] {
                self.skip_all(part, Code::ConditionFalse, &why);
            }
            return;
        }
        let inner = context.inside(&block.keywords);
        let rescues = usize::from(!block.rescue.is_empty());
        let was_muted = self.is_muted();
        self.halt.rescuers += rescues;
        self.at(0, |it| it.statements(&block.block, &inner));
        self.halt.rescuers -= rescues;
        if rescues > 0 && self.halt.fallen.take().is_some() {
            self.at(1, |it| it.statements(&block.rescue, &inner));
        } else {
            let reason = "it runs only when its block fails";
            self.skip_all(&block.rescue, Code::ConditionFalse, reason);
        }
        if block.always.is_empty() {
            return;
        }
        // What always runs does so after a failure, too, which then goes on.
        let fallen = self.halt.fallen.take();
        let is_muted = self.is_muted();
        self.mute(is_muted && was_muted);
        self.at(2, |it| it.statements(&block.always, &inner));
        self.mute(is_muted || self.is_muted());
        self.halt.fallen = self.halt.fallen.take().or(fallen);
    }

    pub(super) fn skip_all(&mut self, statements: &[Statement], code: Code, reason: &str) {
        for statement in statements {
            match statement {
                Statement::Task(task) => self.close_part(task.item, Verdict::Skipped, code, reason),
                Statement::Broken(_) => {}
                Statement::Block(block) => {
                    for part in [&block.block, &block.rescue, &block.always] {
                        self.skip_all(part, code, reason);
                    }
                }
            }
        }
    }

    /// Plays a section of a play, and then the handlers that it notified.
    pub(super) fn section(&mut self, number: usize, run: impl FnOnce(&mut Player<'a>)) {
        let had_fallen = self.halt.fallen.is_some();
        let was_muted = self.is_muted();
        run(self);
        if !self.frame.flushes {
            return;
        }
        // `force_handlers` makes what was notified run in spite of a failure in the section.
        let forced = self.frame.forces_handlers;
        let fallen = if forced && !had_fallen {
            self.halt.fallen.take()
        } else {
            None
        };
        let is_muted = self.is_muted();
        if forced && !was_muted {
            self.mute(false);
        }
        self.at(number, Player::flush_handlers);
        self.mute(is_muted || self.is_muted());
        self.halt.fallen = self.halt.fallen.take().or(fallen);
    }

    /// Says what a failure hangs on.
    pub(super) fn ground(&self, scope: &Scope<'a>) -> Ground {
        if scope.is_lacking() || !self.stage.is_cast_given {
            Ground::Lacking
        } else if !scope.assumptions().is_empty() {
            Ground::Assumed
        } else {
            Ground::Certain
        }
    }

    /// Tells whether the source itself says how it goes on if a task fails.
    pub(super) fn is_provided_for(&self, scope: &Scope<'a>, context: &Context<'a>) -> bool {
        self.halt.rescuers > 0 || self.is_ignored(scope, context)
    }

    /// Tells whether a failure is passed over (`ignore_errors`).
    pub(super) fn is_ignored(&self, scope: &Scope<'a>, context: &Context<'a>) -> bool {
        context
            .ignore_errors
            .is_some_and(|node| is_true(scope, node))
    }

    /// Ends what a failed task ends.
    pub(super) fn fall(&mut self, task: &Task, ground: Ground, result: &Value) {
        let place = self.session.place(task.span);
        let what = results::said(task);
        let reason = format!("{what} fails before it ({place})");
        if self.halt.rescuers > 0 && self.is_followed(ground) {
            self.halt.fallen = Some(reason);
            let fields = [("name", &task.name), ("action", &task.full_name)];
            let fields = fields.map(|(name, it)| (name, Value::str(it))).to_vec();
            let unknown = Value::unknown(format!("the fields of {what}"), Some(task.span));
            self.remember(
                "ansible_failed_task",
                Binding::Value(Value::open(fields, unknown)),
            );
            let result = Binding::Value(result.clone());
            self.remember("ansible_failed_result", result);
            return;
        }
        match ground {
            Ground::Assumed => {}
            Ground::Lacking => self.mute(true),
            Ground::Certain => {
                self.diags.at(
                    diag::Code::HostStops,
                    task.span,
                    format!("{what} is certain to fail, and nothing rescues it: `{}` plays nothing more", self.host),
                );
                self.halt.fallen = Some(reason);
            }
        }
    }

    /// Tells whether a rescue is played for a failure. Where the input lacks a name, it is only if the command line gives
    /// names: then it is taken for complete, and otherwise what is rescued is what the person most likely wants.
    fn is_followed(&self, ground: Ground) -> bool {
        ground != Ground::Lacking || !self.stage.extra.vars.is_empty()
    }

    /// Tells whether Ansible would not have come here.
    fn is_muted(&self) -> bool {
        self.trace.as_ref().is_some_and(|it| it.is_muted)
    }

    pub(super) fn mute(&mut self, is_muted: bool) {
        if let Some(trace) = &mut self.trace {
            trace.is_muted = is_muted;
        }
    }
}

/// Tells whether a keyword that takes a boolean is on; one that is not known is taken for on.
pub(super) fn is_true(scope: &Scope<'_>, node: &crate::syntax::yaml::Node) -> bool {
    match scope.resolve(node) {
        Ok(Value::Bool(it)) => it,
        Ok(Value::Str(text)) => match text.plain() {
            Some(plain) => matches!(
                plain.to_ascii_lowercase().as_str(),
                "yes" | "true" | "on" | "1" | "y" | "t"
            ),
            None => true,
        },
        Ok(value) => !matches!(value.truth(), Some(Truth::No) | None),
        Err(_) => false,
    }
}
