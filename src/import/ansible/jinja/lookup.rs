//! Lookups: what Ansible reads on the machine that runs it.

use super::args::Args;
use super::filters::bare_name;
use super::{Env, Eval};
use crate::diag::Code;
use crate::import::ansible::scope::{Failure, is_template};
use crate::import::ansible::secret::sealed_text;
use crate::import::ansible::value::{Key, Value};
use crate::source::{Span, join};

impl Env<'_, '_> {
    /// `lookup(...)`, or `query(...)` which always makes a list.
    pub(super) fn lookup(&mut self, as_list: bool, args: &Args) -> Eval<Value> {
        let name = args.need_str(0, "name")?.to_owned();
        let name = bare_name(&name);
        let terms: Vec<Value> = args.positional.get(1..).unwrap_or_default().to_vec();
        let wants_list = as_list || args.is_set(usize::MAX, "wantlist");
        let found = match self.looked_up(name, &terms, args) {
            Ok(found) => found,
            Err(failure) => {
                let errors = args.str(usize::MAX, "errors")?;
                match errors {
                    Some("ignore" | "warn") if wants_list => return Ok(Value::list(Vec::new())),
                    Some("ignore" | "warn") => return Ok(Value::None),
                    _ => return Err(failure),
                }
            }
        };
        let items = match found {
            Found::Value(value) => return Ok(value),
            Found::Items(items) => items,
        };
        if wants_list {
            return Ok(Value::list(items));
        }
        // One value is itself, several are joined.
        let mut items = items;
        Ok(match items.len() {
            1 => items.remove(0),
            0 => Value::list(Vec::new()),
            _ if items.iter().all(|it| matches!(it, Value::Str(_))) => {
                super::method::join(",", &Value::list(items))?
            }
            _ => Value::list(items),
        })
    }

