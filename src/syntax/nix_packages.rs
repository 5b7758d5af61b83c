//! The packages that a Nix file names: `pkgs.git`, `pkgs.kdePackages.okular`, and the names below `with pkgs;`.
//!
//! What is bound by `let` or as an argument below a `with` is not told apart: a name of that kind that a set of packages
//! has too stands for both.

use std::collections::BTreeSet;

use rnix::ast::{self, AstNode};
use rnix::{SyntaxKind, SyntaxNode};

const PACKAGES: &str = "pkgs";
/// What a package has to be made anew by: no packages.
const FUNCTIONS: [&str; 3] = ["override", "overrideAttrs", "overrideDerivation"];
/// Names that every file has.
const GIVEN: [&str; 9] = [
    "builtins",
    "config",
    "false",
    "lib",
    "modulesPath",
    "null",
    "options",
    "pkgs",
    "true",
];

/// Returns the names that lead to each package from `pkgs`.
pub fn read(text: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for node in rnix::Root::parse(text).syntax().descendants() {
        if let Some(select) = cast::<ast::Select>(node.clone()) {
            found.extend(below_packages(&select));
        }
        if let Some(with) = cast::<ast::With>(node) {
            of_with(&with, &mut found);
        }
    }
    found.retain(|names| !names.is_empty());
    found
}

/// Returns the names behind `pkgs`.
fn below_packages(select: &ast::Select) -> Option<Vec<String>> {
    let base = select.expr()?;
    (name(&base)? == PACKAGES).then(|| names(select))
}

fn of_with(with: &ast::With, found: &mut BTreeSet<Vec<String>>) {
    let Some(namespace) = with.namespace() else {
        return;
    };
    let above = match &namespace {
        ast::Expr::Select(select) => below_packages(select),
        it => name(it).filter(|it| it == PACKAGES).map(|_| Vec::new()),
    };
    let (Some(above), Some(body)) = (above, with.body()) else {
        return;
    };
    for node in syntax(&body).descendants() {
        let Some(ident) = cast::<ast::Ident>(node.clone()) else {
            continue;
        };
        let parent = node.parent();
        if parent
            .as_ref()
            .is_some_and(|it| it.kind() == SyntaxKind::NODE_ATTRPATH)
        {
            continue;
        }
        let Some(first) = name(&ast::Expr::Ident(ident)) else {
            continue;
        };
        if GIVEN.contains(&first.as_str()) {
            continue;
        }
        let mut path = above.clone();
        path.push(first);
        if let Some(select) = parent.and_then(cast::<ast::Select>) {
            path.extend(names(&select));
        }
        found.insert(path);
    }
}

// rnix's trait has its methods only in a bound.
fn cast<T: AstNode>(node: SyntaxNode) -> Option<T> {
    T::cast(node)
}

fn syntax<T: AstNode>(node: &T) -> &SyntaxNode {
    node.syntax()
}

fn name(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::Ident(ident) => Some(syntax(ident).text().to_string()),
        _ => None,
    }
}

/// Returns the names of a selection as far as they are written out.
fn names(select: &ast::Select) -> Vec<String> {
    let attrs = select.attrpath().into_iter().flat_map(|it| it.attrs());
    attrs
        .map_while(|attr| match attr {
            ast::Attr::Ident(ident) => Some(syntax(&ident).text().to_string()),
            ast::Attr::Str(_) | ast::Attr::Dynamic(_) => None,
        })
        .take_while(|name| !FUNCTIONS.contains(&name.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = read(text).iter().map(|it| it.join(".")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn packages_are_found_wherever_they_are_named() {
        check(
            "{ pkgs, ... }: { a = [ pkgs.git ]; b = \"${pkgs.kdePackages.okular}/bin/x\"; c = x.pkgs.y; }",
            &["git", "kdePackages.okular"],
        );
        check(
            "{ a = with pkgs; [ git php83Extensions.xdebug true (f config.x) ]; b = with pkgs.qt6; [ qtbase ]; c = with lib; [ d ]; }",
            &["f", "git", "php83Extensions.xdebug", "qt6", "qt6.qtbase"],
        );
        check(
            "{ a = (pkgs.dovecot_2_3.override or pkgs.dovecot.override) { b = true; }; }",
            &["dovecot", "dovecot_2_3"],
        );
        check("{ # pkgs.no\n a = \"pkgs.no\"; }", &[]);
    }
}
