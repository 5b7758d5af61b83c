//! `lint`: what is wrong with rules that can be read.

use super::{Rules, Ruling, Statement};
use crate::nix::Expr;
use crate::rules::template::{Scope, Template};

/// Something to better, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub message: String,
}

pub(super) fn lint(rules: &Rules) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (kind, rule) in rules.all() {
        let mut say = |message: String| {
            problems.push(Problem {
                file: rule.file.clone(),
                line: rule.line,
                message,
            });
        };
        if rule.examples.is_empty() {
            say(format!(
                "the rule `{}` has no example for a `{kind}`",
                rule.id
            ));
        }
        if !rule.why.ends_with('.') {
            say(format!("the `why` of `{}` is no sentence", rule.id));
        }
        for text in reasons(&rule.verdict).chain(&rule.assume).chain(&rule.cure) {
            if text.ends_with('.') || text.trim().is_empty() {
                say(format!(
                    "`{text}` of `{}` is a clause, without a full stop",
                    rule.id
                ));
            }
        }
        for path in rule.settings.iter().filter_map(fixed_path) {
            if path.iter().any(String::is_empty) {
                say(format!("`{}` sets an option without a name", rule.id));
            }
        }
    }
    problems.sort();
    problems.dedup();
    problems
}

fn reasons(verdict: &Ruling) -> impl Iterator<Item = &String> {
    match verdict {
        Ruling::Stated => None,
        Ruling::NotNeeded(reason) | Ruling::Manual(reason) => Some(reason),
    }
    .into_iter()
}

/// The path of a statement, where it has no references.
fn fixed_path(statement: &Statement) -> Option<Vec<String>> {
    let scope = Scope {
        kind: "",
        value: &serde_json::Value::Null,
        captures: &Vec::new(),
    };
    statement
        .path
        .iter()
        .map(|it| match it {
            Template::Constant(Expr::Str(_)) => it.text(&scope),
            _ => None,
        })
        .collect()
}
