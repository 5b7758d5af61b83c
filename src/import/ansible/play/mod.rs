//! The player: plays the playbooks for one host, and remembers what the machine has come to have.

mod argument_specs;
pub(super) mod company;
mod conclude;
mod condition;
mod context;
mod flow;
mod given;
pub(super) mod guards;
mod handlers;
mod includes;
mod judge;
mod left;
mod loops;
mod once;
mod returned;
mod roles;
pub(super) mod scopes;
mod shown;
mod tasks;
pub(super) mod trace;
mod whereabouts;

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use context::{Context, PlayFrame};
use flow::Halt;
use handlers::Handlers;
use tasks::is_yes;
use trace::Trace;

use super::asked::pattern_of;
use super::chronicle::Chronicle;
use super::facts::Profile;
use super::hosts::Host;
use super::inventory::Inventory;
use super::library::Library;
use super::playbook::Play;
use super::playbooks::imported;
use super::scope::{Binding, HostVars, Layer, Scope, Session};
use super::value::Value;
use crate::account::{Closing, Code, ItemId, Step, Verdict};
use crate::diag::{self, Diagnostics};
use crate::import::state::{Book, State};
use crate::model::Condition;
use crate::source::{FileId, Span};

/// What all hosts of a run share.
pub(super) struct Stage<'a> {
    pub(super) library: &'a Library<'a>,
    pub(super) inventory: &'a Inventory,
    pub(super) hosts: &'a HostVars,
    /// `groups` and what else is the same for every host.
    pub(super) common: Arc<Layer>,
    /// The hosts that are translated.
    pub(super) played: BTreeSet<String>,
    /// The others, to which tasks may be delegated.
    pub(super) others: BTreeSet<String>,
    /// What holds where nobody says anything: how Ansible connects.
    pub(super) lowest: Arc<Layer>,
    pub(super) extra: Arc<Layer>,
    pub(super) tags: Vec<String>,
    pub(super) skip_tags: Vec<String>,
    /// Without an inventory every host plays what names it; with too many names one host plays all.
    pub(super) plays_everything: bool,
    /// Whether an inventory names the hosts.
    pub(super) is_cast_given: bool,
    /// Whether every task is noted as it is played.
    pub(super) trace: bool,
}

/// What playing the playbooks for one host gives.
pub(super) struct Played {
    pub(super) state: State,
    /// What its tasks made of other hosts (`delegate_to`).
    pub(super) delegated: IndexMap<String, State>,
    pub(super) closings: Vec<(ItemId, Closing)>,
    pub(super) diags: Diagnostics,
    /// What each play holds: its tasks and those of its roles.
    pub(super) held: IndexMap<ItemId, IndexSet<ItemId>>,
    /// Whether the play ran for this host at all.
    pub(super) visited: BTreeSet<FileId>,
    pub(super) steps: Vec<Step>,
    /// What happened on the host, and of which others it asked.
    pub(super) chronicle: Chronicle,
    pub(super) asked: BTreeSet<String>,
}

impl Stage<'_> {
    /// Tells whether a host is one that is translated.
    pub(super) fn plays(&self, host: &str) -> bool {
        self.played.contains(host)
    }

    /// Tells whether what is delegated to a host is translated.
    pub(super) fn reaches(&self, host: &str) -> bool {
        self.plays(host) || self.others.contains(host)
    }
}

/// Plays playbooks for one host.
pub(super) struct Player<'a> {
    stage: &'a Stage<'a>,
    session: &'a Session<'a>,
    host: String,
    profile: &'a Profile,
    facts: Arc<Layer>,
    inventory_vars: Vec<Arc<Layer>>,
    /// `include_vars`, `set_fact` and registered results, in the order of their strength.
    included: Arc<Layer>,
    remembered: Arc<Layer>,
    state: State,
    /// What tasks looked at and registered, for the steps that hang on it.
    looks: guards::Looks,
    /// The state of other hosts that tasks delegate to.
    delegated: IndexMap<String, State>,
    closings: Vec<(ItemId, Closing)>,
    diags: Diagnostics,
    held: IndexMap<ItemId, IndexSet<ItemId>>,
    /// The conditions of several tasks of which one failed with them.
    failed_conditions: BTreeSet<Span>,
    visited: BTreeSet<FileId>,
    /// The play that is played.
    frame: PlayFrame,
    handlers: Handlers<'a>,
    /// What the playbooks around say of the plays that they import.
    imports: Context<'a>,
    /// The playbook: of two that disagree the first stands.
    book: Book,
    /// Why the host plays nothing more.
    halt: Halt,
    depth: usize,
    /// The host that gets the facts which the task sets.
    facts_for: Option<String>,
    /// Whether the task that is played forbids to show what it says and returns.
    silent: bool,
    trace: Option<Trace>,
}

/// Includes deeper than this are a circle that no check of names finds.
const MAX_DEPTH: usize = 60;

