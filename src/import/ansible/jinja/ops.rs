//! Operators with Python's meaning.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Eval;
use super::format;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::session::Session;
use crate::import::ansible::value::{Truth, Value, worst};
use crate::model::Hole;
use crate::syntax::jinja::{CompareOp, MathOp};

/// Longer strings and lists are not made by `*`.
const MAX_REPEATED: usize = 10_000_000;

/// Returns what is not known of either, or fails where one is undefined.
fn open(left: &Value, right: &Value) -> Eval<Option<Hole>> {
    for value in [left, right] {
        if let Value::Undefined(name) = value {
            return Err(Failure::undefined(name));
        }
    }
    Ok(worst([left, right].into_iter().filter_map(Value::hole)).cloned())
}

pub(super) fn negate(value: Value) -> Eval<Value> {
    match value {
        Value::Unknown(_) => Ok(value),
        Value::Undefined(name) => Err(Failure::undefined(&name)),
        Value::Float(number) => Ok(Value::Float(-number)),
        other => match other.as_int().and_then(i64::checked_neg) {
            Some(number) => Ok(Value::Int(number)),
            None => Err(Failure::failed(format!(
                "a {} has no negative",
                other.type_name()
            ))),
        },
    }
}

pub(super) fn positive(value: Value) -> Eval<Value> {
    match value {
        Value::Unknown(_) | Value::Float(_) => Ok(value),
        Value::Undefined(name) => Err(Failure::undefined(&name)),
        other => other
            .as_int()
            .map(Value::Int)
            .ok_or_else(|| Failure::failed(format!("a {} has no sign", other.type_name()))),
    }
}

pub(super) fn math(op: MathOp, left: Value, right: Value) -> Eval<Value> {
    if let Value::Undefined(name) = &left {
        return Err(Failure::undefined(name));
    }
    if let Value::Undefined(name) = &right {
        return Err(Failure::undefined(name));
    }
    // Texts keep their known parts.
    match (op, &left, &right) {
        (MathOp::Concat, _, _) => {
            let mut text = left.to_text();
            text.push(&right.to_text());
            return Ok(Value::Str(text));
        }
        (MathOp::Add, Value::Str(a), Value::Str(b)) => {
            let mut text = a.clone();
            text.push(b);
            return Ok(Value::Str(text));
        }
        // An unknown beside a string is a string, or the template would not work.
        (MathOp::Add, Value::Str(a), Value::Unknown(hole)) => {
            let mut text = a.clone();
            text.push_hole(hole.clone());
            return Ok(Value::Str(text));
        }
        (MathOp::Add, Value::Unknown(hole), Value::Str(b)) => {
            let mut text = crate::model::Text::hole(hole.clone());
            text.push(b);
            return Ok(Value::Str(text));
        }
        (MathOp::Rem, Value::Str(pattern), _) if pattern.plain().is_some() => {
            return format::percent(pattern.plain().unwrap_or_default(), &right);
        }
        _ => {}
    }
    if let Some(hole) = open(&left, &right)? {
        return Ok(Value::Unknown(hole));
    }
    match (op, &left, &right) {
        (MathOp::Add, Value::List(a), Value::List(b)) => {
            return Ok(Value::list(a.iter().chain(b.iter()).cloned().collect()));
        }
        (MathOp::Mul, Value::Str(_) | Value::List(_), _) if right.as_int().is_some() => {
            return repeat(&left, right.as_int().unwrap_or_default());
        }
        (MathOp::Mul, _, Value::Str(_) | Value::List(_)) if left.as_int().is_some() => {
            return repeat(&right, left.as_int().unwrap_or_default());
        }
        _ => {}
    }
    if let (Value::Time(a), Value::Time(b)) = (&left, &right) {
        let made = match op {
            MathOp::Add => a.plus(*b),
            MathOp::Sub => a.minus(*b),
            _ => None,
        };
        if let Some(made) = made {
            return Ok(Value::Time(made));
        }
    }
    let unfit = || {
        Failure::failed(format!(
            "`{}` does not work on a {} and a {}",
            sign(op),
            left.type_name(),
            right.type_name()
        ))
    };
    let too_large = || Failure::failed("the number grows beyond 64 bits");
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
        let whole = match op {
            MathOp::Add => a.checked_add(b),
            MathOp::Sub => a.checked_sub(b),
            MathOp::Mul => a.checked_mul(b),
            MathOp::FloorDiv | MathOp::Rem | MathOp::Div if b == 0 => {
                return Err(Failure::failed("a division by zero"));
            }
            MathOp::FloorDiv => a.checked_sub(modulo(a, b)).and_then(|it| it.checked_div(b)),
            MathOp::Rem => Some(modulo(a, b)),
            MathOp::Pow if b >= 0 => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            MathOp::Div | MathOp::Pow | MathOp::Concat => {
                return float_math(op, left.as_number(), right.as_number()).ok_or_else(unfit);
            }
        };
        return whole.map(Value::Int).ok_or_else(too_large);
    }
    if matches!(op, MathOp::FloorDiv | MathOp::Rem | MathOp::Div) && right.as_number() == Some(0.0)
    {
        return Err(Failure::failed("a division by zero"));
    }
    float_math(op, left.as_number(), right.as_number()).ok_or_else(unfit)
}

