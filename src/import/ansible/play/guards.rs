//! Conditions that hang on what an earlier task looked at, as shell: the step that stands under one looks itself.
//!
//! `register: r` of a command, and `when: r.rc != 0` over another, are one step: `if` the first fails, `then` the second.

use std::collections::BTreeMap;

use super::Player;
use super::context::Context;
use crate::import::ansible::jinja;
use crate::import::ansible::modules::Look;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::Scope;
use crate::import::ansible::value::{Truth, Value};
use crate::model::{Command, Condition};
use crate::source::Span;
use crate::syntax::jinja::{Arg, CompareOp, Const, Expr};
use crate::syntax::shell::quoted;
use crate::syntax::yaml::Scalar;

/// What tasks looked at, by the name under which they registered it.
pub(super) type Looks = BTreeMap<String, Seen>;

/// A look, and what its task made of its success.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) look: Look,
    /// The task says itself when it fails.
    pub(super) is_judged: bool,
}

/// A condition as shell: what has to run first, and what is tested.
struct Tests<'p, 's, 'a> {
    looks: &'p Looks,
    scope: &'s Scope<'a>,
    span: Span,
    user: Option<&'p str>,
    /// The looks that are asked for, and what of them.
    used: Vec<Asked>,
}

/// Part of a condition.
enum Part {
    Known(bool),
    Shell(String),
}

/// What of a look is asked for.
#[derive(Clone)]
struct Asked {
    name: String,
    field: Field,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Status,
    Output,
    Lines,
}

impl<'a> Player<'a> {
    /// Returns the beginning of a script that goes on only where the conditions of a task hold; nothing where they hang
    /// on more than what earlier tasks looked at.
    pub(super) fn check(
        &self,
        task: &Task,
        context: &Context<'a>,
        scope: &Scope<'a>,
        guard: &Condition,
        user: Option<&str>,
    ) -> Option<String> {
        let is_open = matches!(guard, Condition::Unknown(_));
        if !is_open || context.guard != Condition::True || self.looks.is_empty() {
            return None;
        }
        let mut tests = Tests {
            looks: &self.looks,
            scope,
            span: task.span,
            user,
            used: Vec::new(),
        };
        let mut all = Vec::new();
        for node in &context.when {
            for node in node.items().unwrap_or(std::slice::from_ref(*node)) {
                match scope.condition(node).ok()? {
                    Condition::True => continue,
                    Condition::False => return None,
                    Condition::Unknown(_) => {}
                }
                let Some(Scalar::Str(text)) = node.scalar() else {
                    return None;
                };
                if text.contains("{{") || text.contains("{%") {
                    return None;
                }
                let parsed = scope.session().expression(text.trim());
                match tests.part(parsed.as_ref().as_ref().ok()?)? {
                    Part::Known(true) => {}
                    Part::Known(false) => return None,
                    Part::Shell(test) => all.push(test),
                }
            }
        }
        let test = all.join(" && ");
        let mut script = String::new();
        let mut done: Vec<&str> = Vec::new();
        for Asked { name, .. } in &tests.used {
            if done.contains(&name.as_str()) {
                continue;
            }
            done.push(name);
            let asks = |field: Field| {
                let mut used = tests.used.iter();
                used.any(|it| it.name == *name && it.field == field)
            };
            let wanted = (
                asks(Field::Status),
                asks(Field::Output) || asks(Field::Lines),
            );
            script.push_str(&preparation(name, &self.looks.get(name)?.look, wanted)?);
        }
        (!test.is_empty()).then(|| format!("{script}if {test}; then\n"))
    }
}

/// Returns the lines that run a command, and keep how it ended and what it printed, as far as that is wanted.
fn preparation(name: &str, look: &Look, wanted: (bool, bool)) -> Option<String> {
    let Look::Command {
        script, directory, ..
    } = look
    else {
        return Some(String::new());
    };
    let name = variable(name);
    let folder = match directory {
        Some(folder) => format!("cd {} && ", quoted(folder)),
        None => String::new(),
    };
    let script = format!("{folder}{script}");
    Some(match wanted {
        (true, true) => format!("{name}_status=0\n{name}_output=$({script}) || {name}_status=$?\n"),
        (true, false) => {
            format!("{name}_status=0\n({script}) > /dev/null 2>&1 || {name}_status=$?\n")
        }
        (false, _) => format!("{name}_output=$({script}) || true\n"),
    })
}

