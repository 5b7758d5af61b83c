//! /etc/default/locale and /etc/locale.conf: the language of messages, numbers and dates.
//!
//! Manual: locale.conf(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::Settings;
use crate::syntax::assignments::Assignment;

pub(super) const KIND: Kind = Kind {
    name: "locale",
    paths: "/etc/default/locale and /etc/locale.conf",
    becomes: "LANG becomes i18n.defaultLocale, each other variable i18n.extraLocaleSettings.<name>.",
    matches: |path| matches!(path, "/etc/default/locale" | "/etc/locale.conf"),
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    given.last_assignments(|it| {
        entry(given, it).unwrap_or_else(|| {
            given.unknown(
                it.place,
                format!("`{}` is no variable of the locale", it.name),
            )
        })
    })
}

/// Reads a variable of the locale; `None` when it is another one.
pub(super) fn entry(given: &Given, it: &Assignment) -> Option<Entry> {
    let name = it.name.as_str();
    if !matches!(name, "LANG" | "LANGUAGE") && !name.starts_with("LC_") {
        return None;
    }
    if it.expands {
        return Some(given.unknown(
            it.place,
            "a shell would put something else in place of a part of the value",
        ));
    }
    if it.value.is_empty() {
        return Some(given.not_needed(it.place, format!("an empty `{name}` sets nothing")));
    }
    // glibc takes `utf8` as well; NixOS makes the list of locales out of these values.
    let value = ["utf8", "utf-8", "UTF8"]
        .iter()
        .find_map(|other| it.value.strip_suffix(other))
        .filter(|_| name != "LANGUAGE")
        .map_or_else(|| it.value.clone(), |stem| format!("{stem}UTF-8"));
    Some(given.sets(it.place, Settings::Locale, name, &value))
}
