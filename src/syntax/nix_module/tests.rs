//! Modules as people write them, and what is read of them.

use super::{Definition, NixModule, StrPart, Value, ValueKind, read};

fn path(names: &[super::Name]) -> String {
    let names = names.iter().map(|it| it.text.as_deref().unwrap_or("*"));
    names.collect::<Vec<_>>().join(".")
}

fn show(value: &Value) -> String {
    match &value.kind {
        ValueKind::Null => "null".into(),
        ValueKind::Bool(it) => it.to_string(),
        ValueKind::Int(it) => it.to_string(),
        ValueKind::Float(it) => it.to_string(),
        ValueKind::Str(parts) => {
            let parts = parts.iter().map(|it| match it {
                StrPart::Text(text) => text.as_str(),
                StrPart::Hole => "${}",
            });
            format!("\"{}\"", parts.collect::<String>())
        }
        ValueKind::Path(it) | ValueKind::Name(it) => it.clone(),
        ValueKind::List(items) => {
            let items = items.iter().map(show);
            format!("[{}]", items.collect::<Vec<_>>().join(" "))
        }
        ValueKind::Attrs(inner) => format!("{{{}}}", inner.iter().map(line).collect::<String>()),
        ValueKind::Call(function, arguments) => {
            let arguments = arguments.iter().map(show);
            format!("{function}({})", arguments.collect::<Vec<_>>().join(" "))
        }
        ValueKind::Function(module) => format!("fn{{{}}}", lines(module)),
        ValueKind::Inherited => "inherited".into(),
        ValueKind::Other => "?".into(),
    }
}

fn line(it: &Definition) -> String {
    let priorities: String = it.priorities.iter().map(|it| format!("{it} ")).collect();
    let conditions = "if ".repeat(it.conditions.len());
    format!(
        "{conditions}{} = {priorities}{};",
        path(&it.path),
        show(&it.value)
    )
}

fn lines(module: &NixModule) -> String {
    let mut all: Vec<String> = module.definitions.iter().map(line).collect();
    all.extend(
        module
            .declarations
            .iter()
            .map(|it| format!("option {};", path(&it.path))),
    );
    all.extend(
        module
            .imports
            .iter()
            .map(|it| format!("import {};", it.text)),
    );
    all.join(" ")
}

fn check(text: &str, expected: &str) {
    let module = read(text);
    assert_eq!(lines(&module), expected, "{text}");
    assert_eq!(module.fault, None, "{text}");
}

#[test]
fn sets_and_dotted_paths_are_the_same() {
    check(
        "{ a.b = 1; a = { c.d = \"x\"; e = { }; }; \"f g\".${h} = null; \"${i}\" = -2; }",
        "a.b = 1; a.c.d = \"x\"; a.e = {}; f g.* = null; * = -2;",
    );
    check(
        "{ inherit (x) a; b = { inherit c; }; }",
        "a = inherited; b.c = inherited;",
    );
    check(
        "rec { a = 1.5; b = ./x; c = <nixpkgs>; }",
        "a = 1.5; b = ./x; c = <nixpkgs>;",
    );
}

#[test]
fn functions_and_what_stands_around_a_module_are_seen_through() {
    check("{ config, lib, ... }@args: { a = true; }", "a = true;");
    check(
        "inputs: { pkgs, ... }: let x = 1; in with lib; assert x == 1; ({ a = x; })",
        "a = x;",
    );
    check(
        "{ config.a = 1; b = 2; config = { c = 3; }; }",
        "a = 1; b = 2; c = 3;",
    );
    let head = read("inputs: { config, pkgs, ... }: { }").head;
    assert_eq!(
        (head.names.join(" "), head.patterns, head.plain),
        ("config pkgs".into(), 1, 1)
    );
    assert!(head.is_open);
}

#[test]
fn conditions_merges_and_priorities_are_seen_through() {
    check(
        "{ config = lib.mkIf c { a = mkDefault 1; b = lib.mkOverride 50 (mkForce \"x\"); }; }",
        "if a = mkDefault 1; if b = mkOverride mkForce \"x\";",
    );
    check(
        "{ config = mkMerge ([ { a = 1; } (mkIf c { b = 2; }) ] ++ more); }",
        "a = 1; if b = 2;",
    );
    check(
        "{ a = { b = 1; } // lib.optionalAttrs c { d = 2; }; }",
        "a.b = 1; if a.d = 2;",
    );
    check(
        "{ a = if c then { b = 1; } else { d = 2; }; }",
        "if a.b = 1; if a.d = 2;",
    );
    check(
        "{ a = lib.genAttrs [ \"x\" ] (name: { b = 1; }); }",
        "a.*.b = 1;",
    );
    check("lib.mkMerge [ { a = 1; } ]", "a = 1;");
}

