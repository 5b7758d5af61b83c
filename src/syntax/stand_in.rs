//! The words that stand in a text for what a person fills in later: `GIVE-http_port-HERE`.
//!
//! A stand-in is made of letters, digits, `_` and `-`, so that any reader takes it for an ordinary word, and it has a
//! beginning and an end, so that it is found again in whatever the text became. It is as long as `${values.http_port}`,
//! which the output has in its place: the layout of a file stays as it was.

use std::ops::Range;

const BEFORE: &str = "GIVE-";
const BEHIND: &str = "-HERE";

/// Returns what stands for the value of a name in a text: dots and what is no letter become `_`.
pub fn stand_in(name: &str) -> String {
    let plain = |c: char| if is_of_name(c) { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    format!("{BEFORE}{name}{BEHIND}")
}

/// Finds the stand-ins of a text: where they are, and the names that they stand for.
pub fn stand_ins(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(BEFORE) {
        let rest = &text[start + BEFORE.len()..];
        let length = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        if length > 0 && rest[length..].starts_with(BEHIND) {
            let end = start + BEFORE.len() + length + BEHIND.len();
            found.push((start..end, &rest[..length]));
        }
    }
    found
}

/// Says of a text to people what its stand-ins stand for: `values.http_port`.
pub fn shown_stand_ins(text: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (range, name) in stand_ins(text) {
        out.push_str(&text[done..range.start]);
        out.push_str("values.");
        out.push_str(name);
        done = range.end;
    }
    out + &text[done..]
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{shown_stand_ins, stand_in, stand_ins};

    #[test]
    fn a_stand_in_is_found_again() {
        for (text, names) in [
            ("", vec![]),
            ("GIVE-a-HERE", vec!["a"]),
            ("/GIVE-a_1-HERE/GIVE-b-HERE.conf", vec!["a_1", "b"]),
            ("GIVE--HERE GIVE-a GIVE-a.b-HERE", vec![]),
        ] {
            let found: Vec<&str> = stand_ins(text).into_iter().map(|it| it.1).collect();
            assert_eq!(found, names, "{text}");
        }
        assert_eq!(shown_stand_ins("x GIVE-a-HERE y"), "x values.a y");
        assert_eq!(stand_in("a.b"), "GIVE-a_b-HERE");
        assert_eq!(stand_in("http_port").len(), "${values.http_port}".len());
    }
}
