//! The collections that filters, tests and lookups come from, and the names that are computed.

/// A collection whose filters, tests and lookups are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Collection {
    /// Jinja2's own too: `ansible.builtin` has all of them.
    Builtin,
    Utils,
    General,
    Debops,
    /// Those of which a lookup is known only for what it would give.
    Other,
}

impl Collection {
    fn name(self) -> &'static str {
        match self {
            Collection::Builtin => "Jinja2 and ansible.builtin",
            Collection::Utils => "ansible.utils",
            Collection::General => "community.general",
            Collection::Debops => "debops.debops",
            Collection::Other => "other collections",
        }
    }

    /// Tells whether a name that is written with this collection may stand for what is here.
    fn answers_to(self, written: &str) -> bool {
        match self {
            Collection::Builtin => matches!(written, "ansible.builtin" | "ansible.legacy"),
            // What moved is still found where it was.
            Collection::Utils => matches!(written, "ansible.utils" | "ansible.netcommon"),
            Collection::General => written == "community.general",
            Collection::Debops => written == "debops.debops",
            Collection::Other => written.contains('.'),
        }
    }
}

/// Finds the row that a name stands for, with a collection before it or without.
pub(super) fn find<'t, T>(
    rows: impl IntoIterator<Item = &'t T>,
    name: &str,
    key: impl Fn(&T) -> (Collection, &'static str),
) -> Option<&'t T> {
    let (written, last) = match name.rsplit_once('.') {
        Some((collection, last)) => (Some(collection), last),
        None => (None, name),
    };
    rows.into_iter().find(|row| {
        let (collection, own) = key(row);
        own == last && written.is_none_or(|it| collection.answers_to(it))
    })
}

/// What a template can call of one kind and one collection.
#[derive(Debug)]
pub struct Callables {
    /// `filters`, `tests`, `lookups` or `functions`.
    pub kind: &'static str,
    pub collection: &'static str,
    pub names: Vec<&'static str>,
}

/// Returns all that a template can call.
pub fn callables() -> Vec<Callables> {
    let functions = super::functions::NAMES.iter();
    let mut known = Vec::new();
    add("filters", super::filters::names(), &mut known);
    add("tests", super::test::names(), &mut known);
    add("lookups", super::lookup::names(), &mut known);
    let functions = functions.map(|name| (Collection::Builtin, *name)).collect();
    add("functions", functions, &mut known);
    known
}

fn add(kind: &'static str, mut names: Vec<(Collection, &'static str)>, known: &mut Vec<Callables>) {
    names.sort_unstable();
    names.dedup();
    for (collection, name) in names {
        match known.last_mut() {
            Some(last) if last.kind == kind && last.collection == collection.name() => {
                last.names.push(name);
            }
            _ => known.push(Callables {
                kind,
                collection: collection.name(),
                names: vec![name],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Collection, find};

    #[test]
    fn a_collection_in_a_name_decides() {
        const ROWS: &[(Collection, &str)] = &[
            (Collection::Utils, "keep_keys"),
            (Collection::General, "keep_keys"),
            (Collection::Builtin, "combine"),
        ];
        let check = |name: &str, expected: Option<Collection>| {
            let found = find(ROWS, name, |row| *row);
            assert_eq!(found.map(|row| row.0), expected, "{name}");
        };
        check("keep_keys", Some(Collection::Utils));
        check("community.general.keep_keys", Some(Collection::General));
        check("ansible.builtin.combine", Some(Collection::Builtin));
        check("my.own.combine", None);
        check("no_such", None);
    }
}
