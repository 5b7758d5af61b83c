//! `find`: the files below some folders.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/find_module.html>
//!
//! Where a new machine has nothing but what the source made, what it finds is known; elsewhere it is unknown, and so
//! it is where the choice hangs on the age of the files. The order is that of the names: the machine's is another.

use std::collections::BTreeMap;

use super::paths::{
    Change, There, absolute, base_name, bytes, has_homes, is_empty_at_first, real, tell, there,
};
use super::stat::described;
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::{Key as Name, Value};
use crate::import::permissions::symbolic;
use crate::model::{Directory, Resource};
use crate::syntax::glob::glob;
use crate::syntax::python_regex::{Characters, Pattern};

pub(super) const MODULE: Module = Module {
    names: &["find"],
    collection: "ansible.builtin",
    becomes: "Only looks. On a new machine it finds what the source itself made, and that is known.",
    kind: Kind::Steers,
    run,
};

/// What is looked for.
struct Wanted {
    patterns: Vec<Matcher>,
    excludes: Vec<Matcher>,
    /// Content of files: whole, or the start of a line.
    contains: Option<(Pattern, bool)>,
    kind: String,
    size: Option<i64>,
    mode: Option<u32>,
    exact_mode: bool,
    recurse: bool,
    hidden: bool,
    depth: Option<i64>,
    limit: Option<i64>,
    algorithm: Option<String>,
}

enum Matcher {
    Glob(regex::Regex),
    Regexp(Pattern),
}

impl Matcher {
    fn read(text: &str, is_regexp: bool) -> Option<Matcher> {
        if is_regexp {
            let whole = format!("\\A(?:{text})");
            Some(Matcher::Regexp(
                Pattern::new(&whole, "", Characters::Unicode).ok()?,
            ))
        } else {
            glob(text).map(Matcher::Glob)
        }
    }

    fn fits(&self, name: &str) -> bool {
        match self {
            Matcher::Glob(regex) => regex.is_match(name),
            Matcher::Regexp(pattern) => matches!(pattern.search(name, 0), Ok(Some(_))),
        }
    }
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    run.probe("it only looks at the machine");
    let paths = params.list(&["paths", "path", "name"]);
    let age = params.value(&["age"]);
    let wanted = wanted(params);
    params.rest();
    let (Ok(Some(paths)), Ok(Some(wanted)), None) = (paths, wanted, age) else {
        return Ok(());
    };
    let mut found = Found::default();
    for path in &paths {
        let Ok(whole) = absolute(run, path) else {
            return Ok(());
        };
        if found.look(run, path, &real(run, &whole), &wanted).is_none() {
            return Ok(());
        }
    }
    let matched = i64::try_from(found.files.len()).unwrap_or(i64::MAX);
    let message = if !found.skipped.is_empty() {
        "Not all paths examined, check warnings for details"
    } else if found.is_limited {
        "Limit of matches reached"
    } else {
        "All paths examined"
    };
    let skipped = found.skipped.iter();
    let skipped = skipped.map(|(path, why)| (Name::Str(path.clone()), Value::str(why)));
    let pairs = vec![
        ("files", Value::list(found.files)),
        ("matched", Value::Int(matched)),
        ("examined", Value::Int(found.examined)),
        ("msg", Value::str(message)),
        ("skipped_paths", Value::dict(skipped.collect())),
    ];
    tell(run, Change::No, pairs);
    if found.is_assumed {
        let list = paths.join("`, `");
        run.returns_under = Some(format!(
            "nothing is below `{list}` on a new machine but what the source makes"
        ));
    }
    Ok(())
}

