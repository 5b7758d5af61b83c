//! What is left to the person: a comment in the output where a task would stand.

use super::Player;
use super::context::Context;
use super::shown::{NOT_SHOWN, shown_arguments};
use crate::account::{Code, ItemId, Verdict};
use crate::import::ansible::params::Refusal;
use crate::import::ansible::playbook::{Broken, Task};
use crate::import::ansible::scope::Scope;
use crate::model::{Condition, Entry, Opaque, Origin, Part, Resource, Text};

impl<'a> Player<'a> {
    /// Leaves what cannot be read to the person: a comment where the task would stand.
    pub(super) fn leave_broken(&mut self, broken: &Broken, context: &Context<'a>) {
        self.hold(broken.item);
        let part = context
            .role
            .as_ref()
            .map_or(Part::Machine, |role| Part::Role(role.title.clone()));
        self.leave(broken.item, part, &broken.name, &broken.reason, None);
    }

    /// Puts a comment about an item in the output, and closes it as left to the person.
    pub(super) fn leave(
        &mut self,
        item: ItemId,
        part: Part,
        title: &str,
        reason: &str,
        cure: Option<String>,
    ) {
        self.close(item, Verdict::Manual, Code::BadInput, reason);
        let opaque = Opaque {
            subject: "task".to_owned(),
            title: title.to_owned(),
            reason: reason.to_owned(),
            cure,
            lines: Vec::new(),
        };
        let entry = Entry {
            resource: Resource::Opaque(opaque),
            part,
            origin: Origin::of(item),
            assumptions: Vec::new(),
            guard: Condition::True,
        };
        self.state.put(entry, self.book);
    }

    /// Leaves a task to the person: a comment in the output with what it said.
    pub(super) fn refuse(
        &mut self,
        task: &Task,
        context: &Context<'a>,
        scope: Option<&Scope<'a>>,
        refusal: &Refusal,
    ) {
        self.close_part(task.item, Verdict::Manual, refusal.code, &refusal.reason);
        if let Some(code) = refusal.diagnostic {
            match &refusal.cure {
                Some(cure) => {
                    let (reason, cure) = (refusal.reason.clone(), cure.clone());
                    self.diags.at_with_help(code, task.span, reason, cure);
                }
                None => self.diags.at(code, task.span, refusal.reason.clone()),
            }
        }
        let lines = if context.is_silent() {
            vec![Text::from(NOT_SHOWN)]
        } else {
            shown_arguments(task, scope)
        };
        if self.state.leave_more(task.item, &refusal.reason, &lines) {
            return;
        }
        let title = if task.name.is_empty() {
            task.module.clone()
        } else {
            self.title(task, scope)
        };
        let opaque = Opaque {
            subject: task.module.clone(),
            title,
            reason: refusal.reason.clone(),
            cure: refusal
                .cure
                .clone()
                .or_else(|| usual_cure(refusal.code).map(str::to_owned)),
            lines,
        };
        let part = context
            .role
            .as_ref()
            .map_or(Part::Machine, |role| Part::Role(role.title.clone()));
        let entry = Entry {
            resource: Resource::Opaque(opaque),
            part,
            origin: Origin::of(task.item),
            assumptions: Vec::new(),
            guard: Condition::True,
        };
        self.state.put(entry, self.book);
    }

    fn title(&self, task: &Task, scope: Option<&Scope<'a>>) -> String {
        let rendered = scope.and_then(|scope| scope.template(&task.name, task.span).ok());
        rendered.map_or_else(|| task.name.clone(), |value| value.to_text().to_string())
    }
}

/// Returns what to do about a task that is left for a reason with no cure of its own.
fn usual_cure(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::ValueUnknown => "Look on the machine what it is there, and state it by an option.",
        Code::ConditionUnknown => {
            "Look on the machine whether it holds, and state what hangs on it."
        }
        Code::TemplateFailed => {
            "Give what is missing with `--extra-vars` or `--facts`, or state it by hand."
        }
        Code::ValueSecret => {
            "Put it into a file below /run/secrets, and let what needs it read that file."
        }
        Code::UnknownModule => "State by options of NixOS what it would do.",
        _ => return None,
    })
}
