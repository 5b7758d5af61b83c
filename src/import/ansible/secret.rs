//! Secret variables: a hole in place of their value.

use std::sync::Arc;

use super::left_open;
use super::scope::{Binding, Failure, Layer, Scope, secret_hole, undefined_name};
use super::session::Session;
use super::value::{Key, Value};
use super::vault::Sealed;

use crate::diag::Code;
use crate::model::{HoleKind, Piece, Text};
use crate::secret::{
    self, GIVING, NAMING, is_open_name, is_secret_file, is_secret_name, may_be_secret,
};
use crate::source::Span;
use crate::syntax::yaml::Node;

/// Returns the value of the variable or key `name`, with a hole in place of a secret.
pub(super) fn hide(session: &Session<'_>, name: &str, value: Value, span: Option<Span>) -> Value {
    let hidden = match &value {
        Value::Str(text) => match text.plain() {
            Some(plain) => is_secret_name(name) && may_be_secret(plain),
            None => {
                is_secret_name(name)
                    && is_secret(text.worst_hole().map(|hole| hole.kind))
                    && !is_place(text)
            }
        },
        // The table of accounts, which holds no password, has such a name too.
        Value::Unknown(hole) => {
            hole.kind == HoleKind::Unknown
                && is_secret_name(name)
                && !hole.what.contains("/etc/passwd")
        }
        _ => false,
    };
    let what = || match span {
        Some(span) => format!("{} {name}", session.place(span)),
        None => format!("the variable {name}"),
    };
    if !hidden {
        return match &value {
            Value::Str(text) => match text.plain() {
                Some(plain) => within(session, plain, what, span).unwrap_or(value),
                None => value,
            },
            _ => value,
        };
    }
    seal(session, name, what(), &value, span)
}

/// Returns the secret that stands in the place of a value, which is kept where it is known.
fn seal(
    session: &Session<'_>,
    name: &str,
    what: String,
    value: &Value,
    span: Option<Span>,
) -> Value {
    match value {
        Value::Str(text) => {
            let plain = text.plain().map(str::to_owned);
            if let Some(real) = plain.or_else(|| session.reveal(value)) {
                session.keep_secret(&what, &real);
            }
            Value::Str(Text::hole(secret_hole(what, span)))
        }
        Value::Unknown(_) if is_text(name) => Value::Str(Text::hole(secret_hole(what, span))),
        _ => Value::Unknown(secret_hole(what, span)),
    }
}

/// Last words of names of which the value is one text, and nothing that has parts.
const TEXTS: [&str; 7] = [
    "password",
    "passphrase",
    "psk",
    "token",
    "pass",
    "pw",
    "pwd",
];

fn is_text(name: &str) -> bool {
    TEXTS
        .iter()
        .any(|it| name.to_ascii_lowercase().ends_with(it))
}

/// Arguments that say a part of a file.
const LINES: [&str; 3] = ["line", "block", "replace"];

/// Arguments that say which file.
const PATHS: [&str; 3] = ["path", "dest", "destfile"];

/// Puts holes in place of what is secret because of the keys beside it: the value of an option whose name says so, the
/// lines of a file that is a secret as a whole.
///
/// `seal` makes a hole of a value that has the name.
pub(super) fn hide_beside<'v>(
    values: impl Iterator<Item = (&'v str, &'v mut Value)>,
    seal: impl Fn(&Value, &str) -> Value,
) {
    let mut told = Vec::new();
    let mut given = Vec::new();
    let mut is_password = false;
    for (key, value) in values {
        let Value::Str(text) = &*value else { continue };
        let Some(plain) = text.plain() else { continue };
        if NAMING.contains(&key) || PATHS.contains(&key) {
            told.push((key, plain.to_owned()));
        } else if LINES.contains(&key) && !plain.trim().is_empty()
            || GIVING.contains(&key) && may_be_secret(plain)
        {
            given.push((key, value));
        } else {
            is_password |= key == "vtype" && plain == "password";
        }
    }
    for (key, value) in given {
        let name = told.iter().find(|(by, name)| {
            if LINES.contains(&key) {
                PATHS.contains(by) && is_secret_file(name)
            } else {
                NAMING.contains(by) && (is_password || is_secret_name(name))
            }
        });
        if let Some((_, name)) = name {
            *value = seal(value, name);
        }
    }
}

