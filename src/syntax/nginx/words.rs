//! The words of nginx's configuration, and the marks between them.

use super::Word;
use crate::syntax::{Fault, Place};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    /// `;`
    End,
    /// `{`
    Open,
    /// `}`
    Close,
    /// The text is over.
    Nothing,
}

pub(super) struct Words<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    /// Whether only blanks stand before `at` on its line.
    begins_line: bool,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Words<'a> {
        Words {
            text,
            at: 0,
            line: 1,
            begins_line: true,
        }
    }

    pub(super) fn next(&mut self) -> Result<(Token, Place), Fault> {
        self.skip_blanks();
        let start = self.here();
        let begins_line = self.begins_line;
        self.begins_line = false;
        let Some(first) = self.peek() else {
            return Ok((Token::Nothing, start));
        };
        let mark = match first {
            ';' => Some(Token::End),
            '{' => Some(Token::Open),
            '}' => Some(Token::Close),
            _ => None,
        };
        if let Some(token) = mark {
            self.take();
            return Ok((token, start.to(self.here())));
        }
        let value = match first {
            '"' | '\'' => self.quoted(first, start)?,
            _ => self.unquoted(),
        };
        let place = start.to(self.here());
        let word = Word {
            raw: self.text[start.start..self.at].to_owned(),
            value,
            begins_line,
        };
        Ok((Token::Word(word), place))
    }

    /// Takes what stands behind the brace that opens a block of Lua, and the brace that closes it.
    pub(super) fn lua(&mut self) -> Result<String, Fault> {
        let start = self.here();
        let mut depth = 0_usize;
        while let Some(c) = self.peek() {
            let rest = &self.text[self.at..];
            let comment = rest.strip_prefix("--");
            if let Some(level) = long_bracket(comment.unwrap_or(rest)) {
                self.skip_behind(&format!("]{level}]"));
            } else if comment.is_some() {
                self.skip_behind("\n");
            } else if matches!(c, '"' | '\'') {
                self.skip_lua_string(c);
            } else {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => {
                        let inner = self.text[start.start..self.at].to_owned();
                        self.take();
                        return Ok(inner);
                    }
                    '}' => depth -= 1,
                    _ => {}
                }
                self.take();
            }
        }
        Err(Fault::new(start, "a block of Lua is not closed"))
    }

    fn quoted(&mut self, quote: char, start: Place) -> Result<String, Fault> {
        let mut value = String::new();
        self.take();
        loop {
            match self.take() {
                None => return Err(Fault::new(start, "a quote is not closed")),
                Some('\\') => self.escaped(&mut value),
                Some(c) if c == quote => break,
                Some(c) => value.push(c),
            }
        }
        match self.peek() {
            None | Some(';' | '{' | ')') => Ok(value),
            Some(c) if c.is_ascii_whitespace() => Ok(value),
            Some(_) => {
                let why = "a blank, `;` or `{` has to follow a quoted word";
                Err(Fault::new(start, why))
            }
        }
    }

    fn unquoted(&mut self) -> String {
        let mut value = String::new();
        while let Some(c) = self.peek() {
            match c {
                ';' | '{' if !(c == '{' && value.ends_with('$')) => break,
                _ if c.is_ascii_whitespace() => break,
                '\\' => {
                    self.take();
                    self.escaped(&mut value);
                }
                _ => {
                    self.take();
                    value.push(c);
                }
            }
        }
        value
    }

    /// What a backslash and the character behind it stand for.
    fn escaped(&mut self, value: &mut String) {
        match self.take() {
            Some(c @ ('"' | '\'' | '\\')) => value.push(c),
            Some('t') => value.push('\t'),
            Some('r') => value.push('\r'),
            Some('n') => value.push('\n'),
            Some(c) => {
                value.push('\\');
                value.push(c);
            }
            None => value.push('\\'),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(c) = self.peek() {
            if c == '#' {
                self.skip_behind("\n");
                self.begins_line = true;
            } else if c.is_ascii_whitespace() {
                self.take();
                if c == '\n' {
                    self.begins_line = true;
                }
            } else {
                break;
            }
        }
    }

    /// Goes on behind the next `mark`, or to the end.
    fn skip_behind(&mut self, mark: &str) {
        let rest = &self.text[self.at..];
        let length = rest.find(mark).map_or(rest.len(), |at| at + mark.len());
        for c in rest[..length].chars() {
            if c == '\n' {
                self.line += 1;
            }
        }
        self.at += length;
    }

    fn skip_lua_string(&mut self, quote: char) {
        self.take();
        while let Some(c) = self.take() {
            if c == '\\' {
                self.take();
            } else if c == quote {
                break;
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn here(&self) -> Place {
        Place {
            line: self.line,
            start: self.at,
            end: self.at,
        }
    }
}

/// The equal signs of a long bracket of Lua, `[==[`, at the start of a text.
fn long_bracket(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find(|c| c != '=')?;
    inside[end..].starts_with('[').then(|| &inside[..end])
}
