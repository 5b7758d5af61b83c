//! Tables with a separator between fields, as Python's `csv` reads them.
//!
//! Manual: <https://docs.python.org/3/library/csv.html>; the dialect is `excel`: a quote is doubled in quotes.

/// Reads the rows of a table; an empty line is an empty row.
pub fn csv_rows(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut in_quotes = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if in_quotes {
            match c {
                '"' if chars.next_if_eq(&'"').is_some() => field.push('"'),
                '"' => in_quotes = false,
                c => field.push(c),
            }
            continue;
        }
        match c {
            '"' if field.is_empty() => in_quotes = true,
            '\r' | '\n' => {
                if c == '\r' {
                    let _ = chars.next_if_eq(&'\n');
                }
                if !row.is_empty() || !field.is_empty() {
                    row.push(std::mem::take(&mut field));
                }
                rows.push(std::mem::take(&mut row));
            }
            c if c == separator => row.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    if !row.is_empty() || !field.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::csv_rows;

    #[test]
    fn quotes_keep_separators_and_lines() {
        let check = |text: &str, expected: &[&[&str]]| {
            assert_eq!(csv_rows(text, ','), expected, "{text}");
        };
        check(
            "a,b\n1,\"x,\"\"y\"\"\"\n",
            &[&["a", "b"], &["1", "x,\"y\""]],
        );
        check("a,\"two\nlines\"", &[&["a", "two\nlines"]]);
        check("a\r\n\r\nb,", &[&["a"], &[], &["b", ""]]);
        check("x\"y,z", &[&["x\"y", "z"]]);
    }
}
