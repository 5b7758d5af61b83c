//! A module with options of its own: what it declares, and around what it defines `lib.mkIf cfg.enable`.

use indexmap::IndexSet;

use super::Origins;
use super::comment::{self, Sources};
use super::lines::Lines;
use super::share::{Sheet, Stated};
use super::sheet::Mark;
use crate::nix::{Entry, Expr, Value};
use crate::plan::{Declaration, Declared, Module, OptionText};

/// A module that a sheet is, and whether all its hosts switch it on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) name: &'a str,
    pub(super) module: &'a Module,
    pub(super) enabled: bool,
}

impl Own<'_> {
    /// Returns the names that stand for something in the module: `cfg` for the values of its options.
    pub(super) fn bindings(&self) -> Vec<Entry> {
        let settings = ["config", "services", self.name].map(str::to_owned);
        let cfg = ("cfg".to_owned(), Expr::Select(settings.to_vec()));
        let others = self.module.bindings.iter().cloned();
        std::iter::once(cfg)
            .chain(others)
            .map(|(name, expr)| Entry::Bind(vec![name], Value::Expr(expr)))
            .collect()
    }

    fn option(&self, declaration: &Declaration) -> Vec<String> {
        ["options", "services", self.name, &declaration.name]
            .map(str::to_owned)
            .to_vec()
    }

    /// Puts what the module defines below `config`, and what it declares above it.
    pub(super) fn wrap(
        &self,
        body: Vec<Entry>,
        notes: usize,
        sources: Sources<'_>,
        origins: Origins,
    ) -> Vec<Entry> {
        let folder = ["options", "services", self.name]
            .map(str::to_owned)
            .to_vec();
        let declared = self.declarations(notes, sources, origins);
        let mut entries = vec![Entry::Bind(folder, Value::Attrs(declared))];
        if !body.is_empty() {
            entries.push(Entry::Blank);
            let value = Value::Call(
                Expr::select("lib.mkIf"),
                vec![Expr::select("cfg.enable")],
                Box::new(Value::Attrs(body)),
            );
            entries.push(Entry::Bind(vec!["config".to_owned()], value));
        }
        entries
    }

    fn declarations(&self, notes: usize, sources: Sources<'_>, origins: Origins) -> Vec<Entry> {
        let mut entries = Vec::new();
        for declaration in &self.module.declarations {
            if !entries.is_empty() {
                entries.push(Entry::Blank);
            }
            let nothing = Expr::Null;
            let stated = Stated {
                expr: &nothing,
                origin: declaration.origin.clone(),
            };
            let remarks: IndexSet<&str> = declaration
                .origin
                .remarks
                .iter()
                .map(String::as_str)
                .collect();
            let mut comment = comment::origins(sources, &[&stated], &remarks, 4);
            // Items have their keys behind those of the remarks.
            for key in comment.lines.iter_mut().flat_map(|line| &mut line.keys) {
                *key += notes;
            }
            if origins == Origins::Shown && !comment.lines.is_empty() {
                entries.push(Entry::Comment(comment));
            }
            let name = vec![declaration.name.clone()];
            entries.push(Entry::Bind(name, declared(&declaration.declared)));
        }
        entries
    }

    /// Returns where the items show that a declaration comes from.
    pub(super) fn marks(&self, lines: &Lines) -> Vec<Mark> {
        let mut marks = Vec::new();
        for declaration in &self.module.declarations {
            let line = lines.option(&crate::nix::attr_path_text(&self.option(declaration)));
            marks.extend(declaration.origin.items.iter().map(|item| Mark {
                item: *item,
                line,
                // What is declared has its default: nothing sets it.
                option: None,
            }));
        }
        marks
    }
}

impl<'a> Sheet<'a> {
    /// Tells whether the hosts of the sheet have what it defines, and not only the option to.
    pub(super) fn is_in_force(&self) -> bool {
        self.own.is_none_or(|own| own.enabled)
    }
}

fn declared(declared: &Declared) -> Value {
    match declared {
        Declared::Enable(what) => {
            Value::Expr(Expr::apply("lib.mkEnableOption", vec![Expr::str(what)]))
        }
        Declared::Package(attr) => {
            let names: Vec<&str> = attr.split('.').collect();
            let attr = match names.as_slice() {
                [name] => Expr::str(*name),
                names => Expr::strs(names.iter().copied()),
            };
            let arguments = vec![Expr::select("pkgs"), attr, Expr::Attrs(Vec::new())];
            Value::Expr(Expr::apply("lib.mkPackageOption", arguments))
        }
        Declared::Option(option) => Value::Call(
            Expr::select("lib.mkOption"),
            Vec::new(),
            Box::new(Value::Attrs(attributes(option))),
        ),
    }
}

fn attributes(option: &OptionText) -> Vec<Entry> {
    let bind = |name: &str, expr: Expr| Entry::Bind(vec![name.to_owned()], Value::Expr(expr));
    let mut entries = vec![bind("type", option.kind.expr())];
    entries.extend(option.default.clone().map(|it| bind("default", it)));
    entries.extend(option.example.clone().map(|it| bind("example", it)));
    entries.push(bind("description", Expr::str(&option.description)));
    entries
}
