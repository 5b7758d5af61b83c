//! Python's regular expressions, as Ansible's filters and tests use them.

use std::rc::Rc;

use super::Eval;
use super::args::Args;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::session::Session;
use crate::import::ansible::value::Value;
use crate::syntax::python_regex::Captures;

pub(super) use crate::syntax::python_regex::Pattern;

/// Compiles a pattern with flags as letters.
pub(super) fn compile(session: &Session<'_>, pattern: &str, flags: &str) -> Eval<Rc<Pattern>> {
    session.regex(pattern, flags)
}

/// Returns the flags that the arguments `ignorecase` and `multiline` ask for.
pub(super) fn flags(args: &Args, ignorecase: usize, multiline: usize) -> String {
    let mut flags = String::new();
    if args.is_set(ignorecase, "ignorecase") {
        flags.push('i');
    }
    if args.is_set(multiline, "multiline") {
        flags.push('m');
    }
    flags
}

pub(super) fn is_match(regex: &Pattern, text: &str) -> Eval<bool> {
    let found = regex.search(text, 0).map_err(Failure::failed)?;
    Ok(found.is_some())
}

fn group<'t>(found: &Captures<'t>, name: &str) -> Option<&'t str> {
    let found = match name.parse::<usize>() {
        Ok(number) => found.get(number),
        Err(_) => found.name(name),
    };
    found.map(|it| it.as_str())
}

/// `re.search`, with the groups that are asked for; one that took no part is none.
pub(super) fn search(regex: &Pattern, text: &str, groups: &[String]) -> Eval<Value> {
    let mut names = Vec::with_capacity(groups.len());
    for wanted in groups {
        let name = wanted
            .strip_prefix("\\g<")
            .and_then(|it| it.strip_suffix('>'));
        let number = || {
            let number = wanted.strip_prefix('\\')?;
            number.parse::<usize>().is_ok().then_some(number)
        };
        let Some(name) = name.or_else(number) else {
            return Err(Failure::failed(format!("`{wanted}` names no group")));
        };
        names.push(name);
    }
    let Some(found) = regex.search(text, 0).map_err(Failure::failed)? else {
        return Ok(Value::None);
    };
    if names.is_empty() {
        return Ok(Value::str(group(&found, "0").unwrap_or_default()));
    }
    let mut made = Vec::with_capacity(names.len());
    for name in names {
        if !regex.has_group(name) {
            let message = format!("the regular expression has no group `{name}`");
            return Err(Failure::failed(message));
        }
        made.push(group(&found, name).map_or(Value::None, Value::str));
    }
    Ok(Value::list(made))
}

/// `re.findall`
pub(super) fn find_all(regex: &Pattern, text: &str) -> Eval<Value> {
    let mut all = Vec::new();
    for found in regex.all(text, 0).map_err(Failure::failed)? {
        let groups = (1..found.len()).map(|at| {
            let group = found.get(at);
            Value::str(group.map_or("", |it| it.as_str()))
        });
        let mut groups: Vec<Value> = groups.collect();
        all.push(match groups.len() {
            0 => Value::str(group(&found, "0").unwrap_or_default()),
            1 => groups.remove(0),
            _ => Value::list(groups),
        });
    }
    Ok(Value::list(all))
}

/// `re.escape`
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn signs_of_patterns_are_escaped() {
        assert_eq!(escape("a.b-c"), r"a\.b\-c");
    }
}
