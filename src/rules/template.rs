//! `Template`: a value or a name of `set`, with its references.
//!
//! A string that begins with `$` is a reference: `$service.name`, or `$site` for what a name of the pattern stood for,
//! with functions and fields behind it: `$file.content | section | .NTP | words`. `${...}` inside of a longer string puts the text of a reference
//! there; `$$` is a dollar. A last function `as-file` makes the text a file beside the configuration, and is its path. `{ nix = "pkgs.nodejs" }` is a selection, `{ force = ... }` a value that stands against the module's own. All else stands for itself.

use serde_json::Value;

use super::functions::{self, Function};
use super::matching::{Captures, has_hole};
use crate::nix::{Asset, Expr, Operator, StrPart};

/// What ends a reference whose text becomes a file beside the configuration.
const AS_FILE: &str = " | as-file";

#[derive(Clone, Debug)]
pub(super) enum Template {
    Constant(Expr),
    Reference(Reference),
    /// A text as a file of its own: `$file.content | as-file`.
    AsFile(Reference),
    Text(Vec<Piece>),
    List(Vec<Template>),
    /// A value that stands against the module's own: `{ force = "$file.content" }`.
    Force(Box<Template>),
    Attrs(Vec<(Template, Template)>),
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Literal(String),
    Reference(Reference),
}

#[derive(Clone, Debug)]
pub(super) struct Reference {
    names: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Call(&'static Function),
    Field(String),
}

/// What references can mean.
pub(super) struct Scope<'a> {
    pub(super) kind: &'a str,
    pub(super) value: &'a Value,
    pub(super) captures: &'a Captures,
}

impl Template {
    /// Reads a value.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(value: &toml::Value) -> Result<Template, String> {
        Ok(match value {
            toml::Value::String(text) => Template::read_text(text)?,
            toml::Value::Integer(value) => Template::Constant(Expr::Int(*value)),
            toml::Value::Float(value) => Template::Constant(Expr::Float(*value)),
            toml::Value::Boolean(value) => Template::Constant(Expr::Bool(*value)),
            toml::Value::Array(list) => Template::List(
                list.iter()
                    .map(Template::read)
                    .collect::<Result<Vec<Template>, String>>()?,
            ),
            toml::Value::Table(table) => match table.get("nix").filter(|_| table.len() == 1) {
                Some(toml::Value::String(selection)) => Template::Constant(Expr::select(selection)),
                Some(_) => return Err("`nix` takes a selection, such as `pkgs.git`".to_owned()),
                None if table.len() == 1 && table.contains_key("force") => {
                    let value = table.get("force").ok_or("`force` takes a value")?;
                    Template::Force(Box::new(Template::read(value)?))
                }
                None => Template::Attrs(
                    table
                        .iter()
                        .map(|(name, value)| {
                            Ok((Template::read_text(name)?, Template::read(value)?))
                        })
                        .collect::<Result<Vec<(Template, Template)>, String>>()?,
                ),
            },
            toml::Value::Datetime(_) => return Err("a date is no value of an option".to_owned()),
        })
    }

    /// Reads a string, which may be or hold references.
    pub(super) fn read_text(text: &str) -> Result<Template, String> {
        if let Some(reference) = text.strip_prefix('$')
            && !reference.starts_with(['{', '$'])
        {
            return match reference.strip_suffix(AS_FILE) {
                Some(reference) => Reference::read(reference).map(Template::AsFile),
                None => Reference::read(reference).map(Template::Reference),
            };
        }
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            literal.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            if let Some(behind) = behind.strip_prefix('$') {
                literal.push('$');
                rest = behind;
            } else if let Some(behind) = behind.strip_prefix('{') {
                let Some((reference, behind)) = behind.split_once('}') else {
                    return Err(format!("`{text}` opens `${{` and does not close it"));
                };
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                pieces.push(Piece::Reference(Reference::read(reference)?));
                rest = behind;
            } else {
                literal.push('$');
                rest = behind;
            }
        }
        literal.push_str(rest);
        if pieces.is_empty() {
            return Ok(Template::Constant(Expr::str(literal)));
        }
        pieces.push(Piece::Literal(literal));
        Ok(Template::Text(pieces))
    }

    /// Returns the expression; none where the model lacks what a reference asks for.
    pub(super) fn expr(&self, scope: &Scope<'_>) -> Option<Expr> {
        Some(match self {
            Template::Constant(expr) => expr.clone(),
            Template::Reference(reference) => expr_of(&reference.value(scope)?)?,
            Template::AsFile(reference) => Expr::Asset(Asset {
                name: scope
                    .value
                    .get("path")?
                    .as_str()?
                    .trim_start_matches('/')
                    .to_owned(),
                bytes: reference.value(scope)?.as_str()?.as_bytes().into(),
            }),
            Template::Text(_) => Expr::str(self.text(scope)?),
            Template::List(list) => Expr::List(
                list.iter()
                    .map(|it| it.expr(scope))
                    .collect::<Option<Vec<Expr>>>()?,
            ),
            Template::Force(value) => Expr::apply("lib.mkForce", vec![value.expr(scope)?]),
            Template::Attrs(attrs) => Expr::Attrs(
                attrs
                    .iter()
                    .map(|(name, value)| Some((name.text(scope)?, value.expr(scope)?)))
                    .collect::<Option<Vec<(String, Expr)>>>()?,
            ),
        })
    }

    /// Tells whether it is what a reference says, and nothing else.
    pub(super) fn is_reference(&self) -> bool {
        matches!(self, Template::Reference(_))
    }

    /// Returns the text of a template without references.
    pub(super) fn constant(&self) -> Option<&str> {
        match self {
            Template::Constant(expr) => expr.as_str(),
            Template::Reference(_)
            | Template::AsFile(_)
            | Template::Text(_)
            | Template::List(_)
            | Template::Force(_)
            | Template::Attrs(_) => None,
        }
    }

    /// Returns what the rule assumes: its text, or what a function found, which may be nothing or a list.
    pub(super) fn clauses(&self, scope: &Scope<'_>) -> Option<Vec<String>> {
        if let Template::Reference(reference) = self {
            match reference.value(scope)? {
                Value::Null => return Some(Vec::new()),
                Value::Array(list) => return list.iter().map(scalar_text).collect(),
                other => return scalar_text(&other).map(|it| vec![it]),
            }
        }
        self.text(scope).map(|it| vec![it])
    }

    /// Returns the text of a template that is one; none for any other.
    pub(super) fn text(&self, scope: &Scope<'_>) -> Option<String> {
        match self {
            Template::Constant(expr) => expr.as_str().map(str::to_owned),
            Template::Reference(reference) => scalar_text(&reference.value(scope)?),
            Template::Text(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => Some(text.clone()),
                    Piece::Reference(reference) => scalar_text(&reference.value(scope)?),
                })
                .collect(),
            Template::AsFile(_) | Template::List(_) | Template::Force(_) | Template::Attrs(_) => {
                None
            }
        }
    }

    /// Calls `visit` with the first name of each reference.
    pub(super) fn for_each_name<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        let mut see = |reference: &'a Reference| {
            if let Some(name) = reference.names.first() {
                visit(name);
            }
        };
        match self {
            Template::Constant(_) => {}
            Template::Reference(reference) | Template::AsFile(reference) => see(reference),
            Template::Text(pieces) => {
                for piece in pieces {
                    if let Piece::Reference(reference) = piece {
                        see(reference);
                    }
                }
            }
            Template::List(list) => list.iter().for_each(|it| it.for_each_name(visit)),
            Template::Force(value) => value.for_each_name(visit),
            Template::Attrs(attrs) => {
                for (name, value) in attrs {
                    name.for_each_name(visit);
                    value.for_each_name(visit);
                }
            }
        }
    }
}

