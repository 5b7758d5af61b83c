//! Expressions.

use super::args::Args;
use super::{Env, Eval, Local, LoopState, attribute, format, key_of, method, ops};
use crate::import::ansible::left_open;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Truth, Value};
use crate::model::{Hole, HoleKind};
use crate::syntax::jinja::{Arg, CompareOp, Const, Expr, MathOp};

/// Filters that leave a text as it is: `int` of what somebody gives as a number, too.
const KEEPING: [&str; 5] = ["d", "default", "int", "mandatory", "string"];

impl Env<'_, '_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Eval<Value> {
        let value = self.evaluated(expr)?;
        Ok(match expr {
            Expr::Var(_)
            | Expr::Const(_)
            | Expr::Attr(..)
            | Expr::Item(..)
            | Expr::If(..)
            | Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Dict(_) => value,
            Expr::Filter(name, ..) if KEEPING.contains(&&**name) => value,
            // What is put together keeps its parts.
            Expr::Math(..) => left_open::closed(value),
            Expr::Filter(name, ..) if &**name == "join" => left_open::closed(value),
            Expr::Call(callee, _) if matches!(**callee, Expr::Var(_)) => left_open::closed(value),
            Expr::Filter(..)
            | Expr::Call(..)
            | Expr::Not(_)
            | Expr::Neg(_)
            | Expr::Pos(_)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Compare(..)
            | Expr::Test(..)
            | Expr::Slice(..) => left_open::closed_with_parts(value),
        })
    }

    fn evaluated(&mut self, expr: &Expr) -> Eval<Value> {
        match expr {
            Expr::Var(name) => self.variable(name),
            Expr::Const(it) => Ok(constant(it)),
            Expr::Not(inner) => {
                let value = self.eval(inner)?;
                Ok(self.scope.truth(&value)?.not().into())
            }
            Expr::Neg(inner) => {
                let value = self.eval(inner)?;
                ops::negate(value)
            }
            Expr::Pos(inner) => {
                let value = self.eval(inner)?;
                ops::positive(value)
            }
            Expr::And(left, right) => {
                let value = self.eval(left)?;
                match self.scope.truth(&value)? {
                    Truth::No => Ok(value),
                    Truth::Yes => self.eval(right),
                    Truth::Unknown(hole) => self.both(Value::Unknown(hole), right, Truth::No),
                }
            }
            Expr::Or(left, right) => {
                let value = self.eval(left)?;
                match self.scope.truth(&value)? {
                    Truth::Yes => Ok(value),
                    Truth::No => self.eval(right),
                    Truth::Unknown(hole) => self.both(Value::Unknown(hole), right, Truth::Yes),
                }
            }
            Expr::Math(op, left, right) => {
                let left = self.eval(left)?;
                let is_tuple = matches!(**right, Expr::Tuple(_));
                let mut right = self.eval(right)?;
                // Of a list, which is no tuple, `%` shows the whole.
                if let (MathOp::Rem, Some(pattern), Value::List(_), false) =
                    (op, left.as_str(), &right, is_tuple)
                    && format::takes(pattern) < 2
                {
                    right = Value::list(vec![right]);
                }
                ops::math(*op, left, right)
            }
            Expr::Compare(first, rest) => self.compare(first, rest),
            Expr::If(test, then, otherwise) => {
                let decided = self.eval(test)?;
                match self.scope.truth(&decided)? {
                    Truth::Yes => self.eval(then),
                    Truth::No => match otherwise {
                        Some(otherwise) => self.eval(otherwise),
                        None => Ok(Value::Undefined(super::WITHOUT_ELSE.to_owned())),
                    },
                    Truth::Unknown(hole) => Ok(Value::Unknown(hole)),
                }
            }
            Expr::Filter(name, inner, args) => {
                let Some(inner) = inner else {
                    return Err(Failure::failed(format!("the filter `{name}` has no value")));
                };
                let value = self.eval(inner)?;
                self.filter_expr(name, value, args)
            }
            Expr::Test(name, inner, args) => {
                let value = self.eval(inner)?;
                let args = self.args(args)?;
                let tested = self.test(name, &value, &args)?;
                let asks = matches!(&**name, "defined" | "undefined");
                if asks && let Some(hole) = self.unknown_above(inner, &value)? {
                    return Ok(Value::Unknown(hole));
                }
                Ok(tested.into())
            }
            Expr::Attr(..) | Expr::Item(..) => match self.path(expr)? {
                Value::Undefined(name) if self.is_strict => Err(Failure::undefined(&name)),
                value => Ok(value),
            },
            Expr::Slice(inner, parts) => {
                let value = self.eval(inner)?;
                let mut bounds = [None, None, None];
                for (bound, part) in bounds.iter_mut().zip(parts.iter()) {
                    if let Some(part) = part {
                        *bound = Some(self.eval(part)?);
                    }
                }
                ops::slice(value, &bounds)
            }
            Expr::Call(callee, args) => self.call(callee, args, None),
            Expr::List(items) | Expr::Tuple(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.eval(item)?);
                }
                Ok(Value::list(list))
            }
            Expr::Dict(pairs) => {
                let mut dict = Dict::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = self.eval(key)?;
                    if let Some(hole) = key.hole() {
                        return Ok(Value::Unknown(hole.clone()));
                    }
                    let value = self.eval(value)?;
                    insert(&mut dict, key_of(&key)?, value);
                }
                Ok(Value::dict(dict))
            }
        }
    }

    /// `unknown and x`: decided where `x` alone decides.
    fn both(&mut self, unknown: Value, right: &Expr, decides: Truth) -> Eval<Value> {
        // What the other side needs may exist only where the unknown is as it should be.
        let Ok(value) = self.eval(right) else {
            return Ok(unknown);
        };
        let Ok(truth) = self.scope.truth(&value) else {
            return Ok(unknown);
        };
        match (truth, decides) {
            (Truth::No, Truth::No) | (Truth::Yes, Truth::Yes) => Ok(value),
            _ => Ok(unknown),
        }
    }

    fn compare(&mut self, first: &Expr, rest: &[(CompareOp, Expr)]) -> Eval<Value> {
        let mut left = self.eval(first)?;
        let mut open = None;
        let mut is_tuple = matches!(first, Expr::Tuple(_));
        for (op, right) in rest {
            // Python's tuples and lists are never equal.
            let was_tuple = std::mem::replace(&mut is_tuple, matches!(right, Expr::Tuple(_)));
            let is_mixed = was_tuple != is_tuple;
            let right = match self.host_of(right)? {
                Some(host) if matches!(op, CompareOp::In | CompareOp::NotIn) => {
                    let known = self.in_host(&left, &host)?;
                    Value::from(known == (*op == CompareOp::In))
                }
                _ => {
                    let right = self.eval(right)?;
                    let truth = match (op, &left, &right) {
                        (CompareOp::Eq, Value::List(_), Value::List(_)) if is_mixed => Truth::No,
                        (CompareOp::Ne, Value::List(_), Value::List(_)) if is_mixed => Truth::Yes,
                        _ => ops::compare(self.scope.session(), *op, &left, &right)?,
                    };
                    left = right;
                    truth.into()
                }
            };
            match self.scope.truth(&right)? {
                Truth::Yes => {}
                Truth::No => return Ok(Value::Bool(false)),
                Truth::Unknown(hole) => open = open.or(Some(hole)),
            }
        }
        Ok(open.map_or(Truth::Yes, Truth::Unknown).into())
    }

    fn variable(&mut self, name: &str) -> Eval<Value> {
        if let Some(local) = self.local(name) {
            return match local {
                Local::Value(value) => Ok(value.clone()),
                Local::Namespace(names) => {
                    let names = names.borrow();
                    let pairs = names.iter();
                    Ok(Value::dict(
                        pairs
                            .map(|(name, value)| (Key::Str(name.clone()), value.clone()))
                            .collect(),
                    ))
                }
                Local::Loop(state) => Ok(loop_value(state)),
                Local::Module(module) => Ok(module.text.clone()),
                Local::Host(host) => self.whole_host(&std::rc::Rc::clone(host)),
                Local::Macro(_) | Local::Cycler(_) | Local::Joiner(_) => Err(Failure::failed(
                    format!("`{name}` is a macro or function and has to be called"),
                )),
            };
        }
        match name {
            _ if self.is_bare => self.outer(name),
            "vars" => self.all_vars(),
            "hostvars" => self.all_hosts(),
            _ => self.scope.get(name),
        }
    }

    fn all_vars(&mut self) -> Eval<Value> {
        let mut dict = Dict::new();
        for name in self.scope.names() {
            // A variable that cannot be rendered hurts only who asks for it.
            let value = self.scope.get(name);
            let value = value.unwrap_or_else(|_| Value::Undefined(name.to_owned()));
            dict.insert(Key::Str(name.to_owned()), value);
        }
        Ok(Value::dict(dict))
    }

    fn all_hosts(&mut self) -> Eval<Value> {
        let hosts: Vec<String> = self.scope.hosts().keys().cloned().collect();
        let mut dict = Dict::new();
        for host in hosts {
            let value = self.whole_host(&host)?;
            dict.insert(Key::Str(host), value);
        }
        Ok(Value::dict(dict))
    }

    pub(super) fn whole_host(&self, host: &str) -> Eval<Value> {
        let Some(scope) = self.scope.of_host(host) else {
            return Ok(Value::Undefined(format!("hostvars[{host}]")));
        };
        if scope.is_watched() {
            // Rendered once, asked for each time.
            scope.names();
        }
        Ok(self.scope.session().host(host, || {
            let mut dict = Dict::new();
            for name in scope.names() {
                let value = scope.get(name);
                let value = value.unwrap_or_else(|_| Value::Undefined(name.to_owned()));
                dict.insert(Key::Str(name.to_owned()), value);
            }
            Value::dict(dict)
        }))
    }

    /// Returns what hides whether there is an item of an unknown dictionary at all.
    fn unknown_above(&mut self, expr: &Expr, value: &Value) -> Eval<Option<Hole>> {
        let (Value::Unknown(hole), Expr::Item(above, _)) = (value, expr) else {
            return Ok(None);
        };
        let is_open = hole.kind == HoleKind::Unknown && !self.scope.is_taken_as_unset(value);
        // Which variables there are is known, of this host and of others.
        let is_all = matches!(&**above, Expr::Var(name) if matches!(&**name, "vars" | "hostvars"));
        if !is_open || is_all || self.host_of(above)?.is_some() {
            return Ok(None);
        }
        let above = self.eval(above)?;
        Ok(matches!(above, Value::Unknown(_)).then(|| hole.clone()))
    }

    /// Returns the host whose variables an expression is: `hostvars[x]`.
    pub(super) fn host_of(&mut self, expr: &Expr) -> Eval<Option<std::rc::Rc<str>>> {
        let key = match expr {
            Expr::Var(name) => {
                return Ok(match self.local(name) {
                    Some(Local::Host(host)) => Some(std::rc::Rc::clone(host)),
                    _ => None,
                });
            }
            Expr::Item(inner, key) if self.is_hostvars(inner) => self.eval(key)?,
            Expr::Attr(inner, name) if self.is_hostvars(inner) => Value::str(name),
            _ => return Ok(None),
        };
        let host = key.as_str().map(std::rc::Rc::from);
        Ok(host.filter(|host: &std::rc::Rc<str>| self.scope.has_host(host)))
    }

    pub(super) fn is_hostvars(&self, expr: &Expr) -> bool {
        !self.is_bare
            && matches!(expr, Expr::Var(name) if &**name == "hostvars" && self.local(name).is_none())
    }

    fn in_host(&self, key: &Value, host: &str) -> Eval<bool> {
        let Some(name) = key.as_str() else {
            return Ok(false);
        };
        let scope = self.scope.of_host(host);
        Ok(scope.is_some_and(|scope| scope.names().contains(&name)))
    }

    /// Evaluates a chain of attributes and items, and renders no more of a variable than is asked for.
    fn path(&mut self, expr: &Expr) -> Eval<Value> {
        let mut steps = Vec::new();
        let mut root = expr;
        let mut host = None;
        loop {
            if let Some(found) = self.host_of(root)? {
                host = Some(found);
                break;
            }
            match root {
                Expr::Attr(inner, name) => {
                    if method::is_method(name) {
                        let value = self.eval(inner)?;
                        if method::has(&value, name) {
                            return Err(method::uncalled(&value, name));
                        }
                    }
                    steps.push(Value::str(name));
                    root = inner;
                }
                Expr::Item(inner, key) => {
                    let key = self.eval(key)?;
                    steps.push(key);
                    root = inner;
                }
                _ => break,
            }
        }
        steps.reverse();
        if let Some(host) = host {
            let Some(scope) = self.scope.of_host(&host) else {
                return Ok(Value::Undefined(format!("hostvars[{host}]")));
            };
            return match steps.first().and_then(Value::as_str) {
                Some(name) => {
                    let name = name.to_owned();
                    from_scope(&scope, &name, &steps[1..])
                }
                None => self.whole_host(&host),
            };
        }
        if let Expr::Var(name) = root {
            match self.local(name) {
                Some(Local::Value(value)) => return walk(value.clone(), name, &steps),
                Some(Local::Namespace(names)) => {
                    let first = steps.first().and_then(Value::as_str).unwrap_or_default();
                    let value = names.borrow().get(first).cloned();
                    return match value {
                        Some(value) => walk(value, first, &steps[1..]),
                        None => Ok(Value::Undefined(format!("{name}.{first}"))),
                    };
                }
                Some(Local::Loop(state)) => {
                    let value = loop_value(state);
                    return walk(value, "loop", &steps);
                }
                Some(Local::Module(module)) => {
                    let first = steps.first().and_then(Value::as_str).unwrap_or_default();
                    let found = match module.names.borrow().get(first) {
                        Some(Local::Value(value)) => value.clone(),
                        _ => Value::Undefined(format!("{name}.{first}")),
                    };
                    return walk(found, first, &steps[1..]);
                }
                Some(Local::Cycler(state)) => {
                    let current = state.0.get(state.1.get()).cloned();
                    return Ok(current.unwrap_or(Value::None));
                }
                Some(Local::Macro(_) | Local::Joiner(_) | Local::Host(_)) | None => {}
            }
            if self.is_bare {
                return walk(self.outer(name)?, name, &steps);
            }
            if &**name == "vars"
                && let Some(first) = steps.first().and_then(Value::as_str)
            {
                let first = first.to_owned();
                return from_scope(self.scope, &first, &steps[1..]);
            }
            if &**name == "vars" || &**name == "hostvars" {
                if let Some(hole) = steps.iter().find_map(Value::hole) {
                    return Ok(Value::Unknown(hole.clone()));
                }
                let said = steps.first().map(|it| it.to_text().to_string());
                return Ok(Value::Undefined(format!(
                    "{name}[{}]",
                    said.unwrap_or_default()
                )));
            }
            return from_scope(self.scope, name, &steps);
        }
        let value = self.eval(root)?;
        walk(value, "the value", &steps)
    }

    pub(super) fn args(&mut self, args: &[Arg]) -> Eval<Args> {
        let mut out = Args::default();
        for arg in args {
            match arg {
                Arg::Positional(expr) => out.positional.push(self.eval(expr)?),
                Arg::Named(name, expr) => {
                    let value = self.eval(expr)?;
                    out.named.push((std::rc::Rc::clone(name), value));
                }
                Arg::Star(expr) => {
                    let value = self.eval(expr)?;
                    match value.iterate() {
                        Some(items) => out.positional.extend(items),
                        None => out.positional.push(value),
                    }
                }
                Arg::StarStar(expr) => {
                    let value = self.eval(expr)?;
                    for (key, value) in value.as_dict().into_iter().flatten() {
                        if let Key::Str(name) = key {
                            out.named.push((name.as_str().into(), value.clone()));
                        }
                    }
                }
            }
        }
        Ok(out)
    }
}

