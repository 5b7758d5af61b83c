//! Lookups in files of data, and in lists that the play has.

use crate::diag::Code;
use crate::import::ansible::inventory::{Inventory, matches};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::filters::boolean;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Key, Truth, Value};
use crate::syntax::configparser::{Ini, Reading, interpolated};
use crate::syntax::csv::csv_rows;

use super::option;

/// `subelements`: each element with each item of a list below it.
pub(super) fn subelements(terms: &[Value]) -> Eval<Vec<Value>> {
    let [elements, path, flags @ ..] = terms else {
        return Err(Failure::failed("`subelements` needs elements and a key"));
    };
    let skips = flags
        .first()
        .and_then(|it| it.get("skip_missing"))
        .is_some_and(|it| match it.as_str() {
            Some(text) => boolean(text) == Some(true),
            None => matches!(it.truth(), Some(Truth::Yes)),
        });
    let elements = match elements {
        Value::List(list) => list.to_vec(),
        Value::Dict(dict) => dict.values().cloned().collect(),
        other => {
            let kind = other.type_name();
            return Err(Failure::failed(format!(
                "`subelements` goes through no {kind}"
            )));
        }
    };
    let path = path.to_text().to_string();
    let keys: Vec<&str> = path.split('.').collect();
    let mut rows = Vec::new();
    'elements: for element in elements {
        if let Value::Unknown(hole) = &element {
            let below = Value::Unknown(hole.clone());
            rows.push(Value::list(vec![element, below]));
            continue;
        }
        let Some(dict) = element.as_dict() else {
            return Err(Failure::failed(
                "`subelements` goes through dictionaries only",
            ));
        };
        let is_skipped = dict.get(&Key::Str("skipped".to_owned()));
        if is_skipped.is_some_and(|it| !matches!(it, Value::Bool(false))) {
            continue;
        }
        let mut found = element.clone();
        for (at, key) in keys.iter().enumerate() {
            // What nobody knows of an element may have the key.
            let next = found.entry(key).cloned();
            let is_last = at + 1 == keys.len();
            found = match next {
                Some(Value::Unknown(hole)) => {
                    rows.push(Value::list(vec![element, Value::Unknown(hole)]));
                    continue 'elements;
                }
                Some(next @ Value::List(_)) if is_last => next,
                Some(next @ Value::Dict(_)) if !is_last => next,
                _ if skips => continue 'elements,
                None => {
                    let message = format!("an element of `subelements` has no key `{key}`");
                    return Err(Failure::failed(message));
                }
                Some(other) => {
                    let kind = other.type_name();
                    let message = format!("the key `{key}` of `subelements` is a {kind}");
                    return Err(Failure::failed(message));
                }
            };
        }
        // What is paired with each item is the element without them.
        let rest = without(&element, &keys);
        for item in found.as_list().unwrap_or_default() {
            rows.push(Value::list(vec![rest.clone(), item.clone()]));
        }
    }
    Ok(rows)
}

/// Leaves out what a path of keys leads to.
fn without(value: &Value, keys: &[&str]) -> Value {
    let (Some(dict), Some((first, rest))) = (value.as_dict(), keys.split_first()) else {
        return value.clone();
    };
    let mut dict = dict.clone();
    let key = Key::Str((*first).to_owned());
    if rest.is_empty() {
        dict.shift_remove(&key);
    } else if let Some(inner) = dict.get_mut(&key) {
        *inner = without(inner, rest);
    }
    Value::dict(dict)
}

/// A term of a lookup: its key, and the options that are written behind it or given by name.
struct Term<'t> {
    key: String,
    inline: Vec<(&'t str, &'t str)>,
    args: &'t Args,
}

impl<'t> Term<'t> {
    fn read(term: &'t str, args: &'t Args) -> Term<'t> {
        let (mut key, mut inline) = (Vec::new(), Vec::new());
        for word in term.split_whitespace() {
            match word.split_once('=') {
                Some(pair) => inline.push(pair),
                None => key.push(word),
            }
        }
        Term {
            key: key.join(" "),
            inline,
            args,
        }
    }

    fn written(&self, name: &str) -> Option<&'t str> {
        let found = self.inline.iter().find(|(it, _)| *it == name);
        found.map(|(_, value)| *value)
    }

    fn given(&self, name: &str) -> Option<String> {
        let written = self.written(name).map(str::to_owned);
        written.or_else(|| self.args.named(name).map(|it| it.to_text().to_string()))
    }

    fn is_on(&self, name: &str, usual: bool) -> bool {
        match self.written(name) {
            Some(text) => boolean(text) == Some(true),
            None => option(self.args, name, usual),
        }
    }
}

