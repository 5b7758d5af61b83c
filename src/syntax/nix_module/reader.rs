//! From the syntax tree to definitions, declarations and imports.

use rnix::ast::{self, AstNode, HasEntry};
use rnix::{ParseError, SyntaxKind, SyntaxNode, TextRange};

use super::depth;
use super::function::{Known, Moves, known, moves};
use super::value::{call, parts};
use super::{Declaration, Definition, Head, Import, Name, NixModule, StrPart, Value, ValueKind};
use crate::syntax::place::{Fault, Place};

/// Deeper nesting is left as not known.
const MAX_DEPTH: u32 = 400;

/// Attributes of a module that are no options.
const STRUCTURE: [&str; 8] = [
    "imports",
    "options",
    "config",
    "disabledModules",
    "freeformType",
    "_file",
    "_class",
    "key",
];

pub(super) fn read(text: &str) -> NixModule {
    let mut reader = Reader {
        text,
        breaks: text.match_indices('\n').map(|(at, _)| at).collect(),
        depth: 0,
    };
    if let Some(at) = depth::too_deep(text) {
        let range = TextRange::empty(at);
        let fault = Fault::new(reader.place_of(range), "it is nested too deeply to be read");
        return NixModule {
            fault: Some(fault),
            ..NixModule::default()
        };
    }
    let parsed = rnix::Root::parse(text);
    let mut module = match parsed.tree().expr() {
        Some(expr) => reader.function(&expr),
        None => NixModule::default(),
    };
    module.fault = parsed.errors().first().map(|it| reader.fault(it));
    module
}

pub(super) struct Reader<'a> {
    text: &'a str,
    breaks: Vec<usize>,
    depth: u32,
}

/// What stands around a place of a module.
#[derive(Clone, Default)]
struct Around {
    path: Vec<Name>,
    written: usize,
    /// What stands behind the `=`.
    whole: Option<Place>,
    conditions: Vec<Place>,
    priorities: Vec<String>,
}

