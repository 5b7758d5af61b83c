//! `grep`: whether lines fit a pattern, in files of which it is known what they hold, or in what another command prints.
//!
//! Manual: grep(1) of GNU

use fancy_regex::Regex;

use super::{Output, Said, account, file, package};
use crate::import::ansible::modules::Run;

/// How lines are looked for.
#[derive(Default)]
struct Asks<'w> {
    pattern: Option<&'w str>,
    files: Vec<&'w str>,
    is_basic: bool,
    is_fixed: bool,
    ignores_case: bool,
    inverts: bool,
    counts: bool,
    is_quiet: bool,
    hides_names: bool,
    is_word: bool,
    is_line: bool,
    recurses: bool,
    limit: Option<usize>,
    /// It prints something else than lines.
    is_other: bool,
}

fn read<'w>(program: &str, arguments: &[&'w str]) -> Option<Asks<'w>> {
    let mut asks = Asks {
        is_basic: program != "egrep",
        is_fixed: program == "fgrep",
        ..Asks::default()
    };
    let mut words = arguments.iter().copied();
    let mut is_over = false;
    while let Some(word) = words.next() {
        if is_over || !word.starts_with('-') || word == "-" {
            match asks.pattern {
                None => asks.pattern = Some(word),
                Some(_) => asks.files.push(word),
            }
            continue;
        }
        match word {
            "--" => is_over = true,
            "--quiet" | "--silent" => asks.is_quiet = true,
            "--ignore-case" => asks.ignores_case = true,
            "--count" => asks.counts = true,
            "--invert-match" => asks.inverts = true,
            "--extended-regexp" => asks.is_basic = false,
            "--fixed-strings" => asks.is_fixed = true,
            "--no-messages" | "--color=never" | "--color" => {}
            "-m" => asks.limit = words.next()?.parse().ok(),
            "-e" => asks.pattern = Some(words.next()?),
            long if long.starts_with("--") => return None,
            short => {
                let letters = short.strip_prefix('-')?;
                if let Some(limit) = letters.strip_prefix('m').filter(|it| !it.is_empty()) {
                    asks.limit = Some(limit.parse().ok()?);
                    continue;
                }
                for letter in letters.chars() {
                    match letter {
                        'q' => asks.is_quiet = true,
                        'i' | 'y' => asks.ignores_case = true,
                        'c' => asks.counts = true,
                        'v' => asks.inverts = true,
                        'E' | 'P' => asks.is_basic = false,
                        'F' => asks.is_fixed = true,
                        'h' => asks.hides_names = true,
                        'w' => asks.is_word = true,
                        'x' => asks.is_line = true,
                        'r' | 'R' => asks.recurses = true,
                        's' | 'a' | 'H' => {}
                        'o' | 'n' | 'l' | 'L' => asks.is_other = true,
                        _ => return None,
                    }
                }
            }
        }
    }
    Some(asks)
}

pub(super) fn of(
    program: &str,
    arguments: &[&str],
    stdin: Option<&Output>,
    run: &Run<'_, '_>,
) -> Option<Said> {
    let asks = read(program, arguments)?;
    let pattern = asks.pattern?;
    if asks.files.is_empty() || asks.files == ["-"] {
        return match stdin? {
            Output::Text(text) => of_texts(&asks, pattern, &[("", text)]),
            Output::Unknown => None,
            listing => {
                if asks.inverts {
                    return None;
                }
                let names = plain_names(pattern, &asks)?;
                let said = match listing {
                    Output::Packages => package::among_all(&names, run)?,
                    _ => account::among_units(&names, run)?,
                };
                Some(match (said.status, asks.is_quiet, asks.counts) {
                    (_, true, _) => Said {
                        output: Output::Text(String::new()),
                        ..said
                    },
                    (0, _, _) => said,
                    (_, _, true) => Said {
                        output: Output::Text("0\n".to_owned()),
                        ..said
                    },
                    _ => said,
                })
            }
        };
    }
    let mut texts = Vec::new();
    let mut under = Vec::new();
    let mut is_missing = false;
    for path in &asks.files {
        if let Some((text, why)) = file::content(path, run) {
            texts.push((*path, text));
            under.extend(why);
            continue;
        }
        let (yes, why) = file::is_there(path, run)?;
        if yes {
            return None;
        }
        is_missing = true;
        under.extend(why);
    }
    let texts: Vec<(&str, &String)> = texts.iter().map(|(path, text)| (*path, text)).collect();
    let said = of_texts(&asks, pattern, &texts)?;
    let status = match (is_missing, said.status, asks.is_quiet) {
        (true, 0, true) | (false, _, _) => said.status,
        (true, _, _) => 2,
    };
    Some(
        Said {
            status,
            complains: is_missing,
            ..said
        }
        .under_all(&under),
    )
}

