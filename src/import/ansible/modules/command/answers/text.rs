//! Programs that make one text of another: `head`, `wc -l`, `cut`, `awk '{print $2}'` and their like.
//!
//! Of nothing they make nothing, whatever they are asked; of a text, what their plainest uses make.

use super::{Output, Said, file};
use crate::import::ansible::modules::Run;

pub(super) fn of(
    program: &str,
    arguments: &[&str],
    stdin: Option<&Output>,
    run: &Run<'_, '_>,
) -> Option<Said> {
    if program == "sed"
        && arguments
            .iter()
            .any(|it| it.starts_with("-i") || it.contains("w /"))
    {
        return None;
    }
    let (options, operands) = split(program, arguments);
    // The first operand of these is what they do.
    let skipped = usize::from(matches!(program, "awk" | "gawk" | "sed"));
    let files = match program {
        "tr" => &[],
        _ => operands.get(skipped..).unwrap_or_default(),
    };
    let work = operands.first().copied().unwrap_or_default();
    let mut said = Said::text(0, "");
    let text = if files.is_empty() {
        match stdin? {
            Output::Text(text) => text.clone(),
            Output::Packages | Output::Units | Output::Unknown => return None,
        }
    } else {
        let mut text = String::new();
        for path in files {
            if let Some((content, why)) = file::content(path, run) {
                text.push_str(&content);
                said = said.under_all(&why);
                continue;
            }
            let (yes, under) = file::is_there(path, run)?;
            if yes {
                return None;
            }
            said = Said {
                status: if matches!(program, "awk" | "gawk" | "sed" | "sort") {
                    2
                } else {
                    1
                },
                complains: true,
                ..said
            }
            .under_all(&under);
        }
        text
    };
    said.output = Output::Text(made(program, &options, work, &operands, &text)?);
    Some(said)
}

/// Splits options with their values from operands.
fn split<'w>(program: &str, arguments: &[&'w str]) -> (Vec<(&'w str, &'w str)>, Vec<&'w str>) {
    let with_value: &[&str] = match program {
        "head" | "tail" => &["-n", "-c"],
        "cut" => &["-d", "-f", "-c"],
        "awk" | "gawk" => &["-F", "-v"],
        "sort" => &["-k", "-t"],
        _ => &[],
    };
    let (mut options, mut operands) = (Vec::new(), Vec::new());
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        if with_value.contains(&word) {
            options.push((word, words.next().unwrap_or_default()));
        } else if word.starts_with('-') && word.len() > 1 {
            let joined = with_value
                .iter()
                .find_map(|it| Some((*it, word.strip_prefix(it)?)));
            options.push(joined.unwrap_or((word, "")));
        } else {
            operands.push(word);
        }
    }
    (options, operands)
}

fn made(
    program: &str,
    options: &[(&str, &str)],
    work: &str,
    operands: &[&str],
    text: &str,
) -> Option<String> {
    let value = |name: &str| options.iter().find(|it| it.0 == name).map(|it| it.1);
    let names: Vec<&str> = options.iter().map(|it| it.0).collect();
    let of_lines = |lines: Vec<&str>| lines.iter().map(|it| format!("{it}\n")).collect::<String>();
    let all: Vec<&str> = text.lines().collect();
    match program {
        "wc" => {
            let count = match names.as_slice() {
                ["-l" | "--lines"] => text.matches('\n').count(),
                ["-c" | "--bytes"] => text.len(),
                ["-w" | "--words"] => text.split_whitespace().count(),
                _ => return None,
            };
            return Some(format!("{count}\n"));
        }
        "awk" | "gawk" if work.contains("BEGIN") || work.contains("END") => return None,
        _ if text.is_empty() => return Some(String::new()),
        "cat" if options.is_empty() => return Some(text.to_owned()),
        _ => {}
    }
    match program {
        "head" | "tail" => {
            let count = match names.as_slice() {
                [] => 10,
                ["-n"] => value("-n")?.parse().ok()?,
                [short] => short.strip_prefix('-')?.parse().ok()?,
                _ => return None,
            };
            let start = match program {
                "tail" => all.len().saturating_sub(count),
                _ => 0,
            };
            let some = all.iter().skip(start).take(count).copied();
            Some(of_lines(some.collect()))
        }
        "sort" if names.iter().all(|it| *it == "-u") => {
            let mut lines = all;
            lines.sort_unstable();
            if !names.is_empty() {
                lines.dedup();
            }
            Some(of_lines(lines))
        }
        "uniq" if names.is_empty() => {
            let mut lines = all;
            lines.dedup();
            Some(of_lines(lines))
        }
        "tr" => match (names.as_slice(), operands) {
            (["-d"], [set]) => {
                let set = set.replace("\\n", "\n");
                let is_plain = !set.contains(['-', '[', '\\']);
                is_plain.then(|| text.chars().filter(|c| !set.contains(*c)).collect())
            }
            _ => None,
        },
        "cut" => {
            let field: usize = value("-f")?.parse().ok()?;
            let mark = value("-d").unwrap_or("\t");
            let cut = |line: &&str| match line.contains(mark) {
                true => line
                    .split(mark)
                    .nth(field.checked_sub(1)?)
                    .unwrap_or_default()
                    .to_owned()
                    .into(),
                false => Some((*line).to_owned()),
            };
            let lines: Option<Vec<String>> = all.iter().map(cut).collect();
            Some(lines?.iter().map(|it| format!("{it}\n")).collect())
        }
        "awk" | "gawk" => {
            let field = work
                .strip_prefix('{')?
                .strip_suffix('}')?
                .trim()
                .strip_prefix("print")?
                .trim()
                .strip_prefix('$')?;
            let mark = value("-F");
            let is_plain = mark.is_none_or(|it| it.len() == 1 && it != " ");
            let fields = |line: &'_ str| -> Vec<String> {
                match mark {
                    Some(mark) => line.split(mark).map(str::to_owned).collect(),
                    None => line.split_whitespace().map(str::to_owned).collect(),
                }
            };
            let picked = |line: &&str| {
                let fields = fields(line);
                let at = match field {
                    "NF" => fields.len(),
                    "0" => return Some((*line).to_owned()),
                    number => number.parse().ok()?,
                };
                let found = at.checked_sub(1).and_then(|it| fields.get(it).cloned());
                Some(found.unwrap_or_default())
            };
            let lines: Option<Vec<String>> = all.iter().map(picked).collect();
            let lines = lines.filter(|_| is_plain)?;
            Some(lines.iter().map(|it| format!("{it}\n")).collect())
        }
        _ => None,
    }
}
