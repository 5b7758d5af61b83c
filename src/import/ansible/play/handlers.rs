//! Handlers: what is notified, and when it runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_handlers.html>; as
//! `ansible/plugins/strategy/__init__.py` has it.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Player;
use super::context::Context;
use crate::account::{Code, Verdict};
use crate::diag;
use crate::import::ansible::playbook::{Statement, Task};
use crate::import::ansible::scope::Scope;
use crate::import::ansible::value::Value;
use crate::source::Span;

/// A handler of the play or of one of its roles.
#[derive(Clone)]
struct Handler<'a> {
    /// Its name, alone and behind those of its role.
    names: Vec<String>,
    topics: Vec<String>,
    task: &'a Arc<Task>,
    context: Context<'a>,
    /// Which of the lists of handlers it stands in: of two with one name, that of the later list counts, and within a
    /// list the first.
    list: usize,
    /// Whether it is to run.
    is_due: bool,
}

/// The handlers of a play, in the order in which they run.
#[derive(Default)]
pub(super) struct Handlers<'a> {
    all: Vec<Handler<'a>>,
    lists: usize,
    /// What was notified since the last flush, and where.
    notified: IndexMap<String, Span>,
    /// The next one to run: not the first, where the one before it failed.
    next: usize,
    are_running: bool,
}

impl Handlers<'_> {
    /// Returns which handlers a notification is for.
    fn notified_by(&self, name: &str) -> Vec<usize> {
        // The last list is looked through first.
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.all[*at].list));
        let is_called = |at: &&usize| self.all[**at].names.iter().any(|it| it == name);
        let mut found: Vec<usize> = order.iter().find(is_called).copied().into_iter().collect();
        let mut seen: Vec<&str> = Vec::new();
        for at in order {
            let handler = &self.all[at];
            if !handler.topics.iter().any(|it| it == name) {
                continue;
            }
            let own = handler.names.last().map(String::as_str);
            if own.is_some_and(|it| seen.contains(&it)) {
                continue;
            }
            seen.extend(own);
            found.push(at);
        }
        found
    }
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
            context.files.push(file);
            self.add_handlers(&tasks.tasks, &context);
        }
    }

    /// Adds a list of handlers.
    pub(super) fn add_handlers(&mut self, statements: &'a [Statement], context: &Context<'a>) {
        self.handlers.lists += 1;
        for statement in statements {
            if let Statement::Block(block) = statement {
                // A block is a list of its own; what it would rescue is nothing for handlers.
                let inner = context.inside(&block.keywords);
                self.handlers.lists += 1;
                block
                    .block
                    .iter()
                    .for_each(|it| self.add_handler(it, &inner));
                self.handlers.lists += 1;
            } else {
                self.add_handler(statement, context);
            }
        }
    }

    fn add_handler(&mut self, statement: &'a Statement, context: &Context<'a>) {
        match statement {
            Statement::Broken(broken) => self.leave_broken(broken, context),
            Statement::Block(block) => {
                let inner = context.inside(&block.keywords);
                block
                    .block
                    .iter()
                    .for_each(|it| self.add_handler(it, &inner));
            }
            Statement::Task(task) if task.module == "import_tasks" => {
                let inner = context.inside(&task.keywords);
                let file = self.imported_file(task, &inner);
                self.close_part(
                    task.item,
                    Verdict::Control,
                    Code::Evaluated,
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
                let scope = self.scope(context, &[]);
                let mut names = Vec::new();
                if let Some(name) = rendered(&scope, &task.name, task) {
                    names.extend(in_role(context, &name));
                    names.push(name);
                }
                let listen = task.keywords.listen.as_ref();
                let listed = listen
                    .map(|node| {
                        node.items()
                            .map_or_else(|| vec![Arc::clone(node)], <[_]>::to_vec)
                    })
                    .unwrap_or_default();
                let mut topics = Vec::new();
                for topic in listed
                    .iter()
                    .filter_map(|it| rendered(&scope, it.text()?, task))
                {
                    topics.extend(in_role(context, &topic));
                    topics.push(topic);
                }
                self.handlers.all.push(Handler {
                    names,
                    topics,
                    task,
                    context: context.clone(),
                    list: self.handlers.lists,
                    is_due: false,
                });
            }
        }
    }

    /// Returns what a task notifies if it changes something: its own words, or else those that it inherits.
    pub(super) fn notifies(&self, context: &Context<'a>, scope: &Scope<'a>) -> Vec<(String, Span)> {
        let Some(node) = context.notify else {
            return Vec::new();
        };
        let names = match scope.resolve(node).unwrap_or(Value::None) {
            Value::List(items) => items.iter().map(|it| it.to_text().to_string()).collect(),
            Value::None | Value::Omit | Value::Undefined(_) => Vec::new(),
            other => vec![other.to_text().to_string()],
        };
        let names = names.into_iter().filter(|name| !name.is_empty());
        names.map(|name| (name, node.span)).collect()
    }

    /// Notes what a task notified. Of what handlers notify, what stands behind them runs at once.
    pub(super) fn notify(&mut self, names: Vec<(String, Span)>) {
        for (name, span) in names {
            let found = self.handlers.notified_by(&name);
            if found.is_empty() {
                self.diags.at(
                    diag::Code::UnknownHandler,
                    span,
                    format!("no handler is called `{name}` here"),
                );
            } else if self.handlers.are_running {
                found
                    .into_iter()
                    .for_each(|at| self.handlers.all[at].is_due = true);
            } else {
                self.handlers.notified.entry(name).or_insert(span);
            }
        }
    }

    /// Tells whether handlers run: tags do not choose among them.
    pub(super) fn is_in_handlers(&self) -> bool {
        self.handlers.are_running
    }

    fn set_running(&mut self, is: bool) {
        self.handlers.are_running = is;
        if let Some(trace) = &mut self.trace {
            trace.in_handler = is;
        }
    }

    /// Runs the notified handlers in the order in which they are defined. What handlers notify before themselves waits
    /// for the next time.
    pub(super) fn flush_handlers(&mut self) {
        if self.handlers.are_running || self.halt.why().is_some() {
            return;
        }
        for (name, _) in std::mem::take(&mut self.handlers.notified) {
            for at in self.handlers.notified_by(&name) {
                self.handlers.all[at].is_due = true;
            }
        }
        self.set_running(true);
        while let Some(handler) = self.handlers.all.get_mut(self.handlers.next) {
            let number = self.handlers.next;
            self.handlers.next += 1;
            if !std::mem::take(&mut handler.is_due) {
                continue;
            }
            let (task, context) = (handler.task, handler.context.clone());
            self.at(number, |it| it.task(task, &context));
            if self.halt.why().is_some() {
                break;
            }
        }
        // After a failure the rest waits where it was.
        if self.halt.why().is_none() {
            self.handlers.next = 0;
        }
        self.set_running(false);
    }
}

/// Returns what a name is called behind that of its role, short and in full.
fn in_role(context: &Context<'_>, name: &str) -> Vec<String> {
    let Some(role) = &context.role else {
        return Vec::new();
    };
    vec![
        format!("{} : {name}", role.full_name()),
        format!("{} : {name}", role.name),
    ]
}

fn rendered(scope: &Scope<'_>, text: &str, task: &Task) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let value = scope.template(text, task.span).ok()?;
    Some(value.to_text().to_string())
}