fn of_texts(asks: &Asks<'_>, pattern: &str, texts: &[(&str, &String)]) -> Option<Said> {
    let shows_names = (asks.files.len() > 1 || asks.recurses) && !asks.hides_names;
    let mut found = false;
    let mut out = String::new();
    let regex = regex(asks, pattern)?;
    for (path, text) in texts {
        let fits = |line: &&str| regex.is_match(line).unwrap_or(false) != asks.inverts;
        let limit = asks.limit.unwrap_or(usize::MAX);
        let lines: Vec<&str> = text.lines().filter(fits).take(limit).collect();
        found |= !lines.is_empty();
        let name = if shows_names {
            format!("{path}:")
        } else {
            String::new()
        };
        if asks.counts {
            out.push_str(&format!("{name}{}\n", lines.len()));
        } else {
            for line in lines {
                out.push_str(&format!("{name}{line}\n"));
            }
        }
    }
    if texts.is_empty() && asks.counts && asks.files.is_empty() {
        out.push_str("0\n");
    }
    let output = match (asks.is_quiet, found && asks.is_other) {
        (true, _) => Output::Text(String::new()),
        (false, true) => Output::Unknown,
        (false, false) => Output::Text(out),
    };
    Some(Said::new(i64::from(!found), output))
}

/// Returns a pattern in the words of our regular expressions.
fn regex(asks: &Asks<'_>, pattern: &str) -> Option<Regex> {
    let text = if asks.is_fixed {
        fancy_regex::escape(pattern).into_owned()
    } else if asks.is_basic {
        extended(pattern)
    } else {
        pattern.replace("\\h", "[ \\t]")
    };
    let text = match (asks.is_line, asks.is_word) {
        (true, _) => format!("^(?:{text})$"),
        (_, true) => format!("\\b(?:{text})\\b"),
        _ => text,
    };
    let manner = if asks.ignores_case { "(?i)" } else { "" };
    Regex::new(&format!("{manner}{text}")).ok()
}

/// Turns a basic regular expression into an extended one: what is special has its backslash the other way round.
fn extended(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push_str("\\\\"),
            },
            '(' | ')' | '{' | '}' | '|' | '+' | '?' => out.extend(['\\', c]),
            '*' if out.is_empty() => out.push_str("\\*"),
            c => out.push(c),
        }
    }
    out
}

/// Returns the names that a pattern looks for, where it is nothing but names: `(a|b|c)`.
fn plain_names<'p>(pattern: &'p str, asks: &Asks<'_>) -> Option<Vec<&'p str>> {
    let inner = pattern.trim_matches(['^', '$', ' ']);
    let inner = inner
        .strip_prefix('(')
        .and_then(|it| it.strip_suffix(')'))
        .unwrap_or(inner);
    let inner = inner
        .strip_prefix("\\(")
        .and_then(|it| it.strip_suffix("\\)"))
        .unwrap_or(inner);
    let separator = if asks.is_basic { "\\|" } else { "|" };
    let names: Vec<&str> = inner.split(separator).collect();
    let is_name = |it: &&str| {
        it.len() > 1
            && it
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '+'))
    };
    names.iter().all(is_name).then_some(names)
}
