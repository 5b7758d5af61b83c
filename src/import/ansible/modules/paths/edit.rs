//! Edits of files: of a file that the source wrote, its text is changed; of one that it did not, a line may be known
//! by what it means; for all else the original would be needed.

use crate::account::Code;
use crate::import::ansible::modules::Run;
use crate::import::ansible::params::Refusal;
use crate::import::etc::kinds::{self as etc, Meaning};
use crate::import::holes::encode;
use crate::import::state::Key;
use crate::model::{Condition, Content, File, Origin, Resource, Text};

use super::{Attributes, is_empty_at_first};

/// Edits a text: the first argument are the given parts, the second is the text.
type Change<'c> = &'c dyn Fn(&[&str], &str) -> Result<String, String>;

/// An edit of a file.
pub(in crate::import::ansible::modules) struct Edit<'e> {
    /// Absolute.
    pub(in crate::import::ansible::modules) path: &'e str,
    /// What is put into the text; may have holes.
    pub(in crate::import::ansible::modules) parts: &'e [Text],
    pub(in crate::import::ansible::modules) change: Change<'e>,
    /// The lines that the edit sets, where each means something without the others; none to take something away.
    pub(in crate::import::ansible::modules) lines: &'e [Text],
    /// It makes the file when there is none.
    pub(in crate::import::ansible::modules) creates: bool,
    /// It only takes something away.
    pub(in crate::import::ansible::modules) removes: bool,
    pub(in crate::import::ansible::modules) attributes: Attributes,
}

/// Between the parts and the text: no text file has it.
const SEPARATOR: char = '\0';

/// Edits a file of the machine.
pub(in crate::import::ansible::modules) fn edit(
    edit: &Edit<'_>,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let path = edit.path;
    let is_known = matches!(
        run.state.at_path(path).map(|it| &it.resource),
        Some(Resource::File(_))
    );
    if is_known {
        return edit_known(edit, run);
    }
    let key = Key::Path(path.to_owned());
    let hangs = run
        .state
        .entries()
        .any(|it| it.guard != Condition::True && Key::of(&it.resource).as_ref() == Some(&key));
    if hangs {
        let reason =
            format!("what `{path}` holds hangs on a condition that only the machine decides");
        return Err(Refusal::new(Code::ConditionUnknown, reason));
    }
    if FOREIGN.iter().any(|it| path.starts_with(it)) {
        run.not_needed(format!("NixOS has no `{path}`, nor what reads it"));
        return Ok(());
    }
    if edit.creates && is_new(path) {
        let text = changed(edit, &Text::new())?;
        let resource = Resource::File(File {
            path: path.to_owned(),
            content: Content::Text(text),
            mode: edit.attributes.mode,
            owner: edit.attributes.owner.clone(),
            group: edit.attributes.group.clone(),
        });
        run.put_assuming(resource, &format!("there is no `{path}` on a new machine"));
        return Ok(());
    }
    if edit.removes {
        return removed(path, run);
    }
    edit_unknown(edit, run)
}

fn edit_known(edit: &Edit<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = edit.path;
    if let Condition::Unknown(why) = &run.guard {
        let reason = format!("whether `{path}` is changed hangs on {why}");
        return Err(Refusal::new(Code::ConditionUnknown, reason));
    }
    let origin = Origin::of(run.item());
    let assumptions = run.assumptions.clone();
    let Some(entry) = run.state.file_mut(path) else {
        return Ok(());
    };
    let Resource::File(file) = &mut entry.resource else {
        return Ok(());
    };
    let Content::Text(text) = &file.content else {
        let reason = format!("`{path}` is no text");
        return Err(Refusal::new(Code::CannotState, reason));
    };
    if let [crate::model::Piece::Hole(hole)] = text.pieces() {
        return Err(Refusal::hole(hole));
    }
    file.content = Content::Text(changed(edit, text)?);
    let Attributes { mode, owner, group } = edit.attributes.clone();
    file.mode = mode.or(file.mode);
    file.owner = owner.or_else(|| file.owner.take());
    file.group = group.or_else(|| file.group.take());
    entry.origin.merge(&origin);
    for assumption in assumptions {
        if !entry.assumptions.contains(&assumption) {
            entry.assumptions.push(assumption);
        }
    }
    run.stated += 1;
    Ok(())
}