impl<'a> Player<'a> {
    pub(super) fn new(
        host: &'a Host,
        stage: &'a Stage<'a>,
        session: &'a Session<'a>,
    ) -> Player<'a> {
        Player {
            stage,
            session,
            host: host.name.clone(),
            profile: &host.profile,
            facts: Arc::clone(&host.facts),
            inventory_vars: host.vars.clone(),
            included: Arc::default(),
            remembered: Arc::default(),
            state: State::default(),
            looks: guards::Looks::new(),
            delegated: IndexMap::new(),
            closings: Vec::new(),
            diags: Diagnostics::new(),
            held: IndexMap::new(),
            failed_conditions: BTreeSet::new(),
            visited: BTreeSet::new(),
            frame: PlayFrame::default(),
            handlers: Handlers::default(),
            imports: Context::new(),
            book: 0,
            halt: Halt::default(),
            depth: 0,
            silent: false,
            facts_for: None,
            trace: stage.trace.then(Trace::default),
        }
    }

    /// Plays the playbooks in their order.
    pub(super) fn play_all(mut self, playbooks: &[FileId]) -> Played {
        for (book, file) in playbooks.iter().enumerate() {
            self.book = book;
            self.halt = Halt::default();
            self.mute(false);
            self.session.enter(book);
            self.play_file(*file, &mut Vec::new());
            self.session.leave();
        }
        self.finish()
    }

    /// Plays one role with its defaults, as if a play named it.
    pub(super) fn play_role_alone(&mut self, path: &str, title: &str, book: Book) {
        self.book = book;
        self.frame = PlayFrame::default();
        self.handlers = Handlers::default();
        self.halt = Halt::default();
        self.set_magic(None, None);
        let context = Context::new();
        self.play_role_at(path, title, &context);
        self.flush_handlers();
    }

    pub(super) fn finish(mut self) -> Played {
        self.session.report(&mut self.diags);
        self.state.learn(self.session.taken());
        let (chronicle, asked) = self.session.chronicle();
        Played {
            state: self.state,
            delegated: self.delegated,
            closings: self.closings,
            diags: self.diags,
            held: self.held,
            visited: self.visited,
            steps: self.trace.map(|it| it.steps).unwrap_or_default(),
            chronicle,
            asked,
        }
    }

    fn play_file(&mut self, file: FileId, above: &mut Vec<FileId>) {
        let Some(book) = self.stage.library.tasks(file) else {
            return;
        };
        if above.contains(&file) {
            if let Some(play) = book.plays.first() {
                self.diags.at(
                    diag::Code::IncludeCycle,
                    play.node.span,
                    "the playbooks import each other in a circle",
                );
            }
            return;
        }
        above.push(file);
        self.visited.insert(file);
        for (number, play) in book.plays.iter().enumerate() {
            self.session.enter(number);
            match &play.import {
                Some(_) => self.import_playbook(play, file, above),
                None => self.play(play, file),
            }
            self.session.leave();
        }
        above.pop();
    }

    fn import_playbook(&mut self, play: &'a Play, file: FileId, above: &mut Vec<FileId>) {
        let Some(node) = &play.import else { return };
        self.frame = PlayFrame::of_file(self.stage.library.tree, file);
        let scope = self.scope(&Context::new(), &[]);
        let name = match scope.template(node.text().unwrap_or_default(), node.span) {
            Ok(Value::Str(text)) => text.plain().map(str::to_owned),
            _ => None,
        };
        // Arguments may follow the name: `import_playbook: x.yml tags=y`.
        let path = name
            .as_deref()
            .and_then(|name| name.split_whitespace().next())
            .unwrap_or_default();
        let library = self.stage.library;
        let found = imported(library, &self.frame.folder, path);
        match found {
            Some(imported) => {
                let inner = self.imports.imported_with(&play.keywords);
                let outer = std::mem::replace(&mut self.imports, inner);
                self.play_file(imported, above);
                self.imports = outer;
                let items = library
                    .tasks(imported)
                    .map(|it| it.items.clone())
                    .unwrap_or_default();
                self.held.entry(play.item).or_default().extend(items);
            }
            None if is_collection_playbook(path) => {
                let reason = format!(
                    "the playbook `{path}` belongs to a collection that is not in the input"
                );
                self.close(play.item, Verdict::Manual, Code::BadInput, &reason);
            }
            None => {
                let message = format!("the playbook `{path}` is not in the input");
                self.diags
                    .at(diag::Code::CollectionImport, node.span, message.clone());
                self.close(play.item, Verdict::Manual, Code::BadInput, &message);
            }
        }
    }

    fn play(&mut self, play: &'a Play, file: FileId) {
        self.frame = PlayFrame::of_file(self.stage.library.tree, file);
        self.frame.name = play
            .node
            .get("name")
            .and_then(|it| it.text())
            .unwrap_or_default()
            .to_owned();
        if !self.is_meant(play) {
            return;
        }
        let pattern = self.pattern(play);
        self.set_magic(Some(play), pattern.as_deref());
        self.held.entry(play.item).or_default();
        self.frame.item = Some(play.item);
        self.frame.span = Some(play.node.span);
        self.handlers = Handlers::default();
        let context = self.imports.of_play(play);
        // Of the variables of imports, those of the farthest count most; files of variables stand above them.
        let given: Vec<_> = self.imports.params.iter().rev().cloned().collect();
        self.frame.vars.extend(given.iter().cloned());
        self.load_play_vars(play, &context);
        let own = given.len() + usize::from(play.node.get("vars").is_some());
        let own = own.min(self.frame.vars.len());
        self.frame.vars.splice(own..own, given);
        self.render_name(play, &context);
        self.load_listed_roles(play, &context);
        self.frame.forces_handlers = is_yes(play.node.get("force_handlers"));
        self.frame.flushes = self.is_always_meant(&context);
        for node in &play.roles {
            self.announce_listed_role(node, &context);
        }
        self.add_handlers(&play.handlers, &context);
        for node in &play.roles {
            self.announce_imports_of(node, &context);
        }
        for section in [&play.pre_tasks, &play.post_tasks, &play.tasks] {
            self.announce(section, &context);
        }
        // The sections of a play in the order in which all hosts go through them.
        self.section(1, |it| {
            it.at(0, |it| it.statements(&play.pre_tasks, &context))
        });
        self.section(4, |it| {
            for (number, node) in play.roles.iter().enumerate() {
                it.at(2, |it| {
                    it.at(number, |it| it.play_listed_role(node, &context))
                });
            }
            it.at(3, |it| it.statements(&play.tasks, &context));
        });
        self.section(6, |it| {
            it.at(5, |it| it.statements(&play.post_tasks, &context))
        });
        self.halt.leave_play();
    }

    /// Renders the name of a play with its variables, for those who ask for it.
    fn render_name(&mut self, play: &'a Play, context: &Context<'a>) {
        let Some(node) = play.node.get("name") else {
            return;
        };
        let rendered = self.scope(context, &[]).resolve(node);
        if let Ok(Value::Str(name)) = rendered {
            let binding = Binding::Value(Value::Str(name));
            let magic = Arc::make_mut(&mut self.frame.magic);
            magic.vars.insert("ansible_play_name".to_owned(), binding);
        }
    }

    /// Tells whether the play is for this host.
    fn is_meant(&mut self, play: &Play) -> bool {
        if self.stage.plays_everything {
            return true;
        }
        let Some(pattern) = self.pattern(play) else {
            return false;
        };
        let meant = self.company().meant(&pattern, self.stage);
        meant.hosts.contains(&self.host)
    }

    /// Returns the pattern of the hosts of a play, as far as it is certain.
    fn pattern(&self, play: &Play) -> Option<String> {
        let node = play.node.get("hosts")?;
        let vars = play.node.get("vars");
        let vars: Vec<_> = vars
            .map(|it| Arc::new(Layer::of_mapping(it)))
            .into_iter()
            .collect();
        Some(pattern_of(&self.scope(&Context::new(), &vars), node))
    }

    /// Goes to the statement of a number, one level below where the run is, for the time of `run`.
    fn at<T>(&mut self, number: usize, run: impl FnOnce(&mut Player<'a>) -> T) -> T {
        self.session.enter(number);
        let made = run(self);
        self.session.leave();
        made
    }

    fn close(&mut self, item: ItemId, verdict: Verdict, code: Code, reason: &str) {
        let closing = Closing {
            host: self.host.clone(),
            verdict,
            code,
            reason: reason.to_owned(),
        };
        self.closings.push((item, closing));
    }

    /// Closes a task, and notes that the play holds it.
    fn close_part(&mut self, item: ItemId, verdict: Verdict, code: Code, reason: &str) {
        self.hold(item);
        self.close(item, verdict, code, reason);
    }

    fn hold(&mut self, item: ItemId) {
        if let Some(play) = self.frame.item {
            self.held.entry(play).or_default().insert(item);
        }
    }

    /// Says why a template failed, once.
    fn report(&mut self, failure: &super::scope::Failure, span: Span) {
        self.diags.at(
            failure.code,
            failure.span.unwrap_or(span),
            failure.message.clone(),
        );
    }
}

/// `namespace.collection.playbook`
fn is_collection_playbook(name: &str) -> bool {
    !name.contains('/')
        && !name.ends_with(".yml")
        && !name.ends_with(".yaml")
        && name.matches('.').count() >= 2
}

/// Returns the worse of two conditions of which both must hold.
fn both(one: Condition, other: Condition) -> Condition {
    match (one, other) {
        (Condition::False, _) | (_, Condition::False) => Condition::False,
        (Condition::Unknown(why), _) | (Condition::True, Condition::Unknown(why)) => {
            Condition::Unknown(why)
        }
        (Condition::True, Condition::True) => Condition::True,
    }
}

/// Returns a scope in which only the given layers hold, for what is asked before any play.
pub(super) fn bare_scope<'a>(
    session: &'a Session<'a>,
    hosts: &'a HostVars,
    layers: Vec<Arc<Layer>>,
) -> Scope<'a> {
    Scope::new(session, hosts, Arc::default(), layers)
}
