//! `copy`: files and folders of the input, or a content as given, to the machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/copy_module.html>

mod machine;

use super::paths::{
    Asked, Asset, Change, There, Wishes, absolute, base_name, bytes, content, directory_mode, find,
    folder_files, folder_links, is_folder, make_folder, parent, placed, put_parents, real,
    same_content, set_attributes, tell, there, told, wishes, write_file,
};
use super::{Kind, Module, Run};
use crate::import::ansible::digest::digest;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{Content, Link, Mode, Resource, Text};
use crate::source::FileId;

pub(super) const MODULE: Module = Module {
    names: &["copy"],
    collection: "ansible.builtin",
    becomes: "A file: environment.etc below /etc, systemd.tmpfiles.rules elsewhere; what its lines ask for where \
              the file is of a known kind, such as a crontab or a unit; the options of the service where a rule \
              reads the file.",
    kind: Kind::Changes,
    run,
};

/// How something is copied.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// As written: a slash at its end makes it a folder.
    pub(super) dest: String,
    pub(super) wishes: Wishes,
    pub(super) folder_mode: Option<Asked>,
    /// What is there already is overwritten.
    pub(super) force: bool,
    /// A link at the destination is followed.
    pub(super) follow: bool,
    /// Links in a folder of the input are copied as what they lead to.
    pub(super) local_follow: bool,
    /// The permissions are those of the source.
    pub(super) preserves: bool,
    pub(super) checksum: Option<String>,
}

impl Way {
    /// Returns what is asked of folders that are made on the way.
    fn of_folders(&self) -> Wishes {
        Wishes {
            mode: self.folder_mode.clone(),
            ..self.wishes.clone()
        }
    }
}

