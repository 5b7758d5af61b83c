//! Parser events into nodes: spans in bytes, aliases shared, merge keys applied, limits kept.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::lenient::Mended;
use super::scalar::{resolve, timestamp};
use super::{Kind, Node, Scalar, Style};
use crate::diag::{Code, Diagnostics};
use crate::source::{FileId, Span};

/// Deeper nesting is an error: readers of the tree recurse.
const MAX_DEPTH: usize = 200;
/// As many nodes may a document have once its aliases are followed.
const MAX_NODES: usize = 2_000_000;

/// The tag of what is never a template.
const UNSAFE: &str = "unsafe";

/// Why a text is no YAML, and where.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) message: String,
    /// In bytes.
    pub(super) at: usize,
}

/// Reads all documents of a text; duplicate keys are reported.
pub(super) fn build(
    text: &str,
    file: FileId,
    diags: &mut Diagnostics,
) -> Result<Vec<Arc<Node>>, Problem> {
    let mut mended = Mended::new(text);
    let mut first = None;
    loop {
        let mut found = Diagnostics::new();
        let problem = match attempt(text, &mended, file, &mut found) {
            Ok(documents) => {
                diags.append(found);
                return Ok(documents);
            }
            Err(problem) => problem,
        };
        let again = mended.mend(&problem);
        let at = mended.original(problem.at);
        // What is said is what the file itself has, not what mending made of it.
        let first = first.get_or_insert(Problem { at, ..problem });
        if !again {
            return Err(Problem {
                code: first.code,
                message: std::mem::take(&mut first.message),
                at: first.at,
            });
        }
    }
}

fn attempt(
    text: &str,
    mended: &Mended,
    file: FileId,
    diags: &mut Diagnostics,
) -> Result<Vec<Arc<Node>>, Problem> {
    let mut builder = Builder {
        text,
        file,
        mended,
        offsets: char_offsets(&mended.text),
        open: Vec::new(),
        anchors: HashMap::new(),
        documents: Vec::new(),
        unindented: Vec::new(),
        diags,
    };
    let mut parser = Parser::new_from_str(&mended.text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Problem {
            code: Code::YamlSyntax,
            message: error.info().to_owned(),
            at: builder.mended_byte(error.marker().index()),
        })?;
        let (start, end) = (
            builder.byte(span.start.index()),
            builder.byte(span.end.index()),
        );
        builder.event(event, start, end)?;
    }
    for at in mended.places() {
        let covered = builder.unindented.iter().any(|it| it.contains(&at));
        if !covered {
            return Err(builder.problem(Code::YamlSyntax, "invalid indentation in a block", at));
        }
    }
    Ok(builder.documents)
}

struct Builder<'a, 'd> {
    text: &'a str,
    file: FileId,
    mended: &'a Mended,
    /// The byte at which each character starts; `None` where all characters are one byte.
    offsets: Option<Vec<u32>>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Arc<Node>, usize)>,
    documents: Vec<Arc<Node>>,
    /// Where indentation does not count: brackets and quotes.
    unindented: Vec<Range<usize>>,
    diags: &'d mut Diagnostics,
}

/// A sequence or mapping that has begun.
struct Open {
    anchor: usize,
    tag: Option<String>,
    start: usize,
    /// Where the last content below it ends.
    end: usize,
    /// How many nodes it has, aliases followed.
    size: usize,
    mapping: bool,
    /// The items; of a mapping, keys and values in turn.
    items: Vec<Arc<Node>>,
}

impl Builder<'_, '_> {
    /// Returns the byte of the file that the parser's character is.
    fn byte(&self, index: usize) -> usize {
        self.mended.original(self.mended_byte(index))
    }

    fn mended_byte(&self, index: usize) -> usize {
        let length = self.mended.text.len();
        match &self.offsets {
            None => index.min(length),
            Some(offsets) => offsets.get(index).map_or(length, |at| *at as usize),
        }
    }

