//! Statements.

use std::cell::RefCell;
use std::rc::Rc;

use super::args::Args;
use super::{Callable, Env, Eval, Frame, Home, Local, LoopState, Out, unknown};
use crate::import::ansible::computed;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Truth, Value};
use crate::syntax::jinja::{Arg, Body, Expr, ForLoop, Macro, Stmt, StmtKind, Target};

/// What comes after a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl Env<'_, '_> {
    pub(super) fn run(&mut self, body: &Body, out: &mut Out) -> Eval<Flow> {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Raw(text) => out.push_str(text)?,
                _ => {
                    self.line = stmt.line;
                    let flow = self.stmt(stmt, out)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::Next)
    }

    pub(super) fn run_stmt(&mut self, stmt: &Stmt, out: &mut Out) -> Eval<()> {
        self.line = stmt.line;
        self.stmt(stmt, out).map(|_| ())
    }

    fn stmt(&mut self, stmt: &Stmt, out: &mut Out) -> Eval<Flow> {
        match &stmt.kind {
            StmtKind::Raw(text) => out.push_str(text)?,
            StmtKind::Emit(expr) => {
                let value = self
                    .eval(expr)
                    .map_err(|failure| failure.or_at(self.here()))?;
                let is_local = |name: &str| self.local(name).is_some();
                let value = computed::printed(self.scope, expr, value, is_local);
                out.push(value)
                    .map_err(|failure| failure.or_at(self.here()))?;
            }
            StmtKind::For(it) => return self.for_loop(it, out).map(|()| Flow::Next),
            StmtKind::If {
                test,
                then,
                otherwise,
            } => {
                let value = self
                    .eval(test)
                    .map_err(|failure| failure.or_at(self.here()))?;
                let truth = self.scope.truth(&value);
                return match truth.map_err(|failure| failure.or_at(self.here()))? {
                    Truth::Yes => self.run(then, out),
                    Truth::No => self.run(otherwise, out),
                    Truth::Unknown(hole) => {
                        unknown::bodies(self, &[then, otherwise], &hole, out)?;
                        Ok(Flow::Next)
                    }
                };
            }
            StmtKind::With { assignments, body } => {
                let mut values = Vec::with_capacity(assignments.len());
                for (target, value) in assignments {
                    values.push((target, self.local_of(value)?));
                }
                self.frames.push(Frame::new());
                for (target, value) in values {
                    self.assign(target, value)?;
                }
                let flow = self.run(body, out);
                self.frames.pop();
                return flow;
            }
            StmtKind::Set { target, value } => {
                let local = self
                    .local_of(value)
                    .map_err(|failure| failure.or_at(self.here()))?;
                self.assign(target, local)?;
                if let Target::Name(name) = target {
                    self.mark_written(name, value);
                }
            }
            StmtKind::SetBlock {
                target,
                filter,
                body,
            } => {
                let value = self.captured(body, filter.as_ref())?;
                self.assign(target, Local::Value(value))?;
            }
            StmtKind::FilterBlock { filter, body } => {
                let value = self.captured(body, Some(filter))?;
                out.push(value)?;
            }
            StmtKind::Plain(body) => return self.run(body, out),
            StmtKind::Block(block) => self.block(block, out)?,
            StmtKind::Import {
                template,
                name,
                with_context,
            } => self.import(template, name, *with_context)?,
            StmtKind::FromImport {
                template,
                names,
                with_context,
            } => self.import_names(template, names, *with_context)?,
            StmtKind::Extends(parent) => {
                let name = self.eval(parent)?;
                self.parent = Some(name);
            }
            StmtKind::Include {
                template,
                ignore_missing,
                with_context,
            } => self.include(template, *ignore_missing, *with_context, out)?,
            StmtKind::Macro(code) => {
                let home = Home::Frames(self.frames.len());
                let callable = Callable {
                    code: Rc::clone(code),
                    home,
                };
                self.define(Rc::clone(&code.name), Local::Macro(Rc::new(callable)));
            }
            StmtKind::CallBlock { call, body } => {
                let caller = Callable {
                    code: Rc::clone(body),
                    home: Home::Saved(self.frames.clone()),
                };
                let Expr::Call(callee, args) = call else {
                    return Err(Failure::failed("a call block calls nothing"));
                };
                let value = self.call(callee, args, Some(Rc::new(caller)));
                out.push(value.map_err(|failure| failure.or_at(self.here()))?)?;
            }
            StmtKind::Do(call) => {
                self.eval(call)
                    .map_err(|failure| failure.or_at(self.here()))?;
            }
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Break => return Ok(Flow::Break),
        }
        Ok(Flow::Next)
    }

    /// Runs a body on its own and returns what it produces, filtered.
    fn captured(&mut self, body: &Body, filter: Option<&Expr>) -> Eval<Value> {
        let mut inner = Out::asked();
        self.frames.push(Frame::new());
        let ran = self.run(body, &mut inner);
        self.frames.pop();
        ran?;
        let value = inner.finish();
        match filter {
            Some(filter) => self.filter_chain(filter, value),
            None => Ok(value),
        }
    }

    /// Applies the filters of a filter block, the innermost first.
    fn filter_chain(&mut self, filter: &Expr, value: Value) -> Eval<Value> {
        let Expr::Filter(name, inner, args) = filter else {
            return Err(Failure::failed("a filter block has no filter"));
        };
        let value = match inner {
            Some(inner) => self.filter_chain(inner, value)?,
            None => value,
        };
        self.filter_expr(name, value, args)
    }

    /// Evaluates what is assigned: macros, loops and namespaces keep what they are.
    pub(super) fn local_of(&mut self, expr: &Expr) -> Eval<Local> {
        if let Some(host) = self.host_of(expr)? {
            return Ok(Local::Host(host));
        }
        match expr {
            Expr::Var(name) => match self.local(name) {
                Some(local) => Ok(local.clone()),
                None => self.eval(expr).map(Local::Value),
            },
            Expr::Call(callee, args) => {
                if let Expr::Var(name) = &**callee
                    && self.local(name).is_none()
                    && let Some(made) = self.object(name, args)?
                {
                    return Ok(made);
                }
                self.eval(expr).map(Local::Value)
            }
            _ => self.eval(expr).map(Local::Value),
        }
    }

    /// Notes whether the template itself wrote what a name holds: macros get a copy of that.
    fn mark_written(&mut self, name: &str, value: &Expr) {
        let mark = written_mark(name);
        let is_written = match value {
            Expr::List(_) | Expr::Tuple(_) | Expr::Dict(_) | Expr::Math(..) => true,
            Expr::Var(other) => self.is_written(other),
            _ => false,
        };
        if is_written {
            self.define(mark, Local::Value(Value::None));
        } else if let Some(frame) = self.frames.last_mut() {
            frame.remove(&mark);
        }
    }

    /// Evaluates the arguments of a macro. What Ansible makes of a list that the template wrote, before it gives it to
    /// a macro, is another list: changes there do not come back.
    pub(super) fn macro_args(&mut self, args: &[Arg]) -> Eval<Args> {
        let mut values = self.args(args)?;
        for (value, arg) in values.positional.iter().zip(args) {
            // What changes below another name has to be seen below this one.
            if let (Arg::Positional(Expr::Var(name)), Value::List(_) | Value::Dict(_)) =
                (arg, value)
                && self.local(name).is_none()
                && let Some(frame) = self.frames.get_mut(self.base)
            {
                frame.insert(Rc::clone(name), Local::Value(value.clone()));
            }
        }
        for (value, arg) in values.positional.iter_mut().zip(args) {
            if let Arg::Positional(expr) = arg
                && root(expr).is_some_and(|name| self.is_written(name))
            {
                *value = match &*value {
                    Value::List(items) => Value::list(items.to_vec()),
                    Value::Dict(dict) => Value::dict(Dict::clone(dict)),
                    other => other.clone(),
                };
            }
        }
        Ok(values)
    }

    fn is_written(&self, name: &str) -> bool {
        let mark = written_mark(name);
        let mut frames = self.frames.iter().rev();
        let holder = frames.find(|frame| frame.contains_key(name));
        holder.is_some_and(|frame| frame.contains_key(&mark))
    }

    pub(super) fn assign(&mut self, target: &Target, local: Local) -> Eval<()> {
        match target {
            Target::Name(name) => {
                self.define(Rc::clone(name), local);
                Ok(())
            }
            Target::Attr(object, name) => {
                let value = match local {
                    Local::Value(value) => value,
                    _ => Value::None,
                };
                match self.local(object) {
                    Some(Local::Namespace(names)) => {
                        names.borrow_mut().insert(name.to_string(), value);
                        Ok(())
                    }
                    _ => Err(Failure::failed(format!("`{object}` is no namespace"))),
                }
            }
            Target::Unpack(targets) => {
                let Local::Value(value) = local else {
                    return Err(Failure::failed("what is unpacked is no list"));
                };
                self.unpack(targets, &value)
            }
        }
    }

    fn unpack(&mut self, targets: &[Target], value: &Value) -> Eval<()> {
        if let Some(hole) = value.hole() {
            let hole = hole.clone();
            for target in targets {
                self.assign(target, Local::Value(Value::Unknown(hole.clone())))?;
            }
            return Ok(());
        }
        let items = value.iterate().unwrap_or_default();
        if items.len() != targets.len() {
            return Err(Failure::failed(format!(
                "{} values cannot be unpacked into {} names",
                items.len(),
                targets.len()
            )));
        }
        for (target, item) in targets.iter().zip(items) {
            self.assign(target, Local::Value(item))?;
        }
        Ok(())
    }

    fn for_loop(&mut self, code: &Rc<ForLoop>, out: &mut Out) -> Eval<()> {
        let value = self
            .eval(&code.iter)
            .map_err(|failure| failure.or_at(self.here()))?;
        self.loop_over(code, value, 0, out)
    }

    pub(super) fn loop_over(
        &mut self,
        code: &Rc<ForLoop>,
        value: Value,
        depth: usize,
        out: &mut Out,
    ) -> Eval<()> {
        if let Some(hole) = value.hole() {
            return unknown::bodies(self, &[&code.body, &code.otherwise], &hole.clone(), out);
        }
        let Some(mut items) = value.iterate() else {
            return Err(match &value {
                Value::Undefined(name) => Failure::undefined(name),
                other => Failure::failed(format!("nothing can loop over a {}", other.type_name())),
            }
            .or_at(self.here()));
        };
        if let Some(filter) = &code.filter {
            let mut kept = Vec::with_capacity(items.len());
            for item in items {
                self.frames.push(Frame::new());
                let tested = self.assign(&code.target, Local::Value(item.clone()));
                let tested = tested.and_then(|()| self.eval(filter));
                let truth = tested.and_then(|value| self.scope.truth(&value));
                self.frames.pop();
                match truth.map_err(|failure| failure.or_at(self.here()))? {
                    Truth::Yes => kept.push(item),
                    Truth::No => {}
                    Truth::Unknown(hole) => {
                        let bodies = [&code.body, &code.otherwise];
                        return unknown::bodies(self, &bodies, &hole, out);
                    }
                }
            }
            items = kept;
        }
        if items.is_empty() {
            return self.run(&code.otherwise, out).map(|_| ());
        }
        let changed = Rc::new(RefCell::new(None));
        for at in 0..items.len() {
            let state = LoopState {
                index0: at,
                length: items.len(),
                depth,
                previous: at.checked_sub(1).and_then(|at| items.get(at).cloned()),
                next: items.get(at + 1).cloned(),
                changed: Rc::clone(&changed),
                again: code.recursive.then(|| Rc::clone(code)),
            };
            self.frames.push(Frame::from([(
                Rc::from("loop"),
                Local::Loop(Rc::new(state)),
            )]));
            let item = items.get(at).cloned().unwrap_or(Value::None);
            let ran = self
                .assign(&code.target, Local::Value(item))
                .map_err(|failure| failure.or_at(self.here()))
                .and_then(|()| self.run(&code.body, out));
            self.frames.pop();
            if ran? == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    /// Calls a macro, or `caller()`.
    pub(super) fn call_macro(
        &mut self,
        callable: &Callable,
        args: &Args,
        caller: Option<Rc<Callable>>,
    ) -> Eval<Value> {
        let code = &callable.code;
        check_arguments(code, args, caller.is_some())?;
        let saved = (self.place, self.line, self.base, self.is_bare);
        let settings = Rc::clone(&self.settings);
        let outer = match &callable.home {
            Home::Frames(count) => self.frames.iter().take(*count).cloned().collect(),
            Home::Module(module) => {
                self.place = module.place.or(self.place);
                self.is_bare = module.is_bare;
                self.base = module.outer.len();
                self.settings = Rc::clone(&module.settings);
                let names = module.names.borrow().clone();
                module.outer.iter().cloned().chain([names]).collect()
            }
            Home::Saved(frames) => frames.clone(),
        };
        // A list that is given to a macro and changed there is changed for the caller.
        let suspended = std::mem::replace(&mut self.frames, outer);
        self.callers.push(suspended);
        self.frames.push(Frame::new());
        let mut inner = Out::asked();
        let was_strict = std::mem::replace(&mut self.is_strict, false);
        let session = self.scope.session();
        let ran = session.deeper(|| {
            self.bind_arguments(code, args, caller)
                .and_then(|()| self.run(&code.body, &mut inner))
                .map_err(|failure| failure.or_at(self.here()))
        });
        self.frames = self.callers.pop().unwrap_or_default();
        (self.place, self.line, self.base, self.is_bare) = saved;
        self.settings = settings;
        self.is_strict = was_strict;
        ran?;
        Ok(inner.finish())
    }

    fn bind_arguments(
        &mut self,
        code: &Macro,
        args: &Args,
        caller: Option<Rc<Callable>>,
    ) -> Eval<()> {
        let required = code.args.len() - code.defaults.len();
        for (at, name) in code.args.iter().enumerate() {
            let given = args.get(at, name).cloned();
            let default = at
                .checked_sub(required)
                .and_then(|at| code.defaults.get(at));
            let value = match (given, default) {
                (Some(value), _) => value,
                // A default may name the arguments before it.
                (None, Some(default)) => {
                    self.mark_written(name, default);
                    self.eval(default)?
                }
                (None, None) => Value::Undefined(name.to_string()),
            };
            self.define(Rc::clone(name), Local::Value(value));
        }
        if code.takes_varargs {
            let rest = args.positional.get(code.args.len()..).unwrap_or_default();
            let rest = Value::list(rest.to_vec());
            self.define("varargs".into(), Local::Value(rest));
        }
        if code.takes_kwargs {
            let unknown = args.named.iter();
            let unknown = unknown.filter(|(name, _)| !code.args.contains(name));
            let kwargs = unknown.map(|(name, value)| (Key::Str(name.to_string()), value.clone()));
            let kwargs = Value::dict(kwargs.collect());
            self.define("kwargs".into(), Local::Value(kwargs));
        }
        if code.takes_caller {
            let caller = match caller {
                Some(caller) => Local::Macro(caller),
                None => Local::Value(Value::Undefined("caller".to_owned())),
            };
            self.define("caller".into(), caller);
        }
        Ok(())
    }
}

/// Returns the name that a chain of attributes and items starts from.
fn root(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Var(name) => Some(name),
        Expr::Attr(inner, _) | Expr::Item(inner, _) => root(inner),
        _ => None,
    }
}

fn written_mark(name: &str) -> Rc<str> {
    format!("\0written {name}").into()
}

/// A macro takes more than it names only where it uses `varargs`, `kwargs` or `caller`.
fn check_arguments(code: &Macro, args: &Args, has_caller: bool) -> Eval<()> {
    let most = code.args.len();
    if args.positional.len() > most && !code.takes_varargs {
        return Err(Failure::failed(format!(
            "the macro `{}` takes no more than {most} arguments",
            code.name
        )));
    }
    let mut unknown = args.named.iter().filter(|(name, _)| {
        let place = code.args.iter().position(|arg| arg == name);
        place.is_none_or(|at| at < args.positional.len())
    });
    let unknown = unknown.next().map(|(name, _)| &**name);
    let unknown = unknown.or_else(|| (has_caller && !code.takes_caller).then_some("caller"));
    match unknown {
        Some(name) if !code.takes_kwargs => Err(Failure::failed(format!(
            "the macro `{}` takes no argument `{name}`",
            code.name
        ))),
        _ => Ok(()),
    }
}
