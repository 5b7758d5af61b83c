//! Inventories as YAML and TOML, and the JSON that `ansible-inventory --list` and scripts print.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/yaml_inventory.html>

use std::sync::Arc;

use super::{Inventory, address, literal};
use crate::diag::{Code, Diagnostics};
use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Scalar, Style};

/// Reads the root of a file; `false` where it is no mapping, and so may be INI.
pub(super) fn read(
    inventory: &mut Inventory,
    source: &str,
    root: &Node,
    diags: &mut Diagnostics,
) -> bool {
    let Some(groups) = root.pairs().filter(|it| !it.is_empty()) else {
        return false;
    };
    if let Some(plugin) = root.get("plugin") {
        let name = plugin.text().unwrap_or_default();
        super::report_program(
            &format!("the inventory is made by the plugin `{name}`"),
            root.span,
            diags,
        );
        return true;
    }
    let mut reader = Reader { inventory, source };
    for (name, group) in groups {
        let read = match name.text() {
            Some("_meta") => {
                reader.meta(group);
                Ok(())
            }
            Some(name) => reader.group(name, group, diags),
            None => Err((name.span, "a group has a list for its name".to_owned())),
        };
        if let Err((span, message)) = read {
            diags.at(Code::InventorySyntax, span, message);
        }
    }
    true
}

struct Reader<'i> {
    inventory: &'i mut Inventory,
    source: &'i str,
}

type Problem = (Span, String);
type Entry<'n> = (&'n Arc<Node>, Option<&'n Arc<Node>>);

