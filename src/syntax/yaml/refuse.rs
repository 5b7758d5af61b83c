//! What PyYAML's `SafeLoader` with Ansible's tags refuses although it is YAML: tags that nobody knows, lists as keys,
//! values that their tag does not fit, several documents in a file.

use std::sync::Arc;

use super::scalar::resolve;
use super::{Kind, Node, Scalar, Style};
use crate::source::Span;

/// The tags that Ansible knows, and those of YAML itself.
const TAGS: [&str; 16] = [
    "unsafe",
    "vault",
    "vault-encrypted",
    "!binary",
    "!bool",
    "!float",
    "!int",
    "!map",
    "!merge",
    "!null",
    "!omap",
    "!pairs",
    "!seq",
    "!set",
    "!str",
    "!timestamp",
];

/// Returns where Ansible stops reading a file, and why.
pub fn refusal(documents: &[Arc<Node>]) -> Option<(Span, String)> {
    match documents {
        [] => None,
        [root] => of_node(root),
        [first, second, ..] => of_node(first).or_else(|| {
            let message = "a second document begins here; Ansible takes one in a file, and only the first is read";
            Some((second.span, message.to_owned()))
        }),
    }
}

fn of_node(node: &Node) -> Option<(Span, String)> {
    let of_tag = node.tag.as_deref().and_then(|tag| of_tag(node, tag));
    if let Some(message) = of_tag {
        return Some((node.span, message));
    }
    match &node.kind {
        Kind::Scalar { text, style } => {
            let is_value = text == "=" && *style == Style::Plain && node.tag.is_none();
            is_value.then(|| {
                let message = "`=` alone needs quotes: YAML has a type of its own for it";
                (node.span, message.to_owned())
            })
        }
        Kind::Sequence(items) => items.iter().find_map(|it| of_node(it)),
        Kind::Mapping(pairs) => pairs.iter().find_map(|(key, value)| {
            let Kind::Scalar { text, style } = &key.kind else {
                let message =
                    "a list or a mapping is no key; a value that begins with `{{` needs quotes";
                return Some((key.span, message.to_owned()));
            };
            if text == "<<" && *style == Style::Plain {
                let message = "`<<` merges a mapping or a list of mappings, and this is neither";
                return Some((value.span, message.to_owned()));
            }
            of_node(key).or_else(|| of_node(value))
        }),
    }
}

fn of_tag(node: &Node, tag: &str) -> Option<String> {
    if !TAGS.contains(&tag) {
        return Some(format!("Ansible does not know the tag `!{tag}`"));
    }
    let text = node.text()?;
    let is_number = |it: &str| it.replace('_', "").parse::<f64>().is_ok();
    let fits = match tag {
        "!int" => matches!(resolve(text), Scalar::Int(_)) || text.parse::<i64>().is_ok(),
        "!float" => matches!(resolve(text), Scalar::Float(_) | Scalar::Int(_)) || is_number(text),
        "!bool" => matches!(resolve(&text.to_lowercase()), Scalar::Bool(_)),
        _ => true,
    };
    (!fits).then(|| format!("`{text}` does not fit the tag `!{tag}`"))
}

#[cfg(test)]
mod tests {
    use super::refusal;
    use crate::source::SourceTree;
    use crate::syntax::yaml::read_text;

    fn check(text: &str, expected: Option<&str>) {
        let tree = SourceTree::from_texts("t", &[("a", text)]);
        let documents = read_text(text, tree.find("a").unwrap()).unwrap();
        let found = refusal(&documents).map(|(_, message)| message);
        match (found, expected) {
            (Some(found), Some(expected)) => assert!(found.contains(expected), "{text}: {found}"),
            (found, expected) => assert_eq!(found.as_deref(), expected, "{text}"),
        }
    }

    #[test]
    fn what_ansible_refuses_is_said() {
        check("a: !mystery b", Some("`!mystery`"));
        check("a: !!int x", Some("`x`"));
        check("a: !!int 0x1F", None);
        check("a: !!float 3", None);
        check("a: !unsafe [b]", None);
        check("a: =", Some("quotes"));
        check("a: '='", None);
        check("? [a]\n: b", Some("no key"));
        check("a: {{ b }}", Some("quotes"));
        check("<<: text\na: 1", Some("merges"));
        check("'<<': text", None);
        check("a: 1\n---\nb: 2", Some("second document"));
        check("---\na: 1\n...\n", None);
        check("", None);
    }
}
