//! What PyYAML takes and the parser does not: inside of brackets and quotes PyYAML asks for no indentation, and takes
//! tabs. Lines that the parser refuses for that are indented with spaces in a copy, which means the same there.

use crate::diag::Code;

use super::build::Problem;

/// As many lines are mended before the file is given up.
const MAX_MENDED: usize = 500;
/// Deeper than any block that is still open.
const INDENT: usize = 64;

/// A text whose lines were indented, and how offsets lead back.
pub(super) struct Mended {
    pub(super) text: String,
    /// Where, in bytes of the mended text, spaces were put in, and how many bytes of the original they stand for.
    inserted: Vec<Insertion>,
}

struct Insertion {
    at: usize,
    length: usize,
    replaced: usize,
}

impl Mended {
    pub(super) fn new(text: &str) -> Mended {
        Mended {
            text: text.to_owned(),
            inserted: Vec::new(),
        }
    }

    /// Returns the offset in the original of an offset in the mended text.
    pub(super) fn original(&self, offset: usize) -> usize {
        let mut shift = 0;
        for it in &self.inserted {
            if it.at + it.length <= offset {
                shift += it.length - it.replaced;
            } else if it.at < offset {
                return it.at - shift;
            }
        }
        offset - shift
    }

    /// Returns where, in the original, lines were mended.
    pub(super) fn places(&self) -> Vec<usize> {
        let starts = self.inserted.iter();
        starts.map(|it| self.original(it.at)).collect()
    }

    /// Indents what the problem is about; `false` where it is about something else.
    pub(super) fn mend(&mut self, problem: &Problem) -> bool {
        if problem.code != Code::YamlSyntax || self.inserted.len() >= MAX_MENDED {
            return false;
        }
        let line = self.text[..problem.at].rfind('\n').map_or(0, |at| at + 1);
        match problem.message.as_str() {
            "tab cannot be used as indentation"
            | "tabs disallowed within this context (block indentation)"
            | "invalid indentation" => self.indent(line),
            "invalid indentation in quoted scalar" => self.indent_quoted(problem.at),
            "':' must be followed by a valid YAML whitespace" => self.blank(problem.at),
            _ => false,
        }
    }

    /// Puts a space in place of the tab behind the last colon before `at`.
    fn blank(&mut self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default();
        let Some(colon) = before.rfind(":\t") else {
            return false;
        };
        self.text.replace_range(colon + 1..colon + 2, " ");
        true
    }

    /// Indents the lines of the quoted scalar that starts at `start`.
    fn indent_quoted(&mut self, start: usize) -> bool {
        let Some(quote) = self.text[start..].find(['"', '\'']).map(|at| start + at) else {
            return false;
        };
        let end = quoted_end(&self.text, quote);
        let mut lines = Vec::new();
        let breaks = self.text[quote..end].match_indices('\n');
        lines.extend(breaks.map(|(at, _)| quote + at + 1));
        // From the last, so that the places of the others stay.
        let mut any = false;
        for line in lines.into_iter().rev() {
            any |= self.indent(line);
        }
        any
    }

    /// Puts spaces before the line at `line`, in place of its own indentation; `false` where that was done before.
    fn indent(&mut self, line: usize) -> bool {
        if self.inserted.iter().any(|it| it.at == line) {
            return false;
        }
        let rest = &self.text[line..];
        let own = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        self.text
            .replace_range(line..line + own, &" ".repeat(own + INDENT));
        for it in &mut self.inserted {
            if it.at > line {
                it.at += INDENT;
            }
        }
        let at = self.inserted.partition_point(|it| it.at < line);
        self.inserted.insert(
            at,
            Insertion {
                at: line,
                length: own + INDENT,
                replaced: own,
            },
        );
        true
    }
}

/// Returns where the quoted scalar ends that starts at `start`.
fn quoted_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' && quote == b'"' {
            at += 1;
        } else if *byte == quote {
            if quote == b'\'' && bytes.get(at + 1) == Some(&quote) {
                at += 1;
            } else {
                return at;
            }
        }
        at += 1;
    }
    text.len()
}
