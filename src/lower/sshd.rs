//! `SshdSetting`: a keyword of sshd_config in `services.openssh`.
//!
//! Manual: sshd_config(5); nixos/modules/services/networking/ssh/sshd.nix says which keywords have options of their own,
//! which lists it joins how, and what it writes itself.

use super::machine;
use super::program;
use super::statement::{Left, Lowered, Statement};
use super::user;
use crate::account::Code;
use crate::model::{Machine, SshdSetting};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::sshd_config;

/// The keywords that the module spells otherwise than the manual.
const SPELLED_OTHERWISE: [(&str, &str); 2] = [("MACs", "Macs"), ("UseDNS", "UseDns")];

/// Older names of keywords.
const ALIASES: [(&str, &str); 5] = [
    (
        "challengeresponseauthentication",
        "KbdInteractiveAuthentication",
    ),
    ("skeyauthentication", "KbdInteractiveAuthentication"),
    ("pubkeyacceptedkeytypes", "PubkeyAcceptedAlgorithms"),
    ("hostbasedacceptedkeytypes", "HostbasedAcceptedAlgorithms"),
    ("keepalive", "TCPKeepAlive"),
];

/// Keywords that the sshd of today ignores.
const GONE: [&str; 11] = [
    "protocol",
    "useprivilegeseparation",
    "keyregenerationinterval",
    "serverkeybits",
    "rsaauthentication",
    "rhostsrsaauthentication",
    "rhostsauthentication",
    "uselogin",
    "dsaauthentication",
    "usersh",
    "debianbanner",
];

const COMMA_LISTS: [&str; 3] = ["Ciphers", "KexAlgorithms", "Macs"];
const SPACE_LISTS: [&str; 5] = [
    "AcceptEnv",
    "AllowGroups",
    "AllowUsers",
    "DenyGroups",
    "DenyUsers",
];

/// Keywords whose options are strings, where `yes` is one of several words.
const STRINGS: [&str; 4] = [
    "PermitRootLogin",
    "GatewayPorts",
    "LogLevel",
    "VersionAddendum",
];

const RUNS: &str = "sshd runs, the play came over ssh";
const RUNS_THERE: &str = "sshd runs, as its file was there";

