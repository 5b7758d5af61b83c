//! `compare`: two trees of a format, leaf by leaf.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::explained::Explained;
use crate::rules::PROGRAMS;

/// A place of the tree where both are not the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The names that lead there: `server/listen/0`.
    pub place: String,
    /// None where the source does not have it.
    pub source: Option<String>,
    /// None where NixOS does not write it.
    pub nixos: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The number of leaves that are the same.
    pub same: usize,
    pub differences: Vec<Difference>,
    /// Those with a reason that the reading knows.
    pub explained: Vec<(Difference, String)>,
}

pub(super) fn compare(source: &Value, nixos: &Value, reasons: &Explained) -> Comparison {
    let (mut of_source, mut of_nixos) = (BTreeMap::new(), BTreeMap::new());
    flatten(String::new(), source, &mut of_source);
    flatten(String::new(), nixos, &mut of_nixos);
    let places: BTreeSet<&String> = of_source.keys().chain(of_nixos.keys()).collect();
    let mut comparison = Comparison::default();
    for place in places {
        let (source, nixos) = (of_source.get(place), of_nixos.get(place));
        if source == nixos {
            comparison.same += 1;
            continue;
        }
        let difference = Difference {
            place: place.clone(),
            source: source.cloned(),
            nixos: nixos.cloned(),
        };
        match reasons.reason(&difference) {
            Some(reason) => comparison.explained.push((difference, reason.to_owned())),
            None => comparison.differences.push(difference),
        }
    }
    comparison
}

fn flatten(place: String, value: &Value, all: &mut BTreeMap<String, String>) {
    let child = |name: &str| {
        if place.is_empty() {
            name.to_owned()
        } else {
            format!("{place}/{name}")
        }
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                flatten(child(name), value, all);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (number, value) in list.iter().enumerate() {
                flatten(child(&number.to_string()), value, all);
            }
        }
        Value::String(text) => {
            all.insert(place, programs_alike(text));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) | Value::Array(_) => {
            all.insert(place, value.to_string());
        }
    }
}

/// A program is the same wherever it lies, `/usr/bin/x` or `${pkgs.y}/bin/x`, and by the name that nixpkgs has for it:
/// `prometheus-alertmanager` of Debian is `alertmanager`.
static PROGRAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:\$\{[^}]*\}|/nix/store/[^/\s]*|/usr/local|/usr|/run/current-system/sw|/run/wrappers)?/s?bin/([A-Za-z0-9_\[][A-Za-z0-9._+-]*)").ok()
});

pub(super) fn programs_alike(text: &str) -> String {
    match PROGRAM.as_ref() {
        Some(program) => {
            let told = |found: &Captures<'_>| {
                let name = &found[1];
                let named = PROGRAMS.named.get(name);
                format!("<program {}>", named.map_or(name, |(_, name)| name))
            };
            program.replace_all(text, told).into_owned()
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::compare;
    use crate::effect::explained::Explained;

    #[test]
    fn what_differs_is_named_by_its_place() {
        let source = json!({"a": {"b": [1, 2]}, "c": "/usr/bin/x -y", "d": true});
        let nixos = json!({"a": {"b": [1, 3]}, "c": "${pkgs.z}/bin/x -y", "e": "z"});
        let reasons: Explained = toml::from_str("nixos-only.e = 'because'").expect("TOML");
        let found = compare(&source, &nixos, &reasons);
        let places: Vec<&str> = found
            .differences
            .iter()
            .map(|it| it.place.as_str())
            .collect();
        assert_eq!((found.same, places), (2, vec!["a/b/1", "d"]));
        assert_eq!(found.explained[0].0.place, "e");
    }
}
