//! Shell: what a command line or script runs, as far as that can be said without running it. Over `brush_parser`.
//!
//! Manual: <https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html>
//!
//! Loops, conditions and groups are kept as text, which `read_compound` takes apart; functions stay text.

mod compound;
mod depth;
mod quote;

use std::fmt::Display;

use brush_parser::ast::{self, SourceLocation};
use brush_parser::word::{WordPiece, WordPieceWithSource};
use brush_parser::{ParseError, Parser, ParserOptions};

pub use compound::{Compound, read_compound};
pub use quote::quoted;

/// Longer scripts are programs, of which nobody wants to know the commands one by one.
const MAX_BYTES: usize = 64 * 1024;
/// The parser calls itself for every level, and tries some of them several times over.
const MAX_DEPTH: usize = 12;

/// The lists of commands of a script, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub lists: Vec<List>,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub first: Pipeline,
    pub rest: Vec<(Connector, Pipeline)>,
    /// It ends with `&`.
    pub background: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    And,
    Or,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// It begins with `!`.
    pub negated: bool,
    /// At least one.
    pub commands: Vec<Command>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Simple(Simple),
    /// A loop, a condition, a group, a function, as written.
    Compound(String),
}

/// A program or builtin with its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// `NAME=value` in front of the program, or all there is.
    pub assignments: Vec<(String, Word)>,
    /// The program first.
    pub words: Vec<Word>,
    pub redirections: Vec<Redirection>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As written.
    pub raw: String,
    /// What the program gets, without quotes; `None` where only the shell can tell (variables, patterns, `~`).
    pub plain: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    pub kind: RedirectionKind,
    /// The number in front of it.
    pub descriptor: Option<i32>,
    /// The file or descriptor, or the text of a here-document.
    pub target: Word,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionKind {
    Read,
    Write,
    Append,
    ReadWrite,
    /// `>&` or `<&`
    Duplicate,
    /// `&>`
    OutputAndErrors,
    /// `&>>`
    AppendOutputAndErrors,
    /// `<<` or `<<<`
    Here,
}

impl RedirectionKind {
    /// Tells whether what a command prints goes into the target.
    pub fn writes(self) -> bool {
        match self {
            RedirectionKind::Read | RedirectionKind::Duplicate | RedirectionKind::Here => false,
            RedirectionKind::Write
            | RedirectionKind::Append
            | RedirectionKind::ReadWrite
            | RedirectionKind::OutputAndErrors
            | RedirectionKind::AppendOutputAndErrors => true,
        }
    }
}

impl Script {
    /// Returns the commands where the script is nothing but simple ones, whatever joins them.
    pub fn simple_commands(&self) -> Option<Vec<&Simple>> {
        let mut found = Vec::new();
        for list in &self.lists {
            let others = list.rest.iter().map(|(_, pipeline)| pipeline);
            for pipeline in std::iter::once(&list.first).chain(others) {
                for command in &pipeline.commands {
                    match command {
                        Command::Simple(simple) => found.push(simple),
                        Command::Compound(_) => return None,
                    }
                }
            }
        }
        Some(found)
    }

    /// Returns the one command that the script is: no pipe, no `&&`, not negated, not in the background.
    pub fn single(&self) -> Option<&Simple> {
        let [list] = self.lists.as_slice() else {
            return None;
        };
        let is_alone = list.rest.is_empty() && !list.background && !list.first.negated;
        match list.first.commands.as_slice() {
            [Command::Simple(simple)] if is_alone => Some(simple),
            _ => None,
        }
    }
}

impl Simple {
    /// Returns the words without quotes where no word needs the shell.
    pub fn plain_words(&self) -> Option<Vec<&str>> {
        self.words
            .iter()
            .map(|word| word.plain.as_deref())
            .collect()
    }
}

/// Reads a script.
///
/// # Errors
/// What the parser says: lower case, no full stop.
pub fn read(text: &str) -> Result<Script, String> {
    let (program, source) = parse(text)?;
    let lists = program.complete_commands.iter();
    Ok(Script {
        lists: lists.flat_map(|list| source.lists(list)).collect(),
    })
}

