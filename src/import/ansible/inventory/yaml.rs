//! Inventories as YAML, and the JSON that `ansible-inventory --list` prints.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/yaml_inventory.html>

use super::{Inventory, bind_mapping, ini};
use crate::diag::{Code, Diagnostics};
use crate::syntax::yaml::Node;

pub(super) fn read(inventory: &mut Inventory, root: &Node, diags: &mut Diagnostics) {
    if root.get("plugin").is_some() {
        let help = "give the output of `ansible-inventory --list` as -i FILE.json";
        let message = "the inventory is made by a plugin, which is never run";
        diags.at_with_help(Code::InventoryScript, root.span, message, help);
        return;
    }
    let Some(groups) = root.pairs() else {
        diags.at(
            Code::InventorySyntax,
            root.span,
            "an inventory is a mapping of groups",
        );
        return;
    };
    for (name, group) in groups {
        match name.text() {
            Some("_meta") => read_meta(inventory, group),
            Some(name) => read_group(inventory, name, group, diags),
            None => {}
        }
    }
}

fn read_meta(inventory: &mut Inventory, meta: &Node) {
    let hosts = meta
        .get("hostvars")
        .and_then(|it| it.pairs())
        .unwrap_or_default();
    for (name, vars) in hosts {
        if let Some(name) = name.text() {
            bind_mapping(&mut inventory.add_host(name, None).vars, vars);
        }
    }
}

fn read_group(inventory: &mut Inventory, name: &str, node: &Node, diags: &mut Diagnostics) {
    inventory.group(name);
    for (key, value) in node.pairs().unwrap_or_default() {
        match key.text().unwrap_or_default() {
            "hosts" => read_hosts(inventory, name, value),
            "vars" => bind_mapping(&mut inventory.group(name).vars, value),
            "children" => {
                let pairs = value.pairs().unwrap_or_default();
                let named = pairs
                    .iter()
                    .filter_map(|(child, node)| Some((child.text()?, Some(node))));
                let listed = value
                    .items()
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|it| Some((it.text()?, None)));
                for (child, node) in named.chain(listed) {
                    inventory.group(name).children.insert(child.to_owned());
                    match node {
                        Some(node) => read_group(inventory, child, node, diags),
                        None => {
                            inventory.group(child);
                        }
                    }
                }
            }
            other => {
                let message = format!("`{other}` is none of `hosts`, `vars` and `children`");
                diags.at(Code::InventorySyntax, key.span, message);
            }
        }
    }
}

fn read_hosts(inventory: &mut Inventory, group: &str, node: &Node) {
    let pairs = node
        .pairs()
        .unwrap_or_default()
        .iter()
        .map(|(name, vars)| (name, Some(vars)));
    let listed = node
        .items()
        .unwrap_or_default()
        .iter()
        .map(|name| (name, None));
    for (name, vars) in pairs.chain(listed) {
        for host in ini::expand(name.text().unwrap_or_default()) {
            let entry = inventory.add_host(&host, Some(name.span));
            if let Some(vars) = vars {
                bind_mapping(&mut entry.vars, vars);
            }
            inventory.group(group).hosts.insert(host);
        }
    }
}