impl Reader<'_> {
    pub(super) fn place<T: AstNode>(&self, node: &T) -> Place {
        // rnix's trait has the method only in a bound.
        fn syntax<T: AstNode>(node: &T) -> &SyntaxNode {
            node.syntax()
        }
        self.place_of(syntax(node).text_range())
    }

    fn place_of(&self, range: TextRange) -> Place {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let line = self.breaks.partition_point(|at| *at < start) + 1;
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            start,
            end,
        }
    }

    fn fault(&self, error: &ParseError) -> Fault {
        let end = TextRange::empty(rnix::TextSize::of(self.text.trim_end()));
        let (range, why) = match error {
            ParseError::Unexpected(range) | ParseError::UnexpectedExtra(range) => {
                (*range, "this does not belong here".to_owned())
            }
            ParseError::UnexpectedWanted(_, range, wanted) => {
                let why = if begins_a_value(wanted) {
                    "a value should stand here".to_owned()
                } else {
                    format!("{} is missing before this", one_of(wanted))
                };
                (*range, why)
            }
            ParseError::UnexpectedDoubleBind(range) => {
                (*range, "the arguments have two names".to_owned())
            }
            ParseError::UnexpectedEOF => (end, "the file ends too early".to_owned()),
            ParseError::UnexpectedEOFWanted(wanted) => {
                (end, format!("the file ends before {}", one_of(wanted)))
            }
            ParseError::DuplicatedArgs(range, name) => {
                (*range, format!("the argument `{name}` stands there twice"))
            }
            ParseError::RecursionLimitExceeded => (end, "it is nested too deeply".to_owned()),
            other => (end, other.to_string()),
        };
        Fault::new(self.place_of(range), why)
    }

    /// Goes one level down; none where that is too deep.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        Some(found)
    }

    /// Reads an expression as a module, through the functions around it.
    pub(super) fn function(&mut self, expr: &ast::Expr) -> NixModule {
        let mut module = NixModule::default();
        let mut expr = expr.clone();
        loop {
            let next = match &expr {
                ast::Expr::Lambda(lambda) => {
                    head(lambda, &mut module.head);
                    lambda.body()
                }
                ast::Expr::Paren(paren) => paren.expr(),
                ast::Expr::LetIn(binding) => binding.body(),
                ast::Expr::With(with) => with.body(),
                ast::Expr::Assert(assert) => assert.body(),
                _ => break,
            };
            match next {
                Some(next) => expr = next,
                None => return module,
            }
        }
        module.is_set = is_set(&expr);
        if module.is_set {
            self.module(&expr, &Around::default(), &mut module);
        } else {
            let value = self.value(&expr);
            module
                .definitions
                .push(definition(Around::default(), value));
        }
        module
    }

    /// Reads the set of a module, in which `config`, `options` and `imports` have their own meaning.
    fn module(&mut self, expr: &ast::Expr, around: &Around, module: &mut NixModule) {
        let mut found = Vec::new();
        self.definitions(expr, around, &mut found);
        for definition in found {
            self.part(definition, module);
        }
    }

    /// Takes one attribute of a module for what it is.
    fn part(&mut self, mut definition: Definition, module: &mut NixModule) {
        let first = definition.path.first().and_then(|it| it.text.clone());
        match first.as_deref() {
            Some("options") => declaration(definition, module),
            Some("imports") if definition.path.len() == 1 => {
                self.imports(&definition.value, &definition.conditions, module);
            }
            Some("config") if definition.path.len() > 1 => {
                definition.path.remove(0);
                definition.written = definition.written.min(definition.path.len());
                module.definitions.push(definition);
            }
            // `config = f x` too: what it sets is not known.
            Some(first) if STRUCTURE.contains(&first) => {}
            _ => module.definitions.push(definition),
        }
    }

    fn imports(&mut self, value: &Value, conditions: &[Place], module: &mut NixModule) {
        let ValueKind::List(items) = &value.kind else {
            self.import(value, module);
            return;
        };
        for item in items {
            match &item.kind {
                ValueKind::Attrs(inner) => {
                    // A module in place sets what its importer would set.
                    for it in inner {
                        let mut it = it.clone();
                        it.conditions.splice(0..0, conditions.to_vec());
                        self.part(it, module);
                    }
                }
                ValueKind::Function(inner) => {
                    module.definitions.extend(inner.definitions.iter().cloned());
                    module
                        .declarations
                        .extend(inner.declarations.iter().cloned());
                    module.imports.extend(inner.imports.iter().cloned());
                }
                _ => self.import(item, module),
            }
        }
    }

    fn import(&mut self, item: &Value, module: &mut NixModule) {
        let path = match &item.kind {
            ValueKind::Path(path) => Some(path.clone()),
            ValueKind::Call(function, arguments) => {
                if let Some(moves) = moves(function) {
                    moved(moves, arguments, module);
                    return;
                }
                match arguments.first().map(|it| &it.kind) {
                    Some(ValueKind::Path(path)) if function.ends_with("import") => {
                        Some(path.clone())
                    }
                    _ => None,
                }
            }
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Int(_)
            | ValueKind::Float(_)
            | ValueKind::Str(_)
            | ValueKind::List(_)
            | ValueKind::Attrs(_)
            | ValueKind::Name(_)
            | ValueKind::Function(_)
            | ValueKind::Inherited
            | ValueKind::Other => None,
        };
        let text = self.text.get(item.place.start..item.place.end);
        module.imports.push(Import {
            path,
            text: text.unwrap_or_default().to_owned(),
            place: item.place,
        });
    }

    /// Reads a set by itself: its definitions, with paths from there.
    pub(super) fn set_alone(&mut self, set: &ast::AttrSet) -> Vec<Definition> {
        let mut found = Vec::new();
        self.set(set, &Around::default(), &mut found);
        found
    }

    fn set(&mut self, set: &ast::AttrSet, around: &Around, found: &mut Vec<Definition>) {
        for entry in set.entries() {
            match entry {
                ast::Entry::AttrpathValue(binding) => {
                    let (Some(path), Some(value)) = (binding.attrpath(), binding.value()) else {
                        continue;
                    };
                    let names: Vec<Name> = path.attrs().map(|it| self.name(&it)).collect();
                    let mut around = around.clone();
                    around.written = names.len();
                    around.path.extend(names);
                    around.whole = Some(self.place(&value));
                    self.definitions(&value, &around, found);
                }
                ast::Entry::Inherit(inherit) => {
                    for attr in inherit.attrs() {
                        let name = self.name(&attr);
                        let value = Value {
                            kind: ValueKind::Inherited,
                            place: name.place,
                        };
                        let mut around = around.clone();
                        around.written = 1;
                        around.path.push(name);
                        around.whole = None;
                        found.push(definition(around, value));
                    }
                }
            }
        }
    }

    /// Reads what a value defines at the path around it.
    fn definitions(&mut self, expr: &ast::Expr, around: &Around, found: &mut Vec<Definition>) {
        let read = self.deeper(|reader| reader.definitions_in(expr, around, found));
        if read.is_none() {
            let place = self.place(expr);
            let kind = ValueKind::Other;
            found.push(definition(around.clone(), Value { kind, place }));
        }
    }

    fn definitions_in(&mut self, expr: &ast::Expr, around: &Around, found: &mut Vec<Definition>) {
        let inner = match expr {
            ast::Expr::Paren(paren) => paren.expr(),
            ast::Expr::LetIn(binding) => binding.body(),
            ast::Expr::With(with) => with.body(),
            ast::Expr::Assert(assert) => assert.body(),
            ast::Expr::AttrSet(set) if set.entries().next().is_some() => {
                return self.set(set, around, found);
            }
            ast::Expr::IfElse(choice) => {
                let mut around = around.clone();
                let condition = choice.condition().map(|it| self.place(&it));
                around.conditions.extend(condition);
                for branch in [choice.body(), choice.else_body()].into_iter().flatten() {
                    self.definitions(&branch, &around, found);
                }
                return;
            }
            ast::Expr::BinOp(operation) if operation.operator() == Some(ast::BinOpKind::Update) => {
                for side in [operation.lhs(), operation.rhs()].into_iter().flatten() {
                    self.definitions(&side, around, found);
                }
                return;
            }
            ast::Expr::Apply(apply) => {
                let (function, arguments) = call(apply);
                if let Some(known) = known(&function)
                    && self.known(known, &function, &arguments, around, found)
                {
                    return;
                }
                None
            }
            _ => None,
        };
        if let Some(inner) = inner {
            return self.definitions(&inner, around, found);
        }
        let value = self.value(expr);
        found.push(definition(around.clone(), value));
    }

    /// Reads through a function of the library; false where it is not used as it should.
    fn known(
        &mut self,
        known: Known,
        function: &str,
        arguments: &[ast::Expr],
        around: &Around,
        found: &mut Vec<Definition>,
    ) -> bool {
        let Some(last) = arguments.last() else {
            return false;
        };
        let mut around = around.clone();
        match (known, arguments) {
            (Known::If, [condition, body]) => {
                around.conditions.push(self.place(condition));
                self.definitions(body, &around, found);
            }
            (Known::Priority, [_] | [_, _]) => {
                let name = super::function::last(function).to_owned();
                around.priorities.push(name);
                self.definitions(last, &around, found);
            }
            (Known::Merge, [_]) => {
                let items = sets_of(last);
                if items.is_empty() {
                    return false;
                }
                for item in items {
                    self.definitions(&item, &around, found);
                }
            }
            (Known::Transparent, [left, right]) => {
                self.definitions(left, &around, found);
                self.definitions(right, &around, found);
            }
            (Known::Each, [first, second]) => {
                let is_function = |it: &ast::Expr| body_of(it).is_some();
                let Some(each) = [second, first].into_iter().find(|it| is_function(it)) else {
                    return false;
                };
                let Some(body) = body_of(each).filter(is_set) else {
                    return false;
                };
                let place = self.place(each);
                around.path.push(Name { text: None, place });
                around.written = 1;
                self.definitions(&body, &around, found);
            }
            _ => return false,
        }
        true
    }

    fn name(&self, attr: &ast::Attr) -> Name {
        let place = self.place(attr);
        let text = match attr {
            ast::Attr::Ident(name) => Some(name.to_string()),
            ast::Attr::Str(text) => literal(text),
            ast::Attr::Dynamic(dynamic) => match dynamic.expr() {
                Some(ast::Expr::Str(text)) => literal(&text),
                _ => None,
            },
        };
        Name { text, place }
    }
}

