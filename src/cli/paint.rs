//! Colours on stdout, where they are wanted.

use clap::builder::styling::{AnsiColor, Style};

use crate::report::Colour;

pub(super) const TITLE: Style = Style::new().bold();
pub(super) const PLACE: Style = AnsiColor::Cyan.on_default();
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
pub(super) const CHANGED: Style = AnsiColor::Yellow.on_default();
pub(super) const PLAIN: Style = Style::new();

pub(super) fn paint(text: &str, style: Style, colour: Colour) -> String {
    match colour {
        Colour::Shown => format!("{style}{text}{style:#}"),
        Colour::LeftOut => text.to_owned(),
    }
}
