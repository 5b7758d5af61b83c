//! A renamed option whose new name belongs into another set than the one that it stands in: its statement goes behind the
//! set around it, with the comments that are its own.
//!
//! Where all that a set holds is renamed alike, the set goes as a whole; one that is left empty goes too.

use super::Edit;
use super::judge::Ctx;
use crate::nix::attr_path_text;
use crate::schema::{Rename, Renamed, renamed};
use crate::source::Span;
use crate::syntax::nix_module::Definition;
use crate::syntax::nix_statement::{Statement, statements};

/// Returns the change that moves a definition to its new name; none where the sets around it are no plain ones.
pub(super) fn edit(
    ctx: &Ctx<'_>,
    definition: &Definition,
    names: &[String],
    new: &[String],
) -> Option<Edit> {
    let last = definition.path.last()?;
    let around = statements(ctx.text, last.place.start);
    // How many names of the path stand before those of each statement.
    let mut before = Vec::new();
    let mut left = names.len();
    for statement in &around {
        match left.checked_sub(statement.names) {
            Some(count) => left = count,
            None => break,
        }
        before.push(left);
    }
    let stays = |count: &usize| names.get(..*count) == new.get(..*count);
    let target = before.iter().position(stays).filter(|at| *at > 0)?;
    let moved = highest(ctx, names, new, &before, target);
    let inner: usize = around[..moved].iter().map(|it| it.names).sum();
    let (kept, old_length) = (before[target], names.len() - inner);
    let new_length = new.len().checked_sub(inner)?;
    if new.get(new_length..) != names.get(old_length..) {
        return None;
    }
    let path = attr_path_text(new.get(kept..new_length)?);
    let mut emptied = moved;
    while emptied < target && around[emptied].is_alone {
        emptied += 1;
    }
    Some(rewrite(
        ctx,
        &path,
        &around[moved],
        &around[emptied],
        &around[target],
    ))
}

/// Returns the number of the outermost statement of which all that it holds is renamed in the same way.
fn highest(
    ctx: &Ctx<'_>,
    names: &[String],
    new: &[String],
    before: &[usize],
    target: usize,
) -> usize {
    let mut moved = 0;
    while moved < target {
        let set = before[moved];
        let Some(at) = new.len().checked_sub(names.len() - set) else {
            break;
        };
        // At least one name is left for the set itself.
        if at <= before[target] {
            break;
        }
        let moves_along = |path: &Vec<String>| {
            path.get(..set) != names.get(..set)
                || renamed(path).is_some_and(|it: Renamed| {
                    it.how == Rename::Same
                        && it.new.get(..at) == new.get(..at)
                        && it.new.get(at..) == path.get(set..)
                })
        };
        if !ctx.paths.iter().all(moves_along) {
            break;
        }
        moved += 1;
    }
    moved
}

/// Takes `gone` out, and puts `moved` with its new path behind `target`.
fn rewrite(
    ctx: &Ctx<'_>,
    path: &str,
    moved: &Statement,
    gone: &Statement,
    target: &Statement,
) -> Edit {
    let text = ctx.text;
    let value = &text[moved.names_end..moved.end];
    let (from, to) = (column(text, moved.start), column(text, target.start));
    let value = if moved.has_long_string {
        value.to_owned()
    } else {
        shifted(value, from, to)
    };
    let statement = format!("{path}{value}");
    if gone == target {
        return Edit {
            span: Span::new(ctx.file, target.start, target.end),
            text: statement,
        };
    }
    let (start, end) = with_line(text, gone);
    let taken = &text[start..end];
    let comments: Vec<&str> = taken
        .lines()
        .map(str::trim)
        .take_while(|it| it.starts_with('#'))
        .collect();
    let trailing = text[gone.end..end].trim();
    let indent = " ".repeat(to);
    let mut new = text[end..target.end].to_owned();
    for comment in comments {
        new.push_str(&format!("\n{indent}{comment}"));
    }
    new.push_str(&format!("\n{indent}{statement}"));
    if !trailing.is_empty() {
        new.push_str(&format!(" {trailing}"));
    }
    Edit {
        span: Span::new(ctx.file, start, target.end),
        text: new,
    }
}

/// The blanks before what stands at a place, where nothing else does.
fn column(text: &str, at: usize) -> usize {
    let line = &text[line_start(text, at)..at];
    line.len() - line.trim_start_matches(' ').len()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |it| it + 1)
}

/// Moves the lines behind the first one, where all of them have the blanks for it.
fn shifted(value: &str, from: usize, to: usize) -> String {
    let mut lines = value.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        out.push('\n');
        if !line.trim().is_empty() {
            out.push_str(&" ".repeat((blanks + to).saturating_sub(from)));
            out.push_str(&line[blanks..]);
        }
    }
    out
}

/// The lines that a statement has for itself, with a comment behind it and those above that are about nothing else.
fn with_line(text: &str, statement: &Statement) -> (usize, usize) {
    let start = line_start(text, statement.start);
    let line_end = text[statement.end..]
        .find('\n')
        .map_or(text.len(), |it| statement.end + it + 1);
    let behind = text[statement.end..line_end].trim();
    let is_own = text[start..statement.start].trim().is_empty()
        && (behind.is_empty() || behind.starts_with('#'));
    if !is_own {
        return (statement.start, statement.end);
    }
    let next = text[line_end..].lines().next().unwrap_or_default().trim();
    let mut first = start;
    if next.is_empty() || next.starts_with('}') {
        while first > 0 {
            let above = line_start(text, first - 1);
            if !text[above..first].trim().starts_with('#') {
                break;
            }
            first = above;
        }
    }
    (first, line_end)
}
