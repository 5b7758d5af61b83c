//! wpa_supplicant.conf: `networking.wireless`.
//!
//! Manual: wpa_supplicant.conf(5). nixos/modules/services/networking/wpa_supplicant.nix writes each network with its
//! `psk` as `ext:name`, which wpa_supplicant looks up in the secretsFile.

use super::machine;
use super::secret;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, HoleKind, Machine, Piece, Text};
use crate::nix::Expr;
use crate::plan::{OptionPath, Secret};

const FOLDER: &str = "/etc/wpa_supplicant/";
const PROFILES: &str = "/etc/NetworkManager/system-connections/";
const SECRETS: &str = "/run/secrets/wireless.conf";

/// Keys of a network of which wpa_supplicant looks up `ext:name`.
const KEYS: [&str; 4] = ["psk", "password", "sae_password", "private_key_passwd"];

/// Keys of a network that say how it asks a server who may join.
const AUTHENTICATION: [&str; 22] = [
    "eap",
    "identity",
    "anonymous_identity",
    "password",
    "ca_cert",
    "ca_path",
    "client_cert",
    "private_key",
    "private_key_passwd",
    "dh_file",
    "subject_match",
    "altsubject_match",
    "domain_suffix_match",
    "domain_match",
    "phase1",
    "phase2",
    "ca_cert2",
    "client_cert2",
    "private_key2",
    "eapol_flags",
    "sae_password",
    "openssl_ciphers",
];

/// A setting, and the network in which it stands.
struct Line {
    network: Option<usize>,
    key: String,
    value: Text,
}

/// Lowers a configuration of wpa_supplicant; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let below = match file.path.as_str() {
        "/etc/wpa_supplicant.conf" => "wpa_supplicant.conf",
        path => path.strip_prefix(FOLDER)?,
    };
    let stem = below
        .strip_suffix(".conf")?
        .strip_prefix("wpa_supplicant")?;
    let interface = stem.strip_prefix('-').filter(|it| !it.is_empty());
    if interface.is_none() && !stem.is_empty() {
        return None;
    }
    let Content::Text(text) = &file.content else {
        return None;
    };
    Some(match state(file, text, interface, machine) {
        Ok(lowered) => lowered,
        Err(left) => Lowered::Manual(left.about("networking.wireless.networks").cure(
            "State it in networking.wireless.networks, with passwords as `ext:name` of networking.wireless.secretsFile.",
        )),
    })
}

fn state(
    file: &File,
    text: &Text,
    interface: Option<&str>,
    machine: &Machine,
) -> Result<Lowered, Left> {
    if let Some(hole) = text.holes().find(|it| it.kind == HoleKind::Unknown) {
        let why = format!("it depends on {}", hole.what);
        return Err(Left::new(Code::ValueUnknown, why));
    }
    let lines = read(text).map_err(|why| Left::new(Code::BadInput, why))?;
    let mut networks: Vec<Vec<&Line>> = Vec::new();
    let mut own: Vec<&Line> = Vec::new();
    for line in &lines {
        match line.network {
            Some(at) => {
                while networks.len() <= at {
                    networks.push(Vec::new());
                }
                networks[at].push(line);
            }
            None => own.push(line),
        }
    }
    if let Some(lowered) = by_manager(&networks, machine) {
        return lowered;
    }
    let base = OptionPath::new(["networking", "wireless"]);
    let mut statement = Statement::default();
    let mut secrets: Vec<Text> = Vec::new();
    statement.share(base.child("enable"), Expr::Bool(true));
    if let Some(interface) = interface {
        statement.add(base.child("interfaces"), Expr::str(interface));
    }
    for network in &networks {
        state_network(network, &base, &mut statement, &mut secrets)?;
    }
    let mut extra = String::new();
    for line in own {
        let plain = line.value.plain().ok_or_else(|| hidden(&line.key))?;
        match line.key.as_str() {
            "ctrl_interface" | "ctrl_interface_group" => {
                statement.share(base.child("userControlled"), Expr::Bool(true));
            }
            // What wpa_cli saves goes to a file that NixOS writes.
            "update_config" => {}
            key => extra.push_str(&format!("{key}={plain}\n")),
        }
    }
    if !extra.is_empty() {
        statement.set(base.child("extraConfig"), Expr::str(extra));
    }
    if !secrets.is_empty() {
        statement.share(base.child("secretsFile"), Expr::str(SECRETS));
        statement.assume(format!("the passwords are put into `{SECRETS}`"));
        let content = secret::variables(&secrets);
        statement.secrets.push(Secret {
            group: Some("wpa_supplicant".to_owned()),
            mode: Some("0640".to_owned()),
            ..secret::secret(SECRETS, &content, file.path.as_str())
        });
    }
    if statement.definitions.len() == 1 {
        let why = "it names no network".to_owned();
        return Ok(Lowered::NotNeeded(Code::NoMeaning, why));
    }
    Ok(Lowered::Stated(statement))
}

