//! Secret variables: a hole in place of their value.

use super::scope::secret_hole;
use super::session::Session;
use super::value::Value;
use crate::import::secret::{is_secret_name, is_secret_text};
use crate::model::{HoleKind, Text};
use crate::source::Span;

/// Returns the value of the variable or key `name`, with a hole in place of a secret.
pub(super) fn hide(session: &Session<'_>, name: &str, value: Value, span: Option<Span>) -> Value {
    let hidden = match &value {
        Value::Str(text) => match text.plain() {
            Some(plain) => is_secret_name(name) && is_secret_text(plain),
            None => is_secret_name(name) && is_secret(text.worst_hole().map(|hole| hole.kind)),
        },
        Value::Unknown(hole) => hole.kind == HoleKind::Unknown && is_secret_name(name),
        _ => false,
    };
    if !hidden {
        return value;
    }
    let what = match span {
        Some(span) => format!("{} {name}", session.place(span)),
        None => format!("the variable {name}"),
    };
    match &value {
        Value::Str(text) => {
            let plain = text.plain().map(str::to_owned);
            if let Some(real) = plain.or_else(|| session.reveal(&value)) {
                session.keep_secret(&what, &real);
            }
            Value::Str(Text::hole(secret_hole(what, span)))
        }
        _ => Value::Unknown(secret_hole(what, span)),
    }
}

/// A text of which a part is secret already stays as it is: its holes say more.
fn is_secret(kind: Option<HoleKind>) -> bool {
    kind != Some(HoleKind::Secret)
}
