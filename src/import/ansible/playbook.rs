//! Playbooks and task files: YAML nodes to plays, blocks and tasks. Nothing is evaluated here.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/playbooks_keywords.html>

use std::sync::Arc;

use super::arguments::Arguments;
use super::keywords::{Keywords, PLAY_KEYWORDS, is_play_keyword, is_task_keyword};
use crate::account::{Account, ItemId, ItemKind};
use crate::diag::{self, Diagnostics};
use crate::source::{FileId, Span};
use crate::syntax::yaml::Node;

/// What a file of plays or tasks holds.
#[derive(Clone, Debug)]
pub(super) struct TaskFile {
    pub(super) file: FileId,
    pub(super) plays: Vec<Play>,
    /// The tasks, where the file is no playbook.
    pub(super) tasks: Vec<Statement>,
    /// Every item that the file opened.
    pub(super) items: Vec<ItemId>,
}

/// A play, or an `import_playbook` of another file.
#[derive(Clone, Debug)]
pub(super) struct Play {
    pub(super) item: ItemId,
    pub(super) node: Arc<Node>,
    /// The playbook that it imports, as written.
    pub(super) import: Option<Arc<Node>>,
    pub(super) keywords: Keywords,
    pub(super) pre_tasks: Vec<Statement>,
    pub(super) roles: Vec<Arc<Node>>,
    pub(super) tasks: Vec<Statement>,
    pub(super) post_tasks: Vec<Statement>,
    pub(super) handlers: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    Task(Arc<Task>),
    Block(Arc<Block>),
    /// What stands where a task should, and cannot be read as one.
    Broken(Arc<Broken>),
}

#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) item: ItemId,
    pub(super) name: String,
    pub(super) reason: String,
}

#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) keywords: Keywords,
    pub(super) block: Vec<Statement>,
    pub(super) rescue: Vec<Statement>,
    pub(super) always: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) item: ItemId,
    pub(super) span: Span,
    /// The name as written, templates and all.
    pub(super) name: String,
    /// The module's name without its collection: `apt`.
    pub(super) module: String,
    /// As written: `ansible.builtin.apt`.
    pub(super) full_name: String,
    pub(super) arguments: Arguments,
    pub(super) keywords: Keywords,
}

/// What reading a file writes to.
pub(super) struct Reader<'a> {
    pub(super) account: &'a mut Account,
    pub(super) diags: &'a mut Diagnostics,
    items: Vec<ItemId>,
    kind: ItemKind,
}