/// Sets a key; for Python `1` and `True` are one, and the first stays.
fn insert(dict: &mut Dict, key: Key, value: Value) {
    let twin = match &key {
        Key::Int(number @ (0 | 1)) => Some(Key::Bool(*number == 1)),
        Key::Bool(it) => Some(Key::Int(i64::from(*it))),
        Key::Int(_) | Key::Str(_) | Key::None => None,
    };
    let twin = twin.filter(|twin| dict.contains_key(twin));
    dict.insert(twin.unwrap_or(key), value);
}

fn constant(it: &Const) -> Value {
    match it {
        Const::None => Value::None,
        Const::Bool(it) => Value::Bool(*it),
        Const::Int(it) => Value::Int(*it),
        Const::Float(it) => Value::Float(*it),
        Const::Str(it) => Value::str(it),
    }
}

/// Takes the path below a variable of a scope.
fn from_scope(
    scope: &crate::import::ansible::scope::Scope<'_>,
    name: &str,
    steps: &[Value],
) -> Eval<Value> {
    let plain = steps.iter().map_while(Value::as_str);
    let plain = plain.take_while(|it| is_name(it)).collect::<Vec<_>>();
    // Numbers index lists: what comes from the first on is walked in the value.
    let value = if plain.len() == steps.len() {
        return scope.get_path(name, &plain);
    } else {
        scope.get_path(name, &plain)?
    };
    walk(value, plain.last().unwrap_or(&name), &steps[plain.len()..])
}

