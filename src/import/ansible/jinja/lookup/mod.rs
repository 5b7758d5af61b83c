//! Lookups: what Ansible reads on the machine that runs it.

mod data;
mod file;
mod gather;
mod sequence;

use std::sync::LazyLock;

use super::args::Args;
use super::catalog::{self, Collection};
use super::{Env, Eval};
use crate::import::ansible::scope::{Failure, secret_hole};
use crate::import::ansible::value::{Truth, Value};
use crate::model::Text;

/// The place of an argument that has only a name.
const NAMED: usize = usize::MAX;

/// The lookups, by collection.
const LOOKUPS: &[(Collection, &[&str])] = &[
    (
        Collection::Builtin,
        &[
            "config",
            "csvfile",
            "dict",
            "env",
            "file",
            "fileglob",
            "first_found",
            "indexed_items",
            "ini",
            "inventory_hostnames",
            "items",
            "lines",
            "list",
            "nested",
            "password",
            "pipe",
            "random_choice",
            "sequence",
            "subelements",
            "template",
            "together",
            "unvault",
            "url",
            "varnames",
            "vars",
        ],
    ),
    (
        Collection::General,
        &[
            "bitwarden",
            "bitwarden_secrets_manager",
            "cartesian",
            "consul_kv",
            "credstash",
            "cyberarkpassword",
            "dependent",
            "dig",
            "dnstxt",
            "dsv",
            "etcd",
            "etcd3",
            "filetree",
            "flattened",
            "keyring",
            "lastpass",
            "merge_variables",
            "onepassword",
            "onepassword_doc",
            "onepassword_raw",
            "onepassword_ssh_key",
            "passwordstore",
            "random_pet",
            "random_string",
            "random_words",
            "redis",
            "revbitspss",
            "tss",
        ],
    ),
    (
        Collection::Debops,
        &["dig_srv", "file_src", "lists", "task_src", "template_src"],
    ),
    (
        Collection::Other,
        &[
            "aws_secret",
            "aws_ssm",
            "azure_keyvault_secret",
            "conjur_variable",
            "gcp_secret_manager",
            "gopass",
            "hashi_vault",
            "host_public_ip",
            "k8s",
            "random_password",
            "secretsmanager_secret",
            "sops",
            "ssm_parameter",
            "vault_kv1_get",
            "vault_kv2_get",
            "vault_read",
        ],
    ),
];

/// Returns the names of all lookups.
pub(super) fn names() -> Vec<(Collection, &'static str)> {
    let rows = LOOKUPS.iter();
    rows.flat_map(|(from, names)| names.iter().map(|name| (*from, *name)))
        .collect()
}

