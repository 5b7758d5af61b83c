//! The words of a systemd directive: quotes, escapes and holes.
//!
//! Manual: <https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html#Quoting>
//!
//! Specifiers (`%i`) stay as they are: they mean the same wherever the word is written again.

/// A character of a directive, or something that stands in it without being text (a hole, by its number).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Atom {
    Char(char),
    Hole(usize),
}

/// Splits a value into its words; quotes are taken away and escapes are read.
///
/// # Errors
/// What is wrong, where a quote stays open.
pub fn words(value: &[Atom]) -> Result<Vec<Vec<Atom>>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<Vec<Atom>> = None;
    let mut quote = None;
    let mut rest = value.iter().copied();
    while let Some(atom) = rest.next() {
        let c = match atom {
            Atom::Char(c) => c,
            Atom::Hole(_) => {
                word.get_or_insert_with(Vec::new).push(atom);
                continue;
            }
        };
        if c == '\\' {
            let word = word.get_or_insert_with(Vec::new);
            read_escape(&mut rest, word);
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && (c == '"' || c == '\'') {
            quote = Some(c);
            word.get_or_insert_with(Vec::new);
        } else if quote.is_none() && c.is_ascii_whitespace() {
            words.extend(word.take());
        } else {
            word.get_or_insert_with(Vec::new).push(atom);
        }
    }
    if quote.is_some() {
        return Err("a quote stays open");
    }
    words.extend(word);
    Ok(words)
}

/// Writes a word so that `words` and systemd read it back: quoted only where it must be. `$` and `%` stay.
pub fn quote(word: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '\'' | '\\');
    if !word.is_empty() && word != ";" && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut out = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() && u32::from(c) < 0x80 => {
                out.push_str(&format!("\\x{:02x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes a word of a command line as `quote` does, and keeps systemd from reading `$` and `%` in it.
pub fn quote_literally(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if matches!(c, '$' | '%') {
            out.push(c);
        }
        out.push(c);
    }
    quote(&out)
}

/// Makes the name of the unit of a path, without its suffix: `/srv/my data` is `srv-my\x20data`.
///
/// Manual: systemd-escape(1), `--path`
pub fn escape_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    if parts.is_empty() {
        return "-".to_owned();
    }
    let mut out = String::new();
    for (at, byte) in parts.join("/").bytes().enumerate() {
        match byte {
            b'/' => out.push('-'),
            b'.' if at > 0 => out.push('.'),
            b':' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out
}

fn read_escape(rest: &mut impl Iterator<Item = Atom>, word: &mut Vec<Atom>) {
    let Some(atom) = rest.next() else {
        word.push(Atom::Char('\\'));
        return;
    };
    let Atom::Char(c) = atom else {
        word.push(Atom::Char('\\'));
        word.push(atom);
        return;
    };
    let digits = match c {
        'x' => Some((2, 16)),
        'u' => Some((4, 16)),
        'U' => Some((8, 16)),
        '0'..='7' => Some((3, 8)),
        _ => None,
    };
    if let Some((count, radix)) = digits {
        let mut text = String::new();
        if radix == 8 {
            text.push(c);
        }
        while text.len() < count {
            let Some(Atom::Char(digit)) = rest.next() else {
                break;
            };
            text.push(digit);
        }
        let code = u32::from_str_radix(&text, radix).ok();
        match code.and_then(char::from_u32) {
            Some(c) => word.push(Atom::Char(c)),
            None => {
                word.push(Atom::Char('\\'));
                word.extend(text.chars().map(Atom::Char));
            }
        }
        return;
    }
    let plain = match c {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        's' => ' ',
        '\\' | '"' | '\'' => c,
        // An unknown escape stays as written, as systemd keeps it with a warning.
        other => {
            word.push(Atom::Char('\\'));
            other
        }
    };
    word.push(Atom::Char(plain));
}

#[cfg(test)]
mod tests {
    use super::{Atom, escape_path, quote, quote_literally, words};

    #[test]
    fn a_path_is_the_name_of_its_unit() {
        assert_eq!(escape_path("/srv/my-data/a.b/"), "srv-my\\x2ddata-a.b");
        assert_eq!(escape_path("/.x"), "\\x2ex");
        assert_eq!(escape_path("/"), "-");
    }

    fn check(value: &str, expected: &[&str]) {
        let atoms: Vec<Atom> = value.chars().map(Atom::Char).collect();
        let read: Vec<String> = words(&atoms)
            .unwrap()
            .into_iter()
            .map(|word| {
                word.into_iter()
                    .map(|atom| match atom {
                        Atom::Char(c) => c,
                        Atom::Hole(_) => '?',
                    })
                    .collect()
            })
            .collect();
        assert_eq!(read, expected, "{value}");
    }

    #[test]
    fn quotes_and_escapes_are_read() {
        check("A=1 B=2", &["A=1", "B=2"]);
        check(r#""A=1 2" 'B="x"'"#, &["A=1 2", "B=\"x\""]);
        check(r#"A="x y""#, &["A=x y"]);
        check(r"A=x\x20y\tz \q", &["A=x y\tz", r"\q"]);
        check("  ", &[]);
        assert!(words(&[Atom::Char('"')]).is_err());
    }

    #[test]
    fn quoted_words_are_read_back() {
        for word in ["a", "a b", "", "\"", "\\", "a\nb", "'", ";"] {
            let quoted = quote(word);
            check(&quoted, &[word]);
        }
        assert_eq!(quote_literally("100% $x"), "\"100%% $$x\"");
    }
}
