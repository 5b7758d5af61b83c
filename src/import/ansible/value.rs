//! `Value`: what an Ansible variable or expression is, with what is not known and what is secret.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::{Hole, Text};

/// A value of Python's and Jinja's kind.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A name without a value; what it was called. Only `default`, `is defined` and the like may take it.
    Undefined(String),
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string; its holes are unknown or secret.
    Str(Text),
    List(Arc<Vec<Value>>),
    Dict(Arc<IndexMap<Key, Value>>),
    /// A value of any type that only the machine can tell, or that is secret.
    Unknown(Hole),
    /// The magic variable `omit`: a parameter of this value is not given.
    Omit,
}

/// A key of a dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Str(String),
    Int(i64),
    Bool(bool),
    None,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Str(text) => f.write_str(text),
            Key::Int(number) => write!(f, "{number}"),
            Key::Bool(true) => f.write_str("True"),
            Key::Bool(false) => f.write_str("False"),
            Key::None => f.write_str("None"),
        }
    }
}

impl Value {
    pub(crate) fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }
    pub(crate) fn dict(pairs: Vec<(&str, Value)>) -> Value {
        Value::Dict(Arc::new(
            pairs
                .into_iter()
                .map(|(name, value)| (Key::Str(name.to_owned()), value))
                .collect(),
        ))
    }
    pub(crate) fn to_text(&self) -> Text {
        Text::new()
    }
    pub(crate) fn to_shown(&self) -> Text {
        Text::new()
    }
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }
    pub(crate) fn type_name(&self) -> &'static str {
        ""
    }
    pub(crate) fn as_written(node: &crate::syntax::yaml::Node) -> Value {
        let _ = node;
        Value::None
    }
    pub(crate) fn str(text: &str) -> Value {
        Value::Str(Text::from(text))
    }
}
