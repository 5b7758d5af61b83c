//! Values of a module: what is written there, as far as it needs no evaluation.

use rnix::SyntaxKind;
use rnix::ast::{self, AstNode, AstToken, InterpolPart, LiteralKind};

use super::reader::Reader;
use super::{StrPart, Value, ValueKind};

impl Reader<'_> {
    /// Reads a value that is no definition's own: an element of a list, an argument.
    pub(super) fn value(&mut self, expr: &ast::Expr) -> Value {
        let place = self.place(expr);
        let kind = self
            .deeper(|reader| reader.value_kind(expr))
            .unwrap_or(ValueKind::Other);
        Value { kind, place }
    }

    fn value_kind(&mut self, expr: &ast::Expr) -> ValueKind {
        match expr {
            ast::Expr::Paren(paren) => self.inner(paren.expr()),
            ast::Expr::With(with) => self.inner(with.body()),
            ast::Expr::LetIn(binding) => self.inner(binding.body()),
            ast::Expr::Assert(assert) => self.inner(assert.body()),
            ast::Expr::AttrSet(set) => ValueKind::Attrs(self.set_alone(set)),
            ast::Expr::List(list) => {
                ValueKind::List(list.items().map(|item| self.value(&item)).collect())
            }
            ast::Expr::Str(text) => ValueKind::Str(parts(text)),
            ast::Expr::Literal(literal) => match literal.kind() {
                LiteralKind::Integer(it) => it.value().map_or(ValueKind::Other, ValueKind::Int),
                LiteralKind::Float(it) => it.value().map_or(ValueKind::Other, ValueKind::Float),
                LiteralKind::Uri(it) => {
                    ValueKind::Str(vec![StrPart::Text(it.syntax().text().to_owned())])
                }
            },
            ast::Expr::Ident(name) => match name.to_string().as_str() {
                "null" => ValueKind::Null,
                "true" => ValueKind::Bool(true),
                "false" => ValueKind::Bool(false),
                other => ValueKind::Name(other.to_owned()),
            },
            ast::Expr::Select(select) if select.or_token().is_none() => {
                ValueKind::Name(select.to_string())
            }
            ast::Expr::PathAbs(_)
            | ast::Expr::PathRel(_)
            | ast::Expr::PathHome(_)
            | ast::Expr::PathSearch(_) => ValueKind::Path(expr.to_string()),
            ast::Expr::UnaryOp(operation) => self.negated(operation),
            ast::Expr::BinOp(operation) => self.joined(operation),
            ast::Expr::Lambda(_) => ValueKind::Function(Box::new(self.function(expr))),
            ast::Expr::Apply(apply) => {
                let (function, arguments) = call(apply);
                let arguments = arguments.iter().map(|it| self.value(it)).collect();
                ValueKind::Call(function, arguments)
            }
            ast::Expr::Error(_)
            | ast::Expr::IfElse(_)
            | ast::Expr::Select(_)
            | ast::Expr::LegacyLet(_)
            | ast::Expr::Root(_)
            | ast::Expr::HasAttr(_)
            | ast::Expr::CurPos(_) => ValueKind::Other,
        }
    }

    fn inner(&mut self, expr: Option<ast::Expr>) -> ValueKind {
        expr.map_or(ValueKind::Other, |it| self.value(&it).kind)
    }

    fn negated(&mut self, operation: &ast::UnaryOp) -> ValueKind {
        if operation.operator() != Some(ast::UnaryOpKind::Negate) {
            return ValueKind::Other;
        }
        match self.inner(operation.expr()) {
            ValueKind::Int(it) => ValueKind::Int(it.saturating_neg()),
            ValueKind::Float(it) => ValueKind::Float(-it),
            _ => ValueKind::Other,
        }
    }

    /// `[ a ] ++ x` is a list, of which the elements that are written are known.
    fn joined(&mut self, operation: &ast::BinOp) -> ValueKind {
        if operation.operator() != Some(ast::BinOpKind::Concat) {
            return ValueKind::Other;
        }
        let mut items = Vec::new();
        for side in [operation.lhs(), operation.rhs()].into_iter().flatten() {
            let value = self.value(&side);
            match value.kind {
                ValueKind::List(list) => items.extend(list),
                _ => items.push(Value {
                    kind: ValueKind::Other,
                    place: value.place,
                }),
            }
        }
        ValueKind::List(items)
    }
}

/// Takes a call apart: what is called, as written, and the arguments.
pub(super) fn call(apply: &ast::Apply) -> (String, Vec<ast::Expr>) {
    let mut arguments: Vec<ast::Expr> = apply.argument().into_iter().collect();
    let mut function = apply.lambda();
    while let Some(ast::Expr::Apply(inner)) = function {
        arguments.extend(inner.argument());
        function = inner.lambda();
    }
    arguments.reverse();
    let name = match function {
        Some(ast::Expr::Ident(it)) => it.to_string(),
        Some(ast::Expr::Select(it)) => it.to_string(),
        _ => String::new(),
    };
    (name, arguments)
}

pub(super) fn parts(text: &ast::Str) -> Vec<StrPart> {
    // rnix takes a string apart only where all of it could be read.
    if !is_sound(text) {
        return vec![StrPart::Hole];
    }
    text.normalized_parts()
        .into_iter()
        .map(|part| match part {
            InterpolPart::Literal(text) => StrPart::Text(text),
            InterpolPart::Interpolation(_) => StrPart::Hole,
        })
        .collect()
}

fn is_sound<T: AstNode>(text: &T) -> bool {
    text.syntax().children_with_tokens().all(|child| {
        matches!(
            child.kind(),
            SyntaxKind::TOKEN_STRING_START
                | SyntaxKind::TOKEN_STRING_CONTENT
                | SyntaxKind::TOKEN_STRING_END
                | SyntaxKind::NODE_INTERPOL
        )
    })
}
