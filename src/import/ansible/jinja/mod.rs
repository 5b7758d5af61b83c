//! The evaluator of Jinja2 over our syntax tree, with Python's values, and with what is not known.

mod args;
mod call;
mod catalog;
mod expr;
mod filters;
mod format;
mod functions;
mod hash_set;
mod header;
mod include;
mod lookup;
mod managed;
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
pub(in crate::import::ansible) use header::MARKS;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;

use super::left_open;
use super::scope::{Binding, Failure, Layer, Scope};
use super::value::{Key, Value};
use crate::diag::Code;
use crate::model::Text;
use crate::source::{FileId, Span};
use crate::syntax::jinja::{Block, Expr, ForLoop, Macro, Settings, SyntaxError};

/// What an inline `if` without `else` comes to, by its name.
const WITHOUT_ELSE: &str = "the inline if without else";

type Eval<T> = Result<T, Failure>;

/// Renders a string of a YAML file.
pub(super) fn template(scope: &Scope<'_>, text: &str, span: Span) -> Eval<Value> {
    let mut settings = Settings::of_yaml();
    let start = header::read(text, &mut settings).map_err(unread)?;
    let parsed = scope.session().template(&text[start..], &settings);
    let body = parsed.as_ref().as_ref().map_err(unparsed)?;
    let made = scope.session().deeper(|| {
        let mut env = Env::new(scope, span, None);
        env.settings = Rc::new(settings);
        let mut out = Out::default();
        env.run_template(body, &mut out)?;
        Ok(out.finish())
    })?;
    match made {
        Value::Undefined(name) => Err(Failure::undefined(&name)),
        Value::Str(made) => Ok(Value::Str(with_last_breaks(made, text, "\n"))),
        other => Ok(other.without_omitted()),
    }
}

/// Evaluates a bare expression.
pub(super) fn expression(scope: &Scope<'_>, text: &str, span: Span) -> Eval<Value> {
    let parsed = scope.session().expression(text.trim());
    let expr = parsed.as_ref().as_ref().map_err(unparsed)?;
    evaluate(scope, expr, span)
}