    fn event(&mut self, event: Event<'_>, start: usize, end: usize) -> Result<(), Problem> {
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.problem(
                        Code::YamlSyntax,
                        "an alias stands inside of what it names",
                        start,
                    ));
                };
                self.add(node, end, size)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let mut text = text.into_owned();
                match style {
                    // Without a last line break in the file the text has none; the parser makes one.
                    Style::Literal | Style::Folded => {
                        if end >= self.text.len()
                            && !self.text.ends_with('\n')
                            && text.ends_with('\n')
                        {
                            text.pop();
                        }
                    }
                    Style::SingleQuoted | Style::DoubleQuoted => self.unindented.push(start..end),
                    Style::Plain if tag.is_none() => match timestamp(&text) {
                        Some(Ok(shown)) => text = shown,
                        Some(Err(())) => {
                            let message = format!("there is no such time as `{text}`");
                            let span = Span::new(self.file, start, end);
                            self.diags.at(Code::YamlSyntax, span, message);
                        }
                        None => {}
                    },
                    Style::Plain => {}
                }
                let end = self.content_end(start, end);
                let mut node = Arc::new(Node {
                    kind: Kind::Scalar { text, style },
                    span: Span::new(self.file, start, end),
                    tag: tag.as_deref().map(tag_name),
                });
                if node.tag.as_deref() == Some(UNSAFE) {
                    node = untrusted(&node);
                }
                if anchor > 0 {
                    self.anchors.insert(anchor, (Arc::clone(&node), 1));
                }
                self.add(node, end, 1)
            }
            Event::SequenceStart(anchor, tag) => self.open(anchor, tag.as_deref(), start, false),
            Event::MappingStart(anchor, tag) => self.open(anchor, tag.as_deref(), start, true),
            Event::SequenceEnd | Event::MappingEnd => self.close(start, end),
        }
    }

    fn open(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
        mapping: bool,
    ) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("it is nested deeper than {MAX_DEPTH} levels");
            return Err(self.problem(Code::YamlSyntax, &message, start));
        }
        self.open.push(Open {
            anchor,
            tag: tag.map(tag_name),
            start,
            end: start,
            size: 1,
            mapping,
            items: Vec::new(),
        });
        Ok(())
    }

    fn close(&mut self, start: usize, end: usize) -> Result<(), Problem> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        // A block ends with its last content; only a flow collection has a bracket of its own.
        let bracket = matches!(self.text.as_bytes().get(start), Some(b']' | b'}'))
            && matches!(self.text.as_bytes().get(open.start), Some(b'[' | b'{'));
        let end = if bracket {
            self.unindented.push(open.start..start + 1);
            end.max(start + 1)
        } else {
            open.end
        };
        // An implicit mapping inside of a flow sequence may be told to start after its key.
        let start = match open.items.first() {
            Some(first) if open.mapping && first.span.file == self.file && !bracket => {
                open.start.min(first.span.start as usize)
            }
            _ => open.start,
        };
        let kind = if open.mapping {
            Kind::Mapping(self.mapping(open.items))
        } else {
            Kind::Sequence(open.items)
        };
        let mut node = Arc::new(Node {
            kind,
            span: Span::new(self.file, start, end),
            tag: open.tag,
        });
        if node.tag.as_deref() == Some(UNSAFE) {
            node = untrusted(&node);
        }
        if open.anchor > 0 {
            self.anchors
                .insert(open.anchor, (Arc::clone(&node), open.size));
        }
        self.add(node, end, open.size)
    }

    fn add(&mut self, node: Arc<Node>, end: usize, size: usize) -> Result<(), Problem> {
        let at = node.span.start as usize;
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        parent.items.push(node);
        parent.end = parent.end.max(end);
        parent.size = parent.size.saturating_add(size);
        if parent.size > MAX_NODES {
            let message = format!("its aliases make more than {MAX_NODES} values of it");
            return Err(self.problem(Code::YamlBomb, &message, at));
        }
        Ok(())
    }

    /// Pairs keys and values, as PyYAML's `flatten_mapping` does: what is merged comes first and gives way.
    fn mapping(&mut self, items: Vec<Arc<Node>>) -> Vec<(Arc<Node>, Arc<Node>)> {
        let mut merged: Vec<(Arc<Node>, Arc<Node>)> = Vec::new();
        let mut own: Vec<(Arc<Node>, Arc<Node>)> = Vec::with_capacity(items.len() / 2);
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            if is_merge_key(&key) {
                let sources: Vec<&Arc<Node>> = match &value.kind {
                    Kind::Mapping(_) => vec![&value],
                    // The first of a list wins, so it is applied last.
                    Kind::Sequence(list) => list.iter().rev().collect(),
                    Kind::Scalar { .. } => Vec::new(),
                };
                if sources.is_empty() {
                    own.push((key, value));
                    continue;
                }
                merged.extend(
                    sources
                        .iter()
                        .filter_map(|it| it.pairs())
                        .flatten()
                        .cloned(),
                );
            } else {
                own.push((key, value));
            }
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut pairs: Vec<(Arc<Node>, Arc<Node>)> = Vec::with_capacity(merged.len() + own.len());
        for (key, value) in merged {
            put(&mut pairs, &mut places, key, value);
        }
        let mut seen: HashMap<String, ()> = HashMap::new();
        for (key, value) in own {
            let twice = seen.insert(identity(&key), ()).is_some();
            if twice && let Some(text) = key.text() {
                self.diags.at(
                    Code::YamlDuplicateKey,
                    key.span,
                    format!("`{text}` stands twice in this mapping"),
                );
            }
            put(&mut pairs, &mut places, key, value);
        }
        pairs
    }

    /// Returns where the content of a scalar ends, without the line breaks that follow it.
    fn content_end(&self, start: usize, end: usize) -> usize {
        let body = self.text.get(start..end).unwrap_or_default();
        start + body.trim_end().len()
    }

    fn problem(&self, code: Code, message: &str, at: usize) -> Problem {
        Problem {
            code,
            message: message.to_owned(),
            at,
        }
    }
}

