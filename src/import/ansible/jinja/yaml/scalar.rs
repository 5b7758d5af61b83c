//! How a scalar of YAML can be written.

use super::FIRST_HOLE;
use crate::syntax::yaml::{Scalar, resolve_plain};

/// How a text can be written; after PyYAML's `analyze_scalar`.
pub(super) struct Analysis {
    /// Whether it can stand in a block of text.
    pub(super) block: bool,
    pub(super) block_plain: bool,
    pub(super) flow_plain: bool,
    pub(super) single_quoted: bool,
    pub(super) multiline: bool,
}

impl Analysis {
    pub(super) fn of(text: &str) -> Analysis {
        let mut block = text.starts_with("---") || text.starts_with("...");
        let mut flow = block;
        let mut special = false;
        let mut multiline = false;
        let mut space_break = false;
        let mut break_space = false;
        let characters: Vec<char> = text.chars().collect();
        let mut before_space = true;
        for (at, character) in characters.iter().enumerate() {
            let next = characters.get(at + 1);
            let followed = next.is_none_or(|it| it.is_whitespace() || *it == '\0');
            match character {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                | '%' | '@' | '`'
                    if at == 0 =>
                {
                    block = true;
                    flow = true;
                }
                '?' | ':' if at == 0 => {
                    flow = true;
                    block |= followed;
                }
                '-' if at == 0 && followed => {
                    block = true;
                    flow = true;
                }
                ',' | '?' | '[' | ']' | '{' | '}' if at > 0 => flow = true,
                ':' => {
                    flow = true;
                    block |= followed;
                }
                '#' if before_space => {
                    block = true;
                    flow = true;
                }
                _ => {}
            }
            if is_break(*character) {
                multiline = true;
                space_break |= at > 0 && characters.get(at - 1) == Some(&' ');
            }
            // A line that starts with a space would lose it outside of double quotes.
            break_space |= *character == ' '
                && at > 0
                && characters.get(at - 1).is_some_and(|it| is_break(*it));
            let code = u32::from(*character);
            let printable = *character == '\n'
                || (0x20..0x7f).contains(&code)
                || (0xa0..0xfffe).contains(&code)
                || code >= FIRST_HOLE;
            special |= !printable || *character == '\u{feff}';
            before_space = character.is_whitespace() || *character == '\0';
        }
        let edge = |it: char| it == ' ' || is_break(it);
        let edges = text.starts_with(edge) || text.ends_with(edge);
        Analysis {
            block: !(text.ends_with(' ') || special || space_break),
            block_plain: !(block || edges || special || space_break || multiline),
            flow_plain: !(flow || edges || special || space_break || multiline),
            single_quoted: !(special || space_break || break_space),
            multiline,
        }
    }
}

pub(super) fn is_break(it: char) -> bool {
    matches!(it, '\n' | '\u{2028}' | '\u{2029}')
}

/// Tells whether a plain scalar of this text would be something else than a string.
pub(super) fn is_other_type(text: &str) -> bool {
    !matches!(resolve_plain(text), Scalar::Str(_)) || matches!(text, "=" | "<<") || is_date(text)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && (bytes.len() == 10
            || matches!(bytes.get(10), Some(b'T' | b't' | b' ')) && digits(11..13))
}
