//! Files of which every line stands alone: one line of them means what it would mean in a file that holds nothing else.
//!
//! Manuals: systemd-system.conf(5) and the files like it, ssh_config(5)

use crate::model::Text;

/// Files of which the settings stand in a section.
const SECTIONS: [(&str, &str); 8] = [
    ("coredump", "Coredump"),
    ("journald", "Journal"),
    ("logind", "Login"),
    ("oomd", "OOM"),
    ("resolved", "Resolve"),
    ("sleep", "Sleep"),
    ("system", "Manager"),
    ("timesyncd", "Time"),
];

/// A file that several parts of the machine are read together with.
const SSH: &str = "/etc/ssh/ssh_config";

fn section(path: &str) -> Option<&'static str> {
    let stem = path.strip_prefix("/etc/systemd/")?.strip_suffix(".conf")?;
    let (_, section) = SECTIONS.iter().find(|(name, _)| *name == stem)?;
    Some(section)
}

/// Tells whether a line of a file leaves open what the others of it say: NixOS has its own defaults for them.
pub(crate) fn is_partial(path: &str) -> bool {
    section(path).is_some() || ["/etc/login.defs", "/etc/security/limits.conf"].contains(&path)
}

/// Returns lines of a file under the head of the section that they stand in: the one that is named, else the usual one.
pub(crate) fn in_section(path: &str, named: &str, lines: &Text) -> Text {
    let Some(usual) = section(path) else {
        return lines.clone();
    };
    let section = if named.is_empty() { usual } else { named };
    let mut text = Text::from(format!("[{section}]\n"));
    text.push(lines);
    text.push_str("\n");
    text
}

/// Returns a file that says just what a line says in the file at `path`; `None` where it says nothing alone.
pub(crate) fn fragment(path: &str, line: &Text) -> Option<Text> {
    let plain = line.plain()?.trim();
    let is_setting = !plain.is_empty() && !plain.starts_with(['#', ';', '[']);
    // A keyword that is indented belongs to the block above it.
    let is_block = plain.starts_with("Host ") || plain.starts_with("Match ");
    (path == SSH && is_setting && !is_block && !plain.contains('\n'))
        .then(|| Text::from(format!("{plain}\n")))
}

#[cfg(test)]
mod tests {
    use super::{fragment, in_section};
    use crate::model::Text;

    fn check(path: &str, named: &str, line: &str, expected: &str) {
        let made = in_section(path, named, &Text::from(line));
        assert_eq!(made.plain(), Some(expected), "{path}: {line}");
    }

    #[test]
    fn a_line_stands_in_its_section() {
        let journald = "/etc/systemd/journald.conf";
        check(
            journald,
            "",
            "Storage=persistent",
            "[Journal]\nStorage=persistent\n",
        );
        check(
            "/etc/login.defs",
            "",
            "PASS_MAX_DAYS 90",
            "PASS_MAX_DAYS 90",
        );
        let resolved = "/etc/systemd/resolved.conf";
        check(
            resolved,
            "Resolve",
            "DNS = 192.0.2.1",
            "[Resolve]\nDNS = 192.0.2.1\n",
        );
    }

    #[test]
    fn a_block_of_ssh_does_not_stand_alone() {
        let found = fragment("/etc/ssh/ssh_config", &Text::from("HashKnownHosts yes"));
        assert_eq!(found, Some(Text::from("HashKnownHosts yes\n")));
        assert_eq!(fragment("/etc/ssh/ssh_config", &Text::from("Host *")), None);
        assert_eq!(fragment("/etc/app.conf", &Text::from("a=b")), None);
    }
}
