//! `Context`: what holds for the statements that are played: conditions, tags, variables, the role.

use std::sync::Arc;

use indexmap::IndexSet;

use super::scopes::folder_text;
use crate::account::ItemId;
use crate::import::ansible::keywords::Keywords;
use crate::import::ansible::playbook::Play;
use crate::import::ansible::scope::{Binding, Layer};
use crate::import::ansible::value::Value;
use crate::model::Condition;
use crate::source::{FileId, SourceTree, Span};
use crate::syntax::yaml::{Node, Scalar};

/// What holds for all of a play.
#[derive(Clone, Debug, Default)]
pub(super) struct PlayFrame {
    pub(super) name: String,
    pub(super) item: Option<ItemId>,
    /// The folder of the playbook.
    pub(super) folder: String,
    pub(super) vars: Vec<Arc<Layer>>,
    /// Of the roles that the play lists: they hold for all of it.
    pub(super) defaults: Vec<Arc<Layer>>,
    pub(super) role_vars: Vec<Arc<Layer>>,
    /// The roles that were played to their end, with their parameters.
    pub(super) completed: IndexSet<String>,
    /// The magic variables that hold for the whole play.
    pub(super) magic: Arc<Layer>,
    /// The first host of the play: for all of them it does what is done once.
    pub(super) first: Option<String>,
    /// Where the play stands.
    pub(super) span: Option<Span>,
    /// Whether notified handlers run after a failure, too (`force_handlers`).
    pub(super) forces_handlers: bool,
    /// Whether they run at all: that is a task of Ansible's own, with the tag `always`.
    pub(super) flushes: bool,
    /// Of each role that is being played, whether a task of it ran.
    pub(super) ran: Vec<bool>,
}

impl PlayFrame {
    pub(super) fn of_file(tree: &SourceTree, file: FileId) -> PlayFrame {
        let folder = tree
            .path(file)
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned();
        PlayFrame {
            folder,
            ..PlayFrame::default()
        }
    }
}

/// The role that is played.
#[derive(Clone, Debug)]
pub(super) struct RoleFrame {
    /// Its folder, relative to the root.
    pub(super) path: String,
    pub(super) title: String,
    /// As Ansible calls it: by its folder where it was named by a path.
    pub(super) name: String,
    /// The collection that it belongs to.
    pub(super) collection: Option<String>,
    /// The roles that led here, the outermost first.
    pub(super) parents: Vec<String>,
    /// Their folders.
    pub(super) parent_paths: Vec<String>,
    /// Those of them that included or imported the next one, and did not depend on it.
    pub(super) includers: Vec<String>,
    pub(super) defaults: Vec<Arc<Layer>>,
    pub(super) vars: Vec<Arc<Layer>>,
    /// The magic variables that depend on the role.
    pub(super) magic: Arc<Layer>,
}

impl RoleFrame {
    /// Makes the magic variables that depend on the role.
    pub(super) fn with_magic(mut self) -> RoleFrame {
        let mut layer = Layer::default();
        let mut set = |name: &str, value: Value| {
            layer.vars.insert(name.to_owned(), Binding::Value(value));
        };
        set("role_path", Value::str(folder_text(&self.path)));
        set("role_name", Value::str(&self.name));
        set("ansible_role_name", Value::str(&self.full_name()));
        if let Some(collection) = &self.collection {
            set("ansible_collection_name", Value::str(collection));
        }
        if !self.includers.is_empty() {
            let names = self.includers.iter().rev();
            let names = names.map(|name| Value::str(name)).collect();
            set("ansible_parent_role_names", Value::list(names));
        }
        self.magic = Arc::new(layer);
        self
    }

