//! Tasks: conditions, loops, results; and how a module's findings reach the state.

use std::sync::Arc;

use super::conclude::registered;
use super::condition::{false_condition, guarded, standing_on, why_false};
use super::context::Context;
use super::flow::is_true;
use super::guards::Seen;
use super::loops::Round;
use super::returned::{Ground, Returned};
use super::whereabouts::Elsewhere;
use super::{Player, both};
use crate::account::{Code, Verdict};
use crate::diag;
use crate::import::ansible::chronicle::What;
use crate::import::ansible::modules::{self, End, Look, Run};
use crate::import::ansible::params::Refusal;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::results::{self, is_command};
use crate::import::ansible::scope::{Binding, Layer, Scope};
use crate::import::ansible::secret::{taint, taint_result};
use crate::import::ansible::tags;
use crate::import::ansible::value::Value;
use crate::model::{Condition, Part};
use crate::syntax::yaml::Node;

/// Why a task with `check_mode` makes nothing.
const ONLY_CHECKS: &str = "it only checks, and changes nothing";

impl<'a> Player<'a> {
    pub(super) fn task(&mut self, task: &'a Arc<Task>, context: &Context<'a>) {
        self.hold(task.item);
        if let Some(why) = self.halt.why().map(str::to_owned) {
            self.close_part(task.item, Verdict::Skipped, Code::ConditionFalse, &why);
            return;
        }
        let inner = context.inside(&task.keywords);
        // Static imports pass tags and the like on to each of their tasks.
        let is_import = matches!(task.module.as_str(), "import_tasks" | "import_role");
        if !is_import && !self.is_in_handlers() && !self.is_tagged(&inner) {
            self.close_part(
                task.item,
                Verdict::Skipped,
                Code::ConditionFalse,
                "its tags are not asked for",
            );
            return;
        }
        if !is_import && let Some(first) = self.runs_once_on(task, &inner) {
            self.take_over(task, &first);
            return;
        }
        match task.module.as_str() {
            "include_tasks" | "import_tasks" | "include" => {
                self.include_tasks(task, context, &inner)
            }
            "include_role" | "import_role" => self.include_role(task, context, &inner),
            _ => self.run_task(task, &inner),
        }
    }

    fn is_tagged(&self, context: &Context<'a>) -> bool {
        tags::is_meant(
            &self.tags_of(context),
            &self.stage.tags,
            &self.stage.skip_tags,
        )
    }

    /// Tells whether what Ansible itself does in a place is meant: it has the tag `always`.
    pub(super) fn is_always_meant(&self, context: &Context<'a>) -> bool {
        let mut own = self.tags_of(context);
        own.push("always".to_owned());
        tags::is_meant(&own, &self.stage.tags, &self.stage.skip_tags)
    }

    fn tags_of(&self, context: &Context<'a>) -> Vec<String> {
        if context.tags.is_empty() {
            return Vec::new();
        }
        let scope = self.scope(context, &[]);
        context
            .tags
            .iter()
            .flat_map(|node| tags::read(node, &scope))
            .collect()
    }

    /// Runs a module, once or for each item of its loop.
    fn run_task(&mut self, task: &'a Arc<Task>, context: &Context<'a>) {
        let silent = context.is_silent() && !self.shows(context);
        let before = std::mem::replace(&mut self.silent, silent);
        self.run_rounds(task, context);
        self.silent = before;
    }

    /// Tells whether a template that decides `no_log` certainly says no.
    fn shows(&self, context: &Context<'a>) -> bool {
        let scope = self.scope(context, &[]);
        let said = context.no_log.and_then(|it| scope.resolve(it).ok());
        matches!(said, Some(Value::Bool(false)))
    }

