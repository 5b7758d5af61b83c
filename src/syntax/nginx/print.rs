//! Directives as text: two blanks for each block, and the lines within a directive as they were.

use super::{Block, Directive};

/// Prints directives; the text reads back as the same.
pub fn print(list: &[Directive]) -> String {
    let mut out = String::new();
    print_at(list, 0, &mut out);
    out
}

fn print_at(list: &[Directive], depth: usize, out: &mut String) {
    for directive in list {
        indent(depth, out);
        out.push_str(&directive.raw_name);
        for word in &directive.words {
            if word.begins_line {
                out.push('\n');
                indent(depth + 1, out);
            } else {
                out.push(' ');
            }
            out.push_str(&word.raw);
        }
        match &directive.block {
            None => out.push_str(";\n"),
            Some(Block::Directives(inner)) => {
                out.push_str(" {\n");
                print_at(inner, depth + 1, out);
                indent(depth, out);
                out.push_str("}\n");
            }
            Some(Block::Lua(text)) => {
                out.push_str(" {");
                out.push_str(text);
                out.push_str("}\n");
            }
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}
