//! The evaluator of Jinja2 over our syntax tree, with Python's values, and with what is not known.

mod args;
mod call;
mod catalog;
mod expr;
mod filters;
mod format;
mod functions;
mod hash_set;
mod include;
mod lookup;
mod method;
mod mutate;
mod ops;
mod python;
mod regex;
mod stmt;
mod test;
mod unknown;
mod yaml;

#[cfg(test)]
mod tests;

pub use catalog::{Callables, callables};

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;

use super::scope::{Failure, Scope, Whitespace};
use super::value::{Key, Value};
use crate::diag::Code;
use crate::model::Text;
use crate::source::{FileId, Span};
use crate::syntax::jinja::{Block, ForLoop, Macro, Settings, SyntaxError};

/// What an inline `if` without `else` comes to, by its name.
const WITHOUT_ELSE: &str = "the inline if without else";

type Eval<T> = Result<T, Failure>;

/// Renders a string of a YAML file.
pub(super) fn template(scope: &Scope<'_>, text: &str, span: Span) -> Eval<Value> {
    let parsed = scope.session().template(text, &Settings::of_yaml());
    let body = parsed.as_ref().as_ref().map_err(unparsed)?;
    let made = scope.session().deeper(|| {
        let mut env = Env::new(scope, span, None);
        let mut out = Out::default();
        env.run_template(body, &mut out)?;
        Ok(out.finish())
    })?;
    match made {
        Value::Undefined(name) => Err(Failure::undefined(&name)),
        Value::Str(made) => Ok(Value::Str(with_last_breaks(made, text))),
        other => Ok(other.without_omitted()),
    }
}

/// Evaluates a bare expression.
pub(super) fn expression(scope: &Scope<'_>, text: &str, span: Span) -> Eval<Value> {
    let parsed = scope.session().expression(text.trim());
    let expr = parsed.as_ref().as_ref().map_err(unparsed)?;
    scope
        .session()
        .deeper(|| Env::new(scope, span, None).eval(expr))
}

/// Runs a lookup plugin over the terms of `with_…`: a list's items are terms, anything else is the only one.
pub(super) fn lookup_list(
    scope: &Scope<'_>,
    plugin: &str,
    terms: Value,
    span: Span,
) -> Eval<Value> {
    let terms = match terms {
        Value::List(items) => items.to_vec(),
        other => vec![other],
    };
    let mut positional = vec![Value::str(plugin)];
    positional.extend(terms);
    let mut env = Env::new(scope, span, None);
    env.lookup(true, &args::Args::of(positional))
        .map_err(|failure| failure.or_at(span))
}

/// Renders a template file.
pub(super) fn render(scope: &Scope<'_>, file: FileId, whitespace: Whitespace) -> Eval<Text> {
    let how = Rendering {
        whitespace,
        variable: [None, None],
        comment: [None, None],
    };
    Ok(match rendered(scope, file, &how)? {
        Value::None => Text::new(),
        // One value that is no string is shown alone.
        other => other.to_text(),
    })
}

/// How a template file is read, where the file itself does not say it.
struct Rendering {
    whitespace: Whitespace,
    /// The signs around a value, and around a comment.
    variable: [Option<String>; 2],
    comment: [Option<String>; 2],
}

