//! The difference by meaning: which options each host gets, loses and has changed.
//!
//! Both sides are read as text, so a file that a person keeps counts as it is. Left out: options that only evaluation
//! knows, and the modules `local.nix` and `hardware-configuration.nix`, which are never written.

use std::collections::{BTreeMap, BTreeSet};

use similar::{ChangeTag, TextDiff};

use super::side::{Bytes, Side, options};
use super::value::Given;
use super::{Deed, Fate, Line, LineKind};

/// As much of a value is shown.
const LONGEST_VALUE: usize = 120;
/// More hosts than this are named by those that are left out, where these are fewer.
const MANY: usize = 4;

/// One option that changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct OptionChange {
    option: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Added(String),
    Removed(String),
    Changed(String),
}

/// Says which options of which hosts change; hosts with the same changes stand together. `disk` reads a file of the
/// folder that translating does not touch.
pub fn meaning(fates: &[Fate<'_>], disk: &dyn Fn(&str) -> Option<Vec<u8>>) -> Vec<Line> {
    let by_path: BTreeMap<&str, &Fate<'_>> =
        fates.iter().map(|it| (it.path.as_str(), it)).collect();
    let before = |path: &str| match by_path.get(path) {
        Some(fate) => match &fate.deed {
            Deed::Leave(text) => Some(Bytes::Ours(text.to_vec())),
            Deed::Write(_) | Deed::Remove | Deed::Forget => fate.old.clone().map(Bytes::Ours),
            Deed::Merge(_, change) => {
                let both = |it| Bytes::Both(it, change.base.clone());
                fate.old.clone().map(both)
            }
            Deed::Keep(..)
            | Deed::Abandon(_)
            | Deed::Edited(_)
            | Deed::Dispute(_)
            | Deed::Mark(..) => fate.old.clone().map(Bytes::Yours),
        },
        None => disk(path).map(Bytes::Yours),
    };
    let after = |path: &str| match by_path.get(path) {
        Some(fate) => match &fate.deed {
            Deed::Leave(text) | Deed::Write(text) => Some(Bytes::Ours(text.to_vec())),
            Deed::Merge(text, change) => Some(Bytes::Both(text.clone(), change.new.to_vec())),
            // Between markers stands no option: what it means is decided by who takes them away.
            Deed::Keep(..)
            | Deed::Abandon(_)
            | Deed::Edited(_)
            | Deed::Dispute(_)
            | Deed::Mark(..) => fate.old.clone().map(Bytes::Yours),
            Deed::Remove | Deed::Forget => None,
        },
        None => disk(path).map(Bytes::Yours),
    };
    let (mut old, mut new) = (Side::new(&before), Side::new(&after));
    let hosts: Vec<(String, &str)> = by_path.keys().filter_map(|path| host(path)).collect();
    let mut grouped: BTreeMap<OptionChange, Vec<&str>> = BTreeMap::new();
    let mut notes: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, path) in &hosts {
        match (old.has(path), new.has(path)) {
            (false, true) => {
                notes.insert(name, " (new)");
            }
            (true, false) => {
                notes.insert(name, " (gone)");
            }
            (true, true) | (false, false) => {}
        }
        for change in changes(path, &mut old, &mut new) {
            grouped.entry(change).or_default().push(name);
        }
    }
    let mut groups: BTreeMap<Vec<&str>, Vec<OptionChange>> = BTreeMap::new();
    for (change, names) in grouped {
        groups.entry(names).or_default().push(change);
    }
    let mut groups: Vec<(Vec<&str>, Vec<OptionChange>)> = groups.into_iter().collect();
    groups.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
    let mut lines = Vec::new();
    for (names, changes) in &groups {
        lines.push(Line::new(LineKind::Title, title(names, &hosts, &notes)));
        lines.extend(changes.iter().map(line));
    }
    lines
}

/// Returns the name of the host whose module this is.
fn host(path: &str) -> Option<(String, &str)> {
    let folder = path.strip_suffix("/default.nix")?;
    let (above, name) = folder.rsplit_once('/')?;
    let project = match above {
        "hosts" => "",
        _ => above.strip_suffix("hosts")?.strip_suffix('/')?,
    };
    let name = match project {
        "" => name.to_owned(),
        _ => format!("{project}/{name}"),
    };
    Some((name, path))
}

