//! How much of which file changes, as `git diff --stat` shows it.

use super::text::{Body, DISPUTED, EDITED, FileDiff, quoted};
use super::{Deed, Fate, Line, LineKind};

/// Columns of a line; a terminal is hardly ever narrower.
const WIDTH: usize = 80;
/// What is left for the bars at least.
const LEAST_BARS: usize = 10;

/// Returns a line for each file that changes or that is a person's, and the sum.
pub fn stat(diffs: &[FileDiff<'_>], fates: &[Fate<'_>]) -> Vec<Line> {
    let yours: Vec<(String, &str)> = fates.iter().filter_map(yours).collect();
    let names: Vec<String> = diffs.iter().map(|it| quoted("", it.path)).collect();
    let counts: Vec<String> = diffs.iter().map(count).collect();
    let widest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|it| it.chars().count()).max().unwrap_or(0)
    };
    let count_width = widest(&mut counts.iter());
    let all_names = &mut names.iter().chain(yours.iter().map(|(name, _)| name));
    let most = WIDTH.saturating_sub(count_width + LEAST_BARS + 5);
    let name_width = widest(all_names).min(most);
    let bars = WIDTH.saturating_sub(name_width + count_width + 5);
    let largest = diffs.iter().map(|it| lines(it).0 + lines(it).1).max();
    let mut shown = Vec::new();
    for ((diff, name), count) in diffs.iter().zip(&names).zip(&counts) {
        let (added, removed) = lines(diff);
        let (plus, minus) = scale(added, removed, largest.unwrap_or(0), bars);
        let text = format!(
            " {:name_width$} | {count:>count_width$} {}{}",
            shortened(name, name_width),
            "+".repeat(plus),
            "-".repeat(minus)
        );
        shown.push(Line::new(LineKind::Plain, text.trim_end()));
    }
    for (name, why) in &yours {
        let name = shortened(name, name_width);
        let text = format!(" {name:name_width$} | kept as yours: it {why}");
        shown.push(Line::new(LineKind::Remark, text));
    }
    if !diffs.is_empty() {
        shown.push(Line::new(LineKind::Plain, sum(diffs)));
    }
    shown
}

fn yours<'a>(fate: &Fate<'a>) -> Option<(String, &'a str)> {
    let why = match fate.deed {
        Deed::Keep(why, _) | Deed::Abandon(why) => why,
        Deed::Edited(_) => EDITED,
        Deed::Dispute(_) => DISPUTED,
        Deed::Leave(_)
        | Deed::Write(_)
        | Deed::Merge(..)
        | Deed::Mark(..)
        | Deed::Remove
        | Deed::Forget => return None,
    };
    Some((quoted("", &fate.path), why))
}

fn count(diff: &FileDiff<'_>) -> String {
    match diff.body {
        Body::Binary(old, new) => format!("Bin {old} -> {new} bytes"),
        Body::Text { added, removed, .. } => (added + removed).to_string(),
    }
}

fn lines(diff: &FileDiff<'_>) -> (usize, usize) {
    match diff.body {
        Body::Binary(..) => (0, 0),
        Body::Text { added, removed, .. } => (added, removed),
    }
}

/// Fits the bars of a file to the width; what changes at all shows at least once.
fn scale(added: usize, removed: usize, largest: usize, bars: usize) -> (usize, usize) {
    let fit = |count: usize| match count {
        0 => 0,
        _ if largest <= bars => count,
        _ => 1 + (count - 1) * bars.saturating_sub(2) / largest,
    };
    (fit(added), fit(removed))
}

fn shortened(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        return name.to_owned();
    }
    let end: String = name
        .chars()
        .skip(length - width.saturating_sub(3))
        .collect();
    format!("...{end}")
}

fn sum(diffs: &[FileDiff<'_>]) -> String {
    let (added, removed) = diffs
        .iter()
        .map(lines)
        .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let mut text = format!(" {} file{} changed", diffs.len(), plural(diffs.len()));
    if added > 0 || removed == 0 {
        text.push_str(&format!(", {added} insertion{}(+)", plural(added)));
    }
    if removed > 0 || added == 0 {
        text.push_str(&format!(", {removed} deletion{}(-)", plural(removed)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::stat;
    use crate::diff::{Deed, Fate, fates_of, file_diffs};

    fn check(fates: &[(&str, &str, Deed<'_>)], expected: &[&str]) {
        let fates = fates_of(fates);
        let lines = stat(&file_diffs(&fates, str::to_owned), &fates);
        let texts: Vec<_> = lines.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn each_file_has_a_line_and_all_have_a_sum() {
        check(
            &[
                ("flake.nix", "1\n2\n", Deed::Write(b"1\n3\n4\n")),
                ("modules/x.nix", "", Deed::Write(b"\0")),
                ("z", "1\n", Deed::Keep("was changed by hand", b"2\n")),
            ],
            &[
                " flake.nix     |                3 ++-",
                " modules/x.nix | Bin 0 -> 1 bytes",
                " z             | kept as yours: it was changed by hand",
                " 2 files changed, 2 insertions(+), 1 deletion(-)",
            ],
        );
        check(&[("a", "", Deed::Leave(b"1"))], &[]);
    }

    #[test]
    fn bars_and_names_fit_the_width() {
        let text = "x\n".repeat(500);
        let long = format!("modules/{}.nix", "y".repeat(90));
        let fates = [
            (long.as_str(), "", Deed::Write(text.as_bytes())),
            ("b", "", Deed::Write(b"x\n")),
        ];
        let fates: Vec<Fate<'_>> = fates
            .iter()
            .map(|(path, _, deed)| Fate {
                path: (*path).to_owned(),
                old: None,
                deed: deed.clone(),
            })
            .collect();
        let lines = stat(&file_diffs(&fates, str::to_owned), &fates);
        assert!(lines.iter().all(|it| it.text.chars().count() <= 80));
        assert!(lines[1].text.starts_with(" ...yyy") && lines[1].text.contains("500 ++"));
        assert!(lines[0].text.ends_with("|   1 +"));
    }
}
