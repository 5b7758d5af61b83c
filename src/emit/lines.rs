//! Where things stand in a finished file: rnix reads it back, and options and comments are found by what they are.

use std::collections::HashMap;

use rnix::SyntaxNode;
use rnix::ast::{self, HasEntry};

use crate::nix::attr_path_text;

/// The lines of a file's options, list elements and comments.
#[derive(Debug, Default)]
pub(super) struct Lines {
    options: HashMap<String, OptionLines>,
    /// Of every comment line, in order.
    pub(super) comments: Vec<u32>,
}

#[derive(Debug)]
struct OptionLines {
    line: u32,
    elements: Vec<u32>,
}

impl Lines {
    /// Returns the line at which an option is bound; the first of the file where it is not found.
    pub(super) fn option(&self, path: &str) -> u32 {
        self.options.get(path).map_or(1, |it| it.line)
    }

    /// Returns the line of an element of the list that an option is bound to.
    pub(super) fn element(&self, path: &str, at: usize) -> u32 {
        self.options
            .get(path)
            .and_then(|it| it.elements.get(at).copied())
            .unwrap_or_else(|| self.option(path))
    }
}

/// Reads a module; what does not parse has no lines.
pub(super) fn find(text: &str) -> Lines {
    let parsed = rnix::Root::parse(text);
    let mut finder = Finder {
        breaks: text.match_indices('\n').map(|(at, _)| at).collect(),
        lines: Lines::default(),
    };
    if !parsed.errors().is_empty() {
        return finder.lines;
    }
    for token in parsed
        .syntax()
        .descendants_with_tokens()
        .filter(|it| it.kind() == rnix::SyntaxKind::TOKEN_COMMENT)
    {
        let line = finder.line(token.text_range());
        finder.lines.comments.push(line);
    }
    let body = match parsed.tree().expr() {
        Some(ast::Expr::Lambda(module)) => module.body(),
        _ => None,
    };
    let body = match body {
        Some(ast::Expr::LetIn(names)) => names.body(),
        other => other,
    };
    if let Some(ast::Expr::AttrSet(set)) = body {
        finder.module(&set);
    }
    finder.lines
}

struct Finder {
    breaks: Vec<usize>,
    lines: Lines,
}

impl Finder {
    fn line(&self, range: rnix::TextRange) -> u32 {
        let start = usize::from(range.start());
        let before = self.breaks.partition_point(|at| *at < start);
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }

    /// Where a module has `config`, its options are those below it.
    fn module(&mut self, set: &ast::AttrSet) {
        for binding in set.attrpath_values() {
            let path = binding.attrpath();
            let is_config = path.is_some_and(|it| syntax(&it).text() == "config");
            match binding.value() {
                Some(value) if is_config => {
                    self.value(&value, &mut Vec::new());
                }
                _ => self.binding(&binding, &mut Vec::new()),
            }
        }
    }

    fn set(&mut self, set: &ast::AttrSet, above: &mut Vec<String>) {
        for binding in set.attrpath_values() {
            self.binding(&binding, above);
        }
    }

    fn binding(&mut self, binding: &ast::AttrpathValue, above: &mut Vec<String>) {
        let Some(path) = binding.attrpath() else {
            return;
        };
        let depth = above.len();
        above.extend(path.attrs().map(|attr| attr_name(&attr)));
        let line = self.line(syntax(&path).text_range());
        if let Some(value) = binding.value() {
            let elements = self.value(&value, above);
            self.lines
                .options
                .entry(attr_path_text(above))
                .or_insert(OptionLines { line, elements });
        }
        above.truncate(depth);
    }

    /// Goes into what is bound, and returns the lines of its elements.
    fn value(&mut self, value: &ast::Expr, path: &mut Vec<String>) -> Vec<u32> {
        match value {
            ast::Expr::AttrSet(set) => {
                self.set(set, path);
                Vec::new()
            }
            ast::Expr::List(list) => list
                .items()
                .map(|it| self.line(syntax(&it).text_range()))
                .collect(),
            ast::Expr::With(with) => with
                .body()
                .map_or_else(Vec::new, |body| self.value(&body, path)),
            // `lib.mkMerge [ a { … } ]` defines what its sets define.
            ast::Expr::Apply(apply) => match apply.argument() {
                Some(ast::Expr::List(list)) if is_merge(apply) => {
                    let mut elements = Vec::new();
                    for it in list.items() {
                        elements.extend(self.value(&it, path));
                    }
                    elements
                }
                // `lib.mkIf x { … }` and `lib.mkIf x [ … ]`
                Some(other) => self.value(&other, path),
                None => Vec::new(),
            },
            ast::Expr::Paren(paren) => paren
                .expr()
                .map_or_else(Vec::new, |it| self.value(&it, path)),
            // `{ … } // cfg.environment`
            ast::Expr::BinOp(operator) => operator
                .lhs()
                .map_or_else(Vec::new, |it| self.value(&it, path)),
            _ => Vec::new(),
        }
    }
}

fn is_merge(apply: &ast::Apply) -> bool {
    let function = apply.lambda().map(|it| syntax(&it).text().to_string());
    function.is_some_and(|it| it == "lib.mkMerge")
}

fn syntax<T: ast::AstNode>(node: &T) -> &SyntaxNode {
    node.syntax()
}

fn attr_name(attr: &ast::Attr) -> String {
    match attr {
        ast::Attr::Ident(ident) => ident.to_string(),
        ast::Attr::Str(string) => string
            .normalized_parts()
            .into_iter()
            .map(|part| match part {
                ast::InterpolPart::Literal(text) => text,
                ast::InterpolPart::Interpolation(it) => it.to_string(),
            })
            .collect(),
        ast::Attr::Dynamic(dynamic) => dynamic.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn options_elements_and_comments_have_their_lines() {
        let lines = find(concat!(
            "# head\n{ pkgs, ... }:\n{\n  # a\n  a.\"b.c\" = {\n    d = 1;\n  };\n",
            "  e = with pkgs; [\n    # f\n    f\n    g\n  ];\n  h = lib.mkMerge [\n    1\n    { i = 2; }\n  ];\n}\n"
        ));
        assert_eq!(lines.comments, [1, 4, 9]);
        assert_eq!(lines.option("a.\"b.c\".d"), 6);
        assert_eq!(lines.element("e", 1), 11);
        assert_eq!(lines.option("h.i"), 15);
    }
}
