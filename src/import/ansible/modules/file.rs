//! `file`: folders, links, empty files, attributes, and what is to be gone.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/file_module.html>

use super::copy::is_missing;
use super::kept::{Kept, keep, texts};
use super::paths::fresh;
use super::paths::{
    Change, Of, There, Wishes, absolute, base_name, differs, is_folder, make_folder, not_known,
    parent, placed, put_parents, real, set_attributes, tell, there, told, wishes, write_file,
};
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Condition, Content, File, Link, PathMode, Resource, Text};
use crate::source::{self, is_below};
use crate::syntax::stand_ins;

pub(super) const MODULE: Module = Module {
    names: &["file"],
    collection: "ansible.builtin",
    becomes: "A folder, link, file or mode of systemd.tmpfiles.rules; a link below /etc of environment.etc. What \
              is to be absent takes back what an earlier task made.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 6] = ["absent", "directory", "file", "hard", "link", "touch"];

/// What a task asks of a path.
struct Asks {
    path: String,
    /// The path as the module says it: as it was given.
    shown: String,
    source: Option<String>,
    wishes: Wishes,
    force: bool,
    follow: bool,
    recurse: bool,
    /// The times of the file stay as they are.
    keeps_times: bool,
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["modification_time_format", "access_time_format"]);
    let given = params.required(&["path", "dest", "name"])?;
    let whole = absolute(run, &given)?;
    let mut path = placed(run, &whole);
    let mut shown = if given.starts_with('/') { given } else { whole };
    let recurse = params.flag(&["recurse"])?.unwrap_or(false);
    let source = params.string(&["src"])?;
    let mut asked = params.string(&["state"])?;
    if let (Some(source), Some("hard" | "file" | "touch" | "directory")) =
        (&source, asked.as_deref())
        && is_folder(run, &real(run, &path))
    {
        path = format!("{}/{}", path.trim_end_matches('/'), base_name(source));
        shown = format!("{}/{}", shown.trim_end_matches('/'), base_name(source));
    }
    let before = state_of(run, &path);
    if asked.is_none() {
        asked = match before {
            "absent" if recurse => Some("directory".to_owned()),
            "absent" => None,
            found => Some(found.to_owned()),
        };
    }
    let state = asked.unwrap_or_else(|| "file".to_owned());
    if !STATES.contains(&state.as_str()) {
        let message = format!(
            "value of state must be one of: {}, got: {state}",
            STATES.join(", ")
        );
        return run.fails(message, Vec::new());
    }
    let times = [
        params.string(&["modification_time"])?,
        params.string(&["access_time"])?,
    ];
    let asks = Asks {
        wishes: wishes(params)?,
        force: params.flag(&["force"])?.unwrap_or(false),
        follow: params.flag(&["follow"])?.unwrap_or(true),
        keeps_times: times.iter().all(|it| it.as_deref() == Some("preserve")),
        path,
        shown,
        source,
        recurse,
    };
    let pairs = |asks: &Asks| vec![("path", Value::str(&asks.shown))];
    if recurse && state != "directory" {
        let message = "recurse option requires state to be 'directory'".to_owned();
        return run.fails(message, pairs(&asks));
    }
    if asks.source.is_some() && !matches!(state.as_str(), "link" | "hard") {
        let message = "src option requires state to be 'link' or 'hard'".to_owned();
        return run.fails(message, pairs(&asks));
    }
    match state.as_str() {
        "absent" => remove(&asks, run),
        "link" => link(asks, before, run),
        "hard" => hard(&asks, before, run),
        "directory" => directory(asks, before, run),
        "touch" => touch(&asks, before, run),
        _ => attributes(asks, before, run),
    }
}

/// Returns what is at a path in the module's own words, `absent` where nothing is known of it.
fn state_of(run: &Run<'_, '_>, path: &str) -> &'static str {
    match there(run, path) {
        There::Made(entry) => match entry.resource {
            Resource::Directory(_) => "directory",
            Resource::Link(_) => "link",
            _ => "file",
        },
        There::Folder => "directory",
        There::Nothing | There::NothingAtFirst | There::Foreign | There::Open(_) => "absent",
    }
}

fn say(run: &mut Run<'_, '_>, change: Change, name: &'static str, asks: &Asks) {
    let mut pairs = vec![(name, Value::str(&asks.shown))];
    pairs.extend(told(run, &asks.path));
    tell(run, change, pairs);
}

