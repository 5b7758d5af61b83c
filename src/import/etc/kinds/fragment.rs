//! Files of which every line stands alone: one line of them means what it would mean in a file that holds nothing else.
//!
//! Manuals: systemd-system.conf(5) and the files like it, login.defs(5), limits.conf(5), auditd.conf(5), ssh_config(5),
//! postconf(5), chrony.conf(5)

use crate::model::Text;

/// Such files, and the section that their settings stand in.
const FILES: [(&str, &str); 14] = [
    ("/etc/audit/auditd.conf", ""),
    ("/etc/chrony.conf", ""),
    ("/etc/chrony/chrony.conf", ""),
    ("/etc/login.defs", ""),
    ("/etc/postfix/main.cf", ""),
    ("/etc/security/limits.conf", ""),
    ("/etc/systemd/coredump.conf", "Coredump"),
    ("/etc/systemd/journald.conf", "Journal"),
    ("/etc/systemd/logind.conf", "Login"),
    ("/etc/systemd/resolved.conf", "Resolve"),
    ("/etc/systemd/sleep.conf", "Sleep"),
    ("/etc/systemd/system.conf", "Manager"),
    ("/etc/systemd/timesyncd.conf", "Time"),
    ("/etc/ssh/ssh_config", ""),
];

/// Returns a file that says just what a line says in the file at `path`; `None` where it says nothing alone.
pub(crate) fn fragment(path: &str, line: &Text) -> Option<Text> {
    let (_, section) = FILES.iter().find(|(it, _)| *it == path)?;
    let plain = line.plain()?.trim();
    let is_setting = !plain.is_empty() && !plain.starts_with(['#', ';', '[']);
    // A keyword that is indented belongs to the block above it.
    let stands_alone = is_setting && !plain.starts_with("Host ") && !plain.starts_with("Match ");
    if !stands_alone {
        return None;
    }
    let mut text = Text::new();
    if !section.is_empty() {
        text.push_str(&format!("[{section}]\n"));
    }
    text.push_str(plain);
    text.push_str("\n");
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::fragment;
    use crate::model::Text;

    fn check(path: &str, line: &str, expected: Option<&str>) {
        let made = fragment(path, &Text::from(line));
        assert_eq!(
            made.as_ref().and_then(Text::plain),
            expected,
            "{path}: {line}"
        );
    }

    #[test]
    fn a_line_stands_in_its_section() {
        check(
            "/etc/systemd/journald.conf",
            "Storage=persistent",
            Some("[Journal]\nStorage=persistent\n"),
        );
        check(
            "/etc/login.defs",
            "PASS_MAX_DAYS 90",
            Some("PASS_MAX_DAYS 90\n"),
        );
        check("/etc/systemd/logind.conf", "#KillUserProcesses=no", None);
        check("/etc/ssh/ssh_config", "Host *", None);
        check("/etc/app.conf", "a=b", None);
    }
}