/// NetworkManager starts a wpa_supplicant of its own, and NixOS refuses a second one.
fn by_manager(networks: &[Vec<&Line>], machine: &Machine) -> Option<Result<Lowered, Left>> {
    let profiles: Vec<String> = machine::files(machine)
        .filter(|it| it.path.starts_with(PROFILES))
        .map(|it| match &it.content {
            Content::Text(text) => text.to_string(),
            Content::Binary(_) | Content::Fetched(_) => String::new(),
        })
        .collect();
    let runs = machine::is_enabled(machine, &["NetworkManager"]);
    if profiles.is_empty() && !runs {
        return None;
    }
    let is_there = |network: &Vec<&Line>| {
        let name = name_of(network).unwrap_or_default();
        let line = format!("ssid={name}");
        profiles
            .iter()
            .any(|it| it.lines().any(|own| own.trim() == line))
    };
    if networks.iter().all(is_there) {
        let why = "NetworkManager has profiles of its networks".to_owned();
        return Some(Ok(Lowered::NotNeeded(Code::NoMeaning, why)));
    }
    let why = "NetworkManager has the wireless interfaces of this machine";
    Some(Err(Left::new(Code::CannotState, why)))
}

fn hidden(key: &str) -> Left {
    let why = format!("`{key}` is a secret, and is not looked up in a file");
    Left::new(Code::ValueSecret, why)
}

fn name_of(network: &[&Line]) -> Option<String> {
    let ssid = network.iter().find(|it| it.key == "ssid")?;
    let quoted = ssid.value.plain()?;
    let name = quoted.strip_prefix('"')?.strip_suffix('"')?;
    Some(name.to_owned())
}

fn state_network(
    network: &[&Line],
    base: &OptionPath,
    statement: &mut Statement,
    secrets: &mut Vec<Text>,
) -> Result<(), Left> {
    let name = name_of(network).ok_or_else(|| {
        Left::new(
            Code::CannotState,
            "a network has no name, or one that is no text",
        )
    })?;
    let place = base.child("networks").child(&name);
    let has_key = network.iter().any(|it| it.key == "psk");
    let is_asked = |it: &&&Line| AUTHENTICATION.contains(&it.key.as_str());
    let (mut auth, mut extra) = (String::new(), String::new());
    let mut is_set = false;
    let mut protocols: Option<Vec<String>> = None;
    for line in network {
        let key = line.key.as_str();
        let value = if KEYS.contains(&key) && !is_reference(&line.value) {
            let variable = format!(
                "{}_{}",
                key.replace("private_key_passwd", "key"),
                slug(&name)
            );
            let value = unquoted(&line.value);
            let value = secret::hidden(&value, &format!("{key} of the network {name}"));
            secrets.push(secret::variable(&variable, &value));
            format!("ext:{variable}")
        } else {
            line.value.plain().ok_or_else(|| hidden(key))?.to_owned()
        };
        match key {
            "ssid" => {}
            "psk" => {
                statement.set(place.child("pskRaw"), Expr::str(value));
                is_set = true;
            }
            "key_mgmt" => protocols = Some(value.split_whitespace().map(str::to_owned).collect()),
            "scan_ssid" => {
                statement.set(place.child("hidden"), Expr::Bool(value == "1"));
                is_set = true;
            }
            "bssid" => {
                statement.set(place.child("bssid"), Expr::str(value));
                is_set = true;
            }
            "priority" => match value.parse() {
                Ok(number) => {
                    statement.set(place.child("priority"), Expr::Int(number));
                    is_set = true;
                }
                Err(_) => extra.push_str(&format!("{key}={value}\n")),
            },
            key if AUTHENTICATION.contains(&key) => auth.push_str(&format!("{key}={value}\n")),
            key => extra.push_str(&format!("{key}={value}\n")),
        }
    }
    let is_open = !has_key && !network.iter().any(|it| is_asked(&it));
    match protocols {
        Some(protocols) if !is_open => {
            let protocols = Expr::strs(protocols.iter().map(String::as_str));
            statement.set(place.child("authProtocols"), protocols);
            is_set = true;
        }
        None if !is_open => {
            statement.assume(format!(
                "`{name}`, of which the file names no protocol, may be joined by WPA3, too"
            ));
        }
        Some(_) | None => {}
    }
    for (option, text) in [("auth", auth), ("extraConfig", extra)] {
        if !text.is_empty() {
            statement.set(place.child(option), Expr::str(text));
            is_set = true;
        }
    }
    if !is_set {
        statement.set(place, Expr::Attrs(Vec::new()));
    }
    Ok(())
}

