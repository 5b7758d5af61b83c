//! Printing read back: by rnix, by nixfmt and by Nix itself.

use std::process::Command;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rnix::ast;

use super::{Asset, Expr, StrPart, print};

fn text(expr: &Expr) -> String {
    print(expr, &|asset: &Asset| format!("./files/{}", asset.name))
        .as_str()
        .to_owned()
}

fn check(expr: &Expr, expected: &str) {
    assert_eq!(text(expr), expected);
}

#[test]
fn escapes_are_those_of_nix() {
    check(&Expr::str("a\"b\\c${d}$e\tf\r"), r#""a\"b\\c\${d}$e\tf\r""#);
    check(&Expr::str("$${x}"), r#""$\${x}""#);
    check(&Expr::str("expires 7d;\n"), "''\n  expires 7d;\n''");
    check(&Expr::str("'${a}' ''b''\nend"), r#""'\${a}' ''b''\nend""#);
    check(
        &Expr::str("'${a}' ''b''\nend\n"),
        "''\n  ''\\'''${a}' '''b'''\n  end\n''",
    );
    let spliced = |before: &str| {
        Expr::Str(vec![
            StrPart::Literal(before.to_owned()),
            StrPart::Splice(Expr::package("hello")),
        ])
    };
    check(&spliced("$"), r#""\$${pkgs.hello}""#);
    check(&spliced("a\nb\n$"), "''\n  a\n  b\n  ''$${pkgs.hello}''");
}

#[test]
fn numbers_are_read_as_what_they_are() {
    check(&Expr::Float(1.0), "1.0");
    check(&Expr::Float(1e16), "1.0e16");
    check(&Expr::Float(-2.5e-9), "-2.5e-9");
    check(&Expr::Int(i64::MIN), "(-9223372036854775807 - 1)");
    check(&Expr::List(vec![Expr::Int(-1)]), "[ (-1) ]");
}

#[test]
fn names_are_quoted_where_they_must_be() {
    let attrs = [
        "a",
        "a b",
        "with",
        "9p",
        "a-b'",
        "é",
        "",
        "GIVE-a-HERE",
        "x-GIVE-a-HERE",
    ]
    .map(|name| (name.to_owned(), Expr::Null))
    .to_vec();
    check(
        &Expr::Attrs(attrs),
        r#"{ a = null; "a b" = null; "with" = null; "9p" = null; a-b' = null; "é" = null; "" = null; GIVE-a-HERE = null; "x-GIVE-a-HERE" = null; }"#,
    );
}

#[test]
fn paths_with_odd_characters_are_joined() {
    let asset = |name: &str| {
        Expr::Asset(Asset {
            name: name.to_owned(),
            bytes: Vec::new().into(),
        })
    };
    check(&asset("etc/x.conf"), "./files/etc/x.conf");
    check(&asset("a b"), r#"(./files + "/a b")"#);
}

/// Reads the part of Nix that printing writes; `None` for anything else.
fn read(expr: &ast::Expr) -> Option<Expr> {
    Some(match expr {
        ast::Expr::Str(string) => Expr::Str(
            string
                .normalized_parts()
                .into_iter()
                .map(|part| {
                    Some(match part {
                        ast::InterpolPart::Literal(text) => StrPart::Literal(text),
                        ast::InterpolPart::Interpolation(it) => StrPart::Splice(read(&it.expr()?)?),
                    })
                })
                .collect::<Option<_>>()?,
        ),
        ast::Expr::List(list) => {
            Expr::List(list.items().map(|it| read(&it)).collect::<Option<_>>()?)
        }
        ast::Expr::AttrSet(set) => {
            let mut attrs = Vec::new();
            for entry in ast::HasEntry::attrpath_values(set) {
                let name = match entry.attrpath()?.attrs().next()? {
                    ast::Attr::Ident(ident) => ident.to_string(),
                    ast::Attr::Str(string) => read(&ast::Expr::Str(string))?.as_str()?.to_owned(),
                    ast::Attr::Dynamic(_) => return None,
                };
                attrs.push((name, read(&entry.value()?)?));
            }
            Expr::Attrs(attrs)
        }
        ast::Expr::Ident(ident) => match ident.to_string().as_str() {
            "null" => Expr::Null,
            "true" => Expr::Bool(true),
            "false" => Expr::Bool(false),
            other => Expr::select(other),
        },
        ast::Expr::Select(select) => Expr::select(&select.to_string()),
        ast::Expr::Literal(literal) => Expr::Int(literal.to_string().parse().ok()?),
        ast::Expr::UnaryOp(minus) => Expr::Int(minus.to_string().parse().ok()?),
        ast::Expr::Paren(paren) => read(&paren.expr()?)?,
        _ => return None,
    })
}

fn read_again(nix: &str) -> Option<Expr> {
    let parsed = rnix::Root::parse(nix);
    assert!(parsed.errors().is_empty(), "{nix}: {:?}", parsed.errors());
    read(&parsed.tree().expr()?)
}

/// Texts of what is hard: quotes, dollars, braces, blanks, breaks, controls, other scripts.
fn hard_text() -> impl Strategy<Value = String> {
    let pick = |from: &'static [&'static str]| prop::sample::select(from);
    let token = prop_oneof![
        4 => pick(&[
            "'", "''", "'''", "$", "$$", "${", "$${", "}", "''$", "''${", "''\\", "\\", "\\n",
            "\"", "{", "\\${",
        ]),
        4 => pick(&["\n", "\n\n", " ", "  ", "\t", "\n  ", "\n\t", " \n", "a\n"]),
        3 => pick(&["a", "word", "#", "# x", "/*", "*/", "%", ";", "é", "日本", "🙂", "\u{2028}", "\u{a0}"]),
    ];
    let odd = pick(&[
        "", "", "", "\r", "\r\n", "\u{1b}", "\u{7f}", "\u{b}", "\u{c}", "\u{85}", "\u{feff}",
    ]);
    (prop::collection::vec(token, 0..14), odd)
        .prop_map(|(tokens, odd)| format!("{}{odd}", tokens.concat()))
}

fn hard_expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        hard_text().prop_map(Expr::str),
        any::<i32>().prop_map(|it| Expr::Int(it.into())),
        any::<bool>().prop_map(Expr::Bool),
        Just(Expr::Null),
        Just(Expr::package("hello")),
        prop::collection::vec(
            prop_oneof![
                hard_text().prop_map(StrPart::Literal),
                Just(StrPart::Splice(Expr::package("hello"))),
            ],
            0..4
        )
        .prop_map(Expr::Str),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Expr::List),
            prop::collection::btree_map(hard_text(), inner, 0..4)
                .prop_map(|attrs| Expr::Attrs(attrs.into_iter().collect())),
        ]
    })
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn printing_reading_and_printing_is_stable(expr in hard_expr()) {
        let once = text(&expr);
        let again = read_again(&once).map(|it| text(&it));
        proptest::prop_assert_eq!(Some(once), again);
    }
}

