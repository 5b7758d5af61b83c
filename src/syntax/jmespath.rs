//! Queries of JMESPath.
//!
//! Manual: <https://jmespath.org/specification.html>

use super::python_json::{Json, read_json};

/// A query.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// `@`, and where nothing stands.
    Current,
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Json),
    /// What the second finds in what the first finds: `a.b`, `a[0]`, `a | b`.
    Then(Box<Query>, Box<Query>),
    /// `a[*].b`
    Project(Box<Query>, Box<Query>),
    /// `a[]`
    Flatten(Box<Query>),
    /// `a.*.b`
    Values(Box<Query>, Box<Query>),
    /// `a[?c].b`
    Filter(Box<Query>, Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    And(Box<Query>, Box<Query>),
    Not(Box<Query>),
    Compare(Comparison, Box<Query>, Box<Query>),
    List(Vec<Query>),
    Dict(Vec<(String, Query)>),
    Call(String, Vec<Query>),
    /// `&a`: for a function to apply.
    Quoted(Box<Query>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Deeper queries are refused.
const MAX_DEPTH: usize = 100;

/// Reads a query.
///
/// # Errors
/// What is wrong with it.
pub fn read_query(text: &str) -> Result<Query, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
    };
    let query = parser.expression(0)?;
    match parser.look() {
        Token::End => Ok(query),
        other => Err(format!("{other:?} of the query has no place")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    QuotedName(String),
    Number(i64),
    Literal(Json),
    Compare(Comparison),
    Dot,
    Star,
    Flatten,
    Filter,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    OpenParen,
    CloseParen,
    Comma,
    Colon,
    Pipe,
    Or,
    And,
    Not,
    Quote,
    Current,
    End,
}

/// The signs, the longer ones first.
const SIGNS: [(&str, Token); 24] = [
    ("[?", Token::Filter),
    ("[]", Token::Flatten),
    ("||", Token::Or),
    ("&&", Token::And),
    ("==", Token::Compare(Comparison::Equal)),
    ("!=", Token::Compare(Comparison::NotEqual)),
    ("<=", Token::Compare(Comparison::LessOrEqual)),
    (">=", Token::Compare(Comparison::GreaterOrEqual)),
    ("<", Token::Compare(Comparison::Less)),
    (">", Token::Compare(Comparison::Greater)),
    (".", Token::Dot),
    ("*", Token::Star),
    ("[", Token::Open),
    ("]", Token::Close),
    ("{", Token::OpenBrace),
    ("}", Token::CloseBrace),
    ("(", Token::OpenParen),
    (")", Token::CloseParen),
    (",", Token::Comma),
    (":", Token::Colon),
    ("|", Token::Pipe),
    ("!", Token::Not),
    ("&", Token::Quote),
    ("@", Token::Current),
];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let run = |fits: fn(char) -> bool| rest.find(|it| !fits(it)).unwrap_or(rest.len());
        let (token, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                let end = run(|it| it.is_ascii_alphanumeric() || it == '_');
                (Token::Name(rest[..end].to_owned()), end)
            }
            '0'..='9' | '-' => {
                let digits = rest[1..].find(|it: char| !it.is_ascii_digit());
                let end = digits.map_or(rest.len(), |it| it + 1);
                let number = rest[..end].parse();
                let number = number.map_err(|_| "a number of the query is none".to_owned())?;
                (Token::Number(number), end)
            }
            '"' | '\'' | '`' => {
                let (inner, end) = quoted(rest, first)?;
                (quoted_token(first, inner)?, end)
            }
            _ => {
                let found = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
                let (sign, token) =
                    found.ok_or_else(|| format!("`{first}` of the query is not known"))?;
                (token.clone(), sign.len())
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// Returns what stands in quotes, and where they end.
fn quoted(text: &str, quote: char) -> Result<(&str, usize), String> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return Ok((&text[1..at], at + 1));
        }
    }
    Err(format!("a {quote} of the query has no end"))
}

fn quoted_token(quote: char, inner: &str) -> Result<Token, String> {
    Ok(match quote {
        '"' => match read_json(&format!("\"{inner}\"")) {
            Ok(Json::Str(name)) => Token::QuotedName(name),
            _ => return Err(format!("the name \"{inner}\" of the query is malformed")),
        },
        '\'' => Token::Literal(Json::Str(inner.replace("\\'", "'"))),
        _ => {
            let inner = inner.replace("\\`", "`");
            let bare = inner.trim_start();
            // What is no JSON is a text without its quotes.
            let value = read_json(bare).unwrap_or_else(|_| Json::Str(bare.to_owned()));
            Token::Literal(value)
        }
    })
}

