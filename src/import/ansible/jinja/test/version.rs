//! The test `version`: what of two versions is later, in several ways to write them.
//!
//! Manuals: Python's `distutils.version`, <https://semver.org/>, <https://peps.python.org/pep-0440/>

use std::cmp::Ordering;

use crate::import::ansible::jinja::Eval;
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) fn test(value: &Value, args: &Args) -> Eval<bool> {
    let (left, right) = (value.to_text(), args.need(0, "version")?.to_text());
    let (left, right) = (left.to_string(), right.to_string());
    let operator = args.str(1, "operator")?.unwrap_or("eq");
    let strict = args
        .get(2, "strict")
        .filter(|it| !matches!(it, Value::None));
    let kind = args.str(3, "version_type")?;
    if strict.is_some() && kind.is_some() {
        return Err(Failure::failed(
            "`version` takes `strict` or `version_type`, not both",
        ));
    }
    if left.is_empty() || right.is_empty() {
        return Err(Failure::failed("a version that is compared is empty"));
    }
    let order = match kind {
        None if args.is_set(2, "strict") => by(&left, &right, strict_version, Ord::cmp),
        None | Some("loose") => loose_order(&left, &right),
        Some("strict") => by(&left, &right, strict_version, Ord::cmp),
        Some("semver" | "semantic") => by(&left, &right, semantic, Ord::cmp),
        Some("pep440") => by(&left, &right, pep440, Ord::cmp),
        Some(other) => {
            return Err(Failure::failed(format!("`{other}` is no kind of version")));
        }
    };
    let order = order.ok_or_else(|| {
        Failure::failed(format!(
            "the versions `{left}` and `{right}` cannot be compared"
        ))
    })?;
    Ok(match operator {
        "==" | "=" | "eq" => order.is_eq(),
        "<" | "lt" => order.is_lt(),
        "<=" | "le" => order.is_le(),
        ">" | "gt" => order.is_gt(),
        ">=" | "ge" => order.is_ge(),
        "!=" | "<>" | "ne" => order.is_ne(),
        other => {
            return Err(Failure::failed(format!(
                "`{other}` is no comparison of versions"
            )));
        }
    })
}

fn by<T>(
    left: &str,
    right: &str,
    read: fn(&str) -> Option<T>,
    order: fn(&T, &T) -> Ordering,
) -> Option<Ordering> {
    Some(order(&read(left)?, &read(right)?))
}

/// A part of a version; a number comes before a word where both may stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u128),
    Word(String),
}

/// Compares as Python's `LooseVersion` does.
pub(in crate::import::ansible::jinja) fn loose_order(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (loose(left), loose(right));
    for (a, b) in left.iter().zip(&right) {
        if a == b {
            continue;
        }
        return match (a, b) {
            (Part::Number(a), Part::Number(b)) => Some(a.cmp(b)),
            (Part::Word(a), Part::Word(b)) => Some(a.cmp(b)),
            // Python cannot order a number and a word.
            (Part::Number(_), Part::Word(_)) | (Part::Word(_), Part::Number(_)) => None,
        };
    }
    Some(left.len().cmp(&right.len()))
}

fn loose(version: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let kind = |it: char| (it.is_ascii_digit(), it.is_ascii_lowercase(), it == '.');
        let run = rest
            .find(|it| kind(it) != kind(first))
            .unwrap_or(rest.len());
        let end = if first == '.' { 1 } else { run };
        let (part, after) = rest.split_at(end);
        if first.is_ascii_digit() {
            parts.push(Part::Number(part.parse().unwrap_or(u128::MAX)));
        } else if first != '.' {
            parts.push(Part::Word(part.to_owned()));
        }
        rest = after;
    }
    parts
}

fn number(text: &str) -> Option<u128> {
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u128::MAX))
}

/// The numbers of a version, whether nothing makes it come before them, and what does.
type Numbered<T> = (Vec<u128>, bool, T);

/// Two or three numbers, and `a` or `b` with a number: what comes before the version itself.
fn strict_version(text: &str) -> Option<Numbered<Option<(char, u128)>>> {
    let text = text.trim();
    let (numbers, before) = match text.find(['a', 'b']) {
        Some(at) => {
            let sign = text[at..].chars().next()?;
            (&text[..at], Some((sign, number(&text[at + 1..])?)))
        }
        None => (text, None),
    };
    let mut numbers: Vec<u128> = numbers.split('.').map(number).collect::<Option<_>>()?;
    if !(2..=3).contains(&numbers.len()) {
        return None;
    }
    numbers.resize(3, 0);
    Some((numbers, before.is_none(), before))
}

/// Three numbers, and words after a hyphen: what comes before the version itself. What is after a `+` does not count.
fn semantic(text: &str) -> Option<Numbered<Vec<Part>>> {
    let (version, build) = match text.split_once('+') {
        Some((version, build)) => (version, Some(build)),
        None => (text, None),
    };
    let is_word = |it: &str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    if build.is_some_and(|it| !it.split('.').all(is_word)) {
        return None;
    }
    let (core, before) = match version.split_once('-') {
        Some((core, before)) => (core, Some(before)),
        None => (version, None),
    };
    let plain = |it: &str| {
        let leads = it.len() > 1 && it.starts_with('0');
        number(it).filter(|_| !leads)
    };
    let numbers: Vec<u128> = core.split('.').map(plain).collect::<Option<_>>()?;
    if numbers.len() != 3 {
        return None;
    }
    let words = before.into_iter().flat_map(|it| it.split('.'));
    let words = words.map(|it| {
        is_word(it).then(|| plain(it).map_or_else(|| Part::Word(it.to_owned()), Part::Number))
    });
    Some((numbers, before.is_none(), words.collect::<Option<_>>()?))
}

