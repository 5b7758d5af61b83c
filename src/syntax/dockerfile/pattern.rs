//! Patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?` and escaped characters, nothing else.

enum Token {
    Any,
    One,
    Char(char),
}

/// Which end of a value a pattern takes away, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    ShortestPrefix,
    LongestPrefix,
    ShortestSuffix,
    LongestSuffix,
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        found.push(match c {
            '*' => Token::Any,
            '?' => Token::One,
            '\\' => Token::Char(chars.next().unwrap_or('\\')),
            c => Token::Char(c),
        });
    }
    found
}

fn is_match(tokens: &[Token], text: &[char]) -> bool {
    // Where the last `*` stands and what it took so far: the only point to go back to.
    let (mut token, mut at) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        match tokens.get(token) {
            Some(Token::Any) => {
                back = Some((token, at));
                token += 1;
                continue;
            }
            Some(Token::One) if at < text.len() => {
                token += 1;
                at += 1;
                continue;
            }
            Some(Token::Char(c)) if text.get(at) == Some(c) => {
                token += 1;
                at += 1;
                continue;
            }
            None if at == text.len() => return true,
            Some(Token::One | Token::Char(_)) | None => {}
        }
        match back {
            Some((star, taken)) if taken < text.len() => {
                back = Some((star, taken + 1));
                token = star + 1;
                at = taken + 1;
            }
            Some(_) | None => return false,
        }
    }
}

/// Takes what matches away from one end.
pub(super) fn cut(value: &str, pattern: &str, cut: Cut) -> String {
    let tokens = tokens(pattern);
    let chars: Vec<char> = value.chars().collect();
    let count = chars.len();
    let found = match cut {
        Cut::ShortestPrefix => (0..=count).find(|at| is_match(&tokens, &chars[..*at])),
        Cut::LongestPrefix => (0..=count)
            .rev()
            .find(|at| is_match(&tokens, &chars[..*at])),
        Cut::ShortestSuffix => (0..=count)
            .rev()
            .find(|at| is_match(&tokens, &chars[*at..])),
        Cut::LongestSuffix => (0..=count).find(|at| is_match(&tokens, &chars[*at..])),
    };
    match (found, cut) {
        (None, _) => value.to_owned(),
        (Some(at), Cut::ShortestPrefix | Cut::LongestPrefix) => chars[at..].iter().collect(),
        (Some(at), Cut::ShortestSuffix | Cut::LongestSuffix) => chars[..at].iter().collect(),
    }
}

/// Puts `with` in place of what matches: the first longest match, or all of them.
pub(super) fn replace(value: &str, pattern: &str, with: &str, limit: usize) -> String {
    let tokens = tokens(pattern);
    let chars: Vec<char> = value.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    let mut left = limit;
    while at < chars.len() {
        let end = (at..=chars.len())
            .rev()
            .find(|end| left > 0 && *end > at && is_match(&tokens, &chars[at..*end]));
        if let Some(end) = end {
            out.push_str(with);
            at = end;
            left -= 1;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}