    fn looked_up(&mut self, name: &str, terms: &[Value], args: &Args) -> Eval<Found> {
        let here = Some(self.here());
        if !matches!(name, "first_found" | "vars" | "varnames")
            && let Some(Value::Undefined(name)) = terms.iter().find(|it| it.is_undefined())
        {
            return Err(Failure::undefined(name));
        }
        let said = || {
            let said: Vec<String> = terms.iter().map(|it| it.to_text().to_string()).collect();
            said.join(", ")
        };
        if name != "vars"
            && name != "first_found"
            && let Some(hole) = terms.iter().find_map(Value::hole)
        {
            return Ok(Found::Value(Value::Unknown(hole.clone())));
        }
        Ok(match name {
            "vars" => Found::Items(self.vars_lookup(terms, args)?),
            "varnames" => Found::Items(self.varnames(terms)?),
            "list" | "items" | "flattened" => {
                let mut items = Vec::new();
                flatten(terms, name == "flattened", name == "list", &mut items);
                Found::Items(items)
            }
            "indexed_items" => {
                let mut items = Vec::new();
                flatten(terms, false, false, &mut items);
                let pairs = items.into_iter().enumerate();
                let pairs = pairs.map(|(at, it)| Value::list(vec![super::method::count(at), it]));
                Found::Items(pairs.collect())
            }
            "dict" => {
                let mut items = Vec::new();
                if let Some(other) = terms.iter().find(|it| it.as_dict().is_none()) {
                    let message = format!("with_dict goes over a {}", other.type_name());
                    return Err(Failure::failed(message));
                }
                for dict in terms.iter().filter_map(Value::as_dict) {
                    for (key, value) in dict {
                        items.push(Value::record([
                            ("key", key.value()),
                            ("value", value.clone()),
                        ]));
                    }
                }
                Found::Items(items)
            }
            "nested" | "cartesian" => {
                let lists: Vec<Vec<Value>> = terms
                    .iter()
                    .map(|it| it.iterate().unwrap_or_default())
                    .collect();
                match super::filters::product(&lists)? {
                    Value::List(rows) => Found::Items(rows.to_vec()),
                    other => Found::Value(other),
                }
            }
            "together" => {
                let lists: Vec<Vec<Value>> = terms
                    .iter()
                    .map(|it| it.iterate().unwrap_or_default())
                    .collect();
                let length = lists.iter().map(Vec::len).max().unwrap_or(0);
                let row = |at: usize| {
                    let row = lists
                        .iter()
                        .map(|it| it.get(at).cloned().unwrap_or(Value::None));
                    Value::list(row.collect())
                };
                Found::Items((0..length).map(row).collect())
            }
            "subelements" => {
                let rest = Args::of(terms.get(1..).unwrap_or_default().to_vec());
                let first = terms.first().cloned().unwrap_or(Value::None);
                match self.filter("subelements", first, &rest)? {
                    // The lookup, unlike the filter, takes away from each item what it is split by.
                    Value::List(rows) => {
                        let path = terms.get(1).map(|it| it.to_text().to_string());
                        let path = path.unwrap_or_default();
                        Found::Items(rows.iter().map(|row| without(row, &path)).collect())
                    }
                    other => Found::Value(other),
                }
            }
            "sequence" => Found::Items(super::sequence::sequence(terms, args)?),
            "file" => {
                let mut items = Vec::new();
                for term in terms {
                    items.push(self.file_lookup(term, args)?);
                }
                Found::Items(items)
            }
            "template" => {
                let mut items = Vec::new();
                for term in terms {
                    items.push(self.template_lookup(term, args)?);
                }
                Found::Items(items)
            }
            "first_found" => self.first_found(terms, args)?,
            "fileglob" => {
                let mut items = Vec::new();
                for term in terms {
                    match self.glob(&term.to_text().to_string()) {
                        Value::List(found) => items.extend(found.iter().cloned()),
                        other => return Ok(Found::Value(other)),
                    }
                }
                Found::Items(items)
            }
            "inventory_hostnames" => {
                let hosts = self.scope.hosts().keys();
                let all = terms
                    .iter()
                    .any(|it| matches!(it.as_str(), Some("all" | "*")));
                let groups = self.scope.get("groups")?;
                let mut items: Vec<Value> = Vec::new();
                for term in terms.iter().filter_map(Value::as_str) {
                    let group = groups.get(term).and_then(Value::iterate);
                    items.extend(group.unwrap_or_default());
                }
                if all {
                    items = hosts.map(|it| Value::str(it)).collect();
                }
                Found::Items(items)
            }
            "random_choice" => Found::Value(Value::unknown("a random choice", here)),
            "password" => {
                let place = self.scope.session().place(self.here());
                Found::Value(Value::secret(
                    format!("{place} password in {}", said()),
                    here,
                ))
            }
            "env" => Found::Value(Value::unknown(
                format!(
                    "the environment variable {} of whoever runs Ansible",
                    said()
                ),
                here,
            )),
            "pipe" | "lines" => {
                Found::Value(Value::unknown(format!("what `{}` prints", said()), here))
            }
            "url" => Found::Value(Value::unknown(format!("what {} answers", said()), here)),
            "dig" | "dnstxt" => {
                Found::Value(Value::unknown(format!("the DNS entry of {}", said()), here))
            }
            "hashi_vault"
            | "vault_read"
            | "vault_kv1_get"
            | "vault_kv2_get"
            | "passwordstore"
            | "bitwarden"
            | "onepassword"
            | "keyring"
            | "aws_secret"
            | "lastpass"
            | "unvault"
            | "random_string"
            | "random_password"
            | "onepassword_doc"
            | "bitwarden_secrets_manager"
            | "sops"
            | "gopass"
            | "tss" => {
                let place = self.scope.session().place(self.here());
                Found::Value(Value::secret(format!("{place} {name} {}", said()), here))
            }
            "config" | "csvfile" | "ini" | "redis" | "etcd" | "etcd3" | "consul_kv" | "k8s"
            | "filetree" | "aws_ssm" | "host_public_ip" => Found::Value(Value::unknown(
                format!("the {name} entry of {}", said()),
                here,
            )),
            other => Found::Value(self.unsupported("lookup", other)),
        })
    }

