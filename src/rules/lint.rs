//! `lint`: what is wrong with rules that can be read.

use super::template::Template;
use super::{Rules, Ruling};

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
        let assumed = rule.assume.as_ref().and_then(Template::constant);
        let reasons = reasons(&rule.verdict).map(String::as_str);
        for text in reasons.chain(assumed).chain(rule.cure.as_deref()) {
            if text.ends_with('.') || text.trim().is_empty() {
                say(format!(
                    "`{text}` of `{}` is a clause, without a full stop",
                    rule.id
                ));
            }
        }
        let is_manual = matches!(rule.verdict, Ruling::Manual(_));
        if rule.cure.is_some() && !is_manual {
            say(format!("`cure` of `{}` shows only with `manual`", rule.id));
        }
        if rule.about.is_some() && !is_manual {
            say(format!("`about` of `{}` shows only with `manual`", rule.id));
        }
        if is_manual && rule.cure.is_none() {
            say(format!(
                "`{}` leaves work and does not say how: give it a `cure`",
                rule.id
            ));
        }
        if rule.assume.is_some() && rule.verdict != Ruling::Stated {
            say(format!(
                "`assume` of `{}` is of what is stated only",
                rule.id
            ));
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
