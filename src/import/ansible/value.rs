//! `Value`: what an Ansible variable or expression is, with what is not known and what is secret.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::{Equivalent, IndexMap};

use super::left_open::closed_hole;
use super::time::Time;
use crate::model::{Hole, HoleKind, Piece, Text};
use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Scalar};

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
    Dict(Arc<Dict>),
    /// A moment or a length of time, which only filters make.
    Time(Time),
    /// A value of any type that only the machine can tell, or that is secret.
    Unknown(Hole),
    /// The magic variable `omit`: a parameter of this value is not given.
    Omit,
}

pub(crate) type Dict = IndexMap<Key, Value>;

/// A key of a dictionary. True is the same key as 1, as in Python.
#[derive(Clone, Debug, PartialOrd, Ord)]
pub(crate) enum Key {
    Str(String),
    Int(i64),
    Bool(bool),
    None,
}

impl Key {
    fn number(&self) -> Option<i64> {
        match self {
            Key::Int(number) => Some(*number),
            Key::Bool(it) => Some(i64::from(*it)),
            Key::Str(_) | Key::None => None,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        match (self, other) {
            (Key::Str(a), Key::Str(b)) => a == b,
            (Key::None, Key::None) => true,
            _ => self.number().is_some() && self.number() == other.number(),
        }
    }
}

impl Eq for Key {}

/// Hashes as `Name` does, so that a dictionary can be asked for a `&str`.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Key::Str(text) => Name(text).hash(state),
            Key::Int(_) | Key::Bool(_) => (1u8, self.number()).hash(state),
            Key::None => 3u8.hash(state),
        }
    }
}

/// A key that is a string, not owned.
struct Name<'a>(&'a str);

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (0u8, self.0).hash(state);
    }
}

impl Equivalent<Key> for Name<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        matches!(key, Key::Str(text) if text == self.0)
    }
}

/// The key of what stands for all keys that nobody knows.
const REST: &str = "\u{0}";

/// What a condition comes to.
#[derive(Clone, Debug)]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown(Hole),
}

impl Truth {
    pub(crate) fn of(yes: bool) -> Truth {
        if yes { Truth::Yes } else { Truth::No }
    }

    pub(crate) fn not(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unknown(hole) => Truth::Unknown(hole),
        }
    }
}

impl From<Truth> for Value {
    fn from(truth: Truth) -> Value {
        match truth {
            Truth::Yes => Value::Bool(true),
            Truth::No => Value::Bool(false),
            Truth::Unknown(hole) => Value::Unknown(hole),
        }
    }
}

impl Value {
    pub(crate) fn str(text: &str) -> Value {
        Value::Str(Text::from(text))
    }

    pub(crate) fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    pub(crate) fn dict(dict: Dict) -> Value {
        Value::Dict(Arc::new(dict))
    }