    fn run_rounds(&mut self, task: &'a Arc<Task>, context: &Context<'a>) {
        let rounds = match self.rounds(task, context) {
            Ok(rounds) => rounds,
            Err(none) => {
                self.fail_loop(task, context, &none);
                return;
            }
        };
        if rounds.is_empty() {
            self.close_part(
                task.item,
                Verdict::Skipped,
                Code::ConditionFalse,
                &self.why_empty(task, context),
            );
            self.register(task, Vec::new(), true);
            return;
        }
        let looped = task.keywords.looped.is_some();
        let mut returned = Vec::with_capacity(rounds.len());
        for round in rounds {
            let item = round.item.clone();
            let layers = round.layers.clone();
            let mut result = self.run_round(task, context, round);
            self.facts_for = None;
            self.trace(task, item.as_ref().filter(|_| looped), &result);
            result.value = results::of_round(result.value, &layers);
            if self.silent {
                let what = format!("what {} returns", self.session.place(task.span));
                let items = layers.iter().flat_map(|it| it.vars.keys());
                let value = result.value;
                result.value = taint_result(self.session, &what, &task.module, items, value);
            }
            // The next round sees what this one registered.
            if looped && let Some(name) = registered(task) {
                let binding = Binding::under(result.value.clone(), result.under.clone());
                self.remember(name, binding);
            }
            returned.push(result);
            if self.halt.why().is_some() || (looped && self.breaks_off(task, context, &layers)) {
                break;
            }
        }
        self.conclude(task, returned, looped);
    }

    /// Says that a loop has no items, and on what that stands but the facts.
    fn why_empty(&self, task: &'a Task, context: &Context<'a>) -> String {
        let scope = self.scope(context, &[]);
        let list = task.keywords.looped.as_ref().map(|it| &it.list);
        let assumed = match list.and_then(|it| scope.resolve(it).ok()) {
            Some(_) => scope.assumptions(),
            None => Vec::new(),
        };
        standing_on("its loop has no items", &assumed)
    }

    /// Decides whether a task runs. A condition that fails is a failure of the task.
    pub(super) fn decided(
        &mut self,
        task: &Task,
        scope: &Scope<'a>,
        context: &Context<'a>,
    ) -> Result<Condition, Box<Returned>> {
        let is_ours = !is_of_ansible(&task.module) && !self.is_provided_for(scope, context);
        let failure = match self.decide(scope, context) {
            Ok(condition @ Condition::Unknown(_)) if is_ours => {
                let switched = self.decide_switched(scope, context, Ok(condition.clone()));
                return Ok(switched.unwrap_or(condition));
            }
            Ok(condition) => return Ok(condition),
            Err(failure) => failure,
        };
        if failure.code == diag::Code::ConditionType && !self.is_provided_for(scope, context) {
            // Ansible stops here since 2.19; who wrote the condition meant Python's truth, as it was before.
            self.report(&failure, task.span);
            let returned = Returned::plain(Value::None).failed(Ground::Lacking);
            self.trace(task, None, &returned);
            self.fall(task, Ground::Lacking, &returned.value);
            let mut all = context.guard.clone();
            for node in &context.when {
                all = both(
                    all,
                    scope.condition_by_truth(node).unwrap_or(Condition::False),
                );
            }
            return Ok(all);
        }
        if let Some(span) = failure
            .span
            .filter(|_| failure.code == diag::Code::JinjaFailed)
            && !scope.is_lacking()
            && task.keywords.when.as_ref().is_none_or(|it| it.span != span)
            && context.when.iter().any(|it| it.span == span)
            && !self.failed_conditions.insert(span)
        {
            // Whatever is given elsewhere, Ansible stops at the first task under it.
            let place = self.session.place(span);
            let reason = format!(
                "a condition around it fails at the first task under it ({place}): {}",
                failure.message
            );
            self.close_part(task.item, Verdict::Skipped, Code::ConditionFalse, &reason);
            let returned = Returned::plain(results::skipped(None)).guarded(Condition::False);
            return Err(Box::new(returned));
        }
        if is_ours
            && let Some(condition) = self.decide_switched(scope, context, Err(failure.clone()))
        {
            return Ok(condition);
        }
        let reason = format!("its condition cannot be evaluated: {}", failure.message);
        Err(Box::new(self.fails(task, context, scope, &failure, reason)))
    }

