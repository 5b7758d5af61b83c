//! Which variables hold where: the levels of Ansible's documentation in their order.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence>

use std::sync::Arc;

use super::Player;
use super::context::Context;
use crate::diag;
use crate::import::ansible::inventory::bind_mapping;
use crate::import::ansible::playbook::Play;
use crate::import::ansible::scope::{Binding, Layer, Scope, Search};
use crate::import::ansible::value::Value;
use crate::model::{Hole, HoleKind};
use crate::source::{FileId, Span, join};
use crate::syntax::yaml::Node;

impl<'a> Player<'a> {
    /// Returns what names mean for a task in this context; `above` are the levels of the task and the loop.
    pub(super) fn scope(&self, context: &Context<'a>, above: &[Arc<Layer>]) -> Scope<'a> {
        let role = context.role.as_deref();
        let mut layers: Vec<Arc<Layer>> = Vec::with_capacity(24);
        layers.push(Arc::clone(&self.stage.lowest));
        layers.extend(self.frame.defaults.iter().cloned());
        layers.extend(role.iter().flat_map(|role| role.defaults.iter().cloned()));
        layers.extend(self.inventory_vars.iter().cloned());
        layers.push(Arc::clone(&self.facts));
        layers.extend(self.frame.vars.iter().cloned());
        layers.extend(self.frame.role_vars.iter().cloned());
        layers.extend(role.iter().flat_map(|role| role.vars.iter().cloned()));
        layers.extend(context.vars.iter().cloned());
        layers.extend(above.iter().cloned());
        layers.push(Arc::clone(&self.included));
        layers.push(Arc::clone(&self.remembered));
        layers.extend(context.params.iter().cloned());
        layers.push(Arc::clone(&self.stage.common));
        layers.push(Arc::new(self.magic(context)));
        layers.push(Arc::clone(&self.stage.extra));
        let search = Search {
            role: role.map(|role| role.path.clone()),
            task: context.folder.clone(),
            playbook: self.frame.folder.clone(),
        };
        Scope::new(self.session, self.stage.hosts, Arc::new(search), layers)
    }

    /// The magic variables that depend on the place.
    fn magic(&self, context: &Context<'a>) -> Layer {
        let mut layer = Layer::default();
        let mut set = |name: &str, value: Value| {
            layer.vars.insert(name.to_owned(), Binding::Value(value));
        };
        let short = short_name(&self.host);
        set("inventory_hostname", Value::str(&self.host));
        set("inventory_hostname_short", Value::str(short));
        set("playbook_dir", Value::str(folder_text(&self.frame.folder)));
        set("ansible_play_name", Value::str(&self.frame.name));
        set("ansible_check_mode", Value::Bool(false));
        let groups = self.stage.inventory.groups_of(&self.host);
        let named = groups.iter().filter(|name| *name != "all");
        let mut groups: Vec<Value> = named.map(|name| Value::str(name)).collect();
        groups.sort_by_key(|it| it.to_text());
        set("group_names", Value::list(groups));
        if let Some(role) = &context.role {
            set("role_path", Value::str(folder_text(&role.path)));
            set("role_name", Value::str(&role.title));
            set("ansible_role_name", Value::str(&role.title));
            let parents: Vec<Value> = role
                .parents
                .iter()
                .rev()
                .map(|name| Value::str(name))
                .collect();
            set("ansible_parent_role_names", Value::list(parents));
        }
        layer
    }

    /// Remembers what `set_fact` and `register` say.
    pub(super) fn remember(&mut self, name: &str, binding: Binding) {
        Arc::make_mut(&mut self.remembered)
            .vars
            .insert(name.to_owned(), binding);
    }

    pub(super) fn include_variable(&mut self, name: &str, binding: Binding) {
        Arc::make_mut(&mut self.included)
            .vars
            .insert(name.to_owned(), binding);
    }

    /// Returns the variables of a file; a locked vault makes what it may hold secret.
    pub(super) fn file_layer(&mut self, file: FileId) -> Arc<Layer> {
        self.visited.insert(file);
        self.stage.library.layer(file, &mut self.diags)
    }

    /// Loads `vars`, `vars_prompt` and `vars_files` of a play.
    pub(super) fn load_play_vars(&mut self, play: &'a Play, context: &Context<'a>) {
        if let Some(vars) = play.node.get("vars") {
            self.frame.vars.push(Arc::new(Layer::of_mapping(vars)));
        }
        if let Some(prompts) = play.node.get("vars_prompt").and_then(|it| it.items()) {
            let layer = prompts
                .iter()
                .filter_map(|prompt| prompted(prompt))
                .collect();
            self.frame.vars.push(Arc::new(Layer {
                vars: layer,
                ..Layer::default()
            }));
        }
        let Some(files) = play.node.get("vars_files") else {
            return;
        };
        let listed = files
            .items()
            .map_or_else(|| vec![Arc::clone(files)], <[_]>::to_vec);
        for node in &listed {
            // A list of lists: of each the first file that is there.
            let choices = node
                .items()
                .map_or_else(|| vec![Arc::clone(node)], <[_]>::to_vec);
            let found = choices.iter().find_map(|choice| {
                let scope = self.scope(context, &[]);
                let name = scope.template(choice.text()?, choice.span).ok()?.to_text();
                self.find_variable_file(name.plain()?)
            });
            match found {
                Some(file) => {
                    let layer = self.file_layer(file);
                    self.frame.vars.push(layer);
                }
                None => {
                    let name = choices.first().and_then(|it| it.text()).unwrap_or_default();
                    self.diags.at_with_help(
                        diag::Code::MissingFile,
                        node.span,
                        format!("the file of variables `{name}` is not in the input"),
                        "put it back, or give its variables with -e @FILE",
                    );
                    // What it would have set is not known, so that nothing takes it for unset.
                    let what = format!("the missing file of variables `{name}`");
                    self.frame
                        .vars
                        .push(Arc::new(Layer::locked(&what, HoleKind::Unknown)));
                }
            }
        }
    }

    fn find_variable_file(&self, name: &str) -> Option<FileId> {
        let tree = self.stage.library.tree;
        let beside = join(&self.frame.folder, name);
        let in_vars = join(&self.frame.folder, &join("vars", name));
        [beside, in_vars, name.to_owned()]
            .iter()
            .find_map(|path| tree.find(path).ok())
    }
}

/// An address has no short form.
fn short_name(host: &str) -> &str {
    if host.parse::<std::net::IpAddr>().is_ok() {
        host
    } else {
        host.split('.').next().unwrap_or_default()
    }
}

/// The folder of the root is `.`, so that what is put behind it stays relative.
pub(in crate::import::ansible) fn folder_text(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

/// What a prompt sets: its default, or what only the person knows; never a private answer.
fn prompted(prompt: &Node) -> Option<(String, Binding)> {
    let name = prompt.get("name")?.text()?;
    // `private: yes` is the default.
    let private = prompt
        .get("private")
        .and_then(|it| it.text())
        .is_none_or(|text| !matches!(text, "no" | "false" | "False"));
    let hole = |kind| Hole {
        kind,
        what: format!("what the person answers to the prompt for `{name}`"),
        span: Some(prompt.span),
    };
    let binding = match prompt.get("default") {
        Some(default) => Binding::Node(Arc::clone(default)),
        None if private => Binding::Value(Value::Unknown(hole(HoleKind::Secret))),
        None => Binding::Value(Value::Unknown(hole(HoleKind::Unknown))),
    };
    Some((name.to_owned(), binding))
}

impl Layer {
    /// Binds the pairs of a mapping, or of a list of mappings, as written.
    pub(in crate::import::ansible) fn of_mapping(node: &Node) -> Layer {
        let mut layer = Layer::default();
        bind_mapping(&mut layer, node);
        for part in node.items().unwrap_or_default() {
            bind_mapping(&mut layer, part);
        }
        layer
    }

    /// A level of which nobody knows what it sets: names that nothing else sets may be in it.
    pub(in crate::import::ansible) fn locked(what: &str, kind: HoleKind) -> Layer {
        let span: Option<Span> = None;
        Layer {
            unknown_names: Some(Hole {
                kind,
                what: what.to_owned(),
                span,
            }),
            ..Layer::default()
        }
    }
}