/// Evaluates an expression that was read before.
pub(super) fn evaluate(scope: &Scope<'_>, expr: &Expr, span: Span) -> Eval<Value> {
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

/// Renders a template file, as the module `template` writes it.
pub(super) fn render(scope: &Scope<'_>, file: FileId, settings: Settings) -> Eval<Text> {
    Ok(match rendered(scope, file, settings)? {
        Value::None => Text::new(),
        // One value that is no string is shown alone.
        other => other.to_text(),
    })
}

/// Renders a template file; a value that stands alone keeps its type.
fn rendered(scope: &Scope<'_>, file: FileId, settings: Settings) -> Eval<Value> {
    let start = Span::new(file, 0, 0);
    let mut layer = Layer::default();
    if scope.bound(managed::NAME).is_none() {
        let value = Binding::Value(managed::value(scope)?);
        layer.vars.insert(managed::NAME.to_owned(), value);
    }
    let scope = &scope.with(layer);
    let whole = &*include::text(scope.session().tree, file).map_err(|it| it.or_at(start))?;
    let mut own = settings.clone();
    let body_start = header::read(whole, &mut own).map_err(|it| unread(it).or_at(start))?;
    if body_start == 0 && !settings.starts_in(whole) {
        return Ok(Value::str(whole));
    }
    let parsed = scope.session().file(file, &whole[body_start..], &own);
    let place = Place {
        file,
        first_line: u32::from(body_start > 0),
    };
    let body = parsed.as_ref().as_ref().map_err(|error| {
        let span = place.line(scope, error.line);
        unparsed(error).or_at(span)
    })?;
    scope.session().deeper(|| {
        let mut env = Env::new(scope, start, Some(place));
        env.settings = Rc::new(own);
        let mut out = Out::default();
        env.run_template(body, &mut out)
            .map_err(|failure| failure.or_at(env.here()))
            .and_then(|()| match out.finish() {
                Value::Undefined(name) => Err(Failure::undefined(&name).or_at(env.here())),
                Value::Omit => Err(Failure::failed("the template is omitted").or_at(env.here())),
                Value::Str(made) => {
                    let whole = with_last_breaks(made, whole, &settings.newline);
                    Ok(Value::Str(whole))
                }
                other => match other.deep_undefined() {
                    Some(name) => Err(Failure::undefined(name).or_at(env.here())),
                    None => Ok(other.without_omitted()),
                },
            })
    })
}

fn unparsed(error: &SyntaxError) -> Failure {
    Failure::new(Code::JinjaSyntax, error.message.clone())
}

fn unread(problem: String) -> Failure {
    Failure::new(Code::JinjaSyntax, problem)
}

/// Jinja drops the last line break of a template; Ansible puts back what is missing.
fn with_last_breaks(mut made: Text, source: &str, newline: &str) -> Text {
    let count = |text: &str| text.len() - text.trim_end_matches('\n').len();
    let wanted = count(source);
    let has = match made.pieces().last() {
        Some(crate::model::Piece::Literal(last)) => count(last),
        Some(crate::model::Piece::Hole(_)) | None => 0,
    };
    for _ in has..wanted {
        made.push_str(newline);
    }
    made
}

/// Returns what `value.name` is: the item of a dictionary, or one of a list where the name is a number.
pub(super) fn attribute(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Unknown(hole) => Some(Value::Unknown(left_open::below(hole, name))),
        Value::Undefined(_) => Some(value.clone()),
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
    /// The names that it was given with its context.
    outer: Vec<Frame>,
    /// It was imported without the context: it sees no variables.
    is_bare: bool,
    settings: Rc<Settings>,
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
    /// How many frames stand outside of the template that runs.
    base: usize,
    /// No variables of Ansible are seen, as in a template that was imported without the context.
    is_bare: bool,
    /// An attribute that is not there fails at once: so it is in all that `loop()` and `super()` run.
    is_strict: bool,
    /// How other templates are read.
    settings: Rc<Settings>,
}

/// What a template has produced: one value keeps its type.
#[derive(Default)]
struct Out {
    first: Option<Value>,
    many: bool,
    text: Text,
    /// What is produced may be asked whether it has a value.
    is_asked: bool,
    undefined: Option<String>,
}

impl Out {
    /// Makes what takes the text of a macro or a block: what has no value there makes the whole such.
    fn asked() -> Out {
        Out {
            is_asked: true,
            ..Out::default()
        }
    }

    fn push_str(&mut self, text: &str) -> Eval<()> {
        if text.is_empty() {
            return Ok(());
        }
        if self.first.is_none() && !self.many {
            self.first = Some(Value::str(text));
            return Ok(());
        }
        self.spread()?;
        self.text.push_str(text);
        Ok(())
    }

    fn push(&mut self, value: Value) -> Eval<()> {
        match value {
            Value::None => Ok(()),
            // Jinja's own lenient kind of undefined: it prints nothing, even where others fail.
            Value::Undefined(name) if name == WITHOUT_ELSE => {
                if self.first.is_none() && !self.many {
                    self.first = Some(Value::str(""));
                    return Ok(());
                }
                self.spread()
            }
            // Alone, it fails only where it is used.
            value if self.first.is_none() && !self.many => {
                self.first = Some(value);
                Ok(())
            }
            value => {
                self.spread()?;
                self.show(value)
            }
        }
    }

    fn show(&mut self, value: Value) -> Eval<()> {
        match value {
            Value::Omit => Ok(()),
            Value::Str(text) => {
                self.text.push(&text);
                Ok(())
            }
            value => match value.deep_undefined() {
                Some(name) if self.is_asked => {
                    self.undefined.get_or_insert_with(|| name.to_owned());
                    Ok(())
                }
                Some(name) => Err(Failure::undefined(name)),
                None => {
                    self.text.push(&value.without_omitted().to_text());
                    Ok(())
                }
            },
        }
    }

    fn spread(&mut self) -> Eval<()> {
        self.many = true;
        match self.first.take() {
            Some(first) => self.show(first),
            None => Ok(()),
        }
    }

    /// Returns what was produced: a value that stands alone keeps its type.
    fn finish(self) -> Value {
        match self.first {
            _ if self.undefined.is_some() => Value::Undefined(self.undefined.unwrap_or_default()),
            Some(first) => first,
            None if self.many => Value::Str(self.text),
            None => Value::None,
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
            base: 0,
            is_bare: false,
            is_strict: false,
            settings: Rc::default(),
        }
    }

    /// Returns where the evaluation is.
    fn here(&self) -> Span {
        self.place
            .map_or(self.span, |place| place.line(self.scope, self.line))
    }

    /// Returns what a name is outside of the templates.
    fn outer(&self, name: &str) -> Eval<Value> {
        if self.is_bare && name != "omit" {
            return Ok(Value::Undefined(name.to_owned()));
        }
        self.scope.get(name)
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
