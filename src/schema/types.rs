//! `Type`: what an option takes, read from the description of its type.
//!
//! The descriptions are those that nixpkgs' `lib/types.nix` writes. `X or Y` takes nouns, and brackets around anything
//! longer; `list of`, `attribute set of` and `null or` go before the noun or bracket that follows.

/// What an option takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Anything,
    Null,
    Bool,
    Int(Range),
    Float(Range),
    Str(StrKind),
    Path(PathKind),
    Package,
    /// Any data of a format such as JSON: scalars, lists and attribute sets of them.
    Data,
    /// A scalar or null, as INI files hold.
    Atom,
    List(Box<Type>),
    NonEmptyList(Box<Type>),
    Attrs(Box<Type>),
    Function,
    /// Options of its own, in the index below it; further names have the type that is given.
    Submodule(Option<Box<Type>>),
    Enum(Vec<Literal>),
    Either(Vec<Type>),
}

/// Both inclusive; none is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    pub least: Option<i64>,
    pub most: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StrKind {
    Any,
    NonEmpty,
    SingleLine,
    NoNewlineNorColon,
    /// Definitions of it are joined.
    Joined,
    /// The whole of it matches this POSIX expression.
    Pattern(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    Any,
    InStore,
    NotInStore,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Str(String),
}

const CONVERTIBLE: &str = " convertible to it";

type Make = fn() -> Type;

/// Nouns that stand for a type as they are; a longer one before its beginning.
const NOUNS: [(&str, Make); 31] = [
    ("(optionally newline-terminated) single-line string", || {
        Type::Str(StrKind::SingleLine)
    }),
    ("string, not containing newlines or colons", || {
        Type::Str(StrKind::NoNewlineNorColon)
    }),
    ("absolute path, not containing newlines or colons", || {
        Type::Path(PathKind::Any)
    }),
    ("absolute path not in the Nix store", || {
        Type::Path(PathKind::NotInStore)
    }),
    ("absolute path", || Type::Path(PathKind::Any)),
    ("path in the Nix store", || Type::Path(PathKind::InStore)),
    ("non-empty string", || Type::Str(StrKind::NonEmpty)),
    ("string", || Type::Str(StrKind::Any)),
    ("boolean", || Type::Bool),
    ("package", || Type::Package),
    ("signed integer", || Type::Int(Range::default())),
    ("unsigned integer, meaning >=0", || at_least(0)),
    ("positive integer, meaning >0", || at_least(1)),
    (
        "nonnegative integer or floating point number, meaning >=0",
        || number(Some(0), None),
    ),
    (
        "positive integer or floating point number, meaning >0",
        || number(Some(0), None),
    ),
    ("floating point number", || Type::Float(Range::default())),
    ("attribute set", || Type::Attrs(Box::new(Type::Anything))),
    ("submodule", || Type::Submodule(None)),
    ("anything", || Type::Anything),
    ("unspecified value", || Type::Anything),
    ("raw value", || Type::Anything),
    ("optionType", || Type::Anything),
    ("systemd option", || Type::Anything),
    ("INI atom (null, bool, int, float or string)", || Type::Atom),
    ("JSON value", || Type::Data),
    ("YAML 1.1 value", || Type::Data),
    ("YAML value", || Type::Data),
    ("TOML value", || Type::Data),
    ("XML value", || Type::Data),
    ("LIBCONFIG value", || Type::Anything),
    ("Lua value", || Type::Anything),
];

impl Type {
    /// Reads a description; none where it is no known one.
    pub fn parse(description: &str) -> Option<Type> {
        let (kind, rest) = alternatives(description)?;
        rest.is_empty().then_some(kind)
    }

    /// Tells whether a submodule is one of the things that the type takes.
    pub(super) fn submodule(&self) -> Option<&Type> {
        match self {
            Type::Submodule(_) => Some(self),
            Type::Either(list) => list.iter().find_map(Type::submodule),
            Type::Anything
            | Type::Null
            | Type::Bool
            | Type::Int(_)
            | Type::Float(_)
            | Type::Str(_)
            | Type::Path(_)
            | Type::Package
            | Type::Data
            | Type::Atom
            | Type::List(_)
            | Type::NonEmptyList(_)
            | Type::Attrs(_)
            | Type::Function
            | Type::Enum(_) => None,
        }
    }
}

fn at_least(least: i64) -> Type {
    Type::Int(Range {
        least: Some(least),
        most: None,
    })
}

fn number(least: Option<i64>, most: Option<i64>) -> Type {
    let range = Range { least, most };
    Type::Either(vec![Type::Int(range), Type::Float(range)])
}

/// Reads `X or Y or Z convertible to it`.
fn alternatives(text: &str) -> Option<(Type, &str)> {
    let (first, mut rest) = item(text)?;
    let mut list = vec![first];
    loop {
        if let Some(after) = rest.strip_prefix(CONVERTIBLE) {
            rest = after;
        } else if let Some(after) = rest.strip_prefix(" or ") {
            let (next, after) = item(after)?;
            list.push(next);
            rest = after;
        } else {
            break;
        }
    }
    let kind = if list.len() == 1 {
        list.pop()?
    } else {
        Type::Either(list)
    };
    Some((kind, rest))
}

/// Reads a noun, a bracket, or a composition of them.
fn item(text: &str) -> Option<(Type, &str)> {
    let wrapped = |prefix: &str, wrap: fn(Box<Type>) -> Type| {
        let (inner, rest) = item(text.strip_prefix(prefix)?)?;
        Some((wrap(Box::new(inner)), rest))
    };
    if let Some(rest) = text.strip_prefix("null or ") {
        // Everything behind is an alternative of the same rank.
        let (inner, rest) = item(rest)?;
        return Some((Type::Either(vec![Type::Null, inner]), rest));
    }
    if text.starts_with("list of ") {
        return wrapped("list of ", Type::List);
    }
    if text.starts_with("attribute set of ") {
        return wrapped("attribute set of ", Type::Attrs);
    }
    if text.starts_with("lazy attribute set of ") {
        return wrapped("lazy attribute set of ", Type::Attrs);
    }
    if text.starts_with("open submodule of ") {
        return wrapped("open submodule of ", |open| {
            Type::Submodule(Some(Box::new(element(*open))))
        });
    }
    if let Some(rest) = text.strip_prefix("function that evaluates to a(n) ") {
        let (_, rest) = item(rest)?;
        return Some((Type::Function, rest));
    }
    if let Some(rest) = text.strip_prefix("non-empty (") {
        let (inner, rest) = alternatives(rest)?;
        return match inner {
            Type::List(element) => Some((Type::NonEmptyList(element), rest.strip_prefix(')')?)),
            _ => None,
        };
    }
    if let Some(rest) = text.strip_prefix("one of ") {
        return one_of(rest);
    }
    if let Some(rest) = text.strip_prefix("value ") {
        let (value, rest) = literal(rest)?;
        return Some((
            Type::Enum(vec![value]),
            rest.strip_prefix(" (singular enum)")?,
        ));
    }
    if let Some(rest) = text.strip_prefix("strings concatenated with ") {
        let (_, rest) = quoted(rest)?;
        return Some((Type::Str(StrKind::Joined), rest));
    }
    if let Some(rest) = text.strip_prefix("string matching the pattern ") {
        let end = pattern_end(rest);
        return Some((
            Type::Str(StrKind::Pattern(rest[..end].to_owned())),
            &rest[end..],
        ));
    }
    if let Some(found) = integer(text) {
        return Some(found);
    }
    for (noun, make) in NOUNS {
        if let Some(rest) = text.strip_prefix(noun)
            && !rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Some((make(), rest));
        }
    }
    let (inner, rest) = alternatives(text.strip_prefix('(')?)?;
    Some((inner, rest.strip_prefix(')')?))
}

