//! What follows from how a task went: what it registers, whom it notifies, what a failure of it ends.

use super::context::Context;
use super::loops::NoRounds;
use super::returned::{Ground, Returned};
use super::whereabouts::Elsewhere;
use super::{Player, judge};
use crate::account::{Code, Verdict};
use crate::diag;
use crate::import::ansible::left_open::is_identifier;
use crate::import::ansible::modules;
use crate::import::ansible::modules::waits::waits;
use crate::import::ansible::params::{Refusal, TO_GIVE};
use crate::import::ansible::playbook::Task;
use crate::import::ansible::results;
use crate::import::ansible::scope::{Binding, Failure, Scope, undefined_name};
use crate::import::ansible::value::Value;
use crate::model::Condition;

impl<'a> Player<'a> {
    /// Registers what a task came to, and draws what follows from it: a failure, or handlers that are notified.
    pub(super) fn conclude(&mut self, task: &Task, mut returned: Vec<Returned>, looped: bool) {
        let ran = returned.iter().any(|it| it.guard != Condition::False);
        if let Some(last) = self.frame.ran.last_mut() {
            *last |= ran;
        }
        let failed = returned.iter().filter(|it| !it.is_ignored);
        let ground = failed.filter_map(|it| it.failed).max();
        let is_failed = returned.iter().filter_map(|it| it.failed).max();
        let is_same = |it: &Returned| judge::is_changed(task, &it.value) == Some(false);
        let is_unchanged = returned
            .iter()
            .all(|it| it.guard == Condition::False || (is_same(it) && it.failed.is_none()));
        let is_ignored = returned.iter().any(|it| it.is_ignored);
        let notified: Vec<_> = returned
            .iter_mut()
            .flat_map(|it| std::mem::take(&mut it.notifies))
            .collect();
        let result = self.register(task, returned, looped);
        if let Some(ground) = ground {
            self.fall(task, ground, &result);
        }
        // Where a failure is not certain, the translation goes on as if there were none.
        let succeeds = is_failed < Some(Ground::Certain) && !is_ignored;
        if succeeds && !is_unchanged && self.halt.why().is_none() {
            self.notify(notified);
        }
    }

    /// Fails a task whose loop goes over nothing that is a list.
    pub(super) fn fail_loop(&mut self, task: &Task, context: &Context<'a>, none: &NoRounds<'a>) {
        let NoRounds { failure, scope } = none;
        let reason = format!("its loop cannot be evaluated: {}", failure.message);
        let returned = self.fails(task, context, scope, failure, reason);
        self.trace(task, None, &returned);
        self.conclude(task, vec![returned], false);
    }

    /// Fails a task with a template that cannot be rendered.
    pub(super) fn fails(
        &mut self,
        task: &Task,
        context: &Context<'a>,
        scope: &Scope<'a>,
        failure: &Failure,
        reason: String,
    ) -> Returned {
        let is_foreseen =
            self.ground(scope) == Ground::Certain && self.is_provided_for(scope, context);
        let steers = modules::is_probe(&task.full_name);
        let is_away = matches!(
            self.elsewhere(scope, task, context),
            Some(Elsewhere::ControlNode)
        );
        if !is_foreseen && !is_away {
            self.report(failure, task.span);
        }
        if is_foreseen {
            let reason = format!("it fails, which the play provides for: {reason}");
            let verdict = results::verdict_of_probe(task);
            self.close_part(task.item, verdict, Code::Evaluated, &reason);
        } else if let Some(why) = waits(&task.module) {
            self.close_part(task.item, Verdict::NotNeeded, Code::NoMeaning, why);
        } else if steers {
            // What it would have set or registered is not known to whoever asks for it; of the machine it says nothing.
            self.close_part(task.item, Verdict::Control, Code::TemplateFailed, &reason);
            self.set_unknown(task, scope);
        } else if modules::is_elsewhere(&task.full_name) {
            let reason = format!("what it does is no part of this machine; {reason}");
            self.close_part(task.item, Verdict::NotNeeded, Code::TemplateFailed, &reason);
            self.set_unknown(task, scope);
        } else if is_away {
            let reason = "it runs on the machine from which Ansible is run, not on this host";
            self.close_part(task.item, Verdict::NotNeeded, Code::NoMeaning, reason);
        } else {
            let mut refusal = Refusal::new(Code::TemplateFailed, reason);
            let name = undefined_name(&failure.message);
            if failure.code == diag::Code::JinjaUndefined && is_identifier(name) {
                refusal = refusal.cure(TO_GIVE);
            }
            self.refuse(task, context, Some(scope), &refusal);
        }
        self.failed(task, context, scope)
    }

    /// Makes unknown what `set_fact` would have set.
    fn set_unknown(&mut self, task: &Task, scope: &Scope<'a>) {
        if task.module != "set_fact" {
            return;
        }
        for (name, node) in &task.arguments.named {
            let rendered = scope.template(name, node.span).map(|it| it.to_text());
            let name = rendered.map_or_else(|_| name.clone(), |it| it.to_string());
            if scope.bound(&name).is_none() {
                let what = format!("`{name}`, which is made of what has no value");
                let value = Value::unknown(what, Some(node.span));
                self.remember(&name, Binding::Value(value));
            }
        }
    }

    /// Binds what the task registers, and returns it.
    pub(super) fn register(&mut self, task: &Task, returned: Vec<Returned>, looped: bool) -> Value {
        let mut under: Vec<String> = Vec::new();
        for clause in returned.iter().flat_map(|it| &it.under) {
            if !under.contains(clause) {
                under.push(clause.clone());
            }
        }
        let mut values: Vec<Value> = returned.into_iter().map(|it| it.value).collect();
        let value = match values.pop() {
            Some(one) if !looped => one,
            last => {
                values.extend(last);
                results::of_loop(task, &values)
            }
        };
        if let Some(name) = registered(task) {
            self.remember(name, Binding::under(value.clone(), under));
            if looped {
                self.looks.remove(name);
            }
        }
        value
    }

    pub(super) fn remember_unknown(&mut self, task: &Task) {
        if let Some(name) = registered(task) {
            let value = results::unknown(task);
            self.remember(name, Binding::Value(value));
        }
    }
}

/// Returns the name under which a task keeps its result.
pub(super) fn registered(task: &Task) -> Option<&str> {
    task.keywords.register.as_ref()?.text()
}
