//! `include_tasks`, `import_tasks`, the old `include`; `include_role` and `import_role`.

use std::sync::Arc;

use super::context::Context;
use super::flow::is_true;
use super::returned::Ground;
use super::roles::{Call, How, Parts};
use super::{MAX_DEPTH, Player};
use crate::account::{Code, Verdict};
use crate::diag;
use crate::import::ansible::params::Refusal;
use crate::import::ansible::playbook::{Statement, Task};
use crate::import::ansible::results;
use crate::import::ansible::scope::{Layer, Scope};
use crate::import::ansible::value::Value;
use crate::model::Condition;
use crate::source::{FileId, join};
use crate::syntax::yaml::Node;

/// What an include did not come to.
struct Amiss {
    refusal: Refusal,
    /// Whether Ansible would fail, too.
    fails: bool,
}

impl From<Refusal> for Amiss {
    fn from(refusal: Refusal) -> Amiss {
        Amiss {
            refusal,
            fails: false,
        }
    }
}

impl<'a> Player<'a> {
    /// `outer` is the context around the include, `inner` that of the include itself.
    pub(super) fn include_tasks(
        &mut self,
        task: &'a Arc<Task>,
        outer: &Context<'a>,
        inner: &Context<'a>,
    ) {
        let Some(node) = named_file(task) else {
            let refusal = Refusal::new(Code::BadInput, "it names no file");
            self.refuse(task, inner, None, &refusal);
            return;
        };
        self.include(task, outer, inner, |player, scope, context| {
            let name = known_text(scope, node)?;
            // Old playbooks put variables behind the name.
            let path = name.split_whitespace().next().unwrap_or_default();
            let file = player.find_tasks(path, context).ok_or_else(|| Amiss {
                refusal: missing(format!("the file of tasks `{path}` is not in the input")),
                fails: !path.starts_with(['/', '~']),
            })?;
            player.play_tasks(file, task, context);
            Ok(())
        });
    }

    pub(super) fn include_role(
        &mut self,
        task: &'a Arc<Task>,
        outer: &Context<'a>,
        inner: &Context<'a>,
    ) {
        let Some(node) = named_role(task) else {
            let refusal = Refusal::new(Code::BadInput, "it names no role");
            self.refuse(task, inner, None, &refusal);
            return;
        };
        self.include(task, outer, inner, |player, scope, context| {
            let name = known_text(scope, node)?;
            let parts = parts_of(task, scope)?;
            let is = |key: &str, usual: bool| {
                let node = task.arguments.get(key);
                node.map_or(usual, |node| is_true(scope, node))
            };
            let is_static = is_static(task);
            let variables = task.keywords.vars.as_deref().map(Value::as_written);
            let call = Call {
                name: &name,
                span: node.span,
                parts: &parts,
                how: How::Included {
                    with: format!("{parts:?} {variables:?}"),
                    public: is("public", is_static),
                    again: is("allow_duplicates", true),
                    checks: is("rolespec_validate", true),
                    announces: !is_static,
                },
            };
            let mut context = context.clone();
            context.role_params = None;
            context.includes_role = true;
            player.play_role(&call, &context).map_err(|refusal| Amiss {
                // A role of Galaxy is not there because nobody installed it yet.
                fails: refusal.diagnostic == Some(diag::Code::MissingRole) && !name.contains('.'),
                refusal,
            })
        });
    }

