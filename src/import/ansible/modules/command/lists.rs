//! Lists of a shell and its compound commands that come to plain commands: loops over words, groups, and what is
//! appended to a file where a look finds it missing.
//!
//! Manual: sh(1p), "Shell Grammar"

use super::pipes;
use super::sense::Sense;
use crate::syntax::shell::{
    Command, Compound, Connector, List, Pipeline, Redirection, RedirectionKind, Script, Simple,
    Word, read, read_compound,
};

/// Returns the lists of a script, with loops over known words and groups taken apart.
pub(super) fn flat(script: Script) -> Vec<List> {
    script.lists.into_iter().flat_map(taken_apart).collect()
}

fn taken_apart(list: List) -> Vec<List> {
    let alone = match list.first.commands.as_slice() {
        [Command::Compound(text)]
            if list.rest.is_empty() && !list.first.negated && !list.background =>
        {
            text
        }
        _ => return vec![list],
    };
    match read_compound(alone) {
        Compound::Group(script) if !alone.starts_with('(') => flat(script),
        Compound::For {
            variable,
            values: Some(values),
            body,
        } => {
            let values: Option<Vec<String>> = values.into_iter().map(|it| it.plain).collect();
            let Some(values) = values else {
                return vec![list];
            };
            let runs = values
                .iter()
                .flat_map(|value| flat(with_value(&body, &variable, value)));
            runs.collect()
        }
        _ => vec![list],
    }
}

/// Puts the value of a variable into the words of a script.
fn with_value(script: &Script, name: &str, value: &str) -> Script {
    let mut script = script.clone();
    for list in &mut script.lists {
        let rest = list.rest.iter_mut().map(|(_, it)| it);
        for pipeline in std::iter::once(&mut list.first).chain(rest) {
            for command in &mut pipeline.commands {
                if let Command::Simple(simple) = command {
                    let assigned = simple.assignments.iter_mut().map(|(_, it)| it);
                    let targets = simple.redirections.iter_mut().map(|it| &mut it.target);
                    for word in simple.words.iter_mut().chain(assigned).chain(targets) {
                        fill(word, name, value);
                    }
                }
            }
        }
    }
    script
}

fn fill(word: &mut Word, name: &str, value: &str) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:".contains(c);
    if word.plain.is_some() || !value.chars().all(is_plain) {
        return;
    }
    let raw = word.raw.replace(&format!("${{{name}}}"), value);
    let variable = format!("${name}");
    let mut filled = String::new();
    let mut parts = raw.split(&variable);
    filled.extend(parts.next());
    for part in parts {
        let goes_on = part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        filled.push_str(if goes_on { "$" } else { value });
        filled.push_str(if goes_on { name } else { "" });
        filled.push_str(part);
    }
    let read = read(&format!("echo {filled}")).ok();
    let lists = read.map(|it| it.lists).unwrap_or_default();
    if let [list] = lists.as_slice()
        && let [Command::Simple(simple)] = list.first.commands.as_slice()
        && let [_, new] = simple.words.as_slice()
    {
        *word = new.clone();
    }
}

/// `grep -q … FILE || echo LINE >> FILE`, and the same with `if`: a line that the file has to have.
pub(super) fn of(list: &List) -> Option<Sense> {
    if list.background {
        return None;
    }
    match (list.first.commands.as_slice(), list.rest.as_slice()) {
        ([Command::Simple(look)], [(Connector::Or, then)]) if !list.first.negated => {
            appended(look, then)
        }
        ([Command::Compound(text)], []) if !list.first.negated => {
            let Compound::If {
                branches,
                otherwise: None,
            } = read_compound(text)
            else {
                return None;
            };
            let [(condition, body)] = branches.as_slice() else {
                return None;
            };
            let (condition, body) = (only(condition)?, only(body)?);
            match condition.commands.as_slice() {
                [Command::Simple(look)] if condition.negated => appended(look, body),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns the only pipeline of a script.
fn only(script: &Script) -> Option<&Pipeline> {
    match script.lists.as_slice() {
        [list] if list.rest.is_empty() && !list.background => Some(&list.first),
        _ => None,
    }
}

fn is_to_nothing(redirection: &Redirection) -> bool {
    redirection.kind.writes() && redirection.target.plain.as_deref() == Some("/dev/null")
}

fn appended(look: &Simple, then: &Pipeline) -> Option<Sense> {
    let looked = look.plain_words()?;
    let [program, arguments @ ..] = looked.as_slice() else {
        return None;
    };
    let is_grep = matches!(program.rsplit('/').next()?, "grep" | "egrep" | "fgrep");
    let is_quiet = |it: &&str| it.starts_with('-') && !it.starts_with("--") && it.contains('q');
    let quiet = arguments.iter().any(|it| is_quiet(it) || *it == "--quiet")
        || look.redirections.iter().any(is_to_nothing);
    let [file, pattern] = arguments
        .iter()
        .rev()
        .filter(|it| !it.starts_with('-'))
        .copied()
        .collect::<Vec<_>>()[..]
    else {
        return None;
    };
    if !is_grep || !quiet || pattern.is_empty() {
        return None;
    }
    let appends = match then.commands.as_slice() {
        [Command::Simple(simple)] => matches!(
            simple.redirections.as_slice(),
            [it] if it.kind == RedirectionKind::Append && it.target.plain.as_deref() == Some(file)
        ),
        [_, Command::Simple(last)] => {
            let words = last.plain_words()?;
            words.contains(&"-a") && words.contains(&file)
        }
        _ => false,
    };
    appends.then(|| pipes::of(then)).flatten()
}

#[cfg(test)]
mod tests {
    use super::flat;
    use crate::syntax::shell::{Command, read};

    fn check(script: &str, expected: &[&str]) {
        let lists = flat(read(script).unwrap());
        let mut found = Vec::new();
        for list in &lists {
            for command in &list.first.commands {
                found.push(match command {
                    Command::Simple(it) => {
                        let words = it.words.iter();
                        let words = words.map(|it| it.plain.as_deref().unwrap_or("?"));
                        words.collect::<Vec<_>>().join(" ")
                    }
                    Command::Compound(_) => "compound".to_owned(),
                });
            }
        }
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn loops_over_words_are_taken_apart() {
        check(
            "for d in a b; do mkdir /srv/$d; chown \"${d}\" \"/srv/$d\"; done",
            &[
                "mkdir /srv/a",
                "chown a /srv/a",
                "mkdir /srv/b",
                "chown b /srv/b",
            ],
        );
        check(
            "for d in a; do touch $dx $(date) \\$d; done",
            &["touch ? ? $d"],
        );
        check("for d in $(ls); do touch $d; done", &["compound"]);
        check("{ a b; c; }", &["a b", "c"]);
        check("(cd x; c)", &["compound"]);
    }
}
