//! Tasks: conditions, loops, results; and how a module's findings reach the state.

use std::sync::Arc;

use indexmap::IndexMap;

use super::context::Context;
use super::loops::Round;
use super::returned::Returned;
use super::shown::{NOT_SHOWN, shown_arguments};
use super::whereabouts::Elsewhere;
use super::{Ended, Player, both};
use crate::account::{Code, Verdict};
use crate::diag;
use crate::import::ansible::arguments::takes_free_text;
use crate::import::ansible::chronicle::What;
use crate::import::ansible::modules::{self, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::playbook::Task;
use crate::import::ansible::results;
use crate::import::ansible::scope::{Binding, Layer, Scope};
use crate::import::ansible::secret::taint;
use crate::import::ansible::tags;
use crate::import::ansible::value::Value;
use crate::model::{Condition, Entry, Hole, HoleKind, Opaque, Origin, Part, Resource, Text};
use crate::syntax::yaml::Node;

impl<'a> Player<'a> {
    pub(super) fn task(&mut self, task: &'a Arc<Task>, context: &Context<'a>) {
        self.hold(task.item);
        if let Some(ended) = &self.ended {
            let (Ended::Play(reason) | Ended::Host(reason)) = ended;
            let reason = reason.clone();
            self.close_part(task.item, Verdict::Skipped, Code::ConditionFalse, &reason);
            return;
        }
        let inner = context.inside(&task.keywords);
        if !self.is_tagged(&inner) {
            self.close_part(
                task.item,
                Verdict::Skipped,
                Code::ConditionFalse,
                "its tags are not asked for",
            );
            return;
        }
        // Static imports pass it on to each of their tasks.
        let is_import = matches!(task.module.as_str(), "import_tasks" | "import_role");
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
        let scope = self.scope(context, &[]);
        let own: Vec<String> = context
            .tags
            .iter()
            .flat_map(|node| tags::read(node, &scope))
            .collect();
        tags::is_meant(&own, &self.stage.tags, &self.stage.skip_tags)
    }

    /// Runs a module, once or for each item of its loop.
    fn run_task(&mut self, task: &'a Arc<Task>, context: &Context<'a>) {
        let before = std::mem::replace(&mut self.silent, context.is_silent());
        self.run_rounds(task, context);
        self.silent = before;
    }

    fn run_rounds(&mut self, task: &'a Arc<Task>, context: &Context<'a>) {
        let rounds = match self.rounds(task, context) {
            Ok(rounds) => rounds,
            Err(refusal) => {
                self.refuse(task, context, None, &refusal);
                let returned = Returned::plain(results::unknown(task)).failed();
                self.trace(task, None, &returned);
                self.remember_unknown(task);
                return;
            }
        };
        if rounds.is_empty() {
            self.close_part(
                task.item,
                Verdict::Skipped,
                Code::ConditionFalse,
                "its loop has no items",
            );
            let returned = Returned::plain(results::skipped()).guarded(Condition::False);
            self.trace(task, None, &returned);
            self.register(task, Vec::new(), true);
            return;
        }
        let looped = task.keywords.looped.is_some();
        let mut returned = Vec::with_capacity(rounds.len());
        for round in rounds {
            let item = round.item.clone();
            let mut result = self.run_round(task, context, round);
            self.facts_for = None;
            self.trace(task, item.as_ref().filter(|_| looped), &result);
            result.value = results::with_item(result.value, item.as_ref());
            if self.silent {
                let what = format!("what {} returns", self.session.place(task.span));
                result.value = taint(self.session, &what, result.value);
            }
            returned.push(result);
            if self.ended.is_some() {
                break;
            }
        }
        self.register(task, returned, looped);
    }

    /// Runs a module once, and returns what it would have returned.
    fn run_round(&mut self, task: &'a Arc<Task>, context: &Context<'a>, round: Round) -> Returned {
        let scope = self.scope(context, &round.layers);
        let guard = match self.decide(&scope, context) {
            Ok(condition) => both(condition, round.guard),
            Err(failure) => {
                self.report(&failure, task.span);
                let refusal = Refusal::new(
                    Code::TemplateFailed,
                    format!("its condition cannot be evaluated: {}", failure.message),
                );
                self.refuse(task, context, Some(&scope), &refusal);
                return Returned::plain(results::unknown(task)).failed();
            }
        };
        if guard == Condition::False {
            self.close_part(
                task.item,
                Verdict::Skipped,
                Code::ConditionFalse,
                "its condition is false",
            );
            return Returned::plain(results::skipped()).guarded(guard);
        }
        let elsewhere = self.elsewhere(&scope, task, context);
        if let Some(Elsewhere::Host(host)) = &elsewhere
            && is_yes(context.delegate_facts)
        {
            self.facts_for = Some(host.clone());
        }
        // What runs within Ansible itself runs for this host, wherever it is delegated to.
        if let Some(reason) = elsewhere.filter(|_| !is_of_ansible(&task.module)) {
            if self.trace.is_some() {
                // They show, though nothing of this host is made of them.
                let _ = self.params(task, &scope);
            }
            match reason {
                Elsewhere::ControlNode => {
                    let is_probe = modules::is_probe(&task.module);
                    let (verdict, code) = if is_probe {
                        (Verdict::Control, Code::Probe)
                    } else {
                        (Verdict::NotNeeded, Code::NoMeaning)
                    };
                    self.close_part(
                        task.item,
                        verdict,
                        code,
                        "it runs on the machine from which Ansible is run, not on this host",
                    );
                }
                Elsewhere::Host(host) if self.stage.plays(&host) => {
                    return self.delegated(task, context, &scope, guard, &host);
                }
                Elsewhere::Host(host) => {
                    let refusal = Refusal::new(
                        Code::CannotState,
                        format!("it is done on another host, `{host}`"),
                    )
                    .cure(format!("state it in the configuration of `{host}`"));
                    self.refuse(task, context, Some(&scope), &refusal);
                }
            }
            return Returned::plain(results::unknown(task));
        }
        if is_yes(task.keywords.check_mode.as_ref()) {
            let (verdict, code) = if modules::is_probe(&task.module) {
                (Verdict::Control, Code::Probe)
            } else {
                (Verdict::NotNeeded, Code::NoMeaning)
            };
            self.close_part(
                task.item,
                verdict,
                code,
                "it only checks, and changes nothing",
            );
            return Returned::plain(results::unknown(task));
        }
        self.notify(context, &scope);
        self.run_module(task, context, &scope, guard)
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
        let mut params = match self.params(task, scope) {
            Ok(params) => params,
            Err(refusal) => {
                self.refuse(task, context, Some(scope), &refusal);
                return Returned::plain(results::unknown(task)).failed();
            }
        };
        let Some(module) = modules::find(&task.module) else {
            let message = format!("no importer for the module `{}`", task.full_name);
            self.diags
                .at(diag::Code::UnknownModule, task.span, message.clone());
            self.refuse(
                task,
                context,
                Some(scope),
                &Refusal::new(Code::UnknownModule, message),
            );
            if modules::is_probe(&task.module) || task.module == "uri" {
                return Returned::plain(results::unknown(task));
            }
            self.state.stir();
            return Returned::changed(task);
        };
        let part = context
            .role
            .as_ref()
            .map_or(Part::Machine, |role| Part::Role(role.title.clone()));
        let user = self.effective_user(scope, context);
        let environment = self.environment(scope, context);
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
            failed: false,
            rendered: None,
            is_traced: self.trace.is_some(),
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
        let rendered = run.rendered;
        self.trace_rendered(rendered);
        self.frame.failures += usize::from(failed);
        for (verdict, code, reason) in closings {
            self.close(task.item, verdict, code, &reason);
        }
        let failed = failed || matches!(&outcome, Err(it) if it.code == Code::TemplateFailed);
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
        if guard == Condition::True {
            self.ended = ended.map(|whole_host| {
                let reason = format!(
                    "`meta` ends the {} before it",
                    if whole_host { "host" } else { "play" }
                );
                if whole_host {
                    Ended::Host(reason)
                } else {
                    Ended::Play(reason)
                }
            });
        }
        if let Condition::Unknown(why) = &guard {
            return Returned::plain(results::undecided(task, why)).guarded(guard);
        }
        let under = under.into_iter().collect();
        let returned = match returns {
            Some(value) => Returned::under(value, under),
            None if results::is_command(task) => Returned::plain(results::of_command(task)),
            None if module.kind == modules::Kind::Changes => Returned::changed(task),
            None => Returned::plain(results::unknown(task)),
        };
        if failed { returned.failed() } else { returned }
    }

    /// Decides whether a task runs: what it inherits and its own `when`.
    pub(super) fn decide(
        &self,
        scope: &Scope<'a>,
        context: &Context<'a>,
    ) -> Result<Condition, crate::import::ansible::scope::Failure> {
        let mut all = context.guard.clone();
        for node in &context.when {
            all = both(all, scope.condition(node)?);
            if all == Condition::False {
                break;
            }
        }
        Ok(all)
    }

    fn params(&mut self, task: &Task, scope: &Scope<'a>) -> Result<Params, Refusal> {
        let mut values = IndexMap::new();
        let mut failed = None;
        let mut resolve = |node: &Node| match scope.resolve(node) {
            Ok(value) => Some(value),
            Err(failure) => {
                failed = Some(failure);
                None
            }
        };
        if let Some(whole) = &task.arguments.whole
            && let Some(Value::Dict(pairs)) = resolve(whole)
        {
            values.extend(
                pairs
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.clone())),
            );
        }
        for (name, node) in &task.arguments.named {
            let Some(value) = resolve(node) else { continue };
            // `set_fact` names variables by templates, too.
            let name = match scope.template(name, node.span) {
                Ok(rendered) => rendered.to_text().to_string(),
                Err(_) => name.clone(),
            };
            values.insert(name.replace('-', "_"), value);
        }
        let mut free = task.arguments.free.as_ref();
        if !takes_free_text(&task.module) {
            let text = free.take().filter(|_| task.arguments.whole.is_none());
            if text.is_some() {
                let reason = format!("`{}` takes no free text, only `name=value`", task.module);
                return Err(Refusal::diagnosed(diag::Code::BadParam, reason));
            }
        }
        let free = free.and_then(|node| resolve(node));
        self.trace_arguments(task, &values, free.as_ref());
        match failed {
            None => Ok(Params::new(&task.module, task.span, values, free)),
            Some(failure) => {
                self.report(&failure, task.span);
                Err(Refusal::new(Code::TemplateFailed, failure.message))
            }
        }
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
        let same = |entry: &Entry| {
            entry.origin.items == [task.item]
                && matches!(&entry.resource, Resource::Opaque(it) if it.reason == refusal.reason)
        };
        if self.state.entries().any(same) {
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
            cure: refusal.cure.clone(),
            lines: if context.is_silent() {
                vec![Text::from(NOT_SHOWN)]
            } else {
                shown_arguments(task, scope)
            },
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

    /// Binds what the task registers.
    fn register(&mut self, task: &Task, returned: Vec<Returned>, looped: bool) {
        let register = task.keywords.register.as_ref();
        let Some(name) = register.and_then(|it| it.text()) else {
            return;
        };
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
        self.remember(name, Binding::under(value, under));
    }

    pub(super) fn remember_unknown(&mut self, task: &Task) {
        if let Some(name) = task.keywords.register.as_ref().and_then(|it| it.text()) {
            let value = results::unknown(task);
            self.remember(name, Binding::Value(value));
        }
    }
}

/// Tells whether a module runs within Ansible and touches no machine.
fn is_of_ansible(module: &str) -> bool {
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

/// Under an open condition nobody knows whether the variable was set: its value is unknown.
fn guarded(binding: Binding, guard: &Condition, name: &str) -> Binding {
    match guard {
        Condition::Unknown(why) => {
            let what = format!("`{name}`, which is set only if {why}");
            Binding::Value(Value::Unknown(Hole {
                kind: HoleKind::Unknown,
                what,
                span: None,
            }))
        }
        Condition::True | Condition::False => binding,
    }
}

/// A level that binds one name.
pub(super) fn layer_of(name: &str, value: Value) -> Arc<Layer> {
    let mut layer = Layer::default();
    layer.vars.insert(name.to_owned(), Binding::Value(value));
    Arc::new(layer)
}