/// Returns how a value gets a hole in its place, which is kept where it is known.
pub(super) fn sealing<'s>(
    session: &'s Session<'_>,
    span: Span,
) -> impl Fn(&Value, &str) -> Value + 's {
    move |value, name| {
        let what = format!("{} {name}", session.place(span));
        seal(session, name, what, value, Some(span))
    }
}

/// Tells whether a text whose holes are no secrets themselves is where something lies: `{{ folder }}/secret`.
fn is_place(text: &Text) -> bool {
    let is_known = text.holes().all(|hole| hole.kind != HoleKind::Secret);
    let last = text.pieces().last();
    is_known
        && matches!(last, Some(Piece::Literal(it)) if it.starts_with('/') && !it.ends_with('/'))
}

/// Puts holes into a text of which a part is secret: an address with a password, a file with a key.
fn within(
    session: &Session<'_>,
    plain: &str,
    what: impl Fn() -> String,
    span: Option<Span>,
) -> Option<Value> {
    let found = secret::find(plain, "");
    let first = found.first()?;
    let what = what();
    let mut text = Text::from(&plain[..first.start]);
    for (at, it) in found.iter().enumerate() {
        let number = match at {
            0 => String::new(),
            at => format!(" ({})", at + 1),
        };
        let own = format!("{what}{number}");
        session.keep_secret(&own, &plain[it.start..it.end]);
        text.push_hole(secret_hole(own, span));
        let next = found.get(at + 1).map_or(plain.len(), |it| it.start);
        text.push_str(&plain[it.end..next]);
    }
    Some(Value::Str(text))
}

/// Returns the value of `!vault` under a name.
pub(super) fn of_vault(scope: &Scope<'_>, node: &Node, name: Option<&str>) -> Value {
    let session = scope.session();
    let place = session.place(node.span);
    let what = match name {
        Some(name) => format!("{place} {name}"),
        None => place,
    };
    let vault = node.text().unwrap_or_default();
    let opened = session.vaults().open(vault, node.span);
    sealed_text(session, what, opened.as_deref(), node.span)
}

/// Tells whether a text is a value that sops encrypted.
pub(super) fn is_sops(text: &str) -> bool {
    text.starts_with("ENC[") && text.ends_with(']') && text.contains(",data:")
}

/// Returns the value of what sops encrypted, which has no key here.
pub(super) fn of_sops(session: &Session<'_>, node: &Node, name: Option<&str>) -> Value {
    let place = session.place(node.span);
    let what = match name {
        Some(name) => format!("{place} {name}"),
        None => place,
    };
    Value::secret(what, Some(node.span))
}

/// Runs something with the secrets that it needs and that nobody sets: who runs the plays gives them elsewhere. Where
/// `is_given`, that goes for all that is a text of its own. Anything else fails, as it does with Ansible.
pub(super) fn with_missing<'a, T>(
    scope: &Scope<'a>,
    is_given: bool,
    run: impl Fn(&Scope<'a>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut made = run(scope);
    let mut layer = Layer::default();
    while let Err(failure) = &made
        && failure.code == Code::JinjaUndefined
    {
        let name = undefined_name(&failure.message).to_owned();
        let is_name = name.chars().all(|it| it.is_alphanumeric() || it == '_');
        if !is_name || layer.vars.contains_key(&name) {
            break;
        }
        let binding = if is_one_secret(&name) {
            let value = Value::secret(format!("`{name}`, which the source does not set"), None);
            let clause = format!("who runs the plays gives `{name}`");
            Binding::under(value, vec![clause])
        } else if let Some(value) = left_open::variable(&name).filter(|_| is_given) {
            Binding::Value(value)
        } else {
            break;
        };
        layer.vars.insert(name, binding);
        made = run(&scope.with(layer.clone()));
    }
    made
}

/// Tells whether a name is that of one secret: one of several may hold many.
fn is_one_secret(name: &str) -> bool {
    let is_many = name.ends_with('s') && !name.ends_with("ss");
    is_secret_name(name) && !is_many
}

/// Returns the value of a vault: a hole, whose text is kept where the vault was opened.
pub(super) fn sealed_text(
    session: &Session<'_>,
    what: String,
    opened: Option<&str>,
    span: Span,
) -> Value {
    match opened {
        Some(text) => {
            session.vaults().keep(&what, Value::str(text));
            Value::Str(Text::hole(secret_hole(what, Some(span))))
        }
        None => Value::Str(Text::hole(secret_hole(what, Some(span)))),
    }
}