/// Renders a template file; a single value keeps its type.
fn rendered(scope: &Scope<'_>, file: FileId, how: &Rendering) -> Eval<Value> {
    let start = Span::new(file, 0, 0);
    let tree = scope.session().tree;
    let text = tree.text(file).map_err(|problem| {
        let message = format!("`{}` cannot be read: {problem}", tree.path(file));
        Failure::new(Code::MissingFile, message).or_at(start)
    })?;
    let (mut settings, body_start) = include::settings(text, how.whitespace);
    let signs = [&how.variable, &how.comment].into_iter().flatten();
    if settings.delimiters.is_none() && signs.clone().any(Option::is_some) {
        let mut delimiters = include::DELIMITERS.map(str::to_owned);
        for (place, sign) in (2..).zip(signs) {
            if let (Some(delimiter), Some(sign)) = (delimiters.get_mut(place), sign) {
                delimiter.clone_from(sign);
            }
        }
        settings.delimiters = Some(Box::new(delimiters));
    }
    let text = &text[body_start..];
    let parsed = scope.session().file(file, text, &settings);
    let first_line = if body_start > 0 { 1 } else { 0 };
    let place = Place { file, first_line };
    let body = parsed.as_ref().as_ref().map_err(|error| {
        let span = place.line(scope, error.line);
        Failure::new(Code::JinjaSyntax, error.message.clone()).or_at(span)
    })?;
    scope.session().deeper(|| {
        let mut env = Env::new(scope, start, Some(place));
        let mut out = Out::default();
        env.run_template(body, &mut out)
            .map_err(|failure| failure.or_at(env.here()))?;
        match out.finish() {
            Value::Undefined(name) => Err(Failure::undefined(&name).or_at(env.here())),
            Value::Str(made) => Ok(Value::Str(with_last_breaks(made, text))),
            other => Ok(other),
        }
    })
}

fn unparsed(error: &SyntaxError) -> Failure {
    Failure::new(Code::JinjaSyntax, error.message.clone())
}

/// Jinja drops the last line break of a template; Ansible puts back what is missing.
fn with_last_breaks(mut made: Text, source: &str) -> Text {
    let count = |text: &str| text.len() - text.trim_end_matches('\n').len();
    let wanted = count(source);
    let has = match made.pieces().last() {
        Some(crate::model::Piece::Literal(last)) => count(last),
        Some(crate::model::Piece::Hole(_)) | None => 0,
    };
    for _ in has..wanted {
        made.push_str("\n");
    }
    made
}

/// Returns what `value.name` is: the item of a dictionary, or one of a list where the name is a number.
pub(super) fn attribute(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Unknown(_) | Value::Undefined(_) => Some(value.clone()),
        Value::Dict(_) => value.entry(name).cloned(),
        Value::Time(time) => time.attribute(name).map(Value::Int),
        Value::List(items) => match (name, &items[..]) {
            // A row of `groupby` also has names.
            ("grouper", [key, Value::List(_)]) => Some(key.clone()),
            ("list", [_, group @ Value::List(_)]) => Some(group.clone()),
            _ => items.get(name.parse::<usize>().ok()?).cloned(),
        },
        _ => None,
    }
}

/// The file that is rendered, and how many of its lines come before what was parsed.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: FileId,
    first_line: u32,
}

impl Place {
    /// Returns the span of a line.
    fn line(self, scope: &Scope<'_>, line: u32) -> Span {
        let text = scope.session().tree.text(self.file).unwrap_or_default();
        let wanted = (line + self.first_line).saturating_sub(1) as usize;
        let mut start = 0;
        for (at, content) in text.split_inclusive('\n').enumerate() {
            if at == wanted {
                return Span::new(self.file, start, start + content.trim_end().len());
            }
            start += content.len();
        }
        Span::new(self.file, start, start)
    }
}

/// What a name of a template stands for.
#[derive(Clone)]
enum Local {
    Value(Value),
    Macro(Rc<Callable>),
    Module(Rc<Module>),
    Namespace(Rc<RefCell<IndexMap<String, Value>>>),
    Loop(Rc<LoopState>),
    Cycler(Rc<(Vec<Value>, Cell<usize>)>),
    Joiner(Rc<(Value, Cell<bool>)>),
    /// The variables of a host.
    Host(Rc<str>),
}

/// A macro and the names that it sees.
struct Callable {
    code: Rc<Macro>,
    home: Home,
    caller: bool,
}

enum Home {
    /// The outer frames of where it stands.
    Frames(usize),
    Module(Rc<Module>),
    /// All frames of the call, for `caller()`.
    Saved(Vec<Frame>),
}

/// What another template defines.
struct Module {
    names: RefCell<Frame>,
    place: Option<Place>,
    text: Value,
}

