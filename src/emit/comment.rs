//! The words of comments: where a definition comes from, and what is left to a person.

use indexmap::{IndexMap, IndexSet};

use super::share::{Note, Stated};
use super::sheet::some_of;
use crate::account::{Account, Item, ItemId, ItemKind};
use crate::nix::{Comment, CommentLine};
use crate::source::{SourceTree, Span};

/// The last column of a comment.
const WIDTH: usize = 112;
/// The longest name of an item, and the longest line of a remark.
const LONGEST_NAME: usize = 70;
const LONGEST_LINE: usize = 400;
/// The deepest indentation of a remark's line.
const LONGEST_LEAD: usize = 20;
/// How much of what is many is named.
pub(super) const MOST_ITEMS: usize = 8;
const MOST_FILES: usize = 40;
const MOST_PLACES: usize = 3;
const MOST_LINES: usize = 16;
/// From here on a comment names every item, so that each has a line that it can be found at.
pub(super) const CROWD: usize = 20;

/// What comments are made from.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) tree: &'a SourceTree,
    pub(super) account: &'a Account,
}

/// A comment in the making: words, and the keys of what they name.
#[derive(Default)]
struct Words {
    words: Vec<(String, Option<usize>)>,
}

impl Words {
    fn push(&mut self, text: &str, key: Option<usize>) {
        let mut key = key;
        for word in text.split_whitespace() {
            self.words.push((word.to_owned(), key.take()));
        }
    }

    /// Breaks the words into lines; `hanging` comes before each line but the first.
    fn wrap(self, indent: usize, hanging: &str) -> Vec<CommentLine> {
        let width = WIDTH.saturating_sub(indent + "# ".len()).max(40);
        let mut lines: Vec<CommentLine> = Vec::new();
        let mut length = 0;
        for (word, key) in self.words {
            let word_length = word.chars().count();
            match lines.last_mut() {
                Some(line) if length + 1 + word_length <= width => {
                    line.text.push(' ');
                    line.text.push_str(&word);
                    line.keys.extend(key);
                    length += 1 + word_length;
                }
                last => {
                    let lead = if last.is_some() { hanging } else { "" };
                    length = lead.len() + word_length;
                    lines.push(CommentLine {
                        text: format!("{lead}{word}"),
                        keys: key.into_iter().collect(),
                    });
                }
            }
        }
        lines
    }
}

/// Plain words as a comment.
pub(super) fn plain(text: &str, indent: usize) -> Comment {
    let mut words = Words::default();
    words.push(text, None);
    Comment {
        lines: words.wrap(indent, ""),
    }
}

