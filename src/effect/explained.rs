//! `[reading.explained]`: differences between a file and what NixOS writes of it that mean nothing, and why.
//!
//! A reason holds for one way of being different: the source says it and NixOS does not (`source-only`), NixOS says it
//! and the source does not (`nixos-only`), or both say it with another value (`different`). It may hold for some values
//! alone, so that a value that is lost by mistake is not explained by another that is rightly left out:
//!
//! ```toml
//! [reading.explained.source-only]
//! pidfile = "the unit of NixOS needs none"
//! [reading.explained.nixos-only]
//! databases = { nixos = "16", why = "redis's own default" }
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use super::compare::Difference;
use crate::rules;

/// Reasons by the place in the tree, where `*` is any name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Explained {
    #[serde(default)]
    source_only: BTreeMap<String, Reason>,
    #[serde(default)]
    nixos_only: BTreeMap<String, Reason>,
    #[serde(default)]
    different: BTreeMap<String, Reason>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Reason {
    /// It holds for any value.
    Always(String),
    For(Values),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    /// The values of the source for which it holds.
    source: Option<Globs>,
    /// The values of NixOS for which it holds.
    nixos: Option<Globs>,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Globs {
    One(String),
    Several(Vec<String>),
}

impl Explained {
    /// Returns why a difference means nothing, if it does.
    pub(super) fn reason(&self, difference: &Difference) -> Option<&str> {
        let reasons = match (&difference.source, &difference.nixos) {
            (Some(_), None) => &self.source_only,
            (None, Some(_)) => &self.nixos_only,
            (Some(_), Some(_)) => &self.different,
            (None, None) => return None,
        };
        reasons
            .iter()
            .filter(|(glob, _)| rules::fits(glob, &difference.place))
            .find_map(|(_, reason)| reason.of(difference))
    }
}

impl Reason {
    fn of(&self, difference: &Difference) -> Option<&str> {
        match self {
            Reason::Always(why) => Some(why),
            Reason::For(values) => {
                let holds = fit(values.source.as_ref(), difference.source.as_deref())
                    && fit(values.nixos.as_ref(), difference.nixos.as_deref());
                holds.then_some(values.why.as_str())
            }
        }
    }
}

fn fit(globs: Option<&Globs>, value: Option<&str>) -> bool {
    let globs = match globs {
        None => return true,
        Some(Globs::One(glob)) => std::slice::from_ref(glob),
        Some(Globs::Several(globs)) => globs,
    };
    value.is_some_and(|value| globs.iter().any(|glob| rules::fits(glob, value)))
}

#[cfg(test)]
mod tests {
    use super::{Difference, Explained};

    fn check(source: Option<&str>, nixos: Option<&str>, expected: Option<&str>) {
        let explained: Explained = toml::from_str(
            "source-only.'a/*' = 'left out'\n\
             nixos-only.'a/b' = { nixos = ['1', '2 *'], why = 'the default' }\n\
             different.'a/b' = { source = '/usr/**', nixos = '/run/**', why = 'another place' }\n",
        )
        .expect("TOML");
        let difference = Difference {
            place: "a/b".to_owned(),
            source: source.map(str::to_owned),
            nixos: nixos.map(str::to_owned),
        };
        assert_eq!(explained.reason(&difference), expected);
    }

    #[test]
    fn a_reason_holds_for_one_way_of_being_different() {
        check(Some("9"), None, Some("left out"));
        check(None, Some("9"), None);
        check(None, Some("2 x"), Some("the default"));
        check(Some("/usr/a/b"), Some("/run/c"), Some("another place"));
        check(Some("/opt/a"), Some("/run/c"), None);
    }

    #[test]
    fn a_reason_says_which_difference_it_is_for() {
        assert!(toml::from_str::<Explained>("pidfile = 'none'").is_err());
        assert!(toml::from_str::<Explained>("different.x = { value = '1', why = 'y' }").is_err());
    }
}
