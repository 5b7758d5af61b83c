//! The options of a plan against the values that the evaluation has.

use std::collections::BTreeMap;

use serde_json::Value;

use super::evaluation::Evaluation;
use crate::account::ItemId;
use crate::nix::{Expr, StrPart};
use crate::plan::{Definition, OptionPath, Plan, Setting};

/// Functions that say how strongly a value stands, or where in a list.
const STRENGTHS: [&str; 4] = ["mkForce", "mkDefault", "mkBefore", "mkAfter"];

/// The options of a host: what the plan says, and what they are.
pub(super) struct Planned<'a> {
    plan: &'a Plan,
    values: BTreeMap<&'a [String], &'a Value>,
}

/// An option that is not what the plan says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) option: String,
    pub(super) planned: String,
    /// None where the option has no value that can be shown.
    pub(super) evaluated: Option<String>,
}

impl<'a> Planned<'a> {
    pub(super) fn new(plan: &'a Plan, evaluation: &'a Evaluation) -> Planned<'a> {
        let values = evaluation.values.iter();
        Planned {
            plan,
            values: values.map(|it| (it.option.as_slice(), &it.value)).collect(),
        }
    }

    /// Returns the options that these items ask for.
    pub(super) fn of(&self, items: &[ItemId]) -> Vec<(&'a OptionPath, &'a Setting)> {
        let is_theirs = |it: &Definition| it.origin.items.iter().any(|id| items.contains(id));
        let settings = self.plan.settings();
        settings
            .filter(|(_, setting)| setting.definitions().iter().any(is_theirs))
            .collect()
    }

    /// Returns the evaluated values, by the options' names.
    pub(super) fn evaluated(&self) -> Vec<(&'a [String], Value)> {
        let values = self.values.iter();
        values
            .map(|(names, value)| (*names, (*value).clone()))
            .collect()
    }

    /// Returns all options that are not what the plan says.
    pub(super) fn all_broken(&self) -> Vec<Broken> {
        let settings = self.plan.settings();
        settings
            .filter_map(|(path, setting)| self.broken(path, setting))
            .collect()
    }

    /// Compares an option; what is no plain value is there or not.
    pub(super) fn broken(&self, path: &OptionPath, setting: &Setting) -> Option<Broken> {
        let value = self.values.get(path.names()).copied();
        let exprs: Vec<&Expr> = setting.definitions().iter().map(|it| &it.expr).collect();
        let (planned, is_held) = match (setting, exprs.as_slice()) {
            (Setting::One(_), [expr]) => {
                let planned = literal(expr);
                let is_held = match (&planned, value) {
                    (Some(planned), Some(value)) => says(value, planned),
                    (None, Some(_)) => true,
                    // A value that cannot be shown is not looked into.
                    (_, None) => true,
                };
                (planned, is_held)
            }
            _ => {
                let elements: Vec<Value> = exprs.iter().filter_map(|it| literal(it)).collect();
                let is_held = match value {
                    Some(Value::Array(list)) => {
                        let is_there = |it: &Value| list.iter().any(|there| says(there, it));
                        elements.iter().all(is_there)
                    }
                    Some(_) | None => true,
                };
                (Some(Value::Array(elements)), is_held)
            }
        };
        let planned = planned.filter(|_| !is_held)?;
        Some(Broken {
            option: path.to_string(),
            planned: planned.to_string(),
            evaluated: value.map(ToString::to_string),
        })
    }
}

/// Tells whether an option's value says what was planned: sets, lists and lines may have more from elsewhere.
fn says(value: &Value, planned: &Value) -> bool {
    match (value, planned) {
        (Value::Object(there), Value::Object(planned)) => planned
            .iter()
            .all(|(name, planned)| there.get(name).is_some_and(|there| says(there, planned))),
        (Value::Array(there), Value::Array(planned)) => planned
            .iter()
            .all(|planned| there.iter().any(|it| says(it, planned))),
        (Value::String(there), Value::String(planned)) => {
            there.trim_end() == planned.trim_end()
                || planned.contains('\n') && there.contains(planned.trim_end())
        }
        (Value::Number(there), Value::Number(planned)) => there.as_f64() == planned.as_f64(),
        // An option may take a single value for a list of one, or a number for its text.
        (Value::Array(there), planned) => there.len() == 1 && says(&there[0], planned),
        (Value::String(there), Value::Number(planned)) => *there == planned.to_string(),
        (
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_),
            planned,
        ) => value == planned,
    }
}

/// Returns the value of an expression that is one; none where only evaluation knows it.
fn literal(expr: &Expr) -> Option<Value> {
    Some(match expr {
        Expr::Null => Value::Null,
        Expr::Bool(it) => (*it).into(),
        Expr::Int(it) => (*it).into(),
        Expr::Float(it) => (*it).into(),
        Expr::Str(parts) => {
            let texts = parts.iter().map(|part| match part {
                StrPart::Literal(text) => Some(text.as_str()),
                StrPart::Splice(_) => None,
            });
            texts.collect::<Option<String>>()?.into()
        }
        Expr::List(items) => Value::Array(items.iter().map(literal).collect::<Option<_>>()?),
        Expr::Attrs(attrs) => {
            let attrs = attrs
                .iter()
                .map(|(name, it)| Some((name.clone(), literal(it)?)));
            Value::Object(attrs.collect::<Option<_>>()?)
        }
        Expr::Apply(function, arguments) => match (function.as_ref(), arguments.as_slice()) {
            (Expr::Select(names), [value])
                if names
                    .last()
                    .is_some_and(|it| STRENGTHS.contains(&it.as_str())) =>
            {
                literal(value)?
            }
            _ => return None,
        },
        Expr::Select(_)
        | Expr::Function(..)
        | Expr::With(..)
        | Expr::Binary(..)
        | Expr::Asset(_) => return None,
    })
}