fn changes(start: &str, old: &mut Side<'_>, new: &mut Side<'_>) -> Vec<OptionChange> {
    let (before, after) = (old.reached(start), new.reached(start));
    let mut touched = BTreeSet::new();
    for (_, file) in before.iter().chain(&after) {
        for path in file.assets() {
            if old.asset(path) != new.asset(path) {
                touched.insert(path.to_owned());
            }
        }
    }
    if touched.is_empty() && before == after {
        return Vec::new();
    }
    let (old, new) = (options(&before), options(&after));
    let paths: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    paths
        .into_iter()
        .filter_map(|path| {
            let (old, new) = (old.get(path), new.get(path));
            let what = compare(
                old.map_or(&[], Vec::as_slice),
                new.map_or(&[], Vec::as_slice),
                &touched,
            )?;
            Some(OptionChange {
                option: path.to_owned(),
                what,
            })
        })
        .collect()
}

fn compare(old: &[&Given], new: &[&Given], touched: &BTreeSet<String>) -> Option<What> {
    let (gone, come) = without_common(old, new, |a, b| (&a.shown, &a.when) == (&b.shown, &b.when));
    if gone.is_empty() && come.is_empty() {
        let takes = new.iter().flat_map(|it| &it.files);
        let files: BTreeSet<&String> = takes.filter(|it| touched.contains(*it)).collect();
        let files: Vec<&str> = files.into_iter().map(String::as_str).collect();
        return (!files.is_empty())
            .then(|| What::Changed(format!(": the content of {}", files.join(", "))));
    }
    if old.is_empty() {
        return Some(What::Added(all(&come)));
    }
    if new.is_empty() {
        return Some(What::Removed(all(&gone)));
    }
    let both = || gone.iter().chain(&come);
    let when = both().next().map_or("", |it| it.when.as_str());
    if both().any(|it| it.when != when) {
        return Some(What::Changed(apart(&gone, &come)));
    }
    if both().all(|it| it.elements.is_some()) {
        return Some(What::Changed(format!("{}{when}", of_lists(&gone, &come))));
    }
    Some(What::Changed(match (gone.as_slice(), come.as_slice()) {
        ([old], [new]) if !old.is_yours && !new.is_yours => {
            format!("{}{when}", of_texts(&old.shown, &new.shown))
        }
        _ => apart(&gone, &come),
    }))
}

/// What goes and what comes, each with its conditions.
fn apart(gone: &[&Given], come: &[&Given]) -> String {
    match (gone, come) {
        ([], _) => format!(": + {}", all(come)),
        (_, []) => format!(": - {}", all(gone)),
        _ => format!(" = {} -> {}", all(gone), all(come)),
    }
}

/// Takes away what both lists have.
fn without_common<T: Copy>(old: &[T], new: &[T], equal: fn(T, T) -> bool) -> (Vec<T>, Vec<T>) {
    let mut gone = old.to_vec();
    let mut come = Vec::new();
    for it in new {
        match gone.iter().position(|other| equal(*other, *it)) {
            Some(at) => {
                gone.remove(at);
            }
            None => come.push(*it),
        }
    }
    (gone, come)
}

/// What a person wrote is not shown.
const YOURS: &str = "(yours)";

fn all(given: &[&Given]) -> String {
    let shown = given.iter().map(|it| match it.is_yours {
        true => YOURS.to_owned(),
        false => format!("{}{}", brief(&it.shown, 0), it.when),
    });
    shown.collect::<Vec<_>>().join(" and ")
}

fn of_lists(old: &[&Given], new: &[&Given]) -> String {
    let elements = |given: &[&Given]| -> Vec<String> {
        let elements = given.iter().flat_map(|it| {
            let own = it.elements.iter().flatten();
            own.map(|element| match it.is_yours {
                true => YOURS.to_owned(),
                false => element.clone(),
            })
        });
        elements.collect()
    };
    let (old, new) = (elements(old), elements(new));
    let (old, new): (Vec<&String>, Vec<&String>) = (old.iter().collect(), new.iter().collect());
    let (gone, come) = without_common(&old, &new, |a, b| a == b);
    if gone.is_empty() && come.is_empty() {
        return ": its elements have another order".to_owned();
    }
    let signed = |sign: &str, list: Vec<&String>| {
        let signed = list.iter().map(|it| format!("{sign} {}", brief(it, 0)));
        signed.collect::<Vec<_>>()
    };
    let mut parts = signed("+", come);
    parts.extend(signed("-", gone));
    format!(": {}", parts.join(", "))
}

