//! The library: every file of plays and tasks, every role of the tree, read once before any host is played.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::playbook::{Statement, Task, TaskFile, read_file};
use super::scope::Layer;
use super::settings::setting;
use super::vault::Vaults;
use crate::account::Account;
use crate::diag::{Code, Diagnostics};
use crate::model::HoleKind;
use crate::source::{EntryKind, FileId, SourceTree, Span, is_ignored, join};
use crate::syntax::ansible_vault::is_vault;
use crate::syntax::yaml::{self, Node};

/// Everything of the tree that may be played.
pub(super) struct Library<'a> {
    pub(super) tree: &'a SourceTree,
    files: BTreeMap<FileId, TaskFile>,
    /// The other YAML files: variables, metadata, inventories. Read when they are asked for, by many hosts.
    documents: BTreeMap<FileId, Option<Arc<Node>>>,
    /// Their variables, bound once for all hosts.
    layers: BTreeMap<FileId, OnceLock<Arc<Layer>>>,
    /// What is to be said of files that count only when something includes them.
    unsaid: BTreeMap<FileId, Diagnostics>,
    /// Where Ansible stops reading a file that is YAML, and why; it matters where the file is used.
    refused: BTreeMap<FileId, (Span, String)>,
    /// The folders with `roles` in them, the nearest to the root first.
    role_folders: Vec<String>,
    vaults: Arc<Vaults>,
}

/// The folders whose files are data, never tasks.
const DATA_FOLDERS: [&str; 9] = [
    "defaults",
    "vars",
    "meta",
    "group_vars",
    "host_vars",
    "inventory",
    "inventories",
    "templates",
    "files",
];

impl<'a> Library<'a> {
    /// Reads all YAML of the tree and opens the items of its plays and tasks.
    pub(super) fn load(
        tree: &'a SourceTree,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Library<'a> {
        let candidates: Vec<FileId> = tree
            .entries()
            .filter(|(_, entry)| entry.kind == EntryKind::File && is_yaml(&entry.path))
            .map(|(file, _)| file)
            .collect();
        let read: Vec<_> = candidates
            .par_iter()
            .map(|file| {
                let mut diags = Diagnostics::new();
                let documents = yaml::read(tree, *file, &mut diags).unwrap_or_default();
                let refused = yaml::refusal(&documents);
                (*file, documents.into_iter().next(), refused, diags)
            })
            .collect();
        let mut library = Library {
            tree,
            files: BTreeMap::new(),
            documents: BTreeMap::new(),
            layers: BTreeMap::new(),
            unsaid: BTreeMap::new(),
            refused: BTreeMap::new(),
            role_folders: Vec::new(),
            vaults: Arc::default(),
        };
        for (file, root, refused, problems) in read {
            let path = tree.path(file);
            // Templates and files are the machine's, often no YAML yet.
            let ignored = is_ignored(path);
            let is_content = folders(path).any(|part| part == "templates" || part == "files");
            if !ignored && !is_content {
                diags.append(problems);
            }
            if let Some(root) = root.as_ref().filter(|_| !is_data(path)) {
                let mut said = Diagnostics::new();
                if let Some(read) = read_file(file, path, root, account, &mut said) {
                    if let Some((span, message)) = &refused {
                        said.at(Code::YamlSyntax, *span, message.clone());
                    }
                    // A list of mappings elsewhere may be tasks or data: it counts when something includes it.
                    let counts = !ignored && (!read.plays.is_empty() || is_task_path(path));
                    for item in &read.items {
                        account.get_mut(*item).counted = counts;
                    }
                    if counts {
                        diags.append(said);
                    } else {
                        library.unsaid.insert(file, said);
                    }
                    library.files.insert(file, read);
                }
            }
            library.refused.extend(refused.map(|it| (file, it)));
            library.documents.insert(file, root);
            library.layers.insert(file, OnceLock::new());
        }
        library.role_folders = role_folders(tree);
        library
    }

    /// Lets the library open vaults.
    #[must_use]
    pub(super) fn opened_by(mut self, vaults: &Arc<Vaults>) -> Library<'a> {
        self.vaults = Arc::clone(vaults);
        self
    }

