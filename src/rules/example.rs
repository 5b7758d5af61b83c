//! The examples of rules: a piece of a model, and the Nix or the verdict that must come of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rnix::ast::{self, AttrpathValue, HasEntry, InterpolPart, LiteralKind};
use serde_json::Value;

use super::{Join, Outcome, Rules, Ruling};
use crate::nix::{self, Asset, Expr, StrPart, attr_path_text};

#[derive(Debug)]
pub(super) struct Example {
    pub(super) line: usize,
    pub(super) model: Value,
    pub(super) nix: Option<String>,
    pub(super) verdict: Option<String>,
}

/// How an example went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleOutcome {
    pub rule: String,
    pub file: String,
    pub line: usize,
    /// What is not as the example says; none where all is.
    pub failure: Option<String>,
}

pub(super) fn test(rules: &Rules) -> Vec<ExampleOutcome> {
    let mut list = Vec::new();
    for (kind, rule) in rules.all() {
        for example in &rule.examples {
            let found = match example.verdict.as_deref() {
                // Another rule may fit: only this one must not.
                Some("no-match") => rule.apply(kind, &example.model),
                _ => rules.apply_to_dump(kind, &example.model),
            };
            list.push(ExampleOutcome {
                rule: rule.id.clone(),
                file: rule.file.clone(),
                line: example.line,
                failure: compare(&rule.id, example, found.as_ref()).err(),
            });
        }
    }
    list.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    list
}

fn compare(id: &str, example: &Example, found: Option<&Outcome>) -> Result<(), String> {
    if example.verdict.as_deref() == Some("no-match") {
        return match found {
            None => Ok(()),
            Some(_) => Err("the rule applies, and should not".to_owned()),
        };
    }
    let Some(found) = found else {
        return Err("no rule applies".to_owned());
    };
    if found.rule != id {
        return Err(format!("the rule `{}` applies before it", found.rule));
    }
    let verdict = match (&found.ruling, found.assume.is_empty()) {
        (Ruling::Stated, true) => "translated",
        (Ruling::Stated, false) => "assumed",
        (Ruling::NotNeeded(_), _) => "not-needed",
        (Ruling::Manual(_), _) => "manual",
    };
    if let Some(expected) = &example.verdict
        && expected != verdict
    {
        return Err(format!("the verdict is {verdict}, not {expected}"));
    }
    let Some(expected) = &example.nix else {
        return match (&found.ruling, &example.verdict) {
            (Ruling::Stated, _) => Err("the example does not say which Nix comes of it".to_owned()),
            (_, Some(_)) => Ok(()),
            (_, None) => Err("the example expects nothing".to_owned()),
        };
    };
    let mut wanted = BTreeMap::new();
    flatten(Vec::new(), read_nix(expected)?, &mut wanted);
    let mut given: BTreeMap<String, Expr> = BTreeMap::new();
    for (path, expr, join) in &found.settings {
        if *join == Join::Element {
            let list = given
                .entry(path.to_string())
                .or_insert_with(|| Expr::List(Vec::new()));
            if let Expr::List(list) = list {
                list.push(without_texts(expr.clone()));
            }
        } else {
            flatten(path.names().to_vec(), expr.clone(), &mut given);
        }
    }
    if wanted == given {
        Ok(())
    } else {
        Err(format!("it gives `{}`", show(&given)))
    }
}

fn show(given: &BTreeMap<String, Expr>) -> String {
    let lines: Vec<String> = given
        .iter()
        .map(|(path, expr)| {
            let value = nix::print(expr, &|asset| asset.name.clone());
            format!("{path} = {};", value.as_str())
        })
        .collect();
    format!("{{ {} }}", lines.join(" "))
}

/// Takes attribute sets apart, so that `a.b = 1` and `a = { b = 1; }` are the same.
fn flatten(names: Vec<String>, expr: Expr, all: &mut BTreeMap<String, Expr>) {
    match expr {
        Expr::Attrs(attrs) if !attrs.is_empty() => {
            for (name, value) in attrs {
                let mut names = names.clone();
                names.push(name);
                flatten(names, value, all);
            }
        }
        other => {
            all.insert(attr_path_text(&names), without_texts(other));
        }
    }
}