impl Reference {
    fn read(text: &str) -> Result<Reference, String> {
        let mut parts = text.split('|').map(str::trim);
        let names: Vec<String> = parts
            .next()
            .unwrap_or_default()
            .split('.')
            .map(str::to_owned)
            .collect();
        if names.iter().any(String::is_empty) {
            return Err(format!("`${text}` names nothing"));
        }
        let steps: Result<Vec<Step>, String> = parts
            .map(|name| match name.strip_prefix('.') {
                Some(field) => Ok(Step::Field(field.to_owned())),
                None => functions::find(name).map(Step::Call).ok_or_else(|| {
                    format!("there is no function `{name}`: {}", functions::names())
                }),
            })
            .collect();
        Ok(Reference {
            names,
            steps: steps?,
        })
    }

    fn value(&self, scope: &Scope<'_>) -> Option<Value> {
        let (first, others) = self.names.split_first()?;
        let mut value = if first == scope.kind {
            let found = others
                .iter()
                .try_fold(scope.value, |value, name| value.get(name))?;
            found.clone()
        } else {
            let (_, text) = scope.captures.iter().find(|(name, _)| name == first)?;
            Value::String(text.clone())
        };
        if value.is_null() || has_hole(&value) {
            return None;
        }
        for step in &self.steps {
            value = match step {
                Step::Call(function) => (function.call)(&value)?,
                Step::Field(name) => value.get(name)?.clone(),
            };
        }
        Some(value)
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns a value of JSON as an expression; `{"$nix": "…"}` is one already.
pub(crate) fn expr_of(value: &Value) -> Option<Expr> {
    Some(match value {
        Value::Null => Expr::Null,
        Value::Bool(value) => Expr::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(value) => Expr::Int(value),
            None => Expr::Float(number.as_f64()?),
        },
        Value::String(text) => Expr::str(text),
        Value::Array(list) => Expr::List(list.iter().map(expr_of).collect::<Option<Vec<Expr>>>()?),
        Value::Object(fields) => match (nix_of(fields), fields.len()) {
            (Some(expr), 1) => expr?,
            _ => Expr::Attrs(
                fields
                    .iter()
                    .map(|(name, value)| Some((name.clone(), expr_of(value)?)))
                    .collect::<Option<Vec<(String, Expr)>>>()?,
            ),
        },
    })
}

/// What a function says that JSON has no word for: `{"$nix": "pkgs.x"}`, a text with splices, `{"$text": ["a", {"$nix":
/// "pkgs.x"}]}`, a value that stands against the module's own, `{"$force": 1}`, a script, `{"$script": "#!…"}`, and a number
/// below another, `{"$below": "config.x"}`.
fn nix_of(fields: &serde_json::Map<String, Value>) -> Option<Option<Expr>> {
    let (name, value) = fields.iter().next()?;
    Some(match name.as_str() {
        "$nix" => value.as_str().map(Expr::select),
        "$force" => expr_of(value).map(|it| Expr::apply("lib.mkForce", vec![it])),
        "$script" => value.as_str().map(|text| {
            let arguments = vec![Expr::str("script"), Expr::str(text)];
            Expr::apply("pkgs.writeScript", arguments)
        }),
        "$below" => value
            .as_str()
            .map(|number| Expr::binary(Expr::select(number), Operator::Subtract, Expr::Int(10))),
        "$text" => {
            let parts = value.as_array().into_iter().flatten();
            let part = |it: &Value| match it {
                Value::String(text) => Some(StrPart::Literal(text.clone())),
                other => expr_of(other).map(StrPart::Splice),
            };
            let parts: Option<Vec<StrPart>> = parts.map(part).collect();
            parts.map(Expr::Str)
        }
        _ => return None,
    })
}