impl Reader<'_> {
    /// The variables of hosts as `--list` prints them.
    fn meta(&mut self, meta: &Node) {
        let hosts = meta.get("hostvars").and_then(|it| it.pairs());
        for (name, vars) in hosts.unwrap_or_default() {
            let Some(host) = name.text() else { continue };
            self.inventory.add_host(host, Some(name.span));
            for (name, value) in vars.pairs().unwrap_or_default() {
                if let Some(name) = name.text() {
                    self.inventory.set_host(host, name, &unwrapped(value));
                }
            }
        }
    }

    fn group(
        &mut self,
        name: &str,
        node: &Arc<Node>,
        diags: &mut Diagnostics,
    ) -> Result<(), Problem> {
        self.inventory.group(name);
        // Scripts may give a group as the list of its hosts.
        if node.items().is_some() {
            return self.hosts(name, node);
        }
        if node.pairs().is_none() && !is_null(node) {
            let message = format!("`{name}` is no group: it is neither a mapping nor empty");
            diags.at(Code::InventorySyntax, node.span, message);
            return Ok(());
        }
        for (key, value) in node.pairs().unwrap_or_default() {
            match key.text().unwrap_or_default() {
                _ if is_null(value) => {}
                "hosts" => self.hosts(name, value)?,
                "vars" => self.vars(name, value)?,
                "children" => self.children(name, value, diags)?,
                other => {
                    let message = format!("`{other}` is none of `hosts`, `vars` and `children`");
                    diags.at(Code::InventorySyntax, key.span, message);
                }
            }
        }
        Ok(())
    }

    fn vars(&mut self, group: &str, node: &Node) -> Result<(), Problem> {
        let Some(pairs) = node.pairs() else {
            return Err((node.span, format!("`vars` of `{group}` is no mapping")));
        };
        for (name, value) in pairs {
            if let Some(name) = name.text() {
                self.inventory.set_group(group, name, unwrapped(value));
            }
        }
        Ok(())
    }

    fn children(
        &mut self,
        group: &str,
        node: &Arc<Node>,
        diags: &mut Diagnostics,
    ) -> Result<(), Problem> {
        for (child, below) in entries(node)? {
            let name = child.text().unwrap_or_default();
            match below {
                Some(below) => self.group(name, below, diags)?,
                None => {
                    self.inventory.group(name);
                }
            }
            let added = self.inventory.add_child(group, name);
            added.map_err(|message| (child.span, message))?;
        }
        Ok(())
    }

    fn hosts(&mut self, group: &str, node: &Arc<Node>) -> Result<(), Problem> {
        for (name, vars) in entries(node)? {
            let text = match name.scalar() {
                Some(Scalar::Str(text)) => text,
                _ => {
                    let shown = name.text().unwrap_or_default();
                    let message = format!("the host `{shown}` is no text: it needs quotes");
                    return Err((name.span, message));
                }
            };
            let expanded = address::expand(text);
            let (hosts, port) = expanded.map_err(|message| (name.span, message))?;
            let vars = vars.filter(|it| !is_null(it));
            if let Some(vars) = vars.filter(|it| it.pairs().is_none()) {
                return Err((
                    vars.span,
                    format!("the variables of `{text}` are no mapping"),
                ));
            }
            let pairs = vars.and_then(|it| it.pairs()).unwrap_or_default();
            for host in hosts {
                self.inventory
                    .declare_host(&host, group, port, self.source, name.span);
                for (name, value) in pairs {
                    if let Some(name) = name.text() {
                        self.inventory.set_host(&host, name, &unwrapped(value));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Returns the names of a section and what stands below each: of a mapping, of a list, or of one text.
fn entries(node: &Arc<Node>) -> Result<Vec<Entry<'_>>, Problem> {
    match &node.kind {
        Kind::Mapping(pairs) => Ok(pairs
            .iter()
            .map(|(key, value)| (key, Some(value)))
            .collect()),
        Kind::Sequence(items) => Ok(items.iter().map(|item| (item, None)).collect()),
        Kind::Scalar { .. } => match node.scalar() {
            Some(Scalar::Str(_)) => Ok(vec![(node, None)]),
            _ => Err((node.span, "this is neither a mapping nor a name".to_owned())),
        },
    }
}

fn is_null(node: &Node) -> bool {
    matches!(node.scalar(), Some(Scalar::Null))
}

/// Takes off what `--list` wraps around values: `__ansible_unsafe` and `__ansible_vault`.
fn unwrapped(node: &Arc<Node>) -> Arc<Node> {
    match &node.kind {
        Kind::Scalar { .. } => Arc::clone(node),
        Kind::Sequence(items) => Arc::new(Node {
            kind: Kind::Sequence(items.iter().map(unwrapped).collect()),
            span: node.span,
            tag: node.tag.clone(),
        }),
        Kind::Mapping(pairs) => {
            if let [(key, value)] = pairs.as_slice() {
                let tag = match key.text() {
                    Some("__ansible_unsafe") => Some("unsafe"),
                    Some("__ansible_vault") => Some("vault"),
                    _ => None,
                };
                if let Some((tag, text)) = tag.zip(value.text()) {
                    let kind = Kind::Scalar {
                        text: text.to_owned(),
                        style: Style::DoubleQuoted,
                    };
                    let (span, tag) = (value.span, Some(tag.to_owned()));
                    return Arc::new(Node { kind, span, tag });
                }
            }
            let pairs = pairs
                .iter()
                .map(|(key, value)| (Arc::clone(key), unwrapped(value)));
            Arc::new(Node {
                kind: Kind::Mapping(pairs.collect()),
                span: node.span,
                tag: node.tag.clone(),
            })
        }
    }
}

/// Makes the tree that a TOML inventory is as YAML.
///
/// # Errors
/// What the parser says.
pub(super) fn of_toml(text: &str, span: Span) -> Result<Arc<Node>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    Ok(toml_node(toml::Value::Table(table), span))
}

fn toml_node(value: toml::Value, span: Span) -> Arc<Node> {
    let plain = |text: String, tag: Option<&str>| Node {
        kind: Kind::Scalar {
            text,
            style: Style::Plain,
        },
        span,
        tag: tag.map(str::to_owned),
    };
    Arc::new(match value {
        toml::Value::String(text) => return literal::string(&text, span),
        toml::Value::Datetime(time) => return literal::string(&time.to_string(), span),
        toml::Value::Integer(number) => plain(number.to_string(), None),
        toml::Value::Float(number) => plain(number.to_string(), Some("!float")),
        toml::Value::Boolean(it) => plain(it.to_string(), None),
        toml::Value::Array(items) => Node {
            kind: Kind::Sequence(items.into_iter().map(|it| toml_node(it, span)).collect()),
            span,
            tag: None,
        },
        toml::Value::Table(table) => {
            let pairs = table
                .into_iter()
                .map(|(key, value)| (literal::string(&key, span), toml_node(value, span)));
            Node {
                kind: Kind::Mapping(pairs.collect()),
                span,
                tag: None,
            }
        }
    })
}
