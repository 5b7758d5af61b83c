//! Nix expressions as a tree, and their text.
//!
//! Manual: <https://nix.dev/manual/nix/latest/language/>. `print` is the only Rust that writes a quote, a brace or a
//! backslash of Nix; nixfmt lays the text out.

mod expr;
mod print;

pub use expr::{Asset, Expr, StrPart};
pub use print::{NixText, attr_path, attr_path_text, print};
