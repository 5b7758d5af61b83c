//! Strings, quoted and indented: every escape of Nix is here.
//!
//! Manual: <https://nix.dev/manual/nix/latest/language/string-literals>, and Nix's lexer for what the manual does not
//! say: `$$` before a brace is two plain dollars, `''\c` is the character that `\c` would be in quotes, a carriage
//! return that is not escaped becomes a line break, and the first line of an indented string is dropped when blank.

use super::print::write_expr;
use super::{Asset, Expr};

/// A part of a string; its neighbours are of the other kind.
#[derive(Clone, Copy)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Splice(&'a Expr),
}

/// Nix strings end at a zero byte; the mark of an unreadable character stands in its place.
const NO_CHARACTER: char = '\u{fffd}';
/// A text with one line break inside reads well in quotes up to this length.
const LONG: usize = 60;
/// Behind the blanks of a line that has nothing else: formatters take such blanks away, and Nix those of a last line.
const NOTHING: &str = "${\"\"}";

pub(super) fn write_quoted(
    out: &mut String,
    pieces: &[Piece<'_>],
    asset_path: &dyn Fn(&Asset) -> String,
) {
    out.push('"');
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => write_quoted_text(out, text, Ending::of(pieces, at)),
            Piece::Splice(expr) => write_splice(out, expr, asset_path),
        }
    }
    out.push('"');
}

fn write_quoted_text(out: &mut String, text: &str, ending: Ending) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push(NO_CHARACTER),
            '$' if opens_splice(chars.peek().copied(), ending) => out.push_str("\\$"),
            _ => out.push(c),
        }
    }
}

/// Tells whether a dollar before `next` would be read together with it.
fn opens_splice(next: Option<char>, ending: Ending) -> bool {
    match next {
        Some(c) => c == '{',
        None => ending == Ending::Splice,
    }
}

/// Tells whether a string is better read with `''`, and would say the same there, also after nixfmt moved its lines.
pub(super) fn reads_well_indented(pieces: &[Piece<'_>]) -> bool {
    let mut measure = Measure::default();
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                if text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
                    return false;
                }
                text.chars().for_each(|c| measure.take(c));
            }
            Piece::Splice(_) => measure.take('$'),
        }
    }
    measure.end_line();
    let several = measure.breaks >= 2
        || (measure.breaks == 1 && (measure.ends_with_break || measure.length > LONG));
    several && measure.has_flush_line
}

/// What decides whether Nix and nixfmt leave an indented text as it is.
#[derive(Default)]
struct Measure {
    breaks: usize,
    length: usize,
    ends_with_break: bool,
    /// Whether a line starts with no blank, so that there is no indentation common to all.
    has_flush_line: bool,
    line_length: usize,
}

impl Measure {
    fn take(&mut self, c: char) {
        self.length += 1;
        self.ends_with_break = c == '\n';
        if c == '\n' {
            self.breaks += 1;
            self.end_line();
            return;
        }
        if self.line_length == 0 && !c.is_whitespace() {
            self.has_flush_line = true;
        }
        self.line_length += 1;
    }

    fn end_line(&mut self) {
        self.line_length = 0;
    }
}

/// Writes `''…''`, every line two blanks in, so that what Nix takes away is just these.
pub(super) fn write_indented(
    out: &mut String,
    pieces: &[Piece<'_>],
    asset_path: &dyn Fn(&Asset) -> String,
) {
    out.push_str("''\n");
    let mut at_line_start = true;
    // Whether the line holds blanks and nothing else.
    let mut is_blank = false;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                let ending = Ending::of(pieces, at);
                let mut rest = *text;
                while let Some(c) = rest.chars().next() {
                    if at_line_start && c != '\n' {
                        out.push_str("  ");
                    }
                    if is_blank && c == '\n' {
                        out.push_str(NOTHING);
                    }
                    is_blank = (at_line_start || is_blank) && c != '\n' && c.is_whitespace();
                    at_line_start = c == '\n';
                    let taken = write_indented_char(out, rest, c, ending);
                    rest = &rest[taken..];
                }
            }
            Piece::Splice(expr) => {
                if at_line_start {
                    out.push_str("  ");
                }
                at_line_start = false;
                is_blank = false;
                write_splice(out, expr, asset_path);
            }
        }
    }
    if is_blank {
        out.push_str(NOTHING);
    }
    out.push_str("''");
}

/// What stands behind a literal text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Splice,
    Quotes,
}

impl Ending {
    fn of(pieces: &[Piece<'_>], at: usize) -> Ending {
        if at + 1 < pieces.len() {
            Ending::Splice
        } else {
            Ending::Quotes
        }
    }
}

/// Writes the next character of `rest`, escaped, and returns how many bytes were taken.
fn write_indented_char(out: &mut String, rest: &str, c: char, ending: Ending) -> usize {
    if rest.starts_with("''") {
        out.push_str("'''");
        return 2;
    }
    let after = &rest[c.len_utf8()..];
    match c {
        '$' if opens_splice(after.chars().next(), ending) => out.push_str("''$"),
        // Before what is written with two quotes, a third one would be read together with them.
        '\'' if is_before_quotes(after, ending) => out.push_str("''\\'"),
        _ => out.push(c),
    }
    c.len_utf8()
}

fn is_before_quotes(after: &str, ending: Ending) -> bool {
    after.starts_with("${")
        || (after == "$" && ending == Ending::Splice)
        || (after.is_empty() && ending == Ending::Quotes)
}

fn write_splice(out: &mut String, expr: &Expr, asset_path: &dyn Fn(&Asset) -> String) {
    out.push_str("${");
    write_expr(out, expr, asset_path);
    out.push('}');
}
