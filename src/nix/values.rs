//! Names of `values.nix` in the place of the words that stand for them.

use std::collections::BTreeMap;

/// What the names of `values.nix` are called in a module.
pub const VALUES: &str = "values";

/// Puts `${values.x}` into a finished text for each stand-in; the names are by stand-in.
///
/// Strings, attribute names and paths of options may all have one. It is as long as its stand-in is, so that the layout
/// stays. Behind a dollar Nix would not read it, and the stand-in stays.
pub fn splice_values(text: &str, names: &BTreeMap<&str, &str>) -> String {
    let mut out = text.to_owned();
    for (&stand_in, &name) in names {
        let spliced = format!("${{{VALUES}.{name}}}");
        let mut made = String::with_capacity(out.len());
        let mut rest = out.as_str();
        while let Some(at) = rest.find(stand_in) {
            let (before, behind) = rest.split_at(at);
            made.push_str(before);
            let is_dollar = made.ends_with('$');
            made.push_str(if is_dollar { stand_in } else { &spliced });
            rest = &behind[stand_in.len()..];
        }
        made.push_str(rest);
        out = made;
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::splice_values;

    #[test]
    fn a_stand_in_becomes_a_name() {
        let names = BTreeMap::from([("GIVE-a-HERE", "a")]);
        for (text, expected) in [
            ("x = \"GIVE-a-HERE/y\";", "x = \"${values.a}/y\";"),
            (
                "users.users.GIVE-a-HERE = { };",
                "users.users.${values.a} = { };",
            ),
            ("x = \"$GIVE-a-HERE\";", "x = \"$GIVE-a-HERE\";"),
            ("x = \"GIVE-b-HERE\";", "x = \"GIVE-b-HERE\";"),
        ] {
            assert_eq!(splice_values(text, &names), expected);
        }
    }
}
