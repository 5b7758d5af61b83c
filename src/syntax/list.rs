//! Lists: one thing per line, comments with `#` or `;`. /etc/modules, modules-load.d, /etc/hostname, /etc/timezone.
//!
//! Manuals: modules-load.d(5), hostname(5)

use super::Place;
use super::place::{BLANKS, lines};

/// A line that says something, without the blanks around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub text: &'a str,
    pub place: Place,
}

/// Returns the lines that are neither empty nor a comment.
pub fn read(text: &str) -> Vec<Item<'_>> {
    lines(text)
        .map(|(place, line)| Item {
            text: line.trim_matches(BLANKS),
            place,
        })
        .filter(|item| !item.text.is_empty() && !item.text.starts_with(['#', ';']))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn comments_and_empty_lines_say_nothing() {
        let found: Vec<_> = read("# a\n; b\n\n  loop \nfuse\n")
            .iter()
            .map(|item| (item.place.line, item.text))
            .collect();
        assert_eq!(found, [(4, "loop"), (5, "fuse")]);
    }
}
