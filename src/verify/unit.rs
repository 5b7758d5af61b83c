//! A systemd unit of the sources against the one that NixOS would build.

use std::collections::BTreeMap;

use super::noise;
use crate::model::{Text, Unit};
use crate::syntax::unit;

type Directives = BTreeMap<(String, String), Vec<String>>;

/// Returns what the source has and NixOS does not, then what NixOS has besides.
pub(super) fn differences(source: &Unit, nixos: &str) -> (Vec<String>, Vec<String>) {
    let wanted = of_source(source);
    let built = of_text(nixos);
    let mut lost = Vec::new();
    let mut added = Vec::new();
    for (place, values) in &wanted {
        let there = built.get(place).map(Vec::as_slice).unwrap_or_default();
        let missing = values
            .iter()
            .filter(|it| !there.contains(it) && !is_default(place, it));
        lost.extend(missing.map(|value| shown(place, value)));
    }
    for (place, values) in &built {
        if source.drop_in || noise::is_added(&place.0, &place.1) {
            continue;
        }
        let known = wanted.get(place).map(Vec::as_slice).unwrap_or_default();
        let more = values
            .iter()
            .filter(|it| !known.contains(it) && !is_default(place, it));
        added.extend(more.map(|value| shown(place, value)));
    }
    (lost, added)
}

fn is_default((section, name): &(String, String), value: &str) -> bool {
    noise::DEFAULTS.contains(&(section.as_str(), name.as_str(), value))
}

fn shown((section, name): &(String, String), value: &str) -> String {
    format!("[{section}] {name}={value}")
}

/// Values with a hole are left out: what they are, nobody knows yet.
fn of_source(source: &Unit) -> Directives {
    let mut found = Directives::new();
    for section in source
        .sections
        .iter()
        .filter(|it| it.name != noise::AS_LINKS)
    {
        for (name, values) in &section.directives {
            for value in values.iter().filter_map(Text::plain) {
                put(&mut found, &section.name, name, value);
            }
        }
    }
    found
}

fn of_text(text: &str) -> Directives {
    let mut found = Directives::new();
    for section in unit::read(text).sections {
        for directive in section.directives {
            put(&mut found, &section.name, &directive.key, &directive.value);
        }
    }
    found
}

fn put(found: &mut Directives, section: &str, name: &str, value: &str) {
    let values = found
        .entry((section.to_owned(), name.to_owned()))
        .or_default();
    if value.trim().is_empty() {
        // systemd.syntax(7): an empty value resets what came before.
        values.clear();
        return;
    }
    let value = noise::plain(value);
    match name {
        // Lists of names: their order and on how many lines they stand say nothing.
        "After" | "Before" | "Requires" | "Wants" | "PartOf" | "BindsTo" | "Conflicts"
        | "OnFailure" => {
            values.extend(value.split_whitespace().map(str::to_owned));
        }
        "Environment" => values.extend(words(&value)),
        _ if name.starts_with("Exec") => values.push(normal(&looked_up(&value))),
        _ => values.push(normal(&value)),
    }
}

/// A command whose program stands without a folder, which systemd looks up among those of the system.
fn looked_up(command: &str) -> String {
    let program = command.trim_start_matches(['@', '-', ':', '+', '!', '|']);
    let marks = &command[..command.len() - program.len()];
    let end = program.find(char::is_whitespace).unwrap_or(program.len());
    match program[..end].contains(['/', '$', '%']) {
        true => command.to_owned(),
        false => format!("{marks}/bin/{program}"),
    }
}

/// The assignments of an `Environment=`, without the quotes around them.
fn words(value: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in value.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (c, None) if c.is_whitespace() => {
                words.push(std::mem::take(&mut word));
            }
            (c, _) => word.push(c),
        }
    }
    words.push(word);
    words.retain(|it| !it.is_empty());
    words
}

/// Booleans as NixOS writes them, and single blanks.
fn normal(value: &str) -> String {
    match value.trim() {
        "yes" | "on" | "1" | "true" => "yes".to_owned(),
        "no" | "off" | "0" | "false" => "no".to_owned(),
        value => value.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::differences;
    use crate::model::{Unit, UnitSection};

    fn check(source: &[(&str, &str, &str)], nixos: &str, lost: &[&str], added: &[&str]) {
        let sections = source.iter().map(|(section, name, value)| UnitSection {
            name: (*section).to_owned(),
            directives: IndexMap::from([((*name).to_owned(), vec![(*value).into()])]),
        });
        let unit = Unit {
            name: "x.service".to_owned(),
            drop_in: false,
            sections: sections.collect(),
            enabled: None,
        };
        let found = differences(&unit, nixos);
        let as_strs = |list: &[String]| list.to_vec();
        assert_eq!(
            (as_strs(&found.0), as_strs(&found.1)),
            (
                lost.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(),
                added.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(),
            )
        );
    }

    #[test]
    fn what_nixos_adds_to_each_unit_is_no_difference() {
        check(
            &[
                ("Unit", "After", "a.service b.service"),
                ("Service", "ExecStart", "/usr/bin/x  -y"),
                ("Service", "ExecStop", "-docker stop x"),
                ("Service", "RemainAfterExit", "true"),
                ("Service", "Type", "simple"),
                ("Service", "Environment", "\"A=b c\" D=e"),
                ("Install", "WantedBy", "multi-user.target"),
            ],
            "[Unit]\nAfter=b.service a.service c.target\nX-Restart-Triggers=z\n[Service]\n\
             Environment=\"PATH=/nix/store/x/bin\"\nEnvironment=\"A=b c\"\nEnvironment=\"D=e\"\nRemainAfterExit=yes\n\
             ExecStart=/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x-1/bin/x -y\n\
             ExecStop=-/nix/store/0123456789abcdfghijklmnpqrsvwxyz-docker-1/bin/docker stop x\n",
            &[],
            &[],
        );
    }

    #[test]
    fn what_is_lost_or_comes_besides_is_named() {
        check(
            &[
                ("Service", "User", "shop"),
                ("Service", "Restart", "always"),
            ],
            "[Service]\nUser=root\nRestart=always\nUMask=0077\n",
            &["[Service] User=shop"],
            &["[Service] UMask=0077", "[Service] User=root"],
        );
    }
}
