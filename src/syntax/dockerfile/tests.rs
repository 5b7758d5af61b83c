//! Instructions as they are read, one table for each side of the format.

use super::{Dockerfile, Lookup, Statement, expand, read};

/// Shows what was read, one line for each instruction.
fn shown(file: &Dockerfile) -> String {
    let lines = file.instructions.iter().map(|it| {
        let flags: String = it
            .flags
            .iter()
            .map(|flag| format!("--{}={} ", flag.name, flag.value.as_deref().unwrap_or("-")))
            .collect();
        match &it.statement {
            Ok(statement) => format!("{} {flags}{statement:?}", it.place.line),
            Err(fault) => format!("{} {flags}fault: {}", it.place.line, fault.why),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn check(text: &str, expected: &str) {
    assert_eq!(shown(&read(text)), expected, "{text}");
}

#[test]
fn lines_go_on_over_comments_and_blank_lines() {
    check(
        "RUN a \\\n# no\n\n  b \\\n\t# nor this\n c\nUSER x",
        "1 Run { command: Shell(\"a   b  c\"), heredocs: [] }\n7 User(\"x\")",
    );
    check(
        "\u{feff}run a \\\r\n b\r\n",
        "1 Run { command: Shell(\"a  b\"), heredocs: [] }",
    );
    check("RUN a \\", "1 Run { command: Shell(\"a\"), heredocs: [] }");
    check(
        "RUN a \\\\\nUSER x",
        "1 Run { command: Shell(\"a \\\\\\\\\"), heredocs: [] }\n2 User(\"x\")",
    );
    check("  # no\n\n   user x  ", "3 User(\"x\")");
    check(
        "# escape=`\nRUN a `\n b\nUSER c\\",
        "2 Run { command: Shell(\"a  b\"), heredocs: [] }\n4 User(\"c\\\\\")",
    );
    check(
        "# no directive\n# escape=`\nUSER a`\nUSER b",
        "3 User(\"a`\")\n4 User(\"b\")",
    );
}

#[test]
fn directives_come_first() {
    let file =
        read("# syntax=docker/dockerfile:1\n#other=x\n#Escape = `\n# check=skip=all\nUSER x");
    let found: Vec<_> = file
        .directives
        .iter()
        .map(|it| format!("{}={}", it.name, it.value))
        .collect();
    assert_eq!(
        found,
        ["syntax=docker/dockerfile:1", "escape=`", "check=skip=all"]
    );
    assert_eq!(file.escape, '`');
    assert_eq!(read("#escape=x\n#escape=`\n").faults.len(), 2);
}

#[test]
fn here_documents_end_where_their_name_stands() {
    let heredoc = |name: &str, expands: bool, chomps: bool, text: &str| {
        format!(
            "Heredoc {{ name: {name:?}, expands: {expands}, chomps: {chomps}, text: {text:?} }}"
        )
    };
    check(
        "RUN cat <<EOF > /x && b <<-'END'\n1\nEOF\n\t2\n\tEND\nUSER x",
        &format!(
            "1 Run {{ command: Shell(\"cat <<EOF > /x && b <<-'END'\"), heredocs: [{}, {}] }}\n6 User(\"x\")",
            heredoc("EOF", true, false, "1\n"),
            heredoc("END", false, true, "\t2\n")
        ),
    );
    check(
        "COPY --chmod=755 <<A <<\"B\" c /d/\na\nA\nb\nB\n",
        &format!(
            "1 --chmod=755 Copy(Transfer {{ sources: [Heredoc({}), Heredoc({}), Path(\"c\")], target: \"/d/\" }})",
            heredoc("A", true, false, "a\n"),
            heredoc("B", false, false, "b\n")
        ),
    );
    check(
        "RUN echo $((1<<2)) \"<<A\"\nUSER x",
        "1 Run { command: Shell(\"echo $((1<<2)) \\\"<<A\\\"\"), heredocs: [] }\n2 User(\"x\")",
    );
    check("RUN <<A\nx\n", "1 fault: the here-document `A` has no end");
    check(
        "ENV A <<B\nUSER x",
        "1 Env([(\"A\", \"<<B\")])\n2 User(\"x\")",
    );
}

#[test]
fn forms_of_each_instruction() {
    for (text, expected) in [
        (
            "FROM --platform=linux/amd64 a:1 As Build",
            "1 --platform=linux/amd64 From { image: \"a:1\", name: Some(\"build\") }",
        ),
        (
            "FROM a b",
            "1 fault: FROM takes an image and perhaps a name",
        ),
        ("FROM a AS 1", "1 fault: `1` cannot be the name of a stage"),
        (
            "ARG A B=1 C=\"d e\"",
            "1 Arg([(\"A\", None), (\"B\", Some(\"1\")), (\"C\", Some(\"\\\"d e\\\"\"))])",
        ),
        (
            "ENV a=b c=\"d e\" f='g h' i=j\\ k",
            "1 Env([(\"a\", \"b\"), (\"c\", \"\\\"d e\\\"\"), (\"f\", \"'g h'\"), (\"i\", \"j\\\\ k\")])",
        ),
        ("ENV a  b c=d", "1 Env([(\"a\", \"b c=d\")])"),
        ("ENV a", "1 fault: ENV `a` has no value"),
        ("ENV a=b c", "1 fault: ENV has `c` without `=`"),
        ("CMD [\"a\", \"b c\"]", "1 Cmd(Exec([\"a\", \"b c\"]))"),
        ("CMD ['a']", "1 Cmd(Shell(\"['a']\"))"),
        (
            "CMD [1]",
            "1 fault: CMD needs an array of which all are strings",
        ),
        ("ENTRYPOINT []", "1 Entrypoint(Exec([]))"),
        ("ENTRYPOINT", "1 Entrypoint(Shell(\"\"))"),
        (
            "COPY [\"a b\", \"/c\"]",
            "1 Copy(Transfer { sources: [Path(\"a b\")], target: \"/c\" })",
        ),
        ("COPY a", "1 fault: COPY needs a source and a target"),
        (
            "COPY --form=b a /c",
            "1 --form=b fault: COPY has no flag `--form`",
        ),
        (
            "RUN --mount=type=cache,target=/x --network=none -- --y",
            "1 --mount=type=cache,target=/x --network=none Run { command: Shell(\"--y\"), heredocs: [] }",
        ),
        ("EXPOSE 80 443/tcp", "1 Expose([\"80\", \"443/tcp\"])"),
        ("VOLUME [\"/a\"]", "1 Volume([\"/a\"])"),
        ("VOLUME /a /b", "1 Volume([\"/a\", \"/b\"])"),
        (
            "SHELL [\"/bin/bash\", \"-c\"]",
            "1 Shell([\"/bin/bash\", \"-c\"])",
        ),
        (
            "SHELL /bin/bash",
            "1 fault: SHELL needs a JSON array of strings, as [\"/bin/sh\", \"-c\"]",
        ),
        (
            "HEALTHCHECK --interval=5m --retries=3 CMD curl x",
            "1 --interval=5m --retries=3 Healthcheck(Command(Shell(\"curl x\")))",
        ),
        ("HEALTHCHECK NONE", "1 Healthcheck(None)"),
        (
            "HEALTHCHECK --interval=5 CMD a",
            "1 --interval=5 fault: `--interval=5` cannot be read",
        ),
        (
            "ONBUILD ONBUILD RUN a",
            "1 fault: ONBUILD cannot hold ONBUILD",
        ),
        ("MAINTAINER a <b@c>", "1 Maintainer(\"a <b@c>\")"),
        ("RNU a", "1 fault: `RNU` is no instruction"),
        ("WORKDIR", "1 fault: WORKDIR needs a path"),
    ] {
        check(text, expected);
    }
    let file = read("ONBUILD COPY --chown=a b /c");
    let Ok(Statement::Onbuild(inner)) = &file.instructions[0].statement else {
        panic!("{file:?}")
    };
    assert_eq!(
        (inner.keyword.as_str(), inner.flag("chown")),
        ("COPY", Some("a"))
    );
}

#[test]
fn words_are_expanded_as_buildkit_does() {
    let lookup = |name: &str| match name {
        "x" => Lookup::Value("abcabc".to_owned()),
        "two" => Lookup::Value("a b".to_owned()),
        "e" => Lookup::Value(String::new()),
        "later" => Lookup::Unknown("?".to_owned()),
        _ => Lookup::Unset,
    };
    for (word, expected) in [
        ("$x-${x}", "abcabc-abcabc"),
        ("'$x'", "$x"),
        ("\"$x\" \\$x", "abcabc $x"),
        ("\"a\\nb\\\"\"", "a\\nb\""),
        ("a\\ b", "a b"),
        ("${u:-d$x}${u-d}${e:-d}${e-d}", "dabcabcdd"),
        ("${u:+d}${x:+d}${e+d}${e:+d}", "dd"),
        ("${x#a*b}|${x##a*b}", "cabc|c"),
        ("${x%b*}|${x%%b*}", "abca|a"),
        ("${x/b/X}|${x//b/X}", "aXcabc|aXcaXc"),
        ("${later}${later:-d}", "?d"),
        ("$", "$"),
        ("$1", ""),
        ("${x:?y}", "abcabc"),
        ("${u:?gone}", "error: `u` must have a value: gone"),
        ("${x", "error: `${x` has no end"),
        ("${}", "error: `${` is not followed by a name"),
        ("${x^}", "error: `${x` has the unknown operator `^`"),
        ("'a", "error: a single quote has no end"),
    ] {
        let found = expand(word, '\\', &lookup);
        let found = found.map_or_else(|why| format!("error: {why}"), |it| it.text);
        assert_eq!(found, expected, "{word}");
    }
    let found = expand("$two 'c d' ${u:-$v} $w", '\\', &lookup).unwrap();
    assert_eq!(found.words, ["a", "b", "c d"]);
    assert_eq!(found.unset, ["v", "w"]);
}