/// Python's `%` has the sign of what it divides by.
fn modulo(a: i64, b: i64) -> i64 {
    let rest = a.wrapping_rem(b);
    if rest != 0 && (rest < 0) != (b < 0) {
        rest + b
    } else {
        rest
    }
}

fn float_math(op: MathOp, a: Option<f64>, b: Option<f64>) -> Option<Value> {
    let (a, b) = (a?, b?);
    Some(Value::Float(match op {
        MathOp::Add => a + b,
        MathOp::Sub => a - b,
        MathOp::Mul => a * b,
        MathOp::Div => a / b,
        MathOp::FloorDiv => (a / b).floor(),
        MathOp::Rem => a - b * (a / b).floor(),
        MathOp::Pow => a.powf(b),
        MathOp::Concat => return None,
    }))
}

fn sign(op: MathOp) -> &'static str {
    match op {
        MathOp::Add => "+",
        MathOp::Sub => "-",
        MathOp::Mul => "*",
        MathOp::Div => "/",
        MathOp::FloorDiv => "//",
        MathOp::Rem => "%",
        MathOp::Pow => "**",
        MathOp::Concat => "~",
    }
}

fn repeat(value: &Value, times: i64) -> Eval<Value> {
    let times = usize::try_from(times).unwrap_or(0);
    let size = match value {
        Value::Str(text) => text.plain().unwrap_or_default().len(),
        Value::List(items) => items.len(),
        _ => 0,
    };
    if size.saturating_mul(times) > MAX_REPEATED {
        return Err(Failure::failed("the result of `*` is too long"));
    }
    Ok(match value {
        Value::List(items) => {
            let all = std::iter::repeat_n(items, times).flat_map(|items| items.iter().cloned());
            Value::list(all.collect())
        }
        other => Value::from(other.as_str().unwrap_or_default().repeat(times)),
    })
}

/// Compares, three-valued. Whether a secret equals something is decided: that shows none of its bytes.
pub(super) fn compare(
    session: &Session<'_>,
    op: CompareOp,
    left: &Value,
    right: &Value,
) -> Eval<Truth> {
    if let Value::Undefined(name) = right {
        return Err(Failure::undefined(name));
    }
    match (op, left) {
        (CompareOp::In | CompareOp::NotIn, _) | (_, Value::None) => {}
        (_, Value::Undefined(name)) => return Err(Failure::undefined(name)),
        _ => {}
    }
    match op {
        CompareOp::Eq => Ok(equal_secret(session, left, right)),
        CompareOp::Ne => Ok(equal_secret(session, left, right).not()),
        CompareOp::In => contains(right, left),
        CompareOp::NotIn => contains(right, left).map(Truth::not),
        CompareOp::Lt | CompareOp::Lte | CompareOp::Gt | CompareOp::Gte => {
            if let Some(hole) = worst([left, right].into_iter().filter_map(Value::deep_hole)) {
                return Ok(Truth::Unknown(hole.clone()));
            }
            let order = order(left, right)?;
            Ok(Truth::of(match op {
                CompareOp::Lt => order == Ordering::Less,
                CompareOp::Lte => order != Ordering::Greater,
                CompareOp::Gt => order == Ordering::Greater,
                CompareOp::Gte => order != Ordering::Less,
                CompareOp::Eq | CompareOp::Ne | CompareOp::In | CompareOp::NotIn => false,
            }))
        }
    }
}

