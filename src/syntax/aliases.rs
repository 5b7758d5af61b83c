//! aliases: names of mailboxes and where their mail goes.
//!
//! Manual: aliases(5)

use super::place::{BLANKS, lines};
use super::{Fault, Place};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Without quotes.
    pub name: String,
    /// Everything behind the colon.
    pub targets: String,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    pub aliases: Vec<Alias>,
    pub faults: Vec<Fault>,
}

/// Reads aliases; a line that begins with a blank goes on with the one before.
pub fn read(text: &str) -> Aliases {
    let mut it = Aliases::default();
    for (place, line) in lines(text) {
        let bare = line.trim_matches(BLANKS);
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if line.starts_with(BLANKS) {
            match it.aliases.last_mut() {
                Some(last) => {
                    last.place = last.place.to(place);
                    last.targets.push(' ');
                    last.targets.push_str(bare);
                }
                None => it
                    .faults
                    .push(Fault::new(place, "the first line begins with a blank")),
            }
            continue;
        }
        match split_name(bare) {
            Some((name, targets)) => it.aliases.push(Alias {
                name: name.trim_matches(BLANKS).trim_matches('"').to_owned(),
                targets: targets.trim_matches(BLANKS).to_owned(),
                place,
            }),
            None => it
                .faults
                .push(Fault::new(place, "there is no `:` behind a name")),
        }
    }
    it
}

/// A name may stand in quotes, with a colon in it.
fn split_name(line: &str) -> Option<(&str, &str)> {
    let quoted = line.strip_prefix('"').and_then(|rest| rest.find('"'));
    let from = quoted.map_or(0, |at| at + 2);
    let colon = line.get(from..)?.find(':')? + from;
    Some((&line[..colon], &line[colon + 1..]))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found: Vec<String> = it
            .aliases
            .iter()
            .map(|it| format!("{}: {} -> {}", it.place.line, it.name, it.targets))
            .collect();
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_have_targets() {
        check(
            "# a\nroot: bob,\n  alice\n\"a:b\": |/bin/x\nnobody:\n",
            &[
                "2: root -> bob, alice",
                "4: a:b -> |/bin/x",
                "5: nobody -> ",
            ],
        );
    }

    #[test]
    fn a_line_without_a_name_is_a_fault() {
        check(
            " x\nroot bob\n",
            &[
                "1! the first line begins with a blank",
                "2! there is no `:` behind a name",
            ],
        );
    }
}
