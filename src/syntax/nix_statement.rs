//! Where an attribute is set: its statement, and those around it as long as one set stands directly in the next.

use rnix::ast::{self, AstNode, HasEntry};
use rnix::{SyntaxKind, SyntaxNode};

/// `a.b = value;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// From the first name to the semicolon, which is part of it.
    pub start: usize,
    pub end: usize,
    /// How many names it has, and where the last one ends.
    pub names: usize,
    pub names_end: usize,
    /// It is all that its set holds, comments included.
    pub is_alone: bool,
    /// It holds a string of several lines, of which the blanks at the start of lines may mean something.
    pub has_long_string: bool,
}

/// Returns the statement whose names stand at a place of the text, then those around it, from the inside.
///
/// They end where a set is no plain value of an attribute: below a function, `mkIf`, `rec`, `let`.
pub fn statements(text: &str, at: usize) -> Vec<Statement> {
    let mut found = Vec::new();
    let Ok(offset) = u32::try_from(at) else {
        return found;
    };
    let root = rnix::Root::parse(text).syntax();
    let token = root.token_at_offset(offset.into()).right_biased();
    let names_it = |node: &SyntaxNode| {
        let path = cast::<ast::AttrpathValue>(node.clone())?.attrpath()?;
        let range = syntax(&path).text_range();
        range.contains_inclusive(offset.into()).then_some(())
    };
    let mut next = token
        .and_then(|it| it.parent())
        .and_then(|it| it.ancestors().find(|node| names_it(node).is_some()));
    while let Some(node) = next {
        let (Some(set), Some(statement)) = (node.parent(), statement(&node)) else {
            break;
        };
        let Some(attrs) = cast::<ast::AttrSet>(set.clone()) else {
            break;
        };
        if attrs.rec_token().is_some() {
            break;
        }
        found.push(statement);
        next = set
            .parent()
            .filter(|it| it.kind() == SyntaxKind::NODE_ATTRPATH_VALUE);
    }
    found
}

fn statement(node: &SyntaxNode) -> Option<Statement> {
    let path = cast::<ast::AttrpathValue>(node.clone())?.attrpath()?;
    let set = cast::<ast::AttrSet>(node.parent()?)?;
    let entries = set.entries().count();
    let has_comment = syntax(&set)
        .children_with_tokens()
        .any(|it| it.kind() == SyntaxKind::TOKEN_COMMENT);
    let is_long =
        |it: SyntaxNode| it.kind() == SyntaxKind::NODE_STRING && it.text().contains_char('\n');
    Some(Statement {
        start: node.text_range().start().into(),
        end: node.text_range().end().into(),
        names: path.attrs().count(),
        names_end: syntax(&path).text_range().end().into(),
        is_alone: entries == 1 && !has_comment,
        has_long_string: node.descendants().any(is_long),
    })
}

// rnix's trait has its methods only in a bound.
fn cast<T: AstNode>(node: SyntaxNode) -> Option<T> {
    T::cast(node)
}

fn syntax<T: AstNode>(node: &T) -> &SyntaxNode {
    node.syntax()
}

#[cfg(test)]
mod tests {
    use super::statements;

    fn check(text: &str, at: &str, expected: &[&str]) {
        let at = text.find(at).unwrap();
        let found = statements(text, at);
        let texts: Vec<&str> = found.iter().map(|it| &text[it.start..it.end]).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn statements_are_found_from_the_inside() {
        check(
            "{ a.b = { c = 1; d = { e = 2; }; }; }",
            "e =",
            &[
                "e = 2;",
                "d = { e = 2; };",
                "a.b = { c = 1; d = { e = 2; }; };",
            ],
        );
        check("{ a = f { b = 1; }; }", "b =", &["b = 1;"]);
        check("{ a = rec { b = 1; }; }", "b =", &[]);
    }
}
