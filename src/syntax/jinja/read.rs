//! minijinja's tree into ours.

use std::rc::Rc;

use minijinja::machinery::{ast, parse, parse_expr};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;

use super::{
    Arg, Block, Body, CompareOp, Const, Expr, ForLoop, Macro, MathOp, Settings, Stmt, StmtKind,
    SyntaxError, Target, depth, prepare,
};

/// Reads a template.
///
/// # Errors
/// What does not parse, and on which line.
pub fn read_template(text: &str, settings: &Settings) -> Result<Body, SyntaxError> {
    depth::check_template(text, settings)?;
    let prepared = prepare::template(text, settings);
    let mut config = SyntaxConfig::builder();
    config
        .trim_blocks(settings.trim_blocks)
        .lstrip_blocks(settings.lstrip_blocks);
    if let Some(delimiters) = settings.delimiters.as_deref().cloned() {
        let [
            block,
            block_end,
            variable,
            variable_end,
            comment,
            comment_end,
        ] = delimiters;
        config
            .block_delimiters(block, block_end)
            .variable_delimiters(variable, variable_end)
            .comment_delimiters(comment, comment_end);
    }
    let config = config.build().map_err(|error| syntax_error(&error))?;
    let prepared = match parse(&prepared, "template", config.clone()) {
        Ok(tree) => return template(&tree),
        Err(error) if error.detail() == Some("block tags in macros are not allowed") => {
            prepare::blocks(&prepared)
        }
        Err(error) => return Err(syntax_error(&error)),
    };
    let tree = parse(&prepared, "template", config).map_err(|error| syntax_error(&error))?;
    template(&tree)
}

fn template(tree: &ast::Stmt<'_>) -> Result<Body, SyntaxError> {
    match tree {
        ast::Stmt::Template(template) => body(&template.children),
        other => Ok(vec![stmt(other)?]),
    }
}

/// Reads a bare expression.
///
/// # Errors
/// What does not parse.
pub fn read_expression(text: &str) -> Result<Expr, SyntaxError> {
    depth::check_expression(text)?;
    let prepared = prepare::expression(text, false);
    let tree = parse_expr(&prepared).map_err(|error| syntax_error(&error))?;
    expr(&tree)
}

fn syntax_error(error: &minijinja::Error) -> SyntaxError {
    let message = error.detail().unwrap_or("it does not parse");
    SyntaxError {
        message: message.to_owned(),
        line: error
            .line()
            .and_then(|line| u32::try_from(line).ok())
            .unwrap_or(1),
    }
}

