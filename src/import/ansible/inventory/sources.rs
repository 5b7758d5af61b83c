//! Where inventories are: the usual places, folders of them, and what kind of file each one is.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html>

use super::{Inventory, address, ini, yaml};
use crate::diag::{Code, Diagnostics};
use crate::import::ansible::settings::setting;
use crate::source::{EntryKind, FileId, SourceTree, Span};
use crate::syntax::yaml as syntax;

/// The names under which inventories are found when none is given.
const USUAL_NAMES: [&str; 10] = [
    "inventory",
    "hosts",
    "inventories",
    "inventory.ini",
    "hosts.ini",
    "inventory.yml",
    "hosts.yml",
    "inventory.yaml",
    "hosts.yaml",
    "inventory.cfg",
];

/// What Ansible passes over in a folder of inventories.
const IGNORED_ENDINGS: [&str; 12] = [
    ".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry",
];
/// What is no inventory either, and on which Ansible's readers fail.
const FOREIGN_ENDINGS: [&str; 5] = [".j2", ".pub", ".pem", ".key", ".crt"];

/// The options `-i` with host names: their texts stand in the tree under this name.
const HOST_LIST: &str = "@-i";

impl Inventory {
    /// Finds the inventory of a project: what ansible.cfg names, else the usual names; none where there are several
    /// to choose from (`inventories/prod`, `inventories/test`).
    pub(in crate::import::ansible) fn usual_paths(tree: &SourceTree) -> Vec<String> {
        let configured = configured_paths(tree);
        if !configured.is_empty() {
            return configured;
        }
        let found = USUAL_NAMES
            .iter()
            .map(|name| (*name).to_owned())
            .find(|name| exists(tree, name));
        let Some(path) = found else { return Vec::new() };
        if !tree.is_directory(&path) {
            return vec![path];
        }
        let holds_files = tree
            .children(&path)
            .any(|(_, entry)| entry.kind == EntryKind::File && is_inventory_name(&entry.path));
        if holds_files {
            return vec![path];
        }
        // `inventories/<name>/hosts`: production is what people mean to keep.
        let below: Vec<String> = tree
            .children(&path)
            .filter(|(_, entry)| tree.is_directory(&entry.path) && is_inventory_name(&entry.path))
            .map(|(_, entry)| entry.path.clone())
            .collect();
        let usual = |path: &&String| {
            ["prod", "production", "main", "default"]
                .iter()
                .any(|name| path.ends_with(&format!("/{name}")))
        };
        below
            .iter()
            .find(usual)
            .or(below.first())
            .cloned()
            .into_iter()
            .collect()
    }

    /// Reads inventories: files, or folders of them.
    pub(in crate::import::ansible) fn read(
        tree: &SourceTree,
        paths: &[String],
        diags: &mut Diagnostics,
    ) -> Inventory {
        let mut inventory = Inventory::new();
        for path in paths {
            if path.starts_with(HOST_LIST) {
                if let Ok(file) = tree.find(path) {
                    inventory.read_list(tree.text(file).unwrap_or_default(), file);
                }
                continue;
            }
            let folder = match tree.real_directory(path) {
                Some(folder) => folder.to_owned(),
                None => path
                    .rsplit_once('/')
                    .map_or("", |(folder, _)| folder)
                    .to_owned(),
            };
            inventory.folders.insert(folder);
            inventory.read_source(tree, path, diags);
        }
        inventory.settle();
        inventory
    }

    fn read_source(&mut self, tree: &SourceTree, path: &str, diags: &mut Diagnostics) {
        if let Some(folder) = tree.real_directory(path) {
            let inside: Vec<String> = tree
                .children(folder)
                .filter(|(_, entry)| is_inventory_name(&entry.path))
                .map(|(_, entry)| entry.path.clone())
                .collect();
            for path in inside {
                self.read_source(tree, &path, diags);
            }
        } else if let Ok(file) = tree.find(path) {
            self.read_file(tree, file, path, diags);
        }
    }

    /// Hosts with commas between them.
    fn read_list(&mut self, text: &str, file: FileId) {
        for name in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            // Ranges are none here: the name stays as it is.
            let (name, port) = match address::split_port(name) {
                (host, port) if !host.contains('[') => (host, port),
                _ => (name, None),
            };
            if !self.hosts.contains_key(name) {
                self.declare_host(
                    name,
                    "ungrouped",
                    port,
                    text,
                    Span::new(file, 0, text.len()),
                );
            }
        }
    }

    fn read_file(&mut self, tree: &SourceTree, file: FileId, path: &str, diags: &mut Diagnostics) {
        let start = Span::new(file, 0, 0);
        let text = match tree.text(file) {
            Ok(text) => text,
            Err(problem) => {
                let message = format!("the inventory `{path}` cannot be read: {problem}");
                diags.at(Code::SourceUnreadable, start, message);
                return;
            }
        };
        let start = Span::new(file, 0, text.lines().next().map_or(0, str::len));
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if text.starts_with("#!") || matches!(ending, "py" | "sh") {
            super::report_program("the inventory is a program", start, diags);
            return;
        }
        self.files.push(file);
        if ending == "toml" {
            match yaml::of_toml(text, start) {
                Ok(root) => {
                    yaml::read(self, path, &root, diags);
                }
                Err(message) => diags.at(Code::InventorySyntax, start, message),
            }
            return;
        }
        let is_yaml = matches!(ending, "yml" | "yaml" | "json");
        if is_yaml || !name.contains('.') || looks_like_yaml(text) {
            let mut said = Diagnostics::new();
            let root = syntax::read(tree, file, &mut said).and_then(|all| all.into_iter().next());
            let is_read = root.is_some_and(|root| yaml::read(self, path, &root, &mut said));
            // Whatever is no YAML, Ansible reads as INI, a file with the ending of YAML, too.
            if is_read || (is_yaml && !looks_like_ini(text)) {
                if !is_read && said.is_empty() {
                    let message = format!("the inventory `{path}` is no mapping of groups");
                    said.at(Code::InventorySyntax, start, message);
                }
                diags.append(said);
                return;
            }
        }
        ini::read(self, path, file, text, diags);
    }
}

