//! Explanations as text: titles, paragraphs and facts, as wide as a terminal usually is.

use crate::cli::paint::{PLACE, TITLE, paint};
use crate::report::Colour;

const WIDTH: usize = 80;
const INDENT: &str = "  ";
/// A name of a fact that is wider stands on a line of its own.
const WIDEST_NAME: usize = 28;

/// One meaning of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) title: String,
    /// What it is: `an Ansible module`.
    pub(super) what: String,
    pub(super) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// Names and what they are, below each other.
    Facts(Vec<(String, String)>),
    /// Lines that stay as they are.
    Lines(String),
}

impl Part {
    /// What a person can do, where there is something.
    pub(super) fn cure(text: &str) -> Option<Part> {
        (!text.is_empty()).then(|| Part::Text(format!("What to do: {text}")))
    }
}

/// Collects facts, of which those without a value are left out.
#[derive(Default)]
pub(super) struct Facts(Vec<(String, String)>);

impl Facts {
    pub(super) fn add(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push((name.to_owned(), value));
        }
    }

    pub(super) fn part(self) -> Option<Part> {
        (!self.0.is_empty()).then_some(Part::Facts(self.0))
    }
}

pub(super) fn render(entries: &[Entry], colour: Colour) -> String {
    let mut text = String::new();
    for (entry, number) in entries.iter().zip(0..) {
        if number > 0 {
            text.push('\n');
        }
        text.push_str(&paint(&entry.title, TITLE, colour));
        if !entry.what.is_empty() {
            text.push_str(": ");
            text.push_str(&entry.what);
        }
        text.push('\n');
        for part in &entry.parts {
            text.push('\n');
            text.push_str(&render_part(part, colour));
        }
    }
    text
}

fn render_part(part: &Part, colour: Colour) -> String {
    match part {
        Part::Text(words) => lines_of(words, WIDTH - INDENT.len())
            .iter()
            .map(|line| format!("{INDENT}{line}\n"))
            .collect(),
        Part::Lines(lines) => lines
            .lines()
            .map(|line| format!("{INDENT}{INDENT}{line}"))
            .map(|line| format!("{}\n", line.trim_end()))
            .collect(),
        Part::Facts(facts) => {
            let widths = facts.iter().map(|(name, _)| name.chars().count());
            let wide = widths.max().unwrap_or(0).min(WIDEST_NAME);
            facts
                .iter()
                .map(|(name, value)| fact(name, value, wide, colour))
                .collect()
        }
    }
}

fn fact(name: &str, value: &str, wide: usize, colour: Colour) -> String {
    let before = INDENT.len() + wide + 2;
    let mut text = String::new();
    let length = name.chars().count();
    let shown = paint(name, PLACE, colour);
    text.push_str(INDENT);
    text.push_str(&shown);
    if length > wide {
        text.push('\n');
        text.push_str(&" ".repeat(before));
    } else {
        text.push_str(&" ".repeat(wide + 2 - length));
    }
    let lines = lines_of(value, WIDTH.saturating_sub(before));
    text.push_str(&lines.join(&format!("\n{}", " ".repeat(before))));
    text.push('\n');
    text
}

/// Breaks a text at its blanks; a word that is wider than a line stays whole.
fn lines_of(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Entry, Part, render};
    use crate::report::Colour;

    #[test]
    fn a_page_is_as_wide_as_a_terminal() {
        let entry = Entry {
            title: "option-clash".to_owned(),
            what: "a code".to_owned(),
            parts: vec![
                Part::Text("word ".repeat(30)),
                Part::Facts(vec![
                    ("Type".to_owned(), "boolean".to_owned()),
                    ("Rules".to_owned(), "rule, ".repeat(30)),
                ]),
                Part::Lines("x = 1\n\n  y".to_owned()),
            ],
        };
        let text = render(&[entry.clone(), entry], Colour::LeftOut);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert!(text.starts_with("option-clash: a code\n\n  word word"));
        assert!(
            text.contains("\n  Type   boolean\n  Rules  rule, rule,"),
            "{text}"
        );
        assert!(
            text.contains("\n    x = 1\n\n      y\n\noption-clash"),
            "{text}"
        );
    }
}