    /// Runs an include once or for each item of its loop, with what its children inherit.
    fn include(
        &mut self,
        task: &'a Arc<Task>,
        outer: &Context<'a>,
        inner: &Context<'a>,
        play: impl Fn(&mut Player<'a>, &Scope<'a>, &Context<'a>) -> Result<(), Amiss>,
    ) {
        let is_static = is_static(task);
        let rounds = match self.rounds(task, inner) {
            Ok(rounds) => rounds,
            Err(none) => {
                self.fail_loop(task, inner, &none);
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
        }
        // What fails does so once all that is included is known, and before anything of it runs where nobody rescues.
        let mut failed = None;
        for (number, round) in rounds.into_iter().enumerate() {
            let scope = self.scope(inner, &round.layers);
            let mut context = if is_static {
                inner.clone()
            } else {
                outer.clone()
            };
            if !is_static {
                // Its condition is decided now; its children do not ask again.
                let decided = match self.decided(task, &scope, inner) {
                    Ok(condition) => super::both(condition, round.guard.clone()),
                    Err(returned) => {
                        failed = failed.or(returned.failed);
                        continue;
                    }
                };
                context.guard = super::both(context.guard, decided);
                if context.guard == Condition::False {
                    self.close_part(
                        task.item,
                        Verdict::Skipped,
                        Code::ConditionFalse,
                        "its condition is false",
                    );
                    continue;
                }
                if let Some(apply) = task.arguments.get("apply") {
                    // `apply` gives its keywords to every task of the included file.
                    context = context.with_keywords_of(apply);
                    let vars = apply.get("vars");
                    let vars = vars.map(|vars| Arc::new(Layer::of_mapping(vars)));
                    context.vars.extend(vars);
                }
                context.params.extend(round.layers.iter().cloned());
                let vars = task.keywords.vars.as_ref();
                let vars = vars.map(|vars| Arc::new(Layer::of_mapping(vars)));
                context.params.extend(vars);
            }
            if self.depth >= MAX_DEPTH {
                let reason = "the includes go round in a circle";
                self.diags.at(diag::Code::IncludeCycle, task.span, reason);
                self.close_part(task.item, Verdict::Manual, Code::BadInput, reason);
                continue;
            }
            self.depth += 1;
            let played = self.at(number, |it| play(it, &scope, &context));
            self.depth -= 1;
            match played {
                Ok(()) => self.close_part(
                    task.item,
                    Verdict::Control,
                    Code::Evaluated,
                    "what it includes was played",
                ),
                Err(_) if self.is_certainly_skipped(&scope, inner) => {
                    let reason = "its condition is false";
                    self.close_part(task.item, Verdict::Skipped, Code::ConditionFalse, reason);
                }
                Err(amiss) => {
                    self.refuse(task, inner, Some(&scope), &amiss.refusal);
                    if amiss.fails && !is_static {
                        let ground = self.ground(&scope).min(Ground::Lacking);
                        failed = failed.or(Some(ground));
                    }
                }
            }
        }
        if let Some(ground) = failed {
            self.fall(task, ground, &results::unknown(task));
        }
    }

    /// Returns the file that a static import names, where that is known.
    pub(super) fn imported_file(&self, task: &Task, context: &Context<'a>) -> Option<FileId> {
        let scope = self.scope(context, &[]);
        let name = known_text(&scope, named_file(task)?).ok()?;
        self.find_tasks(name.split_whitespace().next()?, context)
    }

    /// Adds the handlers of the roles that tasks import: a play has them from its start, and an included file from when
    /// it is included.
    pub(super) fn announce(&mut self, statements: &'a [Statement], context: &Context<'a>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for statement in statements {
            match statement {
                Statement::Broken(_) => {}
                Statement::Block(block) => {
                    let inner = context.inside(&block.keywords);
                    for part in [&block.block, &block.rescue, &block.always] {
                        self.announce(part, &inner);
                    }
                }
                Statement::Task(task) if task.module == "import_tasks" => {
                    let inner = context.inside(&task.keywords);
                    let file = self.imported_file(task, &inner);
                    if let Some(tasks) = file.and_then(|file| self.stage.library.tasks(file)) {
                        let inner = self.in_file(tasks.file, &inner);
                        self.announce(&tasks.tasks, &inner);
                    }
                }
                Statement::Task(task) if task.module == "import_role" => {
                    self.announce_import(task, &context.inside(&task.keywords));
                }
                Statement::Task(_) => {}
            }
        }
        self.depth -= 1;
    }

    fn announce_import(&mut self, task: &'a Task, context: &Context<'a>) {
        let scope = self.scope(context, &[]);
        let from = context.role.as_ref().map(|role| role.path.as_str());
        let found = named_role(task).and_then(|node| {
            let name = known_text(&scope, node).ok()?;
            let folder = &self.frame.folder;
            let path = self.stage.library.role(&name, folder, from)?;
            Some((name, path, parts_of(task, &scope).ok()?))
        });
        if let Some((name, path, parts)) = found {
            let inner = self.entered(&path, &name, context, &parts);
            self.announce_included_role(&path, &inner, &parts);
        }
    }

    /// Adds the handlers that come with a role whose context is given: those of the roles that its tasks import, then its
    /// own.
    pub(super) fn announce_included_role(
        &mut self,
        path: &str,
        context: &Context<'a>,
        parts: &Parts,
    ) {
        let library = self.stage.library;
        let entry = parts.tasks.as_deref().unwrap_or("main");
        let file = library.role_file(path, "tasks", entry);
        if let Some(tasks) = file.and_then(|file| library.tasks(file)) {
            self.announce(&tasks.tasks, context);
        }
        self.announce_role(path, context, parts);
    }

    fn play_tasks(&mut self, file: FileId, task: &Task, context: &Context<'a>) {
        let library = self.stage.library;
        self.visited.insert(file);
        let Some(tasks) = library.tasks(file) else {
            return;
        };
        if context.files.iter().filter(|it| **it == file).count() > 3 {
            self.diags.at(
                diag::Code::IncludeCycle,
                task.span,
                "the file includes itself in a circle",
            );
            return;
        }
        let context = self.in_file(file, context);
        if !is_static(task) {
            self.announce(&tasks.tasks, &context);
        }
        self.statements(&tasks.tasks, &context);
    }

    fn in_file(&self, file: FileId, context: &Context<'a>) -> Context<'a> {
        let path = self.stage.library.tree.path(file);
        let mut inner = context.clone();
        inner.files.push(file);
        inner.folder = path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned();
        inner
    }

    /// Finds a file of tasks, as Ansible does: beside the including file, in the role's `tasks`, beside the playbook.
    pub(super) fn find_tasks(&self, name: &str, context: &Context<'a>) -> Option<FileId> {
        let tree = self.stage.library.tree;
        let mut places = Vec::new();
        if let Some(role) = &context.role {
            places.push(join(&join(&role.path, "tasks"), name));
            places.push(join(&join(&role.path, "handlers"), name));
            places.push(join(&role.path, name));
        }
        places.push(join(&context.folder, name));
        places.push(join(&self.frame.folder, name));
        places.push(join(&self.frame.folder, &join("tasks", name)));
        places.push(name.to_owned());
        let below_root = |place: &String| {
            tree.find(place)
                .or_else(|_| tree.find(&format!("{place}.yml")))
                .ok()
        };
        places.iter().find_map(below_root)
    }
}

/// Tells whether the name of a task is a static import's; the old `include` without a loop was one.
fn is_static(task: &Task) -> bool {
    match task.module.as_str() {
        "import_tasks" | "import_role" => true,
        "include" => task.keywords.looped.is_none(),
        _ => false,
    }
}

fn named_file(task: &Task) -> Option<&Arc<Node>> {
    let free = || task.arguments.free.as_ref();
    task.arguments.get("file").or_else(free)
}

fn named_role(task: &Task) -> Option<&Arc<Node>> {
    let role = || task.arguments.get("role");
    task.arguments.get("name").or_else(role)
}

/// Returns which files of a role a task asks for.
fn parts_of(task: &Task, scope: &Scope<'_>) -> Result<Parts, Amiss> {
    let from = |key: &str| {
        let node = task.arguments.get(key);
        node.map(|node| known_text(scope, node)).transpose()
    };
    Ok(Parts {
        tasks: from("tasks_from")?,
        vars: from("vars_from")?,
        defaults: from("defaults_from")?,
        handlers: from("handlers_from")?,
    })
}

/// Returns the text of a name that must be known.
fn known_text(scope: &Scope<'_>, node: &Node) -> Result<String, Amiss> {
    let value = scope.resolve(node).map_err(|failure| {
        let mut refusal = Refusal::new(Code::TemplateFailed, failure.message);
        refusal.diagnostic = Some(failure.code);
        Amiss {
            refusal,
            fails: true,
        }
    })?;
    match value.hole() {
        Some(hole) => Err(Refusal::hole(hole).into()),
        None => Ok(value.to_text().to_string()),
    }
}

fn missing(reason: String) -> Refusal {
    let mut refusal = Refusal::new(Code::BadInput, reason);
    refusal.diagnostic = Some(diag::Code::MissingFile);
    refusal
}
