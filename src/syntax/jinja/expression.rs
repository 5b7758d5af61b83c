//! Tokens into expressions, by the rules of Jinja2's parser.

use std::rc::Rc;

use super::lexer::Kind;
use super::parser::{Parser, constant};
use super::{Arg, CompareOp, Const, Expr, MathOp, SyntaxError};

impl Parser {
    /// Reads an expression, with `a if b else c`.
    pub(super) fn expression(&mut self) -> Result<Expr, SyntaxError> {
        let mut expr = self.or()?;
        while self.skip_name("if") {
            let test = self.or()?;
            let otherwise = match self.skip_name("else") {
                true => Some(Box::new(self.expression()?)),
                false => None,
            };
            expr = Expr::If(Box::new(test), Box::new(expr), otherwise);
        }
        Ok(expr)
    }

    /// Reads one expression, or several with commas between them: a tuple.
    pub(super) fn tuple(&mut self, with_if: bool, ends: &[&str]) -> Result<Expr, SyntaxError> {
        let mut items = Vec::new();
        let mut is_tuple = false;
        loop {
            let ends_here = matches!(self.kind(), Kind::VariableEnd | Kind::BlockEnd)
                || self.is_op(")")
                || ends.iter().any(|end| self.is_name(end));
            if ends_here {
                break;
            }
            items.push(match with_if {
                true => self.expression()?,
                false => self.or()?,
            });
            if !self.skip_op(",") {
                break;
            }
            is_tuple = true;
        }
        match items.pop() {
            Some(only) if !is_tuple => Ok(only),
            None if !self.is_op(")") => Err(self.unexpected("an expression")),
            last => Ok(Expr::Tuple(items.into_iter().chain(last).collect())),
        }
    }

