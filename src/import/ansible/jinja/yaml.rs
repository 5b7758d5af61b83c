//! Values as YAML, laid out as PyYAML's `dump` over libyaml does it.

use super::python::{float, sorted};
use crate::import::ansible::value::{Key, Value};
use crate::model::{Hole, Piece, Text};
use crate::syntax::yaml::{Scalar, resolve_plain};

/// How YAML is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct YamlStyle {
    pub(super) indent: usize,
    pub(super) width: usize,
    pub(super) sort_keys: bool,
    pub(super) flow: Flow,
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
                    self.key(key);
                    self.out.push(':');
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

    fn key(&mut self, key: &Key) {
        match key {
            Key::Str(text) => self.string(text, 0, Context::Key),
            other => self.inline(&other.value(), 0),
        }
    }

    fn inline(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Undefined(_) | Value::None => self.out.push_str("null"),
            Value::Bool(it) => self.out.push_str(if *it { "true" } else { "false" }),
            Value::Int(number) => self.out.push_str(&number.to_string()),
            Value::Float(number) => self.out.push_str(&yaml_float(*number)),
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
                    match key {
                        Key::Str(text) => self.string(text, indent, Context::FlowKey),
                        other => self.inline(&other.value(), indent),
                    }
                    self.out.push_str(": ");
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
        let multiline_key = !splits && found.multiline;
        if plain && !found.multiline && !is_other_type(text) && !text.is_empty() {
            self.folded(text, indent, splits);
        } else if found.single_quoted && !multiline_key {
            self.single_quoted(text, indent, splits);
        } else {
            self.double_quoted(text, indent, splits);
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
            if part.starts_with('\n') {
                self.out.push('\n');
                self.out.push_str(part);
                self.pad(indent);
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
                '\u{feff}' => "\\uFEFF".to_owned(),
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
        let breaks = rest.starts_with('\n');
        let end = rest
            .find(|it: char| (it == '\n') != breaks)
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
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

/// Tells whether a plain scalar of this text would be something else than a string.
fn is_other_type(text: &str) -> bool {
    !matches!(resolve_plain(text), Scalar::Str(_)) || matches!(text, "=" | "<<") || is_date(text)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && (bytes.len() == 10
            || matches!(bytes.get(10), Some(b'T' | b't' | b' ')) && digits(11..13))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Block,
    Key,
    Flow,
    FlowKey,
}

/// How a text can be written; after PyYAML's `analyze_scalar`.
struct Analysis {
    block_plain: bool,
    flow_plain: bool,
    single_quoted: bool,
    multiline: bool,
}

impl Analysis {
    fn of(text: &str) -> Analysis {
        let mut block = text.starts_with("---") || text.starts_with("...");
        let mut flow = block;
        let mut special = false;
        let mut multiline = false;
        let mut space_break = false;
        let mut break_space = false;
        let characters: Vec<char> = text.chars().collect();
        let mut before_space = true;
        for (at, character) in characters.iter().enumerate() {
            let next = characters.get(at + 1);
            let followed = next.is_none_or(|it| it.is_whitespace() || *it == '\0');
            match character {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                | '%' | '@' | '`'
                    if at == 0 =>
                {
                    block = true;
                    flow = true;
                }
                '?' | ':' if at == 0 => {
                    flow = true;
                    block |= followed;
                }
                '-' if at == 0 && followed => {
                    block = true;
                    flow = true;
                }
                ',' | '?' | '[' | ']' | '{' | '}' if at > 0 => flow = true,
                ':' => {
                    flow = true;
                    block |= followed;
                }
                '#' if before_space => {
                    block = true;
                    flow = true;
                }
                _ => {}
            }
            if *character == '\n' {
                multiline = true;
                space_break |= at > 0 && characters.get(at - 1) == Some(&' ');
            }
            // A line that starts with a space would lose it outside of double quotes.
            break_space |= *character == ' ' && at > 0 && characters.get(at - 1) == Some(&'\n');
            let code = u32::from(*character);
            let printable = *character == '\n' || (0x20..0x7f).contains(&code) || code >= 0xa0;
            special |= !printable || *character == '\u{feff}';
            before_space = character.is_whitespace() || *character == '\0';
        }
        let edges = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
        Analysis {
            block_plain: !(block || edges || special || space_break || multiline),
            flow_plain: !(flow || edges || special || space_break || multiline),
            single_quoted: !(special || space_break || break_space),
            multiline,
        }
    }
}
