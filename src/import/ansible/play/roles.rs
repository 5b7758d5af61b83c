//! Roles: their defaults, variables, dependencies, handlers and tasks.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_reuse_roles.html>

use std::sync::Arc;

use super::Player;
use super::context::{Context, RoleFrame};
use crate::account::Code;
use crate::diag;
use crate::import::ansible::keywords::{is_play_keyword, is_task_keyword};
use crate::import::ansible::library::role_title;
use crate::import::ansible::params::Refusal;
use crate::import::ansible::playbook::Play;
use crate::import::ansible::scope::{Binding, Layer};
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
        let scope = self.scope(&context, &[]);
        let name = scope
            .template(name, node.span)
            .map(|it| it.to_text().to_string());
        let played = match name {
            // What the play lists holds for all of it already.
            Ok(name) => self.play_role(&name, node.span, &context, &Parts::default(), false),
            Err(failure) => Err(Refusal::new(Code::TemplateFailed, failure.message)),
        };
        if let Err(refusal) = played {
            let code = refusal.diagnostic.unwrap_or(diag::Code::MissingRole);
            let cure = refusal.cure.clone().unwrap_or_default();
            self.diags
                .at_with_help(code, node.span, refusal.reason.clone(), cure);
            if let Some(play) = self.frame.item {
                let title = format!("the role `{}`", role_name(node).unwrap_or_default());
                self.leave(play, Part::Machine, &title, &refusal.reason, refusal.cure);
            }
        }
    }

    /// Returns the context of a role that is listed with keywords and parameters.
    fn role_entry_context(&mut self, node: &'a Arc<Node>, context: &Context<'a>) -> Context<'a> {
        let mut inner = context.with_keywords_of(node);
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
            inner.params.push(Arc::new(layer));
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
        let library = self.stage.library;
        let meta = library
            .role_file(path, "meta", "main")
            .and_then(|file| library.document(file));
        let named = meta.as_ref().and_then(|it| it.get("dependencies")?.items());
        named
            .unwrap_or_default()
            .iter()
            .filter_map(|node| role_name(node))
            .map(str::to_owned)
            .collect()
    }

    /// Plays a role by its name.
    ///
    /// # Errors
    /// What is wrong, when it cannot be played.
    pub(super) fn play_role(
        &mut self,
        name: &str,
        span: Span,
        context: &Context<'a>,
        parts: &Parts,
        public: bool,
    ) -> Result<(), Refusal> {
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
        if let Some(role) = &context.role {
            let title = role_title(name);
            let circle = role.path == path && parts.tasks.is_none();
            if circle || role.parents.iter().filter(|it| *it == title).count() > 5 {
                self.diags.at(
                    diag::Code::RoleCycle,
                    span,
                    format!("the role `{name}` leads back to itself"),
                );
                return Ok(());
            }
        }
        let brought = self.brought(&path, parts);
        if public {
            self.export(&brought);
        }
        let title = if path.is_empty() {
            self.stage.library.tree.name()
        } else {
            role_title(name)
        };
        self.play_role_at(&path, title, context, Some((parts, brought)));
        Ok(())
    }

    /// Plays the role in a folder: dependencies, handlers, tasks.
    pub(super) fn play_role_at(
        &mut self,
        path: &str,
        title: &str,
        context: &Context<'a>,
        given: Option<(&Parts, Brought)>,
    ) {
        let main = Parts::default();
        let (parts, brought) = given.unwrap_or_else(|| (&main, self.brought(path, &main)));
        let mut inner = context.clone();
        let outer = context.role.as_deref();
        let mut parents = outer.map(|role| role.parents.clone()).unwrap_or_default();
        parents.extend(outer.map(|role| role.title.clone()));
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
        inner.role = Some(Arc::new(RoleFrame {
            path: path.to_owned(),
            title: title.to_owned(),
            includers,
            parents,
            defaults,
            vars,
        }));
        inner.folder = join(path, "tasks");
        self.play_dependencies(path, title, &inner);
        let handlers = parts.handlers.as_deref().unwrap_or("main");
        self.add_role_handlers(path, handlers, &inner);
        let library = self.stage.library;
        let Some(file) = library.role_file(path, "tasks", parts.tasks.as_deref().unwrap_or("main"))
        else {
            return;
        };
        self.visited.insert(file);
        if let Some(tasks) = library.tasks(file) {
            inner.files.push(file);
            self.statements(&tasks.tasks, &inner);
        }
    }

    /// Plays what `meta/main.yml` names, each once unless it allows more.
    fn play_dependencies(&mut self, path: &str, title: &str, context: &Context<'a>) {
        let library = self.stage.library;
        let Some(meta) = library
            .role_file(path, "meta", "main")
            .and_then(|file| library.document(file))
        else {
            return;
        };
        let Some(dependencies) = meta.get("dependencies").and_then(|it| it.items()) else {
            return;
        };
        let depth = context.role.as_ref().map_or(0, |role| role.parents.len());
        for node in dependencies {
            let key = format!("{:?}", library.tree.snippet(node.span));
            let Some(name) = role_name(node) else {
                continue;
            };
            if context.role.as_ref().is_some_and(|role| {
                role.parents.iter().any(|it| it == role_title(name))
                    || role.title == role_title(name)
            }) || depth > 20
            {
                let message = format!("the roles `{title}` and `{name}` depend on each other");
                self.diags.at(diag::Code::RoleCycle, node.span, message);
                continue;
            }
            if !self.frame.played.insert(key) {
                continue;
            }
            self.play_listed_role(node, context);
        }
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