#[test]
fn strings_survive_nix_and_nixfmt() {
    let mut runner = TestRunner::deterministic();
    let special = [
        "\n",
        " \n",
        "a\n \nb\n",
        "  a\n  b\n",
        "\na\nb",
        "a\nb\n\n\n",
        "a  \nb\n",
    ];
    let texts: Vec<String> = (0..3000)
        .map(|_| hard_text().new_tree(&mut runner).unwrap().current())
        .chain(special.map(str::to_owned))
        .collect();
    let spliced = texts.iter().map(|it| {
        Expr::Str(vec![
            StrPart::Literal(it.clone()),
            StrPart::Splice(Expr::str("<>")),
            StrPart::Literal(it.clone()),
        ])
    });
    let list = Expr::List(texts.iter().map(Expr::str).chain(spliced).collect());
    let expected: Vec<String> = texts
        .iter()
        .cloned()
        .chain(texts.iter().map(|it| format!("{it}<>{it}")))
        .collect();
    let printed = text(&list);
    let formatted = nixfmt_rs::format(&printed).unwrap();
    assert_eq!(nixfmt_rs::format(&formatted).unwrap(), formatted);
    for (what, nix) in [("printed", printed), ("formatted", formatted)] {
        let Some(got) = evaluate(&nix) else {
            println!("skipped: there is no nix-instantiate");
            return;
        };
        for (at, (got, expected)) in got.iter().zip(&expected).enumerate() {
            assert_eq!(got, expected, "{what}, number {at}");
        }
        assert_eq!(got.len(), expected.len());
    }
}

/// Evaluates a list of strings; `None` where Nix is not installed.
fn evaluate(nix: &str) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("strings.nix");
    std::fs::write(&file, nix).unwrap();
    let output = Command::new("nix-instantiate")
        .args(["--eval", "--strict", "--json"])
        .arg(&file)
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