    /// Runs a module once, and returns what it would have returned.
    fn run_round(&mut self, task: &'a Arc<Task>, context: &Context<'a>, round: Round) -> Returned {
        let scope = self.scope(context, &round.layers);
        let guard = match self.decided(task, &scope, context) {
            Ok(condition) => both(condition, round.guard),
            Err(returned) => return *returned,
        };
        if guard == Condition::False {
            self.remember_look(task, &guard, None);
            self.close_part(
                task.item,
                Verdict::Skipped,
                Code::ConditionFalse,
                &why_false(&scope),
            );
            let condition = false_condition(&scope, context);
            return Returned::plain(results::skipped(condition)).guarded(guard);
        }
        let notifies = self.notifies(context, &scope);
        let mut returned = self.run_decided(task, context, &scope, guard);
        if let Some(failure) = self.bad_label(task, &scope) {
            self.report(&failure, task.span);
            returned.failed = Some(self.ground(&scope).min(Ground::Lacking));
        }
        returned.is_ignored = returned.failed.is_some() && self.is_ignored(&scope, context);
        returned.notifies = notifies;
        returned
    }

    /// Runs a module whose condition holds, or may hold.
    fn run_decided(
        &mut self,
        task: &'a Arc<Task>,
        context: &Context<'a>,
        scope: &Scope<'a>,
        guard: Condition,
    ) -> Returned {
        let keywords = [
            context.delegate_to,
            context.become_user,
            context.remote_user,
        ];
        let keywords = keywords.into_iter().flatten();
        for node in keywords.chain(context.environment.iter().copied()) {
            if let Err(failure) = scope.resolve(node)
                && failure.code == diag::Code::JinjaUndefined
            {
                let reason = failure.message.clone();
                return self.fails(task, context, scope, &failure, reason);
            }
        }
        let target = context.delegate_to.and_then(|it| scope.resolve(it).ok());
        if let Some(hole) = target.as_ref().and_then(Value::hole)
            && !is_of_ansible(&task.module)
        {
            return self.not_run(task, context, scope, Err(Refusal::hole(hole)));
        }
        let elsewhere = self.elsewhere(scope, task, context);
        if let Some(Elsewhere::Host(host)) = &elsewhere
            && is_yes(context.delegate_facts)
        {
            self.facts_for = Some(host.clone());
        }
        // What runs within Ansible itself runs for this host, wherever it is delegated to.
        let reaches =
            |it: &Elsewhere| matches!(it, Elsewhere::ControlNode) && self.reaches_host(task, scope);
        let elsewhere = elsewhere.filter(|it| !is_of_ansible(&task.module) && !reaches(it));
        let reason = match elsewhere {
            Some(Elsewhere::ControlNode) => {
                "it runs on the machine from which Ansible is run, not on this host"
            }
            Some(Elsewhere::Host(host)) if self.stage.reaches(&host) => {
                return self.delegated(task, context, scope, guard, &host);
            }
            Some(Elsewhere::Host(host)) => {
                let refusal = Refusal::new(
                    Code::CannotState,
                    format!("it is done on another host, `{host}`"),
                )
                .cure(format!("state it in the configuration of `{host}`"));
                return self.not_run(task, context, scope, Err(refusal));
            }
            None if context.check_mode.is_some_and(|it| is_true(scope, it))
                && !is_of_ansible(&task.module) =>
            {
                ONLY_CHECKS
            }
            None => return self.run_module(task, context, scope, guard),
        };
        let returned = self.not_run(task, context, scope, Ok(reason));
        let only_checks = reason == ONLY_CHECKS && !modules::is_probe(&task.full_name);
        if only_checks && !is_command(task) && returned.failed.is_none() {
            // It says what it would do: on a new machine, something.
            let made = Returned::changed(task);
            return self.judge(task, scope, made);
        }
        returned
    }

    /// Closes a task of which nothing reaches the host.
    fn not_run(
        &mut self,
        task: &Task,
        context: &Context<'a>,
        scope: &Scope<'a>,
        why: Result<&str, Refusal>,
    ) -> Returned {
        let given = self.params(task, context, scope);
        match why {
            Err(refusal) => self.refuse(task, context, Some(scope), &refusal),
            Ok(reason) => {
                let (verdict, code) = if modules::is_probe(&task.full_name) {
                    (results::verdict_of_probe(task), Code::Probe)
                } else {
                    (Verdict::NotNeeded, Code::NoMeaning)
                };
                self.close_part(task.item, verdict, code, reason);
            }
        }
        // Nothing of it is missing where it is not done.
        if given.is_err() {
            return self.failed(task, context, scope);
        }
        let returned = Returned::plain(results::unknown(task));
        self.judge(task, scope, returned)
    }

