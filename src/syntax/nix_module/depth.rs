//! How deep a text's tree would be, told from its tokens, so that no text can use up the stack.
//!
//! rnix has a limit of its own, but neither its lists nor its chains of operators and arguments come under it.

use rnix::{SyntaxKind, TextSize};

/// More brackets than any module has inside of each other.
const MAX_BRACKETS: usize = 200;
/// More tokens than stand between two `;` of one set, or in one bracket that is no list.
const MAX_CHAIN: u32 = 1_000;

/// Finds the place from which on a text is nested too deeply to be parsed.
pub(super) fn too_deep(text: &str) -> Option<TextSize> {
    let mut at = TextSize::from(0);
    // For each open bracket: how many tokens stand in it since the last separator; none in a list, where they are siblings.
    let mut open: Vec<Option<u32>> = vec![Some(0)];
    for (kind, token) in rnix::tokenize(text) {
        match kind {
            SyntaxKind::TOKEN_L_BRACK => open.push(None),
            SyntaxKind::TOKEN_L_BRACE
            | SyntaxKind::TOKEN_L_PAREN
            | SyntaxKind::TOKEN_INTERPOL_START
            | SyntaxKind::TOKEN_STRING_START => open.push(Some(0)),
            SyntaxKind::TOKEN_R_BRACK
            | SyntaxKind::TOKEN_R_BRACE
            | SyntaxKind::TOKEN_R_PAREN
            | SyntaxKind::TOKEN_INTERPOL_END
            | SyntaxKind::TOKEN_STRING_END => {
                if open.len() > 1 {
                    open.pop();
                }
                count(&mut open);
            }
            SyntaxKind::TOKEN_WHITESPACE
            | SyntaxKind::TOKEN_COMMENT
            | SyntaxKind::TOKEN_STRING_CONTENT => {}
            // `let a = 1; in …` and `with a; …` nest across the separator, but rnix counts those.
            SyntaxKind::TOKEN_SEMICOLON | SyntaxKind::TOKEN_COMMA => {
                if let Some(Some(last)) = open.last_mut() {
                    *last = 0;
                }
            }
            _ => count(&mut open),
        }
        let is_long = matches!(open.last(), Some(Some(count)) if *count > MAX_CHAIN);
        if is_long || open.len() > MAX_BRACKETS {
            return Some(at);
        }
        at += TextSize::of(token);
    }
    None
}

fn count(open: &mut [Option<u32>]) {
    if let Some(Some(last)) = open.last_mut() {
        *last += 1;
    }
}
