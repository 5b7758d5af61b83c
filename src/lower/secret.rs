//! Secrets as files outside the store, and the commands that read them.

use crate::model::{Hole, HoleKind, Piece, Text};
use crate::plan::{SECRETS_FOLDER, Secret, SecretPart};

/// A file that holds a text of which parts are secret.
pub(super) fn secret(path: &str, text: &Text, used_by: impl Into<String>) -> Secret {
    let content = text.pieces().iter().map(|piece| match piece {
        Piece::Literal(literal) => SecretPart::Literal(literal.clone()),
        Piece::Hole(hole) => SecretPart::Hole(hole.what.clone()),
    });
    Secret {
        path: path.to_owned(),
        content: content.collect(),
        used_by: used_by.into(),
        may_differ: text.holes().any(|it| it.span.is_none()),
        ..Secret::default()
    }
}

/// A value that is secret as a whole, whether it was written out or not: where it was is all that is said of it.
pub(super) fn hidden(value: &Text, place: &str) -> Text {
    let holes: Vec<&str> = value.holes().map(|hole| hole.what.as_str()).collect();
    let what = if holes.is_empty() {
        place.to_owned()
    } else {
        holes.join(", ")
    };
    Text::hole(Hole {
        kind: HoleKind::Secret,
        what,
        span: None,
    })
}

/// A text of variables, one for each line.
pub(super) fn variables<'a>(lines: impl IntoIterator<Item = &'a Text>) -> Text {
    let mut text = Text::new();
    for line in lines {
        text.push(line);
        text.push_str("\n");
    }
    text
}

/// `NAME=value`
pub(super) fn variable(name: &str, value: &Text) -> Text {
    let mut text = Text::from(format!("{name}="));
    text.push(value);
    text
}

/// A script without secrets, and the files that it reads them from.
pub(super) struct Readable {
    pub(super) script: String,
    pub(super) secrets: Vec<Secret>,
}

/// How a shell reads the text at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Bare,
    Single,
    Double,
    Comment,
}

/// Lets a script of a POSIX shell read its secrets from files: `-p<secret>` becomes `-p"$(cat /run/secrets/x)"`.
///
/// The value is one word, as that of a quoted text is: none where the shell would look into it again (a here-document,
/// a substitution in the old form), or where something but a secret is not known.
pub(super) fn readable(script: &Text, used_by: &str, owner: Option<&str>) -> Option<Readable> {
    let mut out = String::new();
    let mut secrets: Vec<Secret> = Vec::new();
    let mut quoting = Quoting::Bare;
    let mut empties = Vec::new();
    // What stands around `$(`.
    let mut around: Vec<Quoting> = Vec::new();
    for piece in script.pieces() {
        match piece {
            Piece::Literal(text) => {
                if text.replace("<<<", "").contains("<<") || text.contains('`') {
                    return None;
                }
                quoting = quoting_behind(text, quoting, &mut around);
                out.push_str(text);
            }
            Piece::Hole(hole) if hole.kind == HoleKind::Unknown => return None,
            Piece::Hole(hole) => {
                let path = format!("{SECRETS_FOLDER}{}", slug(&hole.what));
                out.push_str(&match quoting {
                    Quoting::Bare => format!("\"$(cat {path})\""),
                    Quoting::Double => format!("$(cat {path})"),
                    Quoting::Single => format!("'\"$(cat {path})\"'"),
                    Quoting::Comment => "...".to_owned(),
                });
                empties.push(format!("''\"$(cat {path})\"''"));
                if quoting != Quoting::Comment && !secrets.iter().any(|it| it.path == path) {
                    secrets.push(Secret {
                        owner: owner.filter(|it| *it != "root").map(str::to_owned),
                        ..secret(&path, &Text::hole(hole.clone()), used_by)
                    });
                }
            }
        }
    }
    // Between quotes of which nothing is left, the value stands alone.
    for it in &empties {
        out = out.replace(it, it.trim_matches('\''));
    }
    Some(Readable {
        script: out,
        secrets,
    })
}

fn quoting_behind(text: &str, before: Quoting, around: &mut Vec<Quoting>) -> Quoting {
    let mut quoting = before;
    let mut chars = text.chars().peekable();
    let mut is_start = true;
    while let Some(c) = chars.next() {
        match (quoting, c) {
            (Quoting::Bare | Quoting::Double, '\\') => {
                chars.next();
            }
            (Quoting::Bare | Quoting::Double, '$') if chars.peek() == Some(&'(') => {
                chars.next();
                around.push(quoting);
                quoting = Quoting::Bare;
            }
            (Quoting::Bare, ')') => quoting = around.pop().unwrap_or(Quoting::Bare),
            (Quoting::Bare, '\'') => quoting = Quoting::Single,
            (Quoting::Bare, '"') => quoting = Quoting::Double,
            (Quoting::Bare, '#') if is_start => quoting = Quoting::Comment,
            (Quoting::Single, '\'') | (Quoting::Double, '"') => quoting = Quoting::Bare,
            (Quoting::Comment, '\n') => quoting = Quoting::Bare,
            _ => {}
        }
        is_start = c.is_whitespace() || c == ';';
    }
    quoting
}

