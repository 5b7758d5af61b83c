//! What is computed with what nobody knows: the name under which a person gives it.
//!
//! A text that prints such a value keeps the rest of itself: the value is a name of `values.nix`, called as the variable
//! that holds it, or as the expression. What decides (conditions, loops, arguments that choose) takes no name: there it is
//! as unknown as before.

use super::left_open::{is_given, is_identifier};
use super::scope::Scope;
use super::value::Value;
use crate::model::{Hole, HoleKind, Piece, Text};
use crate::secret::is_secret_name;
use crate::syntax::jinja::{Arg, Const, Expr};

/// What stands between a name and what it stands for.
const FOR: &str = "`, for ";

/// Names of expressions are no longer than this.
const LONGEST: usize = 64;

/// Words that say nothing of what is meant.
const EMPTY: [&str; 8] = [
    "ansible_facts",
    "bool",
    "d",
    "default",
    "list",
    "mandatory",
    "string",
    "trim",
];

/// What is nobody's to give: it is there only while Ansible runs, or nobody knows whether there is any.
const NOT_NAMED: [&str; 9] = [
    "all variables of ",
    "made of itself",
    "made of what has no value",
    "made of themselves",
    "runs only if",
    "the loop goes over",
    "the name of a temporary file",
    "where Ansible runs",
    "which hangs on",
];

/// Names that stand for something else in each round.
const OF_ROUNDS: [&str; 6] = [
    "hostvars",
    "item",
    "ansible_loop",
    "ansible_index_var",
    "loop",
    "vars",
];

/// Makes a hole one that a person gives under a name.
pub(super) fn hole_of(name: &str, original: &str, given: &str, hole: &Hole) -> Hole {
    Hole {
        what: format!("`{name}{FOR}{original}{given}"),
        ..hole.clone()
    }
}

/// Returns what a hole stands for that has a name of its own.
pub(super) fn original(what: &str) -> Option<&str> {
    let (name, original) = what.strip_prefix('`')?.split_once(FOR)?;
    (!name.contains('`')).then_some(original)
}

/// Gives what an expression prints a name, where it has none and a person may say what it is.
pub(super) fn printed(
    scope: &Scope<'_>,
    expr: &Expr,
    value: Value,
    is_local: impl Fn(&str) -> bool,
) -> Value {
    let needs = |hole: &Hole| hole.kind == HoleKind::Unknown && !is_given(hole);
    let is_open = match &value {
        Value::Unknown(hole) => needs(hole),
        Value::Str(text) => text.holes().any(needs),
        _ => false,
    };
    if !is_open {
        return value;
    }
    let mut words = Words::default();
    words.of(expr);
    let is_of_round = |it: &str| OF_ROUNDS.contains(&it) || is_local(it);
    if words.roots.iter().any(|it| is_of_round(it)) {
        return value;
    }
    // What goes into it besides tells one value from another under one name.
    let others = words.roots.iter().filter_map(|it| match scope.get(it) {
        Ok(Value::Str(text)) => text.plain().map(str::to_owned),
        Ok(Value::Int(number)) => Some(number.to_string()),
        _ => None,
    });
    let others: Vec<String> = others.collect();
    let with_name = |name: &str, hole: &Hole| with_name(scope, name, &others.join(" "), hole);
    let name = words.joined();
    match value {
        Value::Unknown(hole) => Value::Unknown(with_name(&name, &hole)),
        Value::Str(text) => {
            let many = text.holes().filter(|it| needs(it)).count() > 1;
            let mut made = Text::new();
            let mut number = 0;
            for piece in text.pieces() {
                match piece {
                    Piece::Hole(hole) if needs(hole) => {
                        number += 1;
                        let own = match many {
                            true => format!("{name}_{number}"),
                            false => name.clone(),
                        };
                        made.push_hole(with_name(&own, hole));
                    }
                    Piece::Hole(hole) => made.push_hole(hole.clone()),
                    Piece::Literal(literal) => made.push_str(literal),
                }
            }
            Value::Str(made)
        }
        other => other,
    }
}

/// Gives what a variable holds the name of the variable, where it was computed.
pub(super) fn held(scope: &Scope<'_>, variable: &str, text: Option<&str>, value: Value) -> Value {
    let Value::Unknown(hole) = &value else {
        return value;
    };
    let own = is_given(hole) && original(&hole.what).is_none();
    let is_name = variable.split('.').all(is_identifier);
    let is_of_round = text.is_none_or(|it| OF_ROUNDS.iter().any(|word| it.contains(word)));
    if own || !is_name || is_of_round || hole.kind == HoleKind::Secret {
        return value;
    }
    Value::Unknown(with_name(scope, variable, "", hole))
}

/// Returns the variables that an expression begins with.
pub(super) fn variables(expr: &Expr) -> Vec<String> {
    let mut words = Words::default();
    words.of(expr);
    words.roots
}

fn with_name(scope: &Scope<'_>, name: &str, others: &str, hole: &Hole) -> Hole {
    let what = super::left_open::called(&hole.what);
    let is_nobodys = NOT_NAMED.iter().any(|it| what.contains(it));
    if is_nobodys || !name.split('.').all(is_identifier) {
        return hole.clone();
    }
    if tells_secret(name, what) {
        return super::left_open::closed_hole(hole);
    }
    let name = match what {
        "the time of the run" => "time_of_the_run",
        _ => name,
    };
    let meant = format!("{what} {others}");
    let name = scope.session().name_of(name, &meant, hole.span);
    super::left_open::given_as(&name, what, hole)
}