impl Env<'_, '_> {
    /// The hosts that a pattern means, of the groups that there are.
    pub(super) fn hosts_of(&mut self, pattern: &str) -> Eval<Vec<Value>> {
        let groups = self.scope.get("groups")?;
        let mut inventory = Inventory::new();
        for (name, hosts) in groups.as_dict().into_iter().flatten() {
            let name = name.to_string();
            for host in hosts.iterate().unwrap_or_default() {
                let host = host.to_text().to_string();
                inventory.add_host(&host, None);
                if name != "all" {
                    inventory.group(&name).hosts.insert(host);
                }
            }
        }
        inventory.settle();
        let found = matches(&inventory, pattern);
        Ok(found.iter().map(|it| Value::str(it)).collect())
    }

    /// Reads the file that a lookup names.
    fn text_of(&self, name: &str) -> Eval<&str> {
        let tree = self.scope.session().tree;
        let Some(file) = self.find_file("files", name) else {
            let message = format!("there is no file `{name}` in the input");
            return Err(Failure::new(Code::MissingFile, message));
        };
        tree.text(file).map_err(|problem| {
            let message = format!("`{name}` cannot be read: {problem}");
            Failure::new(Code::MissingFile, message)
        })
    }

    pub(super) fn ini_lookup(&mut self, terms: &[Value], args: &Args) -> Eval<Vec<Value>> {
        let mut items = Vec::new();
        for term in terms {
            let term = term.to_text().to_string();
            let term = Term::read(&term, args);
            let file = term
                .given("file")
                .unwrap_or_else(|| "ansible.ini".to_owned());
            if file.starts_with(['/', '~']) {
                let what = format!("the file {file} of the machine that runs Ansible");
                items.push(Value::unknown(what, Some(self.here())));
                continue;
            }
            let mut text = self.text_of(&file)?.to_owned();
            let mut section = term.given("section").unwrap_or_else(|| "global".to_owned());
            if term.given("type").as_deref() == Some("properties") {
                section = "java_properties".to_owned();
                text = format!("[{section}]\n{text}");
            }
            let reading = Reading {
                case_sensitive: term.is_on("case_sensitive", false),
                allow_no_value: term.is_on("allow_no_value", term.is_on("allow_none", false)),
            };
            let wrong = |what: String| Failure::failed(format!("`{file}`: {what}"));
            let ini = Ini::read(&text, reading).map_err(wrong)?;
            let options = ini
                .section(&section)
                .ok_or_else(|| wrong(format!("there is no section `{section}`")))?;
            let shown = |value: &Option<String>| -> Eval<Value> {
                Ok(match value {
                    None => Value::None,
                    Some(value) if term.is_on("interpolation", true) => {
                        interpolated(value, &options).map_err(wrong)?.into()
                    }
                    Some(value) => Value::str(value),
                })
            };
            if term.is_on("re", false) {
                let pattern = crate::import::ansible::jinja::regex::compile(
                    self.scope.session(),
                    &term.key,
                    "",
                )?;
                for (name, value) in &options {
                    if pattern.matches(name).map_err(Failure::failed)? {
                        items.push(shown(value)?);
                    }
                }
                continue;
            }
            let key = if reading.case_sensitive {
                term.key.clone()
            } else {
                term.key.to_lowercase()
            };
            match options.get(&key) {
                Some(value) => match shown(value)? {
                    Value::None => {}
                    value => items.push(value),
                },
                None => items.push(term.given("default").unwrap_or_default().into()),
            }
        }
        Ok(items)
    }

    pub(super) fn csv_lookup(&mut self, terms: &[Value], args: &Args) -> Eval<Vec<Value>> {
        if terms.is_empty() {
            return Err(Failure::failed("`csvfile` needs a key"));
        }
        let mut items = Vec::new();
        for term in terms {
            let term = term.to_text().to_string();
            let term = Term::read(&term, args);
            let column = |name: &str, usual: i64| {
                let number = term
                    .given(name)
                    .map_or(Ok(usual), |it| it.trim().parse::<i64>());
                number.map_err(|_| Failure::failed(format!("`{name}` of `csvfile` is no number")))
            };
            let file = term
                .given("file")
                .unwrap_or_else(|| "ansible.csv".to_owned());
            if file.starts_with(['/', '~']) {
                let what = format!("the file {file} of the machine that runs Ansible");
                items.push(Value::unknown(what, Some(self.here())));
                continue;
            }
            let separator = match term.given("delimiter").as_deref() {
                None | Some("TAB" | "\t" | "") => '\t',
                Some(text) => text.chars().next().unwrap_or('\t'),
            };
            let (column, of_key) = (column("col", 1)?, column("keycol", 0)?);
            let text = self.text_of(&file)?;
            let short = || Failure::failed(format!("a row of `{file}` has no such column"));
            let mut found = None;
            for row in csv_rows(text, separator) {
                if row.is_empty() {
                    continue;
                }
                let field = |at: i64| {
                    crate::import::ansible::jinja::ops::index(row.len(), at)
                        .and_then(|at| row.get(at))
                };
                if *field(of_key).ok_or_else(short)? == term.key {
                    found = Some(Value::str(field(column).ok_or_else(short)?));
                    break;
                }
            }
            items.extend(found.or_else(|| term.given("default").map(Value::from)));
        }
        Ok(items)
    }
}