/// Applies the change, holes and all.
fn changed(edit: &Edit<'_>, text: &Text) -> Result<Text, Refusal> {
    let mut all = Text::new();
    for part in edit.parts {
        all.push(part);
        all.push_str(&SEPARATOR.to_string());
    }
    all.push(text);
    let too_many = || Refusal::new(Code::CannotState, "the text has too many unknown parts");
    let encoded = encode(&all).ok_or_else(too_many)?;
    let mut pieces: Vec<&str> = encoded
        .text
        .splitn(edit.parts.len() + 1, SEPARATOR)
        .collect();
    let text = pieces.pop().unwrap_or_default();
    let new = (edit.change)(&pieces, text)
        .map_err(|why| Refusal::new(Code::BadInput, format!("the edit cannot be made: {why}")))?;
    Ok(encoded.decode(&new))
}

/// A file that neither the source wrote nor the distribution brings.
fn is_new(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_drop_in = folder.starts_with("/etc/")
        && (folder.ends_with(".d") || folder == "/etc/systemd/system")
        && !["/etc/pam.d", "/etc/init.d"].contains(&folder);
    is_drop_in || is_empty_at_first(path)
}

/// A line is taken out of a file that the source did not write.
fn removed(path: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    if etc::kind(path).is_some() {
        return Err(original_needed(path));
    }
    if is_new(path) {
        run.not_needed(format!(
            "nothing on a new machine puts a line into `{path}`"
        ));
        return Ok(());
    }
    Err(original_needed(path))
}

/// Files of package managers and of start scripts, which NixOS does not have.
const FOREIGN: [&str; 9] = [
    "/etc/apt/",
    "/etc/yum",
    "/etc/dnf/",
    "/etc/pacman",
    "/etc/apk/",
    "/etc/zypp/",
    "/etc/init.d/",
    "/etc/needrestart/",
    "/etc/update-manager/",
];

/// A line is set in a file that the source did not write: it may be known by what it means.
fn edit_unknown(edit: &Edit<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = edit.path;
    let mut refusal = None;
    if edit.lines.is_empty() {
        return Err(original_needed(path));
    }
    if let [line] = edit.lines
        && let Some(text) = etc::fragment(path, line)
    {
        let resource = Resource::File(File {
            path: path.to_owned(),
            content: Content::Text(text),
            mode: None,
            owner: None,
            group: None,
        });
        let assumption = format!("what else stands in `{path}` is as NixOS has it");
        run.put_assuming(resource, &assumption);
        return Ok(());
    }
    for line in edit.lines {
        let entries = etc::read_edit_line(path, line).ok_or_else(|| original_needed(path))?;
        for entry in entries {
            match entry.meaning {
                Meaning::Asks(resources) => {
                    for resource in resources {
                        run.put(resource);
                    }
                }
                Meaning::NotNeeded(reason) => run.not_needed(reason),
                Meaning::Hole(hole) => refusal = Some(Refusal::hole(&hole)),
                Meaning::Verbatim(why) => {
                    let reason = format!("`{}` cannot stand alone: {why}", entry.text);
                    refusal = Some(Refusal::new(Code::OriginalNeeded, reason));
                }
                Meaning::Unknown(why) => {
                    let reason = format!("`{}` is not understood: {why}", entry.text);
                    refusal = Some(Refusal::new(Code::CannotState, reason));
                }
            }
        }
    }
    refusal.map_or(Ok(()), Err)
}

fn original_needed(path: &str) -> Refusal {
    let reason = format!("`{path}` is not in the input: the edit needs the original");
    Refusal::new(Code::OriginalNeeded, reason)
        .cure("state what the edit means with the NixOS option of that service")
}
