//! Renamed options: what to say of them, and the change that gives them their new name where they stand.

use super::judge::{Ctx, Problem, type_problem};
use super::{Edit, moving};
use crate::diag::Code;
use crate::nix::attr_path_text;
use crate::schema::{Found, Rename, Renamed, option_text};
use crate::source::Span;
use crate::syntax::Place;
use crate::syntax::nix_module::Definition;

/// Why an option cannot be renamed where it stands.
enum Obstacle {
    /// The new option takes another kind of value.
    Value,
    /// The names to change do not stand together.
    Apart,
    /// The file sets the new option too.
    Taken,
}

pub(super) fn problem(
    ctx: &Ctx<'_>,
    definition: &Definition,
    names: &[String],
    renamed: &Renamed,
) -> Problem {
    let old = option_text(&names[..renamed.old]);
    let rest = names.len() - renamed.old;
    let new = option_text(&renamed.new[..renamed.new.len() - rest]);
    if renamed.how == Rename::Alias {
        return Problem {
            code: Code::OptionAlias,
            message: format!("`{old}` is another name of `{new}`"),
            help: None,
            place: place(definition, renamed.old),
            edit: None,
        };
    }
    let (edit, help) = match edit(ctx, definition, names, renamed) {
        Ok(edit) => (Some(edit), format!("write `{new}`; --fix does it")),
        Err(Obstacle::Value) => (None, takes(ctx, renamed, &new)),
        Err(Obstacle::Apart) => (
            None,
            format!(
                "move it to `{new}`: --fix cannot, since the sets around it belong to the old name"
            ),
        ),
        Err(Obstacle::Taken) => (
            None,
            format!("join it with `{new}`, which this file sets too"),
        ),
    };
    Problem {
        code: Code::OptionRenamed,
        message: format!("`{old}` has another name in this release: `{new}`"),
        help: Some(help),
        place: place(definition, renamed.old),
        edit,
    }
}

fn takes(ctx: &Ctx<'_>, renamed: &Renamed, new: &str) -> String {
    match ctx.index.lookup(&renamed.new) {
        Some(Found::Option(facts)) if !facts.inside => format!(
            "move it to `{new}` by hand: its value is another one, {}",
            facts.description
        ),
        Some(_) | None => format!("move it to `{new}` by hand: its value is another one"),
    }
}

/// The names up to here that stand together in the text.
pub(super) fn place(definition: &Definition, length: usize) -> Place {
    let first_written = definition.path.len() - definition.written.min(definition.path.len());
    let last = length.clamp(1, definition.path.len()) - 1;
    let first = if last < first_written {
        last
    } else {
        first_written
    };
    let at = |at: usize| {
        definition
            .path
            .get(at)
            .map_or(definition.whole, |it| it.place)
    };
    at(first).to(at(last))
}

fn edit(
    ctx: &Ctx<'_>,
    definition: &Definition,
    names: &[String],
    renamed: &Renamed,
) -> Result<Edit, Obstacle> {
    if renamed.how == Rename::Changed || !fits(ctx, definition, renamed) {
        return Err(Obstacle::Value);
    }
    let is_taken = ctx.paths.iter().any(|path| {
        path.as_slice() != names
            && path
                .iter()
                .zip(&renamed.new)
                .all(|(given, new)| given == new)
    });
    if is_taken {
        return Err(Obstacle::Taken);
    }
    let new_end = renamed.new.len() - (names.len() - renamed.old);
    let same = names
        .iter()
        .zip(&renamed.new)
        .take_while(|(a, b)| a == b)
        .count();
    // At least one name is replaced, by at least one.
    let from = same.min(renamed.old - 1).min(new_end - 1);
    let replaced = &definition.path[from..renamed.old];
    let stand_together = replaced.windows(2).all(|pair| {
        let between = ctx.text.get(pair[0].place.end..pair[1].place.start);
        between.is_some_and(|it| it.trim() == ".")
    });
    let (Some(first), Some(last), true) = (replaced.first(), replaced.last(), stand_together)
    else {
        return moving::edit(ctx, definition, names, &renamed.new).ok_or(Obstacle::Apart);
    };
    Ok(Edit {
        span: Span::new(ctx.file, first.place.start, last.place.end),
        text: new_text(ctx, definition, names, &renamed.new[from..new_end]),
    })
}

/// Writes the new names; one that the old path gave is written as it stood there.
fn new_text(ctx: &Ctx<'_>, definition: &Definition, names: &[String], new: &[String]) -> String {
    let text = |name: &String| {
        let given = names
            .iter()
            .position(|it| it == name)
            .and_then(|at| definition.path.get(at))
            .and_then(|it| ctx.text.get(it.place.start..it.place.end));
        match given {
            Some(given) => given.to_owned(),
            None => attr_path_text(std::slice::from_ref(name)),
        }
    };
    new.iter().map(text).collect::<Vec<_>>().join(".")
}

/// Tells whether the value is one that the new option takes.
fn fits(ctx: &Ctx<'_>, definition: &Definition, renamed: &Renamed) -> bool {
    match ctx.index.lookup(&renamed.new) {
        Some(Found::Option(facts)) => {
            type_problem(&renamed.new, &facts, &definition.value).is_none()
        }
        Some(Found::Folder) => true,
        // A folder as a whole was renamed, and its options were not looked at one by one.
        None => !ctx.index.is_complete(&renamed.new),
    }
}