fn literal(text: &ast::Str) -> Option<String> {
    match parts(text).as_slice() {
        [] => Some(String::new()),
        [StrPart::Text(text)] => Some(text.clone()),
        _ => None,
    }
}

fn definition(around: Around, value: Value) -> Definition {
    Definition {
        path: around.path,
        written: around.written,
        whole: around.whole.unwrap_or(value.place),
        value,
        conditions: around.conditions,
        priorities: around.priorities,
    }
}

fn declaration(definition: Definition, module: &mut NixModule) {
    let path: Vec<Name> = definition.path.into_iter().skip(1).collect();
    if path.is_empty() {
        return;
    }
    let arguments = match definition.value.kind {
        ValueKind::Call(function, arguments) if function.ends_with("mkOption") => arguments,
        _ => Vec::new(),
    };
    let mut default = Vec::new();
    for argument in arguments {
        if let ValueKind::Attrs(inner) = argument.kind {
            let is_default = |it: &Definition| {
                let first = it.path.first().and_then(|it| it.text.as_deref());
                first == Some("default")
            };
            default.extend(inner.into_iter().filter(is_default));
        }
    }
    for it in &mut default {
        it.path.remove(0);
        it.written = it.written.min(it.path.len());
    }
    module.declarations.push(Declaration { path, default });
}

