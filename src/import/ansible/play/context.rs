//! `Context`: what holds for the statements that are played: conditions, tags, variables, the role.

use std::sync::Arc;

use indexmap::IndexSet;

use crate::account::ItemId;
use crate::import::ansible::keywords::Keywords;
use crate::import::ansible::playbook::Play;
use crate::import::ansible::scope::Layer;
use crate::model::Condition;
use crate::source::{FileId, SourceTree};
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
    /// The roles that were played, with their parameters.
    pub(super) played: IndexSet<String>,
    /// The magic variables that hold for the whole play.
    pub(super) magic: Arc<Layer>,
    /// The first host of the play: for all of them it does what is done once.
    pub(super) first: Option<String>,
    /// How many tasks are certain to have failed.
    pub(super) failures: usize,
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
    /// The roles that led here, the outermost first.
    pub(super) parents: Vec<String>,
    /// Those of them that included or imported the next one, and did not depend on it.
    pub(super) includers: Vec<String>,
    pub(super) defaults: Vec<Arc<Layer>>,
    pub(super) vars: Vec<Arc<Layer>>,
}

/// What holds for the statements that are played.
#[derive(Clone)]
pub(super) struct Context<'a> {
    pub(super) role: Option<Arc<RoleFrame>>,
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
    pub(super) delegate_to: Option<&'a Arc<Node>>,
    pub(super) delegate_facts: Option<&'a Arc<Node>>,
    pub(super) run_once: Option<&'a Arc<Node>>,
    pub(super) no_log: Option<&'a Arc<Node>>,
    pub(super) notify: Vec<&'a Arc<Node>>,
    /// The folder of the file that is played.
    pub(super) folder: String,
    /// The files that led here.
    pub(super) files: Vec<FileId>,
}

impl<'a> Context<'a> {
    pub(super) fn new() -> Context<'a> {
        Context {
            role: None,
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
            delegate_to: None,
            delegate_facts: None,
            run_once: None,
            no_log: None,
            notify: Vec::new(),
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

    /// Of a play: its variables have a level of their own.
    pub(super) fn of_play(play: &'a Play) -> Context<'a> {
        let mut context = Context::new().inside(&play.keywords);
        context.vars.clear();
        context
    }

    /// Returns the context of what an `apply`, or a role that a play lists, gives its keywords to.
    pub(super) fn with_keywords_of(&self, node: &'a Arc<Node>) -> Context<'a> {
        let mut inner = self.clone();
        inner.when.extend(node.get("when"));
        inner.tags.extend(node.get("tags"));
        inner.environment.extend(node.get("environment"));
        inner.becomes = node.get("become").or(inner.becomes);
        inner.become_user = node.get("become_user").or(inner.become_user);
        inner.delegate_to = node.get("delegate_to").or(inner.delegate_to);
        inner.delegate_facts = node.get("delegate_facts").or(inner.delegate_facts);
        inner.run_once = node.get("run_once").or(inner.run_once);
        inner.no_log = node.get("no_log").or(inner.no_log);
        inner
    }

    /// Returns the context of what stands in a block, play or role with these keywords.
    pub(super) fn inside(&self, keywords: &'a Keywords) -> Context<'a> {
        let mut inner = self.clone();
        inner.when.extend(&keywords.when);
        inner.tags.extend(&keywords.tags);
        inner.environment.extend(&keywords.environment);
        inner.notify.extend(&keywords.notify);
        inner.becomes = keywords.become_.as_ref().or(self.becomes);
        inner.become_user = keywords.become_user.as_ref().or(self.become_user);
        inner.remote_user = keywords.remote_user.as_ref().or(self.remote_user);
        inner.delegate_to = keywords.delegate_to.as_ref().or(self.delegate_to);
        inner.delegate_facts = keywords.delegate_facts.as_ref().or(self.delegate_facts);
        inner.run_once = keywords.run_once.as_ref().or(self.run_once);
        inner.no_log = keywords.no_log.as_ref().or(self.no_log);
        if let Some(vars) = &keywords.vars {
            inner.vars.push(Arc::new(Layer::of_mapping(vars)));
        }
        inner
    }
}
