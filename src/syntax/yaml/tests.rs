//! What the reader makes of YAML: spans, merge keys, errors.

use super::{Node, Scalar, read};
use crate::diag::Diagnostics;
use crate::source::SourceTree;

/// Reads a file, shows its documents with their lines, and then its diagnostics.
fn show(text: &str) -> String {
    let tree = SourceTree::from_texts("t", &[("a.yml", text)]);
    let file = tree.find("a.yml").unwrap();
    let mut diags = Diagnostics::new();
    let mut shown = String::new();
    for node in read(&tree, file, &mut diags).iter().flatten() {
        shown_node(&tree, node, &mut shown);
        shown.push('\n');
    }
    for it in diags.sorted() {
        let line = it.span.map_or(0, |span| tree.position(span).line);
        shown.push_str(&format!("{}:{line} {}", it.code.id(), it.message));
        if let Some(help) = &it.help {
            shown.push_str(&format!(" ({help})"));
        }
        shown.push('\n');
    }
    shown
}

fn shown_node(tree: &SourceTree, node: &Node, to: &mut String) {
    if let Some(tag) = &node.tag {
        to.push_str(&format!("!{tag} "));
    }
    if let Some(scalar) = node.scalar() {
        match scalar {
            Scalar::Str(text) => to.push_str(&format!("{text:?}")),
            other => to.push_str(&format!("{other:?}")),
        }
        return;
    }
    let (start, end) = (tree.position(node.span), tree.end_line(node.span));
    to.push_str(&format!("{}:{}-{end}", start.line, start.column));
    for item in node.items().unwrap_or_default() {
        to.push_str(" [");
        shown_node(tree, item, to);
        to.push(']');
    }
    for (key, value) in node.pairs().unwrap_or_default() {
        to.push_str(" {");
        shown_node(tree, key, to);
        to.push_str("= ");
        shown_node(tree, value, to);
        to.push('}');
    }
}

fn check(text: &str, expected: &str) {
    assert_eq!(show(text).trim_end(), expected, "{text}");
}

#[test]
fn mappings_start_at_their_first_key_and_end_with_their_content() {
    check(
        "---\n# x\n- name: ä\n  a: |\n    one\n\n    two\n\n\n# later\n- b: [1,\n   2]\n",
        r#"3:1-12 [3:3-7 {"name"= "ä"} {"a"= "one\n\ntwo\n"}] [11:3-12 {"b"= 11:6-12 [Int(1)] [Int(2)]}]"#,
    );
}

#[test]
fn aliases_merge_keys_and_duplicates() {
    check(
        "a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\nc: *x\n",
        r#"1:1-5 {"a"= 1:4-1 {"p"= Int(1)} {"q"= Int(2)}} {"b"= 3:3-4 {"p"= Int(1)} {"q"= Int(3)}} {"c"= 1:4-1 {"p"= Int(1)} {"q"= Int(2)}}"#,
    );
    check(
        "a: 1\nb: 2\na: 3\n",
        "1:1-3 {\"a\"= Int(3)} {\"b\"= Int(2)}\nyaml-duplicate-key:3 `a` stands twice in this mapping",
    );
}

#[test]
fn tags_are_kept() {
    check(
        "a: !vault |\n  x\nb: !unsafe '{{ x }}'\nc: !!str yes\n",
        r#"1:1-4 {"a"= !vault "x\n"} {"b"= !unsafe "{{ x }}"} {"c"= !!str "yes"}"#,
    );
}

#[test]
fn nothing_documents_and_line_ends() {
    check("", "");
    check("# only a comment\n", "");
    check("--- 1\n--- 2\n", "Int(1)\nInt(2)");
    check("a: 1\r\nb: x\r\n", r#"1:1-2 {"a"= Int(1)} {"b"= "x"}"#);
    check("a:\nb: ''\n", r#"1:1-2 {"a"= Null} {"b"= ""}"#);
}

#[test]
fn errors_name_their_cure() {
    assert!(show("a: {{ b }}c\n").contains("yaml-syntax:1"));
    assert!(show("a: {{ b }}c\n").contains("put the value in quotes"));
    assert!(show("a: b: c\n").contains("`: ` makes a mapping"));
    assert!(show("a:\n\t- b\n").contains("no tabs"));
}

#[test]
fn bombs_and_wells_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let below = level - 1;
        let row = vec![format!("*a{below}"); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{row}]\n"));
    }
    assert!(show(&bomb).contains("yaml-bomb"));
    assert!(show(&"[".repeat(5000)).contains("yaml-syntax"));
    assert!(show(&"- ".repeat(5000)).contains("yaml-syntax"));
}

#[test]
fn brackets_and_quotes_need_no_indentation() {
    check(
        "a:\n  b: [\n  x,\n\ty\n]\n  c: 'p\n\tq\nr'\nd: 1\n",
        r#"1:1-9 {"a"= 2:3-8 {"b"= 2:6-5 ["x"] ["y"]} {"c"= "p q r"}} {"d"= Int(1)}"#,
    );
}

#[test]
fn a_block_scalar_ends_as_the_file_does() {
    check("a: |\n  x", r#"1:1-2 {"a"= "x"}"#);
    check("a: |\n  x\n", r#"1:1-2 {"a"= "x\n"}"#);
}