fn exists(tree: &SourceTree, path: &str) -> bool {
    tree.is_directory(path) || tree.find(path).is_ok()
}

/// Returns what ansible.cfg names, as far as it lies in the tree.
fn configured_paths(tree: &SourceTree) -> Vec<String> {
    let named = setting(tree, "ansible.cfg", "inventory").unwrap_or_default();
    let paths = named.split(',').map(|path| {
        let path = path.trim().trim_start_matches("./");
        path.trim_end_matches('/').to_owned()
    });
    let inside = paths.filter(|path| !path.is_empty() && !path.starts_with(['/', '~', '$']));
    inside.filter(|path| exists(tree, path)).collect()
}

/// Folders of variables and files of other kinds stand in folders of inventories, too.
pub(in crate::import::ansible) fn is_inventory_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !name.starts_with('.')
        && !matches!(
            name,
            "group_vars" | "host_vars" | "vars_plugins" | "README" | "LICENSE"
        )
        && !IGNORED_ENDINGS
            .iter()
            .chain(&FOREIGN_ENDINGS)
            .any(|ending| name.ends_with(ending))
}

fn first_line(text: &str) -> Option<&str> {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with(['#', ';']) && *line != "---")
}

fn looks_like_yaml(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("---") || text.starts_with('{') || first_line(text) == Some("all:")
}

fn looks_like_ini(text: &str) -> bool {
    first_line(text).is_some_and(|line| line.starts_with('[') && line.ends_with(']'))
}

#[cfg(test)]
mod tests {
    use super::Inventory;
    use crate::diag::Diagnostics;
    use crate::source::SourceTree;

    /// Reads a file, and shows its groups and what is said.
    fn check(name: &str, text: &str, expected: &[&str], said: &str) {
        let tree = SourceTree::from_texts("t", &[(name, text)]);
        let mut diags = Diagnostics::new();
        let inventory = Inventory::read(&tree, &[name.to_owned()], &mut diags);
        let shown = inventory.groups.keys().filter_map(|group| {
            let members = inventory.members(group);
            let members: Vec<_> = members.iter().map(String::as_str).collect();
            (!members.is_empty()).then(|| format!("{group}: {}", members.join(" ")))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
        let messages: Vec<_> = diags.sorted().iter().map(|it| it.message.clone()).collect();
        assert_eq!(messages.join("; "), said, "{text}");
    }

    #[test]
    fn what_list_prints_is_an_inventory() {
        let text = r#"{"_meta": {"hostvars": {"w1": {"a": 1, "b": {"__ansible_unsafe": "{{ x }}"}}}},
            "all": {"children": ["ungrouped", "web"]}, "web": {"hosts": ["w1", "w2"]}, "db": ["d1"]}"#;
        let groups = ["all: w1 w2 d1", "web: w1 w2", "db: d1"];
        check("list.json", text, &groups, "");
    }

    #[test]
    fn what_would_have_to_run_is_said() {
        let program = "the inventory is a program, which is never run";
        check("ec2.py", "import boto3\n", &[], program);
        check("hosts", "#!/bin/sh\necho\n", &[], program);
        let plugin = "the inventory is made by the plugin `aws_ec2`, which is never run";
        check(
            "aws_ec2.yml",
            "plugin: aws_ec2\nregions: [x]\n",
            &[],
            plugin,
        );
    }

    #[test]
    fn the_content_says_what_a_file_without_ending_is() {
        let groups = ["all: a b", "web: a b"];
        check("hosts", "web:\n  hosts: {a: , b: }\n", &groups, "");
        check("hosts", "[web]\na\nb x=1\n", &groups, "");
        check("hosts.ini", "[web]\na\nb x=1\n", &groups, "");
        check("odd.yml", "[web]\na\nb\n", &groups, "");
        check("hosts.toml", "[web.hosts]\na = {}\nb = {}\n", &groups, "");
    }

    #[test]
    fn what_is_wrong_is_said_and_passed_over() {
        let groups = ["all: lone a b", "ungrouped: lone", "web: a b"];
        let text = "lone\n[web]\na[\na\n[web:odd]\nb\n";
        let said = "`a[` is no range of hosts; \
                    `odd` of the section `[web:odd]` is none of `hosts`, `children` and `vars`";
        check("hosts", text, &groups, said);
        let text = "[web]\na\n[app:children]\nweb\nnone\n";
        let groups = ["all: a", "web: a", "app: a"];
        let said = "`[app:children]` names the group `none`, which is not declared";
        check("hosts", text, &groups, said);
        let text = "web: {hosts: {a: , 5: }, vars: [], children: {web: }}\n";
        let said = "the host `5` is no text: it needs quotes";
        check("hosts.yml", text, &["all: a", "web: a"], said);
    }
}
