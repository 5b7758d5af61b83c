//! Handlers: what is notified, and when it runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_handlers.html>

use std::sync::Arc;

use super::Player;
use super::context::Context;
use crate::diag;
use crate::import::ansible::playbook::{Statement, Task};
use crate::import::ansible::scope::Scope;
use crate::import::ansible::value::Value;

/// A handler of the play or of one of its roles.
#[derive(Clone)]
pub(super) struct Handler<'a> {
    names: Vec<String>,
    task: &'a Arc<Task>,
    context: Context<'a>,
}

impl<'a> Player<'a> {
    pub(super) fn add_role_handlers(&mut self, role: &str, name: &str, context: &Context<'a>) {
        let library = self.stage.library;
        let Some(file) = library.role_file(role, "handlers", name) else {
            return;
        };
        self.visited.insert(file);
        if let Some(tasks) = library.tasks(file) {
            let mut context = context.clone();
            // A handler runs when it is notified, whatever the role's tasks hang on.
            context.when.clear();
            context.files.push(file);
            for statement in &tasks.tasks {
                self.add_handler(statement, &context);
            }
        }
    }

    pub(super) fn add_handler(&mut self, statement: &'a Statement, context: &Context<'a>) {
        match statement {
            Statement::Broken(broken) => self.leave_broken(broken, context),
            Statement::Block(block) => {
                let inner = context.inside(&block.keywords);
                for part in [&block.block, &block.rescue, &block.always] {
                    part.iter().for_each(|it| self.add_handler(it, &inner));
                }
            }
            Statement::Task(task) if task.module == "import_tasks" => {
                let inner = context.inside(&task.keywords);
                let name = task
                    .arguments
                    .get("file")
                    .or(task.arguments.free.as_ref())
                    .and_then(|it| it.text());
                let file = name.and_then(|name| self.find_tasks(name, context));
                self.close_part(
                    task.item,
                    crate::account::Verdict::Control,
                    crate::account::Code::Evaluated,
                    "its handlers are known",
                );
                if let Some(tasks) = file.and_then(|file| self.stage.library.tasks(file)) {
                    self.visited.insert(tasks.file);
                    tasks
                        .tasks
                        .iter()
                        .for_each(|it| self.add_handler(it, &inner));
                }
            }
            Statement::Task(task) => {
                if self.handlers.iter().any(|it| Arc::ptr_eq(it.task, task)) {
                    return;
                }
                let scope = self.scope(context, &[]);
                let mut names = Vec::new();
                if let Some(name) = rendered(&scope, &task.name, task) {
                    if let Some(role) = &context.role {
                        names.push(format!("{} : {name}", role.title));
                    }
                    names.push(name);
                }
                let listen = task.keywords.listen.as_ref();
                let topics = listen
                    .map(|node| {
                        node.items()
                            .map_or_else(|| vec![Arc::clone(node)], <[_]>::to_vec)
                    })
                    .unwrap_or_default();
                names.extend(
                    topics
                        .iter()
                        .filter_map(|it| rendered(&scope, it.text()?, task)),
                );
                self.handlers.push(Handler {
                    names,
                    task,
                    context: context.clone(),
                });
            }
        }
    }

    /// Notes what a task notifies, its own and what it inherits.
    pub(super) fn notify(&mut self, context: &Context<'a>, scope: &Scope<'a>) {
        for node in &context.notify {
            let value = scope.resolve(node).unwrap_or(Value::None);
            let names = match &value {
                Value::List(items) => items.iter().map(|it| it.to_text().to_string()).collect(),
                Value::None | Value::Omit | Value::Undefined(_) => Vec::new(),
                other => vec![other.to_text().to_string()],
            };
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                self.notified.entry(name).or_insert(node.span);
            }
        }
    }

    /// Says which notified handlers no role and no play brought.
    pub(super) fn report_unknown_handlers(&mut self) {
        for (name, span) in std::mem::take(&mut self.notified) {
            self.diags.at(
                diag::Code::UnknownHandler,
                span,
                format!("no handler is called `{name}` here"),
            );
        }
    }

    fn set_in_handler(&mut self, is: bool) {
        if let Some(trace) = &mut self.trace {
            trace.in_handler = is;
        }
    }

    /// Runs the notified handlers in the order in which they are defined; handlers may notify handlers behind them.
    pub(super) fn flush_handlers(&mut self) {
        for _ in 0..10 {
            let due: Vec<Handler<'a>> = self
                .handlers
                .iter()
                .filter(|it| it.names.iter().any(|name| self.notified.contains_key(name)))
                .cloned()
                .collect();
            for name in due.iter().flat_map(|it| &it.names) {
                self.notified.shift_remove(name);
            }
            if due.is_empty() {
                return;
            }
            for (number, handler) in due.into_iter().enumerate() {
                self.set_in_handler(true);
                self.at(number, |it| it.task(handler.task, &handler.context));
                self.set_in_handler(false);
            }
        }
    }
}

fn rendered(scope: &Scope<'_>, text: &str, task: &Task) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let value = scope.template(text, task.span).ok()?;
    Some(value.to_text().to_string())
}
