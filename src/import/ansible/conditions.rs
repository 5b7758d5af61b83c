//! Conditions: `when`, `failed_when`, `until` and their kin; three-valued.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_conditionals.html>

use super::left_open::called;
use super::scope::{Failure, Scope};
use super::value::{Truth, Value};
use crate::diag::Code;
use crate::model::{Condition, Hole};
use crate::source::Span;
use crate::syntax::yaml::{Node, Scalar};

/// How a value that is no boolean counts in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// As current ansible-core has it: it is an error.
    Strict,
    /// As it was before, and as `allow_broken_conditionals` has it: Python's truth.
    Loose,
}

impl Scope<'_> {
    /// Decides a condition: a string, a boolean, or a list of which all must hold; three-valued. As current ansible-core
    /// has it, what is no boolean is an error, unless the settings allow it.
    pub(crate) fn condition(&self, node: &Node) -> Result<Condition, Failure> {
        let reading = if self.session().allows_any_condition() {
            Reading::Loose
        } else {
            Reading::Strict
        };
        self.decide(node, reading).map(condition_of)
    }

    /// As `condition`, by Python's truth, as older versions of Ansible decided it.
    pub(crate) fn condition_by_truth(&self, node: &Node) -> Result<Condition, Failure> {
        self.decide(node, Reading::Loose).map(condition_of)
    }

    fn decide(&self, node: &Node, reading: Reading) -> Result<Truth, Failure> {
        if let Some(items) = node.items() {
            let mut open: Option<Hole> = None;
            for item in items {
                match self.decide(item, reading) {
                    Ok(Truth::Yes) => {}
                    Ok(Truth::No) => return Ok(Truth::No),
                    Ok(Truth::Unknown(hole)) => {
                        open.get_or_insert(hole);
                    }
                    // Ansible does not look at what comes after a false one, and an unknown one may be false.
                    Err(failure) if open.is_none() => return Err(failure),
                    Err(_) => {}
                }
            }
            return Ok(open.map_or(Truth::Yes, Truth::Unknown));
        }
        match node.scalar() {
            Some(Scalar::Null) => Ok(Truth::Yes),
            Some(Scalar::Str(text)) if text.trim().is_empty() => match reading {
                Reading::Loose => Ok(Truth::Yes),
                Reading::Strict => {
                    let failure = Failure::new(Code::ConditionType, "a condition is empty");
                    Err(failure.or_at(node.span))
                }
            },
            Some(Scalar::Str(text)) => {
                self.boolean(&self.expression(text, node.span)?, node.span, reading)
            }
            Some(other) => self.boolean(&Value::from_scalar(other), node.span, reading),
            None => Err(Failure::failed("a condition is a mapping").or_at(node.span)),
        }
    }

    /// Decides a condition that is a value: a boolean, or an expression.
    pub(crate) fn condition_in(&self, value: &Value, span: Span) -> Result<Condition, Failure> {
        let value = match value.as_str() {
            Some(text) => self.expression(text, span)?,
            None => value.clone(),
        };
        let truth = self.boolean(&value, span, Reading::Strict)?;
        Ok(condition_of(truth))
    }

    fn boolean(&self, value: &Value, span: Span, reading: Reading) -> Result<Truth, Failure> {
        let truth = self.truth(value).map_err(|failure| failure.or_at(span))?;
        let revealed = self.session().revealed(value);
        let value = revealed.as_ref().unwrap_or(value);
        let is_one = matches!(value, Value::Bool(_)) || matches!(truth, Truth::Unknown(_));
        if reading == Reading::Loose || is_one {
            return Ok(truth);
        }
        let message = format!("a condition comes to a {}, no boolean", value.type_name());
        Err(Failure::new(Code::ConditionType, message).or_at(span))
    }
}

fn condition_of(truth: Truth) -> Condition {
    match truth {
        Truth::Yes => Condition::True,
        Truth::No => Condition::False,
        Truth::Unknown(hole) => Condition::Unknown(called(&hole.what).to_owned()),
    }
}
