//! Values of directives: command lines, environments, numbers, lists.

use indexmap::IndexMap;

use super::drop_in;
use super::machine;
use super::paths;
use super::program;
use super::secret;
use super::statement::{Left, Statement};
use super::systemd::Base;
use crate::account::Code;
use crate::model::{HoleKind, Machine, Piece, Text};
use crate::nix::Expr;
use crate::plan::Secret;
use crate::syntax::systemd_words::{Atom, words};
use crate::syntax::unit_directive::{Merge, boolean, merge, microseconds, words_apart};

/// A value below a unit's option.
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    pub(super) expr: Expr,
    /// It is an element of a list that joins.
    pub(super) joins: bool,
    /// What it rests on.
    pub(super) clauses: Vec<String>,
}

/// Where the values of one unit gather.
pub(super) struct Place<'a> {
    /// The unit's name, without its suffix.
    pub(super) unit: &'a str,
    pub(super) base: Base,
    pub(super) machine: &'a Machine,
    pub(super) statement: &'a mut Statement,
    pub(super) leaves: Vec<Leaf>,
    /// Files of environment, in order; they are one value at the end.
    pub(super) environment_files: Vec<String>,
    /// What the environment files rest on.
    pub(super) file_clauses: Vec<String>,
}

pub(super) fn is_list(name: &str) -> bool {
    merge(name) != Merge::Last
}

/// Splits values without holes into words; quotes do not occur in lists of units.
pub(super) fn plain_words(values: &[Text]) -> Vec<&str> {
    values
        .iter()
        .filter_map(Text::plain)
        .flat_map(str::split_whitespace)
        .collect()
}

pub(super) fn last_plain(values: &[Text]) -> Option<&str> {
    values.last().and_then(Text::plain)
}

/// Reads a span of time that is a whole number of seconds.
pub(super) fn seconds(value: &str) -> Option<i64> {
    let span = microseconds(value)?;
    (span % 1_000_000 == 0).then(|| i64::try_from(span / 1_000_000).ok())?
}

/// Folds leaves into one attribute set.
pub(super) fn nested(leaves: &[Leaf]) -> Expr {
    let mut attrs: Vec<(String, Expr)> = Vec::new();
    for leaf in leaves {
        insert(&mut attrs, &leaf.path, leaf);
    }
    Expr::Attrs(attrs)
}

fn insert(attrs: &mut Vec<(String, Expr)>, path: &[String], leaf: &Leaf) {
    let [name, rest @ ..] = path else { return };
    let at = attrs
        .iter()
        .position(|(it, _)| it == name)
        .unwrap_or_else(|| {
            let empty = if rest.is_empty() {
                Expr::List(Vec::new())
            } else {
                Expr::Attrs(Vec::new())
            };
            attrs.push((name.clone(), empty));
            attrs.len() - 1
        });
    let Some((_, value)) = attrs.get_mut(at) else {
        return;
    };
    if let (Expr::Attrs(inner), false) = (&mut *value, rest.is_empty()) {
        insert(inner, rest, leaf);
    } else if let (Expr::List(items), true) = (&mut *value, leaf.joins) {
        items.push(leaf.expr.clone());
    } else {
        *value = leaf.expr.clone();
    }
}

