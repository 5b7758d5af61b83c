//! Tokens into statements, by the rules of Jinja2's parser.

use std::rc::Rc;

use super::lexer::{Kind, Token};
use super::{
    Arg, Block, Body, Const, Expr, ForLoop, Macro, Settings, Stmt, StmtKind, SyntaxError, Target,
    depth, lexer,
};

/// As many statements may hold each other.
const MOST_NESTED: usize = 100;

/// Reads a template.
///
/// # Errors
/// What does not parse, and on which line.
pub fn read_template(text: &str, settings: &Settings) -> Result<Body, SyntaxError> {
    let mut parser = Parser::new(lexer::template(text, settings)?)?;
    parser.body(&[])
}

/// Reads a bare expression.
///
/// # Errors
/// What does not parse.
pub fn read_expression(text: &str) -> Result<Expr, SyntaxError> {
    let settings = Settings {
        literal_backslashes: false,
        ..Settings::default()
    };
    let mut parser = Parser::new(lexer::expression(text, &settings)?)?;
    let expr = parser.expression()?;
    match parser.kind() {
        Kind::End => Ok(expr),
        _ => Err(parser.unexpected("the end of the expression")),
    }
}

/// Which of the names that stand for further arguments a macro uses.
#[derive(Clone, Copy, Debug, Default)]
struct Catches {
    varargs: bool,
    kwargs: bool,
    caller: bool,
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nested: usize,
    catches: Vec<Catches>,
}

impl Parser {
    fn new(tokens: Vec<Token>) -> Result<Parser, SyntaxError> {
        depth::check(&tokens)?;
        Ok(Parser {
            tokens,
            at: 0,
            nested: 0,
            catches: Vec::new(),
        })
    }

    pub(super) fn kind(&self) -> &Kind {
        self.tokens.get(self.at).map_or(&Kind::End, |it| &it.kind)
    }

    pub(super) fn look(&self) -> &Kind {
        let next = self.tokens.get(self.at + 1);
        next.map_or(&Kind::End, |it| &it.kind)
    }