fn equal_secret(session: &Session<'_>, left: &Value, right: &Value) -> Truth {
    let (a, b) = (session.revealed(left), session.revealed(right));
    equal(a.as_ref().unwrap_or(left), b.as_ref().unwrap_or(right))
}

/// Tells whether two values are equal, as Python does.
pub(super) fn equal(left: &Value, right: &Value) -> Truth {
    match (left, right) {
        (Value::Unknown(hole), _) | (_, Value::Unknown(hole)) => Truth::Unknown(hole.clone()),
        (Value::Str(a), Value::Str(b)) => match (a.plain(), b.plain()) {
            (Some(a), Some(b)) => Truth::of(a == b),
            _ => {
                let empty = |it: &Value| it.as_str() == Some("");
                // A text of which something is known is not empty.
                let known = |it: &Value| matches!(it.truth(), Some(Truth::Yes));
                if empty(left) && known(right) || known(left) && empty(right) {
                    return Truth::No;
                }
                let hole = worst([left, right].into_iter().filter_map(Value::hole));
                hole.map_or(Truth::No, |hole| Truth::Unknown(hole.clone()))
            }
        },
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Truth::No;
            }
            all(a.iter().zip(b.iter()).map(|(a, b)| equal(a, b)))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            if Arc::ptr_eq(a, b) && left.deep_hole().is_none() {
                return Truth::Yes;
            }
            if a.len() != b.len() {
                return Truth::No;
            }
            all(a.iter().map(|(key, item)| match b.get(key) {
                Some(other) => equal(item, other),
                None => Truth::No,
            }))
        }
        (Value::None, Value::None) | (Value::Omit, Value::Omit) => Truth::Yes,
        (Value::Undefined(_), Value::Undefined(_)) => Truth::Yes,
        (Value::Time(a), Value::Time(b)) => Truth::of(a == b),
        _ => match (left.as_int(), right.as_int()) {
            (Some(a), Some(b)) => Truth::of(a == b),
            _ => match (left.as_number(), right.as_number()) {
                (Some(a), Some(b)) => Truth::of(a == b),
                _ => Truth::No,
            },
        },
    }
}

/// All of several truths: a no decides.
fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut result = Truth::Yes;
    for truth in truths {
        match truth {
            Truth::Yes => {}
            Truth::No => return Truth::No,
            Truth::Unknown(hole) => result = Truth::Unknown(hole),
        }
    }
    result
}

/// Tells whether `item` is in `container`.
pub(super) fn contains(container: &Value, item: &Value) -> Eval<Truth> {
    if let Value::Undefined(name) = item {
        // An empty list is not looked through.
        return match container {
            Value::List(items) if items.is_empty() => Ok(Truth::No),
            _ => Err(Failure::undefined(name)),
        };
    }
    match container {
        Value::Unknown(hole) => Ok(Truth::Unknown(hole.clone())),
        Value::Undefined(name) => Err(Failure::undefined(name)),
        Value::List(items) => {
            let mut result = Truth::No;
            for other in items.iter() {
                if let Value::Undefined(name) = other {
                    return Err(Failure::undefined(name));
                }
                match equal(other, item) {
                    Truth::Yes => return Ok(Truth::Yes),
                    Truth::No => {}
                    Truth::Unknown(hole) => result = Truth::Unknown(hole),
                }
            }
            Ok(result)
        }
        Value::Dict(dict) => match item.hole() {
            Some(hole) => Ok(Truth::Unknown(hole.clone())),
            None => Ok(match item.as_str().and_then(|name| container.entry(name)) {
                // Of an open dictionary any other key may be there.
                Some(Value::Unknown(hole))
                    if !item.key().is_some_and(|it| dict.contains_key(&it)) =>
                {
                    Truth::Unknown(hole.clone())
                }
                _ => Truth::of(item.key().is_some_and(|key| dict.contains_key(&key))),
            }),
        },
        Value::Str(text) => {
            if let Some(hole) = item.hole() {
                return Ok(Truth::Unknown(hole.clone()));
            }
            let Some(part) = item.as_str() else {
                let kind = item.type_name();
                return Err(Failure::failed(format!("a {kind} cannot be in a string")));
            };
            let found = text.pieces().iter().any(|piece| match piece {
                crate::model::Piece::Literal(literal) => literal.contains(part),
                crate::model::Piece::Hole(_) => false,
            });
            Ok(match text.worst_hole() {
                _ if found || part.is_empty() => Truth::Yes,
                Some(hole) => Truth::Unknown(hole.clone()),
                None => Truth::No,
            })
        }
        other => Err(Failure::failed(format!(
            "nothing can be in a {}",
            other.type_name()
        ))),
    }
}

