//! A file of wg-quick: `networking.wg-quick.interfaces`.
//!
//! Manuals: wg-quick(8), wg(8); nixos/modules/services/networking/wg-quick.nix writes the same file from the options.
//! Keys are never stated: they stay in files, which the module gives to `wg set` when the interface is up.

use super::ini_text::{self, Section};
use super::machine;
use super::secret;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, HoleKind, Machine, Text};
use crate::nix::Expr;
use crate::plan::OptionPath;

const FOLDER: &str = "/etc/wireguard/";

/// Lowers a file of wg-quick; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let name = file.path.strip_prefix(FOLDER)?.strip_suffix(".conf")?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    if name.is_empty() || name.contains('/') {
        return None;
    }
    Some(match state(name, file, text, machine) {
        Ok(statement) => Lowered::Stated(statement),
        Err(left) => {
            Lowered::Manual(left.about("networking.wg-quick.interfaces").cure(
                "State it in networking.wg-quick.interfaces, with privateKeyFile for the key.",
            ))
        }
    })
}

fn state(name: &str, file: &File, text: &Text, machine: &Machine) -> Result<Statement, Left> {
    let sections = ini_text::read(text).map_err(|why| {
        // A file that is a secret as a whole shows no line.
        match text.worst_hole() {
            Some(hole) => Left::new(Code::ValueSecret, format!("it depends on {}", hole.what)),
            None => Left::new(Code::BadInput, why),
        }
    })?;
    let own = OptionPath::new(["networking", "wg-quick", "interfaces", name]);
    let mut statement = Statement::default();
    let mut peers = Vec::new();
    let mut has_key = false;
    for section in &sections {
        if section.name.eq_ignore_ascii_case("interface") {
            has_key |= interface(name, file, section, &own, &mut statement)?;
        } else if section.name.eq_ignore_ascii_case("peer") {
            peers.push(peer(name, file, section, peers.len(), &mut statement)?);
        } else {
            let why = format!("wg-quick has no section [{}]", section.name);
            return Err(Left::new(Code::BadInput, why));
        }
    }
    if !has_key {
        return Err(Left::new(
            Code::CannotState,
            "it has no private key, without which NixOS makes no interface",
        ));
    }
    if !peers.is_empty() {
        statement.set(own.child("peers"), Expr::List(peers));
    }
    let unit = format!("wg-quick@{name}");
    if machine::is_enabled(machine, &[&unit]) {
        // As NixOS has it.
    } else if machine.started.is_some() {
        statement.set(own.child("autostart"), Expr::Bool(false));
    } else {
        statement.assume(format!("wg-quick brings `{name}` up at boot"));
    }
    Ok(statement)
}

/// Returns a value that must be known.
fn known<'a>(key: &str, value: &'a Text) -> Result<&'a str, Left> {
    match (value.plain(), value.worst_hole()) {
        (Some(plain), _) => Ok(plain.split('#').next().unwrap_or_default().trim()),
        (None, Some(hole)) => Err(Left::new(
            Code::ValueUnknown,
            format!("`{key}` depends on {}", hole.what),
        )),
        (None, None) => Err(Left::new(
            Code::ValueUnknown,
            format!("`{key}` is not known"),
        )),
    }
}

fn number(key: &str, value: &str) -> Result<Expr, Left> {
    value
        .parse::<i64>()
        .map(Expr::Int)
        .map_err(|_| Left::new(Code::BadInput, format!("`{key}` does not take `{value}`")))
}

/// Puts a key into a file outside of the store, and returns its path.
fn key_file(
    what: &str,
    file: &File,
    value: &Text,
    statement: &mut Statement,
) -> Result<String, Left> {
    if let Some(hole) = value.holes().find(|hole| hole.kind == HoleKind::Unknown) {
        let why = format!("a key depends on {}", hole.what);
        return Err(Left::new(Code::ValueUnknown, why));
    }
    let path = format!("/run/secrets/wireguard-{what}");
    statement.assume(format!("the key is put into `{path}`"));
    let content = secret::hidden(value, &file.path);
    let secret = secret::secret(&path, &content, file.path.as_str());
    statement.secrets.push(secret);
    Ok(path)
}

