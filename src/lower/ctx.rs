//! `Ctx`: what lowering one machine reads and writes.

use std::collections::BTreeSet;

use crate::account::{Account, Closing, Code, ItemId, Verdict};
use crate::diag::{self, Diagnostics};
use crate::model::{Entry, Machine, Part, Resource};
use crate::nix::{Expr, print};
use crate::plan::{Definition, Home, OptionPath, Origin, Plan, Remark, Secret, Setting};
use crate::rules::{Join, Rules};

use super::about;
use super::application;
use super::brought::Brought;
use super::carried;
use super::cron::Cron;
use super::demanded;
use super::interpreter;
use super::statement::{Kind, Left, Lowered, Merged, Statement};
use super::{Means, insecure, unfree};

/// What lowering one machine reads and writes.
pub(super) struct Ctx<'a> {
    pub(super) machine: &'a Machine,
    pub(super) rules: &'a Rules,
    /// What the modules bring that the plan will switch on.
    pub(super) brought: Brought,
    pub(super) cron: Cron,
    pub(super) plan: Plan,
    account: &'a mut Account,
    diags: &'a mut Diagnostics,
    /// Options that are on, and what they state besides.
    merged: Vec<(OptionPath, Definition)>,
    /// What the comments of the definitions say besides: why a step is kept.
    pub(super) besides: Option<String>,
    /// The plan is a draft, which decides nothing.
    rehearses: bool,
}