/// Orders two values, as Python's `<` does.
pub(super) fn order(left: &Value, right: &Value) -> Eval<Ordering> {
    match (left, right) {
        (Value::Undefined(name), _) | (_, Value::Undefined(name)) => {
            return Err(Failure::undefined(name));
        }
        (Value::Str(a), Value::Str(b)) => {
            if let (Some(a), Some(b)) = (a.plain(), b.plain()) {
                return Ok(a.cmp(b));
            }
        }
        (Value::Time(a), Value::Time(b)) => {
            if let Some(order) = a.order(*b) {
                return Ok(order);
            }
        }
        (Value::List(a), Value::List(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                if !matches!(equal(a, b), Truth::Yes) {
                    return order(a, b);
                }
            }
            return Ok(a.len().cmp(&b.len()));
        }
        _ => {
            if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
                return Ok(a.cmp(&b));
            }
            if let (Some(a), Some(b)) = (left.as_number(), right.as_number()) {
                return Ok(a.partial_cmp(&b).unwrap_or(Ordering::Equal));
            }
        }
    }
    Err(Failure::failed(format!(
        "a {} and a {} cannot be ordered",
        left.type_name(),
        right.type_name()
    )))
}

/// Returns the place of an index that may count from the end.
pub(super) fn index(length: usize, at: i64) -> Option<usize> {
    let at = if at < 0 {
        i64::try_from(length).ok()? + at
    } else {
        at
    };
    usize::try_from(at).ok().filter(|at| *at < length)
}

/// Takes `value[start:stop:step]`.
pub(super) fn slice(value: Value, bounds: &[Option<Value>; 3]) -> Eval<Value> {
    if let Value::Unknown(_) | Value::Undefined(_) = value {
        return Ok(value);
    }
    if let Some(hole) = value.hole() {
        return Ok(Value::Unknown(hole.clone()));
    }
    let mut numbers = [None; 3];
    for (number, bound) in numbers.iter_mut().zip(bounds) {
        match bound {
            None | Some(Value::None) => {}
            Some(Value::Unknown(hole)) => return Ok(Value::Unknown(hole.clone())),
            Some(other) => {
                let given = other.as_int();
                *number =
                    Some(given.ok_or_else(|| Failure::failed("a slice needs whole numbers"))?);
            }
        }
    }
    match &value {
        Value::List(items) => {
            let picked = picked(items.len(), numbers)?;
            Ok(Value::list(
                picked.filter_map(|at| items.get(at).cloned()).collect(),
            ))
        }
        Value::Str(_) => {
            let characters: Vec<char> = value.as_str().unwrap_or_default().chars().collect();
            let picked = picked(characters.len(), numbers)?;
            let text: String = picked.filter_map(|at| characters.get(at)).collect();
            Ok(Value::from(text))
        }
        other => Err(Failure::failed(format!(
            "a {} has no slices",
            other.type_name()
        ))),
    }
}

fn picked(
    length: usize,
    [start, stop, step]: [Option<i64>; 3],
) -> Eval<impl Iterator<Item = usize>> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Failure::failed("the step of a slice is zero"));
    }
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let bound = |given: Option<i64>, absent: i64| {
        given.map_or(absent, |at| {
            let at = if at < 0 { at + length } else { at };
            at.clamp(low, high)
        })
    };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    let (start, stop) = (bound(start, first), bound(stop, last));
    let mut at = start;
    Ok(std::iter::from_fn(move || {
        let inside = if step > 0 { at < stop } else { at > stop };
        let current = usize::try_from(at).ok();
        at = at.saturating_add(step);
        if inside { current } else { None }
    }))
}