fn body(stmts: &[ast::Stmt<'_>]) -> Result<Body, SyntaxError> {
    stmts.iter().map(stmt).collect()
}

fn stmt(it: &ast::Stmt<'_>) -> Result<Stmt, SyntaxError> {
    let (line, kind) = match it {
        ast::Stmt::Template(it) => (it.span().start_line, StmtKind::Plain(body(&it.children)?)),
        ast::Stmt::EmitExpr(it) => (it.span().start_line, StmtKind::Emit(expr(&it.expr)?)),
        ast::Stmt::EmitRaw(it) => (it.span().start_line, StmtKind::Raw(it.raw.to_owned())),
        ast::Stmt::ForLoop(it) => (it.span().start_line, for_loop(it)?),
        ast::Stmt::IfCond(it) => (
            it.span().start_line,
            StmtKind::If {
                test: expr(&it.expr)?,
                then: body(&it.true_body)?,
                otherwise: body(&it.false_body)?,
            },
        ),
        ast::Stmt::WithBlock(it) => {
            let mut assignments = Vec::with_capacity(it.assignments.len());
            for (target, value) in &it.assignments {
                assignments.push((self::target(target)?, expr(value)?));
            }
            let kind = StmtKind::With {
                assignments,
                body: body(&it.body)?,
            };
            (it.span().start_line, kind)
        }
        ast::Stmt::Set(it) => (
            it.span().start_line,
            StmtKind::Set {
                target: target(&it.target)?,
                value: expr(&it.expr)?,
            },
        ),
        ast::Stmt::SetBlock(it) => (
            it.span().start_line,
            StmtKind::SetBlock {
                target: target(&it.target)?,
                filter: it.filter.as_ref().map(expr).transpose()?,
                body: body(&it.body)?,
            },
        ),
        ast::Stmt::AutoEscape(it) => (it.span().start_line, StmtKind::Plain(body(&it.body)?)),
        ast::Stmt::FilterBlock(it) => {
            let body = body(&it.body)?;
            let filter = expr(&it.filter)?;
            let block = match &filter {
                Expr::Filter(name, None, _) => name.strip_prefix(prepare::BLOCK),
                _ => None,
            };
            let kind = match block {
                Some(name) => StmtKind::Block(Rc::new(Block {
                    name: name.into(),
                    body,
                })),
                None => StmtKind::FilterBlock { filter, body },
            };
            (it.span().start_line, kind)
        }
        ast::Stmt::Block(it) => {
            let block = Block {
                name: it.name.into(),
                body: body(&it.body)?,
            };
            (it.span().start_line, StmtKind::Block(Rc::new(block)))
        }
        ast::Stmt::Import(it) => (
            it.span().start_line,
            StmtKind::Import {
                template: expr(&it.expr)?,
                name: name(&it.name)?,
            },
        ),
        ast::Stmt::FromImport(it) => {
            let mut names = Vec::with_capacity(it.names.len());
            for (there, here) in &it.names {
                let there = name(there)?;
                let here = here.as_ref().map(name).transpose()?;
                names.push((Rc::clone(&there), here.unwrap_or(there)));
            }
            let kind = StmtKind::FromImport {
                template: expr(&it.expr)?,
                names,
            };
            (it.span().start_line, kind)
        }
        ast::Stmt::Extends(it) => (it.span().start_line, StmtKind::Extends(expr(&it.name)?)),
        ast::Stmt::Include(it) => (
            it.span().start_line,
            StmtKind::Include {
                template: expr(&it.name)?,
                ignore_missing: it.ignore_missing,
            },
        ),
        ast::Stmt::Macro(it) => (
            it.span().start_line,
            StmtKind::Macro(Rc::new(macro_of(it)?)),
        ),
        ast::Stmt::CallBlock(it) => (
            it.span().start_line,
            StmtKind::CallBlock {
                call: call(&it.call)?,
                body: Rc::new(macro_of(&it.macro_decl)?),
            },
        ),
        ast::Stmt::Do(it) => (it.span().start_line, StmtKind::Do(call(&it.call)?)),
        ast::Stmt::Continue(it) => (it.span().start_line, StmtKind::Continue),
        ast::Stmt::Break(it) => (it.span().start_line, StmtKind::Break),
    };
    Ok(Stmt {
        line: u32::from(line),
        kind,
    })
}

fn for_loop(it: &ast::ForLoop<'_>) -> Result<StmtKind, SyntaxError> {
    Ok(StmtKind::For(Rc::new(ForLoop {
        target: target(&it.target)?,
        iter: expr(&it.iter)?,
        filter: it.filter_expr.as_ref().map(expr).transpose()?,
        recursive: it.recursive,
        body: body(&it.body)?,
        otherwise: body(&it.else_body)?,
    })))
}

fn macro_of(it: &ast::Macro<'_>) -> Result<Macro, SyntaxError> {
    Ok(Macro {
        name: it.name.into(),
        args: it.args.iter().map(name).collect::<Result<_, _>>()?,
        defaults: it.defaults.iter().map(expr).collect::<Result<_, _>>()?,
        body: body(&it.body)?,
    })
}

fn name(it: &ast::Expr<'_>) -> Result<Rc<str>, SyntaxError> {
    match it {
        ast::Expr::Var(var) => Ok(var.id.into()),
        other => Err(unexpected(other, "a name")),
    }
}

fn target(it: &ast::Expr<'_>) -> Result<Target, SyntaxError> {
    match it {
        ast::Expr::Var(var) => Ok(Target::Name(var.id.into())),
        ast::Expr::GetAttr(attr) => Ok(Target::Attr(name(&attr.expr)?, attr.name.into())),
        ast::Expr::List(list) => Ok(Target::Unpack(
            list.items.iter().map(target).collect::<Result<_, _>>()?,
        )),
        other => Err(unexpected(other, "something that can be assigned to")),
    }
}

fn unexpected(it: &ast::Expr<'_>, expected: &str) -> SyntaxError {
    SyntaxError {
        message: format!("unexpected {}, expected {expected}", it.description()),
        line: u32::from(it.span().start_line),
    }
}

fn expr(it: &ast::Expr<'_>) -> Result<Expr, SyntaxError> {
    let boxed = |it: &ast::Expr<'_>| expr(it).map(Box::new);
    let exprs = |items: &[ast::Expr<'_>]| items.iter().map(expr).collect::<Result<Vec<_>, _>>();
    Ok(match it {
        ast::Expr::Var(it) => Expr::Var(it.id.into()),
        ast::Expr::Const(it) => Expr::Const(constant(&it.value)),
        ast::Expr::Slice(it) => {
            let part = |part: &Option<ast::Expr<'_>>| part.as_ref().map(expr).transpose();
            let parts = [part(&it.start)?, part(&it.stop)?, part(&it.step)?];
            Expr::Slice(boxed(&it.expr)?, Box::new(parts))
        }
        ast::Expr::UnaryOp(it) => match it.op {
            ast::UnaryOpKind::Not => Expr::Not(boxed(&it.expr)?),
            ast::UnaryOpKind::Neg => Expr::Neg(boxed(&it.expr)?),
        },
        ast::Expr::BinOp(it) => binary(it.op, boxed(&it.left)?, expr(&it.right)?),
        ast::Expr::Compare(it) => {
            let mut rest = Vec::with_capacity(it.ops.len());
            for op in &it.ops {
                rest.push((compare_op(op.op), expr(&op.expr)?));
            }
            Expr::Compare(boxed(&it.expr)?, rest)
        }
        ast::Expr::IfExpr(it) => Expr::If(
            boxed(&it.test_expr)?,
            boxed(&it.true_expr)?,
            it.false_expr.as_ref().map(boxed).transpose()?,
        ),
        ast::Expr::Filter(it) => Expr::Filter(
            it.name.into(),
            it.expr.as_ref().map(boxed).transpose()?,
            args(&it.args)?,
        ),
        ast::Expr::Test(it) => Expr::Test(it.name.into(), boxed(&it.expr)?, args(&it.args)?),
        ast::Expr::GetAttr(it) => Expr::Attr(boxed(&it.expr)?, it.name.into()),
        ast::Expr::GetItem(it) => Expr::Item(boxed(&it.expr)?, boxed(&it.subscript_expr)?),
        ast::Expr::Call(it) => call(it)?,
        ast::Expr::List(it) => Expr::List(exprs(&it.items)?),
        ast::Expr::Tuple(it) => Expr::List(exprs(&it.items)?),
        ast::Expr::Map(it) => Expr::Dict(
            exprs(&it.keys)?
                .into_iter()
                .zip(exprs(&it.values)?)
                .collect(),
        ),
    })
}

fn call(it: &ast::Call<'_>) -> Result<Expr, SyntaxError> {
    Ok(Expr::Call(Box::new(expr(&it.expr)?), args(&it.args)?))
}

fn args(list: &[ast::CallArg<'_>]) -> Result<Vec<Arg>, SyntaxError> {
    let arg = |it: &ast::CallArg<'_>| {
        Ok(match it {
            ast::CallArg::Pos(it) => Arg::Positional(expr(it)?),
            ast::CallArg::Kwarg(name, it) => Arg::Named((*name).into(), expr(it)?),
            ast::CallArg::PosSplat(it) => Arg::Star(expr(it)?),
            ast::CallArg::KwargSplat(it) => Arg::StarStar(expr(it)?),
        })
    };
    list.iter().map(arg).collect()
}

fn binary(op: ast::BinOpKind, left: Box<Expr>, right: Expr) -> Expr {
    let compare = |left, op, right| Expr::Compare(left, vec![(op, right)]);
    let math = |op, left, right| Expr::Math(op, left, Box::new(right));
    match op {
        ast::BinOpKind::Eq => compare(left, CompareOp::Eq, right),
        ast::BinOpKind::Ne => compare(left, CompareOp::Ne, right),
        ast::BinOpKind::Lt => compare(left, CompareOp::Lt, right),
        ast::BinOpKind::Lte => compare(left, CompareOp::Lte, right),
        ast::BinOpKind::Gt => compare(left, CompareOp::Gt, right),
        ast::BinOpKind::Gte => compare(left, CompareOp::Gte, right),
        ast::BinOpKind::In => compare(left, CompareOp::In, right),
        ast::BinOpKind::ScAnd => Expr::And(left, Box::new(right)),
        ast::BinOpKind::ScOr => Expr::Or(left, Box::new(right)),
        ast::BinOpKind::Add => math(MathOp::Add, left, right),
        ast::BinOpKind::Sub => math(MathOp::Sub, left, right),
        ast::BinOpKind::Mul => math(MathOp::Mul, left, right),
        ast::BinOpKind::Div => math(MathOp::Div, left, right),
        ast::BinOpKind::FloorDiv => math(MathOp::FloorDiv, left, right),
        ast::BinOpKind::Rem => math(MathOp::Rem, left, right),
        ast::BinOpKind::Pow => math(MathOp::Pow, left, right),
        ast::BinOpKind::Concat => math(MathOp::Concat, left, right),
    }
}

fn compare_op(op: ast::CompareOpKind) -> CompareOp {
    match op {
        ast::CompareOpKind::Eq => CompareOp::Eq,
        ast::CompareOpKind::Ne => CompareOp::Ne,
        ast::CompareOpKind::Lt => CompareOp::Lt,
        ast::CompareOpKind::Lte => CompareOp::Lte,
        ast::CompareOpKind::Gt => CompareOp::Gt,
        ast::CompareOpKind::Gte => CompareOp::Gte,
        ast::CompareOpKind::In => CompareOp::In,
        ast::CompareOpKind::NotIn => CompareOp::NotIn,
    }
}

fn constant(value: &minijinja::Value) -> Const {
    match value.kind() {
        ValueKind::Bool => Const::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => match i64::try_from(value.clone()) {
            Ok(number) => Const::Int(number),
            Err(_) => Const::Str(value.to_string()),
        },
        ValueKind::Number => f64::try_from(value.clone()).map_or(Const::None, Const::Float),
        ValueKind::String => Const::Str(value.as_str().unwrap_or_default().to_owned()),
        _ => Const::None,
    }
}

#[cfg(test)]
mod tests {
    use super::{read_expression, read_template};
    use crate::syntax::jinja::{Settings, StmtKind};

    #[test]
    fn errors_have_a_line() {
        let error = read_template("a\n{{ x | }}\n", &Settings::of_yaml()).unwrap_err();
        assert_eq!(error.line, 2);
        assert!(read_expression("a ==").is_err());
    }

    #[test]
    fn blocks_eat_the_line_break_after_them() {
        let body = read_template("{% if x %}\na\n{% endif %}\n", &Settings::of_yaml()).unwrap();
        let [only] = body.as_slice() else {
            panic!("{body:?}")
        };
        let StmtKind::If { then, .. } = &only.kind else {
            panic!("{only:?}")
        };
        assert!(matches!(&then[0].kind, StmtKind::Raw(text) if text == "a\n"));
    }
}
