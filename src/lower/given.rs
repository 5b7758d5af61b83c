//! What a person gives: the stand-ins of a plan, and that none of them is lost on the way.
//!
//! A reader that takes a stand-in for the text that it is has decided something that nobody knows yet: what it made of
//! it does not show the stand-in, and is not stated.

use std::collections::BTreeSet;

use super::carried;
use super::statement::Left;
use crate::account::Code;
use crate::model::Entry;
use crate::nix::{Asset, Expr, StrPart, VALUES};
use crate::plan::{Chore, Given, OptionPath, Plan, SecretPart};
use crate::syntax::{shown_stand_ins, stand_in, stand_ins};

/// What a person does with `values.nix`.
const TO_GIVE: &str = "give each name in `values.nix` its value: as long as `GIVE-...-HERE` stands there, so it does on the \
                      machine";

/// What the clause of an entry with stand-ins begins with.
const CLAUSE: &str = "values.nix says what ";

const READ: &str = "builtins.readFile";

/// What the clause of a path that begins with a stand-in ends with.
const WHOLE_PATH: &str = "` is a whole path";

/// Says why an entry cannot be stated: it hangs on what a person gives. The draft is what states it.
pub(super) fn lost(entry: &Entry, draft: impl FnOnce() -> Plan) -> Option<Left> {
    if !entry.assumptions.iter().any(|it| it.starts_with(CLAUSE)) {
        return None;
    }
    let asked = serde_json::to_string(&entry.resource).unwrap_or_default();
    let asked = stand_ins(&asked);
    if asked.is_empty() {
        return None;
    }
    let draft = draft();
    let said = texts(&draft);
    // What says nothing has a reason of its own, and what stands in part says which.
    if draft.settings().next().is_none() && draft.secrets.is_empty() || !draft.remarks.is_empty() {
        return None;
    }
    let said = stand_ins(&said);
    let is_said = |name: &str| said.iter().any(|it| it.1 == name);
    let (_, name) = asked.into_iter().find(|it| !is_said(it.1))?;
    let reason = format!("what it means hangs on `{name}`, which the source does not set");
    let cure = "Give the variable a value (`--extra-vars`), and translate again.";
    Some(Left::new(Code::ValueUnknown, reason).cure(cure))
}

/// Returns all that a plan says, for what is to be found in it.
fn texts(plan: &Plan) -> String {
    let mut all = String::new();
    let mut note = |text: &str| {
        all.push_str(text);
        all.push('\n');
    };
    let settings = plan.settings();
    let settings =
        settings.flat_map(|(path, it)| it.definitions().iter().map(move |it| (path, it)));
    for (path, definition) in settings.chain(plan.repeated()) {
        path.names().iter().for_each(|it| note(it));
        of_expr(&definition.expr, &mut note);
    }
    for module in plan.modules.values() {
        module
            .bindings
            .iter()
            .for_each(|(_, it)| of_expr(it, &mut note));
    }
    for secret in &plan.secrets {
        note(&secret.path);
        for part in &secret.content {
            match part {
                SecretPart::Literal(text) | SecretPart::Hole(text) => note(text),
            }
        }
    }
    all
}

fn of_expr(expr: &Expr, note: &mut impl FnMut(&str)) {
    expr.for_each_text(note);
    expr.for_each_asset(&mut |asset| note(std::str::from_utf8(&asset.bytes).unwrap_or_default()));
}

