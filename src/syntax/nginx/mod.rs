//! nginx's configuration: directives, their words, and the blocks behind them.
//!
//! Manual: <https://nginx.org/en/docs/beginners_guide.html#conf_structure>; the words are split as `ngx_conf_read_token` of
//! nginx splits them. What stands in a `..._by_lua_block` is Lua and stays as it is. Comments and blank lines mean
//! nothing and are left out.

mod print;
mod words;

pub use print::print;

use super::{Fault, Place};
use words::{Token, Words};

/// A directive with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    pub name: String,
    /// Its name as it is written: the first word of a line of `map` may have quotes.
    raw_name: String,
    pub words: Vec<Word>,
    pub block: Option<Block>,
    /// From its name to its `;` or the brace that opens its block.
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Directives(Vec<Directive>),
    /// Lua, without the braces around it.
    Lua(String),
}

/// A word behind the name of a directive.
#[derive(Clone, Debug, Eq)]
pub struct Word {
    /// As it is written, with its quotes.
    pub raw: String,
    /// What nginx takes it for.
    pub value: String,
    /// Whether it begins a line.
    pub begins_line: bool,
}

/// Where a word stands in a text does not change what it means.
impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.value == other.value
    }
}

impl Word {
    /// Makes a word that needs no quotes.
    pub fn plain(text: &str) -> Word {
        Word {
            raw: text.to_owned(),
            value: text.to_owned(),
            begins_line: false,
        }
    }
}

impl Directive {
    /// Makes a directive without a block, of words that need no quotes.
    pub fn plain(name: &str, words: &[&str]) -> Directive {
        Directive {
            name: name.to_owned(),
            raw_name: name.to_owned(),
            words: words.iter().copied().map(Word::plain).collect(),
            block: None,
            place: Place {
                line: 1,
                start: 0,
                end: 0,
            },
        }
    }

    /// Returns the values of the words.
    pub fn values(&self) -> Vec<&str> {
        self.words.iter().map(|it| it.value.as_str()).collect()
    }

    /// Returns the only word of a directive that has no block.
    pub fn only_word(&self) -> Option<&Word> {
        match (self.words.as_slice(), &self.block) {
            ([word], None) => Some(word),
            _ => None,
        }
    }

    /// Returns the words as they are written, with one blank between them.
    pub fn raw_words(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|it| it.raw.as_str()).collect();
        words.join(" ")
    }

    /// Returns the directives of its block, where it has such a one.
    pub fn inner(&self) -> Option<&[Directive]> {
        match &self.block {
            Some(Block::Directives(list)) => Some(list),
            Some(Block::Lua(_)) | None => None,
        }
    }
}

/// Reads a text.
///
/// # Errors
/// The first place that nginx would refuse.
pub fn read(text: &str) -> Result<Vec<Directive>, Fault> {
    let mut words = Words::new(text);
    let list = read_block(&mut words, 0)?;
    Ok(list)
}

/// Deeper than anybody nests blocks; a text with more is refused.
const MAX_DEPTH: usize = 64;

fn read_block(words: &mut Words<'_>, depth: usize) -> Result<Vec<Directive>, Fault> {
    let mut list = Vec::new();
    let mut name: Option<(Word, Place)> = None;
    let mut rest: Vec<Word> = Vec::new();
    loop {
        let (token, place) = words.next()?;
        match (token, name.take()) {
            (Token::Word(word), None) => name = Some((word, place)),
            (Token::Word(word), Some(first)) => {
                rest.push(word);
                name = Some(first);
            }
            (Token::End, Some((word, start))) => list.push(Directive {
                name: word.value,
                raw_name: word.raw,
                words: std::mem::take(&mut rest),
                block: None,
                place: start.to(place),
            }),
            (Token::Open, Some((word, start))) => {
                if depth == MAX_DEPTH {
                    return Err(Fault::new(place, "the blocks are nested too deep"));
                }
                let block = if word.value.ends_with("_by_lua_block") {
                    Block::Lua(words.lua()?)
                } else {
                    Block::Directives(read_block(words, depth + 1)?)
                };
                list.push(Directive {
                    name: word.value,
                    raw_name: word.raw,
                    words: std::mem::take(&mut rest),
                    block: Some(block),
                    place: start.to(place),
                });
            }
            (Token::Close, None) if depth > 0 => return Ok(list),
            (Token::Nothing, None) if depth == 0 => return Ok(list),
            (Token::Close, None) => return Err(Fault::new(place, "no block is open for this `}`")),
            (Token::Nothing, None) => return Err(Fault::new(place, "a block is not closed")),
            (Token::End | Token::Open, None) => {
                return Err(Fault::new(place, "a directive has no name"));
            }
            (Token::Close | Token::Nothing, Some((word, start))) => {
                let why = format!("the directive `{}` has no `;`", word.value);
                return Err(Fault::new(start, why));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{print, read};

    fn check(text: &str, expected: &str) {
        let got = match read(text) {
            Ok(list) => print(&list),
            Err(fault) => format!("{}! {}", fault.place.line, fault.why),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn directives_and_blocks() {
        check(
            "# x\nuser www-data; events{worker_connections 768 ;}\nhttp {\n\tserver { # y\n listen 80;}\n}",
            "user www-data;\nevents {\n  worker_connections 768;\n}\nhttp {\n  server {\n    listen 80;\n  }\n}\n",
        );
        check(
            "map $a $b { '' c; \"~^d e\" f; }",
            "map $a $b {\n  '' c;\n  \"~^d e\" f;\n}\n",
        );
        check("location / { }\n", "location / {\n}\n");
    }

    #[test]
    fn words_keep_their_quotes_and_lines() {
        check(
            "log_format main '$remote_addr # $host; {'\n   \"$request\";",
            "log_format main '$remote_addr # $host; {'\n  \"$request\";\n",
        );
        check(
            "rewrite ^/a\\;b ${x}y#z \"a\\\"b\";",
            "rewrite ^/a\\;b ${x}y#z \"a\\\"b\";\n",
        );
        check(
            "if ($a ~ \"b c\") { return 1; }",
            "if ($a ~ \"b c\" ) {\n  return 1;\n}\n",
        );
    }

    #[test]
    fn lua_stays_as_it_is() {
        check(
            "content_by_lua_block {\n  local a = { \"}\" } -- }\n  --[[ } ]] b = [==[ } ]==]\n}\nx y;",
            "content_by_lua_block {\n  local a = { \"}\" } -- }\n  --[[ } ]] b = [==[ } ]==]\n}\nx y;\n",
        );
    }

    #[test]
    fn what_nginx_refuses_is_said() {
        check("a b\n", "1! the directive `a` has no `;`");
        check("a {\n b;\n", "3! a block is not closed");
        check("a;\n}\n", "2! no block is open for this `}`");
        check(";", "1! a directive has no name");
        check("a 'b;\n", "1! a quote is not closed");
        check(
            "a 'b'c;",
            "1! a blank, `;` or `{` has to follow a quoted word",
        );
        check("x_by_lua_block { a", "1! a block of Lua is not closed");
    }
}