/// Where `stated` comes from, besides `remarks` about all of it. The keys of its lines are the items they name.
pub(super) fn origins(
    sources: Sources<'_>,
    stated: &[&Stated<'_>],
    remarks: &IndexSet<&str>,
    indent: usize,
) -> Comment {
    let mut asked: IndexMap<ItemId, IndexSet<Span>> = IndexMap::new();
    for it in stated {
        for item in &it.origin.items {
            asked.entry(*item).or_default();
        }
        if let Some(first) = it.origin.items.first() {
            let places = asked.entry(*first).or_default();
            places.extend(it.origin.places.iter().copied());
        }
    }
    // The order of the source within a file; files in the order in which they come.
    let files: IndexSet<_> = asked
        .keys()
        .map(|item| sources.account.get(*item).span.file)
        .collect();
    asked.sort_by_cached_key(|id, _| {
        let span = sources.account.get(*id).span;
        (files.get_index_of(&span.file), span.start)
    });
    let shown = if asked.len() > CROWD {
        asked.len()
    } else {
        asked.len().min(MOST_ITEMS)
    };
    let mut words = Words::default();
    let mut previous = "";
    for (at, (id, places)) in asked.iter().take(shown).enumerate() {
        let item = sources.account.get(*id);
        let path = sources.tree.path(item.span.file);
        let mut text = label(sources, item, if path == previous { "" } else { path });
        previous = path;
        text.push_str(&places_text(sources, item, places));
        let last = at + 1 == asked.len();
        text.push_str(if last { "" } else { "," });
        words.push(&text, Some(id.0 as usize));
    }
    if shown < asked.len() {
        words.push(&format!("and {} more", asked.len() - shown), None);
    }
    add_remarks(&mut words, remarks);
    Comment {
        lines: words.wrap(indent, ""),
    }
}

/// What is to be said about definitions whose origin is already named.
pub(super) fn remarks_alone(remarks: &IndexSet<&str>, indent: usize) -> Comment {
    let mut words = Words::default();
    for remark in remarks {
        words.push(&sentence(remark), None);
    }
    Comment {
        lines: words.wrap(indent, ""),
    }
}

/// Assumptions stand in brackets behind what they are about, anything else is a sentence.
fn add_remarks(words: &mut Words, remarks: &IndexSet<&str>) {
    let (assumed, others): (Vec<&str>, Vec<&str>) = remarks
        .iter()
        .copied()
        .partition(|remark| remark.starts_with("assumed: "));
    let assumed: Vec<&str> = assumed
        .iter()
        .filter_map(|it| it.strip_prefix("assumed: "))
        .collect();
    let named = !words.words.is_empty();
    if !assumed.is_empty() {
        words.push(&format!("(assumed: {})", assumed.join("; ")), None);
    }
    if !others.is_empty()
        && named
        && let Some((word, _)) = words.words.last_mut()
    {
        word.push('.');
    }
    for other in others {
        words.push(&sentence(other), None);
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let head: String = chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().collect());
    let end = if text.ends_with(['.', '!', '?', ':']) {
        ""
    } else {
        "."
    };
    format!("{head}{}{end}", chars.as_str())
}

/// `roles/shop/tasks/main.yml:9 Site`; without `path` only `:9 Site`.
fn label(sources: Sources<'_>, item: &Item, path: &str) -> String {
    let line = sources.tree.position(item.span).line;
    match item.kind {
        // What a file is about is in its path, and a whole file stands at no line.
        ItemKind::EtcFile => path.to_owned(),
        ItemKind::EtcEntry => format!("{path}:{line}"),
        ItemKind::AnsiblePlay
        | ItemKind::AnsibleTask
        | ItemKind::AnsibleHandler
        | ItemKind::DockerfileInstruction => format!("{path}:{line} {}", name(item)),
    }
}

fn name(item: &Item) -> String {
    let name = if item.name.trim().is_empty() {
        &item.subject
    } else {
        &item.name
    };
    cut(&one_line(&without_templates(name)), LONGEST_NAME)
}

/// What a template stands for differs from host to host, and a reader has no use of its text.
fn without_templates(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((_, after)) = after.split_once("}}") else {
            break;
        };
        out.push_str(before);
        out.push('…');
        rest = after;
    }
    out + rest
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the start of a text that is too long, and says so.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

fn places_text(sources: Sources<'_>, item: &Item, places: &IndexSet<Span>) -> String {
    let own = |place: &Span| {
        place.file == item.span.file && place.start >= item.span.start && place.end <= item.span.end
    };
    let root = role_root(sources.tree.path(item.span.file));
    let named: IndexSet<String> = places
        .iter()
        .filter(|place| !own(place))
        .map(|place| {
            let path = sources.tree.path(place.file);
            let short = root
                .and_then(|root| path.strip_prefix(root))
                .map_or(path, |rest| rest.trim_start_matches('/'));
            if place.start == 0 {
                short.to_owned()
            } else {
                format!("{short}:{}", sources.tree.position(*place).line)
            }
        })
        .collect();
    if named.is_empty() {
        return String::new();
    }
    let mut shown: Vec<&str> = named.iter().take(MOST_PLACES).map(String::as_str).collect();
    if named.len() > MOST_PLACES {
        shown.push("…");
    }
    format!(" ({})", shown.join(", "))
}

/// Returns the folder to which a file of tasks belongs: `roles/shop` of `roles/shop/tasks/main.yml`.
pub(super) fn role_root(path: &str) -> Option<&str> {
    let at = ["/tasks/", "/handlers/"]
        .iter()
        .filter_map(|folder| path.find(folder))
        .min()?;
    Some(&path[..at])
}

/// What is left to a person. The key of the first line is `key`.
pub(super) fn manual(sources: Sources<'_>, note: &Note<'_>, key: usize, indent: usize) -> Comment {
    let mut head = String::from("MANUAL");
    let item = note.origin.items.first().map(|id| sources.account.get(*id));
    let title = match item {
        Some(Item {
            kind: ItemKind::EtcFile | ItemKind::EtcEntry,
            ..
        }) => {
            head.push(' ');
            head.push_str(&files(sources, &note.origin.items));
            String::new()
        }
        Some(Item {
            kind: ItemKind::DockerfileInstruction,
            ..
        }) if note.origin.items.len() > 1 => {
            head.push(' ');
            head.push_str(&files(sources, &note.origin.items));
            String::new()
        }
        Some(item) => {
            let line = sources.tree.position(item.span).line;
            head.push_str(&format!(" {}:{line}", sources.tree.path(item.span.file)));
            match note.remark.title.trim() {
                "" => name(item),
                title => cut(&one_line(title), LONGEST_NAME),
            }
        }
        None => cut(&one_line(&note.remark.title), LONGEST_NAME),
    };
    let reason = one_line(&note.remark.reason);
    // A reason that begins with what it is about needs no name before it.
    if !title.is_empty() && !reason.starts_with(&title) {
        head.push(' ');
        head.push_str(&title);
    }
    let mut words = Words::default();
    if reason.is_empty() {
        words.push(&head, Some(key));
    } else {
        let end = if reason.ends_with(['.', '!', '?', ':', '…']) {
            ""
        } else {
            "."
        };
        words.push(&format!("{head}: {reason}{end}"), Some(key));
    }
    let mut lines = words.wrap(indent, "  ");
    let below: Vec<&str> = note
        .remark
        .lines
        .iter()
        .flat_map(|text| text.lines())
        .map(str::trim_end)
        .filter(|text| !text.is_empty())
        .collect();
    for text in below.iter().take(MOST_LINES) {
        lines.extend(lines_below(text, indent));
    }
    if below.len() > MOST_LINES {
        let more = below.len() - MOST_LINES;
        lines.extend(lines_below(&format!("… {more} more lines"), indent));
    }
    if !note.hosts.is_empty() {
        let hosts = format!("This is about {}.", some_of(&note.hosts));
        lines.extend(lines_below(&hosts, indent));
    }
    Comment { lines }
}

/// Names the files and lines that a remark is about.
fn files(sources: Sources<'_>, items: &[ItemId]) -> String {
    let mut previous = "";
    let mut shown: Vec<String> = Vec::new();
    for id in items.iter().take(MOST_FILES) {
        let item = sources.account.get(*id);
        let path = sources.tree.path(item.span.file);
        shown.push(label(
            sources,
            item,
            if path == previous { "" } else { path },
        ));
        previous = path;
    }
    let more = items.len().saturating_sub(MOST_FILES);
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

/// A long line goes on below itself, a very long one is cut; a word that is longer than a line is cut as well.
fn lines_below(text: &str, indent: usize) -> Vec<CommentLine> {
    let body = text.trim_start();
    let lead: String = text[..text.len() - body.len()].replace('\t', "  ");
    let lead = format!("  {}", cut(&lead, LONGEST_LEAD));
    let width = WIDTH.saturating_sub(indent + "# ".len() + lead.len());
    if body.chars().count() <= width {
        return vec![CommentLine {
            text: format!("{lead}{body}"),
            keys: Vec::new(),
        }];
    }
    let mut words = Words::default();
    for word in cut(body, LONGEST_LINE).split_whitespace() {
        words.push(&cut(word, width.saturating_sub(1)), None);
    }
    words
        .wrap(indent + lead.len(), "  ")
        .into_iter()
        .map(|line| CommentLine {
            text: format!("{lead}{}", line.text),
            ..line
        })
        .collect()
}