type Frame = HashMap<Rc<str>, Local>;

/// A block and the file that it stands in.
type Placed = (Rc<Block>, Option<Place>);

struct LoopState {
    index0: usize,
    length: usize,
    depth: usize,
    previous: Option<Value>,
    next: Option<Value>,
    changed: Rc<RefCell<Option<Vec<Value>>>>,
    /// The loop itself, where it is recursive.
    again: Option<Rc<ForLoop>>,
}

/// What a template is evaluated with.
struct Env<'s, 'a> {
    scope: &'s Scope<'a>,
    /// Where the template stands that is no file of its own.
    span: Span,
    place: Option<Place>,
    line: u32,
    frames: Vec<Frame>,
    /// The frames of those who called the macros that run.
    callers: Vec<Vec<Frame>>,
    /// The blocks of the template and of those it extends, the innermost template's first.
    blocks: HashMap<Rc<str>, Vec<Placed>>,
    /// The blocks that are running: which, and how far up.
    running: Vec<(Rc<str>, usize)>,
    /// The template that this one extends.
    parent: Option<Value>,
}

/// What a template has produced: one value keeps its type.
#[derive(Default)]
struct Out {
    first: Option<Value>,
    many: bool,
    text: Text,
}

impl Out {
    fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.first.is_none() && !self.many {
            self.first = Some(Value::str(text));
            return;
        }
        self.spread();
        self.text.push_str(text);
    }

    fn push(&mut self, value: Value) -> Eval<()> {
        match value {
            Value::None => Ok(()),
            // Jinja's own lenient kind of undefined: it prints nothing, even where others fail.
            Value::Undefined(name) if name == WITHOUT_ELSE => self.push(Value::str("")),
            Value::Undefined(name) => Err(Failure::undefined(&name)),
            value if self.first.is_none() && !self.many => {
                self.first = Some(value);
                Ok(())
            }
            value => {
                self.spread();
                if let Some(name) = value.deep_undefined() {
                    return Err(Failure::undefined(name));
                }
                self.text.push(&value.to_text());
                Ok(())
            }
        }
    }

    fn spread(&mut self) {
        if let Some(first) = self.first.take() {
            self.text.push(&first.to_text());
        }
        self.many = true;
    }

    fn finish(self) -> Value {
        match self.first {
            Some(first) => first,
            None if self.many => Value::Str(self.text),
            None => Value::None,
        }
    }

    /// Returns what was produced as a string, for macros and blocks.
    fn into_text(self) -> Text {
        match self.finish() {
            Value::None => Text::new(),
            other => other.to_text(),
        }
    }
}

impl<'s, 'a> Env<'s, 'a> {
    fn new(scope: &'s Scope<'a>, span: Span, place: Option<Place>) -> Env<'s, 'a> {
        Env {
            scope,
            span,
            place,
            line: 1,
            frames: vec![Frame::new()],
            callers: Vec::new(),
            blocks: HashMap::new(),
            running: Vec::new(),
            parent: None,
        }
    }

    /// Returns where the evaluation is.
    fn here(&self) -> Span {
        self.place
            .map_or(self.span, |place| place.line(self.scope, self.line))
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.frames.iter().rev().find_map(|frame| frame.get(name))
    }

    fn define(&mut self, name: Rc<str>, local: Local) {
        if let Some(frame) = self.frames.last_mut() {
            frame.insert(name, local);
        }
    }

    /// Says that something is not known, and makes the value that stands for its result.
    fn unsupported(&self, kind: &str, name: &str) -> Value {
        let span = self.here();
        self.scope
            .session()
            .note_unsupported(kind, name, Some(span));
        Value::unknown(format!("the result of the {kind} `{name}`"), Some(span))
    }
}

/// Returns the key that a value is, or why it is none.
fn key_of(value: &Value) -> Eval<Key> {
    value.key().ok_or_else(|| match value {
        Value::Undefined(name) => Failure::undefined(name),
        other => Failure::failed(format!("a {} is no key of a dictionary", other.type_name())),
    })
}