/// Reads the first document of a file as plays or tasks.
pub(super) fn read_file(
    file: FileId,
    path: &str,
    root: &Arc<Node>,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Option<TaskFile> {
    let elements = root.items()?;
    let in_handlers = path.split('/').rev().skip(1).any(|part| part == "handlers");
    let kind = if in_handlers {
        ItemKind::AnsibleHandler
    } else {
        ItemKind::AnsibleTask
    };
    let mut reader = Reader {
        account,
        diags,
        items: Vec::new(),
        kind,
    };
    let is_tasks = path
        .split('/')
        .rev()
        .skip(1)
        .any(|part| part == "tasks" || part == "handlers");
    let (mut plays, mut tasks) = (Vec::new(), Vec::new());
    if elements.iter().any(is_play) || (!is_tasks && elements.iter().all(is_old_import)) {
        plays = elements
            .iter()
            .filter_map(|node| reader.play(node))
            .collect();
    } else {
        tasks = reader.statements(elements);
    }
    let items = reader.items;
    Some(TaskFile {
        file,
        plays,
        tasks,
        items,
    })
}

fn is_play(node: &Arc<Node>) -> bool {
    let imports = ["import_playbook", "ansible.builtin.import_playbook"];
    node.get("hosts").is_some() || imports.iter().any(|name| node.get(name).is_some())
}

/// The old `include` imported playbooks, too; in a file of tasks it includes tasks.
fn is_old_import(node: &Arc<Node>) -> bool {
    node.get("include").is_some() && node.pairs().is_some_and(|pairs| pairs.len() < 3)
}

/// Returns the playbook that an element of a playbook imports.
fn playbook_import(node: &Arc<Node>) -> Option<&Arc<Node>> {
    let old = || node.get("include").filter(|_| is_old_import(node));
    node.get("import_playbook")
        .or_else(|| node.get("ansible.builtin.import_playbook"))
        .or_else(old)
}

impl Reader<'_> {
    fn play(&mut self, node: &Arc<Node>) -> Option<Play> {
        let Some(pairs) = node.pairs() else {
            self.diags.at(
                diag::Code::AnsibleShape,
                node.span,
                "a play is a mapping with `hosts`",
            );
            return None;
        };
        let name = node
            .get("name")
            .and_then(|it| it.text())
            .unwrap_or_default();
        let import = playbook_import(node).cloned();
        let subject = if import.is_some() {
            "import_playbook"
        } else {
            "play"
        };
        let item = self
            .account
            .open(ItemKind::AnsiblePlay, subject, name, node.span);
        self.items.push(item);
        if import.is_none() {
            for (key, _) in pairs {
                if let Some(name) = key.text().filter(|name| !is_play_keyword(name)) {
                    let help = format!("a play takes: {}", PLAY_KEYWORDS.join(", "));
                    let message = format!("`{name}` is no keyword of a play");
                    self.diags
                        .at_with_help(diag::Code::AnsibleKeyword, key.span, message, help);
                }
            }
        }
        let handlers = {
            let before = std::mem::replace(&mut self.kind, ItemKind::AnsibleHandler);
            let handlers = self.section(node, "handlers");
            self.kind = before;
            handlers
        };
        Some(Play {
            item,
            node: Arc::clone(node),
            import,
            keywords: Keywords::read(node),
            pre_tasks: self.section(node, "pre_tasks"),
            roles: node
                .get("roles")
                .and_then(|it| it.items())
                .unwrap_or_default()
                .to_vec(),
            tasks: self.section(node, "tasks"),
            post_tasks: self.section(node, "post_tasks"),
            handlers,
        })
    }

    fn section(&mut self, node: &Node, name: &str) -> Vec<Statement> {
        let Some(section) = node.get(name) else {
            return Vec::new();
        };
        match section.items() {
            Some(items) => self.statements(items),
            None if section
                .text()
                .is_some_and(|text| text.is_empty() || text == "~" || text == "null") =>
            {
                Vec::new()
            }
            None => {
                self.diags.at(
                    diag::Code::AnsibleShape,
                    section.span,
                    format!("`{name}` is a list of tasks"),
                );
                Vec::new()
            }
        }
    }

    fn statements(&mut self, nodes: &[Arc<Node>]) -> Vec<Statement> {
        nodes
            .iter()
            .filter_map(|node| self.statement(node))
            .collect()
    }

    fn statement(&mut self, node: &Arc<Node>) -> Option<Statement> {
        let Some(pairs) = node.pairs() else {
            // `- ` with nothing behind it is how people leave room; Ansible passes over it.
            if node.text().is_some_and(str::is_empty) {
                return None;
            }
            return Some(self.broken(node, "a task is a mapping"));
        };
        if node.get("block").is_some() {
            return Some(Statement::Block(Arc::new(Block {
                keywords: Keywords::read(node),
                block: self.section(node, "block"),
                rescue: self.section(node, "rescue"),
                always: self.section(node, "always"),
            })));
        }
        let candidates: Vec<_> = pairs
            .iter()
            .filter(|(key, _)| !key.text().is_some_and(is_task_keyword))
            .collect();
        let older: Vec<_> = ["action", "local_action"]
            .into_iter()
            .filter(|name| node.get(name).is_some())
            .collect();
        if !older.is_empty() && candidates.len() + older.len() > 1 {
            let message = format!("`{}` names a module beside another one", older.join("`, `"));
            return Some(self.broken(node, &message));
        }
        let action = match candidates.as_slice() {
            [] => ["action", "local_action"]
                .iter()
                .find_map(|name| node.get(name))
                .map(Arguments::read_action),
            [(key, value)] => {
                let module = key.text().unwrap_or_default();
                Some((module.to_owned(), Arguments::read(module, value)))
            }
            several => {
                let names: Vec<_> = several.iter().filter_map(|(key, _)| key.text()).collect();
                let message = format!(
                    "a task has one module, and this one has `{}`",
                    names.join("`, `")
                );
                return Some(self.broken(node, &message));
            }
        };
        let Some((full_name, mut arguments)) = action else {
            return Some(self.broken(node, "the task names no module"));
        };
        arguments.add_keyword(node.get("args"));
        if let Some(problem) = &arguments.problem {
            return Some(self.broken(node, problem));
        }
        let module = full_name.rsplit('.').next().unwrap_or_default().to_owned();
        let name = node
            .get("name")
            .and_then(|it| it.text())
            .unwrap_or_default()
            .to_owned();
        let item = self.open(node.span, &module, &name);
        let mut keywords = Keywords::read(node);
        if node.get("local_action").is_some() {
            keywords.local_action = true;
        }
        Some(Statement::Task(Arc::new(Task {
            item,
            span: node.span,
            name,
            module,
            full_name,
            arguments,
            keywords,
        })))
    }

    /// Opens the item of a task; a task that stands at the same place (an alias of YAML) has it already.
    fn open(&mut self, span: Span, module: &str, name: &str) -> ItemId {
        let same = |id: &&ItemId| {
            let item = self.account.get(**id);
            item.span.start == span.start && item.kind == self.kind
        };
        if let Some(id) = self.items.iter().find(same) {
            return *id;
        }
        let id = self.account.open(self.kind, module, name, span);
        self.items.push(id);
        id
    }

    fn broken(&mut self, node: &Node, message: &str) -> Statement {
        self.diags.at(diag::Code::AnsibleShape, node.span, message);
        let name = node
            .get("name")
            .and_then(|it| it.text())
            .unwrap_or_default();
        let item = self.open(node.span, "task", name);
        Statement::Broken(Arc::new(Broken {
            item,
            name: name.to_owned(),
            reason: message.to_owned(),
        }))
    }
}
