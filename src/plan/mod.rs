//! The plan: per host, which option has which value, who asked for it, and what could not be said.
//!
//! A path names one leaf: `systemd.services.shop.serviceConfig.User`. Values of one option join where they are lists
//! of which the order says nothing (`add`); two different values of anything else clash (`set`).

mod module;
mod secret;

pub use module::{Declaration, Declared, Module, OptionKind, OptionText};
pub use secret::{SECRETS_FOLDER, Secret, SecretPart, Way};

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;

use crate::account::ItemId;
use crate::nix::{Expr, attr_path_text};
use crate::source::Span;

/// The attribute names that lead to an option's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OptionPath(Vec<String>);

impl OptionPath {
    pub fn new<T: Into<String>>(names: impl IntoIterator<Item = T>) -> OptionPath {
        OptionPath(names.into_iter().map(Into::into).collect())
    }

    /// Reads `a.b."c.d"`.
    pub fn parse(dotted: &str) -> OptionPath {
        let mut names = vec![String::new()];
        let mut quoted = false;
        for c in dotted.chars() {
            match c {
                '"' => quoted = !quoted,
                '.' if !quoted => names.push(String::new()),
                _ => {
                    if let Some(last) = names.last_mut() {
                        last.push(c);
                    }
                }
            }
        }
        OptionPath(names)
    }

    /// Returns this path with one more name.
    #[must_use]
    pub fn child(&self, name: &str) -> OptionPath {
        let mut names = self.0.clone();
        names.push(name.to_owned());
        OptionPath(names)
    }

    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for OptionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&attr_path_text(&self.0))
    }
}

/// The part of the output that a definition belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Home {
    /// `modules/roles/<name>.nix`
    Role(String),
    /// `modules/services/<name>.nix`
    Service(String),
    /// `modules/<topic>.nix`: the option's path says which topic.
    Machine,
    /// `hosts/<host>/default.nix`
    Host,
}

/// Who asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub items: Vec<ItemId>,
    pub places: Vec<Span>,
    /// What a reader should know besides: `assumed: sshd runs, the play came over ssh`.
    pub remarks: Vec<String>,
}

impl Origin {
    /// Adds what `other` names and this does not.
    pub fn merge(&mut self, other: Origin) {
        push_new(&mut self.items, other.items);
        push_new(&mut self.places, other.places);
        push_new(&mut self.remarks, other.remarks);
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for it in more {
        if !list.contains(&it) {
            list.push(it);
        }
    }
}

/// A value, where it belongs and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub expr: Expr,
    pub home: Home,
    pub origin: Origin,
    /// The rule that made it, or the part of the program.
    pub rule: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    One(Definition),
    /// The elements of a list that joins.
    Elements(Vec<Definition>),
}

impl Setting {
    pub fn definitions(&self) -> &[Definition] {
        match self {
            Setting::One(one) => std::slice::from_ref(one),
            Setting::Elements(list) => list,
        }
    }
}

/// Something that is not stated, as a comment where a reader will look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    pub home: Home,
    /// The option beside which a reader will look for it, where there is one.
    pub about: Option<OptionPath>,
    pub origin: Origin,
    pub title: String,
    pub reason: String,
    /// Lines below: the cure, the arguments.
    pub lines: Vec<String>,
}

/// A name to which a person gives a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub name: String,
    /// What it is until the person has done so.
    pub example: String,
}

/// Something to carry over or to do by hand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chore {
    pub topic: String,
    pub text: String,
}

/// One host's configuration.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub host: String,
    /// What the head of the host's file says.
    pub described: String,
    settings: IndexMap<OptionPath, Setting>,
    /// What the module of another service states already, and is stated again: each is enabled by itself.
    repeated: Vec<(OptionPath, Definition)>,
    /// Modules with options of their own, by the name below `services`.
    pub modules: BTreeMap<String, Module>,
    pub remarks: Vec<Remark>,
    pub secrets: Vec<Secret>,
    pub chores: Vec<Chore>,
    /// What a person gives values, by the words that stand for it in texts and names.
    pub values: BTreeMap<String, Given>,
}

/// The value that was there first, when another one came.
#[derive(Clone, Debug)]
pub struct Clash {
    pub first: Definition,
}

impl Plan {
    pub fn new(host: &str, described: &str) -> Plan {
        Plan {
            host: host.to_owned(),
            described: described.to_owned(),
            ..Plan::default()
        }
    }

    /// Gives an option its value; an equal one adds its origin, or stands again in the module of another service.
    ///
    /// # Errors
    /// The first definition, when it says something else.
    pub fn set(&mut self, path: OptionPath, definition: Definition) -> Result<(), Box<Clash>> {
        match self.settings.get_mut(&path) {
            None => {
                self.settings.insert(path, Setting::One(definition));
                Ok(())
            }
            Some(Setting::One(first)) if first.expr == definition.expr => {
                join(first, path, definition, &mut self.repeated);
                Ok(())
            }
            Some(Setting::One(first)) => Err(Box::new(Clash {
                first: first.clone(),
            })),
            Some(Setting::Elements(list)) => match list.first() {
                Some(first) => Err(Box::new(Clash {
                    first: first.clone(),
                })),
                None => Ok(()),
            },
        }
    }

