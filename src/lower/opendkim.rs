//! opendkim.conf: `services.opendkim`.
//!
//! Manual: opendkim.conf(5); nixos/modules/services/mail/opendkim.nix gives socket, domains, key and selector on the
//! command line, and the rest as `settings`. The selector has no default: where tables of keys choose it, it is that of the
//! first key, and the module makes a key of that name in its own folder, which no table names.

use super::machine;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, Machine};
use crate::nix::{Expr, StrPart};
use crate::plan::OptionPath;

/// Who runs it, and where: the module's matter.
const OWN: [&str; 8] = [
    "Background",
    "PidFile",
    "UserID",
    "UMask",
    "AutoRestart",
    "AutoRestartRate",
    "ChangeRootDirectory",
    "BaseDirectory",
];

const SOCKET: &str = "local:/run/opendkim/opendkim.sock";

/// Lowers the configuration of opendkim; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    if !matches!(
        file.path.as_str(),
        "/etc/opendkim.conf" | "/etc/opendkim/opendkim.conf"
    ) {
        return None;
    }
    let Content::Text(text) = &file.content else {
        return None;
    };
    let settings = settings(text.plain()?)?;
    let mut statement = Statement::default();
    Some(match state(&settings, machine, &mut statement) {
        Ok(()) => Lowered::Stated(statement),
        Err(left) => Lowered::Manual(left.about("services.opendkim.settings")),
    })
}

/// Reads `Name value` lines; of two of one name the last one counts.
fn settings(text: &str) -> Option<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines().map(str::trim) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line.split_once(char::is_whitespace)?;
        found.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        found.push((name.to_owned(), value.trim().to_owned()));
    }
    Some(found)
}

