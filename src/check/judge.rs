//! One definition against the index.

use super::convert::{expr, place_at};
use super::declared::Declared;
use super::{Edit, rename};
use crate::diag::Code;
use crate::schema::{
    Found, Index, OptionFacts, Type, alike, check_value, likeness, option_text, removed, renamed,
};
use crate::source::FileId;
use crate::syntax::Place;
use crate::syntax::nix_module::{Definition, Name, Value, ValueKind};

/// How like a name must be to one that NixOS has, to be taken for it where the index does not have all names.
const CERTAINLY: f32 = 0.9;
/// Shorter names are easily alike.
const LONG: usize = 8;
/// How like a name must be to one that NixOS has, to be taken for it where other modules may have declared it.
const PROBABLY: f32 = 0.8;
/// How many options of other folders are offered.
const ELSEWHERE: usize = 2;
/// As many options of a folder are listed where none is like the one that is asked for.
const FEW: usize = 6;
/// Names that so many folders have that they say nothing.
const EVERYWHERE: [&str; 8] = [
    "enable",
    "package",
    "user",
    "group",
    "port",
    "name",
    "settings",
    "extraConfig",
];

pub(super) struct Ctx<'a> {
    pub(super) index: &'a Index,
    pub(super) declared: &'a Declared,
    pub(super) file: FileId,
    pub(super) text: &'a str,
    /// Some of the files import modules from elsewhere, which may declare options anywhere.
    pub(super) has_foreign: bool,
    /// All paths that the file defines.
    pub(super) paths: &'a [Vec<String>],
}

#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) place: Place,
    pub(super) edit: Option<Edit>,
}

#[derive(Debug, Default)]
pub(super) struct Judged {
    /// The index can tell whether the definition is right.
    pub(super) is_covered: bool,
    pub(super) problems: Vec<Problem>,
}

impl Judged {
    fn fine() -> Judged {
        Judged {
            is_covered: true,
            problems: Vec::new(),
        }
    }

    fn wrong(problem: Problem) -> Judged {
        Judged {
            is_covered: true,
            problems: vec![problem],
        }
    }
}

pub(super) fn judge(ctx: &Ctx<'_>, definition: &Definition) -> Judged {
    let names = names(&definition.path);
    let is_named = definition.path.first().is_some_and(|it| it.text.is_some());
    if !is_named || ctx.declared.has(&names) {
        return Judged::default();
    }
    match ctx.index.lookup(&names) {
        Some(Found::Option(facts)) => of_option(ctx, definition, &names, &facts),
        Some(Found::Folder) => of_folder(ctx, definition, &names),
        None => missing(ctx, definition, &names),
    }
}

/// The names of a path; what only evaluation knows is any name.
fn names(path: &[Name]) -> Vec<String> {
    path.iter()
        .map(|it| it.text.clone().unwrap_or_else(|| "<name>".to_owned()))
        .collect()
}

fn of_option(
    ctx: &Ctx<'_>,
    definition: &Definition,
    names: &[String],
    facts: &OptionFacts<'_>,
) -> Judged {
    let mut judged = Judged::fine();
    judged
        .problems
        .extend(type_problem(names, facts, &definition.value));
    if judged.problems.is_empty() {
        elements(ctx, definition, names, &mut judged);
    }
    judged
}

/// The options of sets in a list.
fn elements(ctx: &Ctx<'_>, definition: &Definition, names: &[String], judged: &mut Judged) {
    let ValueKind::List(items) = &definition.value.kind else {
        return;
    };
    let mut folder = names.to_vec();
    folder.push("*".to_owned());
    if ctx.index.known(&folder) < folder.len() {
        return;
    }
    for item in items {
        let ValueKind::Attrs(inner) = &item.kind else {
            continue;
        };
        for it in inner {
            let mut path = definition.path.clone();
            path.push(Name {
                text: Some("*".to_owned()),
                place: item.place,
            });
            path.extend(it.path.iter().cloned());
            let inner = Definition { path, ..it.clone() };
            judged.problems.extend(judge(ctx, &inner).problems);
        }
    }
}

pub(super) fn type_problem(
    names: &[String],
    facts: &OptionFacts<'_>,
    value: &Value,
) -> Option<Problem> {
    let mismatch = check_value(&facts.kind, &expr(value)).err()?;
    let at = match mismatch.at.as_slice() {
        [] => String::new(),
        at => format!(" at `{}`", option_text(at)),
    };
    let takes = if facts.inside {
        format!("belongs to `{}`, which takes", facts.names.join("."))
    } else {
        "takes".to_owned()
    };
    Some(Problem {
        code: Code::OptionType,
        message: format!(
            "`{}` {takes} {}, not {}{at}",
            option_text(names),
            facts.description,
            mismatch.found
        ),
        help: cure(&facts.kind, value),
        place: place_at(value, &mismatch.at),
        edit: None,
    })
}

