//! modprobe.d: how kernel modules are loaded.
//!
//! Manual: modprobe.d(5)

use super::Place;
use super::place::{BLANKS, lines, split_word};

/// A directive: `blacklist`, `options`, `install`, `alias`, `softdep`, `remove`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    pub command: String,
    /// The module, or its alias.
    pub module: String,
    /// What follows, as written.
    pub rest: String,
    pub place: Place,
}

/// Reads directives; a backslash at the end of a line joins it with the next one.
pub fn read(text: &str) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut open: Option<(Place, String)> = None;
    for (place, line) in lines(text) {
        let (place, joined) = match open.take() {
            Some((first, before)) => (first.to(place), before + line),
            None => (place, line.to_owned()),
        };
        match joined.strip_suffix('\\') {
            Some(part) => open = Some((place, part.to_owned())),
            None => found.extend(read_line(&joined, place)),
        }
    }
    if let Some((place, joined)) = open {
        found.extend(read_line(&joined, place));
    }
    found
}

fn read_line(line: &str, place: Place) -> Option<Directive> {
    let line = line.trim_matches(BLANKS);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (command, rest) = split_word(line);
    let (module, rest) = split_word(rest);
    Some(Directive {
        command: command.to_owned(),
        module: module.to_owned(),
        rest: rest.to_owned(),
        place,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_that_end_with_a_backslash_go_on() {
        let found: Vec<_> = read(
            "# x\nblacklist  pcspkr\noptions snd \\\n  index=1\ninstall usb-storage /bin/true",
        )
        .into_iter()
        .map(|it| (it.place.line, it.command, it.module, it.rest))
        .collect();
        let row = |line, command: &str, module: &str, rest: &str| {
            (line, command.to_owned(), module.to_owned(), rest.to_owned())
        };
        assert_eq!(
            found,
            [
                row(2, "blacklist", "pcspkr", ""),
                row(3, "options", "snd", "index=1"),
                row(5, "install", "usb-storage", "/bin/true"),
            ]
        );
    }
}