pub(super) fn lower(setting: &SshdSetting, machine: &Machine) -> Lowered {
    let keyword = setting.keyword.to_ascii_lowercase();
    if GONE.contains(&keyword.as_str()) {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            format!("the sshd of today has no `{}`", setting.keyword),
        );
    }
    let value = setting.value.trim();
    let mut statement = Statement::default();
    if setting.matching.is_some() {
        set_extra(machine, &mut statement);
        // What the setting itself names has to be there.
        program::splice(value).told(&mut statement);
        return stated(statement, machine);
    }
    let Some(keyword) = canonical(&keyword) else {
        return Lowered::manual(
            Code::CannotState,
            format!("sshd has no keyword `{}`", setting.keyword),
        );
    };
    let openssh = OptionPath::new(["services", "openssh"]);
    match keyword {
        "Include" => {
            return Lowered::manual_with_cure(
                Code::CannotState,
                format!("`{keyword} {value}`: the sshd_config of NixOS is written whole"),
                "State what the included files hold by services.openssh.settings.",
            );
        }
        "XAuthLocation" | "PidFile" | "ModuliFile" => {
            return Lowered::NotNeeded(Code::NoMeaning, format!("NixOS sets `{keyword}` itself"));
        }
        "Port" => match value.parse::<u16>() {
            Ok(port) => statement.add(openssh.child("ports"), Expr::Int(i64::from(port))),
            Err(_) => return bad_value(keyword, value),
        },
        "ListenAddress" => match listen_address(value) {
            Some(expr) => statement.add(openssh.child("listenAddresses"), expr),
            None => return bad_value(keyword, value),
        },
        "HostKey" => match host_key(value) {
            Some(expr) => statement.add(openssh.child("hostKeys"), expr),
            None => {
                return Lowered::NotNeeded(
                    Code::NoMeaning,
                    format!("the sshd of today takes no key like `{value}`"),
                );
            }
        },
        "AuthorizedKeysFile" => {
            let files: Vec<&str> = value
                .split_whitespace()
                .filter(|it| !is_usual_keys_file(it))
                .collect();
            if files.is_empty() {
                return Lowered::NotNeeded(
                    Code::AlreadySo,
                    "sshd of NixOS reads ~/.ssh/authorized_keys".to_owned(),
                );
            }
            statement.assume("the files that NixOS reads keys from stay, too");
            for file in files {
                statement.add(openssh.child("authorizedKeysFiles"), Expr::str(file));
            }
        }
        "SetEnv" => {
            // A second line of it would be ignored by sshd; all variables stand on one.
            let all = machine::sshd_settings(machine)
                .filter(|it| it.matching.is_none() && it.keyword.eq_ignore_ascii_case(keyword));
            let values: Vec<&str> = all.map(|it| it.value.trim()).collect();
            statement.set(
                openssh.child("settings").child(keyword),
                Expr::str(values.join(" ")),
            );
        }
        "AuthorizedKeysCommand" => {
            statement.set(openssh.child("authorizedKeysCommand"), Expr::str(value));
        }
        "AuthorizedKeysCommandUser" => {
            statement.set(openssh.child("authorizedKeysCommandUser"), Expr::str(value));
        }
        "Subsystem" => {
            if let Some(lowered) = subsystem(value, &openssh, &mut statement) {
                return lowered;
            }
        }
        "Banner" if value.eq_ignore_ascii_case("none") => {
            return Lowered::NotNeeded(Code::AlreadySo, "sshd shows no banner".to_owned());
        }
        "GSSAPIAuthentication" | "KerberosAuthentication" if value.eq_ignore_ascii_case("yes") => {
            return Lowered::manual_with_cure(
                Code::CannotState,
                format!("`{keyword} yes` needs an OpenSSH that is built with Kerberos"),
                "Set services.openssh.package to pkgs.opensshWithKerberos and add the setting.",
            );
        }
        _ => settings(keyword, value, machine, &mut statement),
    }
    if keyword == "X11Forwarding" && value.eq_ignore_ascii_case("yes") {
        // The module refuses X11 forwarding without it.
        let path = OptionPath::new(["programs", "ssh", "setXAuthLocation"]);
        statement.share(path, Expr::Bool(true));
    }
    stated(statement, machine)
}

fn stated(mut statement: Statement, machine: &Machine) -> Lowered {
    let was_there = machine.packaged.contains_key("/etc/ssh/sshd_config");
    // Where the source has the service enabled, nothing has to be assumed.
    if !machine::is_enabled(machine, &["ssh", "sshd"]) {
        statement.assume(if was_there { RUNS_THERE } else { RUNS });
    }
    let path = OptionPath::new(["services", "openssh", "enable"]);
    statement.share(path, Expr::Bool(true));
    Lowered::Stated(statement)
}

fn bad_value(keyword: &str, value: &str) -> Lowered {
    Lowered::Manual(Left::new(
        Code::BadInput,
        format!("`{keyword}` does not take `{value}`"),
    ))
}

fn canonical(keyword: &str) -> Option<&'static str> {
    let alias = ALIASES
        .iter()
        .find(|(old, _)| *old == keyword)
        .map(|(_, new)| *new);
    alias.or_else(|| {
        let known = sshd_config::current(keyword)?;
        let own = SPELLED_OTHERWISE.iter().find(|(it, _)| *it == known);
        Some(own.map_or(known, |(_, own)| *own))
    })
}