fn moved(moves: Moves, arguments: &[Value], module: &mut NixModule) {
    let Some(first) = arguments.first() else {
        return;
    };
    match (moves, &first.kind) {
        (Moves::One, _) => module.declarations.extend(old_path(first)),
        (Moves::Many, ValueKind::List(paths)) => {
            module
                .declarations
                .extend(paths.iter().filter_map(old_path));
        }
        (Moves::From, ValueKind::Attrs(arguments)) => {
            let from = arguments
                .iter()
                .find(|it| it.names().is_some_and(|names| names == ["from"]));
            module
                .declarations
                .extend(from.and_then(|it| old_path(&it.value)));
        }
        _ => {}
    }
}

/// Reads a path that is a list of strings.
fn old_path(value: &Value) -> Option<Declaration> {
    let ValueKind::List(items) = &value.kind else {
        return None;
    };
    let name = |item: &Value| Name {
        text: match &item.kind {
            ValueKind::Str(parts) => match parts.as_slice() {
                [StrPart::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        },
        place: item.place,
    };
    Some(Declaration {
        path: items.iter().map(name).collect(),
        default: Vec::new(),
    })
}

fn head(lambda: &ast::Lambda, head: &mut Head) {
    match lambda.param() {
        Some(ast::Param::Pattern(pattern)) => {
            head.patterns += 1;
            head.is_open = pattern.ellipsis_token().is_some();
            head.names = pattern
                .pat_entries()
                .filter_map(|it| it.ident())
                .map(|it| it.to_string())
                .collect();
        }
        Some(ast::Param::IdentParam(_)) => head.plain += 1,
        None => {}
    }
}

/// Tells whether an expression gives a set, as far as it can be seen.
fn is_set(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::AttrSet(_) => true,
        ast::Expr::Paren(it) => it.expr().is_some_and(|it| is_set(&it)),
        ast::Expr::LetIn(it) => it.body().is_some_and(|it| is_set(&it)),
        ast::Expr::With(it) => it.body().is_some_and(|it| is_set(&it)),
        ast::Expr::Assert(it) => it.body().is_some_and(|it| is_set(&it)),
        ast::Expr::IfElse(it) => it.body().is_some_and(|it| is_set(&it)),
        ast::Expr::BinOp(it) => it.operator() == Some(ast::BinOpKind::Update),
        ast::Expr::Apply(it) => known(&call(it).0).is_some(),
        _ => false,
    }
}

fn body_of(expr: &ast::Expr) -> Option<ast::Expr> {
    match expr {
        ast::Expr::Paren(paren) => body_of(&paren.expr()?),
        ast::Expr::Lambda(lambda) => match lambda.body()? {
            ast::Expr::Lambda(inner) => inner.body(),
            other => Some(other),
        },
        _ => None,
    }
}

/// The elements of a list that is written there, also as `[ a ] ++ b`.
fn sets_of(expr: &ast::Expr) -> Vec<ast::Expr> {
    match expr {
        ast::Expr::Paren(it) => it.expr().map_or_else(Vec::new, |it| sets_of(&it)),
        ast::Expr::With(it) => it.body().map_or_else(Vec::new, |it| sets_of(&it)),
        ast::Expr::List(list) => list.items().collect(),
        ast::Expr::BinOp(it) if it.operator() == Some(ast::BinOpKind::Concat) => {
            let sides = [it.lhs(), it.rhs()].into_iter().flatten();
            sides.flat_map(|side| sets_of(&side)).collect()
        }
        _ => Vec::new(),
    }
}

/// Names of tokens for people.
fn one_of(wanted: &[SyntaxKind]) -> String {
    if begins_a_value(wanted) {
        return "a value".to_owned();
    }
    let names: Vec<&str> = wanted.iter().filter_map(|it| token_name(*it)).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "something".to_owned(),
    }
}