/// What to write instead, where that is plain.
fn cure(kind: &Type, value: &Value) -> Option<String> {
    let fits = |expr| check_value(kind, &expr).is_ok();
    let text = match &value.kind {
        ValueKind::Str(parts) => match parts.as_slice() {
            [crate::syntax::nix_module::StrPart::Text(text)] => text.as_str(),
            _ => return None,
        },
        ValueKind::Int(number) => {
            let text = number.to_string();
            return fits(crate::nix::Expr::str(&text)).then(|| format!("write `\"{text}\"`"));
        }
        ValueKind::Bool(it) => {
            let text = if *it { "yes" } else { "no" };
            return fits(crate::nix::Expr::str(text)).then(|| format!("write `\"{text}\"`"));
        }
        ValueKind::Path(path) => {
            return fits(crate::nix::Expr::str("text")).then(|| {
                format!("write `\"${{{path}}}\"`, or read it: `builtins.readFile {path}`")
            });
        }
        ValueKind::Null
        | ValueKind::Float(_)
        | ValueKind::List(_)
        | ValueKind::Attrs(_)
        | ValueKind::Name(_)
        | ValueKind::Call(..)
        | ValueKind::Function(_)
        | ValueKind::Inherited
        | ValueKind::Other => return None,
    };
    let without_quotes = match text {
        "true" | "yes" | "on" if fits(crate::nix::Expr::Bool(true)) => Some("true"),
        "false" | "no" | "off" if fits(crate::nix::Expr::Bool(false)) => Some("false"),
        _ => text
            .parse()
            .is_ok_and(|it| fits(crate::nix::Expr::Int(it)))
            .then_some(text),
    };
    if let Some(it) = without_quotes {
        return Some(format!("write `{it}` without quotes"));
    }
    fits(crate::nix::Expr::strs([text])).then(|| format!("write `[ \"{text}\" ]`"))
}

/// A folder of options is no option.
fn of_folder(ctx: &Ctx<'_>, definition: &Definition, names: &[String]) -> Judged {
    if !ctx.index.is_complete(names) {
        return Judged::default();
    }
    let found = match &definition.value.kind {
        ValueKind::Bool(it) => format!("the boolean {it}"),
        ValueKind::Null => "null".to_owned(),
        ValueKind::Int(_) | ValueKind::Float(_) => "a number".to_owned(),
        ValueKind::Str(_) => "a string".to_owned(),
        ValueKind::List(_) => "a list".to_owned(),
        ValueKind::Path(_)
        | ValueKind::Attrs(_)
        | ValueKind::Name(_)
        | ValueKind::Call(..)
        | ValueKind::Function(_)
        | ValueKind::Inherited
        | ValueKind::Other => return Judged::fine(),
    };
    let children = ctx.index.children(names);
    let help = match (&definition.value.kind, children.contains(&"enable")) {
        (ValueKind::Bool(_), true) => {
            let enable = [names, &["enable".to_owned()]].concat();
            Some(format!("write `{}`", option_text(&enable)))
        }
        _ => None,
    };
    Judged::wrong(Problem {
        code: Code::OptionType,
        message: format!(
            "`{}` is no option, but a folder of options; it cannot be {found}",
            option_text(names)
        ),
        help,
        place: definition.value.place,
        edit: None,
    })
}

/// The index has nothing at the path.
fn missing(ctx: &Ctx<'_>, definition: &Definition, names: &[String]) -> Judged {
    if let Some(renamed) = renamed(names) {
        return Judged::wrong(rename::problem(ctx, definition, names, &renamed));
    }
    if let Some(length) = removed(names) {
        let path = &names[..length];
        return Judged::wrong(Problem {
            code: Code::OptionRemoved,
            message: format!("`{}` is no longer in NixOS", option_text(path)),
            help: meant(ctx.index, path),
            place: rename::place(definition, length),
            edit: None,
        });
    }
    let known = ctx.index.known(names);
    // A name that only evaluation knows may be any of those that are there.
    if definition
        .path
        .get(known)
        .is_none_or(|it| it.text.is_none())
    {
        return Judged::default();
    }
    let above = &names[..known];
    if let Some(Found::Option(facts)) = ctx.index.lookup(above)
        && ctx.index.children(above).is_empty()
    {
        return below_option(definition, names, known, &facts);
    }
    let place = rename::place(definition, known + 1);
    let path = &names[..=known];
    if !ctx.index.is_complete(path) || known < 2 {
        return near_miss(ctx, names, known, place);
    }
    let children = ctx.index.children(above);
    let is_slip = children
        .iter()
        .any(|it| likeness(&names[known], it) >= PROBABLY);
    // What a submodule has is seldom declared by two modules, a folder of options often.
    if ctx.has_foreign && !is_slip && !ctx.index.is_in_submodule(path) {
        return Judged::wrong(Problem {
            code: Code::OptionForeign,
            message: format!("`{}` is no option of NixOS itself", option_text(path)),
            help: Some("a module that is imported from elsewhere must declare it".to_owned()),
            place,
            edit: None,
        });
    }
    Judged::wrong(Problem {
        code: Code::OptionUnknown,
        message: format!("`{}` is no option of NixOS", option_text(path)),
        help: meant(ctx.index, path),
        place,
        edit: None,
    })
}

