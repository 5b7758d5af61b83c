//! `Params`: the arguments of one run of a module, resolved, taken one by one. What nobody takes is reported.

use indexmap::IndexMap;

use super::left_open;
use super::value::Value;
use crate::account::Code;
use crate::diag;
use crate::model::{Hole, HoleKind, Piece, Text};
use crate::source::Span;
use crate::syntax::stand_ins;

/// What a person does about a variable that nobody sets.
pub(super) const TO_GIVE: &str = "Give the variable a value (`--extra-vars`), and translate again.";

/// Why a module cannot go on: its item is `manual`.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) reason: String,
    pub(super) cure: Option<String>,
    /// The diagnostic that says so, where the source is at fault.
    pub(super) diagnostic: Option<diag::Code>,
}

impl Refusal {
    pub(super) fn new(code: Code, reason: impl Into<String>) -> Refusal {
        Refusal {
            code,
            reason: reason.into(),
            cure: None,
            diagnostic: None,
        }
    }

    #[must_use]
    pub(super) fn cure(mut self, cure: impl Into<String>) -> Refusal {
        self.cure = Some(cure.into());
        self
    }

    pub(super) fn hole(hole: &Hole) -> Refusal {
        match hole.kind {
            HoleKind::Unknown if left_open::is_unset(hole) || left_open::is_unread(hole) => {
                Refusal::new(
                    Code::ValueUnknown,
                    format!("it depends on {}", left_open::called(&hole.what)),
                )
                .cure(TO_GIVE)
            }
            HoleKind::Unknown => Refusal::new(
                Code::ValueUnknown,
                format!(
                    "it depends on {}, which only the machine knows",
                    left_open::called(&hole.what)
                ),
            ),
            HoleKind::Secret => Refusal::new(
                Code::ValueSecret,
                format!("it holds a secret ({})", hole.what),
            ),
        }
    }

    pub(super) fn diagnosed(code: diag::Code, reason: String) -> Refusal {
        Refusal {
            code: Code::BadInput,
            reason,
            cure: None,
            diagnostic: Some(code),
        }
    }
}

/// The arguments of one run of a module.
pub(super) struct Params {
    module: String,
    pub(super) span: Span,
    values: IndexMap<String, Value>,
    free: Option<Value>,
}

impl Params {
    pub(super) fn new(
        module: &str,
        span: Span,
        values: IndexMap<String, Value>,
        free: Option<Value>,
    ) -> Params {
        Params {
            module: module.to_owned(),
            span,
            values,
            free,
        }
    }

    /// Returns the name of the module that is asked, without its collection: not that of the task, where a command does
    /// what a module does.
    pub(super) fn module(&self) -> &str {
        self.module.rsplit('.').next().unwrap_or_default()
    }

    /// Takes the free text: the command of `command`, the file of `include_vars`.
    pub(super) fn free(&mut self) -> Option<Value> {
        self.free.take()
    }

    /// Takes a value as it is, under the first of its names that is given. An omitted one is not given.
    pub(super) fn value(&mut self, names: &[&str]) -> Option<Value> {
        let mut taken = None;
        for name in names {
            if let Some(value) = self.values.shift_remove(*name) {
                taken = taken.or(Some(value));
            }
        }
        taken.filter(|value| !matches!(value, Value::Omit | Value::None))
    }

    /// Takes a value of which no character goes further. `what` is what it is, for people.
    pub(super) fn secret(&mut self, name: &str, what: &str) -> Result<Option<Text>, Refusal> {
        let Some(text) = self.text(&[name])? else {
            return Ok(None);
        };
        if let Some(hole) = text.worst_hole().filter(|it| it.kind == HoleKind::Unknown) {
            return Err(Refusal::hole(hole));
        }
        Ok(Some(Text::hole(Hole {
            kind: HoleKind::Secret,
            what: what.to_owned(),
            span: Some(self.span),
        })))
    }

