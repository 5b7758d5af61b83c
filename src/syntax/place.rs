//! `Place`: where a line stands in a text that need not be a file, and `Fault`: a line that cannot be read.

/// Blanks as the line formats of /etc know them.
pub(super) const BLANKS: [char; 2] = [' ', '\t'];

/// A line, or several that a reader joined: the number of the first, from 1, and the range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub line: u32,
    pub start: usize,
    pub end: usize,
}

impl Place {
    /// Returns the range from the start of this place to the end of `other`.
    pub fn to(self, other: Place) -> Place {
        Place {
            end: other.end.max(self.start),
            ..self
        }
    }
}

/// A line that a reader cannot make sense of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    /// What is wrong, for people: lower case, no full stop.
    pub why: String,
}

impl Fault {
    pub(super) fn new(place: Place, why: impl Into<String>) -> Fault {
        Fault {
            place,
            why: why.into(),
        }
    }
}

/// Splits a text into its lines without their ends, LF or CR LF.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (Place, &str)> {
    let mut start = 0;
    text.split_inclusive('\n')
        .zip(1..)
        .map(move |(whole, line)| {
            let content = whole.strip_suffix('\n').unwrap_or(whole);
            let content = content.strip_suffix('\r').unwrap_or(content);
            let place = Place {
                line,
                start,
                end: start + content.len(),
            };
            start += whole.len();
            (place, content)
        })
}

/// Splits at the first run of blanks; the second part has none at its start.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(BLANKS);
    match text.find(BLANKS) {
        Some(at) => (&text[..at], text[at..].trim_matches(BLANKS)),
        None => (text, ""),
    }
}

/// Writes faults as the tests of the readers expect them: `3! there is no value`.
#[cfg(test)]
pub(super) fn shown(faults: &[Fault]) -> impl Iterator<Item = String> {
    let line = |it: &Fault| format!("{}! {}", it.place.line, it.why);
    faults.iter().map(line)
}

#[cfg(test)]
mod tests {
    use super::{Place, lines};

    #[test]
    fn lines_know_where_they_stand() {
        let found: Vec<_> = lines("a\r\n\nbc").collect();
        let place = |line, start, end| Place { line, start, end };
        assert_eq!(
            found,
            [
                (place(1, 0, 1), "a"),
                (place(2, 3, 3), ""),
                (place(3, 4, 6), "bc")
            ]
        );
    }
}