impl Place<'_> {
    pub(super) fn set(&mut self, path: &[&str], expr: Expr) {
        self.push(path, expr, false);
    }

    pub(super) fn add(&mut self, path: &[&str], expr: Expr) {
        self.push(path, expr, true);
    }

    fn push(&mut self, path: &[&str], expr: Expr, joins: bool) {
        let path = path.iter().map(|&name| name.to_owned()).collect();
        let clauses = self.statement.recent();
        self.leaves.push(Leaf {
            path,
            expr,
            joins,
            clauses,
        });
    }

    /// Sets a single string from the value that counts.
    pub(super) fn single(&mut self, path: &[&str], values: &[Text]) {
        if let Some(value) = last_plain(values) {
            let name = path.last().copied().unwrap_or_default();
            let expr = self.forced(name, Expr::str(value));
            self.set(path, expr);
        }
    }

    pub(super) fn add_words(&mut self, option: &str, values: &[Text]) {
        for word in plain_words(values) {
            self.add(&[option], Expr::str(word));
        }
    }

    /// Adds each value as it is.
    pub(super) fn add_lines(&mut self, option: &str, values: &[Text]) {
        for line in values.iter().filter_map(Text::plain) {
            self.add(&[option], Expr::str(line));
        }
    }

    /// Sets one of the limits of starting, which are options of whole numbers.
    pub(super) fn limit(&mut self, option: &str, value: i64) {
        let expr = self.forced(option, Expr::Int(value));
        self.set(&[option], expr);
    }

    /// Sets a directive of one of the `…Config` options.
    pub(super) fn directive(&mut self, config: &str, name: &str, values: &[Text], reset: bool) {
        self.claims(name, values);
        let mut exprs: Vec<Expr> = values.iter().map(|value| self.value(name, value)).collect();
        let foreign = self.base != Base::Own;
        let expr = if foreign && reset && (is_list(name) || exprs.is_empty()) {
            // Below a drop-in the empty value takes away what a package's unit says; forcing, what a module says.
            exprs.insert(0, Expr::str(""));
            self.forced(name, Expr::List(exprs))
        } else if foreign && is_list(name) {
            // Two strings would clash where NixOS says something too; a list joins.
            Expr::List(exprs)
        } else {
            let expr = match exprs.as_slice() {
                // Empty, it takes away what a service has where nothing is said: systemd.exec(5).
                [] if reset && name == "CapabilityBoundingSet" => Expr::str(""),
                [] => return,
                [only] => only.clone(),
                _ => Expr::List(exprs),
            };
            self.forced(name, expr)
        };
        self.set(&[config, name], expr);
    }

    /// Forces a value where NixOS may have another one.
    fn forced(&self, name: &str, expr: Expr) -> Expr {
        let is_free = drop_in::is_set_by_module(self.unit, name) == Some(false);
        match self.base {
            Base::Own | Base::Instance => expr,
            Base::Foreign if is_free => expr,
            Base::Foreign => Expr::apply("lib.mkForce", vec![expr]),
        }
    }

    fn value(&mut self, name: &str, value: &Text) -> Expr {
        let text = value.plain().unwrap_or_default();
        // Lines that went on leave many blanks where words are parted.
        let apart = words_apart(text);
        let text: &str = if is_list(name) { &apart } else { text };
        if name.starts_with("Exec") && !matches!(name, "ExecPaths" | "ExecSearchPath") {
            return self.command(text);
        }
        if let Some(value) = boolean(name, text) {
            return Expr::Bool(value);
        }
        // Only what prints as it was written: `0022` stays a string.
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Expr::Int(number),
            _ => program::splice(text).told(self.statement),
        }
    }

    fn claims(&mut self, name: &str, values: &[Text]) {
        let Some(value) = last_plain(values) else {
            return;
        };
        let claim = match name {
            "User" if !value.contains('%') => paths::user_claim(self.machine, value),
            "Group" if !value.contains('%') => paths::group_claim(self.machine, value),
            _ => None,
        };
        if let Some(claim) = claim {
            self.statement.assume(claim);
        }
    }

    /// `Environment=`: known variables are options, secret ones come from a file outside the store.
    pub(super) fn environment(&mut self, values: &[Text], reset: bool) {
        if reset && self.base != Base::Own {
            // The variables of a module or a package can be taken away only by the line itself.
            self.directive("serviceConfig", "Environment", values, reset);
            return;
        }
        let mut variables: IndexMap<String, String> = IndexMap::new();
        let mut secret_lines = Vec::new();
        for value in values {
            let (atoms, holes) = atoms(value);
            let words = match words(&atoms) {
                Ok(words) => words,
                Err(problem) => {
                    let reason = format!("`Environment={value}` cannot be read: {problem}");
                    self.statement.left.push(Left::new(Code::BadInput, reason));
                    continue;
                }
            };
            for word in words {
                let word = text(&word, &holes);
                if word
                    .worst_hole()
                    .is_some_and(|hole| hole.kind == HoleKind::Secret)
                {
                    secret_lines.push(word);
                } else if let Some((name, value)) =
                    word.plain().and_then(|word| word.split_once('='))
                {
                    // The last value of a variable counts.
                    variables.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        for (name, value) in &variables {
            self.variable(name, value);
        }
        if !secret_lines.is_empty() {
            let path = format!("/run/secrets/{}.env", self.unit.trim_end_matches('@'));
            self.statement
                .assume(format!("its secret variables are put into `{path}`"));
            let used_by = format!("the unit `{}`", self.unit);
            self.statement.secrets.push(Secret {
                units: vec![format!("{}.service", self.unit)],
                ..secret::secret(&path, &secret::variables(&secret_lines), used_by)
            });
            self.environment_files.push(path);
        }
    }

    /// Takes the leaves, with the files of environment as one of them.
    pub(super) fn finish(mut self) -> Vec<Leaf> {
        let files = std::mem::take(&mut self.environment_files);
        let expr = match files.as_slice() {
            [] => return self.leaves,
            [file] if self.base == Base::Own => Expr::str(file),
            files => Expr::strs(files),
        };
        for clause in std::mem::take(&mut self.file_clauses) {
            self.statement.assume(clause);
        }
        self.set(&["serviceConfig", "EnvironmentFile"], expr);
        self.leaves
    }

    /// NixOS gives every service its own `PATH`: folders of the distribution have nothing to add to it, but the
    /// programs of the system.
    fn variable(&mut self, name: &str, value: &str) {
        if name != "PATH" {
            // A variable that names a program's path needs the package as a command does.
            let expr = program::splice(value).told(self.statement);
            self.set(&["environment", name], expr);
            return;
        }
        let mut of_system = false;
        let mut own = Vec::new();
        for folder in value.split(':').filter(|it| !it.is_empty()) {
            let gone = paths::out_of_place(folder).is_some()
                || folder.starts_with("/usr/local/")
                || folder.starts_with("/snap");
            of_system |= gone;
            if !gone {
                own.push(folder);
            }
        }
        // `path` takes what has the folder `bin`, and `sbin`, in it.
        let homes: Option<Vec<&str>> = own
            .iter()
            .map(|it| it.trim_end_matches('/').strip_suffix("/bin"))
            .collect();
        let system = ["/run/wrappers", "/run/current-system/sw"];
        if of_system {
            self.statement
                .assume("the programs of its PATH are in the system's packages");
        }
        match homes {
            Some(homes) => {
                for home in homes
                    .into_iter()
                    .chain(system.into_iter().filter(|_| of_system))
                {
                    self.add(&["path"], Expr::str(home));
                }
            }
            None => {
                let mut folders: Vec<String> = own.iter().map(|&it| it.to_owned()).collect();
                folders.extend(system.iter().map(|it| format!("{it}/bin")));
                let line = format!("PATH={}", folders.join(":"));
                self.set(&["serviceConfig", "Environment"], Expr::str(line));
            }
        }
    }

    /// `EnvironmentFile=`: a file with secrets is where the person puts it.
    pub(super) fn environment_file(&mut self, values: &[Text], reset: bool) {
        if reset && self.base != Base::Own {
            self.directive("serviceConfig", "EnvironmentFile", values, reset);
            return;
        }
        for value in values.iter().filter_map(Text::plain) {
            let path = value.trim_start_matches('-');
            if let Some(secret) = paths::secret_file(self.machine, path) {
                self.statement
                    .assume(format!("the content of `{path}` is put into `{secret}`"));
                self.environment_files.push(secret);
                continue;
            }
            let made = machine::files(self.machine).any(|file| file.path == path);
            if !made && !value.starts_with('-') {
                self.statement.assume(format!("the file `{path}` is there"));
            }
            self.environment_files.push(value.to_owned());
        }
        let clauses = self.statement.recent();
        self.file_clauses.extend(clauses);
    }
}

pub(super) fn atoms(value: &Text) -> (Vec<Atom>, Vec<Text>) {
    let mut atoms = Vec::new();
    let mut holes = Vec::new();
    for piece in value.pieces() {
        match piece {
            Piece::Literal(text) => atoms.extend(text.chars().map(Atom::Char)),
            Piece::Hole(hole) => {
                atoms.push(Atom::Hole(holes.len()));
                holes.push(Text::hole(hole.clone()));
            }
        }
    }
    (atoms, holes)
}

pub(super) fn text(word: &[Atom], holes: &[Text]) -> Text {
    let mut text = Text::new();
    for atom in word {
        match atom {
            Atom::Char(c) => text.push_str(c.encode_utf8(&mut [0; 4])),
            Atom::Hole(at) => {
                if let Some(hole) = holes.get(*at) {
                    text.push(hole);
                }
            }
        }
    }
    text
}
