//! Tags: which tasks are meant by `--tags` and `--skip-tags`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_tags.html>

use super::scope::Scope;
use super::value::Value;
use crate::syntax::yaml::Node;

/// Reads `tags:`, a list or words with commas.
pub(super) fn read(node: &Node, scope: &Scope<'_>) -> Vec<String> {
    let words = |value: &Value| {
        let text = value.to_text().to_string();
        text.split(',')
            .map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
    };
    match scope.resolve(node) {
        Ok(Value::List(items)) => items.iter().flat_map(words).collect(),
        Ok(Value::None | Value::Undefined(_)) | Err(_) => Vec::new(),
        Ok(value) => words(&value),
    }
}

/// Tells whether a task with these tags is meant. Without `--tags` all are, except what is tagged `never`.
pub(super) fn is_meant(own: &[String], asked: &[String], skipped: &[String]) -> bool {
    let has = |tag: &str| own.iter().any(|it| it == tag);
    let named = |tags: &[String]| tags.iter().any(|tag| has(tag));
    let of_kind = |tags: &[String], kind: &str| tags.iter().any(|it| it == kind);
    let asked_for = if asked.is_empty() || of_kind(asked, "all") {
        !has("never") || named(asked)
    } else if named(asked) {
        true
    } else if has("always") {
        !has("never")
    } else {
        (of_kind(asked, "tagged") && !own.is_empty() && !has("never"))
            || (of_kind(asked, "untagged") && own.is_empty())
    };
    let skips_all = of_kind(skipped, "all") && (!has("always") || of_kind(skipped, "always"));
    let skips_kind = (of_kind(skipped, "tagged") && !own.is_empty())
        || (of_kind(skipped, "untagged") && own.is_empty());
    asked_for && !named(skipped) && !skips_all && !skips_kind
}

#[cfg(test)]
mod tests {
    use super::is_meant;

    fn check(own: &str, asked: &str, skipped: &str, meant: bool) {
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            is_meant(&words(own), &words(asked), &words(skipped)),
            meant,
            "{own} / {asked} / {skipped}"
        );
    }

    #[test]
    fn tags_choose_tasks() {
        check("", "", "", true);
        check("never", "", "", false);
        check("never debug", "debug", "", true);
        check("web", "db", "", false);
        check("always", "db", "", true);
        check("always", "db", "always", false);
        check("web", "", "web", false);
        check("", "tagged", "", false);
        check("web", "tagged", "", true);
        check("", "untagged", "", true);
    }
}