/// What became of one file.
struct Copied {
    path: String,
    change: Change,
    /// The module returns this of it.
    pairs: Vec<(&'static str, Value)>,
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate", "decrypt"]);
    let preserves = run
        .task
        .arguments
        .get("mode")
        .is_some_and(|it| it.text() == Some("preserve"));
    let is_remote = params.flag(&["remote_src"])?.unwrap_or(false);
    let given = params.value(&["content"]);
    let source = params.string(&["src"])?.filter(|it| !it.is_empty());
    if given.is_none() && source.is_none() {
        return params.required(&["src"]).map(|_| ());
    }
    let way = Way {
        dest: params.required(&["dest"])?,
        folder_mode: directory_mode(params)?,
        wishes: wishes(params)?,
        force: params.flag(&["force"])?.unwrap_or(true),
        follow: params.flag(&["follow"])?.unwrap_or(false),
        local_follow: params.flag(&["local_follow"])?.unwrap_or(true),
        checksum: params.string(&["checksum"])?,
        preserves,
    };
    match (given, source) {
        (Some(_), Some(_)) => run.fails(
            "src and content are mutually exclusive".to_owned(),
            Vec::new(),
        ),
        (Some(value), None) => {
            let path = real(run, &absolute(run, &way.dest)?);
            if way.dest.ends_with('/') || is_folder(run, &path) {
                let message = "can not use content with a dir as dest".to_owned();
                return run.fails(message, Vec::new());
            }
            one_file(Content::Text(text_of(&value)), "", way, run)
        }
        (None, Some(source)) if is_remote => machine::copy(&source, way, run),
        (None, Some(source)) => from_input(&source, way, run),
        (None, None) => Ok(()),
    }
}

/// Copies a file or folder of the input. `synchronize` does it so, too.
pub(super) fn from_input(source: &str, way: Way, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    match find(run, source, "files")? {
        Asset::File(file) => {
            let way = with_mode_of(file, way, run);
            let found = content(run.library.tree, file)?;
            one_file(found, base_name(source), way, run)
        }
        Asset::Folder(folder) => copy_folder(source, &folder, way, run),
    }
}

/// Returns what Ansible writes of a content: a mapping or list becomes JSON.
fn text_of(value: &Value) -> Text {
    match value {
        Value::List(_) | Value::Dict(_) => value.to_json(),
        Value::Unknown(hole) => Text::hole(hole.clone()),
        _ => value.to_text(),
    }
}

/// Copies one file, and says what the module says of it. `template` does it so, too.
pub(super) fn one_file(
    content: Content,
    name: &str,
    way: Way,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let path = placed(run, &absolute(run, &way.dest)?);
    let is_into = way.dest.trim_end().ends_with('/');
    let path = if is_into || is_folder(run, &real(run, &path)) {
        let folder = real(run, &path);
        format!("{}/{name}", folder.trim_end_matches('/'))
    } else {
        path
    };
    if is_into {
        put_parents(run, &path, &way.of_folders());
    } else if is_missing(run, parent(&path)) {
        let message = format!("Destination directory {} does not exist", parent(&path));
        return run.fails(message, Vec::new());
    }
    let Some(copied) = put(&path, content, &way, run)? else {
        run.already(format!("`{path}` is there, and is not to be overwritten"));
        tell(
            run,
            Change::No,
            vec![("dest", Value::str(&way.dest)), ("src", hole(run, "src"))],
        );
        return Ok(());
    };
    let (path, change) = (copied.path.clone(), copied.change);
    let mut pairs = said(copied);
    pairs.extend(told(run, &path));
    if !run.failed {
        tell(run, change, pairs);
    }
    Ok(())
}

/// Returns what is said of a file of the input: where it is there already, another module looks at it.
fn said(copied: Copied) -> Vec<(&'static str, Value)> {
    let mut pairs = copied.pairs;
    if pairs.iter().any(|(name, _)| *name == "path") {
        pairs.retain(|(name, _)| *name != "md5sum");
    }
    pairs
}

/// Tells whether a folder is certain to be missing: the source made or emptied the one above it.
pub(super) fn is_missing(run: &Run<'_, '_>, folder: &str) -> bool {
    run.state.is_fresh(folder) && matches!(there(run, folder), There::Nothing)
}

fn hole(run: &Run<'_, '_>, what: &str) -> Value {
    Value::unknown(format!("`{what}` on the machine"), Some(run.task.span))
}

/// Writes a file; `None` where it is there, and is not to be overwritten.
fn put(
    path: &str,
    content: Content,
    way: &Way,
    run: &mut Run<'_, '_>,
) -> Result<Option<Copied>, Refusal> {
    let path = if way.follow {
        real(run, path)
    } else {
        path.to_owned()
    };
    let old = match there(run, &path) {
        There::Made(entry) => match &entry.resource {
            Resource::File(file) => Some(file.content.clone()),
            _ => None,
        },
        _ => None,
    };
    let is_open = matches!(there(run, &path), There::NothingAtFirst | There::Foreign);
    if !way.force && matches!(there(run, &path), There::Made(_) | There::Folder) {
        return Ok(None);
    }
    let is_asked = run.is_result_seen() || way.checksum.is_some();
    let known = bytes(&content)
        .filter(|_| is_asked)
        .map(|it| it.into_owned());
    let print = |name: &str| {
        let found = known.as_deref().and_then(|it| digest(name, it));
        found.map_or_else(|| hole(run, "checksum"), |it| Value::str(&it))
    };
    let (sum, md5) = (print("sha1"), print("md5"));
    let is_same = old.is_some_and(|old| same_content(&old, &content) == Change::No);
    if let (Some(wanted), Some(found)) = (&way.checksum, sum.as_str())
        && !is_same
        && wanted != found
    {
        let message = "Copied file does not match the expected checksum. Transfer failed.";
        let pairs = vec![
            ("checksum", Value::str(found)),
            ("expected_checksum", Value::str(wanted)),
        ];
        run.fails(message.to_owned(), pairs)?;
        return Ok(Some(Copied {
            path,
            change: Change::No,
            pairs: Vec::new(),
        }));
    }
    let guess = (!way.force && is_open).then(|| format!("there is no `{path}` on a new machine"));
    let is_guess = guess.is_some();
    run.assumptions.extend(guess);
    let change = write_file(run, &path, content, &way.wishes);
    if is_guess {
        run.assumptions.pop();
    }
    let mut pairs = vec![("dest", Value::str(&path)), ("checksum", sum)];
    pairs.push(("diff", Value::list(Vec::new())));
    pairs.push(("md5sum", md5));
    if is_same {
        pairs.push(("path", Value::str(&path)));
    } else {
        pairs.push(("src", hole(run, "src")));
    }
    Ok(Some(Copied {
        path,
        change,
        pairs,
    }))
}

/// Copies a folder of the input with all that is in it.
fn copy_folder(source: &str, folder: &str, way: Way, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let top = real(run, &absolute(run, &way.dest)?);
    // As rsync: with a slash behind it, what is in the folder; else the folder itself.
    let top = if source.ends_with('/') {
        top
    } else {
        format!("{}/{}", top.trim_end_matches('/'), base_name(source))
    };
    let tree = run.library.tree;
    let mut files = folder_files(tree, folder);
    let links = if way.local_follow {
        Vec::new()
    } else {
        folder_links(tree, folder)
    };
    files.retain(|(path, _)| !links.iter().any(|(link, _)| link == path));
    let folders = way.of_folders();
    if !files.is_empty() {
        put_parents(run, &top, &folders);
    }
    let mut change = if files.is_empty() {
        Change::No
    } else {
        put_folder(top.clone(), &folders, false, run)
    };
    let way = Way {
        follow: false,
        ..way
    };
    let mut only = None;
    let mut count = 0;
    for (below, file) in files {
        let path = format!("{}/{below}", top.trim_end_matches('/'));
        let Some(file) = file else {
            change = change.or(put_folder(path, &folders, true, run));
            continue;
        };
        count += 1;
        let way = with_mode_of(file, way.clone(), run);
        if let Some(copied) = put(&path, content(tree, file)?, &way, run)? {
            change = change.or(copied.change);
            only = Some(copied);
        }
    }
    for (below, target) in links {
        let path = format!("{}/{below}", top.trim_end_matches('/'));
        change = change.or(put_link(path, target, run));
    }
    let mut dest = way.dest.clone();
    if !dest.ends_with('/') {
        dest.push('/');
    }
    let pairs = match only {
        Some(copied) if count == 1 => {
            let path = copied.path.clone();
            let mut pairs = said(copied);
            pairs.extend(told(run, &path));
            pairs
        }
        _ => vec![("dest", Value::str(&dest)), ("src", hole(run, "src"))],
    };
    if run.stated == 0 {
        run.already("all that it copies is there already");
    }
    tell(run, change, pairs);
    Ok(())
}

fn put_link(path: String, target: &str, run: &mut Run<'_, '_>) -> Change {
    let change = match there(run, &path) {
        There::Made(entry) => match &entry.resource {
            Resource::Link(link) => Change::of(link.target != target),
            _ => Change::Yes,
        },
        There::Nothing | There::Folder => Change::Yes,
        There::NothingAtFirst | There::Foreign => Change::Assumed,
        There::Open(_) => Change::Unknown,
    };
    let target = target.to_owned();
    run.put(Resource::Link(Link { path, target }));
    change
}

/// Folders below /etc come with their files; elsewhere, and where they have an owner, they are stated.
fn put_folder(path: String, wishes: &Wishes, is_listed: bool, run: &mut Run<'_, '_>) -> Change {
    match there(run, &path) {
        There::Made(_) if is_listed => set_attributes(run, &path, wishes, false),
        There::Made(_) | There::Folder => Change::No,
        _ if path.starts_with("/etc/") && wishes.is_empty() => Change::Assumed,
        _ => make_folder(run, &path, wishes, false),
    }
}

fn with_mode_of(file: FileId, way: Way, run: &Run<'_, '_>) -> Way {
    if !way.preserves {
        return way;
    }
    let bits = if run.library.tree.is_executable(file) {
        0o755
    } else {
        0o644
    };
    Way {
        wishes: Wishes {
            mode: Some(Asked::Bits(Mode(bits))),
            ..way.wishes
        },
        ..way
    }
}
