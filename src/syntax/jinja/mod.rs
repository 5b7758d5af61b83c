//! Jinja2: a template or an expression as a tree that owns its text.
//!
//! Manual: <https://jinja.palletsprojects.com/en/stable/templates/>
//!
//! What is a tag, what is cut around it and what binds stronger is as in Jinja2 3.1, with its extensions `do` and
//! `loopcontrols`.
//!
//! Left out: `{% trans %}` and `{% debug %}`; whole numbers beyond 64 bits; characters by name (`\N{...}`).

mod depth;
mod expression;
mod lexer;
mod parser;
mod statement;
mod strings;

use std::rc::Rc;

use lexer::Mark;
pub use parser::{read_expression, read_template};

/// How a template treats the text around its tags, and what its tags look like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    pub trim_blocks: bool,
    pub lstrip_blocks: bool,
    pub keep_trailing_newline: bool,
    /// What line breaks of the template become.
    pub newline: String,
    /// A backslash in a string of an expression stands for itself, as in templates of YAML files.
    pub literal_backslashes: bool,
    /// Starts and ends of block, variable, comment.
    pub marks: [String; 6],
    /// What makes a line a statement, such as `%`.
    pub line_statement: Option<String>,
    pub line_comment: Option<String>,
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
        with_context: bool,
    },
    FromImport {
        template: Expr,
        /// Names and what they are called here.
        names: Vec<(Rc<str>, Rc<str>)>,
        with_context: bool,
    },
    Extends(Expr),
    Include {
        template: Expr,
        ignore_missing: bool,
        with_context: bool,
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
    /// It sees the names of the loop that it stands in.
    pub is_scoped: bool,
    pub is_required: bool,
    pub body: Body,
}

#[derive(Debug)]
pub struct Macro {
    pub name: Rc<str>,
    pub args: Vec<Rc<str>>,
    /// Of the last arguments.
    pub defaults: Vec<Expr>,
    pub takes_varargs: bool,
    pub takes_kwargs: bool,
    pub takes_caller: bool,
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
    Pos(Box<Expr>),
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
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
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

impl Default for Settings {
    /// Ansible's own.
    fn default() -> Settings {
        Settings {
            trim_blocks: true,
            lstrip_blocks: false,
            keep_trailing_newline: false,
            newline: "\n".to_owned(),
            literal_backslashes: false,
            marks: ["{%", "%}", "{{", "}}", "{#", "#}"].map(str::to_owned),
            line_statement: None,
            line_comment: None,
        }
    }
}

impl Settings {
    /// Returns the settings of a template that stands in a YAML file.
    pub fn of_yaml() -> Settings {
        Settings {
            literal_backslashes: true,
            ..Settings::default()
        }
    }

    /// Tells whether a text may hold a tag.
    pub fn starts_in(&self, text: &str) -> bool {
        let [block, _, variable, _, comment, _] = &self.marks;
        [block, variable, comment]
            .iter()
            .any(|it| text.contains(it.as_str()))
    }

    fn mark(&self, mark: Mark) -> &str {
        let [
            block,
            block_end,
            variable,
            variable_end,
            comment,
            comment_end,
        ] = &self.marks;
        match mark {
            Mark::BlockStart => block,
            Mark::BlockEnd => block_end,
            Mark::VariableStart => variable,
            Mark::VariableEnd => variable_end,
            Mark::CommentStart => comment,
            Mark::CommentEnd => comment_end,
            Mark::LineStatement => self.line_statement.as_deref().unwrap_or_default(),
            Mark::LineComment => self.line_comment.as_deref().unwrap_or_default(),
        }
    }

    /// Returns what starts a tag, in the order in which Jinja2 tries it: the longest first.
    fn starts(&self) -> Vec<(Mark, &str)> {
        let all = [
            Mark::VariableStart,
            Mark::LineStatement,
            Mark::LineComment,
            Mark::CommentStart,
            Mark::BlockStart,
        ];
        let mut starts: Vec<(Mark, &str)> = all.map(|it| (it, self.mark(it))).to_vec();
        starts.retain(|(_, mark)| !mark.is_empty());
        starts.sort_by_key(|(_, mark)| std::cmp::Reverse(mark.len()));
        starts
    }
}
