//! Calls: macros, functions, methods.

use std::rc::Rc;

use super::args::Args;
use super::{Callable, Env, Eval, Home, Local, Module, Out, method, mutate};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::syntax::jinja::{Arg, Expr};

impl Env<'_, '_> {
    /// Calls something; a call block gives what it calls a `caller`.
    pub(super) fn call(
        &mut self,
        callee: &Expr,
        args: &[Arg],
        caller: Option<Rc<Callable>>,
    ) -> Eval<Value> {
        match callee {
            Expr::Var(name) => {
                if let Some(local) = self.local(name) {
                    let local = local.clone();
                    return self.call_local(name, &local, args, caller);
                }
                if &**name == "caller" {
                    return Ok(Value::Undefined("caller".to_owned()));
                }
                self.function(name, args)
            }
            Expr::Attr(object, name) => self.call_method(object, name, args, caller),
            other => match self.eval(other)? {
                Value::Unknown(hole) => Ok(Value::Unknown(hole)),
                value => Err(not_callable(&value)),
            },
        }
    }

    fn call_local(
        &mut self,
        name: &str,
        local: &Local,
        args: &[Arg],
        caller: Option<Rc<Callable>>,
    ) -> Eval<Value> {
        match local {
            Local::Macro(callable) => {
                let args = self.macro_args(args)?;
                self.call_macro(callable, &args, caller)
            }
            Local::Joiner(state) => {
                let used = state.1.replace(true);
                Ok(if used {
                    state.0.clone()
                } else {
                    Value::str("")
                })
            }
            Local::Loop(state) => {
                let Some(code) = &state.again else {
                    return Err(Failure::failed("`loop()` needs a recursive loop"));
                };
                let args = self.args(args)?;
                let value = args.need(0, "iterable")?.clone();
                let mut out = Out::asked();
                let was_strict = std::mem::replace(&mut self.is_strict, true);
                let ran = self.loop_over(code, value, state.depth + 1, &mut out);
                self.is_strict = was_strict;
                ran.map(|()| out.finish())
            }
            Local::Value(Value::Unknown(hole)) => Ok(Value::Unknown(hole.clone())),
            Local::Value(value) => Err(not_callable(value)),
            Local::Module(_) | Local::Namespace(_) | Local::Cycler(_) | Local::Host(_) => {
                Err(Failure::failed(format!("`{name}` cannot be called")))
            }
        }
    }

    fn call_method(
        &mut self,
        object: &Expr,
        name: &str,
        args: &[Arg],
        caller: Option<Rc<Callable>>,
    ) -> Eval<Value> {
        if let Expr::Var(root) = object {
            if &**root == "self" {
                let mut out = Out::asked();
                let was_strict = std::mem::replace(&mut self.is_strict, true);
                let ran = self.block_named(name, &mut out);
                self.is_strict = was_strict;
                return ran.map(|()| out.finish());
            }
            match self.local(root).cloned() {
                Some(Local::Module(module)) => {
                    return self.call_module(&module, name, args, caller);
                }
                Some(Local::Cycler(state)) => {
                    let at = state.1.get();
                    if name == "reset" {
                        state.1.set(0);
                        return Ok(Value::None);
                    }
                    state.1.set((at + 1) % state.0.len().max(1));
                    return Ok(state.0.get(at).cloned().unwrap_or(Value::None));
                }
                Some(Local::Loop(state)) => {
                    let args = self.args(args)?;
                    if name == "cycle" {
                        let count = args.positional.len().max(1);
                        let found = args.positional.get(state.index0 % count);
                        return Ok(found.cloned().unwrap_or(Value::None));
                    }
                    if name == "changed" {
                        let mut last = state.changed.borrow_mut();
                        let same = last.as_ref().is_some_and(|last| {
                            let known = Value::list(last.clone());
                            let now = Value::list(args.positional.clone());
                            let equal = super::ops::equal(&known, &now);
                            matches!(equal, crate::import::ansible::value::Truth::Yes)
                        });
                        *last = Some(args.positional);
                        return Ok(Value::Bool(!same));
                    }
                    return Err(Failure::failed(format!("a loop has no `{name}`")));
                }
                Some(Local::Value(_) | Local::Namespace(_) | Local::Macro(_))
                | Some(Local::Joiner(_) | Local::Host(_))
                | None => {}
            }
        }
        if let Some(host) = self.host_of(object)?
            && name == "get"
        {
            let args = self.args(args)?;
            let wanted = args.need_str(0, "key")?;
            let scope = self.scope.of_host(&host);
            let value = match scope {
                Some(scope) => scope.get(wanted)?,
                None => Value::None,
            };
            return Ok(match value {
                Value::Undefined(_) => args.get(1, "default").cloned().unwrap_or(Value::None),
                value => value,
            });
        }
        if mutate::is_mutating(name)
            && let Some(result) = mutate::call(self, object, name, args)?
        {
            return Ok(result);
        }
        let value = self.eval(object)?;
        let args = self.args(args)?;
        method::call(&value, name, &args)
    }

    fn call_module(
        &mut self,
        module: &Rc<Module>,
        name: &str,
        args: &[Arg],
        caller: Option<Rc<Callable>>,
    ) -> Eval<Value> {
        let found = module.names.borrow().get(name).cloned();
        match found {
            Some(Local::Macro(callable)) => {
                let args = self.macro_args(args)?;
                let callable = Callable {
                    code: Rc::clone(&callable.code),
                    home: Home::Module(Rc::clone(module)),
                };
                self.call_macro(&callable, &args, caller)
            }
            Some(other) => self.call_local(name, &other, args, caller),
            None => Err(Failure::failed(format!(
                "the imported template has no macro `{name}`"
            ))),
        }
    }
}

pub(super) fn not_callable(value: &Value) -> Failure {
    match value {
        Value::Undefined(name) => Failure::undefined(name),
        other => Failure::failed(format!("a {} cannot be called", other.type_name())),
    }
}

/// Returns the arguments of a function that takes no names.
pub(super) fn positional(args: Args) -> Vec<Value> {
    args.positional
}