    pub(super) fn vaults(&self) -> &Arc<Vaults> {
        &self.vaults
    }

    /// Returns the plays or tasks of a file.
    pub(super) fn tasks(&self, file: FileId) -> Option<&TaskFile> {
        self.files.get(&file)
    }

    /// Returns what is to be said of a file that was included.
    pub(super) fn said_of(&self, file: FileId) -> Diagnostics {
        self.unsaid.get(&file).cloned().unwrap_or_default()
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &TaskFile> {
        self.files.values()
    }

    /// Returns every task of the tree, in blocks and handlers, too.
    pub(super) fn all_tasks(&self) -> impl Iterator<Item = &Arc<Task>> {
        let mut found = Vec::new();
        for file in self.files.values() {
            collect(&file.tasks, &mut found);
            for play in &file.plays {
                for part in [
                    &play.pre_tasks,
                    &play.tasks,
                    &play.post_tasks,
                    &play.handlers,
                ] {
                    collect(part, &mut found);
                }
            }
        }
        found.into_iter()
    }

    /// Returns the first document of a YAML file.
    pub(super) fn document(&self, file: FileId) -> Option<&Arc<Node>> {
        self.documents.get(&file)?.as_ref()
    }

    /// Returns the variables of a file. Of a locked vault nobody knows what it holds.
    pub(super) fn layer(&self, file: FileId, diags: &mut Diagnostics) -> Arc<Layer> {
        let text = self.tree.text(file).unwrap_or_default();
        if is_vault(text) {
            return self.vault(file, text, diags);
        }
        if let Err(problem) = self.tree.text(file) {
            // An encrypted file (git-crypt) is binary: what it sets is there, and not to be had here.
            let what = format!("{}, which cannot be read ({problem})", self.tree.path(file));
            return Arc::new(Layer::locked(&what, HoleKind::Secret));
        }
        if let Some(slot) = self.layers.get(&file) {
            return Arc::clone(slot.get_or_init(|| {
                if let Some((span, message)) = self.refused.get(&file) {
                    diags.at(Code::YamlSyntax, *span, message.clone());
                }
                let root = self.document(file);
                Arc::new(root.map(|root| Layer::of_mapping(root)).unwrap_or_default())
            }));
        }
        // Files of variables may have any name: group_vars/all is one.
        let read = yaml::read(self.tree, file, diags).and_then(|all| all.into_iter().next());
        Arc::new(
            read.map(|root| Layer::of_mapping(&root))
                .unwrap_or_default(),
        )
    }

    /// Returns the variables of a vault.
    fn vault(&self, file: FileId, text: &str, diags: &mut Diagnostics) -> Arc<Layer> {
        let path = self.tree.path(file);
        let span = Span::new(file, 0, text.lines().next().map_or(0, str::len));
        if let Some(opened) = self.vaults.open(text, span) {
            let root = self.vaults.variables(self.tree, file, &opened, span);
            return Arc::new(root.map(|it| Layer::of_mapping(&it)).unwrap_or_default());
        }
        diags.at(
            Code::VaultLocked,
            span,
            format!("`{path}` is a vault: what it holds stays a reference to a secret"),
        );
        Arc::new(Layer::locked(
            &format!("the vault {path}"),
            HoleKind::Secret,
        ))
    }

    /// Finds the folder of a role, as Ansible does: beside the playbook, then in the folders of roles, then as a path.
    pub(super) fn role(
        &self,
        name: &str,
        playbook_folder: &str,
        from_role: Option<&str>,
    ) -> Option<String> {
        let tree = self.tree;
        if matches!(name, "." | "./") {
            return Some(String::new());
        }
        let is_role = |path: &String| {
            let parts = [
                "tasks",
                "handlers",
                "defaults",
                "vars",
                "meta",
                "templates",
                "files",
            ];
            tree.is_directory(path)
                && parts
                    .iter()
                    .any(|part| tree.is_directory(&join(path, part)))
        };
        let found = |path: String| Some(path).filter(is_role);
        if let Some((collection, role)) = collection_role(name) {
            let inside = self
                .role_folders
                .iter()
                .find(|folder| folder.ends_with(&format!("{collection}/roles")));
            // A repository that is itself the collection has its roles at the root.
            let here = || {
                self.role_folders
                    .iter()
                    .find(|folder| found(join(folder, role)).is_some())
            };
            return inside
                .or_else(here)
                .and_then(|folder| found(join(folder, role)));
        }
        let beside_role = from_role
            .and_then(|path| path.rsplit_once('/'))
            .map(|(folder, _)| join(folder, name));
        let beside_playbook = join(playbook_folder, &join("roles", name));
        found(beside_playbook)
            .or_else(|| beside_role.and_then(found))
            .or_else(|| {
                self.role_folders
                    .iter()
                    .find_map(|folder| found(join(folder, name)))
            })
            .or_else(|| found(join(playbook_folder, name)))
            .or_else(|| found(name.trim_start_matches("./").to_owned()))
            .or_else(|| {
                name.rsplit_once('/').and_then(|(_, last)| {
                    self.role_folders
                        .iter()
                        .find_map(|it| found(join(it, last)))
                })
            })
    }

    /// Returns the collection that a role's folder belongs to: `namespace.name`.
    pub(super) fn collection_of(&self, role: &str) -> Option<String> {
        if let Some((_, below)) = role.rsplit_once("ansible_collections/") {
            let mut parts = below.split('/');
            return Some(format!("{}.{}", parts.next()?, parts.next()?));
        }
        // A repository may itself be the collection.
        let (roles, _) = role.rsplit_once('/')?;
        let top = roles.strip_suffix("roles")?.trim_end_matches('/');
        let about = self.tree.find(&join(top, "galaxy.yml")).ok()?;
        let about = self.document(about)?;
        let said = |key: &str| about.get(key).and_then(|it| it.text());
        Some(format!("{}.{}", said("namespace")?, said("name")?))
    }

    /// Finds the playbook of a collection that lies in the tree: `namespace.name.playbook`.
    pub(super) fn collection_playbook(&self, name: &str) -> Option<FileId> {
        let (collection, playbook) = collection_role(name)?;
        let below = format!("ansible_collections/{collection}/playbooks/{playbook}");
        let is_it = |path: &str| {
            let stem = [".yml", ".yaml"]
                .iter()
                .find_map(|ending| path.strip_suffix(ending));
            stem.and_then(|it| it.strip_suffix(&below))
                .is_some_and(|above| above.is_empty() || above.ends_with('/'))
        };
        let mut entries = self.tree.entries();
        entries.find_map(|(file, entry)| is_it(&entry.path).then_some(file))
    }

    /// Returns every role of the tree: the folders that have tasks or handlers of their own.
    pub(super) fn roles(&self) -> Vec<String> {
        let mains = ["tasks/main.yml", "tasks/main.yaml", "handlers/main.yml"];
        let mut roles: Vec<String> = Vec::new();
        for (_, entry) in self.tree.entries() {
            let folder = mains.iter().find_map(|main| entry.path.strip_suffix(main));
            let Some(folder) = folder.map(|it| it.trim_end_matches('/').to_owned()) else {
                continue;
            };
            let whole = folder.is_empty() || entry.path.as_bytes().get(folder.len()) == Some(&b'/');
            if whole && !is_ignored(&folder) && !roles.contains(&folder) {
                roles.push(folder);
            }
        }
        roles
    }

    /// Finds a YAML file of a role's part, such as `tasks/main`, with any ending that Ansible takes.
    pub(super) fn role_file(&self, role: &str, part: &str, name: &str) -> Option<FileId> {
        let path = join(&join(role, part), name);
        let has_ending =
            name.ends_with(".yml") || name.ends_with(".yaml") || name.ends_with(".json");
        let exact = || self.tree.find(&path).ok();
        let endings = || {
            [".yml", ".yaml", ".json"]
                .iter()
                .find_map(|ending| self.tree.find(&format!("{path}{ending}")).ok())
        };
        if has_ending {
            exact()
        } else {
            endings().or_else(exact)
        }
    }

    /// Returns the YAML files of `defaults/main` or `vars/main`: one file, or a folder of them.
    pub(super) fn role_variables(&self, role: &str, part: &str, name: &str) -> Vec<FileId> {
        let folder = join(&join(role, part), name);
        if self.tree.is_directory(&folder) {
            return self.files_below(&folder);
        }
        self.role_file(role, part, name).into_iter().collect()
    }

    /// Returns the YAML files directly or deeper below a folder, sorted.
    pub(super) fn files_below(&self, folder: &str) -> Vec<FileId> {
        let prefix = format!("{}/", self.tree.real_directory(folder).unwrap_or(folder));
        let inside = self
            .tree
            .entries()
            .filter(|(_, entry)| entry.path.starts_with(&prefix));
        inside
            .filter(|(_, entry)| entry.kind == EntryKind::File && is_yaml(&entry.path))
            .map(|(file, _)| file)
            .collect()
    }
}

fn collect<'l>(statements: &'l [Statement], found: &mut Vec<&'l Arc<Task>>) {
    for statement in statements {
        match statement {
            Statement::Task(task) => found.push(task),
            Statement::Broken(_) => {}
            Statement::Block(block) => {
                for part in [&block.block, &block.rescue, &block.always] {
                    collect(part, found);
                }
            }
        }
    }
}