fn directory(mut asks: Asks, mut before: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    if asks.follow && before == "link" {
        asks.path = real(run, &asks.path);
        asks.shown.clone_from(&asks.path);
        before = state_of(run, &asks.path);
    }
    if !matches!(before, "absent" | "directory") {
        let message = format!("{} already exists as a {before}", asks.shown);
        return run.fails(message, vec![("path", Value::str(&asks.shown))]);
    }
    put_parents(run, &asks.path, &asks.wishes);
    let change = make_folder(run, &asks.path, &asks.wishes, asks.recurse);
    say(run, change, "path", &asks);
    Ok(())
}

fn touch(asks: &Asks, before: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = match before {
        "link" if asks.follow => real(run, &asks.path),
        _ => asks.path.clone(),
    };
    let time = Change::of(!asks.keeps_times);
    let change = match there(run, &path) {
        There::Made(_) => set_attributes(run, &path, &asks.wishes, false).or(time),
        There::Nothing if is_missing(run, parent(&path)) => {
            let message = "Error, could not touch target.".to_owned();
            return run.fails(message, vec![("path", Value::str(&asks.shown))]);
        }
        There::Folder => Change::Unknown,
        There::Nothing | There::NothingAtFirst | There::Foreign | There::Open(_) => {
            write_file(run, &path, Content::Text(Text::new()), &asks.wishes)
        }
    };
    if run.stated == 0 {
        run.already(format!("it asks only that `{path}` is there"));
    }
    say(run, change, "dest", asks);
    Ok(())
}

/// Owner and permissions of what is there.
fn attributes(mut asks: Asks, mut before: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    if asks.follow && before == "link" {
        asks.path = real(run, &asks.path);
        asks.shown.clone_from(&asks.path);
        before = state_of(run, &asks.path);
    }
    let path = &asks.path;
    let is_certain = matches!(there(run, path), There::Nothing | There::Made(_));
    if is_certain && before != "file" {
        let message = format!("file ({}) is {before}, cannot continue", asks.shown);
        let pairs = vec![
            ("path", Value::str(&asks.shown)),
            ("state", Value::str(before)),
        ];
        return run.fails(message, pairs);
    }
    if is_certain {
        let change = set_attributes(run, path, &asks.wishes, false);
        if asks.wishes.is_empty() {
            run.already(format!("it asks only that `{path}` is there"));
        }
        say(run, change, "path", &asks);
        return Ok(());
    }
    if asks.wishes.is_empty() {
        run.already(format!("it asks only that `{path}` is there"));
        return Ok(());
    }
    let of = if before == "directory" {
        Of::Folder
    } else {
        Of::File
    };
    let path = path.clone();
    put_mode(path, asks.wishes, of, asks.recurse, run)
}

fn put_mode(
    path: String,
    wishes: Wishes,
    of: Of,
    recurse: bool,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    if let Some(own) = fresh::own(&path) {
        return of_nixos(&path, &wishes, of, &own, run);
    }
    let is_plain = of == Of::File && !recurse && fresh::holds_settings(parent(&path));
    if is_plain && matches!(there(run, &path), There::NothingAtFirst) {
        run.already(format!("NixOS has no `{path}`, and nothing here makes it"));
        return Ok(());
    }
    let mode = match &wishes.mode {
        Some(asked) => Some(asked.whole(of).ok_or_else(|| not_known(asked))?),
        None => None,
    };
    run.put(Resource::PathMode(PathMode {
        path,
        mode,
        owner: wishes.owner,
        group: wishes.group,
        recurse,
    }));
    Ok(())
}

/// Mode and owner of what NixOS makes itself: nothing is left to do where it gives no more rights than are asked for.
fn of_nixos(
    path: &str,
    wishes: &Wishes,
    of: Of,
    own: &fresh::Own,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let is_same = |asked: &Option<String>, has: &str| {
        asked
            .as_deref()
            .is_none_or(|it| it == has || (it == "0" && has == "root"))
    };
    let is_narrow = wishes
        .mode
        .as_ref()
        .is_none_or(|it| own.mode.0 & !it.over(own.mode, of).0 == 0);
    let has = format!(
        "NixOS itself gives `{path}` the mode {}, owner {} and group {}",
        own.mode.octal(),
        own.owner,
        own.group
    );
    if is_narrow && is_same(&wishes.owner, &own.owner) && is_same(&wishes.group, &own.group) {
        run.already(format!("{has}, which is no more than what is asked for"));
        return Ok(());
    }
    Err(Refusal::new(
        Code::CannotState,
        format!("{has}, and has no option for that"),
    )
    .cure("decide whether what NixOS gives is strict enough: what is secret does not stand there"))
}

