//! `Scope`: what names mean at one point of a run. Variables are kept as written and rendered when they are used, with
//! what holds then, as Ansible does.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

pub(crate) use super::session::Session;

use super::computed;
use super::jinja;
use super::left_open;
use super::merging;
use super::secret;
use super::value::{Dict, Truth, Value};
use super::vault::SEALED;
use crate::diag::Code;
use crate::model::{Hole, HoleKind, Piece, Text};
use crate::secret::is_secret_name;
use crate::source::{FileId, Span};
use crate::syntax::jinja::Settings;
use crate::syntax::yaml::{Kind, Node, Scalar};

/// One level of variables. Of the layers of a scope, the last that has a name counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) vars: IndexMap<String, Binding>,
    /// What has to hold for the values of this level: whoever uses one of them assumes it.
    pub(crate) assumed: Option<Arc<str>>,
    /// The level comes from something that cannot be read (a locked vault): names that no level has may be in it.
    pub(crate) unknown_names: Option<Hole>,
}

#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// As written; its templates are rendered when it is used.
    Node(Arc<Node>),
    /// Computed already (facts, registered results, loop items): never rendered again.
    Value(Value),
    /// As `Value`; whoever uses it assumes this.
    Assumed(Value, Arc<[String]>),
}

impl Binding {
    /// Binds a value that holds under some assumptions, or none.
    pub(crate) fn under(value: Value, assumptions: Vec<String>) -> Binding {
        if assumptions.is_empty() {
            Binding::Value(value)
        } else {
            Binding::Assumed(value, assumptions.into())
        }
    }
}

/// Why a template could not be evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) span: Option<Span>,
}

impl Failure {
    /// A failure whose place is added where it is known.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            span: None,
        }
    }

    pub(crate) fn undefined(name: &str) -> Failure {
        Failure::new(Code::JinjaUndefined, format!("`{name}` has no value"))
    }

    pub(crate) fn failed(message: impl Into<String>) -> Failure {
        Failure::new(Code::JinjaFailed, message)
    }

    pub(crate) fn or_at(mut self, span: Span) -> Failure {
        self.span.get_or_insert(span);
        self
    }
}

/// Where relative names of files and templates are looked for, the first first: folders relative to the root.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// The folder of the role that is played.
    pub(crate) role: Option<String>,
    /// Those of the roles that led to it, the nearest first.
    pub(crate) above: Vec<String>,
    /// The folder of the file that the task stands in.
    pub(crate) task: String,
    pub(crate) playbook: String,
}

impl Search {
    /// Returns the folders of the role and of those that led to it, in the order in which Ansible looks there.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &str> {
        self.role.iter().chain(&self.above).map(String::as_str)
    }
}

/// The variables of every host of the inventory, for `hostvars`.
pub(crate) type HostVars = IndexMap<String, Vec<Arc<Layer>>>;

/// The variables that keywords set, too.
const LOGIN: [&str; 3] = ["ansible_user", "ansible_ssh_user", "ansible_become_user"];

/// The dictionary of all facts.
pub(crate) const FACTS: &str = "ansible_facts";

/// Returns the name under which one fact is bound apart from the dictionary of all.
pub(crate) fn fact_name(fact: &str) -> String {
    format!("{FACTS}.{fact}")
}

/// What names mean at one point of a run.
pub(crate) struct Scope<'a> {
    session: &'a Session<'a>,
    hosts: &'a HostVars,
    search: Arc<Search>,
    layers: Vec<Arc<Layer>>,
    /// What was rendered already in this scope.
    cache: RefCell<HashMap<String, Value>>,
    /// What is being rendered: a variable that needs itself has no value.
    busy: RefCell<Vec<String>>,
    /// What has to hold for the values that were used so far.
    assumed: Rc<RefCell<IndexSet<String>>>,
    /// The names that were asked for, where somebody watches; shared with the scopes of other hosts.
    asked: Rc<RefCell<Option<IndexSet<Asked>>>>,
    /// The host whose variables `hostvars` shows in this scope.
    other_host: Option<Rc<str>>,
    /// Whether a name was asked for that nobody gives.
    is_lacking: Cell<bool>,
}