/// States a section `[Interface]`; tells whether it says where its key is.
fn interface(
    name: &str,
    file: &File,
    section: &Section,
    own: &OptionPath,
    statement: &mut Statement,
) -> Result<bool, Left> {
    let mut key = None;
    let mut hooks: Vec<(&str, String)> = Vec::new();
    for (field, value) in &section.fields {
        let lower = field.to_ascii_lowercase();
        match lower.as_str() {
            "privatekey" => {
                key = Some(key_file(&format!("{name}.key"), file, value, statement)?);
            }
            "address" | "dns" => {
                for part in known(field, value)?.split(',') {
                    statement.add(own.child(&lower), Expr::str(part.trim()));
                }
            }
            "listenport" => {
                statement.set(
                    own.child("listenPort"),
                    number(field, known(field, value)?)?,
                );
            }
            "mtu" => statement.set(own.child("mtu"), number(field, known(field, value)?)?),
            "table" => statement.set(own.child("table"), Expr::str(known(field, value)?)),
            "saveconfig" => {
                if known(field, value)?.eq_ignore_ascii_case("true") {
                    statement.assume("what `wg set` changes is not written back (`SaveConfig`)");
                }
            }
            "preup" | "postup" | "predown" | "postdown" => {
                // wg-quick puts the name in place of `%i`; in a script of the module's nobody would.
                let command = plain_command(field, value)?.replace("%i", name);
                if let Some(path) = key_command(&command, name) {
                    key = Some(path);
                    continue;
                }
                let option = match lower.as_str() {
                    "preup" => "preUp",
                    "postup" => "postUp",
                    "predown" => "preDown",
                    _ => "postDown",
                };
                match hooks.iter_mut().find(|(it, _)| *it == option) {
                    Some((_, text)) => text.push_str(&format!("{command}\n")),
                    None => hooks.push((option, format!("{command}\n"))),
                }
            }
            _ => {
                let path = own.child("extraOptions").child(field);
                statement.set(path, Expr::str(known(field, value)?));
            }
        }
    }
    for (option, text) in hooks {
        statement.set(own.child(option), Expr::str(text));
    }
    match &key {
        Some(path) => statement.set(own.child("privateKeyFile"), Expr::str(path)),
        None => return Ok(false),
    }
    Ok(true)
}

fn plain_command<'a>(key: &str, value: &'a Text) -> Result<&'a str, Left> {
    known(key, value)?;
    Ok(value.plain().unwrap_or_default().trim())
}

/// Reads the path out of `wg set wg0 private-key /etc/wireguard/wg0.key`, which the module does by itself.
fn key_command(command: &str, name: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let ["wg", "set", interface, "private-key", rest @ ..] = words.as_slice() else {
        return None;
    };
    let path = match rest {
        [path] => (*path).to_owned(),
        ["<(cat", path] => path.strip_suffix(')')?.to_owned(),
        _ => return None,
    };
    (*interface == name && path.starts_with('/')).then_some(path)
}