/// The description of an open submodule names the type of the whole: what a further name takes is the element of it.
fn element(whole: Type) -> Type {
    match whole {
        Type::Attrs(element) => *element,
        other => other,
    }
}

/// Reads `integer between 1 and 100 (both inclusive)`, `16 bit unsigned integer; between 0 and 65535 (both inclusive)`.
fn integer(text: &str) -> Option<(Type, &str)> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let sized = digits
        .strip_prefix(" bit unsigned integer; ")
        .or_else(|| digits.strip_prefix(" bit signed integer; "))
        .filter(|_| digits.len() < text.len());
    let (rest, is_number) = match sized {
        Some(rest) => (rest, false),
        None => match text.strip_prefix("integer or floating point number ") {
            Some(rest) => (rest, true),
            None => (text.strip_prefix("integer ")?, false),
        },
    };
    let (least, rest) = int(rest.strip_prefix("between ")?)?;
    let (most, rest) = int(rest.strip_prefix(" and ")?)?;
    let rest = rest.strip_prefix(" (both inclusive)")?;
    if is_number {
        return Some((number(Some(least), Some(most)), rest));
    }
    let range = Range {
        least: Some(least),
        most: Some(most),
    };
    Some((Type::Int(range), rest))
}

fn int(text: &str) -> Option<(i64, &str)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let end = end + (text.len() - digits.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

fn one_of(text: &str) -> Option<(Type, &str)> {
    let (first, mut rest) = literal(text)?;
    let mut list = vec![first];
    while let Some(after) = rest.strip_prefix(", ") {
        let (next, after) = literal(after)?;
        list.push(next);
        rest = after;
    }
    Some((Type::Enum(list), rest))
}

fn literal(text: &str) -> Option<(Literal, &str)> {
    if text.starts_with('"') {
        let (value, rest) = quoted(text)?;
        return Some((Literal::Str(value), rest));
    }
    for (word, value) in [
        ("<null>", Literal::Null),
        ("true", Literal::Bool(true)),
        ("false", Literal::Bool(false)),
    ] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((value, rest));
        }
    }
    let (value, rest) = int(text)?;
    Some((Literal::Int(value), rest))
}

