//! Strings of Jinja2's expressions: Python's escapes.

/// Replaces the escapes of a string, as Python's `unicode-escape` does.
pub(super) fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escaped) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        rest = &rest[escaped.len_utf8()..];
        match escaped {
            '\n' => {}
            '\\' | '\'' | '"' => out.push(escaped),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '0'..='7' => {
                let more = rest
                    .bytes()
                    .take(2)
                    .take_while(|it| (b'0'..=b'7').contains(it));
                let more = more.count();
                let digits = format!("{escaped}{}", &rest[..more]);
                rest = &rest[more..];
                out.extend(
                    u32::from_str_radix(&digits, 8)
                        .ok()
                        .and_then(char::from_u32),
                );
            }
            'x' | 'u' | 'U' => {
                let length = match escaped {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits = rest.get(..length);
                let digits = digits.filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
                let code = digits.and_then(|it| u32::from_str_radix(it, 16).ok());
                let Some(character) = code.and_then(char::from_u32) else {
                    return Err(format!("the escape `\\{escaped}` is cut short"));
                };
                out.push(character);
                rest = &rest[length..];
            }
            'N' => return Err("characters by their names are not known here".to_owned()),
            other => {
                out.push('\\');
                out.push(other);
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    fn check(text: &str, expected: &str) {
        assert_eq!(unescaped(text).as_deref(), Ok(expected), "{text}");
    }

    #[test]
    fn escapes_mean_what_python_says() {
        check(r"\1\d\n", "\u{1}\\d\n");
        check(r"\x41\u00e9\101\\", "AéA\\");
        check("a\\\nb", "ab");
        assert!(unescaped(r"\x4").is_err());
    }
}