/// What `chmod` and `chown` do: as `attributes`, of whatever is there, and of what is below it.
pub(super) fn set(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let given = params.required(&["path"])?;
    let path = real(run, &absolute(run, &given)?);
    let recurse = params.flag(&["recurse"])?.unwrap_or(false);
    let wishes = wishes(params)?;
    match there(run, &path) {
        There::Made(_) => {
            set_attributes(run, &path, &wishes, recurse);
            Ok(())
        }
        There::Nothing => {
            let reason = format!("nothing is at `{path}`");
            Err(Refusal::new(Code::BadInput, reason))
        }
        There::Folder => put_mode(path, wishes, Of::Folder, recurse, run),
        There::NothingAtFirst | There::Foreign | There::Open(_) => {
            put_mode(path, wishes, Of::File, recurse, run)
        }
    }
}

fn link(asks: Asks, before: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let (path, shown) = (&asks.path, &asks.shown);
    let old = match there(run, path) {
        There::Made(entry) => match &entry.resource {
            Resource::Link(link) => Some(link.target.clone()),
            _ => None,
        },
        _ => None,
    };
    let pairs = |target: Option<&str>| {
        let mut pairs = vec![("path", Value::str(shown))];
        pairs.extend(target.map(|it| ("src", Value::str(it))));
        pairs
    };
    let Some(target) = asks.source.clone().or_else(|| old.clone()) else {
        return match there(run, path) {
            There::Nothing | There::Made(_) => run.fails(
                "src is required for creating new symlinks".to_owned(),
                Vec::new(),
            ),
            _ => {
                let reason = format!("where the link `{path}` leads is known only on the machine");
                Err(Refusal::new(Code::ValueUnknown, reason))
            }
        };
    };
    let is_given = stand_ins(&target).first().is_some_and(|it| it.0.start == 0);
    let target = if target.starts_with('~') || is_given {
        absolute(run, &target)?
    } else {
        target
    };
    let whole = real(run, &source::absolute(parent(path), &target));
    if !asks.force && asks.source.is_some() && matches!(there(run, &whole), There::Nothing) {
        let wanted = if target.starts_with('/') {
            target.clone()
        } else {
            let folder = if before == "directory" {
                shown
            } else {
                parent(shown)
            };
            format!("{folder}/{target}")
        };
        let message = format!(
            "src file does not exist, use 'force=yes' if you really want to create the link: {wanted}"
        );
        return run.fails(message, pairs(Some(&target)));
    }
    match before {
        "directory" | "file" if !asks.force => {
            let message = format!("refusing to convert from {before} to symlink for {shown}");
            return run.fails(message, pairs(None));
        }
        "directory" if run.state.below(path).next().is_some() => {
            let message = format!("the directory {shown} is not empty, refusing to convert it");
            return run.fails(message, pairs(None));
        }
        _ => {}
    }
    let change = match there(run, path) {
        There::Made(_) => Change::of(old.as_ref() != Some(&target)),
        There::Nothing | There::Folder => Change::Yes,
        There::NothingAtFirst | There::Foreign => Change::Assumed,
        There::Open(_) => Change::Unknown,
    };
    run.put(Resource::Link(Link {
        path: path.clone(),
        target: target.clone(),
    }));
    // Owner and permissions are those of what the link leads to.
    let attributes = if asks.follow && !asks.wishes.is_empty() {
        match there(run, &whole) {
            There::Made(_) => set_attributes(run, &whole, &asks.wishes, false),
            _ => Change::No,
        }
    } else {
        differs(run, asks.wishes.owner.as_deref(), None).or(differs(
            run,
            asks.wishes.group.as_deref(),
            None,
        ))
    };
    let mut pairs = vec![("dest", Value::str(shown)), ("src", Value::str(&target))];
    pairs.extend(told(run, path));
    tell(run, change.or(attributes), pairs);
    Ok(())
}

