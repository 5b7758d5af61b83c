//! Nix expressions as a tree, and their text.
//!
//! Manual: <https://nix.dev/manual/nix/latest/language/>. This folder is the only Rust that writes a quote, a brace or a
//! backslash of Nix; nixfmt lays the text out.

mod body;
mod expr;
mod print;
mod string;
#[cfg(test)]
mod tests;
mod values;

pub use body::{
    Comment, CommentLine, Element, Entry, Value, print_body, print_comment, print_formals,
};
pub use expr::{Asset, Expr, Operator, StrPart};
pub use print::{NixText, attr_path, attr_path_text, is_plain_name, print};
pub use values::{VALUES, splice_values};
