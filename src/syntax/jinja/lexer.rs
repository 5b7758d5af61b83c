//! Text into tokens, by the rules of Jinja2's lexer: what is cut around tags, and what is a tag at all.

use super::strings::unescaped;
use super::{Settings, SyntaxError};

/// A token and the line that it starts on, from 1.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) line: u32,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Data(String),
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name(String),
    Str(String),
    Int(i128),
    Float(f64),
    Op(&'static str),
    End,
}

/// Where the lexer is; the states of Jinja2's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Variable,
    Block,
    LineStatement,
}

/// What starts at some place of the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Raw,
    Comment,
    Block,
    Variable,
    LineStatement,
    LineComment,
}

/// The longest first, as Jinja2 tries them.
const OPERATORS: [&str; 26] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";",
];

/// Reads a whole template.
pub(super) fn template(text: &str, settings: &Settings) -> Result<Vec<Token>, SyntaxError> {
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !settings.keep_trailing_newline && text.ends_with('\n') {
        text.pop();
    }
    let mut lexer = Lexer::new(&text, settings);
    lexer.root()?;
    lexer.push(Kind::End);
    Ok(lexer.tokens)
}

/// Reads a bare expression.
pub(super) fn expression(text: &str, settings: &Settings) -> Result<Vec<Token>, SyntaxError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lexer = Lexer::new(&text, settings);
    lexer.tag(State::Variable)?;
    if lexer.at < text.len() {
        return Err(lexer.error("the expression goes on after its end"));
    }
    lexer.push(Kind::End);
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    settings: &'a Settings,
    at: usize,
    line: u32,
    line_starts: bool,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, settings: &'a Settings) -> Lexer<'a> {
        Lexer {
            text,
            settings,
            at: 0,
            line: 1,
            line_starts: true,
            tokens: Vec::new(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            message: message.into(),
            line: self.line,
        }
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token {
            line: self.line,
            kind,
        });
    }

    /// Goes on by `length` bytes.
    fn take(&mut self, length: usize) {
        let taken = &self.text[self.at..self.at + length];
        let breaks = taken.bytes().filter(|it| *it == b'\n').count();
        self.line += u32::try_from(breaks).unwrap_or(0);
        self.line_starts = taken.ends_with('\n');
        self.at += length;
    }

    fn take_spaces(&mut self) {
        let length = self.rest().len() - self.rest().trim_start_matches(is_space).len();
        if length > 0 {
            self.take(length);
        }
    }

    fn take_if(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.take(wanted.len());
        }
        found
    }

    /// Reads text and tags up to the end.
    fn root(&mut self) -> Result<(), SyntaxError> {
        while let Some((start, at, length)) = self.next_start() {
            let text = &self.text[self.at..at];
            let sign = &self.text[at + length..];
            // The sign of `{% raw %}` stands before the word.
            let sign = match start {
                Start::Raw => &self.text[at + self.mark(Mark::BlockStart).len()..],
                _ => sign,
            };
            let is_sign = !matches!(start, Start::Raw) && sign.starts_with(['-', '+']);
            let kept = self.before(text, start, sign.chars().next());
            if !kept.is_empty() {
                let kept = self.normalized(kept);
                self.push(Kind::Data(kept));
            }
            self.take(at - self.at + length + usize::from(is_sign));
            match start {
                Start::Raw => self.raw()?,
                Start::Comment => self.comment()?,
                Start::LineComment => {
                    let end = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.take(end);
                }
                Start::Variable => {
                    self.push(Kind::VariableBegin);
                    self.tag(State::Variable)?;
                }
                Start::Block => {
                    self.push(Kind::BlockBegin);
                    self.tag(State::Block)?;
                }
                Start::LineStatement => {
                    self.push(Kind::BlockBegin);
                    self.tag(State::LineStatement)?;
                }
            }
        }
        if !self.rest().is_empty() {
            let data = self.normalized(self.rest());
            self.push(Kind::Data(data));
            self.take(self.rest().len());
        }
        Ok(())
    }

    /// Cuts from the text before a tag what its sign, or `lstrip_blocks`, takes.
    fn before<'t>(&self, text: &'t str, start: Start, sign: Option<char>) -> &'t str {
        if sign == Some('-') {
            return text.trim_end_matches(is_space);
        }
        if sign == Some('+') || !self.settings.lstrip_blocks || start == Start::Variable {
            return text;
        }
        let line = text.rfind('\n').map_or(0, |at| at + 1);
        let indent = &text[line..];
        let is_indent = !indent.is_empty() && indent.chars().all(is_space);
        if is_indent && (line > 0 || self.line_starts) {
            &text[..line]
        } else {
            text
        }
    }

    fn normalized(&self, text: &str) -> String {
        match self.settings.newline.as_str() {
            "\n" => text.to_owned(),
            newline => text.replace('\n', newline),
        }
    }

    fn mark(&self, mark: Mark) -> &'a str {
        self.settings.mark(mark)
    }

    /// Finds the next tag: what starts it, where, and how long its start is, white space before a line mark included.
    fn next_start(&self) -> Option<(Start, usize, usize)> {
        let starts = self.settings.starts();
        let mut best: Option<(Start, usize, usize)> = None;
        let mut offer = |start: Start, at: usize, length: usize| {
            if best.is_none_or(|(_, best, _)| at < best) {
                best = Some((start, at, length));
            }
        };
        for (kind, mark) in starts {
            match kind {
                Mark::CommentStart => {
                    if let Some(at) = self.rest().find(mark) {
                        offer(Start::Comment, self.at + at, mark.len());
                    }
                }
                Mark::VariableStart => {
                    if let Some(at) = self.rest().find(mark) {
                        offer(Start::Variable, self.at + at, mark.len());
                    }
                }
                Mark::LineStatement => {
                    if let Some((at, length)) = self.line_mark(mark, false) {
                        offer(Start::LineStatement, at, length);
                    }
                }
                Mark::LineComment => {
                    if let Some((at, length)) = self.line_mark(mark, true) {
                        offer(Start::LineComment, at, length);
                    }
                }
                Mark::BlockStart => {
                    if let Some(at) = self.rest().find(mark) {
                        offer(Start::Block, self.at + at, mark.len());
                    }
                }
                Mark::BlockEnd | Mark::VariableEnd | Mark::CommentEnd => {}
            }
        }
        // `{% raw %}` goes before all that starts at the same place.
        let (_, at, _) = best?;
        if self.text[at..].starts_with(self.mark(Mark::BlockStart))
            && let Some(length) = self.raw_start(at)
        {
            return Some((Start::Raw, at, length));
        }
        best
    }

    /// Returns the length of `{% raw %}` at a place.
    fn raw_start(&self, at: usize) -> Option<usize> {
        let rest = self.text[at..].strip_prefix(self.mark(Mark::BlockStart))?;
        let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        let rest = rest.trim_start_matches(is_space).strip_prefix("raw")?;
        let rest = rest.trim_start_matches(is_space);
        let end = self.mark(Mark::BlockEnd);
        let rest = match rest.strip_prefix('-').and_then(|it| it.strip_prefix(end)) {
            Some(rest) => rest.trim_start_matches(is_space),
            None => rest.strip_prefix(end)?,
        };
        Some(self.text.len() - at - rest.len())
    }

    /// Finds the mark of a line: a statement's at the start of a line, a comment's also after text.
    fn line_mark(&self, mark: &str, is_comment: bool) -> Option<(usize, usize)> {
        let mut from = self.at;
        while let Some(at) = self.text[from..].find(mark).map(|at| from + at) {
            let before = &self.text[self.at..at];
            let bare = before.trim_end_matches(|it| match is_comment {
                true => is_space(it) && it != '\n',
                false => matches!(it, ' ' | '\t' | '\u{b}'),
            });
            let start = self.at + bare.len();
            let is_start = start == 0 || self.text[..start].ends_with('\n');
            let after_text = is_comment && self.text[..start].ends_with(|it| !is_space(it));
            if is_start || after_text {
                return Some((start, at + mark.len() - start));
            }
            from = at + mark.len();
        }
        None
    }

    /// Reads up to the end of a comment.
    fn comment(&mut self) -> Result<(), SyntaxError> {
        let end = self.mark(Mark::CommentEnd);
        let Some(at) = self.rest().find(end) else {
            return Err(self.error("a comment does not end"));
        };
        let inner = &self.rest()[..at];
        let sign = inner
            .chars()
            .next_back()
            .filter(|it| matches!(it, '-' | '+'));
        self.take(at + end.len());
        self.after_block(sign);
        Ok(())
    }

    /// Cuts what comes after the end of a block or a comment.
    fn after_block(&mut self, sign: Option<char>) {
        match sign {
            Some('-') => self.take_spaces(),
            Some(_) => {}
            None if self.settings.trim_blocks => {
                self.take_if("\n");
            }
            None => {}
        }
    }

    /// Reads up to the end of `{% endraw %}`: nothing in between is a tag.
    fn raw(&mut self) -> Result<(), SyntaxError> {
        let (start, end) = (self.mark(Mark::BlockStart), self.mark(Mark::BlockEnd));
        let mut from = self.at;
        while let Some(at) = self.text[from..].find(start).map(|at| from + at) {
            from = at + start.len();
            let sign = self.text[from..].chars().next();
            let sign = sign.filter(|it| matches!(it, '-' | '+'));
            let rest = &self.text[from + usize::from(sign.is_some())..];
            let rest = rest.trim_start_matches(is_space);
            let Some(rest) = rest.strip_prefix("endraw") else {
                continue;
            };
            let rest = rest.trim_start_matches(is_space);
            let last = rest.chars().next().filter(|it| matches!(it, '-' | '+'));
            let Some(rest) = rest[usize::from(last.is_some())..].strip_prefix(end) else {
                continue;
            };
            let text = self.before(&self.text[self.at..at], Start::Raw, sign);
            if !text.is_empty() {
                let text = self.normalized(text);
                self.push(Kind::Data(text));
            }
            self.take(self.text.len() - self.at - rest.len());
            self.after_block(last);
            return Ok(());
        }
        Err(self.error("`raw` does not end"))
    }

    /// Reads the inside of a tag and its end.
    fn tag(&mut self, state: State) -> Result<(), SyntaxError> {
        let mut open: Vec<&'static str> = Vec::new();
        let is_expression = self.tokens.is_empty() && state == State::Variable;
        while !(self.rest().is_empty() && (state != State::LineStatement || !open.is_empty())) {
            if open.is_empty() && !is_expression && self.end(state) {
                return Ok(());
            }
            let Some(first) = self.rest().chars().next() else {
                continue;
            };
            if is_space(first) {
                // White space may belong to the end of a tag.
                self.take_spaces();
            } else if first.is_ascii_digit() {
                self.number()?;
            } else if first.is_alphanumeric() || first == '_' {
                let rest = self.rest();
                let end = rest.find(|it: char| !(it.is_alphanumeric() || it == '_'));
                let name = &rest[..end.unwrap_or(rest.len())];
                self.push(Kind::Name(name.to_owned()));
                self.take(name.len());
            } else if matches!(first, '"' | '\'') {
                self.string(first, state)?;
            } else {
                self.operator(&mut open)?;
            }
        }
        if is_expression && open.is_empty() {
            return Ok(());
        }
        Err(self.error(match open.last() {
            Some(bracket) => format!("a tag ends before its `{bracket}`"),
            None => "a tag does not end".to_owned(),
        }))
    }

    /// Takes the end of a tag, where it is there.
    fn end(&mut self, state: State) -> bool {
        let rest = self.rest();
        let (mark, kind) = match state {
            State::LineStatement => {
                // White space runs on over lines, up to the last break.
                let spaces = rest.len() - rest.trim_start_matches(is_space).len();
                let length = match rest[..spaces].rfind('\n') {
                    _ if spaces == rest.len() => rest.len(),
                    Some(at) => at + 1,
                    None => return false,
                };
                self.push(Kind::BlockEnd);
                self.take(length);
                return true;
            }
            State::Variable => (self.mark(Mark::VariableEnd), Kind::VariableEnd),
            State::Block => (self.mark(Mark::BlockEnd), Kind::BlockEnd),
        };
        let sign = rest.chars().next().filter(|it| match state {
            State::Block => matches!(it, '-' | '+'),
            State::Variable | State::LineStatement => *it == '-',
        });
        let signed = sign.is_some_and(|it| rest[it.len_utf8()..].starts_with(mark));
        if !signed && !rest.starts_with(mark) {
            return false;
        }
        let sign = sign.filter(|_| signed);
        self.push(kind);
        self.take(mark.len() + usize::from(signed));
        match state {
            State::Variable if signed => self.take_spaces(),
            State::Variable | State::LineStatement => {}
            State::Block => self.after_block(sign),
        }
        true
    }

    fn operator(&mut self, open: &mut Vec<&'static str>) -> Result<(), SyntaxError> {
        let rest = self.rest();
        let Some(op) = OPERATORS.into_iter().find(|op| rest.starts_with(op)) else {
            let first: String = rest.chars().take(1).collect();
            return Err(self.error(format!("unexpected `{first}`")));
        };
        match op {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "{" => open.push("}"),
            ")" | "]" | "}" => match open.pop() {
                Some(expected) if expected == op => {}
                Some(expected) => {
                    return Err(self.error(format!("unexpected `{op}`, expected `{expected}`")));
                }
                None => return Err(self.error(format!("unexpected `{op}`"))),
            },
            _ => {}
        }
        self.push(Kind::Op(op));
        self.take(op.len());
        Ok(())
    }

    fn string(&mut self, quote: char, state: State) -> Result<(), SyntaxError> {
        let rest = self.rest();
        let mut is_escaped = false;
        for (at, character) in rest.char_indices().skip(1) {
            match character {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                it if it == quote => {
                    let inner = self.normalized(&rest[1..at]);
                    let is_literal = self.settings.literal_backslashes && state == State::Variable;
                    let made = if is_literal {
                        inner
                    } else {
                        unescaped(&inner).map_err(|problem| self.error(problem))?
                    };
                    self.push(Kind::Str(made));
                    self.take(at + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.error(format!("unexpected `{quote}`")))
    }

    fn number(&mut self) -> Result<(), SyntaxError> {
        let rest = self.rest();
        // After a dot, `1.2` is an index and another.
        let after_dot = self.text[..self.at].ends_with('.');
        let (length, is_float) = number_length(rest, after_dot);
        let digits = rest[..length].replace('_', "").to_ascii_lowercase();
        let kind = if is_float {
            digits.parse().ok().map(Kind::Float)
        } else {
            let (digits, radix) = match digits.get(..2) {
                Some("0x") => (&digits[2..], 16),
                Some("0o") => (&digits[2..], 8),
                Some("0b") => (&digits[2..], 2),
                _ => (digits.as_str(), 10),
            };
            i128::from_str_radix(digits, radix).ok().map(Kind::Int)
        };
        let kind = kind.ok_or_else(|| self.error(format!("`{digits}` is too large a number")))?;
        self.push(kind);
        self.take(length);
        Ok(())
    }
}

/// Returns how long the number is that a text starts with, and whether it is a float.
fn number_length(text: &str, after_dot: bool) -> (usize, bool) {
    let bytes = text.as_bytes();
    let digits = |from: usize, is_digit: fn(&u8) -> bool| {
        let mut at = from;
        while bytes.get(at).is_some_and(is_digit)
            || at > from && bytes.get(at) == Some(&b'_') && bytes.get(at + 1).is_some_and(is_digit)
        {
            at += 1;
        }
        at
    };
    let decimal = |from| digits(from, u8::is_ascii_digit);
    let whole = decimal(0);
    if !after_dot {
        let fraction = match bytes.get(whole) {
            Some(b'.') => Some(decimal(whole + 1)).filter(|end| *end > whole + 1),
            _ => None,
        };
        let end = fraction.unwrap_or(whole);
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = decimal(end + 1 + sign);
            if exponent > end + 1 + sign {
                return (exponent, true);
            }
        }
        if let Some(end) = fraction {
            return (end, true);
        }
    }
    if bytes.first() == Some(&b'0') {
        let is_digit: Option<fn(&u8) -> bool> = match bytes.get(1) {
            Some(b'x' | b'X') => Some(u8::is_ascii_hexdigit),
            Some(b'o' | b'O') => Some(|it| (b'0'..=b'7').contains(it)),
            Some(b'b' | b'B') => Some(|it| matches!(it, b'0' | b'1')),
            _ => None,
        };
        if let Some(is_digit) = is_digit {
            let end = digits(2, is_digit);
            if end > 2 {
                return (end, false);
            }
        }
        // `007` is a zero and a number.
        return (digits(0, |it| *it == b'0'), false);
    }
    (whole, false)
}

/// Tells whether Python counts a character as white space.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// What marks a tag, its end, or a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    BlockStart,
    BlockEnd,
    VariableStart,
    VariableEnd,
    CommentStart,
    CommentEnd,
    LineStatement,
    LineComment,
}
