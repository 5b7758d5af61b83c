//! Tokens into statements, by the rules of Jinja2's parser.

use std::rc::Rc;

use super::lexer::Kind;
use super::parser::{Catches, Parser};
use super::{Block, Body, Expr, ForLoop, Macro, Stmt, StmtKind, SyntaxError, Target};

impl Parser {
    /// Reads a statement without its marks.
    pub(super) fn statement(&mut self, ends: &[&str], body: &mut Body) -> Result<(), SyntaxError> {
        let line = self.line();
        let Kind::Name(tag) = self.kind() else {
            return Err(self.unexpected("the name of a tag"));
        };
        let tag = tag.clone();
        self.skip();
        let kind = match tag.as_str() {
            "for" => self.for_loop()?,
            "if" => self.condition()?,
            "block" => self.block()?,
            "extends" => StmtKind::Extends(self.expression()?),
            "print" => {
                while *self.kind() != Kind::BlockEnd {
                    let kind = StmtKind::Emit(self.expression()?);
                    body.push(Stmt { line, kind });
                    if *self.kind() != Kind::BlockEnd {
                        self.need_op(",")?;
                    }
                }
                return Ok(());
            }
            "macro" => self.macro_of(line)?,
            "include" => self.include()?,
            "from" => self.names_of_import()?,
            "import" => {
                let template = self.expression()?;
                self.need_name("as")?;
                let name = self.new_name()?;
                StmtKind::Import {
                    template,
                    name,
                    with_context: self.context(false),
                }
            }
            "set" => self.set()?,
            "with" => self.with()?,
            "autoescape" => {
                self.expression()?;
                StmtKind::Plain(self.whole("endautoescape")?)
            }
            "call" => self.call_block(line)?,
            "filter" => {
                let filter = self.filters(None, true)?;
                let Some(filter) = filter else {
                    return Err(self.unexpected("a filter"));
                };
                StmtKind::FilterBlock {
                    filter,
                    body: self.whole("endfilter")?,
                }
            }
            "do" => StmtKind::Do(self.tuple(true, &[])?),
            "break" => StmtKind::Break,
            "continue" => StmtKind::Continue,
            _ => {
                let due = match ends {
                    [] => String::new(),
                    ends => format!(", where `{}` is due", ends.join("` or `")),
                };
                let message = format!("unknown tag `{tag}`{due}");
                return Err(SyntaxError { message, line });
            }
        };
        body.push(Stmt { line, kind });
        Ok(())
    }

    fn for_loop(&mut self) -> Result<StmtKind, SyntaxError> {
        let target = self.target(&["in"])?;
        self.need_name("in")?;
        let iter = self.tuple(false, &["recursive"])?;
        let filter = match self.skip_name("if") {
            true => Some(self.expression()?),
            false => None,
        };
        let recursive = self.skip_name("recursive");
        let body = self.inner(&["endfor", "else"])?;
        let otherwise = match self.skip_name("else") {
            true => self.whole("endfor")?,
            false => {
                self.skip();
                Body::new()
            }
        };
        Ok(StmtKind::For(Rc::new(ForLoop {
            target,
            iter,
            filter,
            recursive,
            body,
            otherwise,
        })))
    }

    fn condition(&mut self) -> Result<StmtKind, SyntaxError> {
        let mut arms = Vec::new();
        let mut otherwise = Body::new();
        loop {
            let line = self.line();
            let test = self.tuple(false, &[])?;
            let then = self.inner(&["elif", "else", "endif"])?;
            arms.push((line, test, then));
            if self.skip_name("elif") {
                continue;
            }
            if self.skip_name("else") {
                otherwise = self.whole("endif")?;
            } else {
                self.skip();
            }
            break;
        }
        let mut whole = None;
        for (line, test, then) in arms.into_iter().rev() {
            if let Some(kind) = whole.take() {
                otherwise = vec![kind];
            }
            let kind = StmtKind::If {
                test,
                then,
                otherwise: std::mem::take(&mut otherwise),
            };
            whole = Some(Stmt { line, kind });
        }
        match whole {
            Some(stmt) => Ok(stmt.kind),
            None => Err(self.unexpected("a condition")),
        }
    }

    fn block(&mut self) -> Result<StmtKind, SyntaxError> {
        let name = self.name()?;
        let is_scoped = self.skip_name("scoped");
        let is_required = self.skip_name("required");
        let body = self.whole("endblock")?;
        let is_blank =
            |it: &Stmt| matches!(&it.kind, StmtKind::Raw(text) if text.trim().is_empty());
        if is_required && !body.iter().all(is_blank) {
            return Err(self.error("a required block holds more than white space"));
        }
        self.skip_name(&name);
        Ok(StmtKind::Block(Rc::new(Block {
            name,
            is_scoped,
            is_required,
            body,
        })))
    }

    fn include(&mut self) -> Result<StmtKind, SyntaxError> {
        let template = self.expression()?;
        let ignore_missing = self.is_name("ignore") && self.looks_at_name("missing");
        if ignore_missing {
            self.at += 2;
        }
        Ok(StmtKind::Include {
            template,
            ignore_missing,
            with_context: self.context(true),
        })
    }

    /// Reads `with context` or `without context`.
    fn context(&mut self, usual: bool) -> bool {
        let with = self.is_name("with");
        if (with || self.is_name("without")) && self.looks_at_name("context") {
            self.at += 2;
            with
        } else {
            usual
        }
    }