/// A part that is less than any, one, or more than any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bound<T> {
    Least,
    Of(T),
    Most,
}

/// A part of what is local: a number comes behind a word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    Word(String),
    Number(u128),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pep440 {
    epoch: u128,
    release: Vec<u128>,
    before: Bound<(char, u128)>,
    after: Bound<u128>,
    developed: Bound<u128>,
    local: Bound<Vec<Local>>,
}

fn pep440(text: &str) -> Option<Pep440> {
    let text = text.trim().to_lowercase();
    let (public, local) = match text.split_once('+') {
        Some((public, local)) => (public, Some(local)),
        None => (text.as_str(), None),
    };
    let public = public.strip_prefix('v').unwrap_or(public);
    let (epoch, mut rest) = match public.split_once('!') {
        Some((epoch, rest)) => (number(epoch)?, rest),
        None => (0, public),
    };
    let mut release = Vec::new();
    loop {
        let (found, after) = digits(rest);
        release.push(found?);
        match after.strip_prefix('.').filter(|it| digits(it).0.is_some()) {
            Some(next) => rest = next,
            None => {
                rest = after;
                break;
            }
        }
    }
    while release.len() > 1 && release.last() == Some(&0) {
        release.pop();
    }
    let before = tagged(
        &mut rest,
        &[
            ("alpha", 'a'),
            ("beta", 'b'),
            ("preview", 'r'),
            ("pre", 'r'),
            ("rc", 'r'),
            ("a", 'a'),
            ("b", 'b'),
            ("c", 'r'),
        ],
    );
    // `1.0-1` is a post-release, too.
    let bare = rest.strip_prefix('-').map(digits);
    let after = match bare {
        Some((Some(number), after)) => {
            rest = after;
            Some(number)
        }
        _ => tagged(&mut rest, &[("post", 'p'), ("rev", 'p'), ("r", 'p')]).map(|(_, it)| it),
    };
    let developed = tagged(&mut rest, &[("dev", 'd')]).map(|(_, it)| it);
    if !rest.is_empty() {
        return None;
    }
    let local = match local {
        None => Bound::Least,
        Some(local) => {
            let part = |it: &str| {
                let fits = !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
                fits.then(|| number(it).map_or_else(|| Local::Word(it.to_owned()), Local::Number))
            };
            Bound::Of(
                local
                    .split(['-', '_', '.'])
                    .map(part)
                    .collect::<Option<_>>()?,
            )
        }
    };
    Some(Pep440 {
        epoch,
        release,
        before: match before {
            Some(it) => Bound::Of(it),
            // A development release comes before all that lead to the release.
            None if after.is_none() && developed.is_some() => Bound::Least,
            None => Bound::Most,
        },
        after: after.map_or(Bound::Least, Bound::Of),
        developed: developed.map_or(Bound::Most, Bound::Of),
        local,
    })
}

fn digits(text: &str) -> (Option<u128>, &str) {
    let end = text
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(text.len());
    (number(&text[..end]), &text[end..])
}

/// Takes a word and its number off the text, with what may separate them.
fn tagged(rest: &mut &str, words: &[(&str, char)]) -> Option<(char, u128)> {
    let separated = |text: &str| text.starts_with(['-', '_', '.']);
    let whole: &str = rest;
    let bare = if separated(whole) { &whole[1..] } else { whole };
    let (word, sign) = words.iter().find(|(word, _)| bare.starts_with(word))?;
    let after = &bare[word.len()..];
    let joined = if separated(after) { &after[1..] } else { after };
    let (found, left) = digits(joined);
    *rest = if found.is_some() { left } else { after };
    Some((*sign, found.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::{by, loose_order, pep440, semantic, strict_version};

    #[test]
    fn versions_are_ordered() {
        let check = |kind: &str, left: &str, right: &str, due: Option<i8>| {
            let order = match kind {
                "strict" => by(left, right, strict_version, Ord::cmp),
                "semver" => by(left, right, semantic, Ord::cmp),
                "pep440" => by(left, right, pep440, Ord::cmp),
                _ => loose_order(left, right),
            };
            assert_eq!(order.map(|it| it as i8), due, "{kind} {left} {right}");
        };
        check("loose", "1.10", "1.9", Some(1));
        check("loose", "1.a", "1.5", None);
        check("strict", "1.0a1", "1.0", Some(-1));
        check("strict", "1.2.3.4", "1.0", None);
        check("semver", "1.0.0-alpha.1", "1.0.0-alpha.beta", Some(-1));
        check("semver", "1.0.0-alpha", "1.0.0-alpha.1", Some(-1));
        check("semver", "1.2", "1.2.0", None);
        check("pep440", "1.0.dev3", "1.0a1", Some(-1));
        check("pep440", "1.0.post1", "1.0", Some(1));
        check("pep440", "v1.1-beta2", "1.1b2", Some(0));
        check("pep440", "1.0+local", "1.0", Some(1));
        check("pep440", "one", "1.0", None);
    }
}