fn peer(
    name: &str,
    file: &File,
    section: &Section,
    number_of: usize,
    statement: &mut Statement,
) -> Result<Expr, Left> {
    let mut attrs: Vec<(String, Expr)> = Vec::new();
    let mut allowed: Vec<String> = Vec::new();
    for (field, value) in &section.fields {
        match field.to_ascii_lowercase().as_str() {
            "publickey" => attrs.push(("publicKey".into(), Expr::str(known(field, value)?))),
            "presharedkey" => {
                let what = format!("{name}-peer{}.psk", number_of + 1);
                let path = key_file(&what, file, value, statement)?;
                attrs.push(("presharedKeyFile".into(), Expr::str(path)));
            }
            "allowedips" => {
                let parts = known(field, value)?.split(',').map(str::trim);
                allowed.extend(parts.filter(|it| !it.is_empty()).map(str::to_owned));
            }
            "endpoint" => attrs.push(("endpoint".into(), Expr::str(known(field, value)?))),
            "persistentkeepalive" => {
                let value = known(field, value)?;
                if !matches!(value, "off" | "0") {
                    attrs.push(("persistentKeepalive".into(), number(field, value)?));
                }
            }
            _ => {
                let why = format!("a peer of wg-quick has no `{field}`");
                return Err(Left::new(Code::BadInput, why));
            }
        }
    }
    if section.last("PublicKey").is_none() {
        return Err(Left::new(Code::BadInput, "a peer has no public key"));
    }
    attrs.push(("allowedIPs".into(), Expr::strs(allowed)));
    Ok(Expr::Attrs(attrs))
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, text};
    use crate::model::{Content, File, Resource};

    fn file(content: &str) -> Resource {
        Resource::File(File {
            path: "/etc/wireguard/wg0.conf".into(),
            content: Content::Text(text(content)),
            mode: None,
            owner: None,
            group: None,
        })
    }

    #[test]
    fn keys_stay_in_files() {
        check(
            file(
                "[Interface]\nAddress = 10.0.0.1/24, fd00::1/64\nPrivateKey = <secret: k>\nListenPort = 51820\nPostUp = ip rule add iif %i table 7\n\n[Peer]\n# a\nPublicKey = abc=\nPresharedKey = <secret: p>\nAllowedIPs = 10.0.0.2/32,10.1.0.0/16\nPersistentKeepalive = 25\n",
            ),
            r#"
            networking.wg-quick.interfaces.wg0.address += "10.0.0.1/24";
            networking.wg-quick.interfaces.wg0.address += "fd00::1/64";
            networking.wg-quick.interfaces.wg0.listenPort = 51820;
            networking.wg-quick.interfaces.wg0.postUp = ''
            ip rule add iif wg0 table 7
            '';
            networking.wg-quick.interfaces.wg0.privateKeyFile = "/run/secrets/wireguard-wg0.key";
            networking.wg-quick.interfaces.wg0.peers = [ { publicKey = "abc="; presharedKeyFile = "/run/secrets/wireguard-wg0-peer1.psk"; persistentKeepalive = 25; allowedIPs = [ "10.0.0.2/32" "10.1.0.0/16" ]; } ];
            /run/secrets/wireguard-wg0.key: <secret: k>
            /run/secrets/wireguard-wg0-peer1.psk: <secret: p>
            assumed: the key is put into `/run/secrets/wireguard-wg0.key`; the key is put into `/run/secrets/wireguard-wg0-peer1.psk`; wg-quick brings `wg0` up at boot
            "#,
        );
    }

    #[test]
    fn a_key_that_nobody_marked_is_one_all_the_same() {
        check(
            file("[Interface]\nPrivateKey = cGxhaW4=\n"),
            r#"
            networking.wg-quick.interfaces.wg0.privateKeyFile = "/run/secrets/wireguard-wg0.key";
            /run/secrets/wireguard-wg0.key: <secret: /etc/wireguard/wg0.conf>
            assumed: the key is put into `/run/secrets/wireguard-wg0.key`; wg-quick brings `wg0` up at boot
            "#,
        );
    }

    #[test]
    fn a_key_that_a_command_sets_is_the_same_file() {
        check(
            file(
                "[Interface]\nPostUp = wg set %i private-key /etc/wireguard/%i.key\nFwMark = 0x1\n",
            ),
            r#"
            networking.wg-quick.interfaces.wg0.extraOptions.FwMark = "0x1";
            networking.wg-quick.interfaces.wg0.privateKeyFile = "/etc/wireguard/wg0.key";
            assumed: wg-quick brings `wg0` up at boot
            "#,
        );
        check(
            file("[Interface]\nAddress = 10.0.0.1/24\n"),
            "manual: it has no private key, without which NixOS makes no interface",
        );
        check(
            file("[Interface]\nAddress = <unknown: x>\nPrivateKey = a\n"),
            "manual: `Address` depends on x",
        );
    }
}
