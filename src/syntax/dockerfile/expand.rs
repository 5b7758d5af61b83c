//! `$x`, `${x:-d}` and the like in the words of instructions, with quotes and escapes, as BuildKit's lexer has them.

use std::iter::Peekable;
use std::str::Chars;

use super::pattern::{Cut, cut, replace};

/// What a variable is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    Value(String),
    Unset,
    /// It has no value here, but may have one when somebody builds: what stands in its place.
    Unknown(String),
}

/// A word with its variables in place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The word as one text.
    pub text: String,
    /// The same, split where blanks of the text or of values separate words.
    pub words: Vec<String>,
    /// The variables that have no value and for which none is given.
    pub unset: Vec<String>,
}

/// Expands a word.
///
/// # Errors
/// What is wrong with it: a quote without end, an operator that does not exist, `${x:?message}` without a value.
pub fn expand(
    word: &str,
    escape: char,
    lookup: &dyn Fn(&str) -> Lookup,
) -> Result<Expanded, String> {
    run(word, escape, Quotes::Taken, lookup)
}

/// Expands the text of a here-document, in which quotes are ordinary characters.
///
/// # Errors
/// As `expand`.
pub fn expand_text(
    text: &str,
    escape: char,
    lookup: &dyn Fn(&str) -> Lookup,
) -> Result<Expanded, String> {
    run(text, escape, Quotes::Ordinary, lookup)
}

fn run(
    text: &str,
    escape: char,
    quotes: Quotes,
    lookup: &dyn Fn(&str) -> Lookup,
) -> Result<Expanded, String> {
    let mut lexer = Lexer {
        escape,
        quotes,
        keeps_unset: false,
        lookup: Some(lookup),
        unset: Vec::new(),
    };
    let mut words = Words::default();
    let text = lexer.run(&mut text.chars().peekable(), None, false, &mut words)?;
    Ok(Expanded {
        text,
        words: words.finish(),
        unset: lexer.unset,
    })
}

/// What quotes are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// They take the meaning of what is in them, and are gone.
    Taken,
    /// The same, but they and escapes stay in the text.
    Kept,
    /// Characters like others.
    Ordinary,
}

/// How a text is read.
pub(super) struct Lexer<'a> {
    escape: char,
    quotes: Quotes,
    /// A variable without a value stays as it is written.
    keeps_unset: bool,
    lookup: Option<&'a dyn Fn(&str) -> Lookup>,
    unset: Vec<String>,
}

