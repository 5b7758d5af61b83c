//! systemd's files: units, drop-ins, and the settings of its daemons.
//!
//! Manual: systemd.syntax(7), <https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html>

use super::place::{BLANKS, lines};
use super::{Fault, Place};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// In the order of the file; a section may stand there twice.
    pub sections: Vec<Section>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    /// From its header to its last directive.
    pub place: Place,
    pub directives: Vec<Directive>,
}

/// One assignment; an empty value resets what came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    pub key: String,
    pub value: String,
    pub place: Place,
}

pub fn read(text: &str) -> Unit {
    let mut it = Unit::default();
    let mut open: Option<(Place, String)> = None;
    for (place, line) in lines(text) {
        // Comments and empty lines are left out before lines are joined, so a comment may stand between two halves.
        let visible = line.trim_start_matches(BLANKS);
        if visible.is_empty() || visible.starts_with(['#', ';']) {
            continue;
        }
        let (place, joined) = match open.take() {
            Some((first, before)) => (first.to(place), before + line),
            None => (place, line.to_owned()),
        };
        if goes_on(line) {
            let mut part = joined;
            part.pop();
            part.push(' ');
            open = Some((place, part));
        } else {
            read_line(&joined, place, &mut it);
        }
    }
    if let Some((place, joined)) = open {
        read_line(&joined, place, &mut it);
    }
    it
}

/// An odd number of backslashes at the end joins a line with the next one.
fn goes_on(line: &str) -> bool {
    let backslashes = line.len() - line.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

fn read_line(line: &str, place: Place, it: &mut Unit) {
    let line = line.trim_matches(BLANKS);
    if let Some(header) = line.strip_prefix('[') {
        match header.strip_suffix(']') {
            Some(name) => it.sections.push(Section {
                name: name.to_owned(),
                place,
                directives: Vec::new(),
            }),
            None => it
                .faults
                .push(Fault::new(place, "the section has no `]` at its end")),
        }
        return;
    }
    let Some((key, value)) = line.split_once('=') else {
        it.faults.push(Fault::new(
            place,
            "there is no `=`; systemd ignores the line",
        ));
        return;
    };
    let key = key.trim_matches(BLANKS);
    let Some(section) = it.sections.last_mut() else {
        let why = format!("`{key}` stands before the first section; systemd ignores it");
        it.faults.push(Fault::new(place, why));
        return;
    };
    section.place = section.place.to(place);
    section.directives.push(Directive {
        key: key.to_owned(),
        value: value.trim_matches(BLANKS).to_owned(),
        place,
    });
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found = Vec::new();
        for section in &it.sections {
            found.push(format!("{}: [{}]", section.place.line, section.name));
            found.extend(
                section
                    .directives
                    .iter()
                    .map(|it| format!("{}: {} = {}", it.place.line, it.key, it.value)),
            );
        }
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sections_hold_their_directives_in_order() {
        check(
            "[Unit]\nAfter = a.service\n# c\n; d\nAfter=b.service\n\n[Service]\nExecStart=\nExecStart=/bin/x a=b\n",
            &[
                "1: [Unit]",
                "2: After = a.service",
                "5: After = b.service",
                "7: [Service]",
                "8: ExecStart = ",
                "9: ExecStart = /bin/x a=b",
            ],
        );
    }

    #[test]
    fn a_backslash_joins_lines_even_over_a_comment() {
        check(
            "[Service]\nExecStart=/bin/x \\\n  --a \\\n# not this\n\n  --b\nX=1\\\\\n",
            &[
                "1: [Service]",
                "2: ExecStart = /bin/x    --a    --b",
                "7: X = 1\\\\",
            ],
        );
        check(
            "[Service]\nExecStart=/bin/x \\",
            &["1: [Service]", "2: ExecStart = /bin/x"],
        );
    }

    #[test]
    fn what_systemd_ignores_is_a_fault() {
        check(
            "A=1\n[Unit\n[Unit]\nnonsense\n",
            &[
                "3: [Unit]",
                "1! `A` stands before the first section; systemd ignores it",
                "2! the section has no `]` at its end",
                "4! there is no `=`; systemd ignores the line",
            ],
        );
    }
}