/// Notes the stand-ins of a plan, and puts the names in their place where the whole value is one.
pub(super) fn finish(plan: &mut Plan) {
    let all = texts(plan);
    let names: BTreeSet<&str> = stand_ins(&all).into_iter().map(|it| it.1).collect();
    if names.is_empty() {
        return;
    }
    let settings = plan
        .settings()
        .flat_map(|(_, setting)| setting.definitions());
    let remarks = settings.flat_map(|it| &it.origin.remarks);
    let said = remarks.filter_map(|it| root(it));
    // What a path below begins with is a path from the root, too.
    let begun = all.lines().filter_map(|it| {
        let (range, name) = stand_ins(it).into_iter().next()?;
        let is_begun = range.start == 0 && it[range.end..].starts_with('/');
        is_begun.then(|| stand_in(name))
    });
    let roots: BTreeSet<String> = said.chain(begun).collect();
    let rooted = |text: &str| {
        roots
            .iter()
            .fold(text.to_owned(), |text, it| led(&text, it))
    };
    plan.rename(|path| {
        let names: Vec<String> = path.names().iter().map(|it| rooted(it)).collect();
        (names != path.names()).then(|| OptionPath::new(names))
    });
    plan.rewrite(|_, expr| Some(with_values(expr, &rooted)));
    for module in plan.modules.values_mut() {
        for (_, expr) in &mut module.bindings {
            *expr = with_values(expr, &rooted);
        }
    }
    let said = |text: &mut String| *text = shown_stand_ins(text);
    plan.reword(said);
    for remark in &mut plan.remarks {
        said(&mut remark.title);
        said(&mut remark.reason);
        remark.lines.iter_mut().for_each(said);
    }
    for chore in &mut plan.chores {
        chore.text = shown_stand_ins(&rooted(&chore.text));
    }
    let given = names.into_iter().map(|name| {
        let stand_in = stand_in(name);
        let slash = if roots.contains(&stand_in) { "/" } else { "" };
        let given = Given {
            name: name.to_owned(),
            example: format!("{slash}{}", short(name)),
        };
        (stand_in, given)
    });
    plan.values = given.collect();
    plan.chores.push(Chore {
        topic: carried::FIRST.to_owned(),
        text: TO_GIVE.to_owned(),
    });
}

/// Returns what stands for a name until a person gives it a value: no longer than the name of a user may be
/// (nixos/modules/config/users-groups.nix).
fn short(name: &str) -> String {
    const LONGEST: usize = 31;
    let whole = stand_in(name);
    let over = whole.len().saturating_sub(LONGEST);
    // Its end says more of what it is: the name of the host is its beginning.
    stand_in(name.get(over..).unwrap_or(name).trim_start_matches('_'))
}

/// Returns the stand-in of which a remark says that it is a whole path.
fn root(remark: &str) -> Option<String> {
    let name = remark.strip_suffix(WHOLE_PATH)?.rsplit('`').next()?;
    Some(stand_in(name))
}

/// Takes away the slash before a stand-in with which a path begins: its value has one.
fn led(text: &str, stand_in: &str) -> String {
    let slashed = format!("/{stand_in}");
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&slashed) {
        out.push_str(&rest[..at]);
        let is_inside = out.ends_with(|c: char| c.is_alphanumeric() || "/._-}".contains(c));
        out.push_str(if is_inside { &slashed } else { stand_in });
        rest = &rest[at + slashed.len()..];
    }
    out + rest
}

/// Puts the names of values where they are the whole, and into the files of the output when they are read.
fn with_values(expr: &Expr, rooted: &impl Fn(&str) -> String) -> Expr {
    expr.replaced(&mut |expr| match expr {
        Expr::Str(parts) => {
            let parts: Vec<StrPart> = parts
                .iter()
                .flat_map(|part| match part {
                    StrPart::Literal(text) => spliced(&rooted(text)),
                    StrPart::Splice(expr) => vec![StrPart::Splice(with_values(expr, rooted))],
                })
                .collect();
            Some(match parts.as_slice() {
                [StrPart::Splice(Expr::Select(names))] if names.first().is_some_and(is_values) => {
                    Expr::Select(names.clone())
                }
                _ => Expr::Str(parts),
            })
        }
        Expr::Asset(asset) => Some(file(asset, rooted)),
        Expr::Apply(function, arguments) if **function == Expr::select(READ) => {
            match arguments.as_slice() {
                [Expr::Asset(asset)] => Some(text_of(asset, rooted)),
                _ => None,
            }
        }
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Select(_)
        | Expr::List(_)
        | Expr::Attrs(_)
        | Expr::Apply(..)
        | Expr::With(..)
        | Expr::Function(..)
        | Expr::Binary(..) => None,
    })
}

fn is_values(name: &String) -> bool {
    name == VALUES
}

/// Returns a text with the names of values in the place of what stands for them.
fn spliced(text: &str) -> Vec<StrPart> {
    let mut parts = Vec::new();
    let mut done = 0;
    for (range, name) in stand_ins(text) {
        if range.start > done {
            parts.push(StrPart::Literal(text[done..range.start].to_owned()));
        }
        parts.push(StrPart::Splice(value_of(name)));
        done = range.end;
    }
    if done < text.len() || parts.is_empty() {
        parts.push(StrPart::Literal(text[done..].to_owned()));
    }
    parts
}