/// A name that was asked for, and of which other host.
pub(crate) type Asked = (Option<Rc<str>>, String);

impl<'a> Scope<'a> {
    pub(crate) fn new(
        session: &'a Session<'a>,
        hosts: &'a HostVars,
        search: Arc<Search>,
        layers: Vec<Arc<Layer>>,
    ) -> Scope<'a> {
        let layers = if session.merges_hashes {
            let below = |below: &[Arc<Layer>]| {
                Scope::of(session, hosts, Arc::clone(&search), below.to_vec())
            };
            merging::merge(&layers, below)
        } else {
            layers
        };
        Scope::of(session, hosts, search, layers)
    }

    fn of(
        session: &'a Session<'a>,
        hosts: &'a HostVars,
        search: Arc<Search>,
        layers: Vec<Arc<Layer>>,
    ) -> Scope<'a> {
        Scope {
            session,
            hosts,
            search,
            layers,
            cache: RefCell::default(),
            busy: RefCell::default(),
            assumed: Rc::default(),
            asked: Rc::default(),
            other_host: None,
            is_lacking: Cell::new(false),
        }
    }

    /// Returns this scope with one more layer above all others.
    pub(crate) fn with(&self, layer: Layer) -> Scope<'a> {
        let mut layers = self.layers.clone();
        layers.push(Arc::new(layer));
        Scope {
            assumed: Rc::clone(&self.assumed),
            asked: Rc::clone(&self.asked),
            other_host: self.other_host.clone(),
            ..Scope::new(self.session, self.hosts, Arc::clone(&self.search), layers)
        }
    }

    pub(crate) fn session(&self) -> &'a Session<'a> {
        self.session
    }

    pub(crate) fn search(&self) -> &Search {
        &self.search
    }

    /// Tells whether the run has a host of this name.
    pub(crate) fn has_host(&self, host: &str) -> bool {
        self.hosts.contains_key(host) || self.session.others().has_made(host)
    }

    pub(crate) fn hosts(&self) -> &'a HostVars {
        self.note("hostvars");
        self.hosts
    }

    /// Returns the scope of another host, as `hostvars` shows it.
    pub(crate) fn of_host(&self, host: &str) -> Option<Scope<'a>> {
        let made = || self.session.others().has_made(host).then(Vec::new);
        let mut layers = self.hosts.get(host).cloned().or_else(made)?;
        layers.extend(self.session.before(host).map(Arc::new));
        let search = Arc::clone(&self.search);
        Some(Scope {
            asked: Rc::clone(&self.asked),
            other_host: Some(host.into()),
            ..Scope::new(self.session, self.hosts, search, layers)
        })
    }

    /// Returns the names of all variables, each once.
    pub(crate) fn names(&self) -> Vec<&str> {
        let all = self.layers.iter().flat_map(|layer| layer.vars.keys());
        let mut names: IndexMap<&str, ()> = IndexMap::new();
        for name in all {
            self.note(name);
            names.insert(name, ());
        }
        names.into_keys().collect()
    }

    /// Notes from here on which names are asked for; what was rendered before is rendered anew.
    pub(crate) fn watch(&self) {
        self.cache.borrow_mut().clear();
        *self.asked.borrow_mut() = Some(IndexSet::new());
    }

    /// Returns the names that were asked for since `watch`.
    pub(crate) fn watched(&self) -> IndexSet<Asked> {
        self.asked.borrow_mut().take().unwrap_or_default()
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.asked.borrow().is_some()
    }

    fn note(&self, name: &str) {
        if let Some(asked) = self.asked.borrow_mut().as_mut() {
            asked.insert((self.other_host.clone(), name.to_owned()));
        }
    }

    /// Returns what a name is bound to.
    pub(crate) fn bound(&self, name: &str) -> Option<&Binding> {
        let mut layers = self.layers.iter().rev();
        layers.find_map(|layer| layer.vars.get(name))
    }

    fn binding(&self, name: &str) -> Option<&Binding> {
        self.note(name);
        let mut layers = self.layers.iter().rev();
        let (layer, binding) = layers.find_map(|layer| Some((layer, layer.vars.get(name)?)))?;
        if let Some(assumed) = &layer.assumed {
            self.assumed.borrow_mut().insert(assumed.to_string());
        }
        if let Binding::Assumed(_, assumed) = binding {
            self.assumed.borrow_mut().extend(assumed.iter().cloned());
        }
        Some(binding)
    }

    /// Returns what has to hold for the values that were used in this scope so far.
    pub(crate) fn assumptions(&self) -> Vec<String> {
        self.assumed.borrow().iter().cloned().collect()
    }

    /// Notes what has to hold for what is made of the values of this scope.
    pub(crate) fn assume(&self, clause: String) {
        self.assumed.borrow_mut().insert(clause);
    }

    /// A name that no level has may be in one that cannot be read.
    fn missing(&self, name: &str) -> Value {
        let locked = self.layers.iter().find_map(|it| it.unknown_names.as_ref());
        match locked {
            Some(hole) => Value::Unknown(left_open::unread(name, hole)),
            None => {
                self.is_lacking.set(true);
                Value::Undefined(name.to_owned())
            }
        }
    }

    /// Tells whether a name was asked for that nobody gives: it may be given elsewhere (`-e`, another inventory).
    pub(crate) fn is_lacking(&self) -> bool {
        self.is_lacking.get()
    }

    /// Takes a value that a locked vault may hold as not set there, where the source says what holds then, and notes
    /// the assumption; not where its name says that it is a secret.
    pub(crate) fn is_taken_as_unset(&self, value: &Value) -> bool {
        let Value::Unknown(hole) = value else {
            return false;
        };
        let what = left_open::called(&hole.what);
        let Some((name, vault)) = what.split_once(left_open::MAY_STAND_IN) else {
            return false;
        };
        let plain = name.trim_matches('`');
        if is_secret_name(plain) || plain.to_ascii_lowercase().contains("vault") {
            return false;
        }
        let clause = format!("{vault} does not set {name}");
        self.assumed.borrow_mut().insert(clause);
        true
    }

    /// Returns the value of a variable; `Value::Undefined` where it has none, or where what it is made of has none.
    pub(crate) fn get(&self, name: &str) -> Result<Value, Failure> {
        self.get_path(name, &[])
    }

    /// Returns what stands below a variable at the keys of `path`, and renders no more than that.
    pub(crate) fn get_path(&self, name: &str, path: &[&str]) -> Result<Value, Failure> {
        if name == "omit" && path.is_empty() {
            return Ok(Value::Omit);
        }
        // One fact may be known under an assumption of its own, which the others do not need.
        if name == FACTS
            && let Some((first, rest)) = path.split_first()
            && let Some(Binding::Assumed(value, _)) = self.binding(&fact_name(first))
        {
            return Ok(below(value.clone(), first, rest));
        }
        let Some(binding) = self.binding(name) else {
            return Ok(self.missing(name));
        };
        match binding {
            Binding::Value(value) | Binding::Assumed(value, _) => {
                let value = secret::hide(self.session, name, value.clone(), None);
                Ok(below(value, name, path))
            }
            Binding::Node(node) => {
                let mut node = node;
                let mut key = name;
                let mut rest = path;
                // Only keys as written are followed: what a template makes is not known before it is rendered.
                while let Some((first, after)) = rest.split_first() {
                    if node.tag.is_some() {
                        break;
                    }
                    let Some(next) = node.get(first) else { break };
                    (node, key, rest) = (next, first, after);
                }
                let walked = &path[..path.len() - rest.len()];
                let value = self.rendered(name, walked, key, node)?;
                Ok(below(value, key, rest))
            }
        }
    }

    fn rendered(
        &self,
        name: &str,
        walked: &[&str],
        key: &str,
        node: &Node,
    ) -> Result<Value, Failure> {
        let mut id = name.to_owned();
        for part in walked {
            id.push('\0');
            id.push_str(part);
        }
        if let Some(known) = self.cache.borrow().get(&id) {
            return Ok(known.clone());
        }
        if self.busy.borrow().contains(&id) {
            if LOGIN.contains(&name) {
                // A keyword of the login is rendered before it sets the variable.
                return Ok(Value::Undefined(name.to_owned()));
            }
            let message = format!("the variable `{name}` is made of itself");
            return Err(Failure::failed(message).or_at(node.span));
        }
        self.busy.borrow_mut().push(id.clone());
        let rendered = self.lazily(node, Some(key));
        self.busy.borrow_mut().pop();
        let value = match rendered {
            Ok(value) => {
                let said = id.replace('\0', ".");
                computed::held(self, &said, node.text(), value)
            }
            Err(failure) if failure.code == Code::JinjaUndefined => {
                Value::Undefined(undefined_name(&failure.message).to_owned())
            }
            Err(failure) => return Err(failure),
        };
        self.cache.borrow_mut().insert(id, value.clone());
        Ok(value)
    }

    /// Renders all templates in a YAML node; the result has Python's types.
    pub(crate) fn resolve(&self, node: &Node) -> Result<Value, Failure> {
        let value = self.lazily(node, None)?;
        match value.deep_undefined() {
            Some(name) => Err(Failure::undefined(name).or_at(node.span)),
            None => Ok(value),
        }
    }

    /// Renders a node; what has no value inside of a list or mapping is undefined, and fails when it is used.
    fn lazily(&self, node: &Node, name: Option<&str>) -> Result<Value, Failure> {
        let value = match &node.kind {
            Kind::Scalar { .. } => self.scalar(node, name)?,
            Kind::Sequence(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    match self.inner(item, None)? {
                        Value::Omit => {}
                        item => list.push(item),
                    }
                }
                Value::list(list)
            }
            Kind::Mapping(pairs) => {
                let mut dict = Dict::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = key.scalar().map(Value::from_scalar);
                    let Some(key) = key.as_ref().and_then(Value::key) else {
                        return Err(
                            Failure::failed("a key is a list or a mapping").or_at(node.span)
                        );
                    };
                    let name = match &key {
                        super::value::Key::Str(name) => Some(name.as_str()),
                        _ => None,
                    };
                    match self.inner(value, name)? {
                        Value::Omit => {}
                        value => {
                            dict.insert(key, value);
                        }
                    }
                }
                let named = dict.iter_mut().filter_map(|(key, value)| match key {
                    super::value::Key::Str(name) => Some((name.as_str(), value)),
                    _ => None,
                });
                secret::hide_beside(named, secret::sealing(self.session, node.span));
                Value::dict(dict)
            }
        };
        Ok(match name {
            Some(name) => secret::hide(self.session, name, value, Some(node.span)),
            None => value,
        })
    }

    fn inner(&self, node: &Node, name: Option<&str>) -> Result<Value, Failure> {
        match self.lazily(node, name) {
            Err(failure) if failure.code == Code::JinjaUndefined => Ok(Value::Undefined(
                undefined_name(&failure.message).to_owned(),
            )),
            other => other,
        }
    }

    fn scalar(&self, node: &Node, name: Option<&str>) -> Result<Value, Failure> {
        match node.tag.as_deref() {
            Some("vault" | "vault-encrypted") => return Ok(secret::of_vault(self, node, name)),
            Some(SEALED) => return Ok(secret::unsealed(self, node)),
            Some("unsafe") => return Ok(Value::str(node.text().unwrap_or_default())),
            _ => {}
        }
        match node.scalar() {
            Some(Scalar::Str(text)) if secret::is_sops(text) => {
                Ok(secret::of_sops(self.session, node, name))
            }
            Some(Scalar::Str(text)) => self.template(text, node.span),
            Some(other) => Ok(Value::from_scalar(other)),
            None => Ok(Value::None),
        }
    }

    /// Renders one string: exactly one expression keeps its type, as current ansible-core does.
    pub(crate) fn template(&self, text: &str, span: Span) -> Result<Value, Failure> {
        if !is_template(text) {
            return Ok(Value::str(text));
        }
        jinja::template(self, text, span).map_err(|failure| failure.or_at(span))
    }

    /// Evaluates a bare expression, as `when`, `that` and `until` hold it.
    pub(crate) fn expression(&self, text: &str, span: Span) -> Result<Value, Failure> {
        let evaluated = if is_template(text) {
            // Templates in conditions are an old habit: what they make is the expression.
            match self.template(text, span)? {
                Value::Str(made) => match made.plain() {
                    Some(plain) => jinja::expression(self, plain, span),
                    // An expression that is not known is no text, whatever is known of it.
                    None => Ok(made
                        .worst_hole()
                        .cloned()
                        .map_or(Value::None, Value::Unknown)),
                },
                other => Ok(other),
            }
        } else {
            jinja::expression(self, text, span)
        };
        let value = evaluated.map_err(|failure| failure.or_at(span))?;
        match &value {
            Value::Undefined(name) => Err(Failure::undefined(name).or_at(span)),
            _ => Ok(value),
        }
    }

    /// Returns Python's truth of a value; a secret is looked into, since its truth shows none of its bytes.
    pub(crate) fn truth(&self, value: &Value) -> Result<Truth, Failure> {
        if let Value::Undefined(name) = value {
            return Err(Failure::undefined(name));
        }
        let revealed = self.session.revealed(value);
        let secret = match value {
            Value::Str(text) => match text.pieces() {
                [Piece::Hole(hole)] => Some(hole),
                _ => None,
            },
            Value::Unknown(hole) => Some(hole).filter(|it| left_open::is_unread_secret(it)),
            _ => None,
        };
        if revealed.is_none()
            && let Some(hole) = secret.filter(|it| it.kind == HoleKind::Secret)
        {
            // Who has a place for a password gives one.
            self.assume(format!(
                "the secret {} is not empty",
                left_open::called(&hole.what)
            ));
            return Ok(Truth::Yes);
        }
        let value = revealed.as_ref().unwrap_or(value);
        Ok(value.truth().unwrap_or(Truth::No))
    }

    /// Renders a template file, as the module `template` does.
    pub(crate) fn render(&self, file: FileId, settings: Settings) -> Result<Text, Failure> {
        jinja::render(self, file, settings)
    }
}

/// Tells whether a string holds a template.
pub(crate) fn is_template(text: &str) -> bool {
    text.contains("{{")
        || text.contains("{%")
        || text.contains("{#")
        || text.starts_with("#jinja2:")
}

/// Follows keys into a value.
fn below(value: Value, name: &str, path: &[&str]) -> Value {
    let mut value = value;
    let mut said = name.to_owned();
    for key in path {
        said = format!("{said}.{key}");
        value = match jinja::attribute(&value, key) {
            Some(found) => found,
            None => return Value::Undefined(said),
        };
    }
    value
}

/// Returns the name in the message of `Failure::undefined`.
pub(super) fn undefined_name(message: &str) -> &str {
    let message = message
        .strip_prefix("the mandatory variable ")
        .unwrap_or(message);
    let inner = message.strip_prefix('`').unwrap_or(message);
    inner.strip_suffix("` has no value").unwrap_or(inner)
}

/// Makes the hole that stands for what a secret variable holds.
pub(crate) fn secret_hole(what: String, span: Option<Span>) -> Hole {
    Hole {
        kind: HoleKind::Secret,
        what,
        span,
    }
}