fn state(
    settings: &[(String, String)],
    machine: &Machine,
    statement: &mut Statement,
) -> Result<(), Left> {
    let root = OptionPath::new(["services", "opendkim"]);
    let get = |name: &str| {
        let found = settings
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let key = get("KeyFile").and_then(|it| it.rsplit_once('/'));
    let selector = get("Selector").map(str::to_owned).or_else(|| {
        let table = get("KeyTable")?;
        statement.assume("the key that the module makes for itself signs nothing");
        Some(selector_of(table, machine).unwrap_or_else(|| "default".to_owned()))
    });
    let Some(selector) = selector else {
        let why = "it signs nothing, and the module of NixOS asks for a selector to sign with";
        let cure = "Choose services.opendkim.selector, and services.opendkim.domains; a service that only verifies is Mode `v` in services.opendkim.settings.";
        return Err(Left::new(Code::CannotState, why).cure(cure));
    };
    // The module asks for the key by the selector's name.
    let folder = key.filter(|(_, file)| *file == format!("{selector}.private"));
    if key.is_some() && folder.is_none() {
        let why = format!("its key is not `{selector}.private`, as the module of NixOS asks for");
        let cure = "Give the file that name, and set services.opendkim.keyPath to its folder.";
        return Err(Left::new(Code::CannotState, why).cure(cure));
    }
    statement.set(root.child("selector"), Expr::str(&*selector));
    if let Some((folder, _)) = folder {
        statement.assume(format!("the key of `{folder}` is carried over"));
        statement.set(root.child("keyPath"), Expr::str(folder));
    }
    for (name, value) in settings {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if OWN.iter().any(|it| is(it)) || is("Selector") || is("KeyFile") {
            continue;
        }
        if is("Domain") {
            let is_set = value.contains(':') || value.starts_with('/');
            let domains = if is_set {
                value.clone()
            } else {
                format!("csl:{value}")
            };
            statement.set(root.child("domains"), Expr::str(domains));
        } else if is("Socket") {
            socket(value, &root, statement);
        } else if is("TrustAnchorFile") && value.starts_with("/usr/") {
            statement.assume("the root of trust of DNS is that of `pkgs.dns-root-data`");
            let splice = StrPart::Splice(Expr::package("dns-root-data"));
            let rest = StrPart::Literal("/root.key".to_owned());
            let path = root.child("settings").child(name);
            statement.set(path, Expr::Str(vec![splice, rest]));
        } else {
            statement.set(root.child("settings").child(name), Expr::str(&**value));
        }
    }
    Ok(())
}

/// A socket of a folder that the module does not make cannot be there.
fn socket(value: &str, root: &OptionPath, statement: &mut Statement) {
    if value == SOCKET || value == "local:/var/run/opendkim/opendkim.sock" {
        return;
    }
    if value.starts_with("inet") {
        statement.set(root.child("socket"), Expr::str(value));
        return;
    }
    let why =
        format!("its socket `{value}` is in a folder that the unit of NixOS may not write to");
    let cure = format!(
        "The module's own is `{SOCKET}`: name that one in smtpd_milters of postfix, and put postfix into the group `opendkim`."
    );
    let left = Left::new(Code::CannotState, why).about("services.opendkim.socket");
    statement.left.push(left.cure(cure));
}

/// Returns the selector of the first key of a table: `name domain:selector:file`.
fn selector_of(table: &str, machine: &Machine) -> Option<String> {
    let path = table.rsplit(':').next()?;
    let file = machine::files(machine).find(|it| it.path == path)?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let mut lines = text.plain()?.lines().map(str::trim);
    let line = lines.find(|it| !it.is_empty() && !it.starts_with('#'))?;
    let value = line.split_whitespace().nth(1)?;
    value.split(':').nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all, file};

    #[test]
    fn tables_of_keys_choose_the_selector() {
        check_all(
            vec![
                file(
                    "/etc/opendkim.conf",
                    "# x\nSyslog yes\nKeyTable refile:/etc/opendkim/KeyTable\nUserID opendkim\nSocket local:/x\nSocket inet:8891@localhost\nTrustAnchorFile /usr/share/dns/root.key\n",
                ),
                file(
                    "/etc/opendkim/KeyTable",
                    "a._domainkey.a.org a.org:s1:/etc/opendkim/keys/s1.private\n",
                ),
            ],
            r#"
            services.opendkim.selector = "s1";
            services.opendkim.settings.Syslog = "yes";
            services.opendkim.settings.KeyTable = "refile:/etc/opendkim/KeyTable";
            services.opendkim.socket = "inet:8891@localhost";
            services.opendkim.settings.TrustAnchorFile = "${pkgs.dns-root-data}/root.key";
            environment.etc."opendkim/KeyTable".text = ''
            a._domainkey.a.org a.org:s1:/etc/opendkim/keys/s1.private
            '';
            services.opendkim.enable = true;
            assumed: the key that the module makes for itself signs nothing; the root of trust of DNS is that of `pkgs.dns-root-data`
            assumed: `services.opendkim` is to be on, since it is configured and nothing here says that it is off
            "#,
        );
    }

    #[test]
    fn one_key_is_options() {
        check(
            file(
                "/etc/opendkim.conf",
                "Domain a.org\nSelector s1\nKeyFile /etc/dkimkeys/s1.private\nSocket local:/var/spool/postfix/opendkim/opendkim.sock\n",
            ),
            r#"
            services.opendkim.selector = "s1";
            services.opendkim.keyPath = "/etc/dkimkeys";
            services.opendkim.domains = "csl:a.org";
            services.opendkim.enable = true;
            assumed: the key of `/etc/dkimkeys` is carried over
            manual: its socket `local:/var/spool/postfix/opendkim/opendkim.sock` is in a folder that the unit of NixOS may not write to
            assumed: `services.opendkim` is to be on, since it is configured and nothing here says that it is off
            "#,
        );
        check(
            file("/etc/opendkim.conf", "Syslog yes\nMode v\n"),
            "manual: it signs nothing, and the module of NixOS asks for a selector to sign with",
        );
    }
}
