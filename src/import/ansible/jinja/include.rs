//! Other templates: include, import, extends and blocks; and what the head of a template says about itself.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Callable, Env, Eval, Frame, Home, Local, Module, Out, Place};
use crate::diag::Code;
use crate::import::ansible::scope::{Failure, Whitespace};
use crate::import::ansible::value::Value;
use crate::source::{FileId, join};
use crate::syntax::jinja::{Block, Body, Expr, Settings, StmtKind};

/// The signs of statements, values and comments.
pub(super) const DELIMITERS: [&str; 6] = ["{%", "%}", "{{", "}}", "{#", "#}"];

/// Returns the settings of a template file, and where its text starts after its `#jinja2:` line.
pub(super) fn settings(text: &str, whitespace: Whitespace) -> (Settings, usize) {
    let mut settings = Settings {
        trim_blocks: whitespace.trim_blocks,
        lstrip_blocks: whitespace.lstrip_blocks,
        literal_backslashes: false,
        delimiters: None,
    };
    let Some(rest) = text.strip_prefix("#jinja2:") else {
        return (settings, 0);
    };
    let end = rest.find('\n').unwrap_or(rest.len());
    let mut delimiters = DELIMITERS.map(str::to_owned);
    for pair in rest[..end].split(',') {
        let Some((name, value)) = pair.split_once(':') else {
            continue;
        };
        let value = value.trim().trim_matches(['"', '\'']);
        let yes = matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "1");
        match name.trim() {
            "trim_blocks" => settings.trim_blocks = yes,
            "lstrip_blocks" => settings.lstrip_blocks = yes,
            "block_start_string" => value.clone_into(&mut delimiters[0]),
            "block_end_string" => value.clone_into(&mut delimiters[1]),
            "variable_start_string" => value.clone_into(&mut delimiters[2]),
            "variable_end_string" => value.clone_into(&mut delimiters[3]),
            "comment_start_string" => value.clone_into(&mut delimiters[4]),
            "comment_end_string" => value.clone_into(&mut delimiters[5]),
            _ => {}
        }
    }
    if delimiters != DELIMITERS {
        settings.delimiters = Some(Box::new(delimiters));
    }
    let start = "#jinja2:".len() + end;
    (settings, (start + 1).min(text.len()))
}

/// A template that was found.
struct Found {
    body: Rc<Result<Body, crate::syntax::jinja::SyntaxError>>,
    place: Place,
}

impl Env<'_, '_> {
    /// Finds a file below the folders where Ansible looks, in each first below `kind` (`templates`, `files`).
    pub(super) fn find_file(&self, kind: &str, name: &str) -> Option<FileId> {
        let tree = self.scope.session().tree;
        let search = self.scope.search();
        let mut folders = Vec::new();
        let here = self.place.map(|place| tree.path(place.file));
        if let Some((folder, _)) = here.and_then(|path| path.rsplit_once('/')) {
            folders.push(folder.to_owned());
        }
        let role = search.role.as_deref();
        for base in role
            .into_iter()
            .chain([search.task.as_str(), &search.playbook])
        {
            folders.push(join(base, kind));
            folders.push(base.to_owned());
        }
        // A task folder is `tasks` of a role or of a project, whose other folders stand beside it.
        if let Some((above, _)) = search.task.rsplit_once('/') {
            folders.push(join(above, kind));
        }
        // `role_path` and `playbook_dir` are relative to the root here.
        folders.push(String::new());
        folders
            .iter()
            .find_map(|folder| tree.find(&join(folder, name)).ok())
    }

    fn load(&self, file: FileId) -> Eval<Found> {
        let tree = self.scope.session().tree;
        let text = tree.text(file).map_err(|problem| {
            let message = format!("`{}` cannot be read: {problem}", tree.path(file));
            Failure::new(Code::MissingFile, message)
        })?;
        let whitespace = Whitespace {
            trim_blocks: true,
            lstrip_blocks: false,
        };
        let (settings, start) = settings(text, whitespace);
        let body = self.scope.session().file(file, &text[start..], &settings);
        let place = Place {
            file,
            first_line: u32::from(start > 0),
        };
        if let Err(error) = &*body {
            let span = place.line(self.scope, error.line);
            return Err(Failure::new(Code::JinjaSyntax, error.message.clone()).or_at(span));
        }
        Ok(Found { body, place })
    }