    /// Takes a string that may have holes.
    pub(super) fn text(&mut self, names: &[&str]) -> Result<Option<Text>, Refusal> {
        let Some(value) = self.value(names) else {
            return Ok(None);
        };
        match &value {
            Value::Unknown(hole) => Ok(Some(Text::hole(hole.clone()))),
            Value::Undefined(what) => Err(Refusal::diagnosed(
                diag::Code::JinjaUndefined,
                format!("`{what}` has no value"),
            )),
            _ => Ok(Some(value.to_text())),
        }
    }

    /// Takes a string that must be known.
    pub(super) fn string(&mut self, names: &[&str]) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text(names)? else {
            return Ok(None);
        };
        match text.worst_hole() {
            Some(hole) => Err(Refusal::hole(hole)),
            None => Ok(text.plain().map(str::to_owned)),
        }
    }

    /// Takes a string that the module needs.
    pub(super) fn required(&mut self, names: &[&str]) -> Result<String, Refusal> {
        let name = names.first().copied().unwrap_or_default();
        let missing = || {
            Refusal::diagnosed(
                diag::Code::MissingParam,
                format!("`{}` needs `{name}`", self.module),
            )
        };
        let missing = missing();
        self.string(names)?.ok_or(missing)
    }

    /// Takes a boolean, as Ansible reads one: `yes`, `on`, `1`, `true`.
    pub(super) fn flag(&mut self, names: &[&str]) -> Result<Option<bool>, Refusal> {
        let name = names.first().copied().unwrap_or_default();
        match self.value(names) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(Value::Unknown(hole)) => Err(Refusal::hole(&hole)),
            Some(value) => match value.to_text().to_string().to_ascii_lowercase().as_str() {
                "yes" | "on" | "1" | "true" | "y" | "t" | "1.0" => Ok(Some(true)),
                "no" | "off" | "0" | "false" | "n" | "f" | "0.0" => Ok(Some(false)),
                other => Err(self.bad(name, other, "a boolean")),
            },
        }
    }

    /// Takes a number.
    pub(super) fn number(&mut self, names: &[&str]) -> Result<Option<i64>, Refusal> {
        let name = names.first().copied().unwrap_or_default();
        let Some(text) = self.string(names)? else {
            return Ok(None);
        };
        text.trim()
            .parse()
            .map(Some)
            .map_err(|_| self.bad(name, &text, "a number"))
    }

    /// Takes a list of strings: a list, or a string with commas. Elements that are omitted are left out.
    pub(super) fn list(&mut self, names: &[&str]) -> Result<Option<Vec<String>>, Refusal> {
        let Some(value) = self.value(names) else {
            return Ok(None);
        };
        let texts = match &value {
            Value::List(items) => items
                .iter()
                .filter(|it| !matches!(it, Value::Omit | Value::None))
                .map(plain)
                .collect::<Result<Vec<_>, _>>()?,
            Value::Dict(_) => {
                return Err(self.bad(
                    names.first().copied().unwrap_or_default(),
                    "a mapping",
                    "a list",
                ));
            }
            _ => plain(&value)?
                .split(',')
                .map(|it| it.trim().to_owned())
                .collect(),
        };
        Ok(Some(
            texts.into_iter().filter(|it| !it.is_empty()).collect(),
        ))
    }

    /// Takes a list of strings that may have holes: a list, or a string with commas.
    pub(super) fn texts(&mut self, names: &[&str]) -> Result<Vec<Text>, Refusal> {
        let Some(value) = self.value(names) else {
            return Ok(Vec::new());
        };
        defined(&value)?;
        Ok(match &value {
            Value::List(items) => {
                let given = items
                    .iter()
                    .filter(|it| !matches!(it, Value::Omit | Value::None));
                given.map(text_of).collect()
            }
            Value::Dict(_) => {
                let name = names.first().copied().unwrap_or_default();
                return Err(self.bad(name, "a mapping", "a list"));
            }
            _ => match text_of(&value) {
                text if text.plain() == Some("") => Vec::new(),
                text => match text.plain() {
                    Some(plain) => plain.split(',').map(|it| it.trim().into()).collect(),
                    None => vec![text],
                },
            },
        })
    }

    /// Takes names and their values: a mapping, or a list of `NAME=value`.
    pub(super) fn pairs(&mut self, names: &[&str]) -> Result<Vec<(String, Text)>, Refusal> {
        let name = names.first().copied().unwrap_or_default();
        let Some(value) = self.value(names) else {
            return Ok(Vec::new());
        };
        defined(&value)?;
        match &value {
            Value::Dict(dict) => Ok(dict
                .iter()
                .filter(|(_, it)| !matches!(it, Value::Omit))
                .map(|(key, it)| (key.to_string(), text_of(it)))
                .collect()),
            Value::Unknown(hole) => Err(Refusal::hole(hole)),
            Value::List(items) => {
                let mut pairs = Vec::new();
                for item in items.iter() {
                    let text = text_of(item);
                    let mut pieces = text.pieces().iter();
                    let Some((key, first)) = pieces.next().and_then(|piece| match piece {
                        Piece::Literal(literal) => literal.split_once('='),
                        Piece::Hole(_) => None,
                    }) else {
                        return Err(self.bad(name, &text.to_string(), "`NAME=value`"));
                    };
                    let mut rest = Text::from(first);
                    for piece in pieces {
                        match piece {
                            Piece::Literal(literal) => rest.push_str(literal),
                            Piece::Hole(hole) => rest.push_hole(hole.clone()),
                        }
                    }
                    pairs.push((key.to_owned(), rest));
                }
                Ok(pairs)
            }
            _ => Err(self.bad(name, &text_of(&value).to_string(), "a mapping")),
        }
    }

    /// Takes one of several words.
    pub(super) fn choice(
        &mut self,
        names: &[&str],
        choices: &[&str],
        default: &str,
    ) -> Result<String, Refusal> {
        let name = names.first().copied().unwrap_or_default();
        let value = self.string(names)?.unwrap_or_else(|| default.to_owned());
        if choices.contains(&value.as_str()) {
            Ok(value)
        } else {
            Err(self.bad(name, &value, &format!("one of {}", choices.join(", "))))
        }
    }

    /// Takes parameters that say how Ansible goes about it, not what the machine must have.
    pub(super) fn pass_over(&mut self, names: &[&str]) {
        for name in names {
            self.values.shift_remove(*name);
        }
    }

    /// Takes all that is left, for modules whose parameters are the user's own names.
    pub(super) fn rest(&mut self) -> IndexMap<String, Value> {
        std::mem::take(&mut self.values)
    }

    /// Returns the parameters that nobody took.
    pub(super) fn left(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }

    pub(super) fn bad(&self, name: &str, value: &str, wanted: &str) -> Refusal {
        if let Some((_, given)) = stand_ins(value).first() {
            let reason = format!("`{name}` depends on `{given}`, which the source does not set");
            return Refusal::new(Code::ValueUnknown, reason).cure(TO_GIVE);
        }
        let message = format!(
            "`{}` takes {wanted} as `{name}`, and `{value}` is none",
            self.module
        );
        Refusal::diagnosed(diag::Code::BadParam, message)
    }
}

fn defined(value: &Value) -> Result<(), Refusal> {
    match value.deep_undefined() {
        Some(what) => Err(Refusal::diagnosed(
            diag::Code::JinjaUndefined,
            format!("`{what}` has no value"),
        )),
        None => Ok(()),
    }
}

/// Makes a value a text; one that is not known at all is a hole.
pub(super) fn text_of(value: &Value) -> Text {
    match value {
        Value::Unknown(hole) => Text::hole(hole.clone()),
        _ => value.to_text(),
    }
}

fn plain(value: &Value) -> Result<String, Refusal> {
    if let Value::Unknown(hole) = value {
        return Err(Refusal::hole(hole));
    }
    let text = value.to_text();
    match text.worst_hole() {
        Some(hole) => Err(Refusal::hole(hole)),
        None => Ok(text.plain().unwrap_or_default().to_owned()),
    }
}