/// Takes what is looked for; `None` where that is not known.
fn wanted(params: &mut Params) -> Result<Option<Wanted>, Refusal> {
    let is_regexp = params.flag(&["use_regex"])?.unwrap_or(false);
    let mut matchers = |names: &[&str]| -> Result<Option<Vec<Matcher>>, Refusal> {
        let list = params.list(names)?.unwrap_or_default();
        Ok(list.iter().map(|it| Matcher::read(it, is_regexp)).collect())
    };
    let (Some(patterns), Some(excludes)) = (
        matchers(&["patterns", "pattern"])?,
        matchers(&["excludes", "exclude"])?,
    ) else {
        return Ok(None);
    };
    let is_whole = params.flag(&["read_whole_file"])?.unwrap_or(false);
    let contains = match params.string(&["contains"])? {
        None => None,
        Some(text) => {
            let text = if is_whole {
                text
            } else {
                format!("\\A(?:{text})")
            };
            match Pattern::new(&text, "", Characters::Unicode) {
                Ok(pattern) => Some((pattern, is_whole)),
                Err(_) => return Ok(None),
            }
        }
    };
    let mode = match params.string(&["mode"])? {
        None => None,
        Some(text) => match u32::from_str_radix(&text, 8) {
            Ok(bits) => Some(bits),
            Err(_) => match symbolic(&text, 0) {
                Some((bits, _)) => Some(bits),
                None => return Ok(None),
            },
        },
    };
    let size = match params.string(&["size"])? {
        None => None,
        Some(text) => match size(&text) {
            Some(size) => Some(size),
            None => return Ok(None),
        },
    };
    let fingerprints = params.flag(&["get_checksum"])?.unwrap_or(false);
    let algorithm = params
        .string(&["checksum_algorithm", "checksum_algo", "checksum"])?
        .unwrap_or_else(|| "sha1".to_owned());
    if params.flag(&["follow"])?.unwrap_or(false) {
        return Ok(None);
    }
    Ok(Some(Wanted {
        patterns,
        excludes,
        contains,
        mode,
        size,
        kind: params.choice(
            &["file_type"],
            &["any", "directory", "file", "link"],
            "file",
        )?,
        exact_mode: params.flag(&["exact_mode"])?.unwrap_or(true),
        recurse: params.flag(&["recurse"])?.unwrap_or(false),
        hidden: params.flag(&["hidden"])?.unwrap_or(false),
        depth: params.number(&["depth"])?.filter(|it| *it != 0),
        limit: params.number(&["limit"])?,
        algorithm: fingerprints.then_some(algorithm),
    }))
}

/// Reads a number of bytes: `10k`.
fn size(text: &str) -> Option<i64> {
    let text = text.to_ascii_lowercase();
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text.as_str(), "b"),
    };
    let power = "bkmgt".find(unit).filter(|_| unit.len() == 1)?;
    let factor = 1024_i64.checked_pow(u32::try_from(power).ok()?)?;
    number.parse::<i64>().ok()?.checked_mul(factor)
}

/// What was found.
#[derive(Default)]
struct Found {
    files: Vec<Value>,
    examined: i64,
    skipped: Vec<(String, String)>,
    is_limited: bool,
    is_assumed: bool,
}

impl Found {
    /// Looks below one path; `None` where what is there is not known.
    fn look(&mut self, run: &Run<'_, '_>, given: &str, top: &str, wanted: &Wanted) -> Option<()> {
        if run.state.doubt_below(top).is_some() || has_homes(run, top) {
            return None;
        }
        let is_folder = match there(run, top) {
            There::Made(entry) => matches!(entry.resource, Resource::Directory(_)),
            There::Folder => true,
            There::Nothing => false,
            There::NothingAtFirst => {
                self.is_assumed = true;
                false
            }
            There::Foreign | There::Open(_) => return None,
        };
        if !is_folder {
            let why = format!("'{given}' is not a directory");
            self.skipped.push((given.to_owned(), why));
            return Some(());
        }
        match there(run, &format!("{}/\u{1}", top.trim_end_matches('/'))) {
            There::Nothing => {}
            There::NothingAtFirst if is_empty_at_first(top) => self.is_assumed = true,
            There::NothingAtFirst
            | There::Made(_)
            | There::Folder
            | There::Foreign
            | There::Open(_) => return None,
        }
        let tree = Tree::of(run, top);
        self.walk(run, top, given.trim_end_matches('/'), 1, &tree, wanted)
    }

    fn walk(
        &mut self,
        run: &Run<'_, '_>,
        folder: &str,
        shown: &str,
        depth: i64,
        tree: &Tree,
        wanted: &Wanted,
    ) -> Option<()> {
        let (folders, files): (Vec<_>, Vec<_>) = tree
            .inside(folder)
            .partition(|(path, resource)| tree.is_folder(run, path, resource));
        self.examined += i64::try_from(folders.len() + files.len()).ok()?;
        let is_deep = wanted.depth.is_some_and(|it| depth > it);
        if !is_deep {
            for (path, resource) in files.iter().chain(&folders) {
                let name = base_name(path);
                if name.starts_with('.') && !wanted.hidden {
                    continue;
                }
                let place = format!("{shown}/{name}");
                if fits(name, resource, wanted)? {
                    let algorithm = wanted.algorithm.as_deref();
                    let told = described(resource, path, &place, algorithm, run);
                    self.files.push(short(told));
                }
                let count = i64::try_from(self.files.len()).ok();
                if count == wanted.limit && count.is_some() {
                    self.is_limited = true;
                    return Some(());
                }
            }
        }
        if !wanted.recurse || is_deep {
            return Some(());
        }
        for (path, resource) in folders {
            if matches!(resource, Resource::Directory(_)) {
                let place = format!("{shown}/{}", base_name(path));
                self.walk(run, path, &place, depth + 1, tree, wanted)?;
                if self.is_limited {
                    return Some(());
                }
            }
        }
        Some(())
    }
}

