//! What is understood, as Markdown: README.md holds it, and a test compares.

use crate::import::IMPORTERS;
use crate::import::ansible::callables;

/// Words of a line, so that a change of one name is a change of few lines.
const WIDTH: usize = 100;

/// Returns the support tables: per kind of input, the names that its importer knows, sorted, and what templates call.
pub fn support() -> String {
    let mut text = String::new();
    for importer in IMPORTERS {
        if !text.is_empty() {
            text.push('\n');
        }
        let mut names: Vec<String> = (importer.knows)()
            .iter()
            .map(|it| format!("`{it}`"))
            .collect();
        names.sort_unstable();
        names.dedup();
        text.push_str(&format!("**{}**: {} names\n\n", importer.name, names.len()));
        text.push_str(&wrap(&names));
    }
    for known in callables() {
        let (kind, collection) = (known.kind, known.collection);
        let count = known.names.len();
        text.push_str(&format!(
            "\n**Jinja {kind}**, {collection}: {count} names\n\n"
        ));
        let names = known.names.iter().map(|it| format!("`{it}`"));
        text.push_str(&wrap(&names.collect::<Vec<_>>()));
    }
    text
}

fn wrap(names: &[String]) -> String {
    let mut text = String::new();
    let mut length = 0;
    for (name, index) in names.iter().zip(1..) {
        let word = if index == names.len() {
            name.clone()
        } else {
            format!("{name},")
        };
        if length > 0 && length + 1 + word.len() > WIDTH {
            text.push('\n');
            length = 0;
        } else if length > 0 {
            text.push(' ');
            length += 1;
        }
        text.push_str(&word);
        length += word.len();
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn names_are_wrapped_at_blanks() {
        let names: Vec<String> = (0..30).map(|it| format!("`name{it}`")).collect();
        let text = wrap(&names);
        assert!(text.lines().all(|line| line.len() <= 100));
        assert_eq!(text.matches(',').count(), 29);
        assert!(text.ends_with("`name29`\n"));
        assert_eq!(wrap(&[]), "");
    }
}
