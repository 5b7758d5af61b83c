//! Values as YAML, laid out as PyYAML's `dump` over libyaml does it.

mod scalar;

use scalar::{Analysis, is_break, is_other_type};

use super::python::{float, sorted};
use crate::import::ansible::value::{Key, Value};
use crate::model::{Hole, Piece, Text};

/// How YAML is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct YamlStyle {
    pub(super) indent: usize,
    pub(super) width: usize,
    pub(super) sort_keys: bool,
    pub(super) flow: Flow,
    pub(super) scalars: Scalars,
    pub(super) explicit_start: bool,
    pub(super) explicit_end: bool,
}

/// Which lists and dictionaries stand in brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    None,
    /// Those that hold only scalars.
    Leaves,
    All,
}

/// How scalars are written where it is not left to the writer: `default_style`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalars {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

impl Scalars {
    pub(super) fn of(style: Option<&str>) -> Scalars {
        match style {
            Some("'") => Scalars::Single,
            Some("\"") => Scalars::Double,
            Some("|") => Scalars::Literal,
            Some(">") => Scalars::Folded,
            _ => Scalars::Plain,
        }
    }
}

/// Longer keys are written in the long way, in bytes.
const MAX_KEY: usize = 128;

/// Holes stand for one character each while the text is laid out.
const FIRST_HOLE: u32 = 0x10_0000;

pub(super) fn dump(value: &Value, style: &YamlStyle) -> Text {
    let mut writer = Writer {
        style,
        out: String::new(),
        holes: Vec::new(),
    };
    if style.explicit_start {
        writer.out.push_str("---");
        let block = !writer.is_inline(value);
        writer.out.push(if block { '\n' } else { ' ' });
    }
    if writer.is_inline(value) {
        writer.inline(value, style.indent);
        writer.out.push('\n');
    } else {
        writer.block(value, 0);
    }
    if style.explicit_end {
        writer.out.push_str("...\n");
    }
    writer.finish()
}

struct Writer<'a> {
    style: &'a YamlStyle,
    out: String,
    holes: Vec<Hole>,
}

