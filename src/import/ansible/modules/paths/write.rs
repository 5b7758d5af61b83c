//! Writing to the machine's disk as the play has it: what was there before decides what changes, and what stays.

use crate::import::ansible::modules::Run;
use crate::import::holes::encode;
use crate::model::{Condition, Content, Directory, File, HoleKind, Mode, Resource, Text};

use super::disk::{There, is_empty_at_first, there};
use super::mode::Of;
use super::{NEW_FILE, NEW_FOLDER, Wishes};

/// Whether something changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import::ansible::modules) enum Change {
    Yes,
    No,
    /// Yes, on a new machine.
    Assumed,
    /// Only the machine can tell.
    Unknown,
}

impl Change {
    pub(in crate::import::ansible::modules) fn of(yes: bool) -> Change {
        if yes { Change::Yes } else { Change::No }
    }

    /// Returns whether one of two things changes.
    pub(in crate::import::ansible::modules) fn or(self, other: Change) -> Change {
        let both = [self, other];
        let first = [Change::Yes, Change::Assumed, Change::Unknown];
        let found = first.into_iter().find(|it| both.contains(it));
        found.unwrap_or(Change::No)
    }
}

/// Writes a file.
pub(in crate::import::ansible::modules) fn write_file(
    run: &mut Run<'_, '_>,
    path: &str,
    content: Content,
    wishes: &Wishes,
) -> Change {
    let (before, change) = match there(run, path) {
        There::Made(entry) => match &entry.resource {
            Resource::File(file) => (Some(file.clone()), Change::Yes),
            _ => (None, Change::Yes),
        },
        There::Nothing | There::Folder => (None, Change::Yes),
        There::NothingAtFirst | There::Foreign => (None, Change::Assumed),
        There::Open(_) => (None, Change::Unknown),
    };
    let Some(before) = before else {
        run.put(Resource::File(new_file(path, content, wishes)));
        return change;
    };
    let is_same = same_content(&before.content, &content);
    let (file, change) = with_wishes(run, &before, wishes);
    let keeps = (file.mode.is_some() && wishes.mode.is_none())
        || (file.owner.is_some() && wishes.owner.is_none())
        || (file.group.is_some() && wishes.group.is_none());
    let resource = Resource::File(File { content, ..file });
    if keeps || is_same == Change::No {
        run.amend(resource);
    } else {
        run.put(resource);
    }
    change.or(is_same)
}

/// Makes a file that was not there.
fn new_file(path: &str, content: Content, wishes: &Wishes) -> File {
    let mode = wishes.mode.as_ref();
    File {
        path: path.to_owned(),
        content,
        mode: mode.map(|it| it.over(NEW_FILE, Of::File)),
        owner: wishes.owner.clone(),
        group: wishes.group.clone(),
    }
}

/// Makes a folder, or sets what is asked of the one that is there.
pub(in crate::import::ansible::modules) fn make_folder(
    run: &mut Run<'_, '_>,
    path: &str,
    wishes: &Wishes,
    recurse: bool,
) -> Change {
    let change = match there(run, path) {
        There::Made(entry) if matches!(entry.resource, Resource::Directory(_)) => {
            return set_attributes(run, path, wishes, recurse);
        }
        There::Made(_) | There::Nothing => Change::Yes,
        There::Folder => Change::Unknown,
        There::NothingAtFirst | There::Foreign => Change::Assumed,
        There::Open(_) => Change::Unknown,
    };
    // Where packages bring folders, that nothing is there at first says little.
    let is_new = match there(run, path) {
        There::Nothing | There::Made(_) => true,
        There::NothingAtFirst => is_empty_at_first(path),
        There::Folder | There::Foreign | There::Open(_) => false,
    };
    let mode = wishes.mode.as_ref();
    run.put(Resource::Directory(Directory {
        path: path.to_owned(),
        mode: mode.map(|it| it.over(NEW_FOLDER, Of::Folder)),
        owner: wishes.owner.clone(),
        group: wishes.group.clone(),
        recurse,
    }));
    if is_new && run.guard == Condition::True {
        run.state.note_fresh(path);
    }
    change
}

/// Makes the folders above a path that are not there, as what they are made for asks.
pub(in crate::import::ansible::modules) fn put_parents(
    run: &mut Run<'_, '_>,
    path: &str,
    wishes: &Wishes,
) {
    let mut missing = Vec::new();
    let mut above = parent(path);
    while !above.is_empty() {
        match there(run, above) {
            There::Nothing => missing.push(above.to_owned()),
            There::NothingAtFirst if !wishes.is_empty() && is_empty_at_first(above) => {
                missing.push(above.to_owned());
            }
            _ => break,
        }
        above = parent(above);
    }
    for folder in missing.iter().rev() {
        make_folder(run, folder, wishes, false);
    }
}

