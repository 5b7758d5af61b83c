//! `Pattern`: what `when` asks of a resource.
//!
//! In a string, `*` is anything but a `/`, `**` is anything, and `<name>` is as `*` and keeps what it stood for as
//! `$name`; the shortest fit counts. `$any` asks for presence, `$none` for absence, `$plain` for a text without holes.
//! `$entries ` before a pattern has it fit the lines of a text that are neither empty nor comments with `#`.
//! A list in a pattern is alternatives; a list in the model fits where one of its elements does. Text with holes is
//! never a string: only `$any` fits it.

use serde_json::Value;

/// What stands before a pattern for the lines of a text that say something.
const ENTRIES: &str = "$entries ";

/// What a name in a pattern stood for.
pub(super) type Captures = Vec<(String, String)>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    Any,
    None,
    Plain,
    /// A number or a boolean.
    Scalar(Value),
    Glob(Vec<Segment>),
    /// `$entries `: the lines that say something.
    Entries(Vec<Segment>),
    OneOf(Vec<Pattern>),
    Fields(Vec<(String, Pattern)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Literal(String),
    /// `*`, and the name of `<name>`.
    Name(Option<String>),
    /// `**`
    Path,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(value: &toml::Value) -> Result<Pattern, String> {
        match value {
            toml::Value::String(text) => match text.as_str() {
                "$any" => Ok(Pattern::Any),
                "$none" => Ok(Pattern::None),
                "$plain" => Ok(Pattern::Plain),
                other if other.starts_with(ENTRIES) => {
                    segments(&other[ENTRIES.len()..]).map(Pattern::Entries)
                }
                other if other.starts_with('$') => Err(format!(
                    "`{other}` is no pattern: `$any`, `$none`, `$plain` and `$entries ` with one are"
                )),
                other => segments(other).map(Pattern::Glob),
            },
            toml::Value::Integer(value) => Ok(Pattern::Scalar((*value).into())),
            toml::Value::Boolean(value) => Ok(Pattern::Scalar((*value).into())),
            toml::Value::Array(list) => {
                let list: Result<Vec<Pattern>, String> = list.iter().map(Pattern::read).collect();
                list.map(Pattern::OneOf)
            }
            toml::Value::Table(table) => {
                let fields: Result<Vec<(String, Pattern)>, String> = table
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Pattern::read(value)?)))
                    .collect();
                let mut fields = fields?;
                // Texts are long: they are looked at when all else fits.
                fields.sort_by_key(|(name, _)| name == "content");
                Ok(Pattern::Fields(fields))
            }
            toml::Value::Float(_) | toml::Value::Datetime(_) => {
                Err("a pattern is a string, a number, a boolean, a list or a table".to_owned())
            }
        }
    }

    /// Fits the pattern to a value: what its names stood for, and how much it says about the value, which is the literal
    /// text that it asks for, and then each thing that it asks at all.
    pub(super) fn captures(&self, value: &Value) -> Option<(Captures, usize)> {
        let mut captures = Captures::new();
        let weight = self.fits(Some(value), &mut captures)?;
        Some((captures, weight))
    }

    fn fits(&self, value: Option<&Value>, captures: &mut Captures) -> Option<usize> {
        const ASKED: usize = 2;
        let value = value.filter(|it| !it.is_null());
        match self {
            Pattern::Any => value.is_some().then_some(1),
            Pattern::None => value.is_none().then_some(ASKED),
            Pattern::Plain => matches!(value, Some(Value::String(_))).then_some(ASKED),
            Pattern::Scalar(expected) => one_fits(value, |it| it == expected).then_some(ASKED),
            Pattern::Glob(segments) => one_fits(value, |it| {
                it.as_str()
                    .is_some_and(|text| glob_fits(segments, text, captures))
            })
            .then(|| segments.iter().map(Segment::weight).sum()),
            Pattern::Entries(segments) => one_fits(value, |it| {
                it.as_str()
                    .is_some_and(|text| glob_fits(segments, &entries(text), captures))
            })
            .then(|| ASKED + segments.iter().map(Segment::weight).sum::<usize>()),
            Pattern::OneOf(list) => list
                .iter()
                .filter_map(|it| {
                    let mut own = Captures::new();
                    Some((it.fits(value, &mut own)?, own))
                })
                .max_by_key(|(weight, _)| *weight)
                .map(|(weight, own)| {
                    captures.extend(own);
                    weight
                }),
            Pattern::Fields(fields) => {
                let value = value?;
                let mut sum = 0;
                for (name, pattern) in fields {
                    sum += pattern.fits(value.get(name), captures)?;
                }
                Some(sum)
            }
        }
    }

    /// Tells whether the pattern asks for a field of this name, and the value fits what it asks of it.
    pub(super) fn asks_for(&self, name: &str, value: &Value) -> bool {
        let Pattern::Fields(fields) = self else {
            return false;
        };
        let own = fields.iter().find(|(field, _)| field == name);
        own.is_some_and(|(_, pattern)| {
            !matches!(pattern, Pattern::Any | Pattern::Plain) && pattern.captures(value).is_some()
        })
    }

    /// Returns the names that the pattern keeps.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Pattern::Any | Pattern::None | Pattern::Plain | Pattern::Scalar(_) => Vec::new(),
            Pattern::Glob(segments) | Pattern::Entries(segments) => segments
                .iter()
                .filter_map(|it| match it {
                    Segment::Name(name) => name.as_deref(),
                    Segment::Literal(_) | Segment::Path => None,
                })
                .collect(),
            Pattern::OneOf(list) => list.iter().flat_map(Pattern::names).collect(),
            Pattern::Fields(fields) => fields.iter().flat_map(|(_, it)| it.names()).collect(),
        }
    }
}

