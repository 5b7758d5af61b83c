//! `ansible_managed`: what a template says of itself where nobody else says it; ansible.cfg may change it.

use super::Eval;
use crate::import::ansible::scope::Scope;
use crate::import::ansible::settings::setting;
use crate::import::ansible::value::Value;
use crate::model::{Hole, HoleKind, Text};

pub(super) const NAME: &str = "ansible_managed";

const USUAL: &str = "Ansible managed";

/// Returns what the name stands for in a template.
pub(super) fn value(scope: &Scope<'_>) -> Eval<Value> {
    let tree = scope.session().tree;
    let Some(pattern) = setting(tree, "ansible.cfg", NAME) else {
        return Ok(Value::str(USUAL));
    };
    let unknown = |what: &str| Hole {
        kind: HoleKind::Unknown,
        what: what.to_owned(),
        span: None,
    };
    let mut text = Text::new();
    let mut rest = pattern.as_str();
    while let Some(at) = rest.find(['{', '%']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{file}") {
            text.push(&scope.get("template_path")?.to_text());
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{host}") {
            text.push_hole(unknown("the name of the control node"));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{uid}") {
            text.push_hole(unknown("the owner of the template"));
            rest = after;
        } else if rest.starts_with('{') {
            text.push_str("{");
            rest = &rest[1..];
        } else {
            // strftime(3), of the time when the template was changed.
            let directive = rest[1..].chars().next();
            match directive {
                Some('n') => text.push_str("\n"),
                Some('t') => text.push_str("\t"),
                Some('%') => text.push_str("%"),
                Some(_) => text.push_hole(unknown("the time when the template was changed")),
                None => text.push_str("%"),
            }
            rest = &rest[1 + directive.map_or(0, char::len_utf8)..];
        }
    }
    text.push_str(rest);
    Ok(Value::Str(text))
}