impl Lexer<'_> {
    /// A lexer that only finds words: quotes, escapes and variables stay.
    pub(super) fn raw(escape: char) -> Lexer<'static> {
        Lexer {
            quotes: Quotes::Kept,
            ..Lexer::keeping_unset(escape)
        }
    }

    /// A lexer that takes quotes away; variables stay.
    pub(super) fn keeping_unset(escape: char) -> Lexer<'static> {
        Lexer {
            escape,
            quotes: Quotes::Taken,
            keeps_unset: true,
            lookup: None,
            unset: Vec::new(),
        }
    }

    pub(super) fn words(mut self, text: &str) -> Result<Vec<String>, String> {
        let mut words = Words::default();
        let keeps = self.quotes == Quotes::Kept;
        self.run(&mut text.chars().peekable(), None, keeps, &mut words)?;
        Ok(words.finish())
    }

    fn run(
        &mut self,
        chars: &mut Peekable<Chars<'_>>,
        stop: Option<char>,
        keeps_escapes: bool,
        words: &mut Words,
    ) -> Result<String, String> {
        let mut out = String::new();
        while let Some(&c) = chars.peek() {
            if stop == Some(c) {
                chars.next();
                return Ok(out);
            }
            match c {
                '\'' | '"' if self.quotes != Quotes::Ordinary => {
                    let text = if c == '"' {
                        self.double_quoted(chars)?
                    } else {
                        self.single_quoted(chars)?
                    };
                    words.push_raw(&text);
                    out.push_str(&text);
                }
                '$' => {
                    let value = self.variable(chars)?;
                    words.push(&value);
                    out.push_str(&value);
                }
                c if c == self.escape => {
                    chars.next();
                    let mut escaped = String::new();
                    if keeps_escapes {
                        escaped.push(c);
                    }
                    escaped.extend(chars.next());
                    words.push_raw(&escaped);
                    out.push_str(&escaped);
                }
                c => {
                    chars.next();
                    words.push(c.encode_utf8(&mut [0; 4]));
                    out.push(c);
                }
            }
        }
        match stop {
            Some(stop) => Err(format!("a `{stop}` is missing")),
            None => Ok(out),
        }
    }

    fn single_quoted(&mut self, chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
        chars.next();
        let mut out = String::from(if self.quotes == Quotes::Kept { "'" } else { "" });
        for c in chars {
            if c == '\'' {
                out.extend((self.quotes == Quotes::Kept).then_some(c));
                return Ok(out);
            }
            out.push(c);
        }
        Err("a single quote has no end".to_owned())
    }

    fn double_quoted(&mut self, chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
        chars.next();
        let mut out = String::from(if self.quotes == Quotes::Kept {
            "\""
        } else {
            ""
        });
        while let Some(&c) = chars.peek() {
            if c == '$' {
                out.push_str(&self.variable(chars)?);
                continue;
            }
            chars.next();
            if c == '"' {
                out.extend((self.quotes == Quotes::Kept).then_some(c));
                return Ok(out);
            }
            if c != self.escape {
                out.push(c);
                continue;
            }
            match chars.next() {
                None => break,
                Some(next) => {
                    // In double quotes the escape is for `"`, `$` and itself; before others it stays.
                    let is_special = next == '"' || next == '$' || next == self.escape;
                    if self.quotes == Quotes::Kept || !is_special {
                        out.push(c);
                    }
                    out.push(next);
                }
            }
        }
        Err("a double quote has no end".to_owned())
    }

    fn variable(&mut self, chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
        chars.next();
        if chars.peek() != Some(&'{') {
            let name = take_name(chars);
            return Ok(match name.as_str() {
                "" => "$".to_owned(),
                name => self.plain(name, &format!("${name}")),
            });
        }
        chars.next();
        if chars.peek().is_none_or(|c| matches!(c, '{' | '}' | ':')) {
            return Err("`${` is not followed by a name".to_owned());
        }
        let name = take_name(chars);
        let operator = chars.next();
        match operator {
            Some('}') => Ok(self.plain(&name, &format!("${{{name}}}"))),
            Some(':') => {
                let operator = chars.next().unwrap_or(' ');
                self.operated(&name, operator, chars, Emptiness::IsUnset)
            }
            Some('/') => self.replaced(&name, chars),
            Some(operator) => self.operated(&name, operator, chars, Emptiness::IsValue),
            None => Err(format!("`${{{name}` has no end")),
        }
    }

    fn plain(&mut self, name: &str, written: &str) -> String {
        match self.lookup(name) {
            Lookup::Value(value) | Lookup::Unknown(value) => value,
            Lookup::Unset if self.keeps_unset => written.to_owned(),
            Lookup::Unset => {
                self.unset.push(name.to_owned());
                String::new()
            }
        }
    }

    fn lookup(&self, name: &str) -> Lookup {
        self.lookup.map_or(Lookup::Unset, |lookup| lookup(name))
    }

    fn operated(
        &mut self,
        name: &str,
        operator: char,
        chars: &mut Peekable<Chars<'_>>,
        emptiness: Emptiness,
    ) -> Result<String, String> {
        let keeps_escapes = matches!(operator, '#' | '%');
        if !matches!(operator, '+' | '-' | '?' | '#' | '%') {
            return Err(format!("`${{{name}` has the unknown operator `{operator}`"));
        }
        // Variables of the word that is not taken are not missed.
        let missed = self.unset.len();
        let word = self.run(chars, Some('}'), keeps_escapes, &mut Words::default())?;
        let value = match self.lookup(name) {
            Lookup::Value(value) if value.is_empty() && emptiness == Emptiness::IsUnset => None,
            Lookup::Value(value) => Some(value),
            // Without a value from outside it has none, and the word stands for that.
            Lookup::Unknown(shown) => match operator {
                '-' | '+' => None,
                _ => return Ok(shown),
            },
            Lookup::Unset => None,
        };
        if self.keeps_unset && self.lookup.is_none() {
            let colon = match emptiness {
                Emptiness::IsUnset => ":",
                Emptiness::IsValue => "",
            };
            return Ok(format!("${{{name}{colon}{operator}{word}}}"));
        }
        let takes_word = match operator {
            '-' => value.is_none(),
            '+' => value.is_some(),
            _ => false,
        };
        if matches!(operator, '-' | '+') && !takes_word {
            self.unset.truncate(missed);
        }
        match operator {
            '-' => Ok(value.unwrap_or(word)),
            '+' => Ok(value.map(|_| word).unwrap_or_default()),
            '?' => value.ok_or_else(|| match word.as_str() {
                "" => format!("`{name}` must have a value and has none"),
                word => format!("`{name}` must have a value: {word}"),
            }),
            operator => {
                let (pattern, is_longest) = match word.strip_prefix(operator) {
                    Some(pattern) => (pattern, true),
                    None => (word.as_str(), false),
                };
                let how = match (operator, is_longest) {
                    ('#', false) => Cut::ShortestPrefix,
                    ('#', true) => Cut::LongestPrefix,
                    (_, false) => Cut::ShortestSuffix,
                    (_, true) => Cut::LongestSuffix,
                };
                Ok(cut(&value.unwrap_or_default(), pattern, how))
            }
        }
    }

    fn replaced(&mut self, name: &str, chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
        let limit = if chars.next_if_eq(&'/').is_some() {
            usize::MAX
        } else {
            1
        };
        let pattern = self.run(chars, Some('/'), true, &mut Words::default())?;
        let with = self.run(chars, Some('}'), true, &mut Words::default())?;
        Ok(match self.lookup(name) {
            Lookup::Value(value) => replace(&value, &pattern, &with, limit),
            Lookup::Unknown(shown) => shown,
            Lookup::Unset if self.keeps_unset => format!("${{{name}/{pattern}/{with}}}"),
            Lookup::Unset => {
                self.unset.push(name.to_owned());
                String::new()
            }
        })
    }
}

/// Whether a variable that is empty counts as one without a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Emptiness {
    IsValue,
    IsUnset,
}

/// A name, a number, or one of the shell's own parameters.
fn take_name(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut name = String::new();
    while let Some(&c) = chars.peek() {
        if name.is_empty() && matches!(c, '@' | '*' | '#' | '?' | '-' | '$' | '!') {
            chars.next();
            return c.to_string();
        }
        let is_number = name.starts_with(|c: char| c.is_ascii_digit());
        let goes_on = if is_number {
            c.is_ascii_digit()
        } else {
            c.is_alphanumeric() || c == '_'
        };
        if !goes_on {
            break;
        }
        chars.next();
        name.push(c);
    }
    name
}

/// Words in the making.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: Option<String>,
}

impl Words {
    /// Adds a text whose blanks separate words.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.done.extend(self.word.take());
            } else {
                self.word.get_or_insert_default().push(c);
            }
        }
    }

    /// Adds a text that is part of one word.
    fn push_raw(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn finish(mut self) -> Vec<String> {
        self.done.extend(self.word.take());
        self.done
    }
}
