//! What scripts run.

use super::{Command, Connector, Pipeline, Redirection, Simple, Word, read};

/// Commands on one line: words in `<>`, those that need the shell with `$` in front, redirections in `{}`.
fn check(script: &str, expected: &str) {
    let shown = match read(script) {
        Err(why) => format!("error: {why}"),
        Ok(script) => {
            let lists: Vec<String> = script
                .lists
                .iter()
                .map(|list| {
                    let mut out = pipeline(&list.first);
                    for (connector, next) in &list.rest {
                        out += match connector {
                            Connector::And => " && ",
                            Connector::Or => " || ",
                        };
                        out += &pipeline(next);
                    }
                    out + if list.background { " &" } else { "" }
                })
                .collect();
            lists.join(" ; ")
        }
    };
    assert_eq!(shown, expected, "{script}");
}

fn pipeline(it: &Pipeline) -> String {
    let all: Vec<String> = it.commands.iter().map(command).collect();
    format!("{}{}", if it.negated { "! " } else { "" }, all.join(" | "))
}

fn command(it: &Command) -> String {
    match it {
        Command::Simple(it) => simple(it),
        Command::Compound(text) => format!("COMPOUND({text})"),
    }
}

fn simple(it: &Simple) -> String {
    let assigned = it
        .assignments
        .iter()
        .map(|(name, value)| format!("{name}={}", word(value)));
    let words = it.words.iter().map(word);
    let redirections = it.redirections.iter().map(redirection);
    assigned
        .chain(words)
        .chain(redirections)
        .collect::<Vec<_>>()
        .join(" ")
}

fn word(it: &Word) -> String {
    match &it.plain {
        Some(plain) => format!("<{plain}>"),
        None => format!("$<{}>", it.raw),
    }
}

fn redirection(it: &Redirection) -> String {
    let descriptor = it.descriptor.map_or_else(String::new, |it| it.to_string());
    format!("{{{descriptor}{:?} {}}}", it.kind, word(&it.target))
}

#[test]
fn quotes_are_taken_off() {
    check(
        "apt-get  install -y 'a b' \"c d\"e",
        "<apt-get> <install> <-y> <a b> <c de>",
    );
    check(r#"echo a\ b "x\"y\n" \;"#, r#"<echo> <a b> <x"y\n> <;>"#);
    check("find . -exec rm {} \\;", "<find> <.> <-exec> <rm> <{}> <;>");
    check("a \\\n  b", "<a> <b>");
    check("echo \"\" ''", "<echo> <> <>");
}

#[test]
fn what_the_shell_must_tell_is_unknown() {
    check(
        "echo $HOME \"${x}\" ~/a *.b $(id) `id` {a,b} $((1+1))",
        "<echo> $<$HOME> $<\"${x}\"> $<~/a> $<*.b> $<$(id)> $<`id`> $<{a,b}> $<$((1+1))>",
    );
    check("echo '*' \"{a,b}\" '$x' \\*", "<echo> <*> <{a,b}> <$x> <*>");
}

#[test]
fn lists_and_pipelines_are_kept_apart() {
    check(
        "a && b || c; d | e & ! f",
        "<a> && <b> || <c> ; <d> | <e> & ; ! <f>",
    );
    check("# only this\n\na\nb # that\n", "<a> ; <b>");
    check("", "");
}

#[test]
fn assignments_stand_in_front() {
    check("A=1 B=\"$x\" c D=2", "A=<1> B=$<\"$x\"> <c> <D=2>");
    check("A=1", "A=<1>");
    check("export A=1", "<export> <A=1>");
}

#[test]
fn redirections_name_their_target() {
    check(
        "a > /dev/null 2>&1 < b",
        "<a> {Write </dev/null>} {2Duplicate <1>} {Read <b>}",
    );
    check(
        "a >> \"$f\" &> g",
        "<a> {Append $<\"$f\">} {OutputAndErrors <g>}",
    );
    check(
        "cat <<EOF > f\nhello\nEOF\nb",
        "<cat> {Here <hello\n>} {Write <f>} ; <b>",
    );
}

#[test]
fn compound_commands_are_kept_as_written() {
    check("while a; do b; done", "COMPOUND(while a; do b; done)");
    check("if a; then b; fi", "COMPOUND(if a; then\n    b\nfi)");
    check(
        "é; for i in a b; do c \"$i\"; done && d",
        "<é> ; COMPOUND(for i in a b; do c \"$i\"; done) && <d>",
    );
    check("( cd /x && make )", "COMPOUND(( cd /x && make ))");
    check("f() { a; }", "COMPOUND(f() { a; })");
}

#[test]
fn what_is_no_script_is_an_error() {
    check("if a; then", "error: the shell script ends too early");
    check(
        "a 'b",
        "error: a quote or here-document of the script has no end",
    );
    check(
        &"(".repeat(9000),
        "error: the script is nested too deep to be read",
    );
}

#[test]
fn a_placeholder_is_part_of_a_word() {
    check("a \u{100000}/b", "<a> <\u{100000}/b>");
}

#[test]
fn one_command_is_told_from_many() {
    let single = |script: &str| read(script).unwrap().single().is_some();
    assert!(single("a b > c"));
    assert!(!single("a; b"));
    assert!(!single("a | b"));
    assert!(!single("! a"));
    let count = |script: &str| read(script).unwrap().simple_commands().map(|it| it.len());
    assert_eq!(count("a && b | c; d"), Some(4));
    assert_eq!(count("a; (b)"), None);
}

/// Each level of some constructs makes the parser start over: without the limit this does not end, or not well.
#[test]
fn deep_nesting_comes_to_an_end() {
    for (open, middle, close) in [
        ("(", "a", ")"),
        ("((", "a", "))"),
        ("{ ", "a;", " }"),
        ("$(", "a", ")"),
        ("`", "a", "`"),
        ("if ", "a", "; then b; fi"),
        ("case a in a) ", "b", ";; esac"),
        ("for i in a; do ", "b", "; done"),
        ("a \"$(", "b", ")\""),
        ("[[ ( ", "a", " ) ]]"),
        ("a=(", "b", ")"),
    ] {
        for levels in [3, 6, 12, 13, 1000] {
            let _ = read(&format!(
                "{}{middle}{}",
                open.repeat(levels),
                close.repeat(levels)
            ));
            let _ = read(&open.repeat(levels));
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_script_panics(text in "([a-b$(){}\\[\\]|&;<>'\"`\\\\ \t\n#=*!~-]|if |then |fi|do|done|for |in |case |esac|\\PC){0,60}") {
        let _ = read(&text);
    }
}