/// Reads a string as `builtins.toJSON` writes it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let value = values.next()?.ok()?;
    let end = values.byte_offset();
    Some((value, &text[end..]))
}

/// A pattern has no mark at its end: it goes up to what can only be the description's own.
fn pattern_end(text: &str) -> usize {
    let mut depth = 0_u32;
    let mut in_class = false;
    for (at, c) in text.char_indices() {
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class && depth == 0 => return at,
            ')' if !in_class => depth -= 1,
            ' ' if depth == 0
                && (text[at..].starts_with(" or ") || text[at..].starts_with(CONVERTIBLE)) =>
            {
                return at;
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Literal, StrKind, Type};

    #[test]
    fn every_description_of_the_index_parses() {
        let unknown: Vec<&str> = crate::schema::table::types()
            .filter(|it| Type::parse(it).is_none())
            .collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }

    #[test]
    fn descriptions_mean_what_nixpkgs_says() {
        let list = |it| Type::List(Box::new(it));
        let attrs = |it| Type::Attrs(Box::new(it));
        let text = || Type::Str(StrKind::Any);
        let cases = [
            (
                "null or string or list of string",
                Type::Either(vec![Type::Either(vec![Type::Null, text()]), list(text())]),
            ),
            (
                "attribute set of (string or list of string)",
                attrs(Type::Either(vec![text(), list(text())])),
            ),
            (
                "one of <null>, \"a b\", 3, false",
                Type::Enum(vec![
                    Literal::Null,
                    Literal::Str("a b".into()),
                    Literal::Int(3),
                    Literal::Bool(false),
                ]),
            ),
            (
                "(attribute set of boolean) or (list of string) convertible to it",
                Type::Either(vec![attrs(Type::Bool), list(text())]),
            ),
            (
                "open submodule of attribute set of (string or boolean)",
                Type::Submodule(Some(Box::new(Type::Either(vec![text(), Type::Bool])))),
            ),
            (
                "list of (string matching the pattern (a|b)[(]* or boolean)",
                list(Type::Either(vec![
                    Type::Str(StrKind::Pattern("(a|b)[(]*".into())),
                    Type::Bool,
                ])),
            ),
        ];
        for (description, expected) in cases {
            assert_eq!(Type::parse(description), Some(expected), "{description}");
        }
    }

    #[test]
    fn what_is_no_description_is_none() {
        for description in ["", "a thing", "list of", "(string", "one of", "strings"] {
            assert_eq!(Type::parse(description), None, "{description}");
        }
    }
}
