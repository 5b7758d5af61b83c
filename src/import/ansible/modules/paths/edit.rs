//! Edits of files: of a file that the source wrote, its text is changed; of one that it did not, a line may be known
//! by what it means; for all else the original would be needed.

use crate::account::Code;
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::fetched::attributes;
use crate::import::ansible::modules::kept::{Kept, keep};
use crate::import::ansible::params::Refusal;
use crate::import::ansible::value::Value;
use crate::import::etc::kinds::{self as etc, Meaning};
use crate::import::holes::encode;
use crate::import::state::Key;
use crate::model::{Condition, Content, Entry, File, Resource, Text};

use super::by_shell;
use super::line::{self, Finds};
use super::{
    Change, NEW_FILE, Of, There, Wishes, differs, is_empty_at_first, parent, put_parents,
    same_content, set_attributes, tell, there, write_file,
};

/// What an edit makes of a text.
pub(in crate::import::ansible::modules) struct Edited {
    pub(in crate::import::ansible::modules) text: String,
    /// What the module says that it did.
    pub(in crate::import::ansible::modules) message: String,
    /// It goes no further: owner and permissions are left as they are.
    pub(in crate::import::ansible::modules) ends: bool,
    /// What else it returns.
    pub(in crate::import::ansible::modules) more: Vec<(&'static str, Value)>,
}

impl Edited {
    pub(in crate::import::ansible::modules) fn new(text: String, message: &str) -> Edited {
        Edited {
            text,
            message: message.to_owned(),
            ends: false,
            more: Vec::new(),
        }
    }
}

/// Edits a text: the first argument are the given parts, the second is the text, where there is one.
type Edits<'c> = &'c dyn Fn(&[&str], Option<&str>) -> Result<Edited, String>;

/// What the module does where there is no file.
#[derive(Clone, Debug)]
pub(in crate::import::ansible::modules) enum Missing {
    /// It makes one.
    Made,
    /// It fails, and says this.
    Fails(String),
    /// It changes nothing, and says this.
    Left(String),
}

/// An edit of a file.
pub(in crate::import::ansible::modules) struct Edit<'e> {
    /// Absolute, and where the file really is.
    pub(in crate::import::ansible::modules) path: &'e str,
    /// What is put into the text; may have holes.
    pub(in crate::import::ansible::modules) parts: &'e [Text],
    pub(in crate::import::ansible::modules) change: Edits<'e>,
    /// The lines that the edit sets, where each means something without the others; none to take something away.
    pub(in crate::import::ansible::modules) lines: &'e [Text],
    pub(in crate::import::ansible::modules) missing: Missing,
    /// The section that the lines stand in, where the edit names one.
    pub(in crate::import::ansible::modules) section: &'e str,
    /// By what it finds its lines again.
    pub(in crate::import::ansible::modules) finds: Finds<'e>,
    /// The same in lines of a shell, where these can do it.
    pub(in crate::import::ansible::modules) script: Option<String>,
    /// It only takes something away.
    pub(in crate::import::ansible::modules) removes: bool,
    pub(in crate::import::ansible::modules) wishes: Wishes,
    /// What every result has, such as the path.
    pub(in crate::import::ansible::modules) says: Vec<(&'static str, Value)>,
}

/// Between the parts and the text: no text file has it.
const SEPARATOR: char = '\0';

/// Edits a file of the machine.
pub(in crate::import::ansible::modules) fn edit(
    edit: &Edit<'_>,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let path = edit.path;
    let folder = format!("Path {path} is a directory !");
    match there(run, path) {
        There::Open(why) => {
            let reason = format!("what `{path}` holds hangs on {why}");
            return Err(Refusal::new(Code::ConditionUnknown, reason));
        }
        There::Made(entry) => match &entry.resource {
            Resource::File(_) => return edit_known(edit, run),
            Resource::Directory(_) => {
                return run.fails(folder, vec![("rc", Value::Int(256))]);
            }
            _ => {}
        },
        There::Folder => return run.fails(folder, vec![("rc", Value::Int(256))]),
        There::Nothing => return edit_nothing(edit, run),
        There::NothingAtFirst | There::Foreign => {}
    }
    if FOREIGN.iter().any(|it| path.starts_with(it)) {
        run.not_needed(format!("NixOS has no `{path}`, nor what reads it"));
        return Ok(());
    }
    if matches!(edit.missing, Missing::Made) && is_new(path) {
        run.assumptions.push(Entry::only_where_missing(path));
        let made = make(edit, run);
        run.assumptions.pop();
        return made;
    }
    if edit.removes {
        return removed(edit, run);
    }
    edit_unknown(edit, run)
}

/// There is certainly no file.
fn edit_nothing(edit: &Edit<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    match &edit.missing {
        Missing::Made => make(edit, run),
        Missing::Fails(message) => run.fails(message.clone(), vec![("rc", Value::Int(257))]),
        Missing::Left(message) => {
            run.already(format!("there is no `{}`", edit.path));
            let mut pairs = vec![("msg", Value::str(message))];
            pairs.extend(edit.says.iter().cloned());
            tell(run, Change::No, pairs);
            Ok(())
        }
    }
}

fn make(edit: &Edit<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let (text, edited) = changed(edit, None)?;
    put_parents(run, edit.path, &Wishes::default());
    let change = write_file(run, edit.path, Content::Text(text), &edit.wishes);
    let wishes = &edit.wishes;
    let mode = wishes.mode.as_ref().map(|it| it.over(NEW_FILE, Of::File));
    let attributes = Change::of(mode.is_some_and(|it| it != NEW_FILE))
        .or(differs(run, wishes.owner.as_deref(), None))
        .or(differs(run, wishes.group.as_deref(), None));
    say(edit, run, change, edited, attributes);
    Ok(())
}

fn edit_known(edit: &Edit<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = edit.path;
    if let Condition::Unknown(why) = run.guard.clone() {
        let reason = format!("whether `{path}` is changed hangs on {why}");
        run.state.doubt_from_here(Key::Path(path.to_owned()), &why);
        return Err(Refusal::new(Code::ConditionUnknown, reason));
    }
    let Some(Resource::File(file)) = run.state.at_path(path).map(|it| it.resource.clone()) else {
        return Ok(());
    };
    let Content::Text(text) = &file.content else {
        let reason = format!("`{path}` is no text");
        return Err(Refusal::new(Code::CannotState, reason));
    };
    if let [crate::model::Piece::Hole(hole)] = text.pieces() {
        return Err(Refusal::hole(hole));
    }
    let (new, edited) = changed(edit, Some(text))?;
    let (before, after) = (file.content.clone(), Content::Text(new));
    let change = match (same_content(&before, &after), before == after) {
        // An edit that leaves the text as it was changes nothing, whatever its holes are.
        (_, true) => Change::No,
        (change, false) => change,
    };
    if edited.ends {
        say(edit, run, Change::No, edited, Change::No);
        run.already(format!("`{path}` is as it asks for already"));
        return Ok(());
    }
    let entry_file = File {
        content: after,
        ..file
    };
    run.amend(Resource::File(entry_file));
    let attributes = if edit.wishes.is_empty() {
        Change::No
    } else {
        set_attributes(run, path, &edit.wishes, false)
    };
    say(edit, run, change, edited, attributes);
    Ok(())
}

/// Tells what became of the file, as the module does.
fn say(edit: &Edit<'_>, run: &mut Run<'_, '_>, change: Change, edited: Edited, attributes: Change) {
    let mut message = edited.message;
    if attributes == Change::Yes && !edit.says.iter().any(|(name, _)| *name == "path") {
        if !message.is_empty() {
            message.push_str(" and ");
        }
        message.push_str("ownership, perms or SE linux context changed");
    }
    let mut pairs = vec![("msg", Value::str(&message))];
    pairs.extend(edited.more);
    pairs.extend(edit.says.iter().cloned());
    if edit.says.iter().any(|(name, _)| *name == "path") {
        pairs.extend(super::told(run, edit.path));
    }
    tell(run, change.or(attributes), pairs);
}

/// Applies the change, holes and all.
fn changed(edit: &Edit<'_>, text: Option<&Text>) -> Result<(Text, Edited), Refusal> {
    let mut all = Text::new();
    for part in edit.parts {
        all.push(part);
        all.push_str(&SEPARATOR.to_string());
    }
    if let Some(text) = text {
        all.push(text);
    }
    let too_many = || Refusal::new(Code::CannotState, "the text has too many unknown parts");
    let encoded = encode(&all).ok_or_else(too_many)?;
    let mut pieces: Vec<&str> = encoded
        .text
        .splitn(edit.parts.len() + 1, SEPARATOR)
        .collect();
    let last = pieces.pop().filter(|_| text.is_some());
    let edited = (edit.change)(&pieces, last)
        .map_err(|why| Refusal::new(Code::BadInput, format!("the edit cannot be made: {why}")))?;
    Ok((encoded.decode(&edited.text), edited))
}

/// A file that neither the source wrote nor the distribution brings.
fn is_new(path: &str) -> bool {
    let folder = parent(path);
    let is_drop_in = folder.starts_with("/etc/")
        && (folder.ends_with(".d") || folder == "/etc/systemd/system")
        && !["/etc/pam.d", "/etc/init.d"].contains(&folder);
    is_drop_in || path == "/etc/gitconfig" || is_empty_at_first(path)
}

/// Files that say who may come in, and those that NixOS has as their authors wrote them: what is taken out of them may
/// well be on another system.
const GUARDED: [&str; 9] = [
    "/etc/ssh/moduli",
    "/etc/services",
    "/etc/protocols",
    "/etc/pam.d/",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/gshadow",
    "/etc/security/",
];

/// A line is taken out of a file that the source did not write, or made a comment.
fn removed(edit: &Edit<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = edit.path;
    if is_new(path) {
        run.not_needed(format!(
            "nothing on a new machine puts a line into `{path}`"
        ));
        tell(
            run,
            Change::No,
            vec![("msg", Value::str("file not present"))],
        );
        run.returns_under = Some(format!("nothing is at `{path}` on a new machine"));
        return Ok(());
    }
    if !path.starts_with("/etc/") || GUARDED.iter().any(|it| path.starts_with(it)) {
        return by_shell(edit, run);
    }
    let mut is_there = false;
    for key in set_before(edit, run) {
        run.remove(&key, "the line");
        is_there = true;
    }
    if !is_there {
        run.not_needed(format!(
            "it takes out, or makes a comment of, what is in the distribution's own `{path}`, which NixOS does not have"
        ));
    }
    Ok(())
}

/// Finds the lines that earlier tasks set in the file, and that the edit would take for its own.
fn set_before(edit: &Edit<'_>, run: &Run<'_, '_>) -> Vec<Key> {
    let is_own = |resource: &Resource| {
        said(resource, edit.path)
            .iter()
            .any(|line| edit.finds.fits(line))
    };
    let entries = run.state.entries().map(|it| &it.resource);
    entries
        .filter(|it| is_own(it))
        .filter_map(Key::of)
        .collect()
}

/// Returns a resource as the lines of the file that may say it; none where the file does not.
fn said(resource: &Resource, path: &str) -> Vec<String> {
    let lines = match resource {
        Resource::FileLine(it) if it.path == path => return vec![it.line.to_string()],
        Resource::SshdSetting(it) if it.matching.is_none() => {
            vec![format!("{} {}", it.keyword, it.value)]
        }
        Resource::Sysctl(it) => pairs(&it.name, &it.value),
        Resource::SudoRule(it) => vec![it.line.clone()],
        Resource::HostsEntry(it) => {
            let names = it.names.join(" ");
            vec![
                format!("{} {names}", it.address),
                format!("{}\t{names}", it.address),
            ]
        }
        Resource::Setting(it) => pairs(&it.name, &it.value),
        _ => return Vec::new(),
    };
    let is_read = |line: &String| {
        let text = etc::in_section(path, "", &Text::from(line.as_str()));
        let entries = etc::read_edit_line(path, &text).unwrap_or_default();
        entries.iter().any(|it| match &it.meaning {
            Meaning::Asks(resources) => resources.contains(resource),
            Meaning::NotNeeded(_)
            | Meaning::Hole(_)
            | Meaning::Verbatim(_)
            | Meaning::Unknown(_) => false,
        })
    };
    lines.into_iter().filter(is_read).collect()
}

fn pairs(name: &str, value: &str) -> Vec<String> {
    vec![
        format!("{name}={value}"),
        format!("{name} = {value}"),
        format!("{name} {value}"),
    ]
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
    if edit.lines.is_empty() {
        return match grub_line(edit) {
            Some(Ok(lines)) => edit_kind(edit, &lines, run),
            Some(Err(why)) => {
                run.not_needed(why);
                Ok(())
            }
            None => by_shell(edit, run),
        };
    }
    let is_idle = |text: &Text| {
        text.lines()
            .iter()
            .all(|it| it.plain().is_some_and(line::is_idle))
    };
    if edit.lines.iter().all(is_idle) {
        return removed(edit, run);
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
    // Aliases and exports are lines of one text, whoever sets them.
    if etc::kind(path).is_some_and(|it| !matches!(it.name, "aliases" | "exports")) {
        return edit_kind(edit, edit.lines, run);
    }
    if !path.starts_with("/etc/") {
        return by_shell(edit, run);
    }
    for text in edit.lines {
        for line in line::lines(path, text, edit.section, edit.finds) {
            let is_sure = run.guard == Condition::True;
            if is_sure && !matches!(edit.finds, Finds::Itself) {
                for key in set_before(edit, run) {
                    run.state.remove(&key, run.task.item);
                }
            }
            run.put(Resource::FileLine(line));
        }
    }
    Ok(())
}

/// The file is the machine's own: it makes the edit itself, once.
fn by_shell(edit: &Edit<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let script = edit
        .script
        .as_deref()
        .filter(|_| by_shell::is_own(edit.path));
    let Some(script) = script else {
        return Err(original_needed(edit.path));
    };
    let mut script = Text::from(script);
    attributes(&mut script, edit.path, &edit.wishes);
    keep(Kept::script(script), run)
}

/// What the distribution says of the kernel's parameters in /etc/default/grub.
const GRUB: &str = "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"\"\n";

/// Returns what an edit adds to the kernel's parameters of the distribution, or why it adds none.
fn grub_line(edit: &Edit<'_>) -> Option<Result<Vec<Text>, String>> {
    const MARK: &str = "GRUB_CMDLINE_LINUX";
    if edit.path != "/etc/default/grub" {
        return None;
    }
    let parts: Option<Vec<&str>> = edit.parts.iter().map(Text::plain).collect();
    let edited = (edit.change)(&parts?, Some(GRUB)).ok()?;
    let before: Vec<&str> = GRUB.lines().collect();
    let mut lines = Vec::new();
    for line in edited.text.lines().filter(|it| !before.contains(it)) {
        let (name, value) = line.split_once('=').filter(|it| it.0.starts_with(MARK))?;
        let words = value.trim_matches('"').split_ascii_whitespace();
        let added: Vec<&str> = words.filter(|it| *it != "quiet").collect();
        if value.contains(['$', '`', '\\', '\'']) || added.is_empty() {
            return None;
        }
        lines.push(Text::from(format!(
            "{name}=\"${name} {}\"",
            added.join(" ")
        )));
    }
    if lines.is_empty() {
        let why = format!(
            "what it looks for is not in the `{}` of a distribution",
            edit.path
        );
        return Some(Err(why));
    }
    Some(Ok(lines))
}

/// Lines are set in a file of a known kind.
fn edit_kind(edit: &Edit<'_>, set: &[Text], run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = edit.path;
    let mut refusal = None;
    let mut lines: Vec<Text> = Vec::new();
    for line in set {
        lines.push(etc::in_section(path, edit.section, line));
    }
    for line in &lines {
        let entries = etc::read_edit_line(path, line).ok_or_else(|| original_needed(path))?;
        for entry in entries {
            match entry.meaning {
                Meaning::Asks(resources) => {
                    let assumption = format!("what else stands in `{path}` is as NixOS has it");
                    for resource in resources {
                        if etc::is_partial(path) {
                            run.put_assuming(resource, &assumption);
                        } else {
                            run.put(resource);
                        }
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