fn of_texts(old: &str, new: &str) -> String {
    if old.contains('\n') || new.contains('\n') {
        let diff = TextDiff::from_lines(old, new);
        let count = |tag: ChangeTag| diff.iter_all_changes().filter(|it| it.tag() == tag).count();
        return format!(
            ": a text, {} lines more and {} less",
            count(ChangeTag::Insert),
            count(ChangeTag::Delete)
        );
    }
    let alike = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
    // Two long values are shown from where they differ.
    let from = match alike.count() {
        alike if old.chars().count().max(new.chars().count()) > LONGEST_VALUE => {
            alike.saturating_sub(LONGEST_VALUE / 4)
        }
        _ => 0,
    };
    format!(" = {} -> {}", brief(old, from), brief(new, from))
}

/// Shortens a value to a piece of one line.
fn brief(value: &str, from: usize) -> String {
    let lines = value.lines().count();
    if lines > 1 {
        let mut lines_of_text = value.lines().map(str::trim);
        let first = lines_of_text.find(|it| !matches!(*it, "" | "''" | "\""));
        let first: String = first.unwrap_or_default().chars().take(40).collect();
        return format!("''{}...'' ({} lines)", plain(&first), lines - 2.min(lines));
    }
    let shown: String = value.chars().skip(from).take(LONGEST_VALUE).collect();
    let start = if from > 0 { "..." } else { "" };
    let is_cut = value.chars().count() > from + LONGEST_VALUE;
    let end = if is_cut { "..." } else { "" };
    format!("{start}{}{end}", plain(&shown))
}

/// A value may hold what a terminal would obey.
fn plain(text: &str) -> String {
    let shown = text.chars().map(|c| if c.is_control() { '?' } else { c });
    shown.collect()
}

fn title(names: &[&str], all: &[(String, &str)], notes: &BTreeMap<&str, &str>) -> String {
    let list = |names: &mut dyn Iterator<Item = &str>| {
        let named = names.map(|name| {
            let note = notes.get(name).copied().unwrap_or_default();
            format!("{}{note}", plain(name))
        });
        named.collect::<Vec<_>>().join(", ")
    };
    if names.len() <= MANY || names.len() * 2 < all.len() {
        return format!("{}:", list(&mut names.iter().copied()));
    }
    let others = || {
        let all = all.iter().map(|(name, _)| name.as_str());
        all.filter(|name| !names.contains(name))
    };
    match others().count() {
        0 => format!("all {} hosts:", all.len()),
        _ => format!("all hosts but {}:", list(&mut others())),
    }
}

fn line(change: &OptionChange) -> Line {
    let option = plain(&change.option);
    match &change.what {
        What::Added(value) => Line::new(LineKind::Added, format!("  + {option} = {value}")),
        What::Removed(value) => Line::new(LineKind::Removed, format!("  - {option} = {value}")),
        What::Changed(how) => Line::new(LineKind::Changed, format!("  ~ {option}{how}")),
    }
}

#[cfg(test)]
mod tests {
    use super::meaning;
    use crate::diff::{Deed, fates_of};