static ROWS: LazyLock<Vec<(Collection, &'static str)>> = LazyLock::new(names);

impl Env<'_, '_> {
    /// `lookup(...)`, or `query(...)` which always makes a list.
    pub(super) fn lookup(&mut self, as_list: bool, args: &Args) -> Eval<Value> {
        let written = args.need_str(0, "name")?.to_owned();
        let Some((_, name)) = catalog::find(ROWS.iter(), &written, |row| *row).copied() else {
            return Ok(self.unsupported("lookup", &written));
        };
        let mut terms: Vec<Value> = args.positional.get(1..).unwrap_or_default().to_vec();
        // Ansible templates what a lookup is given, once more than people think of it.
        for term in &mut terms {
            if let Some(text) = term.as_str().filter(|it| it.contains("{{"))
                && let Ok(made) = self.scope.template(text, self.here())
            {
                *term = made;
            }
        }
        let wants_list = as_list || args.is_set(NAMED, "wantlist");
        let found = match self.looked_up(name, &terms, args) {
            Ok(found) => found,
            Err(failure) => {
                let errors = args.str(NAMED, "errors")?;
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
            let said = terms.iter().map(|it| it.to_text().to_string());
            said.collect::<Vec<_>>().join(", ")
        };
        if !matches!(name, "vars" | "first_found" | "password")
            && let Some(hole) = terms.iter().find_map(Value::hole)
        {
            return Ok(Found::Value(Value::Unknown(hole.clone())));
        }
        Ok(match name {
            "vars" => Found::Items(self.vars_lookup(terms, args)?),
            "varnames" => Found::Items(self.varnames(terms)?),
            "list" => Found::Items(terms.to_vec()),
            "items" => Found::Items(flatten(terms)),
            "flattened" => {
                let mut items = Vec::new();
                flattened(terms, &mut items);
                Found::Items(items)
            }
            "indexed_items" => {
                let pairs = flatten(terms).into_iter().enumerate();
                let pairs = pairs.map(|(at, it)| Value::list(vec![super::method::count(at), it]));
                Found::Items(pairs.collect())
            }
            "dict" => {
                let mut items = Vec::new();
                for term in terms {
                    let Some(dict) = term.as_dict() else {
                        let kind = term.type_name();
                        return Err(Failure::failed(format!("`dict` looks into no {kind}")));
                    };
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
                let lists = lists_of(terms)?;
                // One level of the items is spread, as `_flatten` does it.
                let rows = super::filters::product(&lists)?;
                let rows = rows.iterate().unwrap_or_default();
                let rows = rows.iter();
                let rows = rows.map(|row| Value::list(flatten(row.as_list().unwrap_or_default())));
                Found::Items(rows.collect())
            }
            "together" => {
                let lists = lists_of(terms)?;
                let length = lists.iter().map(Vec::len).max().unwrap_or(0);
                let row = |at: usize| {
                    let row = lists.iter();
                    let row = row.map(|it| it.get(at).cloned().unwrap_or(Value::None));
                    Value::list(flatten(&row.collect::<Vec<_>>()))
                };
                Found::Items((0..length).map(row).collect())
            }
            "subelements" => Found::Items(data::subelements(terms)?),
            "sequence" => Found::Items(sequence::sequence(terms, args)?),
            "file" | "unvault" => {
                let mut items = Vec::new();
                for term in terms {
                    items.push(self.file_lookup(name, term, args)?);
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
            "lists" => Found::Items(terms.to_vec()),
            "dependent" => Found::Items(self.dependent(terms)?),
            "merge_variables" => self.merge_variables(terms, args)?,
            "task_src" => self.debops_source("tasks", terms)?,
            "template_src" => self.debops_source("templates", terms)?,
            "file_src" => self.debops_source("files", terms)?,
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
            "filetree" => self.file_tree(terms),
            "ini" => Found::Items(self.ini_lookup(terms, args)?),
            "csvfile" => Found::Items(self.csv_lookup(terms, args)?),
            "inventory_hostnames" => {
                let patterns = terms.iter().map(|it| it.to_text().to_string());
                let patterns: Vec<String> = patterns.collect();
                Found::Items(self.hosts_of(&patterns.join(","))?)
            }
            "random_choice" => match terms {
                [only] => Found::Items(vec![only.clone()]),
                _ => Found::Value(Value::unknown("a random choice", here)),
            },
            "random_pet" | "random_words" => Found::Value(Value::unknown("a random choice", here)),
            "password" => {
                let place = self.scope.session().place(self.here());
                let what = format!("{place} password in {}", said());
                Found::Value(Value::Str(Text::hole(secret_hole(what, here))))
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
            "dig" | "dig_srv" | "dnstxt" => {
                Found::Value(Value::unknown(format!("the DNS entry of {}", said()), here))
            }
            "hashi_vault"
            | "vault_read"
            | "vault_kv1_get"
            | "vault_kv2_get"
            | "passwordstore"
            | "bitwarden"
            | "onepassword"
            | "onepassword_raw"
            | "keyring"
            | "aws_secret"
            | "lastpass"
            | "random_string"
            | "random_password"
            | "onepassword_doc"
            | "bitwarden_secrets_manager"
            | "sops"
            | "gopass"
            | "azure_keyvault_secret"
            | "conjur_variable"
            | "credstash"
            | "cyberarkpassword"
            | "dsv"
            | "gcp_secret_manager"
            | "onepassword_ssh_key"
            | "revbitspss"
            | "secretsmanager_secret"
            | "tss" => {
                let place = self.scope.session().place(self.here());
                Found::Value(Value::secret(format!("{place} {name} {}", said()), here))
            }
            "config" | "redis" | "etcd" | "etcd3" | "consul_kv" | "k8s" | "aws_ssm"
            | "ssm_parameter" | "host_public_ip" => Found::Value(Value::unknown(
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
                if let Some(hole) = term.hole() {
                    return Ok(vec![Value::Unknown(hole.clone())]);
                }
                return Err(match term {
                    Value::Undefined(name) => Failure::undefined(name),
                    other => {
                        let kind = other.type_name();
                        Failure::failed(format!("the name of a variable is a string, not a {kind}"))
                    }
                });
            };
            let value = self.scope.get(name)?;
            items.push(match (value, args.named("default")) {
                (Value::Undefined(name), None | Some(Value::None)) => {
                    return Err(Failure::undefined(&name));
                }
                (Value::Undefined(_), Some(default)) => default.clone(),
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
}

enum Found {
    /// What each term made.
    Items(Vec<Value>),
    /// One value for the whole.
    Value(Value),
}

/// Spreads one level of lists.
fn flatten(terms: &[Value]) -> Vec<Value> {
    let mut items = Vec::new();
    for term in terms {
        match term {
            Value::List(inner) => items.extend(inner.iter().cloned()),
            other => items.push(other.clone()),
        }
    }
    items
}

/// Spreads all levels of lists; a list ends where it says `None` or `null`.
fn flattened(terms: &[Value], items: &mut Vec<Value>) {
    for term in terms {
        let mut term = term;
        while let Some([only]) = term.as_list() {
            term = only;
        }
        match term {
            Value::List(inner) => flattened(inner, items),
            other if matches!(other.as_str(), Some("None" | "null")) => return,
            other => items.push(other.clone()),
        }
    }
}

fn lists_of(terms: &[Value]) -> Eval<Vec<Vec<Value>>> {
    if terms.is_empty() {
        return Err(Failure::failed("there are no lists"));
    }
    let list = |it: &Value| {
        it.iterate()
            .ok_or_else(|| Failure::failed(format!("a {} is no list", it.type_name())))
    };
    terms.iter().map(list).collect()
}

/// Returns whether an option of a lookup is on: a word for a truth is one.
fn option(args: &Args, name: &str, usual: bool) -> bool {
    match args.named(name) {
        None => usual,
        Some(value) => match value.as_str() {
            Some(text) => super::filters::boolean(text).unwrap_or(usual),
            None => matches!(value.truth(), Some(Truth::Yes)),
        },
    }
}