/// How tight a sign binds.
fn power(token: &Token) -> u8 {
    match token {
        Token::Pipe => 1,
        Token::Or => 2,
        Token::And => 3,
        Token::Compare(_) => 5,
        Token::Flatten => 9,
        Token::Star => 20,
        Token::Filter => 21,
        Token::Dot => 40,
        Token::Not => 45,
        Token::OpenBrace => 50,
        Token::Open => 55,
        Token::OpenParen => 60,
        Token::Name(_)
        | Token::QuotedName(_)
        | Token::Number(_)
        | Token::Literal(_)
        | Token::Close
        | Token::CloseBrace
        | Token::CloseParen
        | Token::Comma
        | Token::Colon
        | Token::Quote
        | Token::Current
        | Token::End => 0,
    }
}

/// What binds less ends a projection.
const PROJECTION_STOP: u8 = 10;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn look(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.look().clone();
        self.at += 1;
        token
    }

    fn takes(&mut self, token: &Token) -> bool {
        let found = self.look() == token;
        if found {
            self.at += 1;
        }
        found
    }

    fn due(&mut self, token: &Token) -> Result<(), String> {
        if self.takes(token) {
            return Ok(());
        }
        Err(format!(
            "{token:?} is due in the query, not {:?}",
            self.look()
        ))
    }

    fn expression(&mut self, bound: u8) -> Result<Query, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the query is too deep".to_owned());
        }
        let mut left = self.first()?;
        while bound < power(self.look()) {
            left = self.further(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn boxed(&mut self, bound: u8) -> Result<Box<Query>, String> {
        self.expression(bound).map(Box::new)
    }

    fn first(&mut self) -> Result<Query, String> {
        Ok(match self.next() {
            Token::Literal(value) => Query::Literal(value),
            Token::Name(name) if *self.look() == Token::OpenParen => {
                self.at += 1;
                Query::Call(name, self.list(&Token::CloseParen)?)
            }
            Token::Name(name) | Token::QuotedName(name) => Query::Field(name),
            Token::Current => Query::Current,
            Token::Star => {
                let right = if *self.look() == Token::Close {
                    Box::new(Query::Current)
                } else {
                    self.projected(20)?
                };
                Query::Values(Box::new(Query::Current), right)
            }
            Token::Filter => self.filter(Query::Current)?,
            Token::OpenBrace => self.dict()?,
            Token::OpenParen => {
                let inner = self.expression(0)?;
                self.due(&Token::CloseParen)?;
                inner
            }
            Token::Flatten => {
                let flat = Box::new(Query::Flatten(Box::new(Query::Current)));
                Query::Project(flat, self.projected(9)?)
            }
            Token::Not => Query::Not(self.boxed(45)?),
            Token::Open => self.bracket(Query::Current, true)?,
            Token::Quote => Query::Quoted(self.boxed(0)?),
            other => return Err(format!("{other:?} begins nothing in the query")),
        })
    }

    fn further(&mut self, left: Query) -> Result<Query, String> {
        let left = Box::new(left);
        Ok(match self.next() {
            Token::Dot if *self.look() == Token::Star => {
                self.at += 1;
                Query::Values(left, self.projected(40)?)
            }
            Token::Dot => Query::Then(left, self.behind_dot(40)?),
            Token::Pipe => Query::Then(left, self.boxed(1)?),
            Token::Or => Query::Or(left, self.boxed(2)?),
            Token::And => Query::And(left, self.boxed(3)?),
            Token::Compare(how) => Query::Compare(how, left, self.boxed(5)?),
            Token::Flatten => {
                let flat = Box::new(Query::Flatten(left));
                Query::Project(flat, self.projected(9)?)
            }
            Token::Filter => self.filter(*left)?,
            Token::Open => self.bracket(*left, false)?,
            other => return Err(format!("{other:?} has no place in the query")),
        })
    }

    /// `[0]`, `[1:]`, `[*]`, and at the start `[a, b]`.
    fn bracket(&mut self, left: Query, starts: bool) -> Result<Query, String> {
        let left = Box::new(left);
        if matches!(self.look(), Token::Number(_) | Token::Colon) {
            let index = Box::new(self.index()?);
            let is_slice = matches!(*index, Query::Slice(_));
            let found = Query::Then(left, index);
            return Ok(if is_slice {
                Query::Project(Box::new(found), self.projected(20)?)
            } else {
                found
            });
        }
        let is_star =
            *self.look() == Token::Star && self.tokens.get(self.at + 1) == Some(&Token::Close);
        if is_star {
            self.at += 2;
            return Ok(Query::Project(left, self.projected(20)?));
        }
        if starts {
            return self.list(&Token::Close).and_then(several);
        }
        Err(format!("{:?} is no index in the query", self.look()))
    }

    fn index(&mut self) -> Result<Query, String> {
        let mut parts = [None; 3];
        let mut place = 0;
        loop {
            match self.next() {
                Token::Number(number) if parts.get(place) == Some(&None) => {
                    parts[place] = Some(number);
                }
                Token::Colon if place < 2 => place += 1,
                Token::Close => break,
                other => return Err(format!("{other:?} is no part of an index")),
            }
        }
        Ok(match (place, parts[0]) {
            (0, Some(number)) => Query::Index(number),
            _ => Query::Slice(parts),
        })
    }

    fn filter(&mut self, left: Query) -> Result<Query, String> {
        let condition = self.boxed(0)?;
        self.due(&Token::Close)?;
        let right = if *self.look() == Token::Flatten {
            Box::new(Query::Current)
        } else {
            self.projected(21)?
        };
        Ok(Query::Filter(Box::new(left), condition, right))
    }

    /// What is looked for in each item of a projection.
    fn projected(&mut self, bound: u8) -> Result<Box<Query>, String> {
        if power(self.look()) < PROJECTION_STOP {
            return Ok(Box::new(Query::Current));
        }
        if matches!(self.look(), Token::Open | Token::Filter) {
            return self.boxed(bound);
        }
        self.due(&Token::Dot)?;
        self.behind_dot(bound)
    }

    fn behind_dot(&mut self, bound: u8) -> Result<Box<Query>, String> {
        match self.look() {
            Token::Name(_) | Token::QuotedName(_) | Token::Star => self.boxed(bound),
            Token::Open => {
                self.at += 1;
                self.list(&Token::Close).and_then(several).map(Box::new)
            }
            Token::OpenBrace => {
                self.at += 1;
                self.dict().map(Box::new)
            }
            other => Err(format!("{other:?} cannot follow a dot in the query")),
        }
    }

    fn list(&mut self, end: &Token) -> Result<Vec<Query>, String> {
        let mut items = Vec::new();
        if self.takes(end) {
            return Ok(items);
        }
        loop {
            items.push(self.expression(0)?);
            if self.takes(end) {
                return Ok(items);
            }
            self.due(&Token::Comma)?;
        }
    }

    fn dict(&mut self) -> Result<Query, String> {
        let mut pairs = Vec::new();
        loop {
            let name = match self.next() {
                Token::Name(name) | Token::QuotedName(name) => name,
                other => return Err(format!("{other:?} is no name in the query")),
            };
            self.due(&Token::Colon)?;
            pairs.push((name, self.expression(0)?));
            if self.takes(&Token::CloseBrace) {
                return Ok(Query::Dict(pairs));
            }
            self.due(&Token::Comma)?;
        }
    }
}

fn several(items: Vec<Query>) -> Result<Query, String> {
    if items.is_empty() {
        return Err("a list of the query is empty".to_owned());
    }
    Ok(Query::List(items))
}

#[cfg(test)]
mod tests {
    use super::{Query, read_query};

    #[test]
    fn queries_are_read() {
        let check = |text: &str, expected: Option<Query>| {
            assert_eq!(read_query(text).ok(), expected, "{text}");
        };
        let field = |name: &str| Box::new(Query::Field(name.to_owned()));
        let current = || Box::new(Query::Current);
        check("a.b", Some(Query::Then(field("a"), field("b"))));
        check("\"a-b\"", Some(*field("a-b")));
        check("[*].a", Some(Query::Project(current(), field("a"))));
        check(
            "a[?b].c",
            Some(Query::Filter(field("a"), field("b"), field("c"))),
        );
        check(
            "a[-1]",
            Some(Query::Then(field("a"), Box::new(Query::Index(-1)))),
        );
        for wrong in ["a.", "a.[", "[", "a b", "", "`1", "foo(", "{a}", "a[1"] {
            check(wrong, None);
        }
    }
}
