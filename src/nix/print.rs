//! `print`: an expression to text. Valid Nix on as few lines as its strings allow; nixfmt lays it out.

use std::borrow::Cow;
use std::fmt::Write;

use super::string::{Piece, reads_well_indented, write_indented, write_quoted};
use super::{Asset, Expr, StrPart};

/// Text that is Nix: only printing makes it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct NixText(String);

impl NixText {
    pub(super) fn of(text: String) -> NixText {
        NixText(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Words that are no attribute names unless they are quoted.
const KEYWORDS: [&str; 10] = [
    "assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with",
];

/// Prints an expression; `asset_path` says at which path (`./files/x`) a file lies from where the text will stand.
pub fn print(expr: &Expr, asset_path: &dyn Fn(&Asset) -> String) -> NixText {
    let mut out = String::new();
    write_expr(&mut out, expr, asset_path);
    NixText(out)
}

/// Prints attribute names as an attribute path: `systemd.services."foo@bar"`.
pub fn attr_path(names: &[String]) -> NixText {
    NixText(attr_path_text(names))
}

/// As `attr_path`, for reports and messages.
pub fn attr_path_text(names: &[String]) -> String {
    let mut out = String::new();
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        write_name(&mut out, name);
    }
    out
}

/// Tells whether a name may stand without quotes, as an attribute's and as a variable's.
pub fn is_plain_name(name: &str) -> bool {
    let mut chars = name.chars();
    let head = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    head && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''))
        && !KEYWORDS.contains(&name)
        && !is_partly_given(name)
}

/// Tells whether a part of a name stands for what a person gives, in whose place the output has `${values.x}`: beside other
/// letters that needs quotes.
fn is_partly_given(name: &str) -> bool {
    let Some((before, rest)) = name.split_once("GIVE-") else {
        return false;
    };
    let is_whole = before.is_empty() && rest.find("-HERE") == rest.len().checked_sub(5);
    rest.contains("-HERE") && !is_whole
}

pub(super) fn write_expr(out: &mut String, expr: &Expr, asset_path: &dyn Fn(&Asset) -> String) {
    match expr {
        Expr::Null => out.push_str("null"),
        Expr::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Expr::Int(value) => write_int(out, *value),
        Expr::Float(value) => write_float(out, *value),
        Expr::Str(parts) => write_string(out, parts, asset_path),
        Expr::Select(names) => out.push_str(&attr_path_text(names)),
        Expr::List(items) => {
            out.push('[');
            for item in items {
                out.push(' ');
                write_operand(out, item, asset_path);
            }
            out.push_str(" ]");
        }
        Expr::Attrs(attrs) => {
            out.push('{');
            for (name, value) in attrs {
                out.push(' ');
                write_name(out, name);
                out.push_str(" = ");
                write_expr(out, value, asset_path);
                out.push(';');
            }
            out.push_str(" }");
        }
        Expr::Apply(function, arguments) => {
            write_operand(out, function, asset_path);
            for argument in arguments {
                out.push(' ');
                write_operand(out, argument, asset_path);
            }
        }
        Expr::With(scope, body) => {
            out.push_str("with ");
            write_expr(out, scope, asset_path);
            out.push_str("; ");
            write_expr(out, body, asset_path);
        }
        Expr::Function(name, body) => {
            let _ = write!(out, "{name}: ");
            write_expr(out, body, asset_path);
        }
        Expr::Binary(left, operator, right) => {
            write_operand(out, left, asset_path);
            let _ = write!(out, " {} ", operator.sign());
            write_operand(out, right, asset_path);
        }
        Expr::Asset(asset) => write_asset(out, &asset_path(asset)),
    }
}

/// Writes an expression where only a simple one may stand: a list's element, a function's argument.
pub(super) fn write_operand(out: &mut String, expr: &Expr, asset_path: &dyn Fn(&Asset) -> String) {
    let negative = matches!(expr, Expr::Int(value) if *value < 0 && *value != i64::MIN)
        || matches!(expr, Expr::Float(value) if value.is_finite() && value.is_sign_negative());
    let is_compound = matches!(
        expr,
        Expr::Apply(..) | Expr::With(..) | Expr::Function(..) | Expr::Binary(..)
    );
    if negative || is_compound {
        out.push('(');
        write_expr(out, expr, asset_path);
        out.push(')');
    } else {
        write_expr(out, expr, asset_path);
    }
}

/// A minus sign is an operator, and the lowest integer has no positive twin that it could stand before.
fn write_int(out: &mut String, value: i64) {
    if value == i64::MIN {
        let _ = write!(out, "({} - 1)", value + 1);
    } else {
        let _ = write!(out, "{value}");
    }
}

/// Nix reads `1` and `1e9` not as floats: the point always stands. It has no word for what is beyond all numbers.
fn write_float(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("(1.0e308 * 10.0 * 0.0)");
    } else if value.is_infinite() {
        let sign = if value < 0.0 { "-" } else { "" };
        let _ = write!(out, "({sign}1.0e308 * 10.0)");
    } else {
        let digits = format!("{value:?}");
        match digits.split_once('e') {
            Some((mantissa, exponent)) if !mantissa.contains('.') => {
                let _ = write!(out, "{mantissa}.0e{exponent}");
            }
            _ => out.push_str(&digits),
        }
    }
}

/// A path literal holds letters, digits and `._-+/`; any other character needs a string behind it.
fn write_asset(out: &mut String, path: &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/');
    if path.chars().all(plain) {
        out.push_str(path);
        return;
    }
    let first_odd = path.find(|c| !plain(c)).unwrap_or(0);
    let folder_end = path[..first_odd].rfind('/').unwrap_or(0);
    let (folder, name) = path.split_at(folder_end);
    let folder = if folder.contains('/') { folder } else { "./." };
    let name = name.trim_start_matches('/');
    let _ = write!(out, "({folder} + ");
    write_quoted(out, &[Piece::Text(&format!("/{name}"))], &|_| String::new());
    out.push(')');
}

pub(super) fn write_name(out: &mut String, name: &str) {
    if is_plain_name(name) {
        out.push_str(name);
    } else {
        write_quoted(out, &[Piece::Text(name)], &|_| String::new());
    }
}

fn write_string(out: &mut String, parts: &[StrPart], asset_path: &dyn Fn(&Asset) -> String) {
    let joined = join_literals(parts);
    let pieces: Vec<Piece<'_>> = joined.iter().map(Joined::piece).collect();
    if reads_well_indented(&pieces) {
        write_indented(out, &pieces, asset_path);
    } else {
        write_quoted(out, &pieces, asset_path);
    }
}

/// A string's part after its neighbours of the same kind were joined: an escape depends on the next character.
enum Joined<'a> {
    Text(Cow<'a, str>),
    Splice(&'a Expr),
}

impl Joined<'_> {
    fn piece(&self) -> Piece<'_> {
        match self {
            Joined::Text(text) => Piece::Text(text),
            Joined::Splice(expr) => Piece::Splice(expr),
        }
    }
}

fn join_literals(parts: &[StrPart]) -> Vec<Joined<'_>> {
    let mut joined: Vec<Joined<'_>> = Vec::with_capacity(parts.len());
    for part in parts {
        match (joined.last_mut(), part) {
            (_, StrPart::Literal(text)) if text.is_empty() => {}
            (Some(Joined::Text(text)), StrPart::Literal(more)) => text.to_mut().push_str(more),
            (_, StrPart::Literal(text)) => joined.push(Joined::Text(Cow::Borrowed(text))),
            (_, StrPart::Splice(expr)) => joined.push(Joined::Splice(expr)),
        }
    }
    joined
}