fn parse(text: &str) -> Result<(ast::Program, Source<'_>), String> {
    if text.len() > MAX_BYTES {
        return Err(format!(
            "the script has {} bytes and is not read",
            text.len()
        ));
    }
    match depth::depth(text, MAX_DEPTH) {
        Some(depth) if depth > MAX_DEPTH => {
            return Err("the script is nested too deep to be read".to_owned());
        }
        Some(_) => {}
        None => return Err("a quote or here-document of the script has no end".to_owned()),
    }
    let options = ParserOptions::default();
    let program = Parser::new(text.as_bytes(), &options)
        .parse_program()
        .map_err(|error| failure(&error))?;
    let source = Source {
        chars: text.char_indices().map(|(at, _)| at).collect(),
        text,
        options,
    };
    Ok((program, source))
}

fn failure(error: &ParseError) -> String {
    match error {
        ParseError::ParsingNear(place) => format!(
            "the shell script cannot be read at line {}, column {}",
            place.line, place.column
        ),
        ParseError::ParsingAtEndOfInput => "the shell script ends too early".to_owned(),
        ParseError::Tokenizing { inner, .. } => format!("the shell script cannot be read: {inner}"),
    }
}

struct Source<'a> {
    text: &'a str,
    /// Where each character begins.
    chars: Vec<usize>,
    options: ParserOptions,
}

