//! The words of a command line without a shell, as Python's `shlex.split` makes them.
//!
//! Manual: <https://docs.python.org/3/library/shlex.html>

/// Splits a command line.
///
/// # Errors
/// A quote without an end.
pub(in crate::import::ansible::modules) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a quote has no end".to_owned()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => match chars.next() {
                            Some(c @ ('"' | '\\')) => word.push(c),
                            Some(c) => word.extend(['\\', c]),
                            None => return Err("a quote has no end".to_owned()),
                        },
                        Some(c) => word.push(c),
                        None => return Err("a quote has no end".to_owned()),
                    }
                }
            }
            '\\' => match chars.next() {
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err("nothing stands behind the last backslash".to_owned()),
            },
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_those_of_python() {
        for (text, expected) in [
            ("a b  c", "a|b|c"),
            ("a 'b c' d\"e f\"g", "a|b c|de fg"),
            (r#"a "b\"c\d" e\ f ''"#, r#"a|b"c\d|e f|"#),
            ("a\n  b", "a|b"),
        ] {
            assert_eq!(split(text).unwrap().join("|"), expected, "{text}");
        }
        assert!(split("a 'b").is_err());
    }
}