    /// Finds the template that a name, or the first of several names, is; an unknown name is a hole.
    fn template_named(&mut self, name: &Value) -> Eval<Result<Option<Found>, Value>> {
        if let Some(hole) = name.deep_hole() {
            return Ok(Err(Value::Unknown(hole.clone())));
        }
        let names = match name {
            Value::Undefined(name) => return Err(Failure::undefined(name)),
            Value::List(names) => names.to_vec(),
            one => vec![one.clone()],
        };
        for name in &names {
            if let Some(file) = name
                .as_str()
                .and_then(|name| self.find_file("templates", name))
            {
                return self.load(file).map(|found| Ok(Some(found)));
            }
        }
        Ok(Ok(None))
    }

    pub(super) fn include(
        &mut self,
        template: &Expr,
        ignore_missing: bool,
        out: &mut Out,
    ) -> Eval<()> {
        let name = self.eval(template)?;
        let found = match self.template_named(&name)? {
            Ok(Some(found)) => found,
            Ok(None) if ignore_missing => return Ok(()),
            Ok(None) => return Err(missing(&name).or_at(self.here())),
            Err(hole) => return out.push(hole),
        };
        let Ok(body) = &*found.body else {
            return Ok(());
        };
        let saved = (self.place.replace(found.place), self.line);
        let frames = self.frames.len();
        self.frames.push(Frame::new());
        let blocks = std::mem::take(&mut self.blocks);
        let mut inner = Out::default();
        let session = self.scope.session();
        let ran = session.deeper(|| {
            self.run_template(body, &mut inner)
                .map_err(|failure| failure.or_at(self.here()))
        });
        self.blocks = blocks;
        self.frames.truncate(frames);
        (self.place, self.line) = saved;
        ran?;
        out.push(Value::Str(inner.into_text()))
    }

    fn module(&mut self, template: &Expr) -> Eval<Result<Rc<Module>, Value>> {
        let name = self.eval(template)?;
        let found = match self.template_named(&name)? {
            Ok(Some(found)) => found,
            Ok(None) => return Err(missing(&name).or_at(self.here())),
            Err(hole) => return Ok(Err(hole)),
        };
        let mut env = Env::new(self.scope, self.span, Some(found.place));
        let mut out = Out::default();
        if let Ok(body) = &*found.body {
            let session = self.scope.session();
            session.deeper(|| {
                env.run_template(body, &mut out)
                    .map_err(|failure| failure.or_at(env.here()))
            })?;
        }
        Ok(Ok(Rc::new(Module {
            names: RefCell::new(env.frames.pop().unwrap_or_default()),
            place: Some(found.place),
            text: Value::Str(out.into_text()),
        })))
    }

    pub(super) fn import(&mut self, template: &Expr, name: &Rc<str>) -> Eval<()> {
        let local = match self.module(template)? {
            Ok(module) => Local::Module(module),
            Err(hole) => Local::Value(hole),
        };
        self.define(Rc::clone(name), local);
        Ok(())
    }

    pub(super) fn import_names(
        &mut self,
        template: &Expr,
        names: &[(Rc<str>, Rc<str>)],
    ) -> Eval<()> {
        let module = self.module(template)?;
        for (there, here) in names {
            let local = match &module {
                Err(hole) => Local::Value(hole.clone()),
                Ok(module) => match module.names.borrow().get(there) {
                    Some(Local::Macro(callable)) => Local::Macro(Rc::new(Callable {
                        code: Rc::clone(&callable.code),
                        home: Home::Module(Rc::clone(module)),
                        caller: false,
                    })),
                    Some(other) => other.clone(),
                    None => Local::Value(Value::Undefined(there.to_string())),
                },
            };
            self.define(Rc::clone(here), local);
        }
        Ok(())
    }

