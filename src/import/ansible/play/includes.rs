//! `include_tasks`, `import_tasks`, the old `include`; `include_role` and `import_role`.

use std::sync::Arc;

use super::context::Context;
use super::{MAX_DEPTH, Player};
use crate::account::{Code, Verdict};
use crate::diag;
use crate::import::ansible::params::Refusal;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::{Layer, Scope};
use crate::model::Condition;
use crate::source::{FileId, join};
use crate::syntax::yaml::Node;

impl<'a> Player<'a> {
    /// `outer` is the context around the include, `inner` that of the include itself.
    pub(super) fn include_tasks(
        &mut self,
        task: &'a Arc<Task>,
        outer: &Context<'a>,
        inner: &Context<'a>,
    ) {
        let is_static = task.module == "import_tasks"
            || (task.module == "include" && task.keywords.looped.is_none());
        let Some(node) = task.arguments.get("file").or(task.arguments.free.as_ref()) else {
            self.refuse(
                task,
                inner,
                None,
                &Refusal::new(Code::BadInput, "it names no file"),
            );
            return;
        };
        self.include(task, outer, inner, is_static, |player, scope, context| {
            let name = known_text(scope, node)?;
            // Old playbooks put variables behind the name.
            let path = name.split_whitespace().next().unwrap_or_default();
            let file = player.find_tasks(path, context).ok_or_else(|| {
                missing(format!("the file of tasks `{path}` is not in the input"))
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
        let is_static = task.module == "import_role";
        let Some(node) = task
            .arguments
            .get("name")
            .or_else(|| task.arguments.get("role"))
        else {
            self.refuse(
                task,
                inner,
                None,
                &Refusal::new(Code::BadInput, "it names no role"),
            );
            return;
        };
        self.include(task, outer, inner, is_static, |player, scope, context| {
            let name = known_text(scope, node)?;

            let from = |key: &str| {
                task.arguments
                    .get(key)
                    .map(|node| known_text(scope, node))
                    .transpose()
            };
            let parts = super::roles::Parts {
                tasks: from("tasks_from")?,
                vars: from("vars_from")?,
                defaults: from("defaults_from")?,
                handlers: from("handlers_from")?,
            };
            let public = task.arguments.get("public").and_then(|it| it.text());
            let public = public.map_or(is_static, |text| matches!(text, "yes" | "true" | "True"));
            let mut context = context.clone();
            context.includes_role = true;
            player.play_role(&name, node.span, &context, &parts, public)
        });
    }

    /// Runs an include once or for each item of its loop, with what its children inherit.
    fn include(
        &mut self,
        task: &'a Arc<Task>,
        outer: &Context<'a>,
        inner: &Context<'a>,
        is_static: bool,
        play: impl Fn(&mut Player<'a>, &Scope<'a>, &Context<'a>) -> Result<(), Refusal>,
    ) {
        let rounds = match self.rounds(task, inner) {
            Ok(rounds) => rounds,
            Err(refusal) => {
                self.refuse(task, inner, None, &refusal);
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
        for (number, round) in rounds.into_iter().enumerate() {
            let scope = self.scope(inner, &round.layers);
            let mut context = if is_static {
                inner.clone()
            } else {
                outer.clone()
            };
            if !is_static {
                // Its condition is decided now; its children do not ask again.
                match self.decide(&scope, inner) {
                    Ok(condition) => context.guard = super::both(condition, round.guard.clone()),
                    Err(failure) => {
                        self.report(&failure, task.span);
                        let reason =
                            format!("its condition cannot be evaluated: {}", failure.message);
                        self.refuse(
                            task,
                            inner,
                            Some(&scope),
                            &Refusal::new(Code::TemplateFailed, reason),
                        );
                        continue;
                    }
                }
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
                }
            }
            context.params.extend(round.layers.iter().cloned());
            if let Some(vars) = &task.keywords.vars {
                context.params.push(Arc::new(Layer::of_mapping(vars)));
            }
            if self.depth >= MAX_DEPTH {
                self.diags.at(
                    diag::Code::IncludeCycle,
                    task.span,
                    "the includes go round in a circle",
                );
                self.close_part(
                    task.item,
                    Verdict::Manual,
                    Code::BadInput,
                    "the includes go round in a circle",
                );
                continue;
            }
            self.depth += 1;
            match self.at(number, |it| play(it, &scope, &context)) {
                Ok(()) => self.close_part(
                    task.item,
                    Verdict::Control,
                    Code::Evaluated,
                    "what it includes was played",
                ),
                Err(_)
                    if self
                        .decide(&scope, inner)
                        .is_ok_and(|it| it == Condition::False) =>
                {
                    let reason = "its condition is false";
                    self.close_part(task.item, Verdict::Skipped, Code::ConditionFalse, reason);
                }
                Err(refusal) => self.refuse(task, inner, Some(&scope), &refusal),
            }
            self.depth -= 1;
        }
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
        let mut context = context.clone();
        context.files.push(file);
        context.folder = library
            .tree
            .path(file)
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned();
        self.statements(&tasks.tasks, &context);
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

/// Returns the text of a name that must be known.
fn known_text(scope: &Scope<'_>, node: &Node) -> Result<String, Refusal> {
    let value = scope.resolve(node).map_err(|failure| {
        let mut refusal = Refusal::new(Code::TemplateFailed, failure.message);
        refusal.diagnostic = Some(failure.code);
        refusal
    })?;
    match value.hole() {
        Some(hole) => Err(Refusal::hole(hole)),
        None => Ok(value.to_text().to_string()),
    }
}

fn missing(reason: String) -> Refusal {
    let mut refusal = Refusal::new(Code::BadInput, reason);
    refusal.diagnostic = Some(diag::Code::MissingFile);
    refusal
}
