//! Assignments: lines of `NAME=value` as the shell reads them. /etc/environment, locale.conf, files of /etc/default.
//!
//! Manuals: locale.conf(5), vconsole.conf(5), pam_env(8), sh(1)
//!
//! Nothing is expanded: a value that the shell would expand says so.

use super::place::{BLANKS, lines};
use super::{Fault, Place};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub name: String,
    /// Without its quotes, and without a comment behind it.
    pub value: String,
    /// A shell would put something else in place of a part of the value.
    pub expands: bool,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignments {
    pub assignments: Vec<Assignment>,
    pub faults: Vec<Fault>,
}

pub fn read(text: &str) -> Assignments {
    let mut it = Assignments::default();
    for (place, line) in lines(text) {
        let line = line.trim_matches(BLANKS);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match read_line(line, place) {
            Ok(assignment) => it.assignments.push(assignment),
            Err(why) => it.faults.push(Fault::new(place, why)),
        }
    }
    it
}

fn read_line(line: &str, place: Place) -> Result<Assignment, String> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let Some((name, value)) = line.split_once('=') else {
        return Err("there is no `=`".to_owned());
    };
    let name = name.trim_matches(BLANKS);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty()
        || !name.chars().all(is_name)
        || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(format!("`{name}` is no name of a variable"));
    }
    let (value, expands) = unquoted(value.trim_matches(BLANKS))?;
    Ok(Assignment {
        name: name.to_owned(),
        value,
        expands,
        place,
    })
}

/// Takes off quotes and a comment at the end; tells whether a shell would expand something.
fn unquoted(written: &str) -> Result<(String, bool), String> {
    let mut value = String::new();
    let mut expands = false;
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') if BLANKS.contains(&before) => break,
            (None | Some('"'), '\\') => match chars.next() {
                Some(escaped) if quote.is_none() || "\"\\$`".contains(escaped) => {
                    value.push(escaped);
                }
                Some(other) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            (None | Some('"'), '$' | '`') => {
                expands = true;
                value.push(c);
            }
            (_, c) => value.push(c),
        }
        before = c;
    }
    match quote {
        Some(open) => Err(format!("a quote `{open}` is not closed")),
        None => {
            let end = value.trim_end_matches(BLANKS).len();
            // Blanks inside of quotes at the end are the value's own.
            if !written.ends_with(['"', '\'']) {
                value.truncate(end);
            }
            Ok((value, expands))
        }
    }
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
                let sign = if it.expands { "~" } else { "=" };
                format!("{}: {}{sign}{}", it.place.line, it.name, it.value)
            })
            .collect();
        let faults = it.faults.iter();
        found.extend(faults.map(|it| format!("{}! {}", it.place.line, it.why)));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_lose_their_quotes() {
        check(
            "# a\nLANG=\"de_DE.UTF-8\"\nexport A='x y' # why\nB=a#b\nC=\nD=\"a \\\" b\"\n",
            &[
                "2: LANG=de_DE.UTF-8",
                "3: A=x y",
                "4: B=a#b",
                "5: C=",
                "6: D=a \" b",
            ],
        );
    }

    #[test]
    fn what_a_shell_expands_is_told() {
        check("A=$B\nC='$B'\nD=`x`\n", &["1: A~$B", "2: C=$B", "3: D~`x`"]);
    }

    #[test]
    fn a_line_that_is_none_is_a_fault() {
        check(
            "if true\nA B=1\nQ=\"x\n",
            &[
                "1! there is no `=`",
                "2! `A B` is no name of a variable",
                "3! a quote `\"` is not closed",
            ],
        );
    }
}
