//! Other templates: include, import, extends and blocks; and what the head of a template says about itself.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use super::{Callable, Env, Eval, Frame, Home, Local, Module, Out, Place};
use crate::diag::Code;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::source::{FileId, SourceTree, join};
use crate::syntax::jinja::{Block, Body, Expr, Settings, StmtKind};

const BYTE_ORDER: &str = "\u{feff}";

/// Returns the text of a template, with the mark of its byte order: Ansible keeps that.
pub(super) fn text(tree: &SourceTree, file: FileId) -> Eval<Cow<'_, str>> {
    let text = tree.text(file).map_err(|problem| {
        let message = format!("`{}` cannot be read: {problem}", tree.path(file));
        Failure::new(Code::MissingFile, message)
    })?;
    let has_mark = tree
        .bytes(file)
        .is_ok_and(|it| it.starts_with(BYTE_ORDER.as_bytes()));
    Ok(match has_mark && !text.starts_with(BYTE_ORDER) {
        true => Cow::Owned(format!("{BYTE_ORDER}{text}")),
        false => Cow::Borrowed(text),
    })
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
        for base in search
            .roles()
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
        let text = text(self.scope.session().tree, file)?;
        // What the first line of the whole says holds for its parts; theirs is text.
        let settings = Settings {
            literal_backslashes: false,
            ..Settings::clone(&self.settings)
        };
        let body = self.scope.session().file(file, &text, &settings);
        let place = Place {
            file,
            first_line: 0,
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
        with_context: bool,
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
        let saved = (
            self.place.replace(found.place),
            self.line,
            self.base,
            self.is_bare,
        );
        let hidden = match with_context {
            true => None,
            false => Some(std::mem::take(&mut self.frames)),
        };
        self.is_bare |= !with_context;
        let frames = self.frames.len();
        self.base = frames;
        self.frames.push(Frame::new());
        let blocks = std::mem::take(&mut self.blocks);
        let session = self.scope.session();
        let ran = session.deeper(|| {
            self.run_template(body, out)
                .map_err(|failure| failure.or_at(self.here()))
        });
        self.blocks = blocks;
        self.frames.truncate(frames);
        if let Some(hidden) = hidden {
            self.frames = hidden;
        }
        (self.place, self.line, self.base, self.is_bare) = saved;
        ran
    }

    fn module(&mut self, template: &Expr, with_context: bool) -> Eval<Result<Rc<Module>, Value>> {
        let name = self.eval(template)?;
        let found = match self.template_named(&name)? {
            Ok(Some(found)) => found,
            Ok(None) => return Err(missing(&name).or_at(self.here())),
            Err(hole) => return Ok(Err(hole)),
        };
        let outer = match with_context {
            true => self.frames.clone(),
            false => Vec::new(),
        };
        let mut env = Env::new(self.scope, self.span, Some(found.place));
        env.is_bare = self.is_bare || !with_context;
        env.settings = Rc::clone(&self.settings);
        env.base = outer.len();
        env.frames = outer.clone();
        env.frames.push(Frame::new());
        let mut out = Out::asked();
        if let Ok(body) = &*found.body {
            let session = self.scope.session();
            session.deeper(|| {
                env.run_template(body, &mut out)
                    .map_err(|failure| failure.or_at(env.here()))
            })?;
        }
        Ok(Ok(Rc::new(Module {
            names: RefCell::new(env.frames.pop().unwrap_or_default()),
            outer,
            is_bare: env.is_bare,
            settings: Rc::clone(&env.settings),
            place: Some(found.place),
            text: out.finish(),
        })))
    }

    pub(super) fn import(
        &mut self,
        template: &Expr,
        name: &Rc<str>,
        with_context: bool,
    ) -> Eval<()> {
        let local = match self.module(template, with_context)? {
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
        with_context: bool,
    ) -> Eval<()> {
        let module = self.module(template, with_context)?;
        for (there, here) in names {
            let local = match &module {
                Err(hole) => Local::Value(hole.clone()),
                Ok(module) => match module.names.borrow().get(there) {
                    Some(Local::Macro(callable)) => Local::Macro(Rc::new(Callable {
                        code: Rc::clone(&callable.code),
                        home: Home::Module(Rc::clone(module)),
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
        let mut out = Out::asked();
        let was_strict = std::mem::replace(&mut self.is_strict, true);
        let ran = self.block_at(&name, level + 1, &mut out);
        self.is_strict = was_strict;
        ran.map(|()| out.finish())
    }

    fn block_at(&mut self, name: &str, level: usize, out: &mut Out) -> Eval<()> {
        let chain = self.blocks.get(name);
        let Some((block, place)) = chain.and_then(|chain| chain.get(level)).cloned() else {
            return Err(Failure::failed(format!(
                "there is no block `{name}` to print"
            )));
        };
        if block.is_required {
            return Err(Failure::failed(format!(
                "the block `{name}` is required, and nobody fills it"
            )));
        }
        let saved = std::mem::replace(&mut self.place, place);
        // A block sees the names of its template, not those of the loop that it stands in.
        let own = (self.base + 1).min(self.frames.len());
        let hidden = match block.is_scoped {
            true => Vec::new(),
            false => self.frames.split_off(own),
        };
        self.running.push((Rc::clone(&block.name), level));
        self.frames.push(Frame::new());
        let session = self.scope.session();
        let ran = session.deeper(|| self.run(&block.body, out).map(|_| ()));
        self.frames.pop();
        self.frames.extend(hidden);
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