fn variable(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.trim_start_matches('_').chars().map(plain).collect()
}

impl Tests<'_, '_, '_> {
    /// Turns an expression into a test.
    fn part(&mut self, expr: &Expr) -> Option<Part> {
        if let Ok(value) = jinja::evaluate(self.scope, expr, self.span) {
            match value.truth() {
                Some(Truth::Yes) => return Some(Part::Known(true)),
                Some(Truth::No) => return Some(Part::Known(false)),
                Some(Truth::Unknown(_)) | None => {}
            }
        }
        let shell = |text: String| Some(Part::Shell(text));
        match expr {
            Expr::Not(inner) => match self.part(inner)? {
                Part::Known(it) => Some(Part::Known(!it)),
                Part::Shell(test) => shell(format!("! {}", grouped(&test))),
            },
            Expr::And(one, other) => match (self.part(one)?, self.part(other)?) {
                (Part::Known(false), _) | (_, Part::Known(false)) => Some(Part::Known(false)),
                (Part::Known(true), it) | (it, Part::Known(true)) => Some(it),
                (Part::Shell(one), Part::Shell(other)) => {
                    shell(format!("{} && {}", grouped(&one), grouped(&other)))
                }
            },
            Expr::Or(one, other) => match (self.part(one)?, self.part(other)?) {
                (Part::Known(true), _) | (_, Part::Known(true)) => Some(Part::Known(true)),
                (Part::Known(false), it) | (it, Part::Known(false)) => Some(it),
                (Part::Shell(one), Part::Shell(other)) => shell(format!("{{ {one} || {other}; }}")),
            },
            Expr::Filter(name, Some(inner), _) if &**name == "bool" => self.part(inner),
            // What is always there needs no default.
            Expr::Filter(name, Some(inner), _) if matches!(&**name, "default" | "d") => {
                self.part(inner)
            }
            Expr::Filter(name, Some(inner), args) if is_length(name) && args.is_empty() => {
                let asked = self.asked(inner)?;
                self.length(&asked, CompareOp::Gt, 0).map(Part::Shell)
            }
            Expr::Compare(left, rest) => match rest.as_slice() {
                [(op, right)] => self.compared(left, *op, right).map(Part::Shell),
                _ => None,
            },
            Expr::Test(name, inner, args) => self.tested(name, inner, args).map(Part::Shell),
            Expr::Attr(object, name) => self.attribute(expr, object, name).map(Part::Shell),
            _ => None,
        }
    }

    /// `r.failed`, `r.stdout`, `r.stat.exists`
    fn attribute(&mut self, expr: &Expr, object: &Expr, name: &str) -> Option<String> {
        if let Expr::Attr(root, stat) = object
            && let Expr::Var(var) = &**root
            && &**stat == "stat"
        {
            let seen = self.looks.get(&**var)?;
            let Look::Path(path) = &seen.look else {
                return None;
            };
            let flag = match name {
                "exists" => "-e",
                "isdir" => "-d",
                "isreg" => "-f",
                "islnk" => "-L",
                "executable" => "-x",
                _ => return None,
            };
            return Some(format!("[ {flag} {} ]", quoted(path)));
        }
        if let Expr::Var(var) = object
            && name == "failed"
        {
            return self.success(var).map(|it| format!("! {it}"));
        }
        let asked = self.asked(expr)?;
        let variable = variable(&asked.name);
        match asked.field {
            Field::Output | Field::Lines => Some(format!("[ -n \"${variable}_output\" ]")),
            Field::Status => Some(format!("[ \"${variable}_status\" -ne 0 ]")),
        }
    }

    fn success(&mut self, var: &str) -> Option<String> {
        let seen = self.looks.get(var)?;
        if seen.is_judged || !matches!(seen.look, Look::Command { .. }) {
            return None;
        }
        self.take(var, Field::Status)?;
        Some(format!("[ \"${}_status\" -eq 0 ]", variable(var)))
    }

    /// `r is failed`, `r.stdout is search('x')`
    fn tested(&mut self, name: &str, inner: &Expr, args: &[Arg]) -> Option<String> {
        match (name, inner, args) {
            ("failed" | "failure", Expr::Var(var), []) => {
                self.success(var).map(|it| format!("! {it}"))
            }
            ("succeeded" | "success" | "successful", Expr::Var(var), []) => self.success(var),
            ("search", inner, [Arg::Positional(wanted)]) => {
                let wanted = self.known(wanted)?;
                let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_:/".contains(c);
                let wanted = wanted
                    .as_str()
                    .filter(|it| it.chars().all(is_plain))?
                    .to_owned();
                self.holds(inner, &wanted)
            }
            _ => None,
        }
    }

    fn compared(&mut self, left: &Expr, op: CompareOp, right: &Expr) -> Option<String> {
        if matches!(op, CompareOp::In | CompareOp::NotIn) {
            let wanted = self.known(left)?;
            let found = self.holds(right, wanted.as_str()?)?;
            return Some(match op {
                CompareOp::NotIn => format!("! {found}"),
                _ => found,
            });
        }
        let (left, op, right) = match self.known(left) {
            Some(_) => (right, turned(op), left),
            None => (left, op, right),
        };
        let wanted = self.known(right)?;
        if let (Value::Bool(wanted), CompareOp::Eq | CompareOp::Ne) = (&wanted, op) {
            let Part::Shell(test) = self.part(left)? else {
                return None;
            };
            let is_same = *wanted == (op == CompareOp::Eq);
            return Some(if is_same {
                test
            } else {
                format!("! {}", grouped(&test))
            });
        }
        if let Some(found) = self.found(left, op, &wanted) {
            return Some(found);
        }
        if let Expr::Filter(name, Some(inner), _) = left
            && is_length(name)
        {
            let asked = self.asked(inner)?;
            return self.length(&asked, op, wanted.as_int()?);
        }
        let (inner, is_number) = match left {
            Expr::Filter(name, Some(inner), _) if &**name == "int" => (&**inner, true),
            Expr::Filter(name, Some(inner), _) if &**name == "trim" => (&**inner, false),
            other => (other, false),
        };
        let asked = self.asked(inner)?;
        let variable = variable(&asked.name);
        match (asked.field, &wanted) {
            (Field::Status, Value::Int(number)) => Some(format!(
                "[ \"${variable}_status\" {} {number} ]",
                numeric(op)?
            )),
            (Field::Output, Value::Int(number)) if is_number => Some(format!(
                "[ \"${{{variable}_output:-0}}\" {} {number} ]",
                numeric(op)?
            )),
            (Field::Output, Value::Str(text)) => {
                let text = quoted(text.plain()?);
                let sign = match op {
                    CompareOp::Eq => "=",
                    CompareOp::Ne => "!=",
                    _ => return None,
                };
                Some(format!("[ \"${variable}_output\" {sign} {text} ]"))
            }
            _ => None,
        }
    }

    /// `r.stdout.find('x') == -1`
    fn found(&mut self, left: &Expr, op: CompareOp, wanted: &Value) -> Option<String> {
        let Expr::Call(callee, args) = left else {
            return None;
        };
        let (Expr::Attr(output, method), [Arg::Positional(text)]) = (&**callee, args.as_slice())
        else {
            return None;
        };
        let is_there = match (&**method, op, wanted.as_int()?) {
            ("find", CompareOp::Eq, -1) | ("find", CompareOp::Lt, 0) => false,
            ("find", CompareOp::Ne | CompareOp::Gt, -1) | ("find", CompareOp::Gte, 0) => true,
            _ => return None,
        };
        let text = self.known(text)?;
        let test = self.holds(output, text.as_str()?)?;
        Some(if is_there { test } else { format!("! {test}") })
    }

    /// Compares how long an output is: with nothing only, or the number of its lines.
    fn length(&mut self, asked: &Asked, op: CompareOp, number: i64) -> Option<String> {
        let output = format!("${}_output", variable(&asked.name));
        match (asked.field, op, number) {
            (Field::Status, _, _) => None,
            (_, CompareOp::Gt | CompareOp::Ne, 0) | (_, CompareOp::Gte, 1) => {
                Some(format!("[ -n \"{output}\" ]"))
            }
            (_, CompareOp::Eq | CompareOp::Lte, 0) | (_, CompareOp::Lt, 1) => {
                Some(format!("[ -z \"{output}\" ]"))
            }
            (Field::Lines, op, number) => Some(format!(
                "[ \"$(printf '%s' \"{output}\" | grep -c '')\" {} {number} ]",
                numeric(op)?
            )),
            (Field::Output, _, _) => None,
        }
    }

    /// `'x' in r.stdout`
    fn holds(&mut self, inner: &Expr, wanted: &str) -> Option<String> {
        if wanted.is_empty() || wanted.contains('\n') {
            return None;
        }
        let asked = self.asked(inner)?;
        let whole = match asked.field {
            Field::Output => "",
            Field::Lines => "x",
            Field::Status => return None,
        };
        Some(format!(
            "grep -qF{whole} -e {} <<< \"${}_output\"",
            quoted(wanted),
            variable(&asked.name)
        ))
    }

    fn known(&self, expr: &Expr) -> Option<Value> {
        let value = match expr {
            Expr::Const(Const::Str(text)) => Value::str(text),
            Expr::Const(Const::Int(number)) => Value::Int(*number),
            other => jinja::evaluate(self.scope, other, self.span).ok()?,
        };
        value.deep_hole().is_none().then_some(value)
    }

    /// `r.rc`, `r.stdout`, `r.stdout_lines`
    fn asked(&mut self, expr: &Expr) -> Option<Asked> {
        let Expr::Attr(object, name) = expr else {
            return None;
        };
        let Expr::Var(var) = &**object else {
            return None;
        };
        let field = match &**name {
            "rc" => Field::Status,
            "stdout" => Field::Output,
            "stdout_lines" => Field::Lines,
            _ => return None,
        };
        self.take(var, field)
    }

    /// Takes a command that was run as whoever the step runs as.
    fn take(&mut self, var: &str, field: Field) -> Option<Asked> {
        let Look::Command { user, .. } = &self.looks.get(var)?.look else {
            return None;
        };
        if user.as_deref() != self.user {
            return None;
        }
        let name = var.to_owned();
        let asked = Asked { name, field };
        self.used.push(asked.clone());
        Some(asked)
    }
}