    /// Adds an element to a list that joins; an equal one adds its origin.
    ///
    /// # Errors
    /// The first definition, when the option has a whole value.
    pub fn add(&mut self, path: OptionPath, definition: Definition) -> Result<(), Box<Clash>> {
        let setting = self
            .settings
            .entry(path.clone())
            .or_insert_with(|| Setting::Elements(Vec::new()));
        match setting {
            Setting::One(first) => Err(Box::new(Clash {
                first: first.clone(),
            })),
            Setting::Elements(list) => {
                match list.iter_mut().find(|it| it.expr == definition.expr) {
                    Some(first) => join(first, path, definition, &mut self.repeated),
                    None => list.push(definition),
                }
                Ok(())
            }
        }
    }

    /// Adds a secret; what uses a file that another one uses is joined with that.
    pub fn add_secret(&mut self, secret: Secret) {
        match self.secrets.iter_mut().find(|it| it.path == secret.path) {
            Some(known) => known.merge(secret),
            None => self.secrets.push(secret),
        }
    }

    /// Replaces expressions for which `make` has another one.
    pub fn rewrite(&mut self, mut make: impl FnMut(&OptionPath, &Expr) -> Option<Expr>) {
        for (path, setting) in &mut self.settings {
            let definitions = match setting {
                Setting::One(one) => std::slice::from_mut(one),
                Setting::Elements(list) => list.as_mut_slice(),
            };
            for definition in definitions {
                if let Some(expr) = make(path, &definition.expr) {
                    definition.expr = expr;
                }
            }
        }
        for (path, definition) in &mut self.repeated {
            if let Some(expr) = make(path, &definition.expr) {
                definition.expr = expr;
            }
        }
    }

    /// Gives options for which `make` has another path that one; of two that are the same then, the first stands.
    pub fn rename(&mut self, make: impl Fn(&OptionPath) -> Option<OptionPath>) {
        if !self.settings.keys().any(|it| make(it).is_some()) {
            return;
        }
        for (path, setting) in std::mem::take(&mut self.settings) {
            let path = make(&path).unwrap_or(path);
            self.settings.entry(path).or_insert(setting);
        }
        for (path, _) in &mut self.repeated {
            if let Some(made) = make(path) {
                *path = made;
            }
        }
    }

    /// Gives what readers are told beside the definitions other words.
    pub fn reword(&mut self, mut say: impl FnMut(&mut String)) {
        let settings = self.settings.values_mut().flat_map(|it| match it {
            Setting::One(one) => std::slice::from_mut(one),
            Setting::Elements(list) => list.as_mut_slice(),
        });
        let repeated = self.repeated.iter_mut().map(|(_, it)| it);
        for definition in settings.chain(repeated) {
            definition.origin.remarks.iter_mut().for_each(&mut say);
        }
    }

    pub fn get(&self, path: &OptionPath) -> Option<&Setting> {
        self.settings.get(path)
    }

    pub fn remove(&mut self, path: &OptionPath) -> Option<Setting> {
        self.repeated.retain(|(it, _)| it != path);
        self.settings.shift_remove(path)
    }

    /// Returns what stands in the modules of several services, but for the first of them.
    pub fn repeated(&self) -> impl Iterator<Item = (&OptionPath, &Definition)> {
        self.repeated.iter().map(|(path, it)| (path, it))
    }

    /// Returns the settings in the order in which they came.
    pub fn settings(&self) -> impl Iterator<Item = (&OptionPath, &Setting)> {
        self.settings.iter()
    }

    /// Keeps the definitions for which `keep` is true; a list left empty is gone.
    pub fn retain(&mut self, mut keep: impl FnMut(&OptionPath, &Definition) -> bool) {
        self.settings.retain(|path, setting| match setting {
            Setting::One(one) => keep(path, one),
            Setting::Elements(list) => {
                list.retain(|it| keep(path, it));
                !list.is_empty()
            }
        });
        self.repeated.retain(|(path, it)| keep(path, it));
    }
}

/// Joins a definition with an equal one, unless modules of two services have them: then each says it.
fn join(
    first: &mut Definition,
    path: OptionPath,
    definition: Definition,
    repeated: &mut Vec<(OptionPath, Definition)>,
) {
    let is_service = |it: &Definition| matches!(it.home, Home::Service(_));
    if first.home == definition.home || !is_service(first) || !is_service(&definition) {
        first.origin.merge(definition.origin);
        return;
    }
    let same = |it: &&mut (OptionPath, Definition)| {
        it.0 == path && it.1.home == definition.home && it.1.expr == definition.expr
    };
    match repeated.iter_mut().find(same) {
        Some((_, known)) => known.origin.merge(definition.origin),
        None => repeated.push((path, definition)),
    }
}
