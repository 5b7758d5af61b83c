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

impl Value {
    pub(crate) fn str(text: &str) -> Value {
        Value::Str(Text::from(text))
    }
}
