//! INI: sections of keys, as programs with no format of their own have it (php.ini, jail.local, my.cnf).
//!
//! Manual: <https://docs.python.org/3/library/configparser.html#supported-ini-file-structure>, with what MySQL adds:
//! keys without a value, and keys before the first section.
//!
//! Left out: comments at the end of a line, which some programs know and others take for a part of the value.

use super::place::{BLANKS, lines};
use super::{Fault, Place};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ini {
    /// In the order of the file; the first has no name where keys stand before any section.
    pub sections: Vec<Section>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    pub place: Place,
    pub keys: Vec<Key>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    /// Lines are joined by line breaks; `None` where there is no `=`.
    pub value: Option<String>,
    pub place: Place,
}

pub fn read(text: &str) -> Ini {
    let mut it = Ini::default();
    for (place, line) in lines(text) {
        let visible = line.trim_matches(BLANKS);
        if visible.is_empty() || visible.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = visible.strip_prefix('[') {
            match header.split_once(']') {
                Some((name, _)) => it.sections.push(section(name.trim_matches(BLANKS), place)),
                None => it
                    .faults
                    .push(Fault::new(place, "the section has no `]` at its end")),
            }
            continue;
        }
        // A line that is indented more than the key above goes on with its value.
        let goes_on = line.starts_with(BLANKS);
        if goes_on && let Some(key) = last_key(&mut it) {
            let value = key.value.get_or_insert_default();
            value.push('\n');
            value.push_str(visible);
            key.place = key.place.to(place);
            continue;
        }
        let (name, value) = match visible.split_once(['=', ':']) {
            Some((name, value)) => (name, Some(value.trim_matches(BLANKS).to_owned())),
            None => (visible, None),
        };
        if it.sections.is_empty() {
            it.sections.push(section("", place));
        }
        if let Some(section) = it.sections.last_mut() {
            section.place = section.place.to(place);
            section.keys.push(Key {
                name: name.trim_matches(BLANKS).to_owned(),
                value,
                place,
            });
        }
    }
    it
}

fn section(name: &str, place: Place) -> Section {
    Section {
        name: name.to_owned(),
        place,
        keys: Vec::new(),
    }
}

fn last_key(it: &mut Ini) -> Option<&mut Key> {
    it.sections.last_mut()?.keys.last_mut()
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found = Vec::new();
        for section in &it.sections {
            found.push(format!("{}: [{}]", section.place.line, section.name));
            found.extend(
                section
                    .keys
                    .iter()
                    .map(|it| format!("{}: {} = {:?}", it.place.line, it.name, it.value)),
            );
        }
        found.extend(
            it.faults
                .iter()
                .map(|it| format!("{}! {}", it.place.line, it.why)),
        );
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sections_hold_keys() {
        check(
            "a = 1\n; c\n[b c]\n# d\nx: y=z\nskip-name\n  indented\n[e]\n",
            &[
                "1: []",
                "1: a = Some(\"1\")",
                "3: [b c]",
                "5: x = Some(\"y=z\")",
                "6: skip-name = Some(\"\\nindented\")",
                "8: [e]",
            ],
        );
        check("[a", &["1! the section has no `]` at its end"]);
    }

    #[test]
    fn indented_lines_go_on() {
        check(
            "[a]\nb = 1\n  2\n\n  3\n",
            &["1: [a]", "2: b = Some(\"1\\n2\\n3\")"],
        );
        check("[a]\n  b = 1\n", &["1: [a]", "2: b = Some(\"1\")"]);
    }
}