fn value_of(name: &str) -> Expr {
    Expr::Select(vec![VALUES.to_owned(), name.to_owned()])
}

/// Returns a file of the output with its values put in.
fn file(asset: &Asset, rooted: &impl Fn(&str) -> String) -> Expr {
    if !has_any(asset) {
        return Expr::Asset(named(asset));
    }
    let name = shown(asset.name.rsplit('/').next().unwrap_or(&asset.name));
    let text = text_of(asset, rooted);
    Expr::apply("pkgs.writeText", vec![Expr::str(name), text])
}

/// Returns the text of a file of the output with its values put in.
fn text_of(asset: &Asset, rooted: &impl Fn(&str) -> String) -> Expr {
    if !has_any(asset) {
        return Expr::apply(READ, vec![Expr::Asset(named(asset))]);
    }
    let mut text = rooted(std::str::from_utf8(&asset.bytes).unwrap_or_default());
    let found = text.clone();
    let names: BTreeSet<&str> = stand_ins(&found).into_iter().map(|it| it.1).collect();
    for name in &names {
        text = text.replace(&stand_in(name), &marked(name));
    }
    let asset = Asset {
        bytes: text.into_bytes().into(),
        ..named(asset)
    };
    let put_in = vec![
        Expr::strs(names.iter().map(|it| marked(it))),
        Expr::List(names.iter().map(|it| value_of(it)).collect()),
        Expr::apply(READ, vec![Expr::Asset(asset)]),
    ];
    Expr::apply("builtins.replaceStrings", put_in)
}

fn has_any(asset: &Asset) -> bool {
    let text = std::str::from_utf8(&asset.bytes).unwrap_or_default();
    !stand_ins(text).is_empty()
}

/// A file of the output has a name of its own.
fn named(asset: &Asset) -> Asset {
    Asset {
        name: shown(&asset.name),
        ..asset.clone()
    }
}

fn shown(path: &str) -> String {
    let found = stand_ins(path).into_iter();
    let names: BTreeSet<String> = found.map(|it| it.1.to_owned()).collect();
    let mut path = path.to_owned();
    for name in names {
        path = path.replace(&stand_in(&name), &name);
    }
    path
}

/// How a file of the output marks what is put in.
fn marked(name: &str) -> String {
    format!("@{name}@")
}

#[cfg(test)]
mod tests {
    use super::{led, root, short, with_values};
    use crate::nix::{Expr, print};

    #[test]
    fn a_path_that_begins_with_a_value_has_one_slash() {
        for (text, expected) in [
            ("/GIVE-a-HERE/b", "GIVE-a-HERE/b"),
            ("d /GIVE-a-HERE/b 0755", "d GIVE-a-HERE/b 0755"),
            ("/srv/GIVE-a-HERE", "/srv/GIVE-a-HERE"),
            ("x:/GIVE-a-HERE", "x:GIVE-a-HERE"),
        ] {
            assert_eq!(led(text, "GIVE-a-HERE"), expected);
        }
        let remark = "assumed: `a` is a whole path";
        assert_eq!(root(remark).as_deref(), Some("GIVE-a-HERE"));
    }

    #[test]
    fn what_waits_for_a_value_may_name_a_user() {
        assert_eq!(short("user_name"), "GIVE-user_name-HERE");
        let long = short("host_192_0_2_16_deploy_user");
        assert_eq!(long, "GIVE-92_0_2_16_deploy_user-HERE");
        assert_eq!(long.len(), 31);
    }

    #[test]
    fn a_text_has_the_names_of_values_where_the_stand_ins_were() {
        for (text, expected) in [
            ("GIVE-a-HERE", "values.a"),
            ("x GIVE-a-HERE", "\"x ${values.a}\""),
            ("GIVE-a-HERE.", "\"${values.a}.\""),
            ("plain", "\"plain\""),
        ] {
            let made = with_values(&Expr::str(text), &|it: &str| it.to_owned());
            let printed = print(&made, &|_| String::new());
            assert_eq!(printed.as_str(), expected);
        }
    }
}
