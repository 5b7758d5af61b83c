//! A module of the output that declares options of its own, as those of nixpkgs do.
//!
//! `services.<name>` is the folder of its options; what it defines reads them as `cfg.<option>`.

use super::Origin;
use crate::nix::Expr;

/// The options that a module declares, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// Where the service comes from, for the head of its file: `shop/Dockerfile`.
    pub described: String,
    /// Names that what it defines uses, besides `cfg`.
    pub bindings: Vec<(String, Expr)>,
    pub declarations: Vec<Declaration>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// One name: the option is `services.<module>.<name>`.
    pub name: String,
    pub declared: Declared,
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Declared {
    /// `lib.mkEnableOption`, with what it enables.
    Enable(String),
    /// `lib.mkPackageOption`, with the attribute that is its default.
    Package(String),
    /// `lib.mkOption`
    Option(Box<OptionText>),
}

/// What `lib.mkOption` takes.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionText {
    pub kind: OptionKind,
    /// Without one, whoever enables the service has to give a value.
    pub default: Option<Expr>,
    pub example: Option<Expr>,
    /// Markdown, as nixpkgs' manual takes it.
    pub description: String,
}

/// The types that declared options have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionKind {
    Bool,
    Port,
    Str,
    Path,
    Package,
    AttrsOf(Box<OptionKind>),
    NullOr(Box<OptionKind>),
}

impl Module {
    pub fn get(&self, name: &str) -> Option<&Declaration> {
        self.declarations.iter().find(|it| it.name == name)
    }
}

impl Declared {
    pub fn kind(&self) -> OptionKind {
        match self {
            Declared::Enable(_) => OptionKind::Bool,
            Declared::Package(_) => OptionKind::Package,
            Declared::Option(option) => option.kind.clone(),
        }
    }
}

impl OptionKind {
    /// Makes the type as an expression.
    pub fn expr(&self) -> Expr {
        match self {
            OptionKind::Bool => Expr::select("lib.types.bool"),
            OptionKind::Port => Expr::select("lib.types.port"),
            OptionKind::Str => Expr::select("lib.types.str"),
            OptionKind::Path => Expr::select("lib.types.path"),
            OptionKind::Package => Expr::select("lib.types.package"),
            OptionKind::AttrsOf(inner) => Expr::apply("lib.types.attrsOf", vec![inner.expr()]),
            OptionKind::NullOr(inner) => Expr::apply("lib.types.nullOr", vec![inner.expr()]),
        }
    }

    /// Describes the type, as nixpkgs' `lib/types.nix` does.
    pub fn description(&self) -> String {
        match self {
            OptionKind::Bool => "boolean".to_owned(),
            OptionKind::Port => {
                "16 bit unsigned integer; between 0 and 65535 (both inclusive)".to_owned()
            }
            OptionKind::Str => "string".to_owned(),
            OptionKind::Path => "absolute path".to_owned(),
            OptionKind::Package => "package".to_owned(),
            OptionKind::AttrsOf(inner) => format!("attribute set of {}", inner.description()),
            OptionKind::NullOr(inner) => format!("null or {}", inner.description()),
        }
    }
}
