//! Lookups of files: what they hold, what templates make, which there are.

use super::{Found, option};
use crate::diag::Code;
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::filters::normal_path;
use crate::import::ansible::jinja::{Env, Eval, MARKS, rendered};
use crate::import::ansible::scope::{Binding, Failure, Layer, is_template};
use crate::import::ansible::secret::sealed_text;
use crate::import::ansible::value::{Key, Truth, Value};
use crate::secret::{is_secret_file, is_secret_name};
use crate::source::{Entry, EntryKind, FileId, Span, join};
use crate::syntax::glob::glob;
use crate::syntax::jinja::Settings;

impl Env<'_, '_> {
    pub(super) fn file_lookup(&mut self, lookup: &str, term: &Value, args: &Args) -> Eval<Value> {
        let name = term.to_text().to_string();
        let tree = self.scope.session().tree;
        let Some(file) = self.find_file("files", &name) else {
            let here = Some(self.here());
            // What is kept out of a repository for what it holds is missed for the same reason.
            let base = name.rsplit('/').next().unwrap_or_default();
            let is_named = is_secret_name(base) && !base.ends_with(".pub");
            let is_secret = is_named || is_secret_file(&name);
            if name.starts_with(['/', '~']) {
                let what = format!("the file {name} of the machine that runs Ansible");
                return Ok(match is_secret {
                    true => Value::secret(what, here),
                    false => Value::unknown(what, here),
                });
            }
            if is_secret {
                let what = format!("the file `{name}`, which is not in the input");
                return Ok(Value::secret(what, here));
            }
            let message = format!("there is no file `{name}` in the input");
            return Err(Failure::new(Code::MissingFile, message));
        };
        let text = tree.text(file).map_err(|problem| {
            let message = format!("`{}` cannot be read: {problem}", tree.path(file));
            Failure::new(Code::MissingFile, message)
        })?;
        if text.starts_with("$ANSIBLE_VAULT;") {
            let (place, session) = (tree.path(file).to_owned(), self.scope.session());
            let opened = session.vaults().open(text, Span::new(file, 0, 0));
            let opened = opened.as_deref().map(|it| match lookup {
                "unvault" => it,
                _ => it.trim_end(),
            });
            return Ok(sealed_text(session, place, opened, self.here()));
        }
        if lookup == "unvault" {
            return Ok(Value::str(text));
        }
        let text = if option(args, "lstrip", false) {
            text.trim_start()
        } else {
            text
        };
        Ok(Value::str(if option(args, "rstrip", true) {
            text.trim_end()
        } else {
            text
        }))
    }

    pub(super) fn template_lookup(&mut self, term: &Value, args: &Args) -> Eval<Value> {
        let name = term.to_text().to_string();
        let Some(file) = self.find_file("templates", &name) else {
            let message = format!("there is no template `{name}` in the input");
            return Err(Failure::new(Code::MissingFile, message));
        };
        let mut settings = Settings {
            trim_blocks: option(args, "trim_blocks", true),
            lstrip_blocks: option(args, "lstrip_blocks", false),
            ..Settings::default()
        };
        for (mark, name) in settings.marks.iter_mut().zip(MARKS) {
            // Those of blocks are no options of the lookup.
            if !name.starts_with("block_")
                && let Some(given) = args.str(super::NAMED, name)?
            {
                given.clone_into(mark);
            }
        }
        match args.named("template_vars").and_then(Value::as_dict) {
            Some(vars) => {
                let mut layer = Layer::default();
                for (key, value) in vars {
                    if let Key::Str(name) = key {
                        let binding = Binding::Value(value.clone());
                        layer.vars.insert(name.clone(), binding);
                    }
                }
                rendered(&self.scope.with(layer), file, settings)
            }
            None => rendered(self.scope, file, settings),
        }
    }

    pub(super) fn first_found(&mut self, terms: &[Value], args: &Args) -> Eval<Found> {
        let mut search = Candidates {
            paths: listed(args.named("paths")),
            skips: args.is_set(super::NAMED, "skip"),
            names: Vec::new(),
        };
        if terms.is_empty() {
            search.add_all(&listed(args.named("files")));
        }
        search.add_all(terms);
        let tree = self.scope.session().tree;
        for name in &search.names {
            if name.is_undefined() {
                continue;
            }
            if let Some(hole) = name.hole() {
                return Ok(Found::Value(Value::Unknown(hole.clone())));
            }
            let name = name.to_text().to_string();
            for kind in ["files", "templates", "vars", "tasks"] {
                if let Some(file) = self.find_file(kind, &name) {
                    return Ok(Found::Items(vec![Value::str(tree.path(file))]));
                }
            }
        }
        if search.skips {
            return Ok(Found::Items(Vec::new()));
        }
        let said = search.names.iter().map(|it| format!("`{}`", it.to_text()));
        let said = said.collect::<Vec<_>>().join(", ");
        let message = format!("none of {said} is in the input");
        Err(Failure::new(Code::MissingFile, message))
    }

