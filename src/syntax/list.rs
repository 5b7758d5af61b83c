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

/// A line, or several of which each but the last ends with a backslash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    pub text: String,
    pub place: Place,
}

/// As `read`, where a backslash at the end of a line joins it with the next one.
pub fn read_joined(text: &str) -> Vec<Joined> {
    let mut found = Vec::new();
    let mut open: Option<Joined> = None;
    for (place, line) in lines(text) {
        let mut whole = match open.take() {
            Some(mut before) => {
                before.text.push_str(line.trim_matches(BLANKS));
                before.place = before.place.to(place);
                before
            }
            None => Joined {
                text: line.trim_matches(BLANKS).to_owned(),
                place,
            },
        };
        if whole.text.starts_with('#') {
            continue;
        }
        if whole.text.ends_with('\\') {
            whole.text.pop();
            open = Some(whole);
        } else if !whole.text.is_empty() {
            found.push(whole);
        }
    }
    found.extend(open.filter(|it| !it.text.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::{read, read_joined};

    #[test]
    fn a_backslash_joins() {
        let found: Vec<_> = read_joined("# a \\\n/srv a(ro) \\\n  b(rw)\n\n/x c\n")
            .into_iter()
            .map(|it| (it.place.line, it.text))
            .collect();
        let row = |line, text: &str| (line, text.to_owned());
        assert_eq!(found, [row(2, "/srv a(ro) b(rw)"), row(5, "/x c")]);
    }

    #[test]
    fn comments_and_empty_lines_say_nothing() {
        let found: Vec<_> = read("# a\n; b\n\n  loop \nfuse\n")
            .iter()
            .map(|item| (item.place.line, item.text))
            .collect();
        assert_eq!(found, [(4, "loop"), (5, "fuse")]);
    }
}
