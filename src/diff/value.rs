//! A definition of a module in one form, whatever its layout: two that mean the same are equal.

use crate::nix::{Expr, attr_path_text, print};
use crate::syntax::Place;
use crate::syntax::nix_module::{Definition, Name, NixModule, StrPart, Value, ValueKind};

/// What a definition gives an option.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Given {
    /// In one form; a text with line breaks keeps them.
    pub(super) shown: String,
    /// When it counts: ` if cfg.enable`, ` by default`.
    pub(super) when: String,
    /// The elements, where it is a list.
    pub(super) elements: Option<Vec<String>>,
    /// Files beside the module whose content it takes, by path relative to the folder of the output.
    pub(super) files: Vec<String>,
    /// A person wrote it.
    pub(super) is_yours: bool,
}

/// Returns the definitions of a module with the paths of their options, and the defaults of those that it declares;
/// `file` is the module's path, `text` its text.
pub(super) fn definitions(module: &NixModule, file: &str, text: &str) -> Vec<(String, Given)> {
    let source = Source { text };
    let defaults = module.declarations.iter().flat_map(|declaration| {
        declaration.default.iter().map(|it| {
            let path = [declaration.path.as_slice(), it.path.as_slice()].concat();
            let mut given = source.given(it, file);
            given.when.push_str(" by default");
            (source.path(&path), given)
        })
    });
    let definitions = module
        .definitions
        .iter()
        .map(|it| (source.path(&it.path), source.given(it, file)));
    defaults.chain(definitions).collect()
}

/// Resolves a relative path of a module in the folder of the output; none where it leads out of it.
pub(super) fn resolve(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Finds the relative paths in a piece of Nix, also those inside of strings' `${…}`.
fn files(text: &str, file: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || "[](){};\"'".contains(c);
    let words = text.split(ends);
    let mut found: Vec<String> = words
        .filter(|word| word.starts_with("./") || word.starts_with("../"))
        .filter_map(|word| resolve(file, word))
        .collect();
    found.sort();
    found.dedup();
    found
}

struct Source<'a> {
    text: &'a str,
}

impl<'a> Source<'a> {
    fn at(&self, place: Place) -> &'a str {
        self.text.get(place.start..place.end).unwrap_or_default()
    }

    /// What is written there, without the indentation, which is layout.
    fn written(&self, place: Place) -> String {
        let lines: Vec<&str> = self.at(place).lines().map(str::trim).collect();
        lines.join("\n")
    }

    fn path(&self, names: &[Name]) -> String {
        let names = names.iter().map(|name| match &name.text {
            Some(text) => attr_path_text(std::slice::from_ref(text)),
            None => self.written(name.place),
        });
        names.collect::<Vec<_>>().join(".")
    }

    fn given(&self, it: &Definition, file: &str) -> Given {
        let mut elements = None;
        if let ValueKind::List(items) = &it.value.kind
            && it.priorities.is_empty()
        {
            elements = Some(items.iter().map(|it| self.value(it)).collect());
        }
        Given {
            shown: self.definition(it),
            when: self.when(it),
            elements,
            files: files(self.at(it.whole), file),
            is_yours: false,
        }
    }

    fn definition(&self, it: &Definition) -> String {
        let mut words = it.priorities.clone();
        words.push(self.value(&it.value));
        words.join(" ")
    }

    fn when(&self, it: &Definition) -> String {
        let conditions = it.conditions.iter();
        conditions
            .map(|place| format!(" if {}", self.written(*place)))
            .collect()
    }

    fn value(&self, value: &Value) -> String {
        match &value.kind {
            ValueKind::Null => "null".to_owned(),
            ValueKind::Bool(it) => it.to_string(),
            ValueKind::Int(it) => it.to_string(),
            ValueKind::Float(it) => it.to_string(),
            ValueKind::Str(parts) => self.string(parts, value.place),
            ValueKind::Path(path) => path.clone(),
            // Below `with pkgs;` the same package has a shorter name.
            ValueKind::Name(name) => name.strip_prefix("pkgs.").unwrap_or(name).to_owned(),
            ValueKind::List(items) => {
                let items: Vec<String> = items.iter().map(|it| self.value(it)).collect();
                bracketed("[", &items.join(" "), "]")
            }
            ValueKind::Attrs(inner) => {
                let inner: Vec<String> = inner
                    .iter()
                    .map(|it| {
                        let (path, value) = (self.path(&it.path), self.definition(it));
                        format!("{path} = {value}{};", self.when(it))
                    })
                    .collect();
                bracketed("{", &inner.join(" "), "}")
            }
            ValueKind::Call(function, arguments) if !function.is_empty() => {
                let mut words = vec![function.clone()];
                words.extend(arguments.iter().map(|it| self.argument(it)));
                words.join(" ")
            }
            ValueKind::Call(..)
            | ValueKind::Function(_)
            | ValueKind::Inherited
            | ValueKind::Other => self.written(value.place),
        }
    }

    fn argument(&self, value: &Value) -> String {
        let shown = self.value(value);
        let is_loose = matches!(
            value.kind,
            ValueKind::Call(..) | ValueKind::Function(_) | ValueKind::Other
        );
        if is_loose && !shown.starts_with('(') {
            format!("({shown})")
        } else {
            shown
        }
    }

    fn string(&self, parts: &[StrPart], place: Place) -> String {
        let mut text = String::new();
        for part in parts {
            match part {
                StrPart::Text(it) => text.push_str(it),
                StrPart::Hole => return self.written(place),
            }
        }
        if text.contains('\n') {
            return format!("''\n{text}''");
        }
        print(&Expr::str(text), &|_| String::new())
            .as_str()
            .to_owned()
    }
}

