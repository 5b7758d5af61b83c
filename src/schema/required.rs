//! Options without a default: once their submodule is used, or their service is on, they must be set.

use super::asserted::{Asserted, ROWS};
use super::check::{Problem, Wrong};
use super::index::Found;
use super::lookup;
use super::table;
use super::types::Type;
use crate::diag;
use crate::nix::{Expr, attr_path_text};
use crate::plan::{OptionPath, Plan, Setting};

/// Finds the definitions that cannot stay since an option that they need has no value.
pub(super) fn missing(plan: &Plan) -> Vec<Wrong> {
    let leaves = leaves(plan);
    let mut wrong = Vec::new();
    for required in table::required() {
        if required.contains(&"*") {
            // Elements are checked as they stand: nothing else can complete one.
            continue;
        }
        // Most areas of the index are not touched at all.
        let area = &required[..required.len().min(2)];
        if !leaves.iter().any(|leaf| is_about(leaf, area)) {
            continue;
        }
        let Some(user) = user(&required) else {
            continue;
        };
        for instance in instances(&user, &leaves) {
            let mut option = instance.clone();
            option.extend(required[instance.len()..].iter().map(|it| (*it).to_owned()));
            if is_set(&option, &leaves) {
                continue;
            }
            wrong.extend(without(plan, &user, &instance, &option));
        }
    }
    wrong.extend(ROWS.iter().flat_map(|row| refused(plan, row, &leaves)));
    wrong
}

/// Finds the switches of a plan with which their modules would not evaluate, and why.
pub fn refused_switches(plan: &Plan) -> Vec<(OptionPath, String)> {
    let wrong = missing(plan).into_iter();
    wrong
        .filter(|(path, _, _)| path.names().last().is_some_and(|it| it == "enable"))
        .map(|(path, _, problem)| (path, problem.message))
        .collect()
}

fn is_set(option: &[String], leaves: &[Leaf]) -> bool {
    leaves.iter().any(|leaf| {
        leaf.names.starts_with(option)
            || (leaf.kind == LeafKind::Opaque && option.starts_with(&leaf.names))
    })
}

/// Finds the definitions of a switch with which its module would not evaluate.
fn refused(plan: &Plan, row: &Asserted, leaves: &[Leaf]) -> Vec<Wrong> {
    let is_on = |switch: &OptionPath| {
        let mut about = leaves.iter().filter(|it| it.names == switch.names());
        about.any(|it| it.kind == LeafKind::On)
    };
    let is_met = |option: &OptionPath| match option.names().last() {
        Some(last) if last == "enable" => is_on(option),
        _ => is_set(option.names(), leaves),
    };
    if !is_on(&row.switch) {
        return Vec::new();
    }
    let Some(lacking) = row.needs.iter().find(|any| !any.iter().any(is_met)) else {
        return Vec::new();
    };
    let names: Vec<String> = lacking.iter().map(|it| format!("`{it}`")).collect();
    let names = names.join(" or ");
    let definitions = plan.get(&row.switch).map(Setting::definitions);
    let definitions = definitions.into_iter().flatten();
    definitions
        .map(|it| {
            let problem = Problem {
                code: diag::Code::OptionRequired,
                message: format!(
                    "the module of `{}` does not evaluate without {names}",
                    row.switch
                ),
                help: Some(format!("give {names} a value as well")),
            };
            (row.switch.clone(), it.expr.clone(), problem)
        })
        .collect()
}

/// Finds an option that an element of a list needs and does not have.
pub(super) fn missing_in_element(names: &[String], attrs: &[(String, Expr)]) -> Option<Problem> {
    let required = table::required().find(|required| {
        let Some((last, folder)) = required.split_last() else {
            return false;
        };
        fits(folder, names) && folder.len() == names.len() && !attrs.iter().any(|it| it.0 == *last)
    })?;
    let last = required.last().copied().unwrap_or_default();
    Some(problem(&attr_path_text(names), last))
}

