//! The inside of an attribute set as a person writes it: bindings, comments, blank lines.

use super::print::{NixText, write_expr, write_name, write_operand};
use super::{Asset, Expr};

/// One thing that stands in an attribute set.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Blank,
    Comment(Comment),
    Bind(Vec<String>, Value),
}

/// What a binding binds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Expr(Expr),
    Attrs(Vec<Entry>),
    List(Vec<Element>),
    /// `with <scope>; [ … ]`
    ListWith(Expr, Vec<Element>),
    /// A function, such as `lib.mkMerge`, and the values of its list.
    Merge(Expr, Vec<Value>),
    /// A function, such as `lib.mkIf`, its first arguments and its last one.
    Call(Expr, Vec<Expr>, Box<Value>),
    /// `{ … } // expr`
    Update(Vec<Entry>, Expr),
}

/// One thing that stands in a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    Comment(Comment),
    Expr(Expr),
    /// With a comment behind it, on its own line.
    Remarked(Expr, String),
}

/// A comment of whole lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comment {
    pub lines: Vec<CommentLine>,
}

/// A line of a comment, and what its author wants to find again in the formatted text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentLine {
    pub text: String,
    pub keys: Vec<usize>,
}

impl Comment {
    /// Makes a comment of one line, in which nobody wants to find anything again.
    fn of(line: &str) -> Comment {
        Comment {
            lines: vec![CommentLine {
                text: line.to_owned(),
                keys: Vec::new(),
            }],
        }
    }
}

/// Prints the inside of an attribute set, without a last line break.
pub fn print_body(entries: &[Entry], asset_path: &dyn Fn(&Asset) -> String) -> NixText {
    let mut out = String::new();
    write_entries(&mut out, entries, asset_path);
    out.truncate(out.trim_end_matches('\n').len());
    NixText::of(out)
}

/// Prints a comment that stands by itself.
pub fn print_comment(comment: &Comment) -> NixText {
    let mut out = String::new();
    write_comment(&mut out, comment);
    NixText::of(out)
}

/// Prints the arguments that a module takes: `{ lib, pkgs, ... }`.
pub fn print_formals(names: &[&str]) -> NixText {
    let mut out = String::from("{ ");
    for name in names {
        write_name(&mut out, name);
        out.push_str(", ");
    }
    out.push_str("... }");
    NixText::of(out)
}

fn write_entries(out: &mut String, entries: &[Entry], asset_path: &dyn Fn(&Asset) -> String) {
    for entry in entries {
        match entry {
            Entry::Blank => out.push('\n'),
            Entry::Comment(comment) => write_comment(out, comment),
            Entry::Bind(path, value) => {
                for (at, name) in path.iter().enumerate() {
                    if at > 0 {
                        out.push('.');
                    }
                    write_name(out, name);
                }
                out.push_str(" = ");
                write_value(out, value, asset_path);
                out.push_str(";\n");
            }
        }
    }
}

fn write_value(out: &mut String, value: &Value, asset_path: &dyn Fn(&Asset) -> String) {
    match value {
        Value::Expr(expr) => write_expr(out, expr, asset_path),
        Value::Attrs(entries) => {
            out.push_str("{\n");
            write_entries(out, entries, asset_path);
            out.push('}');
        }
        Value::List(elements) => write_list(out, elements, asset_path),
        Value::ListWith(scope, elements) => {
            out.push_str("with ");
            write_expr(out, scope, asset_path);
            out.push_str("; ");
            write_list(out, elements, asset_path);
        }
        Value::Merge(function, values) => {
            write_operand(out, function, asset_path);
            out.push_str(" [\n");
            for value in values {
                write_argument(out, value, asset_path);
                out.push('\n');
            }
            out.push(']');
        }
        Value::Call(function, arguments, last) => {
            write_operand(out, function, asset_path);
            for argument in arguments {
                out.push(' ');
                write_operand(out, argument, asset_path);
            }
            out.push(' ');
            write_argument(out, last, asset_path);
        }
        Value::Update(entries, expr) => {
            out.push_str("{\n");
            write_entries(out, entries, asset_path);
            out.push_str("} // ");
            write_operand(out, expr, asset_path);
        }
    }
}

/// Writes a value where only a simple one may stand.
fn write_argument(out: &mut String, value: &Value, asset_path: &dyn Fn(&Asset) -> String) {
    match value {
        Value::Expr(expr) => write_operand(out, expr, asset_path),
        Value::Attrs(_) | Value::List(_) => write_value(out, value, asset_path),
        Value::ListWith(..) | Value::Merge(..) | Value::Call(..) | Value::Update(..) => {
            out.push('(');
            write_value(out, value, asset_path);
            out.push(')');
        }
    }
}

fn write_list(out: &mut String, elements: &[Element], asset_path: &dyn Fn(&Asset) -> String) {
    // nixfmt keeps a list on several lines where it finds it so.
    if let [Element::Expr(expr)] = elements {
        out.push_str("[ ");
        write_operand(out, expr, asset_path);
        out.push_str(" ]");
        return;
    }
    out.push_str("[\n");
    for element in elements {
        match element {
            Element::Comment(comment) => write_comment(out, comment),
            Element::Expr(expr) => {
                write_operand(out, expr, asset_path);
                out.push('\n');
            }
            Element::Remarked(expr, remark) => {
                write_operand(out, expr, asset_path);
                out.push(' ');
                write_comment(out, &Comment::of(remark));
            }
        }
    }
    out.push(']');
}

/// A comment ends with its line, so no character of it may end a line, nor look as if it did.
fn write_comment(out: &mut String, comment: &Comment) {
    for line in &comment.lines {
        let text: String = line
            .text
            .chars()
            .map(|c| if breaks_comments(c) { ' ' } else { c })
            .collect();
        out.push_str("# ");
        out.push_str(text.trim_end());
        out.push('\n');
    }
}

fn breaks_comments(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
