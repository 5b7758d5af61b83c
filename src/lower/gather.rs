//! Files that are left to the person for the same reason share one comment, as instructions of an image do: a root of
//! another system has hundreds.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::account::{Account, ItemKind};
use crate::plan::{Home, OptionPath, Remark};

/// From as many on they share one.
const MANY: usize = 3;

/// What remarks have to have in common.
type Key = (Home, Option<OptionPath>, String, Vec<String>);

/// Joins the remarks about whole files that say the same, where the first of them stood.
pub(super) fn gather(remarks: &mut Vec<Remark>, account: &Account) {
    let mut alike: IndexMap<Key, Vec<usize>> = IndexMap::new();
    for (remark, at) in remarks.iter().zip(0..) {
        let mut kinds = remark.origin.items.iter().map(|it| account.get(*it).kind);
        let is_named = !remark.origin.items.is_empty() && remark.origin.places.is_empty();
        if is_named
            && kinds.all(|kind| matches!(kind, ItemKind::EtcFile | ItemKind::DockerfileInstruction))
        {
            let about = remark.about.clone().filter(|it| !is_file(it));
            let key = (
                remark.home.clone(),
                about,
                general(&remark.reason),
                remark.lines.clone(),
            );
            alike.entry(key).or_default().push(at);
        }
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for ((_, about, reason, _), places) in alike {
        let [first, others @ ..] = places.as_slice() else {
            continue;
        };
        if places.len() < MANY {
            continue;
        }
        for other in others {
            let items = remarks[*other].origin.items.clone();
            remarks[*first].origin.items.extend(items);
        }
        remarks[*first].reason = reason;
        remarks[*first].about = about;
        gone.extend(others);
    }
    let mut at = 0;
    remarks.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

/// Tells whether an option is that of one file, beside which a comment about many has no place.
fn is_file(option: &OptionPath) -> bool {
    option.names().first().is_some_and(|it| it == "environment")
}

/// A reason that names a path, said of any.
fn general(reason: &str) -> String {
    let mut out = String::new();
    let mut parts = reason.split('`');
    out.push_str(parts.next().unwrap_or_default());
    while let Some(quoted) = parts.next() {
        if quoted.starts_with("/etc/") {
            out.push_str("it");
        } else {
            out.push('`');
            out.push_str(quoted);
            out.push('`');
        }
        out.push_str(parts.next().unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{gather, general};
    use crate::account::{Account, ItemKind};
    use crate::plan::{Home, Origin, Remark};
    use crate::source::{SourceTree, Span};

    fn check(reasons: &[&str], expected: &[(&str, usize)]) {
        let tree = SourceTree::from_texts("box", &[("etc/a", "")]);
        let file = tree.find("etc/a").unwrap();
        let mut account = Account::new();
        let mut remarks: Vec<Remark> = reasons
            .iter()
            .map(|reason| Remark {
                home: Home::Machine,
                about: None,
                origin: Origin {
                    items: vec![account.open(ItemKind::EtcFile, "file", "", Span::new(file, 0, 0))],
                    ..Origin::default()
                },
                title: String::new(),
                reason: (*reason).to_owned(),
                lines: Vec::new(),
            })
            .collect();
        gather(&mut remarks, &account);
        let found: Vec<(&str, usize)> = remarks
            .iter()
            .map(|it| (it.reason.as_str(), it.origin.items.len()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn many_files_share_a_comment() {
        check(
            &["not `/etc/a`: x", "y", "not `/etc/b`: x", "not `/etc/c`: x"],
            &[("not it: x", 3), ("y", 1)],
        );
        check(
            &["not `/etc/a`", "not `/etc/b`"],
            &[("not `/etc/a`", 1), ("not `/etc/b`", 1)],
        );
    }

    #[test]
    fn only_paths_below_etc_are_left_out() {
        assert_eq!(general("`shop` brings `/etc/x`"), "`shop` brings it");
    }
}