/// Returns the value of a vaulted file that a node stands for.
pub(super) fn unsealed(scope: &Scope<'_>, node: &Node) -> Value {
    let session = scope.session();
    let (what, span) = (node.text().unwrap_or_default().to_owned(), node.span);
    match session.vaults().unsealed(&what) {
        Some(Sealed::Text(text)) => sealed_text(session, what, Some(&text), span),
        Some(Sealed::Vault(vault)) => {
            let opened = session.vaults().open(&vault, span);
            sealed_text(session, what, opened.as_deref(), span)
        }
        Some(Sealed::Other(value)) => {
            session.vaults().keep(&what, value);
            Value::secret(what, Some(span))
        }
        Some(Sealed::Template(text)) => {
            // Why it fails would tell what it is.
            let made = session.in_secret(|| scope.template(&text, span));
            let made = made.ok().and_then(|value| match &value {
                Value::Str(text) => text.plain().map(str::to_owned).or(session.reveal(&value)),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                    value.to_text().plain().map(str::to_owned)
                }
                _ => None,
            });
            match made {
                Some(made) => {
                    // Another host may make something else of it.
                    session.keep_secret(&what, &made);
                    Value::Str(Text::hole(secret_hole(what, Some(span))))
                }
                None => Value::secret(what, Some(span)),
            }
        }
        None => Value::secret(what, Some(span)),
    }
}

/// Modules that only look, and show nothing of what is inside.
const LOOKS: [&str; 4] = ["find", "package_facts", "service_facts", "stat"];

/// Makes a secret of what a task returns, but not of what it says of the items that it was given: where they are, and
/// what they are called, is in the source.
pub(super) fn taint_result<'n>(
    session: &Session<'_>,
    what: &str,
    module: &str,
    items: impl Iterator<Item = &'n String>,
    value: Value,
) -> Value {
    let mut tainted = if LOOKS.contains(&module) {
        value.clone()
    } else {
        taint(session, what, value.clone())
    };
    let Value::Dict(pairs) = &mut tainted else {
        return tainted;
    };
    let pairs = Arc::make_mut(pairs);
    for name in items {
        let Some(item) = value.get(name) else {
            continue;
        };
        let mut hidden = taint(session, &format!("{what} {name}"), item.clone());
        if let (Value::Dict(hidden), Value::Dict(item)) = (&mut hidden, item) {
            let named = |key: &Key| matches!(key, Key::Str(it) if is_open_name(it));
            let open = item.iter().filter(|(key, it)| named(key) && is_known(it));
            Arc::make_mut(hidden).extend(open.map(|(key, it)| (key.clone(), it.clone())));
        }
        pairs.insert(Key::Str(name.clone()), hidden);
    }
    tainted
}

fn is_known(value: &Value) -> bool {
    matches!(value, Value::Str(text) if text.holes().next().is_none())
}

/// Makes a secret of all texts of a value; what decides, such as `changed`, stays.
pub(super) fn taint(session: &Session<'_>, what: &str, value: Value) -> Value {
    let below = |key: &dyn std::fmt::Display, it: &Value| {
        taint(session, &format!("{what} {key}"), it.clone())
    };
    match &value {
        Value::Str(text) => {
            if text.pieces().is_empty() {
                return value;
            }
            let plain = text.plain().map(str::to_owned);
            if let Some(real) = plain.or_else(|| session.reveal(&value)) {
                session.keep_covered(what, &real);
            }
            Value::Str(Text::hole(secret_hole(what.to_owned(), None)))
        }
        Value::List(items) => Value::list(
            items
                .iter()
                .enumerate()
                .map(|(number, it)| below(&number, it))
                .collect(),
        ),
        Value::Dict(dict) => Value::dict(
            dict.iter()
                .map(|(key, it)| (key.clone(), below(key, it)))
                .collect(),
        ),
        Value::Unknown(hole) if hole.kind != HoleKind::Secret => {
            Value::Unknown(secret_hole(hole.what.clone(), hole.span))
        }
        Value::Unknown(_)
        | Value::Undefined(_)
        | Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Time(_)
        | Value::Omit => value,
    }
}

/// A text of which a part is secret already stays as it is: its holes say more.
fn is_secret(kind: Option<HoleKind>) -> bool {
    kind != Some(HoleKind::Secret)
}
