//! `check`: NixOS modules against the option index.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::{Check, FailOn};
use super::translate::counted;
use super::{Status, Streams};
use crate::check::{self, Checked, Edit, Summary};
use crate::diag::Severity;
use crate::error::Error;
use crate::report;
use crate::schema::{self, Index};
use crate::source::{FileId, SourceTree};

/// More changes that overlap are hardly found in one file.
const ROUNDS: usize = 20;

pub(super) fn run(args: Check, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let Check {
        paths,
        options,
        fix,
        fail_on,
        quiet,
    } = args;
    let own = options.as_deref().map(own_index).transpose()?;
    let index = own.as_ref().unwrap_or(&schema::BUILT_IN);
    let mut tree = SourceTree::list(&paths, ".nix")?;
    if tree.entries().next().is_none() {
        let paths: Vec<String> = paths.iter().map(|it| it.display().to_string()).collect();
        let message = format!("there is no .nix file in {}", paths.join(", "));
        return Err(Error::Usage(message).into());
    }
    let mut checked = check::check(&tree, index);
    let mut fixed = 0;
    for _ in 0..ROUNDS {
        if !fix || checked.edits.is_empty() {
            break;
        }
        let changes = rewrite(&tree, &checked.edits)?;
        // What is left is said of the files as they are, and changes that overlapped others come in their turn.
        tree = SourceTree::list(&paths, ".nix")?;
        checked = check::check(&tree, index);
        fixed += changes;
        if changes == 0 {
            break;
        }
    }
    let least = if quiet {
        Severity::Error
    } else {
        Severity::Note
    };
    let said = checked.diagnostics.at_least(least);
    let text = report::render_diagnostics(&said, &tree, streams.colour);
    streams.stderr.write_all(text.as_bytes())?;
    if !quiet {
        writeln!(streams.stderr, "{}", summary(&checked, fixed))?;
    }
    let fail_on = fail_on.unwrap_or(FailOn::Error);
    if fail_on.is_reached_by(checked.diagnostics.worst()) {
        return Ok(Status::Limit);
    }
    Ok(Status::Done)
}

fn own_index(path: &Path) -> Result<Index, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_path_buf(),
        source,
    })?;
    schema::read_options(&text).map_err(|message| Error::Refused {
        path: path.to_path_buf(),
        message,
    })
}

/// Makes the changes, and returns how many.
fn rewrite(tree: &SourceTree, edits: &[Edit]) -> Result<usize, Error> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    let mut count = 0;
    for (file, edits) in by_file {
        // Text that was read as Latin-1 would be written back as something else.
        let Ok(text) = tree.text(file) else { continue };
        if tree.is_latin1(file) || tree.bytes(file).is_ok_and(|it| it.len() != text.len()) {
            continue;
        }
        let (new, changes) = apply(text, &edits);
        let path = Path::new(tree.path(file));
        // Written where it stands, so that links and permissions stay.
        std::fs::write(path, new).map_err(|source| Error::Write {
            path: path.to_path_buf(),
            source,
        })?;
        count += changes;
    }
    Ok(count)
}

/// Applies changes, from the last to the first; one that overlaps another is left for the next time.
fn apply(text: &str, edits: &[&Edit]) -> (String, usize) {
    let mut new = text.to_owned();
    let mut count = 0;
    let mut from = usize::MAX;
    for edit in edits.iter().rev() {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        if end <= from && new.get(start..end).is_some() {
            new.replace_range(start..end, &edit.text);
            from = start;
            count += 1;
        }
    }
    (new, count)
}

fn summary(checked: &Checked, fixed: usize) -> String {
    let Summary {
        files,
        modules,
        definitions,
        covered,
        problems,
    } = checked.summary;
    let mut text = format!(
        "{}, {modules} with NixOS modules: {}, {covered} of them covered by the index; {problems} with problems",
        counted(files, "file", "files"),
        counted(definitions, "definition", "definitions"),
    );
    if fixed > 0 {
        text.push_str(&format!("; {fixed} renamed"));
    }
    let fixable = checked.edits.len();
    if fixable > 0 {
        text.push_str(&format!("; --fix can rename {fixable}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Edit, apply};
    use crate::source::{SourceTree, Span};

    #[test]
    fn changes_are_applied_and_overlapping_ones_left() {
        let tree = SourceTree::from_texts("t", &[("a", "abcdef")]);
        let file = tree.find("a").unwrap();
        let edit = |start, end, text: &str| Edit {
            span: Span::new(file, start, end),
            text: text.into(),
        };
        let edits = [edit(0, 1, "xy"), edit(3, 5, "z"), edit(4, 6, "w")];
        let edits: Vec<&Edit> = edits.iter().collect();
        assert_eq!(apply("abcdef", &edits), ("xybcdw".into(), 2));
    }
}