fn settings(keyword: &str, value: &str, machine: &Machine, statement: &mut Statement) {
    let path = OptionPath::new(["services", "openssh", "settings", keyword]);
    if COMMA_LISTS.contains(&keyword) {
        let names = value.split(',').map(str::trim).filter(|it| !it.is_empty());
        statement.set(path.clone(), Expr::strs(names));
        return;
    }
    if SPACE_LISTS.contains(&keyword) {
        for name in value.split_whitespace() {
            let admin = user::admin_group(name, machine).filter(|_| keyword.ends_with("Groups"));
            if let Some(admin) = admin {
                statement.assume(format!("the group `{name}` is `{admin}` on NixOS"));
            }
            let clauses = statement.recent();
            statement.add(path.clone(), Expr::str(admin.unwrap_or(name)));
            statement.about_last(clauses);
        }
        return;
    }
    let lower = value.to_ascii_lowercase();
    let expr = match (lower.as_str(), value.parse::<i64>()) {
        ("yes", _) if !STRINGS.contains(&keyword) => Expr::Bool(true),
        ("no", _) if !STRINGS.contains(&keyword) => Expr::Bool(false),
        (_, Ok(number)) if number.to_string() == value && !STRINGS.contains(&keyword) => {
            Expr::Int(number)
        }
        _ if keyword == "LogLevel" => Expr::str(value.to_ascii_uppercase()),
        _ if STRINGS.contains(&keyword) && keyword != "VersionAddendum" => Expr::str(lower),
        _ => Expr::str(value),
    };
    statement.set(path.clone(), expr);
}

fn listen_address(value: &str) -> Option<Expr> {
    let (address, port) = if let Some(rest) = value.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        (format!("[{address}]"), rest.strip_prefix(':'))
    } else if value.matches(':').count() == 1 {
        let (address, port) = value.split_once(':')?;
        (address.to_owned(), Some(port))
    } else {
        (value.to_owned(), None)
    };
    if address.is_empty() || address.contains(char::is_whitespace) {
        return None;
    }
    let mut attrs = vec![("addr".to_owned(), Expr::str(address))];
    if let Some(port) = port {
        let port = port.parse::<u16>().ok()?;
        attrs.push(("port".to_owned(), Expr::Int(i64::from(port))));
    }
    Some(Expr::Attrs(attrs))
}

fn host_key(path: &str) -> Option<Expr> {
    let kind = ["rsa", "ed25519", "ecdsa"]
        .into_iter()
        .find(|kind| path.contains(&format!("_{kind}_")))?;
    Some(Expr::Attrs(vec![
        ("path".to_owned(), Expr::str(path)),
        ("type".to_owned(), Expr::str(kind)),
    ]))
}

fn is_usual_keys_file(file: &str) -> bool {
    matches!(
        file,
        ".ssh/authorized_keys"
            | ".ssh/authorized_keys2"
            | "%h/.ssh/authorized_keys"
            | "%h/.ssh/authorized_keys2"
    )
}

/// `sftp` has options; the path of its server is the distribution's own.
fn subsystem(value: &str, openssh: &OptionPath, statement: &mut Statement) -> Option<Lowered> {
    let mut words = value.split_whitespace();
    let (Some("sftp"), Some(server)) = (words.next(), words.next()) else {
        return Some(Lowered::manual_with_cure(
            Code::CannotState,
            format!("`Subsystem {value}` has no option of its own"),
            "Add the line to services.openssh.extraConfig with a program of the Nix store.",
        ));
    };
    if server == "internal-sftp" {
        statement.set(openssh.child("sftpServerExecutable"), Expr::str(server));
    } else if server.ends_with("/sftp-server") {
        statement.set(openssh.child("allowSFTP"), Expr::Bool(true));
    } else {
        statement.assume(format!("the program `{server}` is there"));
        statement.set(openssh.child("sftpServerExecutable"), Expr::str(server));
    }
    let flags: Vec<&str> = words.collect();
    if !flags.is_empty() {
        statement.set(openssh.child("sftpFlags"), Expr::strs(in_groups(&flags)));
    }
    None
}

/// Flags with what belongs to them, as people write such a list.
fn in_groups(flags: &[&str]) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for flag in flags {
        match groups.last_mut() {
            Some(last) if !flag.starts_with('-') => {
                last.push(' ');
                last.push_str(flag);
            }
            Some(_) | None => groups.push((*flag).to_owned()),
        }
    }
    groups
}

