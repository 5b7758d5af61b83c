//! `Session`: what all scopes of a thread share.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use super::chronicle::{Chronicle, Chronicles, Event, Moment, What};
use super::scope::{Binding, Failure, Layer, secret_hole};
use super::settings;
use super::value::Value;
use super::vault::Vaults;
use crate::diag::{Code, Diagnostics};
use crate::import::redact::Taken;
use crate::model::{HoleKind, Piece};
use crate::source::{FileId, SourceTree, Span};
use crate::syntax::jinja::{Body, Expr, Settings, SyntaxError, read_expression, read_template};
use crate::syntax::python_regex::{Characters, Pattern};

/// Deeper chains of variables that are made of variables are refused.
const MAX_DEPTH: usize = 60;

type Parsed<T> = Rc<Result<T, SyntaxError>>;
type Compiled = Result<Rc<Pattern>, String>;

/// The files, the templates that were parsed, and what was found to be secret or not supported.
pub(crate) struct Session<'a> {
    pub(crate) tree: &'a SourceTree,
    templates: RefCell<HashMap<(String, Settings), Parsed<Body>>>,
    files: RefCell<HashMap<(FileId, Settings), Parsed<Body>>>,
    expressions: RefCell<HashMap<String, Parsed<Expr>>>,
    /// By pattern and flags.
    regexes: RefCell<HashMap<(String, String), Compiled>>,
    /// The texts of secrets by what their holes are called; for decisions, never for output.
    secrets: RefCell<HashMap<String, String>>,
    /// The same, of what is secret only because `no_log` covers it: elsewhere it may stand for everybody to read.
    covered: RefCell<HashMap<String, String>>,
    unsupported: RefCell<IndexMap<String, Option<Span>>>,
    /// All variables of a host at a moment, as `hostvars` shows them; `None` while they are being rendered.
    hosts: RefCell<HashMap<(String, Moment), Option<Value>>>,
    depth: Cell<usize>,
    /// Whether the settings allow conditions that are no boolean.
    loose_conditions: OnceCell<bool>,
    vaults: Arc<Vaults>,
    /// Whether dictionaries of several levels are merged.
    pub(super) merges_hashes: bool,
    /// Where the run is.
    now: RefCell<Moment>,
    /// What happened on the host that is played.
    own: RefCell<Chronicle>,
    own_name: String,
    /// What happened on the others, where a pass before says so.
    others: Arc<Chronicles>,
    /// The hosts of which something was asked that only their run says.
    asked: RefCell<BTreeSet<String>>,
    /// The names of what a person gives that was computed, and what each stands for.
    names: RefCell<IndexMap<String, (String, Option<Span>)>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(tree: &'a SourceTree) -> Session<'a> {
        Session::among(tree, "", Arc::default())
    }

    /// Makes a session that knows what happened on all hosts in a pass before.
    pub(super) fn among(tree: &'a SourceTree, host: &str, others: Arc<Chronicles>) -> Session<'a> {
        Session {
            tree,
            templates: RefCell::default(),
            files: RefCell::default(),
            expressions: RefCell::default(),
            regexes: RefCell::default(),
            secrets: RefCell::default(),
            covered: RefCell::default(),
            unsupported: RefCell::default(),
            hosts: RefCell::default(),
            depth: Cell::new(0),
            loose_conditions: OnceCell::new(),
            vaults: Arc::default(),
            merges_hashes: false,
            now: RefCell::default(),
            own: RefCell::default(),
            own_name: host.to_owned(),
            others,
            asked: RefCell::default(),
            names: RefCell::default(),
        }
    }

    /// Tells whether ansible.cfg allows conditions that come to something else than a boolean.
    pub(super) fn allows_any_condition(&self) -> bool {
        *self
            .loose_conditions
            .get_or_init(|| settings::allows_any_condition(self.tree))
    }

    /// Lets the session open vaults.
    #[must_use]
    pub(super) fn opened_by(mut self, vaults: &Arc<Vaults>) -> Session<'a> {
        self.vaults = Arc::clone(vaults);
        self
    }

    pub(super) fn vaults(&self) -> &Vaults {
        &self.vaults
    }

    /// Returns the name of what stands for something that was computed: with a number where it stands for something else
    /// already.
    pub(super) fn name_of(&self, name: &str, what: &str, span: Option<Span>) -> String {
        let mut names = self.names.borrow_mut();
        let meant = (what.to_owned(), span);
        let mut own = name.to_owned();
        let mut number = 1;
        while names.get(&own).is_some_and(|it| *it != meant) {
            number += 1;
            own = format!("{name}_{number}");
        }
        names.insert(own.clone(), meant);
        own
    }

    /// Returns a place for people: `roles/x/vars/main.yml:12`.
    pub(crate) fn place(&self, span: Span) -> String {
        let line = self.tree.position(span).line;
        format!("{}:{line}", self.tree.path(span.file))
    }

    pub(super) fn template(&self, text: &str, settings: &Settings) -> Parsed<Body> {
        let key = (text.to_owned(), settings.clone());
        let mut templates = self.templates.borrow_mut();
        let parsed = templates
            .entry(key)
            .or_insert_with(|| Rc::new(read_template(text, settings)));
        Rc::clone(parsed)
    }

    /// Parses the text of a file, once per settings.
    pub(super) fn file(&self, file: FileId, text: &str, settings: &Settings) -> Parsed<Body> {
        let key = (file, settings.clone());
        let mut files = self.files.borrow_mut();
        let parsed = files
            .entry(key)
            .or_insert_with(|| Rc::new(read_template(text, settings)));
        Rc::clone(parsed)
    }

    pub(super) fn expression(&self, text: &str) -> Parsed<Expr> {
        if let Some(known) = self.expressions.borrow().get(text) {
            return Rc::clone(known);
        }
        let parsed = Rc::new(read_expression(text));
        let mut expressions = self.expressions.borrow_mut();
        expressions.insert(text.to_owned(), Rc::clone(&parsed));
        parsed
    }

    /// Compiles a regular expression of Python, once; the flags are letters.
    pub(super) fn regex(&self, pattern: &str, flags: &str) -> Result<Rc<Pattern>, Failure> {
        let mut regexes = self.regexes.borrow_mut();
        let key = (pattern.to_owned(), flags.to_owned());
        let compiled = regexes
            .entry(key)
            .or_insert_with(|| Pattern::new(pattern, flags, Characters::Unicode).map(Rc::new));
        compiled.clone().map_err(Failure::failed)
    }

    /// Returns all variables of a host, rendered once. Variables of hosts that are made of all variables of hosts have
    /// no end: asked for while they are rendered, they are unknown.
    pub(super) fn host(&self, name: &str, render: impl FnOnce() -> Value) -> Value {
        let key = (name.to_owned(), self.now.borrow().clone());
        let known = self.hosts.borrow().get(&key).cloned();
        match known {
            Some(Some(value)) => value,
            Some(None) => {
                let what = format!("all variables of `{name}`, which are made of themselves");
                Value::unknown(what, None)
            }
            None => {
                self.hosts.borrow_mut().insert(key.clone(), None);
                let value = render();
                let mut hosts = self.hosts.borrow_mut();
                hosts.insert(key, Some(value.clone()));
                value
            }
        }
    }

    /// Goes to the statement of a number, one level below where the run is.
    pub(super) fn enter(&self, number: usize) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.now.borrow_mut().push(number);
    }

    /// Goes back to the level above.
    pub(super) fn leave(&self) {
        self.now.borrow_mut().pop();
    }

    pub(super) fn now(&self) -> Moment {
        self.now.borrow().clone()
    }

    /// Notes what happens on the host that is played.
    pub(super) fn happens(&self, what: What) {
        let at = self.now();
        self.own.borrow_mut().events.push(Event { at, what });
    }

    /// Returns what a host had come to have before now.
    pub(super) fn before(&self, host: &str) -> Option<Layer> {
        if host == self.own_name {
            return self.own.borrow().layer();
        }
        if !self.asked.borrow().contains(host) {
            self.asked.borrow_mut().insert(host.to_owned());
        }
        self.others.before(host, &self.now.borrow())
    }

    /// Returns what other hosts gave a host before now.
    pub(super) fn given(&self, host: &str) -> Option<Layer> {
        self.others.given_before(host, &self.now.borrow())
    }

    /// Returns what the task that is played bound on another host; what it is, is asked of that host's run.
    pub(super) fn during(&self, host: &str) -> Vec<(String, Binding)> {
        self.asked.borrow_mut().insert(host.to_owned());
        let found = self.others.during(host, &self.now.borrow()).into_iter();
        found
            .map(|(name, binding)| (name.to_owned(), binding.clone()))
            .collect()
    }

    pub(super) fn others(&self) -> &Arc<Chronicles> {
        &self.others
    }

    /// Returns what happened on the host that was played, and of which others it asked.
    pub(super) fn chronicle(&self) -> (Chronicle, BTreeSet<String>) {
        (self.own.take(), self.asked.take())
    }

    pub(super) fn keep_secret(&self, what: &str, text: &str) {
        let mut secrets = self.secrets.borrow_mut();
        secrets.insert(what.to_owned(), text.to_owned());
    }

    /// As `keep_secret`, of what `no_log` covers.
    pub(super) fn keep_covered(&self, what: &str, text: &str) {
        let mut covered = self.covered.borrow_mut();
        covered.insert(what.to_owned(), text.to_owned());
    }

    /// Returns all secrets that are known, with the holes that stand for them; only to find them elsewhere.
    pub(super) fn taken(&self) -> Taken {
        let secrets = self.secrets.borrow();
        let mut taken: Vec<(&String, &String)> = secrets.iter().collect();
        taken.sort_unstable();
        let taken = taken.into_iter();
        let named = taken.map(|(what, text)| (text.clone(), secret_hole(what.clone(), None)));
        named.chain(self.vaults.taken()).collect()
    }

    /// Returns the whole text of a string with secret holes, where all are known; only decisions may ask.
    pub(super) fn reveal(&self, value: &Value) -> Option<String> {
        let Value::Str(text) = value else { return None };
        if text.plain().is_some() {
            return None;
        }
        let (secrets, covered) = (self.secrets.borrow(), self.covered.borrow());
        let mut whole = String::new();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(literal) => whole.push_str(literal),
                Piece::Hole(hole) => {
                    match secrets.get(&hole.what).or_else(|| covered.get(&hole.what)) {
                        Some(text) => whole.push_str(text),
                        None => whole.push_str(self.vaults.kept(&hole.what)?.as_str()?),
                    }
                }
            }
        }
        Some(whole)
    }

    /// Returns what a secret is, of any type; only decisions may ask.
    pub(super) fn revealed(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Unknown(hole) if hole.kind == HoleKind::Secret => self.vaults.kept(&hole.what),
            _ => self.reveal(value).map(Value::from),
        }
    }

    /// Runs what may note something of a secret, and forgets what it noted.
    pub(super) fn in_secret<T>(&self, run: impl FnOnce() -> T) -> T {
        let before = self.unsupported.borrow().len();
        let made = run();
        self.unsupported.borrow_mut().truncate(before);
        made
    }

    /// Notes a filter, test, lookup or function that is not known: `filter`, `to_toml`.
    pub(super) fn note_unsupported(&self, kind: &str, name: &str, span: Option<Span>) {
        let mut unsupported = self.unsupported.borrow_mut();
        unsupported
            .entry(format!("{kind} `{name}`"))
            .or_insert(span);
    }

    /// Says once what was not supported so far.
    pub(crate) fn report(&self, diags: &mut Diagnostics) {
        for (what, span) in self.unsupported.borrow_mut().drain(..) {
            let message = format!("the {what} is not known, and what it makes neither");
            match span {
                Some(span) => diags.at(Code::JinjaUnsupported, span, message),
                None => diags.general(
                    Code::JinjaUnsupported,
                    message,
                    "replace it, or write its result into a variable",
                ),
            }
        }
    }

    /// Goes one level deeper, for the time of `run`.
    pub(super) fn deeper<T>(&self, run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        if self.depth.get() >= MAX_DEPTH {
            return Err(Failure::failed(format!(
                "variables and templates need each other more than {MAX_DEPTH} levels deep"
            )));
        }
        self.depth.set(self.depth.get() + 1);
        let result = run();
        self.depth.set(self.depth.get() - 1);
        result
    }
}