    fn or(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.and()?;
        while self.skip_name("or") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.not()?;
        while self.skip_name("and") {
            left = Expr::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expr, SyntaxError> {
        match self.skip_name("not") {
            true => Ok(Expr::Not(Box::new(self.not()?))),
            false => self.compare(),
        }
    }

    fn compare(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Some(op) = self.compare_op() {
            rest.push((op, self.sum()?));
        }
        match rest.is_empty() {
            true => Ok(first),
            false => Ok(Expr::Compare(Box::new(first), rest)),
        }
    }

    fn compare_op(&mut self) -> Option<CompareOp> {
        let op = match self.kind() {
            Kind::Op("==") => CompareOp::Eq,
            Kind::Op("!=") => CompareOp::Ne,
            Kind::Op("<") => CompareOp::Lt,
            Kind::Op("<=") => CompareOp::Lte,
            Kind::Op(">") => CompareOp::Gt,
            Kind::Op(">=") => CompareOp::Gte,
            Kind::Name(name) if name == "in" => CompareOp::In,
            Kind::Name(name) if name == "not" => {
                if !matches!(self.look(), Kind::Name(next) if next == "in") {
                    return None;
                }
                self.skip();
                CompareOp::NotIn
            }
            _ => return None,
        };
        self.skip();
        Some(op)
    }

    fn sum(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.concat()?;
        loop {
            let op = match self.kind() {
                Kind::Op("+") => MathOp::Add,
                Kind::Op("-") => MathOp::Sub,
                _ => return Ok(left),
            };
            self.skip();
            left = Expr::Math(op, Box::new(left), Box::new(self.concat()?));
        }
    }

    fn concat(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.product()?;
        while self.skip_op("~") {
            left = Expr::Math(MathOp::Concat, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.power()?;
        loop {
            let op = match self.kind() {
                Kind::Op("*") => MathOp::Mul,
                Kind::Op("/") => MathOp::Div,
                Kind::Op("//") => MathOp::FloorDiv,
                Kind::Op("%") => MathOp::Rem,
                _ => return Ok(left),
            };
            self.skip();
            left = Expr::Math(op, Box::new(left), Box::new(self.power()?));
        }
    }

    fn power(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.unary(true)?;
        while self.skip_op("**") {
            left = Expr::Math(MathOp::Pow, Box::new(left), Box::new(self.unary(true)?));
        }
        Ok(left)
    }

    fn unary(&mut self, with_filter: bool) -> Result<Expr, SyntaxError> {
        let expr = if self.skip_op("-") {
            Expr::Neg(Box::new(self.unary(false)?))
        } else if self.skip_op("+") {
            Expr::Pos(Box::new(self.unary(false)?))
        } else {
            self.primary()?
        };
        let expr = self.postfix(expr)?;
        match with_filter {
            true => self.filtered(expr),
            false => Ok(expr),
        }
    }

    fn primary(&mut self) -> Result<Expr, SyntaxError> {
        let expr = match self.kind() {
            Kind::Name(name) => {
                let name = name.clone();
                self.note(&name);
                match constant(&name) {
                    Some(constant) => Expr::Const(constant),
                    None => Expr::Var(name.as_str().into()),
                }
            }
            Kind::Str(text) => {
                let mut whole = text.clone();
                while let Kind::Str(next) = self.look() {
                    whole.push_str(next);
                    self.skip();
                }
                Expr::Const(Const::Str(whole))
            }
            Kind::Int(number) => match i64::try_from(*number) {
                Ok(number) => Expr::Const(Const::Int(number)),
                Err(_) => return Err(self.error("a number beyond 64 bits is not read here")),
            },
            Kind::Float(number) => Expr::Const(Const::Float(*number)),
            Kind::Op("(") => {
                self.skip();
                let inner = self.tuple(true, &[])?;
                self.need_op(")")?;
                return Ok(inner);
            }
            Kind::Op("[") => return self.list(),
            Kind::Op("{") => return self.dict(),
            _ => return Err(self.unexpected("an expression")),
        };
        self.skip();
        Ok(expr)
    }

    fn list(&mut self) -> Result<Expr, SyntaxError> {
        self.skip();
        let mut items = Vec::new();
        while !self.is_op("]") {
            if !items.is_empty() {
                self.need_op(",")?;
                if self.is_op("]") {
                    break;
                }
            }
            items.push(self.expression()?);
        }
        self.skip();
        Ok(Expr::List(items))
    }

    fn dict(&mut self) -> Result<Expr, SyntaxError> {
        self.skip();
        let mut pairs = Vec::new();
        while !self.is_op("}") {
            if !pairs.is_empty() {
                self.need_op(",")?;
                if self.is_op("}") {
                    break;
                }
            }
            let key = self.expression()?;
            self.need_op(":")?;
            pairs.push((key, self.expression()?));
        }
        self.skip();
        Ok(Expr::Dict(pairs))
    }

    /// Reads attributes, items and calls.
    fn postfix(&mut self, expr: Expr) -> Result<Expr, SyntaxError> {
        let mut expr = expr;
        loop {
            if self.skip_op(".") {
                expr = match self.kind().clone() {
                    Kind::Name(name) => Expr::Attr(Box::new(expr), name.as_str().into()),
                    Kind::Int(number) => {
                        let index = i64::try_from(number).unwrap_or(i64::MAX);
                        Expr::Item(Box::new(expr), Box::new(Expr::Const(Const::Int(index))))
                    }
                    _ => return Err(self.unexpected("a name or number")),
                };
                self.skip();
            } else if self.skip_op("[") {
                expr = self.subscript(expr)?;
            } else if self.is_op("(") {
                expr = Expr::Call(Box::new(expr), arguments(self)?);
            } else {
                return Ok(expr);
            }
        }
    }

    fn subscript(&mut self, object: Expr) -> Result<Expr, SyntaxError> {
        let mut keys = Vec::new();
        while !self.is_op("]") {
            if !keys.is_empty() {
                self.need_op(",")?;
            }
            let start = match self.is_op(":") {
                true => None,
                false => Some(self.expression()?),
            };
            if !self.skip_op(":") {
                keys.extend(start);
                continue;
            }
            let stop = self.bound()?;
            let step = match self.skip_op(":") {
                true => self.bound()?,
                false => None,
            };
            if !keys.is_empty() || !self.is_op("]") {
                return Err(self.unexpected("`]` after a slice"));
            }
            self.skip();
            return Ok(Expr::Slice(Box::new(object), Box::new([start, stop, step])));
        }
        self.skip();
        let key = match keys.pop() {
            Some(only) if keys.is_empty() => only,
            last => Expr::Tuple(keys.into_iter().chain(last).collect()),
        };
        Ok(Expr::Item(Box::new(object), Box::new(key)))
    }

    fn bound(&mut self) -> Result<Option<Expr>, SyntaxError> {
        match self.is_op(":") || self.is_op("]") || self.is_op(",") {
            true => Ok(None),
            false => self.expression().map(Some),
        }
    }

    /// Reads filters, tests, and calls of what they make.
    fn filtered(&mut self, expr: Expr) -> Result<Expr, SyntaxError> {
        let mut expr = expr;
        loop {
            if self.is_op("|") {
                let Some(filtered) = self.filters(Some(expr), false)? else {
                    return Err(self.unexpected("a filter"));
                };
                expr = filtered;
            } else if self.is_name("is") {
                expr = self.test(expr)?;
            } else if self.is_op("(") {
                expr = Expr::Call(Box::new(expr), arguments(self)?);
            } else {
                return Ok(expr);
            }
        }
    }

    /// Reads a chain of filters; `starts` where the first has no `|` before it.
    pub(super) fn filters(
        &mut self,
        expr: Option<Expr>,
        starts: bool,
    ) -> Result<Option<Expr>, SyntaxError> {
        let mut expr = expr;
        let mut starts = starts;
        while starts || self.skip_op("|") {
            starts = false;
            let name = self.dotted()?;
            let args = match self.is_op("(") {
                true => arguments(self)?,
                false => Vec::new(),
            };
            expr = Some(Expr::Filter(name, expr.map(Box::new), args));
        }
        Ok(expr)
    }

    fn dotted(&mut self) -> Result<Rc<str>, SyntaxError> {
        let mut name = self.name()?.to_string();
        while self.skip_op(".") {
            name.push('.');
            name.push_str(&self.name()?);
        }
        Ok(name.into())
    }

    fn test(&mut self, expr: Expr) -> Result<Expr, SyntaxError> {
        self.skip();
        let is_negated = self.skip_name("not");
        let name = self.dotted()?;
        let has_argument = match self.kind() {
            Kind::Name(name) => !matches!(name.as_str(), "else" | "or" | "and"),
            Kind::Str(_) | Kind::Int(_) | Kind::Float(_) | Kind::Op("[" | "{") => true,
            _ => false,
        };
        let args = if self.is_op("(") {
            arguments(self)?
        } else if has_argument {
            if self.is_name("is") {
                return Err(self.error("tests cannot follow each other with `is`"));
            }
            let arg = self.primary()?;
            vec![Arg::Positional(self.postfix(arg)?)]
        } else {
            Vec::new()
        };
        let test = Expr::Test(name, Box::new(expr), args);
        Ok(match is_negated {
            true => Expr::Not(Box::new(test)),
            false => test,
        })
    }
}

/// Returns the arguments of a call in the order in which Python takes them.
fn arguments(parser: &mut Parser) -> Result<Vec<Arg>, SyntaxError> {
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