    pub(super) fn line(&self) -> u32 {
        let token = self.tokens.get(self.at).or(self.tokens.last());
        token.map_or(1, |it| it.line)
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    pub(super) fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            message: message.into(),
            line: self.line(),
        }
    }

    pub(super) fn unexpected(&self, expected: &str) -> SyntaxError {
        let found = match self.kind() {
            Kind::Data(_) => "text",
            Kind::VariableBegin => "the start of an expression",
            Kind::VariableEnd | Kind::BlockEnd => "the end of the tag",
            Kind::BlockBegin => "the start of a statement",
            Kind::Name(name) => return self.error(format!("`{name}` comes where {expected} is due")),
            Kind::Str(_) => "a string",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Op(op) => return self.error(format!("`{op}` comes where {expected} is due")),
            Kind::End => "the end",
        };
        self.error(format!("{found} comes where {expected} is due"))
    }

    pub(super) fn is_op(&self, op: &str) -> bool {
        matches!(self.kind(), Kind::Op(it) if *it == op)
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(self.kind(), Kind::Name(it) if it == name)
    }

    fn looks_at_name(&self, name: &str) -> bool {
        matches!(self.look(), Kind::Name(it) if it == name)
    }

    pub(super) fn skip_op(&mut self, op: &str) -> bool {
        let found = self.is_op(op);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_name(&mut self, name: &str) -> bool {
        let found = self.is_name(name);
        self.at += usize::from(found);
        found
    }

    pub(super) fn need_op(&mut self, op: &str) -> Result<(), SyntaxError> {
        match self.skip_op(op) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{op}`"))),
        }
    }

    fn need_name(&mut self, name: &str) -> Result<(), SyntaxError> {
        match self.skip_name(name) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{name}`"))),
        }
    }

    pub(super) fn name(&mut self) -> Result<Rc<str>, SyntaxError> {
        let Kind::Name(name) = self.kind() else {
            return Err(self.unexpected("a name"));
        };
        let name = Rc::from(name.as_str());
        self.skip();
        Ok(name)
    }

    /// Returns a name that can be assigned to.
    fn new_name(&mut self) -> Result<Rc<str>, SyntaxError> {
        let line = self.line();
        let name = self.name()?;
        match is_constant(&name) {
            true => Err(SyntaxError {
                message: format!("nothing can be assigned to `{name}`"),
                line,
            }),
            false => Ok(name),
        }
    }

    /// Notes that a name is used: macros take further arguments where they use them.
    pub(super) fn note(&mut self, name: &str) {
        for catches in &mut self.catches {
            match name {
                "varargs" => catches.varargs = true,
                "kwargs" => catches.kwargs = true,
                "caller" => catches.caller = true,
                _ => return,
            }
        }
    }

    /// Reads text, expressions and statements up to one of the tags, which is left; without any, up to the end.
    fn body(&mut self, ends: &[&str]) -> Result<Body, SyntaxError> {
        self.nested += 1;
        if self.nested > MOST_NESTED {
            return Err(self.error(format!("more than {MOST_NESTED} statements hold each other")));
        }
        let mut body = Body::new();
        loop {
            let line = self.line();
            match self.kind() {
                Kind::Data(text) => {
                    let kind = StmtKind::Raw(text.clone());
                    body.push(Stmt { line, kind });
                    self.skip();
                }
                Kind::VariableBegin => {
                    self.skip();
                    let kind = StmtKind::Emit(self.tuple(true, &[])?);
                    body.push(Stmt { line, kind });
                    if *self.kind() != Kind::VariableEnd {
                        return Err(self.unexpected("the end of the expression"));
                    }
                    self.skip();
                }
                Kind::BlockBegin => {
                    self.skip();
                    if ends.iter().any(|end| self.is_name(end)) {
                        self.nested -= 1;
                        return Ok(body);
                    }
                    self.statement(ends, &mut body)?;
                    self.block_end()?;
                }
                Kind::End if ends.is_empty() => {
                    self.nested -= 1;
                    return Ok(body);
                }
                Kind::End => {
                    let ends = ends.join("` or `");
                    return Err(self.error(format!("the template ends, and `{ends}` is due")));
                }
                _ => return Err(self.unexpected("text or a tag")),
            }
        }
    }

    fn block_end(&mut self) -> Result<(), SyntaxError> {
        if *self.kind() != Kind::BlockEnd {
            return Err(self.unexpected("the end of the statement"));
        }
        self.skip();
        Ok(())
    }

    /// Reads the body of a statement; the end tag's name is left.
    fn inner(&mut self, ends: &[&str]) -> Result<Body, SyntaxError> {
        self.skip_op(":");
        self.block_end()?;
        self.body(ends)
    }

    /// Reads the body of a statement and its end tag.
    fn whole(&mut self, end: &str) -> Result<Body, SyntaxError> {
        let body = self.inner(&[end])?;
        self.skip();
        Ok(body)
    }

    fn statement(&mut self, ends: &[&str], body: &mut Body) -> Result<(), SyntaxError> {
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
            "from" => self.from_import()?,
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

    fn from_import(&mut self) -> Result<StmtKind, SyntaxError> {
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

/// Tells whether a name stands for a constant.
pub(super) fn is_constant(name: &str) -> bool {
    constant(name).is_some()
}

pub(super) fn constant(name: &str) -> Option<Const> {
    match name {
        "true" | "True" => Some(Const::Bool(true)),
        "false" | "False" => Some(Const::Bool(false)),
        "none" | "None" => Some(Const::None),
        _ => None,
    }
}

/// Returns the arguments of a call in the order in which Python takes them.
pub(super) fn arguments(parser: &mut Parser) -> Result<Vec<Arg>, SyntaxError> {
    let line = parser.line();
    let mut args: Vec<Arg> = Vec::new();
    parser.need_op("(")?;
    let has = |args: &[Arg], test: fn(&Arg) -> bool| args.iter().any(test);
    let is_star: fn(&Arg) -> bool = |it| matches!(it, Arg::Star(_));
    let is_stars: fn(&Arg) -> bool = |it| matches!(it, Arg::StarStar(_));
    while !parser.is_op(")") {
        if !args.is_empty() {
            parser.need_op(",")?;
            if parser.is_op(")") {
                break;
            }
        }
        let (arg, is_fit) = if parser.skip_op("*") {
            let is_fit = !has(&args, is_star) && !has(&args, is_stars);
            (Arg::Star(parser.expression()?), is_fit)
        } else if parser.skip_op("**") {
            let is_fit = !has(&args, is_stars);
            (Arg::StarStar(parser.expression()?), is_fit)
        } else if let (Kind::Name(name), Kind::Op("=")) = (parser.kind(), parser.look()) {
            let name = Rc::from(name.as_str());
            parser.skip();
            parser.skip();
            let is_fit = !has(&args, is_stars);
            (Arg::Named(name, parser.expression()?), is_fit)
        } else {
            let is_fit = args.iter().all(|it| matches!(it, Arg::Positional(_)));
            (Arg::Positional(parser.expression()?), is_fit)
        };
        if !is_fit {
            let message = "the arguments of a call are not in order".to_owned();
            return Err(SyntaxError { message, line });
        }
        args.push(arg);
    }
    parser.skip();
    Ok(args)
}