impl Segment {
    fn weight(&self) -> usize {
        match self {
            Segment::Literal(text) => 2 * text.len(),
            Segment::Name(_) => 1,
            Segment::Path => 0,
        }
    }
}

/// The lines of a text that are neither empty nor comments.
fn entries(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    lines.join("\n")
}

fn one_fits(value: Option<&Value>, mut fits: impl FnMut(&Value) -> bool) -> bool {
    match value {
        Some(Value::Array(list)) => list.iter().any(fits),
        Some(value) => fits(value),
        None => false,
    }
}

/// Tells whether a text fits a glob.
pub(super) fn fits(glob: &str, text: &str) -> bool {
    segments(glob).is_ok_and(|it| glob_fits(&it, text, &mut Captures::new()))
}

/// Tells whether a value of the dump has a part that is not known, or secret: such a text is a list of pieces.
pub(super) fn has_hole(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(has_hole),
        Value::Object(fields) => {
            (fields.len() == 1
                && fields
                    .keys()
                    .all(|name| name == "secret" || name == "unknown"))
                || fields.values().any(has_hole)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn segments(text: &str) -> Result<Vec<Segment>, String> {
    let mut list = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (segment, length) = if rest.starts_with("**") {
            (Segment::Path, 2)
        } else if c == '*' {
            (Segment::Name(None), 1)
        } else if let Some(end) = rest.find('>').filter(|_| c == '<') {
            let name = &rest[1..end];
            if name.is_empty() || !name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-') {
                return Err(format!("`<{name}>` is no name: letters and `-` are"));
            }
            (Segment::Name(Some(name.to_owned())), end + 1)
        } else {
            literal.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        if !literal.is_empty() {
            list.push(Segment::Literal(std::mem::take(&mut literal)));
        }
        list.push(segment);
        rest = &rest[length..];
    }
    if !literal.is_empty() || list.is_empty() {
        list.push(Segment::Literal(literal));
    }
    Ok(list)
}

fn glob_fits(segments: &[Segment], text: &str, captures: &mut Captures) -> bool {
    let Some((first, others)) = segments.split_first() else {
        return text.is_empty();
    };
    match first {
        Segment::Literal(literal) => text
            .strip_prefix(literal.as_str())
            .is_some_and(|rest| glob_fits(others, rest, captures)),
        Segment::Path => ends(text).any(|end| glob_fits(others, &text[end..], captures)),
        Segment::Name(name) => {
            for end in ends(text) {
                if text[..end].contains('/') {
                    return false;
                }
                let before = captures.len();
                if let Some(name) = name {
                    if end == 0 {
                        continue;
                    }
                    captures.push((name.clone(), text[..end].to_owned()));
                }
                if glob_fits(others, &text[end..], captures) {
                    return true;
                }
                captures.truncate(before);
            }
            false
        }
    }
}

fn ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()])
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use serde_json::{Value, json};

    fn check(pattern: &str, value: Value, expected: Option<&[(&str, &str)]>) {
        let table: toml::Table = format!("it = {pattern}").parse().expect("TOML");
        let read = Pattern::read(&table["it"]).expect("a pattern");
        let got = read.captures(&value).map(|(captures, _)| captures);
        let got: Option<Vec<(&str, &str)>> = got
            .as_ref()
            .map(|list| list.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect());
        assert_eq!(got.as_deref(), expected, "{pattern} {value}");
    }

    #[test]
    fn strings() {
        check("'a'", json!("a"), Some(&[]));
        check("'a'", json!("ab"), None);
        check("'/etc/*.conf'", json!("/etc/x.conf"), Some(&[]));
        check("'/etc/*.conf'", json!("/etc/x/y.conf"), None);
        check("'/etc/**'", json!("/etc/x/y.conf"), Some(&[]));
        check(
            "'/etc/<name>.conf'",
            json!("/etc/x.conf"),
            Some(&[("name", "x")]),
        );
        check("'/etc/<name>.conf'", json!("/etc/.conf"), None);
        check(
            "'<host>.<domain>'",
            json!("a.b.c"),
            Some(&[("host", "a"), ("domain", "b.c")]),
        );
    }

    #[test]
    fn presence_lists_and_fields() {
        check("{ a = '$any' }", json!({"a": 1}), Some(&[]));
        check("{ a = '$any' }", json!({}), None);
        check("{ a = '$none' }", json!({}), Some(&[]));
        check("['a', 'b']", json!("b"), Some(&[]));
        check("'b'", json!(["a", "b"]), Some(&[]));
        check(
            "{ a = true, b = 'x' }",
            json!({"a": true, "b": "x"}),
            Some(&[]),
        );
        check("{ a = true, b = 'x' }", json!({"a": false, "b": "x"}), None);
    }

    #[test]
    fn comments_and_blanks_are_no_entries() {
        check("'$entries ON=no'", json!("# x\n\n  ON=no  \n"), Some(&[]));
        check("'$entries ON=no'", json!("ON=no\nMORE=1\n"), None);
        check(
            "'$entries a=<b>'",
            json!("#a=c\na=d\n"),
            Some(&[("b", "d")]),
        );
    }

    #[test]
    fn text_with_holes_is_only_there() {
        let text = json!(["a=", {"secret": "x"}]);
        check("'$any'", text.clone(), Some(&[]));
        check("'$plain'", text, None);
    }
}
