//! The words of a file of nftables. A line ends a statement unless it ends with `\`, and so does `;`.

/// A word, a text in quotes, a sign, or the end of a statement (`;`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// It stands in quotes.
    pub is_quoted: bool,
    start: usize,
    end: usize,
}

/// The words of a text that are still to be read.
pub(super) struct Words<'a> {
    text: &'a str,
    words: Vec<Word>,
    at: usize,
}

impl Words<'_> {
    pub(super) fn of(text: &str) -> Result<Words<'_>, String> {
        Ok(Words {
            text,
            words: split(text)?,
            at: 0,
        })
    }

    pub(super) fn next(&mut self) -> Option<Word> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.words.len()
    }

    pub(super) fn peek_is(&self, text: &str) -> bool {
        let next = self.words.get(self.at);
        next.is_some_and(|it| it.text == text && !it.is_quoted)
    }

    /// Returns the byte behind the word that was read last.
    pub(super) fn place(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.words.get(at));
        last.map_or(0, |it| it.end)
    }

    /// Returns the text from a byte up to the word that was read last.
    pub(super) fn since(&self, start: usize) -> &str {
        let last = self.at.checked_sub(1).and_then(|at| self.words.get(at));
        let end = last.map_or(start, |it| it.start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Returns the words up to the end of the statement; within braces nothing ends it.
    pub(super) fn statement(&mut self) -> Vec<Word> {
        let mut found = Vec::new();
        let mut depth = 0usize;
        while let Some(word) = self.words.get(self.at) {
            if !word.is_quoted {
                match word.text.as_str() {
                    "{" => depth += 1,
                    "}" if depth == 0 => break,
                    "}" => depth -= 1,
                    ";" if depth == 0 => {
                        self.at += 1;
                        break;
                    }
                    ";" => {
                        self.at += 1;
                        continue;
                    }
                    _ => {}
                }
            }
            found.push(word.clone());
            self.at += 1;
        }
        found
    }
}

fn split(text: &str) -> Result<Vec<Word>, String> {
    let mut words: Vec<Word> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let word = |text: &str, start: usize, end: usize| Word {
        text: text.to_owned(),
        is_quoted: false,
        start,
        end,
    };
    while let Some((start, c)) = chars.next() {
        match c {
            '#' => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '\n' | ';' => words.push(word(";", start, start + 1)),
            '\\' if chars.next_if(|(_, c)| *c == '\n').is_some() => {}
            '{' | '}' | ',' => words.push(word(&c.to_string(), start, start + 1)),
            '"' => {
                let mut own = String::new();
                let end = loop {
                    match chars.next() {
                        Some((at, '"')) => break at + 1,
                        Some((_, c)) => own.push(c),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                };
                words.push(Word {
                    text: own,
                    is_quoted: true,
                    start,
                    end,
                });
            }
            c if c.is_whitespace() => {}
            _ => {
                let ends = |c: char| {
                    c.is_whitespace() || matches!(c, '{' | '}' | ',' | ';' | '#' | '"' | '\\')
                };
                let mut end = start + c.len_utf8();
                while let Some((at, c)) = chars.next_if(|(_, c)| !ends(*c)) {
                    end = at + c.len_utf8();
                }
                words.push(word(text.get(start..end).unwrap_or_default(), start, end));
            }
        }
    }
    Ok(words)
}
