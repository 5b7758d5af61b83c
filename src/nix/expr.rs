//! `Expr`: the expressions that the output uses.

use std::sync::Arc;

const CONDITIONAL: &str = "lib.mkIf";

/// A Nix expression. Attribute names are plain text; printing quotes them where it must.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Vec<StrPart>),
    /// A name or a selection: `pkgs.nodejs`, `config.networking.hostName`.
    Select(Vec<String>),
    List(Vec<Expr>),
    Attrs(Vec<(String, Expr)>),
    /// A function and its arguments.
    Apply(Box<Expr>, Vec<Expr>),
    /// `with pkgs; body`.
    With(Box<Expr>, Box<Expr>),
    /// `name: body`.
    Function(String, Box<Expr>),
    Binary(Box<Expr>, Operator, Box<Expr>),
    /// A file that is written beside the Nix files; prints as a path to it.
    Asset(Asset),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `//`: what the right one has stands.
    Update,
    NotEqual,
    Less,
    Subtract,
    /// `++`: two lists in one.
    Append,
    /// `a.b or c`: the right one where there is no left one.
    Or,
}

impl Operator {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Operator::Update => "//",
            Operator::NotEqual => "!=",
            Operator::Append => "++",
            Operator::Less => "<",
            Operator::Subtract => "-",
            Operator::Or => "or",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum StrPart {
    Literal(String),
    /// `${…}`.
    Splice(Expr),
}

/// A file of the output that an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its path below the folder of files: `etc/nginx/nginx.conf`.
    pub name: String,
    pub bytes: Arc<[u8]>,
}

/// What stands before the name of a file that a person makes.
const OF_PERSON: &str = "\0/";

impl Asset {
    /// A file that a person puts into the output: its path from the output's root.
    pub fn of_person(path: &str) -> Asset {
        Asset {
            name: format!("{OF_PERSON}{path}"),
            bytes: Arc::from([]),
        }
    }

    /// Returns the path of a file that a person makes; none for one that is written.
    pub fn as_of_person(&self) -> Option<&str> {
        self.name.strip_prefix(OF_PERSON)
    }
}

impl Expr {
    pub fn str(text: impl Into<String>) -> Expr {
        Expr::Str(vec![StrPart::Literal(text.into())])
    }

    pub fn strs<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Expr {
        Expr::List(texts.into_iter().map(Expr::str).collect())
    }

    /// Makes a selection from its dotted form; the names must be plain identifiers.
    pub fn select(dotted: &str) -> Expr {
        Expr::Select(dotted.split('.').map(str::to_owned).collect())
    }

    /// Makes `pkgs.<attr>`; a dotted `attr` selects from a package set.
    pub fn package(attr: &str) -> Expr {
        Expr::select(&format!("pkgs.{attr}"))
    }

    pub fn apply(function: &str, arguments: Vec<Expr>) -> Expr {
        Expr::Apply(Box::new(Expr::select(function)), arguments)
    }

    pub fn binary(left: Expr, operator: Operator, right: Expr) -> Expr {
        Expr::Binary(Box::new(left), operator, Box::new(right))
    }

    /// Makes `lib.mkIf condition value`: the value is there only where the condition holds.
    pub fn only_if(condition: Expr, value: Expr) -> Expr {
        Expr::apply(CONDITIONAL, vec![condition, value])
    }

    /// Returns condition and value of what `only_if` made.
    pub fn as_only_if(&self) -> Option<(&Expr, &Expr)> {
        let Expr::Apply(function, arguments) = self else {
            return None;
        };
        match arguments.as_slice() {
            [condition, value] if **function == Expr::select(CONDITIONAL) => {
                Some((condition, value))
            }
            _ => None,
        }
    }

