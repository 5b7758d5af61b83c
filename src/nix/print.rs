//! `print`: an expression to text. Valid Nix on as few lines as its strings allow; nixfmt lays it out.

use std::fmt::Write;

use super::{Asset, Expr, StrPart};

/// Text that is Nix: only printing makes it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct NixText(String);

impl NixText {
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

fn write_expr(out: &mut String, expr: &Expr, asset_path: &dyn Fn(&Asset) -> String) {
    match expr {
        Expr::Null => out.push_str("null"),
        Expr::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Expr::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Expr::Float(value) => {
            // Nix reads `1` as an integer: a float keeps its point.
            let _ = write!(out, "{value:?}");
        }
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
        Expr::Asset(asset) => write_asset(out, &asset_path(asset)),
    }
}

/// Writes an expression where only a simple one may stand: a list's element, a function's argument.
fn write_operand(out: &mut String, expr: &Expr, asset_path: &dyn Fn(&Asset) -> String) {
    let negative = matches!(expr, Expr::Int(value) if *value < 0)
        || matches!(expr, Expr::Float(value) if *value < 0.0);
    if negative || matches!(expr, Expr::Apply(..) | Expr::With(..)) {
        out.push('(');
        write_expr(out, expr, asset_path);
        out.push(')');
    } else {
        write_expr(out, expr, asset_path);
    }
}

/// A path literal holds letters, digits and `._-+/`; any other character needs a string behind it.
fn write_asset(out: &mut String, path: &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/');
    if path.chars().all(plain) {
        out.push_str(path);
    } else {
        let (folder, name) = path.split_at(path.find(|c| !plain(c)).unwrap_or(0));
        let (folder, rest) = folder.rsplit_once('/').unwrap_or((".", folder));
        let _ = write!(out, "({folder} + ");
        write_quoted(out, &[StrPart::Literal(format!("/{rest}{name}"))], &|_| {
            String::new()
        });
        out.push(')');
    }
}

fn write_name(out: &mut String, name: &str) {
    let mut chars = name.chars();
    let head = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let plain = head && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''));
    if plain && !KEYWORDS.contains(&name) {
        out.push_str(name);
    } else {
        write_quoted(out, &[StrPart::Literal(name.to_owned())], &|_| {
            String::new()
        });
    }
}

fn write_string(out: &mut String, parts: &[StrPart], asset_path: &dyn Fn(&Asset) -> String) {
    if reads_well_indented(parts) {
        write_indented(out, parts, asset_path);
    } else {
        write_quoted(out, parts, asset_path);
    }
}

/// An indented string says the same only where its common indentation is nothing, and its text has no character that
/// would need an escape for itself.
fn reads_well_indented(parts: &[StrPart]) -> bool {
    let literals = || {
        parts.iter().filter_map(|part| match part {
            StrPart::Literal(text) => Some(text.as_str()),
            StrPart::Splice(_) => None,
        })
    };
    let breaks: usize = literals().map(|text| text.matches('\n').count()).sum();
    if breaks < 2
        && !(breaks == 1 && parts.len() == 1 && literals().all(|text| !text.ends_with('\n')))
    {
        return breaks == 1 && literals().any(|text| text.len() > 60);
    }
    literals().all(|text| !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'))
}

fn write_quoted(out: &mut String, parts: &[StrPart], asset_path: &dyn Fn(&Asset) -> String) {
    out.push('"');
    for part in parts {
        match part {
            StrPart::Literal(text) => {
                let mut chars = text.chars().peekable();
                while let Some(c) = chars.next() {
                    match c {
                        '"' | '\\' => {
                            out.push('\\');
                            out.push(c);
                        }
                        '\n' => out.push_str("\\n"),
                        '\r' => out.push_str("\\r"),
                        '\t' => out.push_str("\\t"),
                        '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
                        _ => out.push(c),
                    }
                }
            }
            StrPart::Splice(expr) => write_splice(out, expr, asset_path),
        }
    }
    out.push('"');
}

/// Writes `''…''`. Every line gets two blanks, so that what Nix takes away is just these; where the text begins with
/// white space on all its lines, the closing quotes alone on their line hold the measure.
fn write_indented(out: &mut String, parts: &[StrPart], asset_path: &dyn Fn(&Asset) -> String) {
    out.push_str("''\n");
    let mut at_line_start = true;
    let mut ends_with_break = false;
    for part in parts {
        match part {
            StrPart::Literal(text) => {
                let mut rest = text.as_str();
                while let Some(c) = rest.chars().next() {
                    if at_line_start && c != '\n' {
                        out.push_str("  ");
                    }
                    at_line_start = c == '\n';
                    ends_with_break = at_line_start;
                    let taken = write_indented_char(out, rest, c);
                    rest = &rest[taken..];
                }
            }
            StrPart::Splice(expr) => {
                if at_line_start {
                    out.push_str("  ");
                }
                at_line_start = false;
                ends_with_break = false;
                write_splice(out, expr, asset_path);
            }
        }
    }
    if ends_with_break {
        out.push_str("''");
    } else {
        // The last line has no break of its own, so the quotes follow it at once.
        out.push_str("''");
    }
}

/// Writes the next character of `rest`, escaped, and returns how many bytes were taken.
fn write_indented_char(out: &mut String, rest: &str, c: char) -> usize {
    if rest.starts_with("''") {
        out.push_str("'''");
        return 2;
    }
    if rest.starts_with("${") {
        out.push_str("''${");
        return 2;
    }
    // `$$` stands for itself and keeps a following `{` from opening a splice.
    if rest.starts_with("$${") {
        out.push_str("$''${");
        return 3;
    }
    out.push(c);
    c.len_utf8()
}

fn write_splice(out: &mut String, expr: &Expr, asset_path: &dyn Fn(&Asset) -> String) {
    out.push_str("${");
    write_expr(out, expr, asset_path);
    out.push('}');
}