/// Returns the folder of a path.
pub(in crate::import::ansible::modules) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Sets owner, group and permissions of what the play made at a path.
pub(in crate::import::ansible::modules) fn set_attributes(
    run: &mut Run<'_, '_>,
    path: &str,
    wishes: &Wishes,
    recurse: bool,
) -> Change {
    let resource = match there(run, path) {
        There::Made(entry) => entry.resource.clone(),
        _ => return Change::Unknown,
    };
    let (resource, change) = match &resource {
        Resource::File(file) => {
            let (file, change) = with_wishes(run, file, wishes);
            (Resource::File(file), change)
        }
        Resource::Directory(folder) => {
            let mode = folder.mode.unwrap_or(NEW_FOLDER);
            let wished = wishes.mode.as_ref().map(|it| it.over(mode, Of::Folder));
            let change = Change::of(wished.is_some_and(|it| it != mode))
                .or(differs(
                    run,
                    wishes.owner.as_deref(),
                    folder.owner.as_deref(),
                ))
                .or(differs(
                    run,
                    wishes.group.as_deref(),
                    folder.group.as_deref(),
                ));
            let folder = Directory {
                path: path.to_owned(),
                mode: wished.or(folder.mode),
                owner: wishes.owner.clone().or_else(|| folder.owner.clone()),
                group: wishes.group.clone().or_else(|| folder.group.clone()),
                recurse: recurse || folder.recurse,
            };
            (Resource::Directory(folder), change)
        }
        _ => return Change::No,
    };
    run.amend(resource);
    if !recurse {
        return change;
    }
    let below: Vec<String> = {
        let mut paths: Vec<&str> = run.state.below(path).map(|(path, _)| path).collect();
        paths.sort_unstable();
        paths.into_iter().map(str::to_owned).collect()
    };
    let changes = below
        .iter()
        .map(|it| set_attributes(run, it, wishes, false));
    changes.fold(change, Change::or)
}

/// Returns a file with what is asked of it, and whether that changes it.
fn with_wishes(run: &Run<'_, '_>, file: &File, wishes: &Wishes) -> (File, Change) {
    let before = file.mode.unwrap_or(NEW_FILE);
    let mode: Option<Mode> = wishes.mode.as_ref().map(|it| it.over(before, Of::File));
    let change = Change::of(mode.is_some_and(|it| it != before))
        .or(differs(run, wishes.owner.as_deref(), file.owner.as_deref()))
        .or(differs(run, wishes.group.as_deref(), file.group.as_deref()));
    let file = File {
        mode: mode.or(file.mode),
        owner: wishes.owner.clone().or_else(|| file.owner.clone()),
        group: wishes.group.clone().or_else(|| file.group.clone()),
        ..file.clone()
    };
    (file, change)
}

/// Tells whether an owner or group is another than the one that something has.
pub(in crate::import::ansible::modules) fn differs(
    run: &Run<'_, '_>,
    wished: Option<&str>,
    has: Option<&str>,
) -> Change {
    let Some(wished) = wished else {
        return Change::No;
    };
    // Whoever writes a file owns it.
    let Some(has) = has.or(run.user.as_deref()) else {
        return Change::Unknown;
    };
    let is_root = |name: &str| matches!(name, "root" | "0");
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    if has == wished || (is_root(has) && is_root(wished)) {
        Change::No
    } else if is_number(has) != is_number(wished) && !is_root(has) && !is_root(wished) {
        Change::Unknown
    } else {
        Change::Yes
    }
}

/// Tells whether a content is another than before.
pub(in crate::import::ansible::modules) fn same_content(
    before: &Content,
    after: &Content,
) -> Change {
    let is_open = |content: &Content| match content {
        Content::Text(text) => text.holes().any(|hole| hole.kind == HoleKind::Unknown),
        Content::Binary(_) | Content::Fetched(_) => false,
    };
    let is_whole = |content: &Content| match content {
        Content::Text(text) => text.plain().is_some(),
        Content::Binary(_) | Content::Fetched(_) => true,
    };
    if is_open(before) || is_open(after) {
        return Change::Unknown;
    }
    if before == after {
        return Change::No;
    }
    if is_whole(before) && is_whole(after) {
        return Change::Yes;
    }
    // Two secrets may be the same; what stands around them is known.
    match (before, after) {
        (Content::Text(one), Content::Text(other)) if !may_be_same(one, other) => Change::Yes,
        _ => Change::Unknown,
    }
}

/// Tells whether two texts begin and end alike.
fn may_be_same(one: &Text, other: &Text) -> bool {
    let known = |text: &Text| {
        let encoded = encode(text)?.text;
        let is_hole = |c: char| crate::syntax::placeholder_index(c).is_some();
        let first = encoded.split(is_hole).next()?.to_owned();
        let last = encoded.rsplit(is_hole).next()?.to_owned();
        Some((first, last))
    };
    let (Some((first, last)), Some((start, end))) = (known(one), known(other)) else {
        return true;
    };
    (first.starts_with(&start) || start.starts_with(&first))
        && (last.ends_with(&end) || end.ends_with(&last))
}