    fn vars_lookup(&mut self, terms: &[Value], args: &Args) -> Eval<Vec<Value>> {
        let mut items = Vec::new();
        for term in terms {
            let Some(name) = term.as_str() else {
                return Ok(vec![match term {
                    Value::Undefined(name) => return Err(Failure::undefined(name)),
                    other => other.hole().cloned().map_or(Value::None, Value::Unknown),
                }]);
            };
            let value = self.scope.get(name)?;
            items.push(match (value, args.named("default")) {
                (Value::Undefined(_), Some(default)) => default.clone(),
                (Value::Undefined(name), None) => return Err(Failure::undefined(&name)),
                (value, _) => value,
            });
        }
        Ok(items)
    }

    fn varnames(&mut self, terms: &[Value]) -> Eval<Vec<Value>> {
        let mut items = Vec::new();
        for term in terms.iter().filter_map(Value::as_str) {
            let regex = super::regex::compile(self.scope.session(), term, "")?;
            for name in self.scope.names() {
                if super::regex::is_match(&regex, name)? {
                    items.push(Value::str(name));
                }
            }
        }
        Ok(items)
    }

    fn file_lookup(&mut self, term: &Value, args: &Args) -> Eval<Value> {
        let name = term.to_text().to_string();
        let tree = self.scope.session().tree;
        let Some(file) = self.find_file("files", &name) else {
            if name.starts_with(['/', '~']) {
                let what = format!("the file {name} of the machine that runs Ansible");
                return Ok(Value::unknown(what, Some(self.here())));
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
            let opened = opened.as_deref().map(str::trim_end);
            return Ok(sealed_text(session, place, opened, self.here()));
        }
        let keeps_end = args.named("rstrip").is_some() && !args.is_set(usize::MAX, "rstrip");
        let text = if keeps_end { text } else { text.trim_end() };
        let starts = args.is_set(usize::MAX, "lstrip");
        Ok(Value::str(if starts { text.trim_start() } else { text }))
    }

    fn template_lookup(&mut self, term: &Value, args: &Args) -> Eval<Value> {
        let name = term.to_text().to_string();
        let Some(file) = self.find_file("templates", &name) else {
            let message = format!("there is no template `{name}` in the input");
            return Err(Failure::new(Code::MissingFile, message));
        };
        let flag = |name: &str, usual: bool| match args.named(name) {
            Some(_) => args.is_set(usize::MAX, name),
            None => usual,
        };
        let whitespace = crate::import::ansible::scope::Whitespace {
            trim_blocks: flag("trim_blocks", true),
            lstrip_blocks: flag("lstrip_blocks", false),
        };
        let text = match args.named("template_vars").and_then(Value::as_dict) {
            Some(vars) => {
                let mut layer = crate::import::ansible::scope::Layer::default();
                for (key, value) in vars {
                    if let Key::Str(name) = key {
                        let binding = crate::import::ansible::scope::Binding::Value(value.clone());
                        layer.vars.insert(name.clone(), binding);
                    }
                }
                self.scope.with(layer).render(file, whitespace)?
            }
            None => self.scope.render(file, whitespace)?,
        };
        // What a template makes may be data.
        if flag("convert_data", true)
            && let Some(plain) = text.plain()
            && plain.trim_start().starts_with(['{', '['])
            && let Ok(parsed) = serde_json::from_str::<serde_json::Value>(plain)
        {
            return Ok(super::filters::of_json(&parsed));
        }
        Ok(Value::Str(text))
    }

    fn first_found(&mut self, terms: &[Value], args: &Args) -> Eval<Found> {
        let mut names: Vec<Value> = Vec::new();
        let mut skip = args.is_set(usize::MAX, "skip");
        for term in terms {
            match term {
                Value::List(inner) => {
                    for item in inner.iter() {
                        add_candidates(item, &mut names, &mut skip);
                    }
                }
                other => add_candidates(other, &mut names, &mut skip),
            }
        }
        let named = Value::record([
            ("files", args.named("files").cloned().unwrap_or(Value::None)),
            ("paths", args.named("paths").cloned().unwrap_or(Value::None)),
        ]);
        if args.named("files").is_some() {
            add_candidates(&named, &mut names, &mut skip);
        }
        let tree = self.scope.session().tree;
        for name in &names {
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
        if skip {
            return Ok(Found::Items(Vec::new()));
        }
        let said: Vec<String> = names
            .iter()
            .map(|it| format!("`{}`", it.to_text()))
            .collect();
        let message = format!("none of {} is in the input", said.join(", "));
        Err(Failure::new(Code::MissingFile, message))
    }

    /// Lists the files that a pattern matches, below the folders where files are looked for.
    pub(super) fn glob(&self, pattern: &str) -> Value {
        let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        if pattern.starts_with(['/', '~']) || is_template(pattern) {
            let what = format!("the files {pattern} of the machine that runs Ansible");
            return Value::unknown(what, Some(self.here()));
        }
        let tree = self.scope.session().tree;
        let search = self.scope.search();
        let above = search.task.rsplit_once('/').map_or("", |(above, _)| above);
        let bases = search.role.as_deref().into_iter();
        let bases = bases.chain([above, search.task.as_str(), search.playbook.as_str()]);
        for base in bases {
            for place in [join(base, "files"), base.to_owned()] {
                let place = if folder.is_empty() {
                    place
                } else {
                    join(&place, folder)
                };
                let files = tree.children(&place).filter(|(_, entry)| {
                    let base = entry.path.rsplit('/').next().unwrap_or_default();
                    matches!(entry.kind, crate::source::EntryKind::File) && matches_glob(name, base)
                });
                let found: Vec<Value> = files.map(|(_, entry)| Value::str(&entry.path)).collect();
                if !found.is_empty() {
                    return Value::list(found);
                }
            }
        }
        Value::list(Vec::new())
    }
}

/// Returns a row of `subelements` whose item lacks the key at the end of `path`.
fn without(row: &Value, path: &str) -> Value {
    fn cut(value: &Value, path: &[&str]) -> Value {
        let (Some(dict), Some((first, rest))) = (value.as_dict(), path.split_first()) else {
            return value.clone();
        };
        let key = Key::Str((*first).to_owned());
        let mut dict = dict.clone();
        match dict.get(&key) {
            Some(below) if !rest.is_empty() => {
                let below = cut(below, rest);
                dict.insert(key, below);
            }
            _ => {
                dict.shift_remove(&key);
            }
        }
        Value::dict(dict)
    }
    let path: Vec<&str> = path.split('.').collect();
    match row.as_list() {
        Some([item, part]) => Value::list(vec![cut(item, &path), part.clone()]),
        _ => row.clone(),
    }
}

enum Found {
    /// What each term made.
    Items(Vec<Value>),
    /// One value for the whole.
    Value(Value),
}

fn add_candidates(term: &Value, names: &mut Vec<Value>, skip: &mut bool) {
    let Some(dict) = term.as_dict() else {
        names.push(term.clone());
        return;
    };
    let list = |name: &str| match dict.get(&Key::Str(name.to_owned())) {
        None | Some(Value::None) => Vec::new(),
        Some(Value::List(items)) => items.to_vec(),
        Some(one) => vec![one.clone()],
    };
    let yes = |it: &Value| matches!(it.truth(), Some(crate::import::ansible::value::Truth::Yes));
    *skip |= dict.get(&Key::Str("skip".to_owned())).is_some_and(yes);
    let (files, paths) = (list("files"), list("paths"));
    if paths.is_empty() {
        names.extend(files);
        return;
    }
    for path in &paths {
        for file in &files {
            let mut name = path.to_text();
            name.push_str("/");
            name.push(&file.to_text());
            names.push(Value::Str(name));
        }
    }
}

fn flatten(terms: &[Value], deep: bool, never: bool, items: &mut Vec<Value>) {
    for term in terms {
        match term {
            Value::List(inner) if deep => flatten(inner, true, false, items),
            Value::List(inner) if !never => items.extend(inner.iter().cloned()),
            other => items.push(other.clone()),
        }
    }
}

fn matches_glob(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let mut regex = String::from("^");
    for character in pattern.chars() {
        match character {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' | ']' => regex.push(character),
            other => regex.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    regex.push('$');
    regex::Regex::new(&regex).is_ok_and(|regex| regex.is_match(name))
}
