//! What programs say of their version: that of nixpkgs is what a machine with NixOS will have.

use super::Said;
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::fresh;

struct Row {
    program: &'static str,
    /// How it is asked.
    arguments: &'static [&'static str],
    version: &'static str,
    /// The line in which it says so, with `{}` in the place of the version.
    line: &'static str,
}

/// By the files of nixpkgs that name the versions: pkgs/by-name/ha/haproxy/package.nix,
/// pkgs/servers/http/apache-httpd/2.4.nix, pkgs/applications/virtualization/docker/default.nix.
const ROWS: [Row; 4] = [
    Row {
        program: "apache2",
        arguments: &["-v", "-V"],
        version: "2.4.68",
        line: "Server version: Apache/{} (Unix)",
    },
    Row {
        program: "docker",
        arguments: &["--version", "-v"],
        version: "29.6.1",
        line: "Docker version {}, build v{}",
    },
    Row {
        program: "haproxy",
        arguments: &["-v", "-vv"],
        version: "3.4.1",
        line: "HAProxy version {} - https://haproxy.org/",
    },
    Row {
        program: "httpd",
        arguments: &["-v", "-V"],
        version: "2.4.68",
        line: "Server version: Apache/{} (Unix)",
    },
];

/// Other names of programs.
const ALIASES: [(&str, &str); 3] = [
    ("apachectl", "apache2"),
    ("apache2ctl", "apache2"),
    ("httpd2", "httpd"),
];

pub(super) fn of(program: &str, arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == program);
    let program = alias.map_or(program, |(_, own)| own);
    let [argument] = arguments else {
        return None;
    };
    let mut rows = ROWS.iter();
    let row = rows.find(|it| it.program == program && it.arguments.contains(argument))?;
    if fresh::has_program(program, run) == Some(false) {
        return None;
    }
    let why = format!("`{program}` has version {}, that of nixpkgs", row.version);
    let line = row.line.replace("{}", row.version);
    Some(Said::text(0, &format!("{line}\n")).under(why))
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn a_version_is_that_of_nixpkgs() {
        check(
            "- apt: {name: haproxy}\n- command: haproxy -v\n  register: it\n- copy: {dest: /srv/x, content: '{{ it.stdout.split()[2] }}'}",
            &[
                r#"{"package":{"name":"haproxy","family":"debian"}}"#,
                r#"{"file":{"path":"/srv/x","content":"3.4.1"}} if `haproxy` has version 3.4.1, that of nixpkgs"#,
                "control: it only looks at the machine",
            ],
        );
    }
}