/// All `Match` blocks are one text: a block ends where the next one begins.
fn set_extra(machine: &Machine, statement: &mut Statement) {
    let all: Vec<&SshdSetting> = machine::sshd_settings(machine)
        .filter(|it| it.matching.is_some())
        .collect();
    let mut text = String::new();
    let mut done: Vec<&str> = Vec::new();
    for matching in all.iter().filter_map(|it| it.matching.as_deref()) {
        if done.contains(&matching) {
            continue;
        }
        done.push(matching);
        text.push_str(&format!("Match {matching}\n"));
        for it in all
            .iter()
            .filter(|it| it.matching.as_deref() == Some(matching))
        {
            text.push_str(&format!("  {} {}\n", it.keyword, it.value.trim()));
        }
    }
    let path = OptionPath::new(["services", "openssh", "extraConfig"]);
    let expr = program::splice(&text).told(&mut Statement::default());
    statement.set(path, expr);
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::{check, check_all};
    use crate::model::{Resource, SshdSetting};

    fn setting(keyword: &str, value: &str) -> Resource {
        Resource::SshdSetting(SshdSetting {
            keyword: keyword.into(),
            value: value.into(),
            matching: None,
        })
    }

    fn check_one(keyword: &str, value: &str, expected: &str) {
        let rest = "services.openssh.enable = true;\nassumed: sshd runs, the play came over ssh";
        check(setting(keyword, value), &format!("{expected}\n{rest}"));
    }

    #[test]
    fn keywords_have_the_types_of_their_options() {
        check_one(
            "permitrootlogin",
            "no",
            r#"services.openssh.settings.PermitRootLogin = "no";"#,
        );
        check_one("UseDNS", "no", "services.openssh.settings.UseDns = false;");
        check_one(
            "MaxAuthTries",
            "3",
            "services.openssh.settings.MaxAuthTries = 3;",
        );
        check_one(
            "LoginGraceTime",
            "1m",
            r#"services.openssh.settings.LoginGraceTime = "1m";"#,
        );
        check_one(
            "MACs",
            "a,b",
            r#"services.openssh.settings.Macs = [ "a" "b" ];"#,
        );
        check_one(
            "AllowUsers",
            "a b",
            "services.openssh.settings.AllowUsers += \"a\";\nservices.openssh.settings.AllowUsers += \"b\";",
        );
        check_one("Port", "2222", "services.openssh.ports += 2222;");
        check_one(
            "ListenAddress",
            "10.0.0.1:22",
            r#"services.openssh.listenAddresses += { addr = "10.0.0.1"; port = 22; };"#,
        );
        check_one(
            "Subsystem",
            "sftp /usr/lib/openssh/sftp-server -l INFO",
            "services.openssh.allowSFTP = true;\nservices.openssh.sftpFlags = [ \"-l INFO\" ];",
        );
        check_one(
            "ChallengeResponseAuthentication",
            "no",
            "services.openssh.settings.KbdInteractiveAuthentication = false;",
        );
    }

    #[test]
    fn what_sshd_does_not_have_is_said() {
        check(
            setting("Protocol", "2"),
            "not-needed: the sshd of today has no `Protocol`",
        );
        check(setting("Foo", "2"), "manual: sshd has no keyword `Foo`");
    }

    #[test]
    fn match_blocks_are_one_text() {
        let inside = |keyword: &str, value: &str, matching: &str| {
            Resource::SshdSetting(SshdSetting {
                keyword: keyword.into(),
                value: value.into(),
                matching: Some(matching.into()),
            })
        };
        check_all(
            vec![
                inside("ForceCommand", "internal-sftp", "Group sftp"),
                inside("PermitTTY", "no", "Group sftp"),
            ],
            "services.openssh.extraConfig = ''
             Match Group sftp
             ForceCommand internal-sftp
             PermitTTY no
             '';
             services.openssh.enable = true;
             assumed: sshd runs, the play came over ssh
             assumed: sshd runs, the play came over ssh",
        );
    }
}