/// What makes a required option needed.
enum User {
    /// Any definition below this path.
    Submodule(Vec<&'static str>),
    /// `true` at this switch, of the service in this folder.
    Switch(Vec<&'static str>),
}

fn user(required: &[&'static str]) -> Option<User> {
    for end in (1..required.len()).rev() {
        let folder = &required[..end];
        if folder.last() == Some(&"<name>") {
            return Some(User::Submodule(folder.to_vec()));
        }
        if let Some(Found::Option(facts)) = lookup(folder)
            && !facts.inside
        {
            match &facts.kind {
                // A submodule that is always there hangs on its service.
                Type::Submodule(_) => {}
                other if other.submodule().is_some() => {
                    return Some(User::Submodule(folder.to_vec()));
                }
                _ => return None,
            }
        }
        let mut switch = folder.to_vec();
        switch.push("enable");
        if let Some(Found::Option(facts)) = lookup(&switch)
            && facts.kind == Type::Bool
            && !facts.inside
        {
            return Some(User::Switch(switch));
        }
    }
    None
}

/// The end of a definition: attribute sets are taken apart.
struct Leaf {
    names: Vec<String>,
    kind: LeafKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeafKind {
    /// `true`
    On,
    /// `{ }`: what it stands for is used, and nothing of it set.
    Empty,
    /// What is below is not known here.
    Opaque,
    Value,
}

/// Tells whether a definition may lie in an area: the area begins as its path does, where names are given.
fn is_about(leaf: &Leaf, area: &[&str]) -> bool {
    let pairs = leaf.names.iter().zip(area);
    let mut pairs = pairs.filter(|(_, of_area)| **of_area != "<name>");
    pairs.all(|(name, of_area)| name == of_area)
}

fn leaves(plan: &Plan) -> Vec<Leaf> {
    let mut all = Vec::new();
    for (path, setting) in plan.settings() {
        match setting {
            Setting::One(one) => push_leaves(path.names().to_vec(), &one.expr, &mut all),
            Setting::Elements(_) => all.push(Leaf {
                names: path.names().to_vec(),
                kind: LeafKind::Value,
            }),
        }
    }
    all
}

fn push_leaves(names: Vec<String>, expr: &Expr, all: &mut Vec<Leaf>) {
    let kind = match expr {
        Expr::Attrs(attrs) if attrs.is_empty() => LeafKind::Empty,
        Expr::Attrs(attrs) => {
            for (name, value) in attrs {
                let mut names = names.clone();
                names.push(name.clone());
                push_leaves(names, value, all);
            }
            return;
        }
        Expr::Bool(true) => LeafKind::On,
        Expr::Select(_)
        | Expr::Apply(..)
        | Expr::With(..)
        | Expr::Function(..)
        | Expr::Binary(..) => LeafKind::Opaque,
        Expr::Null
        | Expr::Bool(false)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Str(_)
        | Expr::List(_)
        | Expr::Asset(_) => LeafKind::Value,
    };
    all.push(Leaf { names, kind });
}

/// Finds the places where the user of a required option is used: the path of the folder that holds the option.
fn instances(user: &User, leaves: &[Leaf]) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for leaf in leaves {
        let instance = match user {
            User::Submodule(folder)
                if fits(folder, &leaf.names)
                    && (leaf.names.len() > folder.len() || leaf.kind == LeafKind::Empty) =>
            {
                &leaf.names[..folder.len()]
            }
            User::Switch(switch)
                if leaf.kind == LeafKind::On
                    && leaf.names.len() == switch.len()
                    && fits(switch, &leaf.names) =>
            {
                &leaf.names[..switch.len() - 1]
            }
            User::Submodule(_) | User::Switch(_) => continue,
        };
        if !found.iter().any(|it| it == instance) {
            found.push(instance.to_vec());
        }
    }
    found
}

fn fits(pattern: &[&str], path: &[String]) -> bool {
    path.len() >= pattern.len()
        && pattern
            .iter()
            .zip(path)
            .all(|(pattern, name)| *pattern == "<name>" || pattern == name)
}

fn without(plan: &Plan, user: &User, instance: &[String], option: &[String]) -> Vec<Wrong> {
    let (used, last) = match user {
        User::Submodule(_) => (instance.to_vec(), true),
        User::Switch(_) => {
            let mut switch = instance.to_vec();
            switch.push("enable".to_owned());
            (switch, false)
        }
    };
    let missing = attr_path_text(option);
    let mut wrong = Vec::new();
    for (path, setting) in plan.settings() {
        let below = path.names().starts_with(&used);
        let above = used.starts_with(path.names()) && last;
        if below || above {
            for definition in setting.definitions() {
                let problem = problem_at(path, &missing);
                wrong.push((path.clone(), definition.expr.clone(), problem));
            }
        }
    }
    wrong
}

fn problem_at(path: &OptionPath, missing: &str) -> Problem {
    Problem {
        code: diag::Code::OptionRequired,
        message: format!("`{path}` needs `{missing}`, which has no default and is not given"),
        help: Some(format!(
            "give `{missing}` its value, then state this as well"
        )),
    }
}

fn problem(element: &str, missing: &str) -> Problem {
    Problem {
        code: diag::Code::OptionRequired,
        message: format!("an element of `{element}` needs `{missing}`, which is not given"),
        help: Some(format!("give `{missing}` its value as well")),
    }
}