#[test]
fn values_are_known_as_far_as_they_are_written() {
    check(
        "{ a = [ 1 \"b${c}\" { d = 1; } ] ++ e; f = with pkgs; [ git ]; g = h.i or 1; }",
        "a = [1 \"b${}\" {d = 1;} ?]; f = [git]; g = ?;",
    );
    check(
        "{ a = ''\n    x\n      y\n  ''; b = f { c = 1; } ./d; e = { pkgs, ... }: { g = 1; }; }",
        "a = \"x\n  y\n\"; b = f({c = 1;} ./d); e = fn{g = 1;};",
    );
}

#[test]
fn declarations_and_imports_are_no_definitions() {
    check(
        "{ options.a.b = mkOption { type = types.int; }; options = { c.d = mkEnableOption \"d\"; }; config.a.b = 1; }",
        "a.b = 1; option a.b; option c.d;",
    );
    check(
        "{ imports = [ ./a.nix (import ./b.nix { }) inputs.x.y { c = 1; } ({ lib, ... }: { d = 2; }) \
         (lib.mkRenamedOptionModule [ \"e\" \"f\" ] [ \"g\" ]) ] ++ h; }",
        "c = 1; d = 2; option e.f; import ./a.nix; import (import ./b.nix { }); import inputs.x.y; import h;",
    );
}

#[test]
fn a_declaration_knows_its_default() {
    let text = "{ options.a = { b = lib.mkOption { default = { x.y = 1; }; type = z; }; c = mkOption { default = [ ]; }; }; }";
    let shown: Vec<String> = read(text)
        .declarations
        .iter()
        .map(|it| {
            let default: String = it.default.iter().map(line).collect();
            format!("{}: {default}", path(&it.path))
        })
        .collect();
    assert_eq!(shown, ["a.b: x.y = 1;", "a.c:  = [];"]);
}

#[test]
fn places_are_those_of_the_text() {
    let text = "{\n  services.nginx = {\n    enable = lib.mkForce true;\n  };\n}\n";
    let module = read(text);
    let it = &module.definitions[0];
    let at = |place: super::Place| (place.line, &text[place.start..place.end]);
    assert_eq!(at(it.place()), (3, "enable"));
    assert_eq!(at(it.path[1].place), (2, "nginx"));
    assert_eq!(at(it.value.place), (3, "true"));
    assert_eq!(at(it.whole), (3, "lib.mkForce true"));
}

#[test]
fn a_syntax_error_leaves_the_rest() {
    let check = |text: &str, why: &str, line: u32, expected: &str| {
        let module = read(text);
        let fault = module.fault.clone().expect("a fault");
        assert_eq!(
            (fault.why.as_str(), fault.place.line),
            (why, line),
            "{text}"
        );
        assert_eq!(lines(&module), expected, "{text}");
    };
    check(
        "{\n  a = 1\n  b = 2;\n  c = 3;\n}",
        "`;` is missing before this",
        3,
        "a = (b); c = 3;",
    );
    check("{ a = 1;", "the file ends too early", 1, "a = 1;");
    check("", "the file ends too early", 1, "");
    check(
        "{ a = \"${b c; }\"; d = 1; }",
        "the `}` of `${` is missing before this",
        1,
        "a = \"${}\"; d = 1;",
    );
}

#[test]
fn deep_nesting_does_not_use_up_the_stack() {
    let nested = [
        "[",
        "{ a = ",
        "(",
        "a: ",
        "-",
        "1 ++ ",
        "{ } // ",
        "f (",
        "if a then ",
        "let a = 1; in ",
        "f ",
        "\"${",
        "a.b or ",
        "with a; ",
        "assert a; ",
        "[ [ ] ",
        "''${",
    ];
    for piece in nested {
        for count in [300, 900, 20_000] {
            let module = read(&piece.repeat(count));
            assert!(module.fault.is_some() || piece == "f ", "{piece}");
        }
    }
}
