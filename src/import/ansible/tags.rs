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

/// Tells whether a task with these tags is meant, as `Taggable.evaluate_tags` does. Without `--tags` all are, except what
/// is tagged `never`.
pub(super) fn is_meant(own: &[String], asked: &[String], skipped: &[String]) -> bool {
    // A task without tags counts as if it had this one.
    let is_untagged = own.is_empty() || own == ["untagged"];
    let has = |tag: &str| own.iter().any(|it| it == tag) || (own.is_empty() && tag == "untagged");
    let lists = |tags: &[String], tag: &str| tags.iter().any(|it| it == tag);
    let names_one = |tags: &[String]| tags.iter().any(|tag| has(tag));
    let asks_all = asked.is_empty() || lists(asked, "all");
    let is_asked_for = has("always")
        || (asks_all && !has("never"))
        || names_one(asked)
        || (lists(asked, "tagged") && !is_untagged && !has("never"));
    let is_skipped = if lists(skipped, "all") {
        !has("always") || lists(skipped, "always")
    } else {
        names_one(skipped) || (lists(skipped, "tagged") && !is_untagged)
    };
    is_asked_for && !is_skipped
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
        check("never always", "", "", true);
        check("never debug", "debug", "", true);
        check("web", "db", "", false);
        check("always", "db", "", true);
        check("always", "db", "always", false);
        check("always", "", "all", true);
        check("web", "", "all", false);
        check("web", "", "web", false);
        check("", "tagged", "", false);
        check("web", "tagged", "", true);
        check("", "untagged", "", true);
        check("untagged", "untagged", "", true);
        check("", "", "untagged", false);
        check("always", "", "tagged", false);
    }
}