/// Returns a node of which no text, however deep, is a template. Its types stay as they are without the tag.
fn untrusted(node: &Node) -> Arc<Node> {
    let mut tag = node.tag.clone().filter(|it| it != UNSAFE);
    let kind = match &node.kind {
        Kind::Scalar { text, style } => {
            let is_text = *style != Style::Plain || matches!(resolve(text), Scalar::Str(_));
            if tag.is_none() && is_text {
                tag = Some(UNSAFE.to_owned());
            }
            node.kind.clone()
        }
        Kind::Sequence(items) => Kind::Sequence(items.iter().map(|it| untrusted(it)).collect()),
        Kind::Mapping(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, value)| (Arc::clone(key), untrusted(value)));
            Kind::Mapping(pairs.collect())
        }
    };
    let span = node.span;
    Arc::new(Node { kind, span, tag })
}

fn put(
    pairs: &mut Vec<(Arc<Node>, Arc<Node>)>,
    places: &mut HashMap<String, usize>,
    key: Arc<Node>,
    value: Arc<Node>,
) {
    let place = *places.entry(identity(&key)).or_insert(pairs.len());
    match pairs.get_mut(place) {
        Some(pair) => *pair = (key, value),
        None => pairs.push((key, value)),
    }
}

/// Tells keys apart: `1` is not `"1"`, and no two lists are told to be the same.
fn identity(key: &Node) -> String {
    match key.scalar() {
        Some(Scalar::Str(text)) => format!("s{text}"),
        Some(other) => format!("{other:?}"),
        None => format!("@{:?}", key.span),
    }
}

fn is_merge_key(key: &Node) -> bool {
    matches!(&key.kind, Kind::Scalar { text, style: Style::Plain } if text == "<<")
}

fn tag_name(tag: &Tag) -> String {
    if tag.is_yaml_core_schema() {
        format!("!{}", tag.suffix)
    } else if tag.handle == "!" || tag.handle.is_empty() {
        tag.suffix.clone()
    } else {
        format!("{}{}", tag.handle.trim_start_matches('!'), tag.suffix)
    }
}

fn char_offsets(text: &str) -> Option<Vec<u32>> {
    if text.is_ascii() {
        return None;
    }
    Some(
        text.char_indices()
            .map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX))
            .collect(),
    )
}
