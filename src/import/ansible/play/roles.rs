//! Roles: their defaults, variables, dependencies, handlers and tasks.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_reuse_roles.html>

use std::sync::Arc;

use super::context::{Context, RoleFrame};
use super::tasks::is_yes;
use super::{MAX_DEPTH, Player};
use crate::account::Code;
use crate::diag;
use crate::import::ansible::keywords::{is_play_keyword, is_task_keyword};
use crate::import::ansible::library::role_title;
use crate::import::ansible::params::Refusal;
use crate::import::ansible::playbook::Play;
use crate::import::ansible::scope::{Binding, Failure, Layer};
use crate::import::ansible::value::Value;
use crate::model::Part;
use crate::source::{Span, join};
use crate::syntax::yaml::Node;

/// The variables that a role brings.
#[derive(Default)]
pub(super) struct Brought {
    /// Defaults of the roles that it depends on, lower than those of whoever includes it.
    below: Vec<Arc<Layer>>,
    defaults: Vec<Arc<Layer>>,
    vars: Vec<Arc<Layer>>,
}

/// Other files than `main` of a role's parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) tasks: Option<String>,
    pub(super) vars: Option<String>,
    pub(super) defaults: Option<String>,
    pub(super) handlers: Option<String>,
}

/// A role that is played: its name, and what of it.
pub(super) struct Call<'c> {
    pub(super) name: &'c str,
    pub(super) span: Span,
    pub(super) parts: &'c Parts,
    pub(super) how: How,
}

/// How a role comes to be played.
#[derive(Clone, Debug)]
pub(super) enum How {
    /// A play or a role lists it: with what, which tells two of one name apart.
    Listed(String),
    /// A task includes or imports it.
    Included {
        /// With which variables.
        with: String,
        /// Whether its variables hold for the whole play.
        public: bool,
        /// Whether it is played again where it was played before.
        again: bool,
        /// Whether its arguments are checked.
        checks: bool,
        /// Whether its handlers come only now.
        announces: bool,
    },
}

impl<'a> Player<'a> {
    /// Loads the variables of the roles that a play lists: they hold for all of it, and for roles listed before.
    pub(super) fn load_listed_roles(&mut self, play: &'a Play, context: &Context<'a>) {
        for node in &play.roles {
            let scope = self.scope(context, &[]);
            let name = role_name(node)
                .and_then(|name| scope.template(name, node.span).ok())
                .map(|it| it.to_text().to_string());
            let folder = self.frame.folder.clone();
            let path = name.and_then(|name| self.stage.library.role(&name, &folder, None));
            if let Some(path) = path {
                let brought = self.brought(&path, &Parts::default());
                self.export(&brought);
            }
        }
    }

    /// Makes the variables of a role hold for the whole play.
    fn export(&mut self, brought: &Brought) {
        let defaults = brought.below.iter().chain(&brought.defaults);
        self.frame.defaults.extend(defaults.cloned());
        self.frame.role_vars.extend(brought.vars.iter().cloned());
    }

    /// Returns what a role brings: the variables of those that it depends on, and above them its own.
    fn brought(&mut self, path: &str, parts: &Parts) -> Brought {
        let mut brought = Brought::default();
        let mut seen = vec![path.to_owned()];
        self.bring_dependencies(path, &mut seen, &mut brought);
        let (defaults, vars) = self.role_layers(path, parts);
        brought.defaults = defaults;
        brought.vars.extend(vars);
        brought
    }

    fn bring_dependencies(&mut self, path: &str, seen: &mut Vec<String>, brought: &mut Brought) {
        for name in self.dependencies_of(path) {
            let found = self
                .stage
                .library
                .role(&name, &self.frame.folder, Some(path));
            let Some(path) = found.filter(|it| !seen.contains(it)) else {
                continue;
            };
            seen.push(path.clone());
            self.bring_dependencies(&path, seen, brought);
            let (defaults, vars) = self.role_layers(&path, &Parts::default());
            brought.below.extend(defaults);
            brought.vars.extend(vars);
        }
    }

    pub(super) fn play_listed_role(&mut self, node: &'a Arc<Node>, context: &Context<'a>) {
        let Some(name) = role_name(node) else {
            self.diags.at(
                diag::Code::AnsibleShape,
                node.span,
                "a role is a name, or a mapping with `role`",
            );
            return;
        };
        let context = self.role_entry_context(node, context);
        let played = match self.listed_name(node, &context) {
            // What the play lists holds for all of it already.
            Ok(name) => {
                let call = Call {
                    name: &name,
                    span: node.span,
                    parts: &Parts::default(),
                    how: How::Listed(identity(node)),
                };
                self.play_role(&call, &context)
            }
            Err(failure) => Err(Refusal::new(Code::TemplateFailed, failure.message)),
        };
        if let Err(refusal) = played {
            let code = refusal.diagnostic.unwrap_or(diag::Code::MissingRole);
            let cure = refusal.cure.clone().unwrap_or_default();
            self.diags
                .at_with_help(code, node.span, refusal.reason.clone(), cure);
            if let Some(play) = self.frame.item {
                let title = format!("the role `{name}`");
                self.leave(play, Part::Machine, &title, &refusal.reason, refusal.cure);
            }
        }
    }