/// Makes a script of a program's words: each is one word again.
pub(super) fn script_of(words: &[Text]) -> Text {
    let mut script = Text::new();
    for (at, word) in words.iter().enumerate() {
        script.push_str(if at > 0 { " " } else { "" });
        for piece in word.pieces() {
            match piece {
                Piece::Literal(text) => script.push_str(&word_of_shell(text)),
                Piece::Hole(hole) => script.push_hole(hole.clone()),
            }
        }
        if word.pieces().is_empty() {
            script.push_str("''");
        }
    }
    script
}

/// A word of a shell, quoted where it must be.
fn word_of_shell(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@+=%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Makes a name of what a secret is: `group_vars/web.yml:1 db_password` is `db_password`, `TOKEN of the container shop`
/// is `shop-token`.
pub(super) fn slug(what: &str) -> String {
    let what = what.split(": its hash").next().unwrap_or(what);
    let (what, number) = match what.rsplit_once(" (") {
        Some((rest, number)) => (rest, number.trim_end_matches(')')),
        None => (what, ""),
    };
    let (name, of) = what
        .split_once(" of ")
        .map_or((what, None), |(name, of)| (name, Some(of)));
    let last = name.split_whitespace().next_back().unwrap_or(name);
    let is_place = last.contains(':') && last.contains(['/', '.']);
    let last = match last.rsplit_once(':') {
        Some((path, line)) if is_place => {
            let file = path.rsplit('/').next().unwrap_or(path);
            format!("{file}-{line}")
        }
        _ => last.rsplit('/').next().unwrap_or(last).to_owned(),
    };
    let articles = [
        "a",
        "an",
        "the",
        "container",
        "job",
        "step",
        "service",
        "network",
        "user",
        "unit",
    ];
    let of = of.unwrap_or_default().split_whitespace();
    let whole: Vec<&str> = of
        .skip_while(|it| articles.contains(it))
        .chain([last.as_str(), number])
        .filter(|it| !it.is_empty())
        .collect();
    let mut out = String::new();
    for c in whole.join("-").chars() {
        let is_plain = c.is_ascii_alphanumeric() || c == '_';
        let c = if is_plain {
            c.to_ascii_lowercase()
        } else {
            '-'
        };
        if !(c == '-' && out.ends_with('-')) {
            out.push(c);
        }
    }
    match out.trim_matches('-') {
        "" => "secret".to_owned(),
        name => name.chars().take(80).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{readable, script_of, slug};
    use crate::lower::tests::text;

    #[test]
    fn secrets_are_called_by_what_they_are() {
        for (what, name) in [
            ("group_vars/web.yml:1 db_password", "db_password"),
            ("TOKEN of the container shop", "shop-token"),
            ("the variable x_token", "x_token"),
            ("the file files/key.pem", "key-pem"),
            ("/etc/shop.conf:2 password", "password"),
            ("etc/shop.conf:2", "shop-conf-2"),
            (
                "the password of the user ada: its hash on one line",
                "ada-password",
            ),
            ("a password of the step Load it (2)", "load-it-password-2"),
            ("...", "secret"),
        ] {
            assert_eq!(slug(what), name, "{what}");
        }
    }

    #[test]
    fn a_shell_reads_a_secret_where_it_stood() {
        for (script, expected) in [
            ("x -p<secret: k> y", Some("x -p\"$(cat /run/secrets/k)\" y")),
            ("x \"a<secret: k>b\"", Some("x \"a$(cat /run/secrets/k)b\"")),
            (
                "x 'a<secret: k>b'",
                Some("x 'a'\"$(cat /run/secrets/k)\"'b'"),
            ),
            ("x '<secret: k>'", Some("x \"$(cat /run/secrets/k)\"")),
            (
                "x \"$(y <secret: k>)\"",
                Some("x \"$(y \"$(cat /run/secrets/k)\")\""),
            ),
            ("x \\'<secret: k>", Some("x \\'\"$(cat /run/secrets/k)\"")),
            ("x # <secret: k>\ny", Some("x # ...\ny")),
            ("cat <<E\n<secret: k>\nE", None),
            ("x `y <secret: k>`", None),
            ("x <unknown: k>", None),
        ] {
            let found = readable(&text(script), "x", None).map(|it| it.script);
            assert_eq!(found.as_deref(), expected, "{script}");
        }
        let words = [text("a b"), text("-p<secret: k>"), text("it's"), text("")];
        let script = readable(&script_of(&words), "x", None).map(|it| it.script);
        let expected = "'a b' -p\"$(cat /run/secrets/k)\" 'it'\\''s' ''";
        assert_eq!(script.as_deref(), Some(expected));
    }
}
