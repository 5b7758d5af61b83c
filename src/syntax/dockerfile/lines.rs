//! Logical lines: continuations joined, comments between them left out, here-documents taken.

use super::directive::Head;
use super::{Dockerfile, Fault, Heredoc, Instruction, flags, heredoc, statement};
use crate::syntax::{Place, place};

pub(super) fn read(text: &str) -> Dockerfile {
    // The tree gives texts without a byte order mark; whoever reads something else need not care.
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut lines = place::lines(&text[skipped..]).map(|(place, line)| {
        let (start, end) = (place.start + skipped, place.end + skipped);
        (
            Place {
                start,
                end,
                ..place
            },
            line,
        )
    });
    let mut head = Head::new();
    let mut instructions = Vec::new();
    while let Some((mut place, line)) = lines.next() {
        let indented = line.trim_end_matches('\r').trim_start();
        place.start += line.len() - line.trim_start().len();
        head.take(indented, place);
        if indented.starts_with('#') {
            continue;
        }
        let (content, mut continues) = continuation(indented, head.escape);
        if content.is_empty() && !continues {
            continue;
        }
        let mut joined = content.to_owned();
        while continues {
            let Some((next, line)) = lines.next() else {
                break;
            };
            let line = line.trim_end_matches('\r');
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let (content, more) = continuation(line, head.escape);
            joined.push_str(content);
            continues = more;
            place.end = next.end;
        }
        let joined = joined.trim();
        let mut heredocs = heredoc::marks(joined);
        let mut unended = None;
        for it in &mut heredocs {
            if !take_heredoc(it, &mut lines, &mut place) {
                unended = Some(it.name.clone());
            }
        }
        let mut it = instruction(joined, heredocs, head.escape, place);
        if let Some(name) = unended {
            it.statement = Err(Fault {
                place,
                why: format!("the here-document `{name}` has no end"),
                cure: Some(format!(
                    "end it with a line that is `{name}` and nothing else"
                )),
            });
        }
        instructions.push(it);
    }
    Dockerfile {
        directives: head.directives,
        escape: head.escape,
        instructions,
        faults: head.faults,
    }
}

/// Returns a line without its continuation mark, and whether it had one. Two escapes at the end are none.
fn continuation(line: &str, escape: char) -> (&str, bool) {
    match line.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(before) if !before.ends_with(escape) => (before, true),
        Some(_) | None => (line, false),
    }
}

/// Takes the lines of a here-document; false where nothing ends it.
fn take_heredoc<'t>(
    heredoc: &mut Heredoc,
    lines: &mut impl Iterator<Item = (Place, &'t str)>,
    place: &mut Place,
) -> bool {
    for (next, line) in lines {
        place.end = next.end;
        let bare = line.trim_end_matches('\r');
        let bare = if heredoc.chomps {
            bare.trim_start_matches('\t')
        } else {
            bare
        };
        if bare == heredoc.name {
            return true;
        }
        heredoc.text.push_str(line);
        heredoc.text.push('\n');
    }
    false
}

fn instruction(line: &str, heredocs: Vec<Heredoc>, escape: char, place: Place) -> Instruction {
    let (keyword, arguments) = split_keyword(line);
    let keyword = keyword.to_ascii_uppercase();
    let (flags, rest) = flags::take(arguments);
    let rest = rest.trim().to_owned();
    let fault = |(why, cure): statement::Refusal| Fault { place, why, cure };
    let statement = flags::check(&keyword, &flags)
        .and_then(|()| statement::read(&keyword, &flags, &rest, heredocs, escape, place))
        .map_err(fault);
    Instruction {
        place,
        keyword,
        flags,
        rest,
        statement,
    }
}

/// Reads what stands behind ONBUILD.
pub(super) fn inner(line: &str, heredocs: Vec<Heredoc>, escape: char, place: Place) -> Instruction {
    instruction(line, heredocs, escape, place)
}

/// Splits a line into its keyword and what follows.
pub(super) fn split_keyword(line: &str) -> (&str, &str) {
    match line.find(['\t', '\u{b}', '\u{c}', '\r', ' ']) {
        Some(at) => (&line[..at], line[at..].trim_start()),
        None => (line, ""),
    }
}