/// Tells whether something is looked for; `None` where only the machine knows.
fn fits(name: &str, resource: &Resource, wanted: &Wanted) -> Option<bool> {
    let (kind, mode) = match resource {
        Resource::Directory(it) => ("directory", it.mode.unwrap_or(super::paths::NEW_FOLDER)),
        Resource::File(it) => ("file", it.mode.unwrap_or(super::paths::NEW_FILE)),
        _ => ("link", crate::model::Mode(0o777)),
    };
    if wanted.kind != "any" && wanted.kind != kind {
        return Some(false);
    }
    let any = |list: &[Matcher]| list.iter().any(|it| it.fits(name));
    if !(wanted.patterns.is_empty() || any(&wanted.patterns)) || any(&wanted.excludes) {
        return Some(false);
    }
    if let Some(asked) = wanted.mode {
        let is_same = if wanted.exact_mode {
            mode.0 == asked
        } else {
            mode.0 & asked != 0
        };
        if asked != 0 && !is_same {
            return Some(false);
        }
    }
    let Resource::File(file) = resource else {
        return Some(true);
    };
    if wanted.size.is_none() && wanted.contains.is_none() {
        return Some(true);
    }
    let content = bytes(&file.content)?;
    if let Some(size) = wanted.size {
        let has = i64::try_from(content.len()).ok()?;
        let is_fit = if size >= 0 { has >= size } else { has <= -size };
        if !is_fit {
            return Some(false);
        }
    }
    match &wanted.contains {
        Some((pattern, is_whole)) if wanted.kind == "file" => {
            let text = std::str::from_utf8(&content).ok()?;
            let finds = |text: &str| matches!(pattern.search(text, 0), Ok(Some(_)));
            Some(if *is_whole {
                finds(text)
            } else {
                text.split_inclusive('\n').any(finds)
            })
        }
        _ => Some(true),
    }
}

/// Leaves of what `stat` says what `find` says.
fn short(told: Value) -> Value {
    const LEFT_OUT: [&str; 13] = [
        "exists",
        "readable",
        "writeable",
        "executable",
        "blocks",
        "block_size",
        "device_type",
        "mimetype",
        "charset",
        "version",
        "attributes",
        "attr_flags",
        "lnk_source",
    ];
    let Value::Dict(dict) = &told else {
        return told;
    };
    let is_kept = |key: &Name| match key {
        Name::Str(name) => !LEFT_OUT.contains(&name.as_str()) && name != "lnk_target",
        _ => true,
    };
    let kept = dict.iter().filter(|(key, _)| is_kept(key));
    Value::dict(
        kept.map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

/// What the source made below a folder, with the folders that it needs.
struct Tree {
    all: BTreeMap<String, Resource>,
}

impl Tree {
    fn of(run: &Run<'_, '_>, top: &str) -> Tree {
        let mut all = BTreeMap::new();
        for (path, entry) in run.state.below(top) {
            if matches!(
                entry.resource,
                Resource::File(_) | Resource::Directory(_) | Resource::Link(_)
            ) {
                all.insert(path.to_owned(), entry.resource.clone());
            }
        }
        let paths: Vec<String> = all.keys().cloned().collect();
        for path in paths {
            let mut above = super::paths::parent(&path);
            while above.len() > top.len() {
                all.entry(above.to_owned()).or_insert_with(|| {
                    Resource::Directory(Directory {
                        path: above.to_owned(),
                        mode: None,
                        owner: None,
                        group: None,
                        recurse: false,
                    })
                });
                above = super::paths::parent(above);
            }
        }
        Tree { all }
    }

    fn inside<'t>(&'t self, folder: &'t str) -> impl Iterator<Item = (&'t String, &'t Resource)> {
        let folder = folder.trim_end_matches('/');
        self.all
            .iter()
            .filter(move |(path, _)| super::paths::parent(path) == folder)
    }

    fn is_folder(&self, run: &Run<'_, '_>, path: &str, resource: &Resource) -> bool {
        match resource {
            Resource::Directory(_) => true,
            Resource::Link(_) => super::paths::is_folder(run, &real(run, path)),
            _ => false,
        }
    }
}