/// Tells whether all tokens are wanted with which a value can begin.
fn begins_a_value(wanted: &[SyntaxKind]) -> bool {
    wanted.contains(&SyntaxKind::TOKEN_L_PAREN) && wanted.contains(&SyntaxKind::TOKEN_REC)
}

fn token_name(kind: SyntaxKind) -> Option<&'static str> {
    Some(match kind {
        SyntaxKind::TOKEN_SEMICOLON => "`;`",
        SyntaxKind::TOKEN_L_BRACE => "`{`",
        SyntaxKind::TOKEN_R_BRACE => "`}`",
        SyntaxKind::TOKEN_L_BRACK => "`[`",
        SyntaxKind::TOKEN_R_BRACK => "`]`",
        SyntaxKind::TOKEN_L_PAREN => "`(`",
        SyntaxKind::TOKEN_R_PAREN => "`)`",
        SyntaxKind::TOKEN_ASSIGN => "`=`",
        SyntaxKind::TOKEN_COLON => "`:`",
        SyntaxKind::TOKEN_COMMA => "`,`",
        SyntaxKind::TOKEN_AT => "`@`",
        SyntaxKind::TOKEN_DOT => "`.`",
        SyntaxKind::TOKEN_QUESTION => "`?`",
        SyntaxKind::TOKEN_ELLIPSIS => "`...`",
        SyntaxKind::TOKEN_IN => "`in`",
        SyntaxKind::TOKEN_THEN => "`then`",
        SyntaxKind::TOKEN_ELSE => "`else`",
        SyntaxKind::TOKEN_IDENT => "a name",
        SyntaxKind::TOKEN_STRING_START => "a string",
        SyntaxKind::TOKEN_STRING_END => "the end of the string",
        SyntaxKind::TOKEN_INTERPOL_END => "the `}` of `${`",
        // `or` and `__curPos` may stand where a name does, but nobody means them.
        _ => return None,
    })
}