    /// `filetree`: all that is below a folder, with what a checkout says of it.
    pub(super) fn file_tree(&mut self, terms: &[Value]) -> Found {
        let tree = self.scope.session().tree;
        let mut found: Vec<(String, Value)> = Vec::new();
        for term in terms {
            let given = term.to_text().to_string();
            let search = self.scope.search();
            let above = search.task.rsplit_once('/').map_or("", |(above, _)| above);
            let bases =
                search
                    .roles()
                    .chain([above, search.task.as_str(), search.playbook.as_str(), ""]);
            let places = bases.flat_map(|base| {
                let name = given.trim_end_matches('/');
                [join(&join(base, "files"), name), join(base, name)]
            });
            let top = places.map(|it| normal_path(&it));
            let top = top.filter_map(|it| tree.real_directory(&it)).next();
            let Some(top) = top else {
                if given.starts_with(['/', '~']) {
                    let what = format!("the folder {given} of the machine that runs Ansible");
                    return Found::Value(Value::unknown(what, Some(self.here())));
                }
                continue;
            };
            let mut folders = vec![top.to_owned()];
            while let Some(folder) = folders.pop() {
                for (file, entry) in tree.children(&folder) {
                    let path = entry.path.strip_prefix(top).unwrap_or(&entry.path);
                    let path = path.trim_start_matches('/').to_owned();
                    if let EntryKind::Directory = entry.kind {
                        folders.push(entry.path.clone());
                    }
                    if found.iter().all(|(known, _)| *known != path) {
                        let root = match given.strip_suffix('/') {
                            Some(_) => format!("{top}/"),
                            None => top.to_owned(),
                        };
                        let told = self.entry_of_tree(file, entry, &root, &path);
                        found.extend(told.map(|it| (path, it)));
                    }
                }
            }
        }
        Found::Items(found.into_iter().map(|(_, it)| it).collect())
    }

    fn entry_of_tree(&self, file: FileId, entry: &Entry, root: &str, path: &str) -> Option<Value> {
        let tree = self.scope.session().tree;
        let (state, mode, source) = match &entry.kind {
            EntryKind::Directory => ("directory", "0755", None),
            EntryKind::Link(target) => ("link", "0777", Some(target)),
            EntryKind::File if tree.is_executable(file) => ("file", "0755", Some(&entry.path)),
            EntryKind::File => ("file", "0644", Some(&entry.path)),
            EntryKind::Special => return None,
        };
        let mut known = vec![
            ("root", Value::str(root)),
            ("path", Value::str(path)),
            ("state", Value::str(state)),
            ("mode", Value::str(mode)),
        ];
        known.extend(source.map(|it| ("src", Value::str(it))));
        let what = format!(
            "what the machine that runs Ansible knows of `{}`",
            entry.path
        );
        Some(Value::open(known, Value::unknown(what, Some(self.here()))))
    }

    /// Lists the files that a pattern matches, below the folders where files are looked for.
    pub(in crate::import::ansible::jinja) fn glob(&self, pattern: &str) -> Value {
        let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        if pattern.starts_with(['/', '~']) || is_template(pattern) {
            let what = format!("the files {pattern} of the machine that runs Ansible");
            return Value::unknown(what, Some(self.here()));
        }
        let tree = self.scope.session().tree;
        let search = self.scope.search();
        let above = search.task.rsplit_once('/').map_or("", |(above, _)| above);
        let bases =
            search
                .roles()
                .chain([above, search.task.as_str(), search.playbook.as_str(), ""]);
        let fits = glob(name);
        for base in bases {
            for place in [join(base, "files"), base.to_owned()] {
                let place =
                    normal_path(&join(&place, if folder.is_empty() { "." } else { folder }));
                let place = if place == "." { "" } else { &place };
                let found = tree.children(place).filter(|(_, entry)| {
                    let base = entry.path.rsplit('/').next().unwrap_or_default();
                    let is_shown = !base.starts_with('.') || name.starts_with('.');
                    let matches = fits.as_ref().is_some_and(|it| it.is_match(base));
                    is_shown && matches && tree.find(&entry.path).is_ok()
                });
                let found: Vec<Value> = found.map(|(_, entry)| Value::str(&entry.path)).collect();
                if !found.is_empty() {
                    return Value::list(found);
                }
            }
        }
        Value::list(Vec::new())
    }
}

/// The names that `first_found` tries.
struct Candidates {
    paths: Vec<Value>,
    skips: bool,
    names: Vec<Value>,
}

impl Candidates {
    fn add_all(&mut self, terms: &[Value]) {
        for term in terms {
            match term {
                Value::List(inner) => self.add_all(inner),
                Value::Dict(_) => {
                    let yes = |it: &Value| matches!(it.truth(), Some(Truth::Yes));
                    if let Some(skip) = term.get("skip") {
                        self.skips = yes(skip);
                    }
                    self.paths = listed(term.get("paths"));
                    for file in listed(term.get("files")) {
                        self.split(&file, &[',', ';']);
                    }
                }
                other => self.split(other, &[',', ';']),
            }
        }
    }

    /// A name may be several, and so may a path.
    fn split(&mut self, name: &Value, signs: &[char]) {
        let names = match name.as_str() {
            Some(text) => text.split(signs).map(Value::str).collect(),
            None => vec![name.clone()],
        };
        if self.paths.is_empty() {
            self.names.extend(names);
            return;
        }
        for path in &self.paths {
            for name in &names {
                let mut whole = path.to_text();
                whole.push_str("/");
                whole.push(&name.to_text());
                self.names.push(Value::Str(whole));
            }
        }
    }
}

/// Returns the items of an option that is a list, or one item, or several in a text.
fn listed(value: Option<&Value>) -> Vec<Value> {
    match value {
        None | Some(Value::None) => Vec::new(),
        Some(Value::List(items)) => items.to_vec(),
        Some(one) => match one.as_str() {
            Some(text) => text.split([',', ':', ';']).map(Value::str).collect(),
            None => vec![one.clone()],
        },
    }
}
