//! `sed -i` and `dos2unix` on files whose text is known: the text that comes of it.

/// What an edit makes of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Edited {
    /// The same text.
    Same,
    Text(String),
    /// The expression says more than is read here.
    Unknown,
}

/// Applies the expressions of sed(1) to a text.
pub(super) fn sed(expressions: &[&str], text: &str) -> Edited {
    let mut edited = text.to_owned();
    for expression in expressions {
        for part in expression.split(';').map(str::trim) {
            match substitute(part, &edited) {
                Some(after) => edited = after,
                None => return Edited::Unknown,
            }
        }
    }
    if edited == text {
        Edited::Same
    } else {
        Edited::Text(edited)
    }
}

/// `s/a/b/g` of a plain text, and the carriage returns at the ends of lines.
fn substitute(expression: &str, text: &str) -> Option<String> {
    let rest = expression.strip_prefix('s')?;
    let mark = rest.chars().next().filter(|c| !c.is_alphanumeric())?;
    let mut parts = rest[mark.len_utf8()..].split(mark);
    let (from, to, flags) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !matches!(flags, "" | "g") {
        return None;
    }
    if matches!(from, "\\r$" | "\\r" | "\r$" | "\\x0D$" | "^M$") && to.is_empty() {
        return Some(without_returns(text));
    }
    let is_plain =
        |it: &str, special: &str| !it.is_empty() && !it.contains(|c| special.contains(c));
    if !is_plain(from, "\\.*[]^$+?(){}|") || to.contains(['\\', '&']) {
        return None;
    }
    let lines = text.split_inclusive('\n').map(|line| {
        if flags == "g" {
            line.replace(from, to)
        } else {
            line.replacen(from, to, 1)
        }
    });
    Some(lines.collect())
}

/// Returns a text with the ends of lines that Unix has.
pub(super) fn without_returns(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::{Edited, sed};

    #[test]
    fn plain_substitutions_are_known() {
        let text = |it: &str| Edited::Text(it.to_owned());
        for (expression, before, expected) in [
            ("s/\\r$//g", "a\n", Edited::Same),
            ("s/\\r$//", "a\r\nb\r\n", text("a\nb\n")),
            ("s/a/b/", "a a\na\n", text("b a\nb\n")),
            ("s|a|b|g", "a a\n", text("b b\n")),
            ("s/a.*/b/", "ab\n", Edited::Unknown),
            ("/a/d", "a\n", Edited::Unknown),
        ] {
            assert_eq!(sed(&[expression], before), expected, "{expression}");
        }
    }
}