    /// Returns the name of a listed role, rendered.
    fn listed_name(&self, node: &'a Arc<Node>, context: &Context<'a>) -> Result<String, Failure> {
        let name = role_name(node).unwrap_or_default();
        let value = self.scope(context, &[]).template(name, node.span)?;
        Ok(value.to_text().to_string())
    }

    /// Adds the handlers of a listed role, and before them those of the roles that it depends on: a play has them from
    /// its start.
    pub(super) fn announce_listed_role(&mut self, node: &'a Arc<Node>, context: &Context<'a>) {
        let context = self.role_entry_context(node, context);
        let from = context.role.as_ref().map(|role| role.path.clone());
        let found = self.listed_name(node, &context).ok().and_then(|name| {
            let folder = &self.frame.folder;
            let path = self.stage.library.role(&name, folder, from.as_deref())?;
            Some((name, path))
        });
        let Some((name, path)) = found else { return };
        let inner = self.entered(&path, &name, &context, &Parts::default());
        self.announce_role(&path, &inner, &Parts::default());
    }

    /// Adds the handlers of the roles that the tasks of a listed role import.
    pub(super) fn announce_imports_of(&mut self, node: &'a Arc<Node>, context: &Context<'a>) {
        let context = self.role_entry_context(node, context);
        let library = self.stage.library;
        let found = self.listed_name(node, &context).ok().and_then(|name| {
            let path = library.role(&name, &self.frame.folder, None)?;
            let file = library.role_file(&path, "tasks", "main")?;
            Some((name, path, library.tasks(file)?))
        });
        if let Some((name, path, tasks)) = found {
            let inner = self.entered(&path, &name, &context, &Parts::default());
            self.announce(&tasks.tasks, &inner);
        }
    }

