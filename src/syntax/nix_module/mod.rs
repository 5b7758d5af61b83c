//! A NixOS module: the options that it sets and declares, and what it imports, with places.
//!
//! Manual: <https://nixos.org/manual/nixos/stable/#sec-writing-modules>
//!
//! Reads what can be read without evaluation. `a.b = 1`, `a = { b = 1; }`, `config = …`, `mkIf`, `mkMerge`, priorities, `//`,
//! `let`, `with`, `assert`, `optionalAttrs` and both branches of `if` all give the same definitions. What only evaluation
//! knows is there as a name or a value that is not known. A file with a syntax error has its first fault, and whatever
//! rnix could make of the rest.
//!
//! Left out: what `let` binds, and what functions make of their arguments (except `genAttrs` and `mapAttrs`).

mod depth;
mod function;
mod reader;
#[cfg(test)]
mod tests;
mod value;

use super::place::{Fault, Place};

/// A file, or a function or set inside of one, read as a module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NixModule {
    pub head: Head,
    /// What is there is an attribute set, or something that gives one: only then it can be a module.
    pub is_set: bool,
    pub definitions: Vec<Definition>,
    /// Options that it declares, with all that may be below them.
    pub declarations: Vec<Declaration>,
    pub imports: Vec<Import>,
    /// The first syntax error.
    pub fault: Option<Fault>,
}

/// The arguments of the functions around a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Names of the innermost pattern: `config`, `lib`, `pkgs`.
    pub names: Vec<String>,
    /// Patterns, `{ … }:`.
    pub patterns: u32,
    /// The innermost pattern ends in `...`.
    pub is_open: bool,
    /// Plain arguments, as in `final: prev:`.
    pub plain: u32,
}

/// An option that gets a value; each leaf of nested sets is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub path: Vec<Name>,
    /// How many names at the end of the path stand together in the text; those before stand around them.
    pub written: usize,
    pub value: Value,
    /// The whole of the value, with priorities and conditions.
    pub whole: Place,
    /// Conditions under which it counts, outermost first.
    pub conditions: Vec<Place>,
    /// `mkForce` and the like around the value, outermost first.
    pub priorities: Vec<String>,
}

/// A name of an attribute path; none where only evaluation knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: Option<String>,
    pub place: Place,
}

/// A value without its priorities and conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub kind: ValueKind,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Vec<StrPart>),
    /// As written: `./x.nix`, `/etc/x`, `<nixpkgs>`.
    Path(String),
    List(Vec<Value>),
    /// With paths from here; as a definition's own value only where it is empty.
    Attrs(Vec<Definition>),
    /// A name or a selection, as written: `pkgs.git`, `cfg.port`.
    Name(String),
    /// What is called, as written, and with what.
    Call(String, Vec<Value>),
    /// A function, read as the module that it may be.
    Function(Box<NixModule>),
    /// Bound by `inherit`.
    Inherited,
    /// Only evaluation knows.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrPart {
    Text(String),
    /// `${…}`.
    Hole,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    pub path: Vec<Name>,
    /// What it is where nobody sets it; with paths from here, as it may be a set.
    pub default: Vec<Definition>,
}

/// An element of `imports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// A path that is written there, also that of `import ./x.nix …`.
    pub path: Option<String>,
    /// As written.
    pub text: String,
    pub place: Place,
}

impl Definition {
    /// Returns the place of the names that stand together in the text.
    pub fn place(&self) -> Place {
        let written = &self.path[self.path.len().saturating_sub(self.written)..];
        match (written.first(), written.last()) {
            (Some(first), Some(last)) => first.place.to(last.place),
            _ => self.whole,
        }
    }

    /// Returns the names where all of them are known.
    pub fn names(&self) -> Option<Vec<String>> {
        self.path.iter().map(|it| it.text.clone()).collect()
    }
}

/// Reads a file.
pub fn read(text: &str) -> NixModule {
    reader::read(text)
}