/// A name below an option that has none below it.
fn below_option(
    definition: &Definition,
    names: &[String],
    known: usize,
    facts: &OptionFacts<'_>,
) -> Judged {
    let is_plain = match &facts.kind {
        Type::Null
        | Type::Bool
        | Type::Int(_)
        | Type::Float(_)
        | Type::Str(_)
        | Type::Atom
        | Type::List(_)
        | Type::NonEmptyList(_)
        | Type::Enum(_) => true,
        // A set may be a package or a path, and what a submodule has may be left out of an index.
        Type::Anything
        | Type::Path(_)
        | Type::Package
        | Type::Data
        | Type::Attrs(_)
        | Type::Function
        | Type::Submodule(_)
        | Type::Either(_) => false,
    };
    if !is_plain {
        return Judged::default();
    }
    Judged::wrong(Problem {
        code: Code::OptionType,
        message: format!(
            "`{}` takes {}, not an attribute set",
            option_text(&names[..known]),
            facts.description
        ),
        help: None,
        place: rename::place(definition, known + 1),
        edit: None,
    })
}

/// Where modules that the index does not have may have options, only a slip of the pen is a problem.
fn near_miss(ctx: &Ctx<'_>, names: &[String], known: usize, place: Place) -> Judged {
    let children = ctx.index.children(&names[..known]);
    let name = &names[known];
    let is_last = known + 1 == names.len();
    let slip = children.iter().find(|it| {
        // Options of other modules begin alike; only the last name is the option itself.
        let is_close =
            name.len() >= LONG && it.len() == name.len() && likeness(name, it) >= CERTAINLY;
        it.eq_ignore_ascii_case(name) || is_last && (is_close || is_swapped(name, it))
    });
    let Some(meant) = slip.filter(|_| known > 0) else {
        return Judged::default();
    };
    let mut path = names[..known].to_vec();
    path.push((*meant).to_owned());
    Judged::wrong(Problem {
        code: Code::OptionUnknown,
        message: format!("`{}` is no option of NixOS", option_text(&names[..=known])),
        help: Some(format!("it may be `{}`", option_text(&path))),
        place,
        edit: None,
    })
}

/// Tells whether two names have the same letters, but for two that changed places.
fn is_swapped(a: &str, b: &str) -> bool {
    let differing: Vec<(char, char)> = a.chars().zip(b.chars()).filter(|(a, b)| a != b).collect();
    a.len() == b.len()
        && matches!(differing.as_slice(), [(a1, b1), (a2, b2)] if a1 == b2 && a2 == b1)
}

/// Names the options that may be meant: of the same folder, then those of the same name nearby, else all that there are.
fn meant(index: &Index, path: &[String]) -> Option<String> {
    let (last, folder) = path.split_last()?;
    let children = index.children(folder);
    let in_folder = |name: &str| {
        let mut path = folder.to_vec();
        path.push(name.to_owned());
        path
    };
    let mut offered: Vec<Vec<String>> = alike(last, children.iter().copied())
        .into_iter()
        .map(in_folder)
        .collect();
    if !EVERYWHERE.contains(&last.as_str()) {
        let elsewhere = index
            .ending_in(last)
            .filter(|it| it.iter().zip(path).take(2).all(|(a, b)| a == b))
            .map(|it| it.into_iter().map(str::to_owned).collect())
            .filter(|it: &Vec<String>| it != path && !offered.contains(it));
        let elsewhere: Vec<Vec<String>> = elsewhere.take(ELSEWHERE).collect();
        offered.extend(elsewhere);
    }
    let listed = |paths: &[Vec<String>]| {
        let texts = paths.iter().map(|it| format!("`{}`", option_text(it)));
        texts.collect::<Vec<_>>().join(", ")
    };
    if offered.is_empty() {
        let is_short = (1..=FEW).contains(&children.len()) && !children.contains(&"<name>");
        let all: Vec<Vec<String>> = children.into_iter().map(in_folder).collect();
        return is_short.then(|| format!("there is {}", listed(&all)));
    }
    Some(format!("it may be {}", listed(&offered)))
}