    /// Adds the handlers of a role whose context is given, and of those that it depends on.
    pub(super) fn announce_role(&mut self, path: &str, context: &Context<'a>, parts: &Parts) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for node in self.dependency_nodes(path) {
            if !self.leads_back(node, context) {
                self.announce_listed_role(node, context);
            }
        }
        self.depth -= 1;
        self.add_role_handlers(path, parts.handlers.as_deref().unwrap_or("main"), context);
    }

    /// Returns the context of a role that is listed with keywords and parameters.
    fn role_entry_context(&mut self, node: &'a Arc<Node>, context: &Context<'a>) -> Context<'a> {
        let mut inner = context.with_keywords_of(node);
        inner.role_params = None;
        let Some(pairs) = node.pairs() else {
            return inner;
        };
        if let Some(vars) = node.get("vars") {
            inner.params.push(Arc::new(Layer::of_mapping(vars)));
        }
        let mut layer = Layer::default();
        for (key, value) in pairs {
            let Some(key) = key.text() else { continue };
            if !is_task_keyword(key) && !is_play_keyword(key) && key != "role" {
                layer
                    .vars
                    .insert(key.to_owned(), Binding::Node(Arc::clone(value)));
            }
        }
        if !layer.vars.is_empty() {
            let layer = Arc::new(layer);
            inner.role_params = Some(Arc::clone(&layer));
            inner.params.push(layer);
        }
        inner
    }

    /// Returns the names of the roles that a play lists, and of those that they depend on.
    pub(super) fn listed_roles(&self, play: &Play) -> (Vec<String>, Vec<String>) {
        let (mut listed, mut dependencies) = (Vec::new(), Vec::new());
        let library = self.stage.library;
        let folder = &self.frame.folder;
        let mut waiting: Vec<String> = Vec::new();
        for name in play.roles.iter().filter_map(|node| role_name(node)) {
            listed.push(role_title(name).to_owned());
            waiting.extend(library.role(name, folder, None));
        }
        while let Some(path) = waiting.pop() {
            for name in self.dependencies_of(&path) {
                let title = role_title(&name).to_owned();
                if !dependencies.contains(&title) {
                    dependencies.push(title);
                    waiting.extend(library.role(&name, folder, Some(&path)));
                }
            }
        }
        (listed, dependencies)
    }

    /// Returns the names of the roles on which the role in a folder depends.
    fn dependencies_of(&self, path: &str) -> Vec<String> {
        let nodes = self.dependency_nodes(path).iter();
        nodes
            .filter_map(|node| role_name(node))
            .map(str::to_owned)
            .collect()
    }

    fn dependency_nodes(&self, path: &str) -> &'a [Arc<Node>] {
        self.role_meta(path)
            .and_then(|it| it.get("dependencies")?.items())
            .unwrap_or_default()
    }

    pub(super) fn role_meta(&self, path: &str) -> Option<&'a Arc<Node>> {
        let library = self.stage.library;
        library.document(library.role_file(path, "meta", "main")?)
    }

    /// Plays a role by its name.
    ///
    /// # Errors
    /// What is wrong, when it cannot be played.
    pub(super) fn play_role(
        &mut self,
        call: &Call<'_>,
        context: &Context<'a>,
    ) -> Result<(), Refusal> {
        let name = call.name;
        let from = context.role.as_ref().map(|role| role.path.clone());
        let folder = self.frame.folder.clone();
        let found = self.stage.library.role(name, &folder, from.as_deref());
        let Some(path) = found else {
            let reason = format!("the role `{name}` is not in the input");
            let mut refusal = Refusal::new(Code::BadInput, reason)
                .cure("put it below roles/, as `ansible-galaxy install -p roles` does");
            refusal.diagnostic = Some(diag::Code::MissingRole);
            return Err(refusal);
        };
        if let Some(missing) = self.missing_part(&path, call.parts) {
            let reason = format!("the role `{name}` has no `{missing}`");
            return Err(Refusal::diagnosed(diag::Code::MissingFile, reason));
        }
        if let Some(role) = &context.role {
            let title = role_title(name);
            let circle = role.path == path && call.parts.tasks.is_none();
            if circle || role.parents.iter().filter(|it| *it == title).count() > 5 {
                self.diags.at(
                    diag::Code::RoleCycle,
                    call.span,
                    format!("the role `{name}` leads back to itself"),
                );
                return Ok(());
            }
        }
        let (key, allows_more) = match &call.how {
            How::Listed(with) => {
                let meta = self.role_meta(&path);
                let again = meta.and_then(|it| it.get("allow_duplicates"));
                (format!("{path} {with}"), is_yes(again))
            }
            How::Included { with, again, .. } => (format!("{path} by a task {with}"), *again),
        };
        if !allows_more && self.frame.completed.contains(&key) {
            return Ok(());
        }
        let public = matches!(call.how, How::Included { public: true, .. });
        if public {
            let brought = self.brought(&path, call.parts);
            self.export(&brought);
        }
        let inner = self.entered(&path, name, context, call.parts);
        if matches!(
            call.how,
            How::Included {
                announces: true,
                ..
            }
        ) {
            self.announce_included_role(&path, &inner, call.parts);
        }
        let checks = !matches!(call.how, How::Included { checks: false, .. });
        self.frame.ran.push(false);
        self.play_entered(&path, &inner, call.parts, checks);
        self.halt.leave_role();
        if self.frame.ran.pop() == Some(true) && self.is_completing(context) {
            self.frame.completed.insert(key);
        }
        Ok(())
    }

    /// Returns the first of the files asked for by name that the role does not have.
    fn missing_part(&self, path: &str, parts: &Parts) -> Option<String> {
        let library = self.stage.library;
        let asked = [
            ("tasks", &parts.tasks),
            ("handlers", &parts.handlers),
            ("vars", &parts.vars),
            ("defaults", &parts.defaults),
        ];
        asked.into_iter().find_map(|(folder, name)| {
            let name = name.as_ref()?;
            let is_there = match folder {
                "vars" | "defaults" => !library.role_variables(path, folder, name).is_empty(),
                _ => library.role_file(path, folder, name).is_some(),
            };
            (!is_there).then(|| format!("{folder}/{name}"))
        })
    }

    /// Plays the role in a folder, as if a play listed it.
    pub(super) fn play_role_at(&mut self, path: &str, title: &str, context: &Context<'a>) {
        let parts = Parts::default();
        let inner = self.entered(path, title, context, &parts);
        self.announce_included_role(path, &inner, &parts);
        self.play_entered(path, &inner, &parts, true);
        self.halt.leave_role();
    }

    /// Returns the context of a role that is entered.
    pub(super) fn entered(
        &mut self,
        path: &str,
        name: &str,
        context: &Context<'a>,
        parts: &Parts,
    ) -> Context<'a> {
        let brought = self.brought(path, parts);
        let library = self.stage.library;
        let title = if path.is_empty() {
            library.tree.name()
        } else {
            role_title(name)
        };
        let mut inner = context.clone();
        let outer = context.role.as_deref();
        let mut parents = outer.map(|role| role.parents.clone()).unwrap_or_default();
        parents.extend(outer.map(|role| role.title.clone()));
        let mut parent_paths = outer.map_or_else(Vec::new, |role| role.parent_paths.clone());
        parent_paths.extend(outer.map(|role| role.path.clone()));
        let mut includers = outer.map(|role| role.includers.clone()).unwrap_or_default();
        if context.includes_role {
            includers.extend(outer.map(|role| role.title.clone()));
        }
        inner.includes_role = false;
        let mut defaults = brought.below;
        let mut vars = Vec::new();
        if let Some(outer) = outer {
            defaults.extend(outer.defaults.iter().cloned());
            vars.extend(outer.vars.iter().cloned());
        }
        defaults.extend(brought.defaults);
        vars.extend(brought.vars);
        let collection = library.collection_of(path);
        let name = match &collection {
            None if !name.starts_with('/') => name,
            _ => title,
        };
        let role = RoleFrame {
            path: path.to_owned(),
            title: title.to_owned(),
            name: name.to_owned(),
            collection,
            includers,
            parents,
            parent_paths,
            defaults,
            vars,
            magic: Arc::default(),
        };
        inner.role = Some(Arc::new(role.with_magic()));
        inner.folder = join(path, "tasks");
        inner
    }

    /// Plays the role whose context is given: dependencies, the check of its arguments, tasks.
    fn play_entered(&mut self, path: &str, inner: &Context<'a>, parts: &Parts, checks: bool) {
        self.play_dependencies(path, inner);
        let entry = parts.tasks.as_deref().unwrap_or("main");
        if checks {
            self.check_arguments(path, entry, inner);
        }
        let library = self.stage.library;
        let Some(file) = library.role_file(path, "tasks", entry) else {
            return;
        };
        self.visited.insert(file);
        if let Some(tasks) = library.tasks(file) {
            let mut inner = inner.clone();
            inner.files.push(file);
            self.statements(&tasks.tasks, &inner);
        }
    }

    /// Plays what `meta/main.yml` names, each once unless it allows more.
    fn play_dependencies(&mut self, path: &str, context: &Context<'a>) {
        let depth = context.role.as_ref().map_or(0, |role| role.parents.len());
        for node in self.dependency_nodes(path) {
            let Some(name) = role_name(node) else {
                continue;
            };
            if depth > 20 || self.leads_back(node, context) {
                let title = context.role.as_ref().map_or("", |role| &role.title);
                let message = format!("the roles `{title}` and `{name}` depend on each other");
                self.diags.at(diag::Code::RoleCycle, node.span, message);
                continue;
            }
            self.play_listed_role(node, context);
        }
    }

    /// Tells whether a dependency is one of the roles that led to it.
    fn leads_back(&self, node: &Node, context: &Context<'a>) -> bool {
        let Some((name, role)) = role_name(node).zip(context.role.as_ref()) else {
            return false;
        };
        let title = role_title(name);
        role.title == title || role.parents.iter().any(|it| it == title)
    }

    /// Tells whether the end of a role counts: it is a task of Ansible's own with the tag `always`.
    fn is_completing(&self, context: &Context<'a>) -> bool {
        self.halt.why().is_none() && self.is_always_meant(context)
    }

    /// Returns the defaults and the vars of a role itself.
    fn role_layers(&mut self, path: &str, parts: &Parts) -> (Vec<Arc<Layer>>, Vec<Arc<Layer>>) {
        let library = self.stage.library;
        let mut layers = |part: &str, name: Option<&str>| {
            let files = library.role_variables(path, part, name.unwrap_or("main"));
            files
                .into_iter()
                .map(|file| self.file_layer(file))
                .collect::<Vec<_>>()
        };
        (
            layers("defaults", parts.defaults.as_deref()),
            layers("vars", parts.vars.as_deref()),
        )
    }
}

/// Returns what tells a listed role apart from another entry with the same name: parameters, variables, tags, conditions.
fn identity(node: &Node) -> String {
    let listed = |node: &Arc<Node>| match Value::as_written(node) {
        Value::List(items) => items.to_vec(),
        one => vec![one],
    };
    let mut parts: Vec<(String, Vec<Value>)> = Vec::new();
    for (key, value) in node.pairs().unwrap_or_default() {
        let Some(key) = key.text() else { continue };
        let is_keyword = is_task_keyword(key) || is_play_keyword(key) || key == "role";
        if !is_keyword || matches!(key, "when" | "tags" | "vars") {
            parts.push((key.to_owned(), listed(value)));
        }
    }
    parts.sort_by(|one, other| one.0.cmp(&other.0));
    format!("{parts:?}")
}

fn role_name(node: &Node) -> Option<&str> {
    let named = || node.get("role").or_else(|| node.get("name"))?.text();
    // `src` is what ansible-galaxy installs; the last part is the role's name.
    let source = || {
        node.get("src")?
            .text()?
            .rsplit('/')
            .next()
            .map(|it| it.trim_end_matches(".git"))
    };
    node.text().or_else(named).or_else(source)
}