    /// Makes a dictionary whose keys are strings.
    pub(crate) fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
        let fields = fields.into_iter();
        Value::dict(
            fields
                .map(|(name, value)| (Key::Str(name.to_owned()), value))
                .collect(),
        )
    }

    /// Makes a dictionary of pairs whose keys are strings.
    pub(crate) fn of_pairs(pairs: Vec<(&str, Value)>) -> Value {
        let pairs = pairs.into_iter();
        Value::dict(
            pairs
                .map(|(name, value)| (Key::Str(name.to_owned()), value))
                .collect(),
        )
    }

    /// Makes a dictionary of which only some keys are certain: any other may be there, and is `rest`.
    pub(crate) fn open(mut pairs: Vec<(&str, Value)>, rest: Value) -> Value {
        pairs.push((REST, rest));
        Value::of_pairs(pairs)
    }

    /// Returns the value of a key of a dictionary, or what stands for keys that nobody knows.
    pub(crate) fn entry(&self, name: &str) -> Option<&Value> {
        self.get(name).or_else(|| self.get(REST))
    }

    /// Makes the value that a node has as written, its templates unrendered; for comments.
    pub(crate) fn as_written(node: &Node) -> Value {
        match &node.kind {
            Kind::Scalar { .. } => node.scalar().map_or(Value::None, Value::from_scalar),
            Kind::Sequence(items) => {
                Value::list(items.iter().map(|it| Value::as_written(it)).collect())
            }
            Kind::Mapping(pairs) => {
                let pairs = pairs.iter().filter_map(|(key, value)| {
                    Some((Value::as_written(key).key()?, Value::as_written(value)))
                });
                Value::dict(pairs.collect())
            }
        }
    }

    /// Makes a value that only the machine can tell.
    pub(crate) fn unknown(what: impl Into<String>, span: Option<Span>) -> Value {
        Value::Unknown(Hole {
            kind: HoleKind::Unknown,
            what: what.into(),
            span,
        })
    }

    /// Makes a value that must not be shown.
    pub(crate) fn secret(what: impl Into<String>, span: Option<Span>) -> Value {
        Value::Unknown(Hole {
            kind: HoleKind::Secret,
            what: what.into(),
            span,
        })
    }

    pub(crate) fn from_scalar(scalar: Scalar<'_>) -> Value {
        match scalar {
            Scalar::Null => Value::None,
            Scalar::Bool(it) => Value::Bool(it),
            Scalar::Int(it) => Value::Int(it),
            Scalar::Float(it) => Value::Float(it),
            Scalar::Str(it) => Value::str(it),
        }
    }

    /// Returns a string that has no holes.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => text.plain(),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_dict(&self) -> Option<&Dict> {
        match self {
            Value::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(it) => Some(i64::from(*it)),
            _ => None,
        }
    }

    /// Returns a number, as Python's arithmetic takes it: a boolean is one.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "as Python's float()")]
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Bool(it) => Some(f64::from(u8::from(*it))),
            _ => None,
        }
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    /// Returns the value of the key `name` of a dictionary.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.as_dict()?.get(&Name(name))
    }

    /// Returns what is not known of the value itself: not of what a list or dictionary holds.
    pub(crate) fn hole(&self) -> Option<&Hole> {
        match self {
            Value::Unknown(hole) => Some(hole),
            Value::Str(text) => text.worst_hole(),
            _ => None,
        }
    }

    /// Returns what is not known anywhere in the value: a secret before an unknown.
    pub(crate) fn deep_hole(&self) -> Option<&Hole> {
        let below: Option<&Hole> = match self {
            Value::List(items) => worst(items.iter().filter_map(Value::deep_hole)),
            Value::Dict(dict) => worst(dict.values().filter_map(Value::deep_hole)),
            _ => None,
        };
        below.or_else(|| self.hole())
    }

    /// Returns the value with each of its strings, however deep, replaced; keys stay.
    pub(super) fn with_texts(&self, replace: &mut impl FnMut(&Text) -> Text) -> Value {
        match self {
            Value::Str(text) => Value::Str(replace(text)),
            Value::List(items) => {
                Value::list(items.iter().map(|it| it.with_texts(replace)).collect())
            }
            Value::Dict(pairs) => {
                let pairs = pairs.iter();
                Value::dict(
                    pairs
                        .map(|(key, it)| (key.clone(), it.with_texts(replace)))
                        .collect(),
                )
            }
            Value::Undefined(_)
            | Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Time(_)
            | Value::Unknown(_)
            | Value::Omit => self.clone(),
        }
    }

    /// Returns the first name without a value anywhere in the value.
    pub(crate) fn deep_undefined(&self) -> Option<&str> {
        match self {
            Value::Undefined(name) => Some(name),
            Value::List(items) => items.iter().find_map(Value::deep_undefined),
            Value::Dict(dict) => dict.values().find_map(Value::deep_undefined),
            _ => None,
        }
    }

    /// Leaves out of lists and dictionaries what is `omit`.
    pub(crate) fn without_omitted(self) -> Value {
        if !self.holds_omitted() {
            return self;
        }
        match &self {
            Value::List(items) => {
                let kept = items.iter().filter(|it| !matches!(it, Value::Omit));
                Value::list(kept.cloned().map(Value::without_omitted).collect())
            }
            Value::Dict(dict) => {
                let kept = dict.iter().filter(|(_, it)| !matches!(it, Value::Omit));
                Value::dict(
                    kept.map(|(key, it)| (key.clone(), it.clone().without_omitted()))
                        .collect(),
                )
            }
            _ => self,
        }
    }

    fn holds_omitted(&self) -> bool {
        let holds = |it: &Value| matches!(it, Value::Omit) || it.holds_omitted();
        match self {
            Value::List(items) => items.iter().any(holds),
            Value::Dict(dict) => dict.values().any(holds),
            _ => false,
        }
    }

    /// Returns Python's truth of a value; `None` for an undefined one. A secret is not looked into.
    pub(crate) fn truth(&self) -> Option<Truth> {
        Some(match self {
            Value::Undefined(_) => return None,
            Value::None => Truth::No,
            Value::Bool(it) => Truth::of(*it),
            Value::Int(it) => Truth::of(*it != 0),
            Value::Float(it) => Truth::of(*it != 0.0),
            Value::Str(text) => {
                let literal = |piece: &Piece| matches!(piece, Piece::Literal(it) if !it.is_empty());
                if text.pieces().iter().any(literal) {
                    Truth::Yes
                } else {
                    text.worst_hole()
                        .map_or(Truth::No, |hole| Truth::Unknown(closed_hole(hole)))
                }
            }
            Value::List(items) => Truth::of(!items.is_empty()),
            Value::Dict(dict) => Truth::of(!dict.is_empty()),
            Value::Unknown(hole) => Truth::Unknown(closed_hole(hole)),
            Value::Time(Time::Length(0)) => Truth::No,
            Value::Time(_) | Value::Omit => Truth::Yes,
        })
    }

    /// Returns the items that a loop over the value sees; `None` where Python cannot loop over it.
    pub(crate) fn iterate(&self) -> Option<Vec<Value>> {
        match self {
            Value::List(items) => Some(items.to_vec()),
            Value::Dict(dict) => {
                let keys = dict.keys().filter(|key| !key.is_rest());
                Some(keys.map(Key::value).collect())
            }
            Value::Str(text) => {
                let text = text.plain()?;
                let characters = text.chars();
                Some(
                    characters
                        .map(|it| Value::str(it.encode_utf8(&mut [0; 4])))
                        .collect(),
                )
            }
            _ => None,
        }
    }

    /// Returns Python's name of the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Value::Undefined(_) => "AnsibleUndefined",
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) | Value::Omit => "str",
            Value::List(_) => "list",
            Value::Dict(_) => "dict",
            Value::Time(time) => time.type_name(),
            Value::Unknown(_) => "unknown",
        }
    }

    /// Returns the value as a key; `None` where Python could not hash it or it is not known.
    pub(crate) fn key(&self) -> Option<Key> {
        match self {
            Value::None => Some(Key::None),
            Value::Bool(it) => Some(Key::Bool(*it)),
            Value::Int(it) => Some(Key::Int(*it)),
            #[expect(clippy::cast_possible_truncation, reason = "it is whole")]
            Value::Float(it) if it.fract() == 0.0 => Some(Key::Int(*it as i64)),
            Value::Float(_) => Some(Key::Str(self.to_text().plain()?.to_owned())),
            Value::Str(text) => Some(Key::Str(text.plain()?.to_owned())),
            _ => None,
        }
    }
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

impl Key {
    fn is_rest(&self) -> bool {
        matches!(self, Key::Str(name) if name == REST)
    }

    pub(crate) fn value(&self) -> Value {
        match self {
            Key::Str(text) => Value::str(text),
            Key::Int(it) => Value::Int(*it),
            Key::Bool(it) => Value::Bool(*it),
            Key::None => Value::None,
        }
    }
}

/// Returns a secret hole, or else the first.
pub(crate) fn worst<'a>(holes: impl Iterator<Item = &'a Hole>) -> Option<&'a Hole> {
    let mut first = None;
    for hole in holes {
        if hole.kind == HoleKind::Secret {
            return Some(hole);
        }
        first = first.or(Some(hole));
    }
    first
}

impl From<bool> for Value {
    fn from(it: bool) -> Value {
        Value::Bool(it)
    }
}

impl From<String> for Value {
    fn from(it: String) -> Value {
        Value::Str(Text::from(it))
    }
}

impl From<Text> for Value {
    fn from(it: Text) -> Value {
        Value::Str(it)
    }
}
