//! Statements that hang on an unknown: what they would produce is a hole, what they would assign is unknown.

use std::rc::Rc;

use super::{Callable, Env, Eval, Home, Local, Out};
use crate::import::ansible::left_open::closed_hole;
use crate::import::ansible::value::Value;
use crate::model::Hole;
use crate::syntax::jinja::{Arg, Body, Expr, StmtKind, Target};

/// Stands for the bodies of which one, or none, or one many times would run.
pub(super) fn bodies(
    env: &mut Env<'_, '_>,
    bodies: &[&Body],
    hole: &Hole,
    out: &mut Out,
) -> Eval<()> {
    let hole = &closed_hole(hole);
    let mut prints = false;
    for body in bodies {
        prints |= visit(env, body, hole);
    }
    if prints {
        out.push(Value::Unknown(hole.clone()))?;
    }
    Ok(())
}

/// Makes unknown what a body assigns; tells whether it prints more than white space.
fn visit(env: &mut Env<'_, '_>, body: &Body, hole: &Hole) -> bool {
    let mut prints = false;
    for stmt in body {
        prints |= match &stmt.kind {
            StmtKind::Raw(text) => !text.trim().is_empty(),
            StmtKind::Emit(_) | StmtKind::Include { .. } | StmtKind::Extends(_) => true,
            StmtKind::For(it) => visit(env, &it.body, hole) | visit(env, &it.otherwise, hole),
            StmtKind::If {
                then, otherwise, ..
            } => visit(env, then, hole) | visit(env, otherwise, hole),
            StmtKind::With { body, .. } | StmtKind::Plain(body) => visit(env, body, hole),
            StmtKind::Set { target, value } => {
                mutated(env, value, hole);
                forget(env, target, hole);
                false
            }
            StmtKind::SetBlock { target, .. } => {
                forget(env, target, hole);
                false
            }
            StmtKind::FilterBlock { body, .. } => {
                visit(env, body, hole);
                true
            }
            StmtKind::Block(block) => visit(env, &block.body, hole),
            StmtKind::CallBlock { .. } => true,
            StmtKind::Do(call) => {
                mutated(env, call, hole);
                false
            }
            StmtKind::Macro(code) => {
                let callable = Callable {
                    code: Rc::clone(code),
                    home: Home::Frames(env.frames.len()),
                };
                env.define(Rc::clone(&code.name), Local::Macro(Rc::new(callable)));
                false
            }
            // Macros that may or may not be there fail when they are called, with their name.
            StmtKind::Import { .. } | StmtKind::FromImport { .. } => false,
            StmtKind::Continue | StmtKind::Break => false,
        };
    }
    prints
}

fn forget(env: &mut Env<'_, '_>, target: &Target, hole: &Hole) {
    match target {
        Target::Name(name) => {
            env.define(Rc::clone(name), Local::Value(Value::Unknown(hole.clone())));
        }
        Target::Attr(object, name) => {
            if let Some(Local::Namespace(names)) = env.local(object) {
                let mut names = names.borrow_mut();
                names.insert(name.to_string(), Value::Unknown(hole.clone()));
            }
        }
        Target::Unpack(targets) => {
            for target in targets {
                forget(env, target, hole);
            }
        }
    }
}

/// `x.append(1)` makes `x` unknown.
fn mutated(env: &mut Env<'_, '_>, expr: &Expr, hole: &Hole) {
    match expr {
        Expr::Call(callee, args) => {
            for arg in args {
                let (Arg::Positional(inner)
                | Arg::Named(_, inner)
                | Arg::Star(inner)
                | Arg::StarStar(inner)) = arg;
                mutated(env, inner, hole);
            }
            let Expr::Attr(object, method) = &**callee else {
                return;
            };
            if !super::mutate::is_mutating(method) {
                return;
            }
            let mut root = &**object;
            let mut first = None;
            while let Expr::Attr(inner, _) | Expr::Item(inner, _) = root {
                if let Expr::Attr(_, name) = root {
                    first = Some(name);
                }
                root = inner;
            }
            if let Expr::Var(name) = root {
                match (env.local(name), first) {
                    (Some(Local::Namespace(names)), Some(first)) => {
                        let mut names = names.borrow_mut();
                        names.insert(first.to_string(), Value::Unknown(hole.clone()));
                    }
                    _ => super::mutate::replace(env, name, Value::Unknown(hole.clone())),
                }
            }
        }
        Expr::If(_, then, otherwise) => {
            mutated(env, then, hole);
            if let Some(otherwise) = otherwise {
                mutated(env, otherwise, hole);
            }
        }
        _ => {}
    }
}