/// An example gives the path of a file; the text is in its model.
fn without_texts(expr: Expr) -> Expr {
    match expr {
        Expr::Asset(asset) => Expr::Asset(Asset {
            bytes: Arc::default(),
            ..asset
        }),
        Expr::Apply(function, arguments) => {
            Expr::Apply(function, arguments.into_iter().map(without_texts).collect())
        }
        Expr::List(list) => Expr::List(list.into_iter().map(without_texts).collect()),
        // An empty text is one of no parts.
        Expr::Str(mut parts) => {
            parts.retain(|it| !matches!(it, StrPart::Literal(text) if text.is_empty()));
            Expr::Str(parts)
        }
        other => other,
    }
}

/// Reads the part of Nix that examples are written in.
fn read_nix(text: &str) -> Result<Expr, String> {
    let root = rnix::Root::parse(text)
        .ok()
        .map_err(|error| format!("the example is no Nix: {error}"))?;
    root.expr()
        .as_ref()
        .and_then(read_expr)
        .ok_or_else(|| "the example's Nix has more than values".to_owned())
}

fn read_expr(expr: &ast::Expr) -> Option<Expr> {
    Some(match expr {
        ast::Expr::AttrSet(set) => Expr::Attrs(
            set.attrpath_values()
                .map(|it| read_entry(&it))
                .collect::<Option<Vec<(String, Expr)>>>()?,
        ),
        ast::Expr::List(list) => Expr::List(
            list.items()
                .map(|it| read_expr(&it))
                .collect::<Option<Vec<Expr>>>()?,
        ),
        ast::Expr::Str(text) => Expr::Str(
            text.normalized_parts()
                .into_iter()
                .map(|part| match part {
                    InterpolPart::Literal(text) => Some(StrPart::Literal(text)),
                    InterpolPart::Interpolation(it) => {
                        Some(StrPart::Splice(read_expr(&it.expr()?)?))
                    }
                })
                .collect::<Option<Vec<StrPart>>>()?,
        ),
        ast::Expr::Literal(literal) => match literal.kind() {
            LiteralKind::Integer(value) => Expr::Int(value.value().ok()?),
            LiteralKind::Float(value) => Expr::Float(value.value().ok()?),
            LiteralKind::Uri(_) => return None,
        },
        ast::Expr::Ident(name) => match name.to_string().as_str() {
            "null" => Expr::Null,
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            other => Expr::select(other),
        },
        ast::Expr::Select(select) => Expr::select(&select.to_string()),
        ast::Expr::PathRel(path) => Expr::Asset(Asset {
            name: path.to_string().strip_prefix("./files/")?.to_owned(),
            bytes: Arc::default(),
        }),
        // How strongly a value stands: `lib.mkForce "x"`.
        ast::Expr::Apply(apply) => {
            let function = apply.lambda()?.to_string();
            Expr::apply(&function, vec![read_expr(&apply.argument()?)?])
        }
        ast::Expr::Paren(paren) => read_expr(&paren.expr()?)?,
        _ => return None,
    })
}

fn read_entry(entry: &AttrpathValue) -> Option<(String, Expr)> {
    let mut names = Vec::new();
    for attr in entry.attrpath()?.attrs() {
        names.push(match attr {
            ast::Attr::Ident(name) => name.to_string(),
            ast::Attr::Str(text) => match text.normalized_parts().as_slice() {
                [] => String::new(),
                [InterpolPart::Literal(text)] => text.clone(),
                _ => return None,
            },
            ast::Attr::Dynamic(_) => return None,
        });
    }
    let value = read_expr(&entry.value()?)?;
    let first = names.first()?.clone();
    let nested = names[1..].iter().rev().fold(value, |value, name| {
        Expr::Attrs(vec![(name.clone(), value)])
    });
    Some((first, nested))
}

#[cfg(test)]
mod tests {
    use crate::rules::Rules;

    #[test]
    fn every_rule_does_what_its_examples_say() {
        let rules = Rules::load_with_examples(&[]).expect("built-in rules are read");
        let failures: Vec<String> = rules
            .test()
            .into_iter()
            .filter_map(|it| {
                Some(format!(
                    "{}:{} {}: {}",
                    it.file, it.line, it.rule, it.failure?
                ))
            })
            .collect();
        assert_eq!(failures, Vec::<String>::new());
    }

    #[test]
    fn nothing_is_wrong_with_the_built_in_rules() {
        let rules = Rules::load_with_examples(&[]).expect("built-in rules are read");
        assert_eq!(rules.lint(), Vec::new());
    }
}
