//! Which variables hold where: the levels of Ansible's documentation in their order.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence>

use std::sync::Arc;

use super::Player;
use super::context::Context;
use crate::diag;
use crate::import::ansible::chronicle::What;
use crate::import::ansible::inventory::bind_mapping;
use crate::import::ansible::playbook::Play;
use crate::import::ansible::scope::{Binding, FACTS, Layer, Scope, Search};
use crate::import::ansible::value::{Key, Value};
use crate::model::{Hole, HoleKind};
use crate::source::{FileId, Span, join};
use crate::syntax::yaml::Node;

impl<'a> Player<'a> {
    /// Returns what names mean for a task in this context; `above` are the levels of the loop.
    pub(super) fn scope(&self, context: &Context<'a>, above: &[Arc<Layer>]) -> Scope<'a> {
        let role = context.role.as_deref();
        let mut layers: Vec<Arc<Layer>> = Vec::with_capacity(24);
        layers.push(Arc::clone(&self.stage.lowest));
        layers.extend(context.login.iter().cloned());
        layers.extend(self.frame.defaults.iter().cloned());
        layers.extend(role.iter().flat_map(|role| role.defaults.iter().cloned()));
        layers.extend(self.inventory_vars.iter().cloned());
        layers.push(Arc::clone(&self.facts));
        layers.extend(self.frame.vars.iter().cloned());
        layers.extend(self.frame.role_vars.iter().cloned());
        layers.extend(role.iter().flat_map(|role| role.vars.iter().cloned()));
        layers.extend(context.vars.iter().cloned());
        layers.push(Arc::clone(&self.included));
        layers.push(Arc::clone(&self.remembered));
        layers.extend(self.session.given(&self.host).map(Arc::new));
        layers.extend(context.params.iter().cloned());
        layers.push(Arc::clone(&self.stage.extra));
        layers.push(Arc::clone(&self.stage.common));
        layers.push(Arc::clone(&self.frame.magic));
        layers.extend(role.map(|role| Arc::clone(&role.magic)));
        layers.extend(above.iter().cloned());
        let search = Search {
            role: role.map(|role| role.path.clone()),
            above: role.map_or_else(Vec::new, |role| {
                role.parent_paths.iter().rev().cloned().collect()
            }),
            task: context.folder.clone(),
            playbook: self.frame.folder.clone(),
        };
        Scope::new(self.session, self.stage.hosts, Arc::new(search), layers)
    }

    /// Remembers what `set_fact` and `register` say.
    pub(super) fn remember(&mut self, name: &str, binding: Binding) {
        self.session
            .happens(What::Bound(name.to_owned(), binding.clone()));
        Arc::make_mut(&mut self.remembered)
            .vars
            .insert(name.to_owned(), binding);
    }

    /// Keeps what `set_fact` says among the facts of the host (`cacheable`).
    pub(super) fn keep_facts(&mut self, facts: &[(String, Binding)]) {
        let layer = Arc::make_mut(&mut self.facts);
        let Some(Binding::Value(Value::Dict(known))) = layer.vars.get_mut(FACTS) else {
            return;
        };
        for (name, binding) in facts {
            if let Binding::Value(value) | Binding::Assumed(value, _) = binding {
                Arc::make_mut(known).insert(Key::Str(name.clone()), value.clone());
            }
        }
        let known = Binding::Value(Value::Dict(Arc::clone(known)));
        self.session.happens(What::Bound(FACTS.to_owned(), known));
    }

    pub(super) fn include_variable(&mut self, name: &str, binding: Binding) {
        self.session
            .happens(What::Bound(name.to_owned(), binding.clone()));
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
            let assumed = "the person who runs the play takes the defaults of its prompts";
            self.frame.vars.push(Arc::new(Layer {
                vars: layer,
                assumed: Some(assumed.into()),
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
