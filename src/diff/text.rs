//! Files as text: what git prints of a difference, so that its readers and tools read it.
//!
//! Format: <https://git-scm.com/docs/diff-format>. Left out: renames, which are a removed and a new file, and the line
//! `index` with its fingerprints of a repository.

use similar::{ChangeTag, TextDiff};

use super::{Deed, Fate, Line, LineKind};

/// Why a file stays that a person changed.
pub(super) const EDITED: &str = "was changed by hand";
pub(super) const DISPUTED: &str = "was changed by hand where what is to be written changed too";

/// A file that would be written anew, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff<'a> {
    pub path: &'a str,
    pub sides: Sides,
    pub body: Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    New,
    Both,
    Removed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Bytes that are no text: how many there were and are.
    Binary(usize, usize),
    Text {
        hunks: Vec<Line>,
        added: usize,
        removed: usize,
    },
}

/// Returns the files that translating would write or remove, by path. What a person wrote goes through `conceal`: it may
/// hold what nobody may see.
pub fn file_diffs<'a>(fates: &'a [Fate<'_>], conceal: fn(&str) -> String) -> Vec<FileDiff<'a>> {
    let mut diffs: Vec<FileDiff<'a>> = fates
        .iter()
        .filter_map(|fate| {
            let old = fate.old.as_deref();
            let (sides, new) = match (&fate.deed, old) {
                (Deed::Write(new), None) => (Sides::New, *new),
                (Deed::Write(new), Some(_)) => (Sides::Both, *new),
                (Deed::Merge(new, _) | Deed::Mark(new, _), _) => (Sides::Both, new.as_slice()),
                (Deed::Remove, _) => (Sides::Removed, [].as_slice()),
                (
                    Deed::Leave(_)
                    | Deed::Keep(..)
                    | Deed::Edited(_)
                    | Deed::Dispute(_)
                    | Deed::Abandon(_)
                    | Deed::Forget,
                    _,
                ) => {
                    return None;
                }
            };
            let mut body = body(old.unwrap_or_default(), new);
            if let (Deed::Merge(..) | Deed::Mark(..), Body::Text { hunks, .. }) =
                (&fate.deed, &mut body)
            {
                hunks.iter_mut().for_each(|it| it.text = conceal(&it.text));
            }
            Some(FileDiff {
                path: &fate.path,
                sides,
                body,
            })
        })
        .collect();
    diffs.sort_by_key(|it| it.path);
    diffs
}

/// Prints differences of files as git does.
pub fn unified(diffs: &[FileDiff<'_>]) -> Vec<Line> {
    diffs.iter().flat_map(one_file).collect()
}

/// Says which files are a person's and stay, and what would be written if they were not. What the person wrote goes
/// through `conceal`: it may hold what nobody may see.
///
/// Each line is a comment, so that whoever applies the whole as a patch does not touch these files.
pub fn kept(fates: &[Fate<'_>], conceal: fn(&str) -> String) -> Vec<Line> {
    let mut lines = Vec::new();
    for fate in fates {
        let (why, instead) = match &fate.deed {
            Deed::Keep(why, new) => (*why, Some(*new)),
            Deed::Edited(new) => (EDITED, Some(*new)),
            Deed::Dispute(both) => (DISPUTED, Some(both.as_slice())),
            Deed::Abandon(why) => (*why, None),
            Deed::Leave(_)
            | Deed::Write(_)
            | Deed::Merge(..)
            | Deed::Mark(..)
            | Deed::Remove
            | Deed::Forget => continue,
        };
        let path = quoted("", &fate.path);
        let Some(new) = instead else {
            let text = format!("# {path} {why}: it is no longer made, and stays as it is");
            lines.push(Line::new(LineKind::Remark, text));
            continue;
        };
        let to = match &fate.deed {
            _ if fate.old.is_none() => "",
            Deed::Dispute(_) => ". From your file to one with both:",
            Deed::Leave(_)
            | Deed::Write(_)
            | Deed::Keep(..)
            | Deed::Edited(_)
            | Deed::Merge(..)
            | Deed::Mark(..)
            | Deed::Abandon(_)
            | Deed::Remove
            | Deed::Forget => ". From your file to what would be written:",
        };
        let text = format!("# {path} {why}: it stays as it is{to}");
        lines.push(Line::new(LineKind::Remark, text));
        let Some(old) = fate.old.as_deref() else {
            continue;
        };
        match body(old, new) {
            Body::Binary(..) => {
                lines.push(Line::new(LineKind::Remark, "#   (bytes that are no text)"))
            }
            Body::Text { hunks, .. } => lines.extend(hunks.into_iter().map(|mut line| {
                let is_marked = matches!(fate.deed, Deed::Dispute(_));
                if line.kind == LineKind::Removed || is_marked {
                    line.text = conceal(&line.text);
                }
                line.text.insert_str(0, "#   ");
                line
            })),
        }
    }
    lines
}

fn one_file(diff: &FileDiff<'_>) -> Vec<Line> {
    let (old, new) = (quoted("a/", diff.path), quoted("b/", diff.path));
    let mut lines = vec![Line::new(
        LineKind::Title,
        format!("diff --git {old} {new}"),
    )];
    match diff.sides {
        Sides::New => lines.push(Line::new(LineKind::Title, "new file mode 100644")),
        Sides::Removed => lines.push(Line::new(LineKind::Title, "deleted file mode 100644")),
        Sides::Both => {}
    }
    let none = || "/dev/null".to_owned();
    match &diff.body {
        Body::Binary(..) => {
            let (old, new) = match diff.sides {
                Sides::New => (none(), new),
                Sides::Both => (old, new),
                Sides::Removed => (old, none()),
            };
            let text = format!("Binary files {old} and {new} differ");
            lines.push(Line::new(LineKind::Plain, text));
        }
        Body::Text { hunks, .. } if hunks.is_empty() => {}
        Body::Text { hunks, .. } => {
            let (old, new) = match diff.sides {
                Sides::New => (none(), ended(new)),
                Sides::Both => (ended(old), ended(new)),
                Sides::Removed => (ended(old), none()),
            };
            lines.push(Line::new(LineKind::Title, format!("--- {old}")));
            lines.push(Line::new(LineKind::Title, format!("+++ {new}")));
            lines.extend(hunks.iter().cloned());
        }
    }
    lines
}

fn body(old: &[u8], new: &[u8]) -> Body {
    let (Some(old_text), Some(new_text)) = (text(old), text(new)) else {
        return Body::Binary(old.len(), new.len());
    };
    let old_lines: Vec<&str> = old_text.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new_text.split_inclusive('\n').collect();
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let (mut hunks, mut added, mut removed) = (Vec::new(), 0, 0);
    for hunk in diff.unified_diff().iter_hunks() {
        hunks.push(Line::new(LineKind::Place, hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let kind = match change.tag() {
                ChangeTag::Insert => {
                    added += 1;
                    LineKind::Added
                }
                ChangeTag::Delete => {
                    removed += 1;
                    LineKind::Removed
                }
                ChangeTag::Equal => LineKind::Plain,
            };
            let line = change.value();
            let text = line.strip_suffix('\n');
            let shown = format!("{}{}", change.tag(), text.unwrap_or(line));
            hunks.push(Line::new(kind, shown));
            if text.is_none() {
                let hint = "\\ No newline at end of file";
                hunks.push(Line::new(LineKind::Plain, hint));
            }
        }
    }
    Body::Text {
        hunks,
        added,
        removed,
    }
}

/// What git takes for text holds no zero byte; what is no UTF-8 could not be printed beside it.
fn text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

/// Quotes a path as git does where it holds what a terminal or a tool could misread.
pub(super) fn quoted(side: &str, path: &str) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if path.bytes().all(is_plain) {
        return format!("{side}{path}");
    }
    let mut quoted = format!("\"{side}");
    for byte in path.bytes() {
        match byte {
            b'"' => quoted.push_str("\\\""),
            b'\\' => quoted.push_str("\\\\"),
            b'\n' => quoted.push_str("\\n"),
            b'\t' => quoted.push_str("\\t"),
            byte if is_plain(byte) => quoted.push(char::from(byte)),
            byte => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}

/// A tab ends a name with blanks in it.
fn ended(path: String) -> String {
    if path.contains(' ') {
        format!("{path}\t")
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::{file_diffs, kept, unified};
    use crate::diff::{Change, Deed, Fate, Line};

    fn fate<'a>(path: &str, old: Option<&[u8]>, deed: Deed<'a>) -> Fate<'a> {
        Fate {
            path: path.to_owned(),
            old: old.map(<[u8]>::to_vec),
            deed,
        }
    }

    fn texts(lines: Vec<Line>) -> Vec<String> {
        lines.into_iter().map(|it| it.text).collect()
    }

    fn check(path: &str, old: Option<&[u8]>, deed: Deed<'_>, expected: &[&str]) {
        let fates = [fate(path, old, deed)];
        assert_eq!(texts(unified(&file_diffs(&fates, str::to_owned))), expected);
    }

    #[test]
    fn files_are_new_changed_and_removed() {
        check(
            "a.nix",
            None,
            Deed::Write(b"1\n"),
            &[
                "diff --git a/a.nix b/a.nix",
                "new file mode 100644",
                "--- /dev/null",
                "+++ b/a.nix",
                "@@ -0,0 +1 @@",
                "+1",
            ],
        );
        check(
            "a b",
            Some(b"1\n2"),
            Deed::Write(b"1\n3\n"),
            &[
                "diff --git a/a b b/a b",
                "--- a/a b\t",
                "+++ b/a b\t",
                "@@ -1,2 +1,2 @@",
                " 1",
                "-2",
                "\\ No newline at end of file",
                "+3",
            ],
        );
        check(
            "x",
            Some(b"1\n"),
            Deed::Remove,
            &[
                "diff --git a/x b/x",
                "deleted file mode 100644",
                "--- a/x",
                "+++ /dev/null",
                "@@ -1 +0,0 @@",
                "-1",
            ],
        );
    }

    #[test]
    fn what_stays_as_it_is_makes_no_difference() {
        check("a", None, Deed::Leave(b"1"), &[]);
        check("a", None, Deed::Forget, &[]);
        check(
            "a",
            Some(b"2"),
            Deed::Keep("was changed by hand", b"1"),
            &[],
        );
        check("a", Some(b"2"), Deed::Abandon("was changed by hand"), &[]);
    }

    #[test]
    fn what_is_no_text_is_named() {
        check(
            "a",
            None,
            Deed::Write(b"\0"),
            &[
                "diff --git a/a b/a",
                "new file mode 100644",
                "Binary files /dev/null and b/a differ",
            ],
        );
        check(
            "ä\"",
            Some(b"\xff"),
            Deed::Write(b"x"),
            &[
                r#"diff --git "a/\303\244\"" "b/\303\244\"""#,
                r#"Binary files "a/\303\244\"" and "b/\303\244\"" differ"#,
            ],
        );
    }

    #[test]
    fn an_empty_file_has_no_lines() {
        check(
            "a",
            None,
            Deed::Write(b""),
            &["diff --git a/a b/a", "new file mode 100644"],
        );
    }

    #[test]
    fn what_is_joined_is_a_difference_without_secrets() {
        let both = b"x = secret\ny = 2\n".to_vec();
        let fates = [fate(
            "a",
            Some(b"x = secret\ny = 1\n"),
            Deed::Merge(
                both.clone(),
                Change {
                    base: b"y = 1\n".to_vec(),
                    new: b"y = 2\n",
                },
            ),
        )];
        let hide = |line: &str| line.replace("secret", "***");
        assert_eq!(
            texts(unified(&file_diffs(&fates, hide)))[3..],
            ["@@ -1,2 +1,2 @@", " x = ***", "-y = 1", "+y = 2"]
        );
        assert!(kept(&fates, hide).is_empty());
        let fates = [fate("a", Some(b"y = 1\n"), Deed::Dispute(both))];
        assert!(file_diffs(&fates, hide).is_empty());
        assert_eq!(
            texts(kept(&fates, hide)),
            [
                "# a was changed by hand where what is to be written changed too: it stays as it is. From your file to one with both:",
                "#   @@ -1 +1,2 @@",
                "#   -y = 1",
                "#   +x = ***",
                "#   +y = 2",
            ]
        );
    }

    #[test]
    fn what_is_a_persons_is_a_comment() {
        let fates = [
            fate(
                "a",
                Some(b"x = secret\n"),
                Deed::Keep("was changed by hand", b"y\n"),
            ),
            fate("b", None, Deed::Keep("is a link that you made", b"y\n")),
            fate("c", None, Deed::Abandon("was changed by hand")),
        ];
        assert_eq!(
            texts(kept(&fates, |line| line.replace("secret", "***"))),
            [
                "# a was changed by hand: it stays as it is. From your file to what would be written:",
                "#   @@ -1 +1 @@",
                "#   -x = ***",
                "#   +y",
                "# b is a link that you made: it stays as it is",
                "# c was changed by hand: it is no longer made, and stays as it is",
            ]
        );
    }
}
