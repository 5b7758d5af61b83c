//! Scripts outside /etc that something of the machine names: they are read with it, so that what runs them finds them.

use super::judge::Fate;
use crate::model::{File, Mode};

/// Tells whether a text names a path, not only one that begins or ends like it.
pub(super) fn names(text: &str, path: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut behind = text[at + path.len()..].chars();
        let next = behind.next();
        // A full stop may end a sentence.
        let is_end = !next.is_some_and(goes_on)
            || next == Some('.') && !behind.next().is_some_and(char::is_alphanumeric);
        is_end && !before.is_some_and(goes_on)
    })
}

/// What is run is a program, whatever the copy of the root says of its mode.
pub(super) fn run(fate: Fate) -> Fate {
    match fate {
        Fate::Stays(file, package) => {
            let mode = file.mode.map_or(0o755, |Mode(mode)| mode | 0o111);
            let file = File {
                mode: Some(Mode(mode)),
                ..file
            };
            Fate::Stays(file, package)
        }
        Fate::NotNeeded(..) | Fate::Manual(_) | Fate::Reads(..) => fate,
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_path_is_named_as_a_whole() {
        let check = |text: &str, expected: bool| {
            assert_eq!(names(text, "/usr/local/bin/x"), expected, "{text}");
        };
        check("ExecStart=/usr/local/bin/x -v", true);
        check("\"/usr/local/bin/x\"", true);
        check("see /usr/local/bin/x.", true);
        check("/usr/local/bin/x.sh", false);
        check("/usr/local/bin/xy", false);
        check("/mnt/usr/local/bin/x", false);
        check("/usr/local/bin", false);
    }
}