fn is_reference(value: &Text) -> bool {
    value.plain().is_some_and(|it| it.starts_with("ext:"))
}

/// The value without the quotes around it, which a file of secrets does not have.
fn unquoted(value: &Text) -> Text {
    let pieces = value.pieces();
    let mut text = Text::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(literal) => {
                let mut literal = literal.as_str();
                if at == 0 {
                    literal = literal.strip_prefix('"').unwrap_or(literal);
                }
                if at + 1 == pieces.len() {
                    literal = literal.strip_suffix('"').unwrap_or(literal);
                }
                text.push_str(literal);
            }
            Piece::Hole(hole) => text.push_hole(hole.clone()),
        }
    }
    text
}

fn slug(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    name.chars().map(plain).collect()
}

/// Reads the lines, those of a network with its number.
fn read(text: &Text) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    let (mut count, mut is_inside) = (0, false);
    for line in text.lines() {
        let shown = line.to_string();
        let trimmed = shown.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if trimmed.replace(' ', "") == "network={" {
            is_inside = true;
            count += 1;
            continue;
        }
        if trimmed == "}" && is_inside {
            is_inside = false;
            continue;
        }
        let (key, value) = super::ini_text::assignment(&line)
            .filter(|(key, _)| !key.contains('{'))
            .ok_or_else(|| {
                format!(
                    "`{}` is no setting",
                    trimmed.split('=').next().unwrap_or("")
                )
            })?;
        if value.plain().is_some_and(|it| it == "{") {
            return Err(format!("`{key}` is no network"));
        }
        lines.push(Line {
            network: is_inside.then(|| count - 1),
            key,
            value,
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all, file};

    #[test]
    fn passwords_are_looked_up() {
        check(
            file(
                "/etc/wpa_supplicant/wpa_supplicant-wlan0.conf",
                "ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\nupdate_config=1\ncountry=DE\n\nnetwork={\n\tssid=\"At home\"\n\tpsk=\"hunter22\"\n\tkey_mgmt=WPA-PSK\n\tscan_ssid=1\n}\nnetwork={\n  ssid=\"free\"\n  key_mgmt=NONE\n}\nnetwork={\n  ssid=\"work\"\n  key_mgmt=WPA-EAP\n  eap=PEAP\n  identity=\"me\"\n  password=\"<secret: p>\"\n  proto=RSN\n}\n",
            ),
            r#"
            networking.wireless.enable = true;
            networking.wireless.interfaces += "wlan0";
            networking.wireless.networks."At home".pskRaw = "ext:psk_at_home";
            networking.wireless.networks."At home".hidden = true;
            networking.wireless.networks."At home".authProtocols = [ "WPA-PSK" ];
            networking.wireless.networks.free = { };
            networking.wireless.networks.work.authProtocols = [ "WPA-EAP" ];
            networking.wireless.networks.work.auth = ''
            eap=PEAP
            identity="me"
            password=ext:password_work
            '';
            networking.wireless.networks.work.extraConfig = ''
            proto=RSN
            '';
            networking.wireless.userControlled = true;
            networking.wireless.extraConfig = ''
            country=DE
            '';
            networking.wireless.secretsFile = "/run/secrets/wireless.conf";
            /run/secrets/wireless.conf: psk_at_home=<secret: psk of the network At home> / password_work=<secret: p>
            assumed: the passwords are put into `/run/secrets/wireless.conf`
            "#,
        );
    }

    #[test]
    fn networks_of_networkmanager_are_its_own() {
        check_all(
            vec![
                file(
                    "/etc/wpa_supplicant.conf",
                    "network={\n ssid=\"x\"\n key_mgmt=NONE\n}\n",
                ),
                file(
                    "/etc/NetworkManager/system-connections/x.nmconnection",
                    "[wifi]\nssid=x\n",
                ),
            ],
            r#"
            networking.networkmanager.ensureProfiles.profiles.x.wifi.ssid = "x";
            networking.networkmanager.enable = true;
            not-needed: NetworkManager has profiles of its networks
            "#,
        );
    }
}
