//! How deep a tag may go: signs and chains of operators are levels of the tree that everybody descends. Jinja2 makes
//! brackets of them, of which Python takes 200.

use super::SyntaxError;
use super::lexer::{Kind, Token};

/// As many operators may hold each other.
const MOST: usize = 200;
const WORDS: [&str; 5] = ["not", "and", "or", "if", "is"];

/// Adds up the operators of each bracket that is open since its last comma.
pub(super) fn check(tokens: &[Token]) -> Result<(), SyntaxError> {
    let (mut levels, mut own, mut all) = (Vec::new(), 0, 0);
    for token in tokens {
        match &token.kind {
            Kind::VariableBegin | Kind::BlockBegin => {
                levels.clear();
                (own, all) = (0, 0);
            }
            Kind::Name(name) if WORDS.contains(&name.as_str()) => {
                own += 1;
                all += 1;
            }
            Kind::Op(op) => {
                if !matches!(*op, ")" | "]" | "}" | "," | ":" | ";") {
                    own += 1;
                    all += 1;
                }
                match *op {
                    "(" | "[" | "{" => levels.push(std::mem::take(&mut own)),
                    ")" | "]" | "}" => {
                        all -= own;
                        own = levels.pop().unwrap_or_default();
                    }
                    "," => {
                        all -= own;
                        own = 0;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        if all > MOST {
            return Err(SyntaxError {
                message: format!("more than {MOST} operators hold each other"),
                line: token.line,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::syntax::jinja::{Settings, read_expression, read_template};

    fn check(expression: &str, is_read: bool) {
        let template = format!("a\n{{{{ {expression} }}}}");
        let found = read_template(&template, &Settings::of_yaml());
        assert_eq!(found.is_ok(), is_read, "{found:.100?}");
        assert_eq!(read_expression(expression).is_ok(), is_read);
    }

    #[test]
    fn what_is_too_deep_is_refused() {
        check(&format!("1{}", " + 1".repeat(190)), true);
        for deep in [
            format!("1{}", " + 1".repeat(30_000)),
            format!("{}1", "-".repeat(30_000)),
            format!("{}1", "not ".repeat(30_000)),
            format!("{}1{}", "(".repeat(30_000), ")".repeat(30_000)),
            format!("{}1{}", "{1: ".repeat(30_000), "}".repeat(30_000)),
            format!("x{}", ".a".repeat(30_000)),
            format!("x{}", " | a".repeat(30_000)),
            format!("x{}", " if x else y".repeat(30_000)),
        ] {
            check(&deep, false);
        }
    }

    #[test]
    fn long_texts_are_not_deep() {
        check(&format!("'{}'", "a - b. ".repeat(1000)), true);
        check(&format!("[{}]", "(1.5 + 2, x.a), ".repeat(1000)), true);
    }
}