fn is_length(name: &str) -> bool {
    matches!(name, "length" | "count")
}

fn grouped(test: &str) -> String {
    if test.contains(" && ") {
        format!("{{ {test}; }}")
    } else {
        test.to_owned()
    }
}

fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Lte => CompareOp::Gte,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Gte => CompareOp::Lte,
        CompareOp::Eq | CompareOp::Ne | CompareOp::In | CompareOp::NotIn => op,
    }
}

fn numeric(op: CompareOp) -> Option<&'static str> {
    Some(match op {
        CompareOp::Eq => "-eq",
        CompareOp::Ne => "-ne",
        CompareOp::Lt => "-lt",
        CompareOp::Lte => "-le",
        CompareOp::Gt => "-gt",
        CompareOp::Gte => "-ge",
        CompareOp::In | CompareOp::NotIn => return None,
    })
}

/// Returns a command as a line of shell; nothing where a part of it is not known.
pub(in crate::import::ansible) fn line(command: &Command) -> Option<String> {
    match command {
        Command::Words(words) => {
            let words: Option<Vec<String>> =
                words.iter().map(|it| it.plain().map(quoted)).collect();
            Some(words?.join(" "))
        }
        Command::Script { shell, text } => {
            let name = shell.rsplit('/').next().unwrap_or(shell);
            let is_shell = matches!(name, "sh" | "bash" | "dash");
            is_shell
                .then(|| text.plain())
                .flatten()
                .map(|it| it.trim().to_owned())
        }
    }
}
