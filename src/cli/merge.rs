//! A file that a person changed and that is to be written anew: three texts to one, line by line.
//!
//! What comes out without a conflict is still not taken where it could not be right: a module that no longer parses, or
//! one in which an option stands twice because both sides added it at different places.

use std::collections::BTreeMap;

use diffy::{IncompleteHunkStyle, MergeOptions};

use crate::syntax::nix_module::{self, NixModule};

/// The three texts of a file.
pub(super) struct Sides<'a> {
    /// What an earlier run wrote.
    pub(super) base: &'a str,
    /// What a person made of it.
    pub(super) yours: &'a str,
    /// What is to be written.
    pub(super) new: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// Both changed other lines, or the same ones alike.
    Joined(String),
    /// Both changed the same lines; both stand here, between the markers that git uses.
    Conflict(String),
    /// The lines could be joined, but the file would be wrong; why.
    Wrong(&'static str),
}

pub(super) fn merge(path: &str, sides: &Sides<'_>) -> Merged {
    let mut options = MergeOptions::new();
    options.set_incomplete_hunk_style(IncompleteHunkStyle::Git);
    match options.merge(sides.base, sides.yours, sides.new) {
        Err(marked) => Merged::Conflict(marked),
        Ok(joined) if !path.ends_with(".nix") => Merged::Joined(joined),
        Ok(joined) => match fault(sides, &joined) {
            Some(why) => Merged::Wrong(why),
            None => Merged::Joined(joined),
        },
    }
}

/// Finds what is wrong with a joined module and was not with what the person wrote.
fn fault(sides: &Sides<'_>, joined: &str) -> Option<&'static str> {
    let [yours, new, joined] = [sides.yours, sides.new, joined].map(nix_module::read);
    if yours.fault.is_some() {
        return Some("was changed by hand and has a syntax error");
    }
    if joined.fault.is_some() {
        return Some("was changed by hand, and would not parse with what is new");
    }
    let [yours, new, joined] = [&yours, &new, &joined].map(counts);
    let is_twice = |(option, count): (&Vec<String>, &usize)| {
        let before = [&yours, &new].map(|it| it.get(option).copied().unwrap_or(0));
        *count > before[0].max(before[1]).max(1)
    };
    joined
        .iter()
        .any(is_twice)
        .then_some("was changed by hand, and sets an option that is new here too")
}

/// How often each option stands in a module.
fn counts(module: &NixModule) -> BTreeMap<Vec<String>, usize> {
    let mut counts = BTreeMap::new();
    for names in module.definitions.iter().filter_map(|it| it.names()) {
        *counts.entry(names).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{Merged, Sides, merge};

    fn check(path: &str, [base, yours, new]: [&str; 3], expected: Merged) {
        assert_eq!(merge(path, &Sides { base, yours, new }), expected);
    }

    #[test]
    fn lines_that_one_side_changed_are_joined() {
        let joined = "{\n  a = 9;\n  # mine\n  b = 1;\n\n  c = 2;\n}\n";
        check(
            "x.nix",
            [
                "{\n  a = 1;\n  b = 1;\n\n  c = 1;\n}\n",
                "{\n  a = 9;\n  # mine\n  b = 1;\n\n  c = 1;\n}\n",
                "{\n  a = 1;\n  b = 1;\n\n  c = 2;\n}\n",
            ],
            Merged::Joined(joined.to_owned()),
        );
        let same = ["1\n2\n", "1\n3\n", "1\n3\n"];
        check("x.md", same, Merged::Joined("1\n3\n".to_owned()));
        let unended = ["1\n2\n3", "0\n2\n3", "1\n2\n4"];
        check("x", unended, Merged::Joined("0\n2\n4".to_owned()));
    }

    #[test]
    fn lines_that_both_changed_are_a_conflict() {
        check(
            "x.nix",
            ["a\nb\n", "a\nmine", "a\nnew\n"],
            Merged::Conflict(
                "a\n<<<<<<< ours\nmine\n||||||| original\nb\n=======\nnew\n>>>>>>> theirs\n"
                    .to_owned(),
            ),
        );
    }

    #[test]
    fn a_module_that_would_be_wrong_is_not_made() {
        let base = "{\n  a = 1;\n  b = 1;\n  c = 1;\n}\n";
        let check = |yours: &str, new: &str, why: &'static str| {
            check("x.nix", [base, yours, new], Merged::Wrong(why));
        };
        check(
            "{\n  x = 1;\n  a = 1;\n  b = 1;\n  c = 1;\n}\n",
            "{\n  a = 1;\n  b = 1;\n  c = 1;\n  x = 1;\n}\n",
            "was changed by hand, and sets an option that is new here too",
        );
        check(
            "{\n  a = 1\n  b = 1;\n  c = 1;\n}\n",
            "{\n  a = 1;\n  b = 1;\n  c = 2;\n}\n",
            "was changed by hand and has a syntax error",
        );
        check(
            "{\n  a = 2;\n  b = 1;\n  c = 1;\n}\n",
            "{\n  a = 1;\n  b = 1;\n  c = [;\n}\n",
            "was changed by hand, and would not parse with what is new",
        );
    }
}
