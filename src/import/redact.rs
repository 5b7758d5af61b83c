//! Texts with holes in place of their secrets.

use std::ops::Range;

use super::holes::{Encoded, encode};
use crate::model::{Hole, HoleKind, Text};
use crate::secret::{self, Found};
use crate::source::Span;

/// Secrets that were taken out, and what stands in their places.
pub(crate) type Taken = Vec<(String, Hole)>;

/// Returns the text of a file with holes in place of its secrets. `path` is that on the machine, `shown` that of the
/// report, `span_of` tells where bytes of the text stand.
pub(crate) fn redact(
    text: &str,
    path: &str,
    shown: &str,
    span_of: impl Fn(usize, usize) -> Span,
) -> Text {
    let found = secret::find(text, path);
    let what = |line: usize, name: Option<&str>| match name {
        Some(name) => format!("{shown}:{line} {name}"),
        None => format!("{shown}:{line}"),
    };
    let mut names = Names::default();
    let mut out = Text::new();
    let mut done = 0;
    for it in &found {
        out.push_str(&text[done..it.start]);
        if is_in_comment(text, it) {
            // It has no meaning, so that nothing has to be put in its place.
            out.push_str("...");
        } else {
            let what = names.own(what(line_of(text, it.start), it.name.as_deref()));
            out.push_hole(hole(what, Some(span_of(it.start, it.end))));
        }
        done = it.end;
    }
    out.push_str(&text[done..]);
    out
}

/// Returns a text, which may have holes already, with holes in place of what else of it is secret; none where nothing
/// is. `what` says what a hole is, by its line and its name. What is taken out is added to `taken`.
pub(crate) fn redact_text(
    text: &Text,
    path: &str,
    what: impl Fn(usize, Option<&str>) -> String,
    taken: &mut Taken,
) -> Option<Text> {
    let encoded = encode(text)?;
    let plain = encoded.text.as_str();
    let marked = marked(text, plain, path, what);
    taken.extend(values(plain, &marked));
    (!marked.is_empty()).then(|| rebuilt(&encoded, 0..plain.len(), &marked))
}

/// Puts holes into the words of a command line, of which one may say that the next is secret.
pub(crate) fn redact_words(
    words: &mut [Text],
    what: impl Fn(usize, Option<&str>) -> String,
    taken: &mut Taken,
) {
    let mut line = Text::new();
    for (at, word) in words.iter().enumerate() {
        line.push_str(if at > 0 { " " } else { "" });
        line.push(word);
    }
    let Some(encoded) = encode(&line) else { return };
    let marked = marked(&line, &encoded.text, "", what);
    if marked.is_empty() {
        return;
    }
    taken.extend(values(&encoded.text, &marked));
    let mut start = 0;
    for word in words {
        // A placeholder is one character.
        let length = encode(word).map_or(0, |it| it.text.len());
        let new = rebuilt(&encoded, start..start + length, &marked);
        *word = new;
        start += length + 1;
    }
}

/// A secret, and the hole that takes its place.
struct Marked {
    range: Range<usize>,
    hole: Hole,
    /// It stands in a comment, where no hole is needed.
    is_silent: bool,
}

fn values(plain: &str, marked: &[Marked]) -> impl Iterator<Item = (String, Hole)> {
    marked
        .iter()
        .map(|it| (plain[it.range.clone()].to_owned(), it.hole.clone()))
}

fn marked(
    text: &Text,
    plain: &str,
    path: &str,
    what: impl Fn(usize, Option<&str>) -> String,
) -> Vec<Marked> {
    let found = secret::find(plain, path);
    let mut names = Names(text.holes().map(|hole| hole.what.clone()).collect());
    let mut marked = Vec::new();
    for it in found {
        let is_silent = !path.is_empty() && is_in_comment(plain, &it);
        let called = what(line_of(plain, it.start), it.name.as_deref());
        marked.push(Marked {
            range: it.start..it.end,
            hole: hole(names.own(called), None),
            is_silent,
        });
    }
    marked
}

/// Returns a part of a text with holes for what of it is marked.
fn rebuilt(encoded: &Encoded, part: Range<usize>, marked: &[Marked]) -> Text {
    let plain = encoded.text.as_str();
    let mut out = Text::new();
    let mut done = part.start;
    for it in marked {
        let (start, end) = (it.range.start.max(done), it.range.end.min(part.end));
        if start >= end {
            continue;
        }
        out.push(&encoded.decode(&plain[done..start]));
        if it.is_silent {
            // It has no meaning, so that nothing has to be put in its place.
            out.push_str("...");
        } else {
            out.push_hole(it.hole.clone());
        }
        done = end;
    }
    out.push(&encoded.decode(&plain[done..part.end]));
    out
}

/// Returns a text that is a secret as a whole.
pub(crate) fn hidden(what: String, span: Span) -> Text {
    Text::hole(hole(what, Some(span)))
}

pub(crate) fn hole(what: String, span: Option<Span>) -> Hole {
    Hole {
        kind: HoleKind::Secret,
        what,
        span,
    }
}

/// What the holes of one text are called, each differently: two of one name are one secret.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn own(&mut self, what: String) -> String {
        let mut own = what.clone();
        let mut number = 2;
        while self.0.contains(&own) {
            own = format!("{what} ({number})");
            number += 1;
        }
        self.0.push(own.clone());
        own
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn is_in_comment(text: &str, it: &Found) -> bool {
    if secret::is_manual(text, it.start) {
        return true;
    }
    let start = text[..it.start].rfind('\n').map_or(0, |at| at + 1);
    // A key that is shown as an example has several lines.
    let mut lines = text[start..it.end].lines();
    lines.all(secret::is_comment) && secret::is_comment(&text[start..it.start])
}