    /// Returns the string where it has no splices.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Expr::Str(parts) => match parts.as_slice() {
                [] => Some(""),
                [StrPart::Literal(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Tells whether the expression selects something by these names.
    pub fn selects(&self, names: &[&str]) -> bool {
        match self {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Asset(_) => false,
            Expr::Str(parts) => parts.iter().any(|part| match part {
                StrPart::Literal(_) => false,
                StrPart::Splice(expr) => expr.selects(names),
            }),
            Expr::Select(own) => own.iter().map(String::as_str).eq(names.iter().copied()),
            Expr::List(items) => items.iter().any(|it| it.selects(names)),
            Expr::Attrs(attrs) => attrs.iter().any(|(_, it)| it.selects(names)),
            Expr::Apply(function, arguments) => {
                function.selects(names) || arguments.iter().any(|it| it.selects(names))
            }
            Expr::With(left, right) | Expr::Binary(left, _, right) => {
                left.selects(names) || right.selects(names)
            }
            Expr::Function(_, body) => body.selects(names),
        }
    }

    /// Calls `visit` for each text of the expression: strings, names, and what it selects.
    pub fn for_each_text(&self, visit: &mut impl FnMut(&str)) {
        match self {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Asset(_) => {}
            Expr::Select(names) => visit(&names.join(".")),
            Expr::Str(parts) => {
                for part in parts {
                    match part {
                        StrPart::Literal(text) => visit(text),
                        StrPart::Splice(expr) => expr.for_each_text(visit),
                    }
                }
            }
            Expr::List(items) => items.iter().for_each(|item| item.for_each_text(visit)),
            Expr::Attrs(attrs) => {
                for (name, value) in attrs {
                    visit(name);
                    value.for_each_text(visit);
                }
            }
            Expr::Apply(function, arguments) => {
                function.for_each_text(visit);
                arguments.iter().for_each(|it| it.for_each_text(visit));
            }
            Expr::With(left, right) | Expr::Binary(left, _, right) => {
                left.for_each_text(visit);
                right.for_each_text(visit);
            }
            Expr::Function(_, body) => body.for_each_text(visit),
        }
    }

    /// Returns the expression with what `make` has in the place of its parts, from the whole down.
    #[must_use]
    pub fn replaced(&self, make: &mut impl FnMut(&Expr) -> Option<Expr>) -> Expr {
        if let Some(made) = make(self) {
            return made;
        }
        match self {
            Expr::Null
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Asset(_)
            | Expr::Select(_) => self.clone(),
            Expr::Str(parts) => Expr::Str(
                parts
                    .iter()
                    .map(|part| match part {
                        StrPart::Literal(_) => part.clone(),
                        StrPart::Splice(expr) => StrPart::Splice(expr.replaced(make)),
                    })
                    .collect(),
            ),
            Expr::List(items) => Expr::List(items.iter().map(|it| it.replaced(make)).collect()),
            Expr::Attrs(attrs) => Expr::Attrs(
                attrs
                    .iter()
                    .map(|(name, it)| (name.clone(), it.replaced(make)))
                    .collect(),
            ),
            Expr::Apply(function, arguments) => Expr::Apply(
                Box::new(function.replaced(make)),
                arguments.iter().map(|it| it.replaced(make)).collect(),
            ),
            Expr::With(left, right) => Expr::With(
                Box::new(left.replaced(make)),
                Box::new(right.replaced(make)),
            ),
            Expr::Binary(left, operator, right) => Expr::Binary(
                Box::new(left.replaced(make)),
                *operator,
                Box::new(right.replaced(make)),
            ),
            Expr::Function(name, body) => {
                Expr::Function(name.clone(), Box::new(body.replaced(make)))
            }
        }
    }

    /// Calls `visit` for each file that the expression refers to.
    pub fn for_each_asset(&self, visit: &mut impl FnMut(&Asset)) {
        match self {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Select(_) => {}
            Expr::Str(parts) => {
                for part in parts {
                    if let StrPart::Splice(expr) = part {
                        expr.for_each_asset(visit);
                    }
                }
            }
            Expr::List(items) => items.iter().for_each(|item| item.for_each_asset(visit)),
            Expr::Attrs(attrs) => attrs
                .iter()
                .for_each(|(_, value)| value.for_each_asset(visit)),
            Expr::Apply(function, arguments) => {
                function.for_each_asset(visit);
                arguments
                    .iter()
                    .for_each(|argument| argument.for_each_asset(visit));
            }
            Expr::With(scope, body) => {
                scope.for_each_asset(visit);
                body.for_each_asset(visit);
            }
            Expr::Function(_, body) => body.for_each_asset(visit),
            Expr::Binary(left, _, right) => {
                left.for_each_asset(visit);
                right.for_each_asset(visit);
            }
            Expr::Asset(asset) => visit(asset),
        }
    }
}
