//! A profile of NetworkManager: `networking.networkmanager.ensureProfiles`.
//!
//! Manual: nm-settings-keyfile(5); nixos/modules/services/networking/networkmanager.nix writes each profile with the
//! variables of environmentFiles put in, so that a password stands there as the name of one.

use super::ini_text;
use super::secret::secret;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, Hole, HoleKind, Text};
use crate::nix::Expr;
use crate::plan::OptionPath;

const FOLDER: &str = "/etc/NetworkManager/system-connections/";

/// Keys that hold a secret, in whatever section they stand.
const SECRETS: [&str; 10] = [
    "psk",
    "password",
    "leap-password",
    "pin",
    "private-key-password",
    "phase2-private-key-password",
    "private-key",
    "preshared-key",
    "secret",
    "mka-cak",
];

/// Lowers a profile of NetworkManager; `None` for any other file.
pub(super) fn lower(file: &File) -> Option<Lowered> {
    let name = file.path.strip_prefix(FOLDER)?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let stem = name.strip_suffix(".nmconnection").unwrap_or(name);
    Some(match state(stem, file, text) {
        Ok(statement) => Lowered::Stated(statement),
        Err(left) => Lowered::Manual(
            left.about("networking.networkmanager.ensureProfiles.profiles")
                .cure("State it in networking.networkmanager.ensureProfiles.profiles, with passwords as variables of environmentFiles."),
        ),
    })
}

fn state(stem: &str, file: &File, text: &Text) -> Result<Statement, Left> {
    let sections = ini_text::read(text).map_err(|why| match text.worst_hole() {
        Some(hole) => Left::new(Code::ValueSecret, format!("it depends on {}", hole.what)),
        None => Left::new(Code::BadInput, why),
    })?;
    let ensure = OptionPath::new(["networking", "networkmanager", "ensureProfiles"]);
    let own = ensure.child("profiles").child(stem);
    let mut statement = Statement::default();
    let mut secrets = Text::new();
    for section in &sections {
        let place = own.child(&section.name);
        for (key, value) in &section.fields {
            let place = place.child(key);
            // NetworkManager's own notes.
            if section.name == "connection" && key == "timestamp" {
                continue;
            }
            if is_secret(key, value) && !value.pieces().is_empty() {
                if let Some(hole) = value.holes().find(|hole| hole.kind == HoleKind::Unknown) {
                    let why = format!("`{key}` depends on {}", hole.what);
                    return Err(Left::new(Code::ValueUnknown, why));
                }
                let variable = variable(stem, key);
                statement.set(place, Expr::str(format!("${variable}")));
                secrets.push_str(&format!("{variable}="));
                secrets.push_hole(match value.holes().next() {
                    Some(hole) => hole.clone(),
                    None => Hole {
                        kind: HoleKind::Secret,
                        what: format!("`{key}` of {}", file.path),
                        span: None,
                    },
                });
                secrets.push_str("\n");
                continue;
            }
            let plain = match (value.plain(), value.worst_hole()) {
                (Some(plain), _) => plain,
                (None, hole) => {
                    let what = hole.map_or("what is not known", |hole| &hole.what);
                    let why = format!("`{key}` depends on {what}");
                    return Err(Left::new(Code::ValueUnknown, why));
                }
            };
            if plain.contains('$') {
                let why = format!("`{key}` has a `$`, which would be taken for a variable");
                return Err(Left::new(Code::CannotState, why));
            }
            statement.set(place, scalar(plain));
        }
    }
    if statement.definitions.is_empty() {
        return Err(Left::new(Code::BadInput, "it says nothing"));
    }
    if !secrets.pieces().is_empty() {
        let path = format!("/run/secrets/networkmanager-{}.env", slug(stem));
        statement.add(ensure.child("environmentFiles"), Expr::str(&path));
        statement.assume(format!("the passwords are put into `{path}`"));
        statement
            .secrets
            .push(secret(&path, &secrets, file.path.as_str()));
    }
    let enable = OptionPath::new(["networking", "networkmanager", "enable"]);
    statement.share(enable, Expr::Bool(true));
    Ok(statement)
}

fn is_secret(key: &str, value: &Text) -> bool {
    let is_key = SECRETS.contains(&key) || key.starts_with("wep-key") && key != "wep-key-type";
    let is_path = value.plain().is_some_and(|it| it.starts_with('/'));
    is_key && !is_path || value.holes().any(|hole| hole.kind == HoleKind::Secret)
}

fn slug(text: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    text.chars().map(plain).collect()
}

fn variable(stem: &str, key: &str) -> String {
    let name = format!("{}_{}", slug(stem), slug(key)).replace('-', "_");
    let name = name.to_ascii_uppercase();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("NM_{name}")
    } else {
        name
    }
}

fn scalar(text: &str) -> Expr {
    match (text, text.parse::<i64>()) {
        ("true", _) => Expr::Bool(true),
        ("false", _) => Expr::Bool(false),
        (_, Ok(number)) if number.to_string() == text => Expr::Int(number),
        _ => Expr::str(text),
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, text};
    use crate::model::{Content, File, Resource};

    fn profile(content: &str) -> Resource {
        Resource::File(File {
            path: "/etc/NetworkManager/system-connections/Home.nmconnection".into(),
            content: Content::Text(text(content)),
            mode: None,
            owner: None,
            group: None,
        })
    }

    #[test]
    fn passwords_are_variables() {
        check(
            profile(
                "[connection]\nid=Home\ntype=wifi\nautoconnect=true\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=hunter22\n\n[ipv4]\nmethod=auto\n",
            ),
            r#"
            networking.networkmanager.ensureProfiles.profiles.Home.connection.id = "Home";
            networking.networkmanager.ensureProfiles.profiles.Home.connection.type = "wifi";
            networking.networkmanager.ensureProfiles.profiles.Home.connection.autoconnect = true;
            networking.networkmanager.ensureProfiles.profiles.Home.wifi-security.key-mgmt = "wpa-psk";
            networking.networkmanager.ensureProfiles.profiles.Home.wifi-security.psk = "$HOME_PSK";
            networking.networkmanager.ensureProfiles.profiles.Home.ipv4.method = "auto";
            networking.networkmanager.ensureProfiles.environmentFiles += "/run/secrets/networkmanager-home.env";
            networking.networkmanager.enable = true;
            /run/secrets/networkmanager-home.env: HOME_PSK=<secret: `psk` of /etc/NetworkManager/system-connections/Home.nmconnection>
            assumed: the passwords are put into `/run/secrets/networkmanager-home.env`
            "#,
        );
    }
}