    fn check(fates: &[(&str, &str, Deed<'_>)], expected: &[&str]) {
        let fates = fates_of(fates);
        let mine = |path: &str| (path == "mine.nix").then(|| b"{ z = \"mine\"; }".to_vec());
        let lines = meaning(&fates, &mine);
        let texts: Vec<_> = lines.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(texts, expected);
    }

    const HOST: &[u8] = b"{ imports = [ ../../m.nix ] ++ lib.filter f [ ./local.nix ]; h = 1; }";

    #[test]
    fn hosts_with_the_same_changes_stand_together() {
        check(
            &[
                ("hosts/a/default.nix", "", Deed::Leave(HOST)),
                ("hosts/b/default.nix", "", Deed::Leave(HOST)),
                (
                    "hosts/c/default.nix",
                    "{ x = 1; }",
                    Deed::Write(b"{ x = 2; }"),
                ),
                (
                    "m.nix",
                    "{ gone = true; p = [ pkgs.git ]; q = 1; }",
                    Deed::Write(b"{ p = with pkgs; [ vim git ]; q = 1; new.it = \"x\"; }"),
                ),
            ],
            &[
                "a, b:",
                "  - gone = true",
                "  + new.it = \"x\"",
                "  ~ p: + vim",
                "c:",
                "  ~ x = 1 -> 2",
            ],
        );
    }

    #[test]
    fn many_hosts_are_named_by_the_others() {
        let paths: Vec<String> = (0..6)
            .map(|it| format!("hosts/h{it}/default.nix"))
            .collect();
        let changed = Deed::Write(b"{ x = 2; }");
        let all = |deed_of_last| -> Vec<(&str, &str, Deed<'_>)> {
            let paths = paths.iter().map(String::as_str);
            let mut fates: Vec<_> = paths
                .map(|it| (it, "{ x = 1; }", changed.clone()))
                .collect();
            fates[5].2 = deed_of_last;
            fates
        };
        check(&all(changed.clone()), &["all 6 hosts:", "  ~ x = 1 -> 2"]);
        let same = Deed::Leave(b"{ x = 1; }");
        check(&all(same), &["all hosts but h5:", "  ~ x = 1 -> 2"]);
    }

    #[test]
    fn layout_and_place_make_no_difference() {
        check(
            &[
                ("hosts/a/default.nix", "", Deed::Leave(HOST)),
                (
                    "m.nix",
                    "{ a.b = 1; }",
                    Deed::Write(b"# x\n{ a = { b = 1; }; }"),
                ),
            ],
            &[],
        );
    }

    #[test]
    fn a_host_comes_and_goes() {
        check(
            &[
                ("hosts/a/default.nix", "", Deed::Write(b"{ x = 1; }")),
                ("p/hosts/b/default.nix", "{ y = 1; }", Deed::Remove),
            ],
            &["a (new):", "  + x = 1", "p/b (gone):", "  - y = 1"],
        );
    }

    #[test]
    fn what_a_person_keeps_counts_as_it_is_and_is_not_shown() {
        let edited = "{ imports = [ ./m.nix ]; x = \"secret\"; }";
        let keep = Deed::Keep("was changed by hand", b"{ x = 2; }");
        check(&[("hosts/a/default.nix", edited, keep.clone())], &[]);
        check(
            &[
                ("hosts/a/default.nix", edited, keep),
                (
                    "hosts/a/m.nix",
                    "{ x = \"old\"; }",
                    Deed::Write(b"{ x = \"new\"; }"),
                ),
            ],
            &["a:", "  ~ x = \"old\" -> \"new\""],
        );
        check(
            &[(
                "hosts/a/default.nix",
                "{ a = 1; }",
                Deed::Write(b"{ imports = [ ../../mine.nix ]; a = 1; }"),
            )],
            &["a:", "  + z = (yours)"],
        );
    }

    #[test]
    fn long_values_are_shortened_and_texts_counted() {
        let old = format!("{{ x = \"{}1\"; t = ''\n  a\n  b\n''; }}", "y".repeat(300));
        let new = format!(
            "{{ x = \"{}2\"; t = ''\n  a\n  c\n  d\n''; }}",
            "y".repeat(300)
        );
        let cut = format!("...{}", "y".repeat(30));
        check(
            &[("hosts/a/default.nix", &old, Deed::Write(new.as_bytes()))],
            &[
                "a:",
                "  ~ t: a text, 2 lines more and 1 less",
                &format!("  ~ x = {cut}1\" -> {cut}2\""),
            ],
        );
    }

    #[test]
    fn the_content_of_a_file_is_part_of_the_option() {
        check(
            &[
                (
                    "hosts/a/default.nix",
                    "",
                    Deed::Leave(b"{ s = ../../files/x; }"),
                ),
                ("files/x", "1", Deed::Write(b"2")),
            ],
            &["a:", "  ~ s: the content of files/x"],
        );
    }
}