impl Writer<'_> {
    fn finish(self) -> Text {
        let mut text = Text::new();
        let mut rest = self.out.as_str();
        while let Some((at, character)) = rest
            .char_indices()
            .find(|(_, it)| u32::from(*it) >= FIRST_HOLE)
        {
            text.push_str(&rest[..at]);
            let index = (u32::from(character) - FIRST_HOLE) as usize;
            if let Some(hole) = self.holes.get(index) {
                text.push_hole(hole.clone());
            }
            rest = &rest[at + character.len_utf8()..];
        }
        text.push_str(rest);
        text
    }

    fn hole(&mut self, hole: &Hole) -> char {
        let at = u32::try_from(self.holes.len()).unwrap_or(0);
        self.holes.push(hole.clone());
        char::from_u32(FIRST_HOLE + at).unwrap_or('?')
    }

    fn is_inline(&self, value: &Value) -> bool {
        let scalar = |it: &Value| !matches!(it, Value::List(_) | Value::Dict(_));
        match value {
            Value::List(items) => {
                items.is_empty()
                    || self.style.flow == Flow::All
                    || self.style.flow == Flow::Leaves && items.iter().all(scalar)
            }
            Value::Dict(dict) => {
                dict.is_empty()
                    || self.style.flow == Flow::All
                    || self.style.flow == Flow::Leaves && dict.values().all(scalar)
            }
            _ => true,
        }
    }

    fn column(&self) -> usize {
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        self.out[line..].chars().count()
    }

    fn pad(&mut self, to: usize) {
        let missing = to.saturating_sub(self.column());
        self.out.push_str(&" ".repeat(missing));
    }

    /// Writes the lines of a list or dictionary; the first goes on where the output is.
    fn block(&mut self, value: &Value, indent: usize) {
        match value {
            Value::List(items) => {
                for item in items.iter() {
                    self.pad(indent);
                    self.out.push('-');
                    if self.is_inline(item) {
                        self.out.push(' ');
                        self.inline(item, indent + self.style.indent);
                        self.out.push('\n');
                    } else {
                        self.pad(indent + self.style.indent);
                        self.block(item, indent + self.style.indent);
                    }
                }
            }
            Value::Dict(dict) => {
                for (key, item) in sorted(dict, self.style.sort_keys) {
                    self.pad(indent);
                    if is_long(key) {
                        self.out.push_str("? ");
                        self.whole_key(key, indent + self.style.indent, Context::Block);
                        self.out.push('\n');
                        self.pad(indent);
                        self.out.push(':');
                        if !self.is_inline(item) {
                            self.pad(indent + self.style.indent);
                            self.block(item, indent + self.style.indent);
                            continue;
                        }
                    } else {
                        self.whole_key(key, 0, Context::Key);
                        self.out.push(':');
                    }
                    if self.is_inline(item) {
                        self.out.push(' ');
                        self.inline(item, indent + self.style.indent);
                        self.out.push('\n');
                    } else {
                        self.out.push('\n');
                        // A list stands as deep as its key.
                        let deeper = matches!(item, Value::Dict(_));
                        let more = if deeper { self.style.indent } else { 0 };
                        self.block(item, indent + more);
                    }
                }
            }
            other => {
                self.inline(other, indent);
                self.out.push('\n');
            }
        }
    }

    fn whole_key(&mut self, key: &Key, indent: usize, context: Context) {
        match key {
            Key::Str(text) => self.string(text, indent, context),
            other => self.inline(&other.value(), indent),
        }
    }

    /// Writes what is no string; in quotes, where those are asked for, `!` says that it is none.
    fn other(&mut self, text: &str) {
        match self.style.scalars {
            Scalars::Plain => self.out.push_str(text),
            Scalars::Single => self.out.push_str(&format!("! '{text}'")),
            Scalars::Double => self.out.push_str(&format!("! \"{text}\"")),
            Scalars::Literal => self.out.push_str(&format!("! |-\n  {text}")),
            Scalars::Folded => self.out.push_str(&format!("! >-\n  {text}")),
        }
    }

    fn inline(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Undefined(_) | Value::None => self.other("null"),
            Value::Bool(it) => self.other(if *it { "true" } else { "false" }),
            Value::Int(number) => self.other(&number.to_string()),
            Value::Float(number) => self.other(&yaml_float(*number)),
            Value::Omit => self.out.push_str("omit"),
            Value::Unknown(hole) => {
                let hole = self.hole(hole);
                self.out.push(hole);
            }
            Value::Str(text) => self.text(text, indent),
            Value::List(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.separate(at, indent);
                    self.flow_item(item, indent);
                }
                self.out.push(']');
            }
            Value::Dict(dict) => {
                self.out.push('{');
                for (at, (key, item)) in sorted(dict, self.style.sort_keys).into_iter().enumerate()
                {
                    self.separate(at, indent);
                    if is_long(key) {
                        self.out.push_str("? ");
                        self.whole_key(key, indent + self.style.indent, Context::Flow);
                        self.out.push_str(" : ");
                    } else {
                        self.whole_key(key, indent, Context::FlowKey);
                        self.out.push_str(": ");
                    }
                    self.flow_item(item, indent);
                }
                self.out.push('}');
            }
        }
    }

    fn flow_item(&mut self, item: &Value, indent: usize) {
        match item {
            Value::Str(text) if text.plain().is_some() => {
                let deeper = indent + self.style.indent;
                self.string(text.plain().unwrap_or_default(), deeper, Context::Flow);
            }
            other => self.inline(other, indent + self.style.indent),
        }
    }

    fn separate(&mut self, at: usize, indent: usize) {
        if at > 0 {
            self.out.push(',');
        }
        if self.column() > self.style.width {
            self.out.push('\n');
            self.pad(indent);
        } else if at > 0 {
            self.out.push(' ');
        }
    }

    fn text(&mut self, text: &Text, indent: usize) {
        if let Some(plain) = text.plain() {
            self.string(plain, indent, Context::Block);
            return;
        }
        let mut whole = String::new();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(literal) => whole.push_str(literal),
                Piece::Hole(hole) => {
                    let hole = self.hole(hole);
                    whole.push(hole);
                }
            }
        }
        self.double_quoted(&whole, indent, false);
    }

    fn string(&mut self, text: &str, indent: usize, context: Context) {
        let found = Analysis::of(text);
        let splits = matches!(context, Context::Block | Context::Flow);
        let plain = match context {
            Context::Block | Context::Key => found.block_plain,
            Context::Flow | Context::FlowKey => found.flow_plain,
        };
        let plain = plain && !found.multiline && !is_other_type(text) && !text.is_empty();
        match self.style.scalars {
            Scalars::Literal if found.block && context == Context::Block => {
                self.literal(text, indent);
            }
            Scalars::Folded if found.block && context == Context::Block => {
                self.folded_block(text, indent);
            }
            Scalars::Literal | Scalars::Folded | Scalars::Double => {
                self.double_quoted(text, indent, splits);
            }
            Scalars::Plain if plain => self.folded(text, indent, splits),
            Scalars::Plain | Scalars::Single if found.single_quoted => {
                self.single_quoted(text, indent, splits);
            }
            Scalars::Plain | Scalars::Single => self.double_quoted(text, indent, splits),
        }
    }

    /// Writes the sign of a block of text, with what its spaces and its last line breaks need.
    fn block_sign(&mut self, sign: char, text: &str) {
        self.out.push(sign);
        if text.starts_with([' ', '\n']) {
            self.out.push_str(&self.style.indent.to_string());
        }
        match text.strip_suffix('\n') {
            None => self.out.push('-'),
            Some(rest) if rest.is_empty() || rest.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
        self.out.push('\n');
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.block_sign('|', text);
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.out.push('\n');
            }
            if !line.is_empty() {
                self.pad(indent);
                self.out.push_str(line);
            }
        }
        self.end_block();
    }

    fn folded_block(&mut self, text: &str, indent: usize) {
        self.block_sign('>', text);
        let lines: Vec<&str> = text.split('\n').collect();
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.out.push('\n');
                // A break between words needs a second one to be kept.
                let before = lines
                    .get(at - 1)
                    .is_some_and(|it| !it.is_empty() && !it.starts_with([' ', '\t']));
                let next = lines[at..].iter().find(|it| !it.is_empty());
                if before && next.is_some_and(|it| !it.starts_with([' ', '\t'])) {
                    self.out.push('\n');
                }
            }
            if !line.is_empty() {
                self.pad(indent);
                self.folded(line, indent, true);
            }
        }
        self.end_block();
    }

    /// The line break after a scalar is written by who holds it.
    fn end_block(&mut self) {
        if self.out.ends_with('\n') {
            self.out.pop();
        }
    }

    /// Writes words, with a line break in place of a space beyond the width.
    fn folded(&mut self, text: &str, indent: usize, splits: bool) {
        let mut rest = text;
        while let Some(at) = rest.find(' ') {
            self.out.push_str(&rest[..at]);
            let spaces = rest[at..].len() - rest[at..].trim_start_matches(' ').len();
            if spaces == 1 && splits && self.column() > self.style.width {
                self.out.push('\n');
                self.pad(indent);
            } else {
                self.out.push_str(&rest[at..at + spaces]);
            }
            rest = &rest[at + spaces..];
        }
        self.out.push_str(rest);
    }

    fn single_quoted(&mut self, text: &str, indent: usize, splits: bool) {
        self.out.push('\'');
        let doubled = text.replace('\'', "''");
        for part in split_breaks(&doubled) {
            if part.starts_with(is_break) {
                if part.starts_with('\n') {
                    self.out.push('\n');
                }
                self.out.push_str(part);
                let missing = " ".repeat(indent);
                self.out.push_str(&missing);
                continue;
            }
            // Spaces at either end are never where a line breaks.
            let inner = part.trim_matches(' ');
            let lead = part.len() - part.trim_start_matches(' ').len();
            self.out.push_str(&part[..lead.min(part.len())]);
            self.folded(inner, indent, splits);
            self.out
                .push_str(part.get(lead + inner.len()..).unwrap_or_default());
        }
        self.out.push('\'');
    }

    fn double_quoted(&mut self, text: &str, indent: usize, splits: bool) {
        self.out.push('"');
        let characters: Vec<char> = text.chars().collect();
        let last = characters.len().saturating_sub(1);
        let mut after_break = false;
        for (at, character) in characters.iter().enumerate() {
            let code = u32::from(*character);
            let escaped = match character {
                '"' => "\\\"".to_owned(),
                '\\' => "\\\\".to_owned(),
                '\0' => "\\0".to_owned(),
                '\u{7}' => "\\a".to_owned(),
                '\u{8}' => "\\b".to_owned(),
                '\t' => "\\t".to_owned(),
                '\n' => "\\n".to_owned(),
                '\u{b}' => "\\v".to_owned(),
                '\u{c}' => "\\f".to_owned(),
                '\r' => "\\r".to_owned(),
                '\u{1b}' => "\\e".to_owned(),
                '\u{85}' => "\\N".to_owned(),
                '\u{a0}' => "\\_".to_owned(),
                '\u{2028}' => "\\L".to_owned(),
                '\u{2029}' => "\\P".to_owned(),
                _ if code < 0x20 || (0x7f..0xa0).contains(&code) => format!("\\x{code:02X}"),
                '\u{feff}' | '\u{fffe}' | '\u{ffff}' => format!("\\u{code:04X}"),
                _ if code > 0xffff && code < FIRST_HOLE => format!("\\U{code:08X}"),
                it => it.to_string(),
            };
            let space = *character == ' ';
            let inside = 0 < at && at < last;
            if space && splits && inside && !after_break && self.column() > self.style.width {
                self.out.push('\n');
                self.pad(indent);
                if characters.get(at + 1) == Some(&' ') {
                    self.out.push('\\');
                }
                after_break = true;
                continue;
            }
            after_break = space;
            self.out.push_str(&escaped);
        }
        self.out.push('"');
    }
}

/// Splits a text into runs of line breaks and what is between them.
fn split_breaks(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let breaks = rest.starts_with(is_break);
        let end = rest
            .find(|it: char| is_break(it) != breaks)
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
}

/// Tells whether a key is too long, or has too many lines, to stand before a colon.
fn is_long(key: &Key) -> bool {
    match key {
        Key::Str(text) => text.len() > MAX_KEY || text.contains(is_break),
        Key::Int(_) | Key::Bool(_) | Key::None => false,
    }
}

fn yaml_float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let text = float(number);
    if !text.contains('.') && text.contains('e') {
        return text.replacen('e', ".0e", 1);
    }
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Block,
    Key,
    Flow,
    FlowKey,
}