impl Source<'_> {
    fn lists(&self, list: &ast::CompoundList) -> Vec<List> {
        list.0.iter().map(|item| self.list(item)).collect()
    }

    fn list(&self, item: &ast::CompoundListItem) -> List {
        let ast::CompoundListItem(list, separator) = item;
        List {
            first: self.pipeline(&list.first),
            rest: list
                .additional
                .iter()
                .map(|next| match next {
                    ast::AndOr::And(pipeline) => (Connector::And, self.pipeline(pipeline)),
                    ast::AndOr::Or(pipeline) => (Connector::Or, self.pipeline(pipeline)),
                })
                .collect(),
            background: matches!(separator, ast::SeparatorOperator::Async),
        }
    }

    fn pipeline(&self, pipeline: &ast::Pipeline) -> Pipeline {
        Pipeline {
            negated: pipeline.bang,
            commands: pipeline.seq.iter().map(|it| self.command(it)).collect(),
        }
    }

    fn command(&self, command: &ast::Command) -> Command {
        match command {
            ast::Command::Simple(simple) => Command::Simple(self.simple(simple)),
            // The place of the whole ends before them.
            ast::Command::Compound(inner, Some(redirections)) => {
                let written = redirections.0.iter().map(|it| format!(" {it}"));
                Command::Compound(self.written(inner) + &written.collect::<String>())
            }
            other => Command::Compound(self.written(other)),
        }
    }

    /// Returns a compound command as it stands in the script, or as the parser prints it: of some of them it only keeps
    /// where the first word stands.
    fn written<T: SourceLocation + Display>(&self, node: &T) -> String {
        let offset = |index: usize| self.chars.get(index).copied().unwrap_or(self.text.len());
        node.location()
            .and_then(|place| {
                self.text
                    .get(offset(place.start.index)..offset(place.end.index))
            })
            .filter(|text| {
                let ends = ["fi", "done", "esac", ")", "}", "]]"];
                ends.iter().any(|end| text.ends_with(end))
            })
            .map_or_else(|| node.to_string(), str::to_owned)
    }

    fn simple(&self, simple: &ast::SimpleCommand) -> Simple {
        let mut it = Simple::default();
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        for item in prefix {
            match item {
                ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, word) => {
                    it.assignments.push(self.assignment(assignment, word));
                }
                other => self.item(other, &mut it),
            }
        }
        it.words
            .extend(simple.word_or_name.iter().map(|word| self.word(word)));
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            self.item(item, &mut it);
        }
        it
    }

    fn item(&self, item: &ast::CommandPrefixOrSuffixItem, it: &mut Simple) {
        match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) => {
                it.redirections.push(self.redirection(redirect));
            }
            ast::CommandPrefixOrSuffixItem::Word(word)
            | ast::CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                it.words.push(self.word(word));
            }
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(_, command) => {
                it.words.push(unknown(command.to_string()));
            }
        }
    }

    fn assignment(&self, assignment: &ast::Assignment, word: &ast::Word) -> (String, Word) {
        let name = assignment.name.to_string();
        match &assignment.value {
            ast::AssignmentValue::Scalar(value) if !assignment.append => (name, self.word(value)),
            ast::AssignmentValue::Scalar(_) | ast::AssignmentValue::Array(_) => {
                (name, unknown(word.value.clone()))
            }
        }
    }

    fn redirection(&self, redirect: &ast::IoRedirect) -> Redirection {
        use ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect};
        match redirect {
            IoRedirect::File(descriptor, kind, target) => Redirection {
                kind: match kind {
                    IoFileRedirectKind::Read => RedirectionKind::Read,
                    IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => {
                        RedirectionKind::Write
                    }
                    IoFileRedirectKind::Append => RedirectionKind::Append,
                    IoFileRedirectKind::ReadAndWrite => RedirectionKind::ReadWrite,
                    IoFileRedirectKind::DuplicateInput | IoFileRedirectKind::DuplicateOutput => {
                        RedirectionKind::Duplicate
                    }
                },
                descriptor: *descriptor,
                target: match target {
                    IoFileRedirectTarget::Filename(word)
                    | IoFileRedirectTarget::Duplicate(word) => self.word(word),
                    IoFileRedirectTarget::Fd(number) => plain(&number.to_string()),
                    IoFileRedirectTarget::ProcessSubstitution(_, command) => {
                        unknown(command.to_string())
                    }
                },
            },
            IoRedirect::HereDocument(descriptor, document) => Redirection {
                kind: RedirectionKind::Here,
                descriptor: *descriptor,
                target: if document.requires_expansion
                    && document.doc.value.contains(['$', '`', '\\'])
                {
                    unknown(document.doc.value.clone())
                } else {
                    plain(&document.doc.value)
                },
            },
            IoRedirect::HereString(descriptor, word) => Redirection {
                kind: RedirectionKind::Here,
                descriptor: *descriptor,
                target: self.word(word),
            },
            IoRedirect::OutputAndError(word, append) => Redirection {
                kind: if *append {
                    RedirectionKind::AppendOutputAndErrors
                } else {
                    RedirectionKind::OutputAndErrors
                },
                descriptor: None,
                target: self.word(word),
            },
        }
    }

    fn word(&self, word: &ast::Word) -> Word {
        let mut out = String::new();
        let is_plain = brush_parser::word::parse(&word.value, &self.options)
            .is_ok_and(|pieces| unquote(&pieces, Quotes::None, &mut out));
        Word {
            raw: word.value.clone(),
            plain: (is_plain && !has_braces(&word.value)).then_some(out),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Double,
}

/// Appends what the pieces say without the shell; false where they need it.
fn unquote(pieces: &[WordPieceWithSource], quotes: Quotes, out: &mut String) -> bool {
    pieces.iter().all(|it| match &it.piece {
        WordPiece::Text(text) => {
            out.push_str(text);
            quotes == Quotes::Double || !text.contains(['*', '?', '['])
        }
        WordPiece::SingleQuotedText(text) => {
            out.push_str(text);
            true
        }
        WordPiece::AnsiCQuotedText(text) => {
            out.push_str(text);
            !text.contains('\\')
        }
        WordPiece::DoubleQuotedSequence(inner) => unquote(inner, Quotes::Double, out),
        WordPiece::EscapeSequence(escape) => {
            let escaped = escape.strip_prefix('\\').unwrap_or(escape);
            match (quotes, escaped) {
                (_, "\n") => {}
                (Quotes::Double, "$" | "`" | "\"" | "\\") | (Quotes::None, _) => {
                    out.push_str(escaped);
                }
                (Quotes::Double, _) => out.push_str(escape),
            }
            true
        }
        WordPiece::GettextDoubleQuotedSequence(_)
        | WordPiece::TildeExpansion(_)
        | WordPiece::ParameterExpansion(_)
        | WordPiece::CommandSubstitution(_)
        | WordPiece::BackquotedCommandSubstitution(_)
        | WordPiece::ArithmeticExpression(_) => false,
    })
}

/// `{a,b}` and `{1..3}` outside quotes make several words in bash.
fn has_braces(raw: &str) -> bool {
    let mut quote = None;
    let mut open = false;
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (_, '\\') if quote != Some('\'') => {
                chars.next();
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(mark), c) if mark == c => quote = None,
            (None, '{') => open = true,
            (None, '}') => open = false,
            (None, ',') if open => return true,
            (None, '.') if open && chars.as_str().starts_with('.') => return true,
            _ => {}
        }
    }
    false
}

fn plain(text: &str) -> Word {
    Word {
        raw: text.to_owned(),
        plain: Some(text.to_owned()),
    }
}

fn unknown(raw: String) -> Word {
    Word { raw, plain: None }
}

#[cfg(test)]
mod tests;