    fn names_of_import(&mut self) -> Result<StmtKind, SyntaxError> {
        let template = self.expression()?;
        self.need_name("import")?;
        let mut names = Vec::new();
        let mut with_context = false;
        loop {
            if !names.is_empty() {
                self.need_op(",")?;
            }
            if (self.is_name("with") || self.is_name("without")) && self.looks_at_name("context") {
                with_context = self.context(false);
                break;
            }
            let there = self.new_name()?;
            if there.starts_with('_') {
                return Err(self.error(format!("`{there}` cannot be imported: it starts with `_`")));
            }
            let here = match self.skip_name("as") {
                true => self.new_name()?,
                false => Rc::clone(&there),
            };
            names.push((there, here));
            if (self.is_name("with") || self.is_name("without")) && self.looks_at_name("context") {
                with_context = self.context(false);
                break;
            }
            if !self.is_op(",") {
                break;
            }
        }
        Ok(StmtKind::FromImport {
            template,
            names,
            with_context,
        })
    }

    fn set(&mut self) -> Result<StmtKind, SyntaxError> {
        let target = self.target(&[])?;
        if self.skip_op("=") {
            let value = self.tuple(true, &[])?;
            return Ok(StmtKind::Set { target, value });
        }
        Ok(StmtKind::SetBlock {
            target,
            filter: self.filters(None, false)?,
            body: self.whole("endset")?,
        })
    }

    fn with(&mut self) -> Result<StmtKind, SyntaxError> {
        let mut assignments = Vec::new();
        while *self.kind() != Kind::BlockEnd {
            if !assignments.is_empty() {
                self.need_op(",")?;
            }
            let target = self.target(&[])?;
            self.need_op("=")?;
            assignments.push((target, self.expression()?));
        }
        Ok(StmtKind::With {
            assignments,
            body: self.whole("endwith")?,
        })
    }

    fn signature(&mut self) -> Result<(Vec<Rc<str>>, Vec<Expr>), SyntaxError> {
        let (mut args, mut defaults) = (Vec::new(), Vec::new());
        self.need_op("(")?;
        while !self.is_op(")") {
            if !args.is_empty() {
                self.need_op(",")?;
            }
            args.push(self.new_name()?);
            if self.skip_op("=") {
                defaults.push(self.expression()?);
            } else if !defaults.is_empty() {
                return Err(self.error("an argument without default follows one with a default"));
            }
        }
        self.skip();
        Ok((args, defaults))
    }

    fn macro_of(&mut self, line: u32) -> Result<StmtKind, SyntaxError> {
        let name = self.new_name()?;
        self.catches.push(Catches::default());
        let (args, defaults) = self.signature()?;
        let body = self.whole("endmacro")?;
        let made = self.finish_macro(name, args, defaults, body);
        made.map(|it| StmtKind::Macro(Rc::new(it)))
            .map_err(|error| SyntaxError { line, ..error })
    }

    fn finish_macro(
        &mut self,
        name: Rc<str>,
        args: Vec<Rc<str>>,
        defaults: Vec<Expr>,
        body: Body,
    ) -> Result<Macro, SyntaxError> {
        let catches = self.catches.pop().unwrap_or_default();
        let names = |it: &str| args.iter().any(|arg| &**arg == it);
        Ok(Macro {
            takes_varargs: catches.varargs && !names("varargs"),
            takes_kwargs: catches.kwargs && !names("kwargs"),
            takes_caller: catches.caller || names("caller"),
            name,
            args,
            defaults,
            body,
        })
    }

    fn call_block(&mut self, line: u32) -> Result<StmtKind, SyntaxError> {
        self.catches.push(Catches::default());
        let (args, defaults) = match self.is_op("(") {
            true => self.signature()?,
            false => (Vec::new(), Vec::new()),
        };
        // What is called is no part of what it calls back.
        let catches = self.catches.pop().unwrap_or_default();
        let call = self.expression()?;
        if !matches!(call, Expr::Call(..)) {
            let message = "a call block calls nothing".to_owned();
            return Err(SyntaxError { message, line });
        }
        self.catches.push(catches);
        let body = self.whole("endcall")?;
        let body = self.finish_macro("caller".into(), args, defaults, body)?;
        Ok(StmtKind::CallBlock {
            call,
            body: Rc::new(body),
        })
    }

    /// Reads what is assigned to: a name, an attribute of a namespace, or several.
    fn target(&mut self, ends: &[&str]) -> Result<Target, SyntaxError> {
        let mut targets = Vec::new();
        let mut is_tuple = false;
        loop {
            let ends_here = matches!(self.kind(), Kind::BlockEnd)
                || self.is_op("=")
                || self.is_op(")")
                || ends.iter().any(|end| self.is_name(end));
            if ends_here && is_tuple {
                break;
            }
            targets.push(self.one_target()?);
            if !self.skip_op(",") {
                break;
            }
            is_tuple = true;
        }
        match targets.pop() {
            Some(only) if !is_tuple => Ok(only),
            last => Ok(Target::Unpack(targets.into_iter().chain(last).collect())),
        }
    }

    fn one_target(&mut self) -> Result<Target, SyntaxError> {
        if self.skip_op("(") {
            let inner = self.target(&[])?;
            self.need_op(")")?;
            return Ok(inner);
        }
        let name = self.new_name()?;
        Ok(match self.skip_op(".") {
            true => Target::Attr(name, self.name()?),
            false => Target::Name(name),
        })
    }
}