    /// Runs a whole template: with `extends`, only what it defines counts, and the parent prints.
    pub(super) fn run_template(&mut self, body: &Body, out: &mut Out) -> Eval<()> {
        let mut blocks = Vec::new();
        collect_blocks(body, &mut blocks);
        for block in blocks {
            let chain = self.blocks.entry(Rc::clone(&block.name)).or_default();
            chain.push((block, self.place));
        }
        if !body
            .iter()
            .any(|stmt| matches!(stmt.kind, StmtKind::Extends(_)))
        {
            return self.run(body, out).map(|_| ());
        }
        let mut unseen = Out::default();
        for stmt in body {
            if matches!(stmt.kind, StmtKind::Block(_)) {
                continue;
            }
            self.run_one(stmt, &mut unseen)?;
        }
        let Some(name) = self.parent.take() else {
            return Ok(());
        };
        let found = match self.template_named(&name)? {
            Ok(Some(found)) => found,
            Ok(None) => return Err(missing(&name).or_at(self.here())),
            Err(hole) => return out.push(hole),
        };
        let Ok(body) = &*found.body else {
            return Ok(());
        };
        self.place = Some(found.place);
        let session = self.scope.session();
        session.deeper(|| self.run_template(body, out))
    }

    fn run_one(&mut self, stmt: &crate::syntax::jinja::Stmt, out: &mut Out) -> Eval<()> {
        match &stmt.kind {
            StmtKind::Raw(_) => Ok(()),
            _ => self.run_stmt(stmt, out),
        }
    }

    /// Prints a block: the version of the template that was asked for, or of what it extends.
    pub(super) fn block(&mut self, block: &Rc<Block>, out: &mut Out) -> Eval<()> {
        self.block_named(&Rc::clone(&block.name), out)
    }

    pub(super) fn block_named(&mut self, name: &str, out: &mut Out) -> Eval<()> {
        self.block_at(name, 0, out)
    }

    /// Prints what `super()` stands for.
    pub(super) fn super_block(&mut self) -> Eval<Value> {
        let Some((name, level)) = self.running.last().cloned() else {
            return Err(Failure::failed("`super()` stands outside of a block"));
        };
        let mut out = Out::default();
        self.block_at(&name, level + 1, &mut out)?;
        Ok(Value::Str(out.into_text()))
    }

    fn block_at(&mut self, name: &str, level: usize, out: &mut Out) -> Eval<()> {
        let chain = self.blocks.get(name);
        let Some((block, place)) = chain.and_then(|chain| chain.get(level)).cloned() else {
            return Err(Failure::failed(format!(
                "there is no block `{name}` to print"
            )));
        };
        let saved = std::mem::replace(&mut self.place, place);
        self.running.push((Rc::clone(&block.name), level));
        self.frames.push(Frame::new());
        let session = self.scope.session();
        let ran = session.deeper(|| self.run(&block.body, out).map(|_| ()));
        self.frames.pop();
        self.running.pop();
        let ran = ran.map_err(|failure| failure.or_at(self.here()));
        self.place = saved;
        ran
    }
}

fn missing(name: &Value) -> Failure {
    let name = name.to_text();
    Failure::new(
        Code::MissingFile,
        format!("there is no template `{name}` in the input"),
    )
}

fn collect_blocks(body: &Body, blocks: &mut Vec<Rc<Block>>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Block(block) => {
                blocks.push(Rc::clone(block));
                collect_blocks(&block.body, blocks);
            }
            StmtKind::If {
                then, otherwise, ..
            } => {
                collect_blocks(then, blocks);
                collect_blocks(otherwise, blocks);
            }
            StmtKind::For(it) => collect_blocks(&it.body, blocks),
            StmtKind::Macro(code) => collect_blocks(&code.body, blocks),
            StmtKind::With { body, .. } | StmtKind::Plain(body) => collect_blocks(body, blocks),
            StmtKind::Raw(_)
            | StmtKind::Emit(_)
            | StmtKind::Set { .. }
            | StmtKind::SetBlock { .. }
            | StmtKind::FilterBlock { .. }
            | StmtKind::Import { .. }
            | StmtKind::FromImport { .. }
            | StmtKind::Extends(_)
            | StmtKind::Include { .. }
            | StmtKind::CallBlock { .. }
            | StmtKind::Do(_)
            | StmtKind::Continue
            | StmtKind::Break => {}
        }
    }
}