/// Tells whether a name, or that of the task that makes the value, speaks of a secret.
fn tells_secret(name: &str, what: &str) -> bool {
    // The table of accounts, which holds no password, has such a name, too.
    let name = &name.replace("getent_passwd", "getent");
    if what.ends_with("in `passwd`") {
        return false;
    }
    let task = what.split('"').nth(1).unwrap_or_default();
    let words: Vec<&str> = name
        .split(['.', '_'])
        .chain(task.split(|c: char| !c.is_alphanumeric()))
        .filter(|it| !it.is_empty())
        .collect();
    let is_one = |it: &str| is_secret_name(it);
    is_one(name) || words.iter().any(|it| is_one(it)) || is_one(&words.join("_"))
}

/// The words of an expression, and the variables that it begins with.
#[derive(Default)]
struct Words {
    words: Vec<String>,
    roots: Vec<String>,
}

impl Words {
    fn add(&mut self, text: &str) {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let made: String = text.chars().map(plain).collect();
        let parts: Vec<&str> = made.split('_').filter(|it| !it.is_empty()).collect();
        if !parts.is_empty() && !EMPTY.contains(&text) {
            self.words.push(parts.join("_"));
        }
    }

    fn joined(&self) -> String {
        let mut name = String::new();
        for word in &self.words {
            let is_first = name.is_empty();
            if !is_first && name.len() + word.len() >= LONGEST {
                continue;
            }
            if !is_first {
                name.push('_');
            }
            name.push_str(word);
        }
        match name.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("value_{name}"),
            false => name,
        }
    }

    fn all(&mut self, exprs: &[&Expr]) {
        exprs.iter().for_each(|it| self.of(it));
    }

    fn args(&mut self, args: &[Arg]) {
        for arg in args {
            let (Arg::Positional(inner)
            | Arg::Named(_, inner)
            | Arg::Star(inner)
            | Arg::StarStar(inner)) = arg;
            self.of(inner);
        }
    }

    fn of(&mut self, expr: &Expr) {
        match expr {
            Expr::Var(name) => {
                self.roots.push(name.to_string());
                self.add(name);
            }
            // Of a path, what it leads to.
            Expr::Const(Const::Str(text)) => self.add(text.rsplit('/').next().unwrap_or(text)),
            Expr::Const(Const::Int(number)) => self.add(&number.to_string()),
            Expr::Const(Const::None | Const::Bool(_) | Const::Float(_)) => {}
            Expr::Slice(inner, parts) => {
                self.of(inner);
                parts.iter().flatten().for_each(|it| self.of(it));
            }
            Expr::Not(inner) | Expr::Neg(inner) | Expr::Pos(inner) => self.of(inner),
            Expr::And(one, other)
            | Expr::Or(one, other)
            | Expr::Math(_, one, other)
            | Expr::Item(one, other) => self.all(&[one, other]),
            Expr::Compare(first, rest) => {
                self.of(first);
                rest.iter().for_each(|it| self.of(&it.1));
            }
            Expr::If(test, then, otherwise) => {
                self.all(&[test, then]);
                otherwise.iter().for_each(|it| self.of(it));
            }
            Expr::Filter(name, inner, args) => {
                inner.iter().for_each(|it| self.of(it));
                self.add(name.rsplit('.').next().unwrap_or(name));
                self.args(args);
            }
            Expr::Test(name, inner, args) => {
                self.of(inner);
                self.add(name);
                self.args(args);
            }
            Expr::Attr(object, name) => {
                self.of(object);
                self.add(name);
            }
            Expr::Call(callee, args) => {
                self.of(callee);
                self.args(args);
            }
            Expr::List(items) | Expr::Tuple(items) => items.iter().for_each(|it| self.of(it)),
            Expr::Dict(pairs) => pairs.iter().for_each(|(key, it)| self.all(&[key, it])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Words, original, tells_secret};
    use crate::syntax::jinja::read_expression;

    #[test]
    fn an_expression_has_the_name_of_its_words() {
        for (text, name) in [
            ("shop_look.stdout", "shop_look_stdout"),
            ("[cores, 4] | min", "cores_4_min"),
            ("2 * cores", "value_2_cores"),
            ("lookup('env', 'USER')", "lookup_env_USER"),
            ("paths[0].name", "paths_0_name"),
        ] {
            let mut words = Words::default();
            words.of(&read_expression(text).expect("an expression"));
            assert_eq!(words.joined(), name, "{text}");
        }
    }

    #[test]
    fn what_a_name_stands_for_is_found_again() {
        for (what, expected) in [
            ("`a`, for the output of x", Some("the output of x")),
            ("`a`, which the source does not set", None),
            ("the fact `a`, for b", None),
        ] {
            assert_eq!(original(what), expected, "{what}");
        }
    }

    #[test]
    fn what_speaks_of_a_secret_gets_no_name() {
        for (name, what, expected) in [
            (
                "shop_stdout",
                "the output of the task \"Make a token\"",
                true,
            ),
            (
                "shop_password_stdout",
                "the output of the task \"Look\"",
                true,
            ),
            ("shop_version", "the output of the task \"Look\"", false),
        ] {
            assert_eq!(tells_secret(name, what), expected, "{name}");
        }
    }
}