/// A second name of a file: what it holds and who may read it is the same.
fn hard(asks: &Asks, before: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let (path, shown) = (&asks.path, &asks.shown);
    let cannot = || {
        let reason = format!("`{path}` is a hard link, which NixOS cannot state");
        Refusal::new(Code::CannotState, reason).cure("a symbolic link does the same for most uses")
    };
    let Some(source) = &asks.source else {
        return match there(run, path) {
            There::Nothing => run.fails(
                "src is required for creating new hardlinks".to_owned(),
                Vec::new(),
            ),
            _ => Err(cannot()),
        };
    };
    let from = real(run, &absolute(run, source)?);
    let file = match there(run, &from) {
        There::Made(entry) => match &entry.resource {
            Resource::File(file) => file.clone(),
            _ => return Err(cannot()),
        },
        There::Nothing => {
            let pairs = vec![("dest", Value::str(shown)), ("src", Value::str(source))];
            return run.fails("src does not exist".to_owned(), pairs);
        }
        _ => return Err(cannot()),
    };
    if before == "file" && !asks.force {
        let message = "Cannot link, file exists at destination".to_owned();
        let pairs = vec![("dest", Value::str(shown)), ("src", Value::str(source))];
        return run.fails(message, pairs);
    }
    let change = match there(run, path) {
        There::Open(_) => Change::Unknown,
        There::NothingAtFirst | There::Foreign => Change::Assumed,
        There::Made(_) | There::Folder | There::Nothing => Change::Yes,
    };
    run.put_assuming(
        Resource::File(File {
            path: path.clone(),
            ..file
        }),
        &format!("a copy of `{source}` does as well as a second name of it"),
    );
    if !asks.wishes.is_empty() {
        for one in [path.as_str(), &from] {
            set_attributes(run, one, &asks.wishes, false);
        }
    }
    let mut pairs = vec![("dest", Value::str(shown)), ("src", Value::str(source))];
    pairs.extend(told(run, path).into_iter().map(|(name, value)| match name {
        "state" => (name, Value::str("hard")),
        _ => (name, value),
    }));
    tell(run, change, pairs);
    Ok(())
}

/// Tells whether a step that is kept may have made a path: it fills a folder above it.
fn may_be_of_step(path: &str, run: &Run<'_, '_>) -> bool {
    run.state.entries().any(|entry| match &entry.resource {
        Resource::Step(step) => step.creates.as_deref().is_some_and(|made| {
            let folder = parent(made);
            folder.matches('/').count() > 1 && is_below(path, folder)
        }),
        _ => false,
    })
}

/// Returns what the source made at a path, or below it, that a step needs which runs on the machine.
fn used(path: &str, run: &Run<'_, '_>) -> Option<String> {
    let below = run.state.below(path).map(|(it, _)| it);
    let mut made = run
        .state
        .at_path(path)
        .map(|_| path)
        .into_iter()
        .chain(below);
    made.find(|it| fresh::is_mentioned(it, run))
        .map(str::to_owned)
}

fn remove(asks: &Asks, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = &asks.path;
    if run.state.has_path(path)
        && let Condition::Unknown(why) = run.guard.clone()
    {
        let reason = format!("whether `{path}` is removed hangs on {why}");
        run.state.doubt_from_here(Key::Path(path.to_owned()), &why);
        run.state.blur(path, &why);
        return Err(Refusal::new(Code::ConditionUnknown, reason));
    }
    let found = there(run, path);
    let (change, under) = match found {
        There::Made(_) => (Change::Yes, None),
        There::Folder if run.state.has_path(path) => (Change::Yes, None),
        There::Nothing => (Change::No, None),
        There::NothingAtFirst => (
            Change::No,
            Some(format!("nothing is at `{path}` on a new machine")),
        ),
        There::Folder | There::Foreign | There::Open(_) => (Change::Unknown, None),
    };
    if run.guard == Condition::True && !run.state.has_path(path) && may_be_of_step(path, run) {
        run.state.remove_below(path, run.task.item);
        tell(
            run,
            Change::Unknown,
            vec![
                ("path", Value::str(&asks.shown)),
                ("state", Value::str("absent")),
            ],
        );
        return keep(Kept::words(texts(["rm", "-rf", path])), run);
    }
    let reason = if let Some(used) = used(path, run) {
        format!("a step that is kept does something with `{used}`: it stays")
    } else if run.guard != Condition::True {
        format!("`{path}` was never there: a new machine does not have it")
    } else if run.state.remove_below(path, run.task.item) {
        format!("`{path}` was made by an earlier task and is gone again")
    } else {
        format!("`{path}` was never there: a new machine does not have it")
    };
    run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
    let pairs = vec![
        ("path", Value::str(&asks.shown)),
        ("state", Value::str("absent")),
    ];
    tell(run, change, pairs);
    if under.is_some() {
        run.returns_under = under;
    }
    Ok(())
}
