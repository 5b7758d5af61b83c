//! The arguments of a filter, test, method or function, by position or by name.

use std::rc::Rc;

use super::Eval;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::model::Hole;

#[derive(Debug, Default)]
pub(super) struct Args {
    pub(super) positional: Vec<Value>,
    pub(super) named: Vec<(Rc<str>, Value)>,
}

impl Args {
    pub(super) fn of(positional: Vec<Value>) -> Args {
        Args {
            positional,
            named: Vec::new(),
        }
    }

    /// Returns the argument at `place`, or the one called `name`.
    pub(super) fn get(&self, place: usize, name: &str) -> Option<&Value> {
        self.positional.get(place).or_else(|| self.named(name))
    }

    pub(super) fn named(&self, name: &str) -> Option<&Value> {
        let found = self.named.iter().find(|(it, _)| &**it == name);
        found.map(|(_, value)| value)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        let named = self.named.iter().map(|(_, value)| value);
        self.positional.iter().chain(named)
    }

    /// Returns an argument that must be given.
    pub(super) fn need(&self, place: usize, name: &str) -> Eval<&Value> {
        self.get(place, name)
            .ok_or_else(|| Failure::failed(format!("the argument `{name}` is missing")))
    }

    /// Returns a string, `None` where it is not given or is none.
    pub(super) fn str(&self, place: usize, name: &str) -> Eval<Option<&str>> {
        match self.get(place, name) {
            None | Some(Value::None) => Ok(None),
            Some(value) => match value.as_str() {
                Some(text) => Ok(Some(text)),
                None => Err(wrong(name, "a string", value)),
            },
        }
    }

    pub(super) fn need_str(&self, place: usize, name: &str) -> Eval<&str> {
        let value = self.need(place, name)?;
        value.as_str().ok_or_else(|| wrong(name, "a string", value))
    }

    pub(super) fn int(&self, place: usize, name: &str) -> Eval<Option<i64>> {
        match self.get(place, name) {
            None | Some(Value::None) => Ok(None),
            Some(value) => match value.as_int() {
                Some(number) => Ok(Some(number)),
                None => value
                    .as_str()
                    .and_then(|text| text.trim().parse().ok())
                    .map(Some)
                    .ok_or_else(|| wrong(name, "a number", value)),
            },
        }
    }

    /// Returns whether an argument is given and true.
    pub(super) fn is_set(&self, place: usize, name: &str) -> bool {
        let value = self.get(place, name).and_then(Value::truth);
        matches!(value, Some(crate::import::ansible::value::Truth::Yes))
    }

    /// Returns the first argument that is not known.
    pub(super) fn hole(&self) -> Option<&Hole> {
        crate::import::ansible::value::worst(self.all().filter_map(Value::hole))
    }

    pub(super) fn deep_hole(&self) -> Option<&Hole> {
        crate::import::ansible::value::worst(self.all().filter_map(Value::deep_hole))
    }
}

fn wrong(name: &str, expected: &str, value: &Value) -> Failure {
    match value {
        Value::Undefined(name) => Failure::undefined(name),
        other => Failure::failed(format!(
            "the argument `{name}` is a {}, not {expected}",
            other.type_name()
        )),
    }
}
