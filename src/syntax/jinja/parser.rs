//! What walks over the tokens, and finds text, expressions and statements among them.

use std::rc::Rc;

use super::lexer::{Kind, Token};
use super::{Body, Const, Expr, Settings, Stmt, StmtKind, SyntaxError, depth, lexer};

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
pub(super) struct Catches {
    pub(super) varargs: bool,
    pub(super) kwargs: bool,
    pub(super) caller: bool,
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    pub(super) at: usize,
    nested: usize,
    /// Of the macros that are being read.
    pub(super) catches: Vec<Catches>,
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
            Kind::Name(name) => {
                return self.error(format!("`{name}` comes where {expected} is due"));
            }
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

    pub(super) fn looks_at_name(&self, name: &str) -> bool {
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

    pub(super) fn need_name(&mut self, name: &str) -> Result<(), SyntaxError> {
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
    pub(super) fn new_name(&mut self) -> Result<Rc<str>, SyntaxError> {
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
            return Err(self.error(format!(
                "more than {MOST_NESTED} statements hold each other"
            )));
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

    pub(super) fn block_end(&mut self) -> Result<(), SyntaxError> {
        if *self.kind() != Kind::BlockEnd {
            return Err(self.unexpected("the end of the statement"));
        }
        self.skip();
        Ok(())
    }

    /// Reads the body of a statement; the end tag's name is left.
    pub(super) fn inner(&mut self, ends: &[&str]) -> Result<Body, SyntaxError> {
        self.skip_op(":");
        self.block_end()?;
        self.body(ends)
    }

    /// Reads the body of a statement and its end tag.
    pub(super) fn whole(&mut self, end: &str) -> Result<Body, SyntaxError> {
        let body = self.inner(&[end])?;
        self.skip();
        Ok(body)
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
