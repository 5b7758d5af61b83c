//! The order in which the machine reads its files, so that of two settings the one stands that counts there.
//!
//! Manuals: sysctl(8), systemd.unit(5), sshd_config(5)
//!
//! Most programs read a file and then what is in the folder beside it, by name: the order of the paths. Where the last
//! one counts, that is the order in which the files are put into the state.

/// Returns by what the files of a machine are sorted.
pub(super) fn rank(path: &str) -> String {
    // `sysctl --system` reads the folder first.
    if path == "/etc/sysctl.conf" {
        return "/etc/sysctl.d/\u{10ffff}".to_owned();
    }
    // PAM reads the variables of the locale after those of all sessions.
    if path == "/etc/environment" {
        return "/etc/default/".to_owned();
    }
    // Whose groups are read stands with the account, whose numbers are given away as well.
    if matches!(path, "/etc/group" | "/etc/subgid" | "/etc/subuid") {
        return format!("/etc/passwd{path}");
    }
    path.to_owned()
}

/// The file of sshd, and the folder that it includes.
pub(super) const SSHD: &str = "/etc/ssh/sshd_config";
pub(super) const SSHD_FOLDER: &str = "/etc/ssh/sshd_config.d/";

/// Returns the line (from 1) at which the text of sshd_config includes its folder: of what stands before and behind,
/// the first one counts.
pub(super) fn sshd_include(text: &str) -> Option<u32> {
    let is_include = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        words
            .next()
            .is_some_and(|it| it.eq_ignore_ascii_case("include"))
            && words.any(|it| it.contains("sshd_config.d/"))
    };
    let lines = text.lines().zip(1..);
    lines
        .filter(|(line, _)| is_include(line))
        .map(|(_, number)| number)
        .next()
}

#[cfg(test)]
mod tests {
    use super::{rank, sshd_include};

    #[test]
    fn the_main_file_of_sysctl_comes_last() {
        assert!(rank("/etc/sysctl.conf") > rank("/etc/sysctl.d/99-z.conf"));
        assert!(rank("/etc/group") > rank("/etc/passwd"));
        assert!(rank("/etc/sysctl.conf") < rank("/etc/systemd/system/a.service"));
        assert!(
            rank("/etc/systemd/system/a.service") < rank("/etc/systemd/system/a.service.d/b.conf")
        );
    }

    #[test]
    fn the_include_of_sshd_is_found() {
        assert_eq!(
            sshd_include("# x\nInclude /etc/ssh/sshd_config.d/*.conf\n"),
            Some(2)
        );
        assert_eq!(
            sshd_include("#Include /etc/ssh/sshd_config.d/*.conf\n"),
            None
        );
    }
}
