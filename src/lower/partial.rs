//! Files of which a rule states all but some lines.
//!
//! Where the lines of a file mean something without each other (`lines` of the rule), one that has no option does not
//! take the others along: what the rule makes of the rest is stated, and those lines are left to the person.

use super::ctx::Ctx;
use super::rule;
use super::secret_options;
use super::statement::Left;
use crate::account::Code;
use crate::model::{Content, Entry, File, HoleKind, Resource, Text};
use crate::plan::Secret;
use crate::rules::{Outcome, Rules, Ruling};

/// Longer files are no settings of a person.
const MAX_LINES: usize = 400;

/// Lowers what a rule states of a file that it cannot state as a whole; tells whether it did.
pub(super) fn lower(entry: &Entry, resource: &Resource, ctx: &mut Ctx<'_>) -> bool {
    let Resource::File(file) = resource else {
        return false;
    };
    let Some(found) = split(file, ctx.rules) else {
        return false;
    };
    let about = found
        .outcome
        .settings
        .first()
        .map(|(path, _, _)| path.clone());
    rule::conclude_with_secrets(entry, found.outcome, found.secrets, ctx);
    ctx.leave(entry, &left(&found.bad, about.map(|it| it.to_string())));
    true
}

/// Tells whether a rule states a file but for some of its lines.
pub(super) fn states(resource: &Resource, rules: &Rules) -> bool {
    let Resource::File(file) = resource else {
        return false;
    };
    split(file, rules).is_some()
}

fn left(bad: &[Text], about: Option<String>) -> Left {
    let is_secret = |it: &Text| {
        it.worst_hole()
            .is_some_and(|it| it.kind == HoleKind::Secret)
    };
    let (code, cure) = match bad.iter().all(is_secret) {
        true => (
            Code::ValueSecret,
            "Say it where only the program reads it: here it would lie in the Nix store.",
        ),
        false => (
            Code::ServiceConfig,
            "Say the same with the options beside it, or do without.",
        ),
    };
    let lines: Vec<String> = bad
        .iter()
        .map(|it| format!("`{}`", it.to_string().trim()))
        .collect();
    let reason = match lines.as_slice() {
        [only] => format!("of this file a line has no option: {only}"),
        all => format!(
            "of this file these lines have no option: {}",
            all.join(", ")
        ),
    };
    let left = Left::new(code, reason).cure(cure);
    match about {
        Some(option) => left.about(&option),
        None => left,
    }
}

struct Split {
    outcome: Outcome,
    secrets: Vec<Secret>,
    bad: Vec<Text>,
}

fn split(file: &File, rules: &Rules) -> Option<Split> {
    let Content::Text(text) = &file.content else {
        return None;
    };
    if !rules.has_lines(&file.path) {
        return None;
    }
    let says = |it: &Text| {
        let text = it.to_string();
        !text.trim().is_empty() && !text.trim_start().starts_with(['#', ';'])
    };
    let lines = joined(text.lines().into_iter().filter(says).collect());
    if lines.len() > MAX_LINES {
        return None;
    }
    let is_header = |it: &Text| {
        it.plain()
            .is_some_and(|it| it.trim_start().starts_with('['))
    };
    let own: Vec<usize> = (0..lines.len())
        .filter(|at| !is_header(&lines[*at]))
        .collect();
    let try_with = |wanted: &dyn Fn(usize) -> bool| {
        let kept = lines.iter().enumerate();
        let kept = kept.filter(|(at, line)| is_header(line) || wanted(*at));
        apply(file, kept.map(|(_, line)| line), rules)
    };
    // One that is stated alone lets another one say nothing.
    let base = own
        .iter()
        .copied()
        .find(|at| try_with(&|it| it == *at).is_some())?;
    let is_bad = |at: usize| try_with(&|it| it == base || it == at).is_none();
    let bad: Vec<usize> = own.iter().copied().filter(|at| is_bad(*at)).collect();
    if bad.is_empty() {
        return None;
    }
    let (outcome, secrets) = try_with(&|it| !bad.contains(&it))?;
    let bad = bad.into_iter().filter_map(|at| lines.get(at).cloned());
    Some(Split {
        outcome,
        secrets,
        bad: bad.collect(),
    })
}

/// Puts lines that go on in the next ones together: those behind one that is not indented, or that ends so.
fn joined(lines: Vec<Text>) -> Vec<Text> {
    let mut whole: Vec<Text> = Vec::new();
    for line in lines {
        let shown = line.to_string();
        let goes_on = whole.last().map(Text::to_string).is_some_and(|last| {
            let is_head = !last.starts_with([' ', '\t', '[']);
            last.ends_with('\\') || is_head && shown.starts_with([' ', '\t'])
        });
        match whole.last_mut() {
            Some(last) if goes_on => {
                last.push_str("\n");
                last.push(&line);
            }
            Some(_) | None => whole.push(line),
        }
    }
    whole
}

fn apply<'t>(
    file: &File,
    lines: impl Iterator<Item = &'t Text>,
    rules: &Rules,
) -> Option<(Outcome, Vec<Secret>)> {
    let mut text = Text::new();
    for line in lines {
        text.push(line);
        text.push_str("\n");
    }
    let is_plain = text.plain().is_some();
    let part = Resource::File(File {
        content: Content::Text(text),
        ..file.clone()
    });
    if is_plain {
        let outcome = rules.apply(&part)?;
        return (outcome.ruling == Ruling::Stated).then(|| (outcome, Vec::new()));
    }
    secret_options::apply(&part, rules)
}

#[cfg(test)]
mod tests {
    use crate::lower::name_tests::{check, file};

    #[test]
    fn what_goes_on_in_the_next_line_is_one() {
        let shown = |text: &str| {
            let lines = super::joined(crate::model::Text::from(text).lines());
            let lines = lines.iter().map(ToString::to_string);
            lines.collect::<Vec<_>>()
        };
        assert_eq!(shown("a =\n  b\n  c\nd = 1\n"), ["a =\n  b\n  c", "d = 1"]);
        assert_eq!(
            shown("[x]\n  a = 1\n  b = 2\n"),
            ["[x]", "  a = 1", "  b = 2"]
        );
        assert_eq!(shown("a \\\nb\nc\n"), ["a \\\nb", "c"]);
    }

    #[test]
    fn a_line_without_an_option_takes_no_other_along() {
        check(
            vec![file(
                "/etc/redis/redis.conf",
                "port 6380\nbind 127.0.0.1\nsave 900 1 300 10 60 10000\nloadmodule /usr/lib/x.so\n",
            )],
            &[
                "services.redis.servers.\"\".port = 6380",
                "services.redis.servers.\"\".bind = \"127.0.0.1\"",
                "services.redis.servers.\"\".unixSocket = null",
                "services.redis.servers.\"\".enable = true",
            ],
            &["manual"],
        );
        check(
            vec![file(
                "/etc/postgresql/16/main/postgresql.conf",
                "work_mem = 4MB\ninclude 'x.conf'\n",
            )],
            &[
                "services.postgresql.settings.work_mem = \"4MB\"",
                "services.postgresql.package = pkgs.postgresql_16",
                "services.postgresql.enable = true",
            ],
            &["manual"],
        );
    }
}
