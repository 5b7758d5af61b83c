//! Files of `KEY=value`: /etc/environment, /etc/default, environment files of units, os-release.
//!
//! Manuals: systemd.exec(5) on `EnvironmentFile=`, os-release(5), pam_env(8)

use super::place::{BLANKS, lines};
use super::{Fault, Place};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub key: String,
    /// Without its quotes.
    pub value: String,
    /// The value names variables, which a shell would fill in and systemd and PAM would not.
    pub has_variables: bool,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyValue {
    pub assignments: Vec<Assignment>,
    pub faults: Vec<Fault>,
}

/// Reads assignments as the shell and systemd both understand them: quotes, a backslash in front of a character, and
/// values that go on over the end of a line, in quotes or behind a backslash.
pub fn read(text: &str) -> KeyValue {
    let mut it = KeyValue::default();
    let mut open: Option<(Place, String)> = None;
    for (place, line) in lines(text) {
        let (place, joined) = match open.take() {
            Some((first, before)) => (first.to(place), format!("{before}\n{line}")),
            None => {
                let visible = line.trim_matches(BLANKS);
                if visible.is_empty() || visible.starts_with(['#', ';']) {
                    continue;
                }
                (place, line.to_owned())
            }
        };
        match read_line(&joined, place) {
            Ok(assignment) => it.assignments.push(assignment),
            Err(Problem::Open) => open = Some((place, joined)),
            Err(Problem::Fault(why)) => it.faults.push(Fault::new(place, why)),
        }
    }
    if let Some((place, joined)) = open {
        let why = if joined.ends_with('\\') {
            "the value goes on behind the end of the file"
        } else {
            "the quotes of the value have no end"
        };
        it.faults.push(Fault::new(place, why));
    }
    it
}

enum Problem {
    /// The value goes on in the next line.
    Open,
    Fault(String),
}

fn read_line(line: &str, place: Place) -> Result<Assignment, Problem> {
    let line = line.trim_start_matches(BLANKS);
    let body = line.strip_prefix("export ").unwrap_or(line);
    let Some((key, value)) = body.split_once('=') else {
        return Err(Problem::Fault("there is no `=`".to_owned()));
    };
    let key = key.trim_matches(BLANKS);
    let is_name =
        |c: char| c.is_alphanumeric() || c == '_' || super::placeholder_index(c).is_some();
    if key.is_empty() || !key.chars().all(is_name) {
        return Err(Problem::Fault(format!("`{key}` is no name of a variable")));
    }
    let (value, has_variables) = unquote(value.trim_start_matches(BLANKS))?;
    Ok(Assignment {
        key: key.to_owned(),
        value,
        has_variables,
        place,
    })
}

fn unquote(written: &str) -> Result<(String, bool), Problem> {
    let mut value = String::new();
    let mut has_variables = false;
    let mut quote = None;
    // How much of the value must stay when blanks at its end are taken off: what was quoted.
    let mut kept = 0;
    let mut before = ' ';
    let mut rest = written.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(mark), c) if mark == c => {
                quote = None;
                kept = value.len();
            }
            (None, '#') if BLANKS.contains(&before) => break,
            (None | Some('"'), '\\') => {
                match rest.next() {
                    None => return Err(Problem::Open),
                    Some('\n') => {}
                    Some(escaped) if quote.is_none() || "\"\\`$".contains(escaped) => {
                        value.push(escaped);
                    }
                    Some(other) => value.extend(['\\', other]),
                }
                kept = value.len();
            }
            (_, c) => {
                has_variables |= matches!(c, '$' | '`') && quote != Some('\'');
                value.push(c);
            }
        }
        before = c;
    }
    if quote.is_some() {
        return Err(Problem::Open);
    }
    let end = value.trim_end_matches(BLANKS).len().max(kept);
    value.truncate(end);
    Ok((value, has_variables))
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found: Vec<String> = it
            .assignments
            .iter()
            .map(|it| {
                let variables = if it.has_variables { " $" } else { "" };
                format!("{}: {}={:?}{variables}", it.place.line, it.key, it.value)
            })
            .collect();
        found.extend(
            it.faults
                .iter()
                .map(|it| format!("{}! {}", it.place.line, it.why)),
        );
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_lose_their_quotes() {
        check(
            "# c\nA=1\nB=\"a b\" # d\nexport C='x\"y' \nD=a\\ b\nE=\nF=\"$HOME/x\"\nG='$x'\nH=a#b\n",
            &[
                "2: A=\"1\"",
                "3: B=\"a b\"",
                "4: C=\"x\\\"y\"",
                "5: D=\"a b\"",
                "6: E=\"\"",
                "7: F=\"$HOME/x\" $",
                "8: G=\"$x\"",
                "9: H=\"a#b\"",
            ],
        );
    }

    #[test]
    fn values_go_on_over_lines() {
        check(
            "A=\"a\nb\"\nB=1 \\\n  2\n",
            &["1: A=\"a\\nb\"", "3: B=\"1   2\""],
        );
    }

    #[test]
    fn what_is_no_assignment_is_a_fault() {
        check("if true", &["1! there is no `=`"]);
        check("a b=1", &["1! `a b` is no name of a variable"]);
        check("A='b\nc\n", &["1! the quotes of the value have no end"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[A-C='\"\\\\ #$\r\n\\PC]{0,60}") {
            let _ = read(&text);
        }
    }
}