    /// Returns what a task comes to of which a template cannot be rendered.
    pub(super) fn failed(&self, task: &Task, context: &Context<'a>, scope: &Scope<'a>) -> Returned {
        let certain = vec![
            ("changed", Value::Bool(false)),
            ("failed", Value::Bool(true)),
        ];
        // That a template cannot be rendered here does not say that nobody can.
        let ground = self.ground(scope).min(Ground::Lacking);
        let value = Value::open(certain, results::unknown(task));
        let mut returned = Returned::plain(value).failed(ground);
        returned.is_ignored = self.is_ignored(scope, context);
        returned
    }

    /// Runs a module for a host that others delegate to: what it makes is that host's.
    fn delegated(
        &mut self,
        task: &'a Arc<Task>,
        context: &Context<'a>,
        scope: &Scope<'a>,
        guard: Condition,
        host: &str,
    ) -> Returned {
        let theirs = self.delegated.shift_remove(host).unwrap_or_default();
        let ours = std::mem::replace(&mut self.state, theirs);
        let returned = self.run_module(task, context, scope, guard);
        let theirs = std::mem::replace(&mut self.state, ours);
        self.delegated.insert(host.to_owned(), theirs);
        returned
    }

    fn run_module(
        &mut self,
        task: &'a Arc<Task>,
        context: &Context<'a>,
        scope: &Scope<'a>,
        guard: Condition,
    ) -> Returned {
        let mut params = match self.params(task, context, scope) {
            Ok(params) => params,
            Err(failure) => {
                let reason = failure.message.clone();
                return self.fails(task, context, scope, &failure, reason);
            }
        };
        let Some(module) = modules::find(&task.full_name) else {
            let message = format!("no importer for the module `{}`", task.full_name);
            self.diags
                .at(diag::Code::UnknownModule, task.span, message.clone());
            self.refuse(
                task,
                context,
                Some(scope),
                &Refusal::new(Code::UnknownModule, message),
            );
            if modules::is_probe(&task.full_name) || task.module == "uri" {
                return Returned::plain(results::unknown(task));
            }
            self.state.stir();
            return Returned::changed(task);
        };
        let part = context
            .role
            .as_ref()
            .map_or(Part::Machine, |role| Part::Role(role.title.clone()));
        let is_provided_for = self.is_provided_for(scope, context);
        let user = self.effective_user(scope, context);
        let environment = self.environment(scope, context);
        let check = match environment.is_empty() {
            true => self.check(task, context, scope, &guard, user.as_deref()),
            false => None,
        };
        let mut run = Run {
            task,
            scope,
            library: self.stage.library,
            state: &mut self.state,
            diags: &mut self.diags,
            family: self.profile.family(),
            part,
            guard: guard.clone(),
            assumptions: Vec::new(),
            user,
            environment,
            book: self.book,
            closings: Vec::new(),
            stated: 0,
            is_settled: false,
            acts: false,
            returns: None,
            returns_under: None,
            facts: Vec::new(),
            included: Vec::new(),
            cacheable: false,
            locked: None,
            flush: false,
            ended: None,
            is_provided_for,
            failed: false,
            rendered: None,
            is_traced: self.trace.is_some(),
            check,
            look: None,
        };
        let changes = run.state.begin(results::said(task));
        let outcome = (module.run)(&mut params, &mut run);
        run.conclude(changes, &outcome);
        let left = params.left();
        if outcome.is_ok() && !left.is_empty() {
            run.not_understood(&left);
        }
        let is_silent = run.closings.is_empty() && run.stated == 0;
        let assumed = run.assumed();
        let (closings, returns, under) = (run.closings, run.returns, run.returns_under);
        let (facts, included) = (run.facts, run.included);
        let cacheable = run.cacheable && guard == Condition::True;
        let (ended, failed) = (run.ended, run.failed);
        let (locked, flush) = (run.locked, run.flush);
        let look = run.look;
        let rendered = run.rendered;
        self.trace_rendered(rendered);
        self.remember_look(task, &guard, look);
        for (verdict, code, reason) in closings {
            self.close(task.item, verdict, code, &reason);
        }
        // A module that could not be run by us may well run: only what it says itself is a failure of the task.
        let ground = match &outcome {
            Err(it) => (failed || it.code == Code::TemplateFailed).then_some(Ground::Lacking),
            Ok(()) => failed.then_some(Ground::Certain),
        };
        match outcome {
            Err(refusal) => self.refuse(task, context, Some(scope), &refusal),
            Ok(()) if is_silent => {
                self.close(
                    task.item,
                    Verdict::NotNeeded,
                    Code::AlreadySo,
                    "it asks for nothing that a new machine does not have",
                );
            }
            Ok(()) => {}
        }
        if cacheable {
            self.keep_facts(&facts);
        }
        for (name, binding) in facts {
            let binding = match binding {
                Binding::Value(value) => Binding::under(value, assumed.clone()),
                other => other,
            };
            let mut binding = guarded(binding, &guard, &name);
            if self.silent
                && let Binding::Value(value) | Binding::Assumed(value, _) = &mut binding
            {
                let what = format!("{} {name}", self.session.place(task.span));
                *value = taint(self.session, &what, std::mem::replace(value, Value::None));
            }
            match self.facts_for.clone() {
                Some(host) => self.session.happens(What::Given {
                    host,
                    name,
                    binding,
                }),
                None => self.remember(&name, binding),
            }
        }
        for (name, binding) in included {
            self.include_variable(&name, guarded(binding, &guard, &name));
        }
        if let Some(hole) = locked {
            Arc::make_mut(&mut self.included).unknown_names = Some(hole);
        }
        if flush {
            self.flush_handlers();
        }
        if guard == Condition::True
            && let Some(what) = ended
        {
            if what == End::Role && context.role.is_none() {
                let message = "`end_role` stands outside of a role";
                self.diags.at(diag::Code::AnsibleShape, task.span, message);
            }
            self.halt.end(what);
        }
        if let Condition::Unknown(why) = &guard {
            return Returned::plain(results::undecided(task, why)).guarded(guard);
        }
        let under = under.into_iter().collect();
        let mut returned = match returns {
            Some(value) => Returned::under(value, under),
            None if results::is_command(task) => Returned::plain(results::of_command(task)),
            None if module.kind == modules::Kind::Changes => Returned::changed(task),
            None => Returned::plain(results::unknown(task)),
        };
        returned.failed = ground.map(|it| it.min(self.ground(scope)));
        self.judge(task, scope, returned)
    }

    /// Keeps what a task looked at, by the name under which it registers it.
    fn remember_look(&mut self, task: &Task, guard: &Condition, look: Option<Look>) {
        let Some(name) = registered(task) else {
            return;
        };
        self.looks.remove(name);
        if let Some(look) = look.filter(|_| *guard == Condition::True) {
            let is_judged = task.keywords.failed_when.is_some();
            self.looks.insert(name.to_owned(), Seen { look, is_judged });
        }
    }
}

/// Tells whether a module runs within Ansible and touches no machine.
pub(super) fn is_of_ansible(module: &str) -> bool {
    matches!(
        module,
        "add_host"
            | "assert"
            | "debug"
            | "fail"
            | "group_by"
            | "include_vars"
            | "meta"
            | "set_fact"
    )
}

pub(super) fn is_yes(node: Option<&Arc<Node>>) -> bool {
    node.and_then(|it| it.text())
        .is_some_and(|text| matches!(text, "yes" | "true" | "True" | "on"))
}

/// A level that binds one name.
pub(super) fn layer_of(name: &str, value: Value) -> Arc<Layer> {
    let mut layer = Layer::default();
    layer.vars.insert(name.to_owned(), Binding::Value(value));
    Arc::new(layer)
}