/// Tells whether a key as written can only be a string: `7` and `true` may also be none.
fn is_name(key: &str) -> bool {
    let starts = key.starts_with(|it: char| it.is_alphabetic() || it == '_');
    let word = key.to_ascii_lowercase();
    starts
        && !matches!(
            word.as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null"
        )
}

/// Takes attributes and items of a value, one after the other.
fn walk(value: Value, name: &str, steps: &[Value]) -> Eval<Value> {
    let mut value = value;
    for step in steps {
        value = item(&value, step, name)?;
    }
    Ok(value)
}

/// Returns `value[key]`.
pub(super) fn item(value: &Value, key: &Value, name: &str) -> Eval<Value> {
    if let Value::Unknown(hole) = value {
        let number = key.as_int().map(|it| it.to_string());
        let key = key.as_str().or(number.as_deref());
        let below = key.map(|key| left_open::below(hole, key));
        let below = below.unwrap_or_else(|| left_open::closed_hole(hole));
        return Ok(Value::Unknown(below));
    }
    if let Value::Undefined(_) = value {
        return Ok(value.clone());
    }
    if let Some(hole) = key.hole() {
        return Ok(Value::Unknown(hole.clone()));
    }
    if let Value::Undefined(name) = key {
        return Err(Failure::undefined(name));
    }
    let missing = || Value::Undefined(format!("{name}.{}", key.to_text()));
    Ok(match value {
        Value::Dict(dict) => key
            .key()
            .and_then(|key| dict.get(&key).cloned())
            // Of an open dictionary any other key may be there.
            .or_else(|| value.entry(key.as_str()?).cloned())
            .unwrap_or_else(missing),
        Value::List(items) => match key.as_int() {
            Some(index) => ops::index(items.len(), index)
                .and_then(|at| items.get(at).cloned())
                .unwrap_or_else(missing),
            None => key
                .as_str()
                .and_then(|name| attribute(value, name))
                .unwrap_or_else(missing),
        },
        Value::Str(text) => {
            if let Some(hole) = text.worst_hole() {
                return Ok(Value::Unknown(hole.clone()));
            }
            let characters: Vec<char> = text.plain().unwrap_or_default().chars().collect();
            key.as_int()
                .and_then(|index| ops::index(characters.len(), index))
                .and_then(|at| characters.get(at))
                .map_or_else(missing, |it| Value::str(it.encode_utf8(&mut [0; 4])))
        }
        Value::Time(_) => key
            .as_str()
            .and_then(|name| attribute(value, name))
            .unwrap_or_else(missing),
        _ => missing(),
    })
}

/// Returns the variable `loop` as a dictionary.
fn loop_value(state: &LoopState) -> Value {
    let number = |it: usize| Value::Int(i64::try_from(it).unwrap_or(i64::MAX));
    let undefined = |name: &str| Value::Undefined(format!("loop.{name}"));
    Value::record([
        ("index", number(state.index0 + 1)),
        ("index0", number(state.index0)),
        ("revindex", number(state.length - state.index0)),
        ("revindex0", number(state.length - state.index0 - 1)),
        ("first", Value::Bool(state.index0 == 0)),
        ("last", Value::Bool(state.index0 + 1 == state.length)),
        ("length", number(state.length)),
        ("depth", number(state.depth + 1)),
        ("depth0", number(state.depth)),
        (
            "previtem",
            state
                .previous
                .clone()
                .unwrap_or_else(|| undefined("previtem")),
        ),
        (
            "nextitem",
            state.next.clone().unwrap_or_else(|| undefined("nextitem")),
        ),
    ])
}