/// Splits `namespace.collection.role`.
fn collection_role(name: &str) -> Option<(String, &str)> {
    let mut parts = name.splitn(3, '.');
    let (namespace, collection, role) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = !name.contains('/') && !namespace.is_empty() && !collection.is_empty();
    plain.then(|| (format!("{namespace}/{collection}"), role))
}

/// Returns the last part of a role's name or path, which is what people call it.
pub(super) fn role_title(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or(name);
    collection_role(last).map_or(last, |(_, role)| role)
}

fn role_folders(tree: &SourceTree) -> Vec<String> {
    let is_roles = |path: &str| path == "roles" || path.ends_with("/roles");
    let mut folders: Vec<String> = tree
        .entries()
        .filter(|(_, entry)| {
            entry.kind != EntryKind::File && is_roles(&entry.path) && tree.is_directory(&entry.path)
        })
        .map(|(_, entry)| entry.path.clone())
        .collect();
    for (_, entry) in tree.entries() {
        // ansible.cfg names further folders, relative to itself.
        if entry.path == "ansible.cfg" || entry.path.ends_with("/ansible.cfg") {
            let folder = entry.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.extend(
                configured_role_folders(tree, &entry.path)
                    .iter()
                    .map(|path| join(folder, path)),
            );
        }
    }
    folders.sort_by_key(|path| (is_ignored(path), path.matches('/').count(), path.clone()));
    folders.dedup();
    folders
}

fn configured_role_folders(tree: &SourceTree, path: &str) -> Vec<String> {
    let paths = setting(tree, path, "roles_path").unwrap_or_default();
    let paths = paths
        .split(':')
        .map(|path| path.trim().trim_start_matches("./").trim_end_matches('/'));
    paths
        .filter(|path| !path.is_empty() && !path.starts_with(['/', '~', '$']))
        .map(str::to_owned)
        .collect()
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

fn is_data(path: &str) -> bool {
    folders(path).any(|part| DATA_FOLDERS.contains(&part))
}

/// Returns the names of the folders of a path, without those of roles: a role may be called `files`.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut above = "";
    folder.split('/').filter(move |part| {
        let is_role = std::mem::replace(&mut above, part) == "roles";
        !is_role
    })
}

fn is_task_path(path: &str) -> bool {
    path.split('/')
        .rev()
        .skip(1)
        .any(|part| part == "tasks" || part == "handlers")
}
