//! Jinja2: a template or an expression as a tree that owns its text.
//!
//! Manual: <https://jinja.palletsprojects.com/en/stable/templates/>
//!
//! minijinja parses; its tree borrows from the text and is unstable, so that it is taken over into this one at once.
//! Left out: `{% trans %}`, `{% debug %}`, and the difference between `with context` and `without context`, which
//! minijinja does not keep.

mod depth;
mod prepare;
mod read;

use std::rc::Rc;

pub use read::{read_expression, read_template};

/// How a template treats the text around its tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    pub trim_blocks: bool,
    pub lstrip_blocks: bool,
    /// A backslash in a string of an expression stands for itself, as in templates of YAML files.
    pub literal_backslashes: bool,
    /// Other delimiters than `{%`, `{{` and `{#`: starts and ends of block, variable, comment.
    pub delimiters: Option<Box<[String; 6]>>,
}

/// Why a template does not parse.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    pub message: String,
    /// From 1.
    pub line: u32,
}

/// A statement, or text between statements.
#[derive(Debug)]
pub struct Stmt {
    /// From 1.
    pub line: u32,
    pub kind: StmtKind,
}

pub type Body = Vec<Stmt>;

#[derive(Debug)]
pub enum StmtKind {
    Raw(String),
    Emit(Expr),
    For(Rc<ForLoop>),
    If {
        test: Expr,
        then: Body,
        otherwise: Body,
    },
    With {
        assignments: Vec<(Target, Expr)>,
        body: Body,
    },
    Set {
        target: Target,
        value: Expr,
    },
    SetBlock {
        target: Target,
        filter: Option<Expr>,
        body: Body,
    },
    /// The innermost filter of the chain has no value of its own.
    FilterBlock {
        filter: Expr,
        body: Body,
    },
    /// `{% autoescape %}`, which changes nothing here.
    Plain(Body),
    Block(Rc<Block>),
    Import {
        template: Expr,
        name: Rc<str>,
    },
    FromImport {
        template: Expr,
        /// Names and what they are called here.
        names: Vec<(Rc<str>, Rc<str>)>,
    },
    Extends(Expr),
    Include {
        template: Expr,
        ignore_missing: bool,
    },
    Macro(Rc<Macro>),
    CallBlock {
        call: Expr,
        body: Rc<Macro>,
    },
    Do(Expr),
    Continue,
    Break,
}

#[derive(Debug)]
pub struct ForLoop {
    pub target: Target,
    pub iter: Expr,
    pub filter: Option<Expr>,
    pub recursive: bool,
    pub body: Body,
    pub otherwise: Body,
}

#[derive(Debug)]
pub struct Block {
    pub name: Rc<str>,
    pub body: Body,
}

#[derive(Debug)]
pub struct Macro {
    pub name: Rc<str>,
    pub args: Vec<Rc<str>>,
    /// Of the last arguments.
    pub defaults: Vec<Expr>,
    pub body: Body,
}

/// What a value is assigned to.
#[derive(Debug)]
pub enum Target {
    Name(Rc<str>),
    /// `namespace.name`
    Attr(Rc<str>, Rc<str>),
    Unpack(Vec<Target>),
}

#[derive(Debug)]
pub enum Expr {
    Var(Rc<str>),
    Const(Const),
    /// Object, start, stop, step.
    Slice(Box<Expr>, Box<[Option<Expr>; 3]>),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Math(MathOp, Box<Expr>, Box<Expr>),
    /// One or several comparisons in a chain.
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    /// Test, value, other value.
    If(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `None` for the first filter of a filter block.
    Filter(Rc<str>, Option<Box<Expr>>, Vec<Arg>),
    Test(Rc<str>, Box<Expr>, Vec<Arg>),
    Attr(Box<Expr>, Rc<str>),
    Item(Box<Expr>, Box<Expr>),
    Call(Box<Expr>, Vec<Arg>),
    /// A list or a tuple.
    List(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
}

#[derive(Debug)]
pub enum Arg {
    Positional(Expr),
    Named(Rc<str>, Expr),
    Star(Expr),
    StarStar(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
    Concat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    In,
    NotIn,
}

impl Settings {
    /// Returns the settings of a template that stands in a YAML file.
    pub fn of_yaml() -> Settings {
        Settings {
            trim_blocks: true,
            lstrip_blocks: false,
            literal_backslashes: true,
            delimiters: None,
        }
    }
}