impl<'a> Ctx<'a> {
    pub(super) fn new(
        machine: &'a Machine,
        means: Means<'a>,
        account: &'a mut Account,
        diags: &'a mut Diagnostics,
    ) -> Ctx<'a> {
        let plan = Plan::new(&machine.name, &machine.described);
        Ctx {
            machine,
            rules: means.rules,
            brought: Brought::default(),
            cron: means.cron,
            plan,
            account,
            diags,
            merged: Vec::new(),
            besides: None,
            rehearses: false,
        }
    }

    /// Lowers into a draft; returns what it would state, as lines for a comment.
    pub(super) fn rehearse(&mut self, lower: impl FnOnce(&mut Ctx<'a>)) -> Vec<String> {
        let draft = self.draft(lower);
        let mut lines = Vec::new();
        for (path, setting) in draft.settings() {
            let expr = match setting {
                Setting::One(one) => one.expr.clone(),
                Setting::Elements(list) => {
                    Expr::List(list.iter().map(|it| it.expr.clone()).collect())
                }
            };
            let text = print(&expr, &|asset| format!("./{}", asset.name));
            let text = format!("{path} = {};", text.as_str());
            lines.extend(text.lines().map(str::to_owned));
        }
        for remark in draft.remarks {
            lines.push(sentence(&remark.reason));
            lines.extend(remark.lines);
        }
        lines
    }

    /// Lowers into a draft, and decides nothing.
    pub(super) fn draft(&mut self, lower: impl FnOnce(&mut Ctx<'a>)) -> Plan {
        let draft = Plan::new(&self.machine.name, "");
        let plan = std::mem::replace(&mut self.plan, draft);
        let rehearsed = std::mem::replace(&mut self.rehearses, true);
        lower(self);
        self.rehearses = rehearsed;
        std::mem::replace(&mut self.plan, plan)
    }

    pub(super) fn finish(mut self) -> Plan {
        for (option, definition) in std::mem::take(&mut self.merged) {
            // The option is on, which a draft has shown: nothing clashes.
            let _ = self.plan.set(option, definition);
        }
        demanded::name(&mut self.plan);
        interpreter::join(&mut self.plan);
        unfree::allow(&mut self.plan);
        insecure::permit(&mut self.plan);
        carried::chores(&mut self.plan, &self.brought, self.machine);
        self.plan
    }

    /// Puts into the plan and the account what an entry comes to.
    pub(super) fn conclude(&mut self, entry: &Entry, lowered: Lowered) {
        match lowered {
            Lowered::Stated(statement) => match self.taken(&statement) {
                Some(left) => self.leave(entry, &left),
                None => self.state(entry, statement),
            },
            Lowered::NotNeeded(code, reason) => {
                self.close(entry, Verdict::NotNeeded, code, &reason);
            }
            Lowered::Merged(merged) => self.merge(entry, merged),
            Lowered::Manual(left) => self.leave(entry, &left),
        }
    }

    /// Makes an entry one of those that an option states, which the plan may have only later.
    pub(super) fn merge(&mut self, entry: &Entry, merged: Merged) {
        let mut entry = entry.clone();
        entry.assumptions.extend(merged.assumptions);
        self.stated(&entry, Code::Stated, &merged.reason, None);
        if !self.rehearses {
            let definition = self.definition(&entry, Expr::Bool(true));
            self.merged.push((merged.option, definition));
        }
    }

    /// Finds a file of a secret of which another one has the name.
    fn taken(&self, statement: &Statement) -> Option<Left> {
        let is_other = |it: &&Secret| {
            let known = self.plan.secrets.iter().find(|known| known.path == it.path);
            known.is_some_and(|known| {
                (known.is_whole() || it.is_whole()) && known.content != it.content
            })
        };
        let taken = statement.secrets.iter().find(is_other)?;
        let reason = format!("another secret has the name of its own: `{}`", taken.path);
        Some(Left::new(Code::ValueSecret, reason).cure("Give it a file of another name."))
    }

    fn state(&mut self, entry: &Entry, mut statement: Statement) {
        let runtime = statement.runtime.clone();
        let left = std::mem::take(&mut statement.left);
        let entry = self.define(entry, statement);
        match &runtime {
            Some(reason) => self.close(&entry, Verdict::Runtime, Code::CommandKept, reason),
            None => self.stated(&entry, Code::Stated, "the output states this", None),
        }
        for left in &left {
            self.leave(&entry, left);
        }
    }

    /// Puts into the plan what a statement says, and decides nothing; returns the entry with all that it assumes.
    pub(super) fn define(&mut self, entry: &Entry, statement: Statement) -> Entry {
        let mut entry = entry.clone();
        for clause in &statement.assumptions {
            if !entry.assumptions.contains(clause) {
                entry.assumptions.push(clause.clone());
            }
        }
        let besides = statement
            .runtime
            .as_ref()
            .map(|why| format!("runtime: {why}"));
        self.besides = besides.or_else(|| statement.besides.clone());
        let owned: Vec<String> = statement
            .definitions
            .iter()
            .flat_map(|it| it.clauses.iter().cloned())
            .collect();
        for wanted in statement.definitions {
            // Each definition rests on what is assumed of all, and of itself.
            let mut own = entry.clone();
            own.assumptions
                .retain(|it| wanted.clauses.contains(it) || !owned.contains(it));
            match wanted.kind {
                Kind::Set => self.set(&own, wanted.path, wanted.expr),
                Kind::Add => self.add(&own, wanted.path, wanted.expr),
                Kind::Shared => self.share(&own, wanted.path, wanted.expr),
            }
        }
        self.besides = None;
        for mut secret in statement.secrets {
            secret.origin = origin(&entry);
            self.plan.add_secret(secret);
        }
        for chore in statement.chores {
            if !self.plan.chores.contains(&chore) {
                self.plan.chores.push(chore);
            }
        }
        entry
    }

    /// Says something about the place of an entry.
    pub(super) fn say(&mut self, entry: &Entry, code: diag::Code, message: String) {
        if self.rehearses {
            return;
        }
        match entry.origin.items.first() {
            Some(item) => {
                let span = self.account.get(*item).span;
                self.diags.at(code, span, message);
            }
            None => {
                let help = "a comment in the output says what to do";
                self.diags.general(code, message, help);
            }
        }
    }

    pub(super) fn leave(&mut self, entry: &Entry, left: &Left) {
        let cure = left.cure.as_deref();
        self.manual_about(entry, left.about.clone(), left.code, &left.reason, cure);
    }

    /// Sets a line that many entries need: where the plan has it, it stays the first one's.
    fn share(&mut self, entry: &Entry, path: OptionPath, expr: Expr) {
        let home = home(&entry.part);
        // The module of each service says what it needs.
        let is_said = |it: &Definition| {
            it.expr == expr && (it.home == home || !matches!(home, Home::Service(_)))
        };
        let there = self
            .plan
            .get(&path)
            .is_some_and(|setting| setting.definitions().iter().any(is_said));
        if !there {
            self.set(entry, path, expr);
        }
    }

    /// Gives an option its value. Where it has another one, the first stands and the entry's items are `manual`.
    pub(super) fn set(&mut self, entry: &Entry, path: OptionPath, expr: Expr) {
        let definition = self.definition(entry, expr);
        if let Err(clash) = self.plan.set(path.clone(), definition) {
            self.clash(entry, &path, &clash.first);
        }
    }

    /// Notes what a definition of the plan rests on besides, and says it beside the definition.
    pub(super) fn assume_of(&mut self, of: &Definition, path: &OptionPath, clause: &str) {
        let origin = Origin {
            remarks: vec![format!("assumed: {clause}")],
            ..Origin::default()
        };
        let same = Definition {
            origin,
            ..of.clone()
        };
        // The option has this very value, which takes the remark and cannot clash.
        let _ = match self.plan.get(path) {
            Some(Setting::Elements(_)) => self.plan.add(path.clone(), same),
            Some(Setting::One(_)) | None => self.plan.set(path.clone(), same),
        };
        self.assumed(of, clause);
    }

    /// Makes the items of a definition `assumed`.
    pub(super) fn assumed(&mut self, of: &Definition, clause: &str) {
        if self.rehearses {
            return;
        }
        for item in &of.origin.items {
            let closing = Closing {
                host: self.machine.name.clone(),
                verdict: Verdict::Assumed,
                code: Code::Stated,
                reason: clause.to_owned(),
            };
            self.account.close(*item, closing);
        }
    }

    /// Leaves to the person to switch a module on of which the plan has options.
    pub(super) fn leave_switch(
        &mut self,
        switch: &OptionPath,
        of: &[(OptionPath, Definition)],
        why: &str,
    ) {
        let Some((_, first)) = of.first().filter(|_| !self.rehearses) else {
            return;
        };
        let reason = format!("nothing switches it on, and {why}");
        let items: BTreeSet<ItemId> = of
            .iter()
            .flat_map(|(_, it)| it.origin.items.iter().copied())
            .collect();
        for item in items {
            let closing = Closing {
                host: self.machine.name.clone(),
                verdict: Verdict::Manual,
                code: Code::OptionRequired,
                reason: reason.clone(),
            };
            self.account.close(item, closing);
        }
        self.plan.remarks.push(Remark {
            home: first.home.clone(),
            about: Some(switch.clone()),
            origin: Origin {
                remarks: Vec::new(),
                ..first.origin.clone()
            },
            title: self.called(&first.origin.items),
            reason,
            lines: vec![
                "Where it is to run, give it a value, then state this as well.".to_owned(),
                format!("{switch} = true;"),
            ],
        });
    }

    /// States what nothing asked for and something of the plan needs; what the plan says already stands.
    pub(super) fn state_besides(&mut self, path: OptionPath, definition: Definition, join: Join) {
        let _ = match join {
            Join::Element => self.plan.add(path, definition),
            Join::Only | Join::Text => self.plan.set(path, definition),
        };
    }

    /// Tells whether the plan is a draft.
    pub(super) fn is_draft(&self) -> bool {
        self.rehearses
    }

    /// Adds an element to a list that joins.
    pub(super) fn add(&mut self, entry: &Entry, path: OptionPath, expr: Expr) {
        let definition = self.definition(entry, expr);
        if let Err(clash) = self.plan.add(path.clone(), definition) {
            self.clash(entry, &path, &clash.first);
        }
    }

    fn clash(&mut self, entry: &Entry, path: &OptionPath, first: &Definition) {
        let message = format!(
            "`{path}` already has another value on {}; the first one stands",
            self.machine.name
        );
        if let Some(item) = entry.origin.items.first()
            && !self.rehearses
        {
            let span = self.account.get(*item).span;
            self.diags
                .at(diag::Code::OptionClash, span, message.clone());
        }
        let _ = first;
        self.manual_about(entry, Some(path.clone()), Code::OptionClash, &message, None);
    }

    /// Closes the items of an entry for this host.
    pub(super) fn close(&mut self, entry: &Entry, verdict: Verdict, code: Code, reason: &str) {
        if self.rehearses {
            return;
        }
        for item in &entry.origin.items {
            let host = self.machine.name.clone();
            let closing = Closing {
                host,
                verdict,
                code,
                reason: reason.to_owned(),
            };
            self.account.close(*item, closing);
        }
    }

    /// Closes items in the place of who closed them for a reason that does not hold for the plan.
    pub(super) fn answer(
        &mut self,
        entry: &Entry,
        said: &str,
        verdict: Verdict,
        code: Code,
        reason: &str,
    ) {
        if self.rehearses {
            return;
        }
        for item in &entry.origin.items {
            self.account.take_back(*item, &self.machine.name, said);
        }
        self.close(entry, verdict, code, reason);
    }

    /// Closes the items of an entry that the plan states: `translated`, or `assumed` with what the entry assumes and
    /// what `assumption` adds.
    pub(super) fn stated(
        &mut self,
        entry: &Entry,
        code: Code,
        reason: &str,
        assumption: Option<&str>,
    ) {
        let mut assumed: Vec<&str> = entry.assumptions.iter().map(String::as_str).collect();
        assumed.extend(assumption);
        if assumed.is_empty() {
            self.close(entry, Verdict::Translated, code, reason);
        } else {
            self.close(entry, Verdict::Assumed, code, &assumed.join("; "));
        }
    }

    /// Leaves an entry to the person: a comment in the output with lines that show what it is about, and `manual` in the
    /// account.
    pub(super) fn manual_with_lines(
        &mut self,
        entry: &Entry,
        code: Code,
        reason: &str,
        lines: Vec<String>,
    ) {
        self.close(entry, Verdict::Manual, code, reason);
        self.remark(entry, None, reason, lines);
    }

    /// As `manual_with_lines`, beside the option where a reader will look, with the arguments of what nobody took.
    pub(super) fn manual_about(
        &mut self,
        entry: &Entry,
        about: Option<OptionPath>,
        code: Code,
        reason: &str,
        cure: Option<&str>,
    ) {
        self.close(entry, Verdict::Manual, code, reason);
        let mut lines: Vec<String> = cure.map(sentence).into_iter().collect();
        if let Resource::Opaque(opaque) = &entry.resource {
            lines.extend(opaque.lines.iter().map(ToString::to_string));
        }
        self.remark(entry, about, reason, lines);
    }

    /// Leaves a comment in the output.
    pub(super) fn remark(
        &mut self,
        entry: &Entry,
        about: Option<OptionPath>,
        reason: &str,
        lines: Vec<String>,
    ) {
        let about = about.or_else(|| about::about(&entry.resource));
        let title = self.title(entry);
        let remark = Remark {
            home: home(&entry.part),
            about,
            origin: origin(entry),
            title,
            reason: reason.to_owned(),
            lines,
        };
        if !self.plan.remarks.contains(&remark) {
            self.plan.remarks.push(remark);
        }
    }

    fn definition(&self, entry: &Entry, expr: Expr) -> Definition {
        let mut origin = origin(entry);
        origin.remarks.extend(self.besides.clone());
        Definition {
            expr,
            home: home(&entry.part),
            origin,
            rule: String::new(),
        }
    }

    fn title(&self, entry: &Entry) -> String {
        if let Resource::Opaque(opaque) = &entry.resource
            && !opaque.title.is_empty()
        {
            return opaque.title.clone();
        }
        self.called(&entry.origin.items)
    }

    /// What people call the first of some items.
    fn called(&self, items: &[ItemId]) -> String {
        items.first().map_or_else(String::new, |item| {
            let item = self.account.get(*item);
            if item.name.is_empty() {
                item.subject.clone()
            } else {
                item.name.clone()
            }
        })
    }
}

/// Cures are clauses where they stand in a diagnostic, and sentences in a comment.
fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    // What begins with a name of an option stays as it is.
    let first = clause.split_whitespace().next().unwrap_or_default();
    let is_word = first.chars().all(char::is_alphabetic);
    let head: String = match chars.next() {
        Some(c) if is_word => c.to_uppercase().collect(),
        Some(c) => c.to_string(),
        None => String::new(),
    };
    let end = if clause.ends_with(['.', '!', '?', ':', '`']) {
        ""
    } else {
        "."
    };
    format!("{head}{}{end}", chars.as_str())
}

fn home(part: &Part) -> Home {
    match part {
        Part::Role(name) => Home::Role(name.clone()),
        Part::Service(name) => Home::Service(application::service_name(name)),
        Part::Machine => Home::Machine,
        Part::Host => Home::Host,
    }
}

pub(super) fn origin(entry: &Entry) -> Origin {
    Origin {
        items: entry.origin.items.clone(),
        places: entry.origin.places.clone(),
        remarks: entry
            .assumptions
            .iter()
            .map(|it| format!("assumed: {it}"))
            .collect(),
    }
}
