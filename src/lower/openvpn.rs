//! An instance of OpenVPN with a secret in its configuration: `services.openvpn.servers` reads the file as a whole.
//!
//! nixos/modules/services/networking/openvpn.nix names this way (`config = "config /path"`). Without a secret a rule
//! states the text itself.

use super::paths;
use super::secret::secret;
use super::statement::{Lowered, Statement};
use crate::model::{Content, File, HoleKind, Machine};
use crate::nix::Expr;
use crate::plan::{OptionPath, Secret};

const FOLDERS: [&str; 3] = [
    "/etc/openvpn/server/",
    "/etc/openvpn/client/",
    "/etc/openvpn/",
];

/// Lowers a configuration of OpenVPN that holds a secret; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let name = FOLDERS
        .iter()
        .find_map(|folder| file.path.strip_prefix(folder))?;
    let name = name.strip_suffix(".conf")?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let is_unknown = text.holes().any(|hole| hole.kind == HoleKind::Unknown);
    if name.is_empty() || name.contains('/') || is_unknown || !paths::has_secret(file) {
        return None;
    }
    let path = paths::secret_path(machine, &file.path);
    let mut statement = Statement::default();
    let config = OptionPath::new(["services", "openvpn", "servers", name, "config"]);
    statement.set(config, Expr::str(format!("config {path}")));
    statement.assume(format!(
        "the content of `{}` is put into `{path}`",
        file.path
    ));
    let unit = format!("openvpn-{name}.service");
    statement.secrets.push(Secret {
        units: vec![unit.clone()],
        ..secret(&path, text, unit)
    });
    Some(Lowered::Stated(statement))
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, text};
    use crate::model::{Content, File, Resource};

    #[test]
    fn the_whole_file_is_read_where_the_secret_is() {
        check(
            Resource::File(File {
                path: "/etc/openvpn/client/office.conf".into(),
                content: Content::Text(text("dev tun\n<secret: key>\n")),
                mode: None,
                owner: None,
                group: None,
            }),
            r#"
            services.openvpn.servers.office.config = "config /run/secrets/office.conf";
            /run/secrets/office.conf: dev tun / <secret: key>
            assumed: the content of `/etc/openvpn/client/office.conf` is put into `/run/secrets/office.conf`
            "#,
        );
    }
}
