//! An instance of OpenVPN: `services.openvpn.servers`, with its configuration as it is.
//!
//! Manual: openvpn(8); nixos/modules/services/networking/openvpn.nix. With a secret in it the file is read as a whole, which
//! the module names (`config = "config /path"`). The units of other distributions run in the folder of the file, that of
//! NixOS does not: where a path hangs on it, the configuration goes there first. Which instances start is said by links, and
//! on Debian by AUTOSTART of /etc/default/openvpn.

use super::machine;
use super::paths;
use super::program;
use super::secret;
use super::statement::{Lowered, Statement};
use crate::model::{Content, File, HoleKind, Machine};
use crate::nix::{Expr, StrPart};
use crate::plan::OptionPath;

/// Where instances are, and their units.
const FOLDERS: [(&str, &str); 3] = [
    ("/etc/openvpn/server/", "openvpn-server@"),
    ("/etc/openvpn/client/", "openvpn-client@"),
    ("/etc/openvpn/", "openvpn@"),
];

/// Directives whose first word is a path.
const WITH_PATHS: [&str; 27] = [
    "askpass",
    "auth-user-pass",
    "auth-user-pass-verify",
    "ca",
    "cert",
    "client-config-dir",
    "client-connect",
    "client-disconnect",
    "config",
    "crl-verify",
    "dh",
    "down",
    "extra-certs",
    "ifconfig-pool-persist",
    "key",
    "log",
    "log-append",
    "pkcs12",
    "replay-persist",
    "route-up",
    "secret",
    "status",
    "tls-auth",
    "tls-crypt",
    "tls-crypt-v2",
    "tls-verify",
    "up",
];

/// Lowers the configuration of an instance; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let (folder, unit) = FOLDERS.iter().find(|it| file.path.starts_with(it.0))?;
    let name = file.path.strip_prefix(folder)?.strip_suffix(".conf")?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let is_unknown = text.holes().any(|hole| hole.kind == HoleKind::Unknown);
    if name.is_empty() || name.contains('/') || is_unknown {
        return None;
    }
    let mut statement = Statement::default();
    let own = OptionPath::new(["services", "openvpn", "servers", name]);
    let shown = text.to_string();
    let goes = match shown.lines().any(is_relative) {
        true => format!("cd {}\n", folder.trim_end_matches('/')),
        false => String::new(),
    };
    if paths::has_secret(file) {
        let path = paths::secret_path(machine, &file.path);
        let config = Expr::str(format!("{goes}config {path}"));
        statement.set(own.child("config"), config);
        statement.assume(format!(
            "the content of `{}` is put into `{path}`",
            file.path
        ));
        let secret = secret::secret(&path, text, format!("openvpn-{name}.service"));
        statement.secrets.push(secret);
    } else {
        let said = said(text.plain()?);
        if said.is_empty() {
            return None;
        }
        let mut parts = vec![StrPart::Literal(goes)];
        parts.extend(program::splice(&said).parts_told(&mut statement));
        let config = Expr::Str(program::joined(parts));
        statement.set(own.child("config"), config);
    }
    // The package of Debian makes it, and without it the program does not start.
    if shown
        .lines()
        .any(|it| !it.starts_with(['#', ';']) && it.contains(" /var/log/openvpn/"))
    {
        let rules = OptionPath::new(["systemd", "tmpfiles", "rules"]);
        statement.add(rules, Expr::str("d /var/log/openvpn 0755 root root -"));
    }
    if !starts(name, unit, machine) {
        statement.set(own.child("autoStart"), Expr::Bool(false));
    }
    Some(Lowered::Stated(statement))
}

/// The lines that say something: comments begin with `#` or `;`.
fn said(text: &str) -> String {
    let lines = text.lines().map(str::trim_end);
    lines
        .filter(|it| !it.trim().is_empty() && !it.trim_start().starts_with(['#', ';']))
        .map(|it| format!("{it}\n"))
        .collect()
}

/// Tells whether a line names a file by where the program runs.
fn is_relative(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_one = words.next().is_some_and(|it| WITH_PATHS.contains(&it));
    let path = words.next().unwrap_or("/").trim_matches(['"', '\'']);
    is_one && !path.starts_with(['/', '[', '#', ';', '<']) && path != "none"
}

/// Tells whether an instance starts at boot, as far as that is known.
fn starts(name: &str, unit: &str, machine: &Machine) -> bool {
    let own = format!("{unit}{name}");
    if machine.started.is_none() || machine::is_enabled(machine, &[&own]) {
        return true;
    }
    // Debian's openvpn.service starts what the variable names.
    let list = machine::files(machine)
        .find(|it| it.path == "/etc/default/openvpn")
        .and_then(|it| match &it.content {
            Content::Text(text) => text.plain()?.lines().find_map(of_autostart),
            Content::Binary(_) | Content::Fetched(_) => None,
        })
        .unwrap_or("all");
    let is_listed = |it: &str| it == "all" || it == name;
    let starts_all = machine::is_enabled(machine, &["openvpn"]);
    unit == "openvpn@" && starts_all && list.split_whitespace().any(is_listed)
}

fn of_autostart(line: &str) -> Option<&str> {
    let value = line.trim().strip_prefix("AUTOSTART=")?;
    Some(value.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::is_relative;
    use crate::lower::tests::{check, text};
    use crate::model::{Content, File, Resource};

    fn instance(path: &str, content: crate::model::Text) -> Resource {
        Resource::File(File {
            path: path.into(),
            content: Content::Text(content),
            mode: None,
            owner: None,
            group: None,
        })
    }

    #[test]
    fn the_whole_file_is_read_where_the_secret_is() {
        check(
            instance(
                "/etc/openvpn/client/office.conf",
                text("dev tun\n<secret: key>\n"),
            ),
            r#"
            services.openvpn.servers.office.config = "config /run/secrets/office.conf";
            /run/secrets/office.conf: dev tun / <secret: key>
            assumed: the content of `/etc/openvpn/client/office.conf` is put into `/run/secrets/office.conf`
            "#,
        );
    }

    #[test]
    fn what_hangs_on_the_folder_is_looked_for_there() {
        check(
            instance(
                "/etc/openvpn/server/lan.conf",
                text("# x\ndev tun\n\nca ca.crt\n"),
            ),
            r#"
            services.openvpn.servers.lan.config = ''
            cd /etc/openvpn/server
            dev tun
            ca ca.crt
            '';
            "#,
        );
        assert!(is_relative("status openvpn-status.log 10"));
        for line in [
            "ca /etc/ca.crt",
            "dh none",
            "ca [inline]",
            "auth-user-pass",
            "dev tun",
        ] {
            assert!(!is_relative(line), "{line}");
        }
    }

    #[test]
    fn plugins_are_those_of_the_package() {
        check(
            instance(
                "/etc/openvpn/lan.conf",
                text(
                    "plugin /usr/lib/x86_64-linux-gnu/openvpn/plugins/openvpn-plugin-auth-pam.so login\n",
                ),
            ),
            r#"
            services.openvpn.servers.lan.config = ''
            plugin ${pkgs.openvpn}/lib/openvpn/plugins/openvpn-plugin-auth-pam.so login
            '';
            assumed: `/usr/lib/x86_64-linux-gnu/openvpn/plugins/openvpn-plugin-auth-pam.so` is taken from `pkgs.openvpn`
            "#,
        );
    }
}