    /// Returns its name with that of its collection.
    pub(super) fn full_name(&self) -> String {
        match &self.collection {
            Some(collection) => format!("{collection}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What holds for the statements that are played.
#[derive(Clone)]
pub(super) struct Context<'a> {
    pub(super) role: Option<Arc<RoleFrame>>,
    /// The parameters of the entry that lists the role.
    pub(super) role_params: Option<Arc<Layer>>,
    /// Whether a task is about to include or import a role.
    pub(super) includes_role: bool,
    /// Variables of blocks and tasks around.
    pub(super) vars: Vec<Arc<Layer>>,
    /// Parameters of roles and includes.
    pub(super) params: Vec<Arc<Layer>>,
    /// Conditions that every task inherits.
    pub(super) when: Vec<&'a Arc<Node>>,
    /// What a condition around, decided already, leaves open.
    pub(super) guard: Condition,
    pub(super) tags: Vec<&'a Arc<Node>>,
    pub(super) environment: Vec<&'a Arc<Node>>,
    pub(super) becomes: Option<&'a Arc<Node>>,
    pub(super) become_user: Option<&'a Arc<Node>>,
    pub(super) remote_user: Option<&'a Arc<Node>>,
    /// The variables that these make known.
    pub(super) login: Option<Arc<Layer>>,
    pub(super) delegate_to: Option<&'a Arc<Node>>,
    pub(super) delegate_facts: Option<&'a Arc<Node>>,
    pub(super) run_once: Option<&'a Arc<Node>>,
    pub(super) ignore_errors: Option<&'a Arc<Node>>,
    pub(super) check_mode: Option<&'a Arc<Node>>,
    pub(super) no_log: Option<&'a Arc<Node>>,
    pub(super) notify: Option<&'a Arc<Node>>,
    /// Arguments that modules have where a task does not give them, those of the farthest first.
    pub(super) module_defaults: Vec<&'a Arc<Node>>,
    /// The folder of the file that is played.
    pub(super) folder: String,
    /// The files that led here.
    pub(super) files: Vec<FileId>,
}

impl<'a> Context<'a> {
    pub(super) fn new() -> Context<'a> {
        Context {
            role: None,
            role_params: None,
            includes_role: false,
            vars: Vec::new(),
            params: Vec::new(),
            when: Vec::new(),
            guard: Condition::True,
            tags: Vec::new(),
            environment: Vec::new(),
            becomes: None,
            become_user: None,
            remote_user: None,
            login: None,
            delegate_to: None,
            delegate_facts: None,
            run_once: None,
            ignore_errors: None,
            check_mode: None,
            no_log: None,
            notify: None,
            module_defaults: Vec::new(),
            folder: String::new(),
            files: Vec::new(),
        }
    }

    /// Tells whether `no_log` forbids to show what a task says and returns; a template that decides it may say yes.
    pub(super) fn is_silent(&self) -> bool {
        let is_no = |node: &Node| match node.scalar() {
            Some(Scalar::Bool(it)) => !it,
            Some(Scalar::Str(text)) => {
                matches!(
                    text.to_lowercase().as_str(),
                    "no" | "false" | "off" | "0" | "n" | "f" | ""
                )
            }
            Some(Scalar::Int(number)) => number == 0,
            Some(Scalar::Null | Scalar::Float(_)) | None => true,
        };
        self.no_log.is_some_and(|it| !is_no(it))
    }

    /// Of a play: its variables have a level of their own, and those of an `import_playbook` stand above them there.
    pub(super) fn of_play(&self, play: &'a Play) -> Context<'a> {
        let mut context = self.inside(&play.keywords);
        context.vars.clear();
        context.params.clear();
        context
    }

    /// Returns the context of what an `apply`, or a role that a play lists, gives its keywords to.
    pub(super) fn with_keywords_of(&self, node: &'a Arc<Node>) -> Context<'a> {
        let mut inner = self.clone();
        inner.when.extend(node.get("when"));
        inner.tags.extend(node.get("tags"));
        inner.environment.extend(node.get("environment"));
        inner.module_defaults.extend(node.get("module_defaults"));
        inner.becomes = node.get("become").or(inner.becomes);
        inner.become_user = node.get("become_user").or(inner.become_user);
        if node.get("become").or(node.get("become_user")).is_some() {
            inner.login = login(&inner);
        }
        inner.delegate_to = node.get("delegate_to").or(inner.delegate_to);
        inner.delegate_facts = node.get("delegate_facts").or(inner.delegate_facts);
        inner.run_once = node.get("run_once").or(inner.run_once);
        inner.ignore_errors = node.get("ignore_errors").or(inner.ignore_errors);
        inner.check_mode = node.get("check_mode").or(inner.check_mode);
        inner.no_log = node.get("no_log").or(inner.no_log);
        inner.notify = node.get("notify").or(inner.notify);
        inner
    }

    /// Returns the context of the plays that `import_playbook` imports with these keywords.
    pub(super) fn imported_with(&self, keywords: &'a Keywords) -> Context<'a> {
        let mut inner = self.clone();
        inner.when.extend(&keywords.when);
        inner.tags.extend(&keywords.tags);
        inner.params.extend(
            keywords
                .vars
                .iter()
                .map(|vars| Arc::new(Layer::of_mapping(vars))),
        );
        inner
    }

    /// Returns the context of what stands in a block, play or role with these keywords.
    pub(super) fn inside(&self, keywords: &'a Keywords) -> Context<'a> {
        let mut inner = self.clone();
        inner.when.extend(&keywords.when);
        inner.tags.extend(&keywords.tags);
        inner.environment.extend(&keywords.environment);
        inner.module_defaults.extend(&keywords.module_defaults);
        inner.becomes = keywords.become_.as_ref().or(self.becomes);
        inner.become_user = keywords.become_user.as_ref().or(self.become_user);
        inner.remote_user = keywords.remote_user.as_ref().or(self.remote_user);
        let own = [
            &keywords.become_,
            &keywords.become_user,
            &keywords.remote_user,
        ];
        if own.into_iter().any(Option::is_some) {
            inner.login = login(&inner);
        }
        inner.delegate_to = keywords.delegate_to.as_ref().or(self.delegate_to);
        inner.delegate_facts = keywords.delegate_facts.as_ref().or(self.delegate_facts);
        inner.run_once = keywords.run_once.as_ref().or(self.run_once);
        inner.ignore_errors = keywords.ignore_errors.as_ref().or(self.ignore_errors);
        inner.check_mode = keywords.check_mode.as_ref().or(self.check_mode);
        inner.no_log = keywords.no_log.as_ref().or(self.no_log);
        inner.notify = keywords.notify.as_ref().or(self.notify);
        if let Some(vars) = &keywords.vars {
            inner.vars.push(Arc::new(Layer::of_mapping(vars)));
        }
        inner
    }
}

/// What the keywords say of the login, for those who ask for it by the names that inventories use.
fn login(context: &Context<'_>) -> Option<Arc<Layer>> {
    let mut layer = Layer::default();
    let said = [
        (
            context.remote_user,
            &["ansible_user", "ansible_ssh_user"][..],
        ),
        (context.becomes, &["ansible_become"][..]),
        (context.become_user, &["ansible_become_user"][..]),
    ];
    for (node, names) in said {
        let Some(node) = node else { continue };
        // A keyword that is made of the variable says nothing of it.
        let text = node.text().unwrap_or_default();
        for name in names.iter().filter(|name| !text.contains(**name)) {
            let binding = Binding::Node(Arc::clone(node));
            layer.vars.insert((*name).to_owned(), binding);
        }
    }
    (!layer.vars.is_empty()).then(|| Arc::new(layer))
}