fn bracketed(open: &str, inside: &str, close: &str) -> String {
    if inside.is_empty() {
        format!("{open} {close}")
    } else {
        format!("{open} {inside} {close}")
    }
}

#[cfg(test)]
mod tests {
    use super::{definitions, resolve};
    use crate::syntax::nix_module::read;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = definitions(&read(text), "modules/x.nix", text)
            .into_iter()
            .map(|(path, given)| format!("{path} = {}{}", given.shown, given.when))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn one_meaning_has_one_form() {
        let packages = &["a.b = [ git vim ]"];
        check("{ pkgs, ... }: { a.b = with pkgs; [ git vim ]; }", packages);
        check("{ a = { b = [\n  pkgs.git\n  pkgs.vim ]; }; }", packages);
        let text = &["a = ''\nx\n  y\n''"];
        check("{ a = ''\n    x\n      y\n  ''; }", text);
        check("{ a = \"x\\n  y\\n\"; }", text);
        let set = &["a = [ { b = 1; c.d = \"x\"; } ]"];
        check("{ a = [ { b = 1; c = { d = \"x\"; }; } ]; }", set);
        check(
            "{ \"a.b\" = lib.mkForce true; c = lib.mkIf x.y { d = f (g 1) \"${h}\"; }; }",
            &["\"a.b\" = mkForce true", "c.d = f (g 1) \"${h}\" if x.y"],
        );
    }

    #[test]
    fn the_defaults_of_declared_options_are_given() {
        check(
            "{ options.s.x = { port = lib.mkOption { default = 80; }; on = lib.mkEnableOption \"x\"; }; }",
            &["s.x.port = 80 by default"],
        );
    }

    #[test]
    fn files_beside_a_module_are_found() {
        let text = "{ a = ../files/x; b = \"${./y} .\"; c = ../../out; }";
        let found: Vec<Vec<String>> = definitions(&read(text), "modules/x.nix", text)
            .into_iter()
            .map(|(_, given)| given.files)
            .collect();
        assert_eq!(found, [vec!["files/x"], vec!["modules/y"], vec![]]);
        assert_eq!(
            resolve("hosts/a/default.nix", "../b"),
            Some("hosts/b".into())
        );
        assert_eq!(resolve("flake.nix", "../b"), None);
    }
}
