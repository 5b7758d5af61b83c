//! `pam`: lines of a service of PAM, as attributes of `security.pam`; `pwquality`: a pwquality.conf, as one of its rules.
//!
//! Manual: pam.conf(5), pwquality.conf(5). Follows nixos/modules/security/pam.nix: each module that has a switch there is
//! that switch, and the check of passwords stands before that of `passwd` itself. What every distribution has in its
//! stacks NixOS has as well, in its own order. A line that is neither means that nothing is said: half a stack may lock
//! people out.
//!
//! Takes the resource (a line of a file, or a file) and answers `options` and `assume`.

use serde_json::{Map, Value, json};

use super::{Function, scalar};

pub(super) static PAM: Function = Function { name: "pam", call };

pub(super) static QUALITY: Function = Function {
    name: "pwquality",
    call: quality_conf,
};

/// What the stacks of NixOS do as well.
const USUAL: [&str; 13] = [
    "pam_unix.so",
    "pam_deny.so",
    "pam_permit.so",
    "pam_cap.so",
    "pam_systemd.so",
    "pam_env.so",
    "pam_limits.so",
    "pam_loginuid.so",
    "pam_keyinit.so",
    "pam_selinux.so",
    "pam_nologin.so",
    "pam_mail.so",
    "pam_motd.so",
];

/// The services by which people log in: what the shared stacks of a distribution say is said of them.
const LOGINS: [&str; 2] = ["login", "sshd"];

fn call(value: &Value) -> Option<Value> {
    let path = value.get("path")?.as_str()?;
    let text = value.get("line").or_else(|| value.get("content"))?;
    let text = text.as_str()?;
    let name = path.strip_prefix("/etc/pam.d/");
    let is_profile = path.starts_with("/usr/share/pam-configs/");
    let is_shared = |name: &str| {
        name.starts_with("common-") || name.starts_with("system-") || name == "password-auth"
    };
    let (services, is_shared) = match name {
        Some(name) if !is_shared(name) => (vec![name], false),
        Some(_) => (LOGINS.to_vec(), true),
        None if is_profile => (LOGINS.to_vec(), true),
        None => return None,
    };
    let lines = if is_profile {
        profile(text)
    } else {
        text.lines().map(str::to_owned).collect()
    };
    let mut made = Made::default();
    for line in &lines {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("@include") {
            continue;
        }
        made.line(line, &services)?;
    }
    if made.services.is_empty() {
        return None;
    }
    if is_shared && made.is_of_logins {
        made.assume("other services than `login` and `sshd` do without it");
    }
    if value.get("content").is_some() {
        made.assume("the rest of the stack is as NixOS has it");
    }
    let mut options = Map::new();
    options.insert("services".to_owned(), made.services.into());
    if !made.homes.is_empty() {
        options.insert("makeHomeDir".to_owned(), made.homes.into());
    }
    Some(json!({ "options": options, "assume": made.assume }))
}

/// Returns the lines that a profile of pam-auth-update(8) puts into the shared stacks.
fn profile(text: &str) -> Vec<String> {
    let mut kind = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.split_once(':') {
            Some((field, _)) if !line.starts_with(char::is_whitespace) => {
                kind = ["Auth", "Account", "Password", "Session"]
                    .into_iter()
                    .find(|it| *it == field);
            }
            _ => lines.extend(
                kind.filter(|_| !line.trim().is_empty())
                    .map(|kind| format!("{} {}", kind.to_ascii_lowercase(), line.trim())),
            ),
        }
    }
    lines
}

#[derive(Default)]
struct Made {
    services: Map<String, Value>,
    homes: Map<String, Value>,
    assume: Vec<String>,
    is_of_logins: bool,
}

impl Made {
    fn assume(&mut self, clause: &str) {
        if self.assume.iter().all(|it| it != clause) {
            self.assume.push(clause.to_owned());
        }
    }

    /// Takes one line; none where it is not understood.
    fn line(&mut self, line: &str, services: &[&str]) -> Option<()> {
        let (kind, rest) = line
            .trim_start_matches('-')
            .split_once(char::is_whitespace)?;
        let rest = rest.trim();
        let (control, rest) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']')?,
            None => rest.split_once(char::is_whitespace)?,
        };
        if matches!(control, "include" | "substack") {
            return Some(());
        }
        let mut words = rest.split_whitespace();
        let module = words.next()?;
        let module = module.rsplit('/').next().unwrap_or(module);
        let words: Vec<&str> = words.take_while(|it| !it.starts_with('#')).collect();
        if USUAL.contains(&module) {
            return Some(());
        }
        if (kind, module) == ("password", "pam_pwquality.so") {
            if !matches!(control, "required" | "requisite") {
                return None;
            }
            let settings = settings(&words)?;
            return self.merge("passwd", quality(settings));
        }
        let option = self.option(kind, control, module, &words)?;
        self.is_of_logins = true;
        for service in services {
            self.merge(service, option.clone())?;
        }
        Some(())
    }

    /// What a module is of a service of NixOS.
    fn option(&mut self, kind: &str, control: &str, module: &str, words: &[&str]) -> Option<Value> {
        let is_needed = matches!(control, "required" | "requisite");
        let is_optional = matches!(control, "optional" | "sufficient") || is_needed;
        let all = |known: &[&str]| words.iter().all(|it| known.contains(it));
        Some(match (kind, module) {
            ("auth", "pam_wheel.so") if is_needed => {
                let group = words.iter().find_map(|it| it.strip_prefix("group="));
                let rest = words.iter().filter(|it| !it.starts_with("group="));
                if !rest.clone().all(|it| *it == "use_uid") {
                    return None;
                }
                if rest.count() == 0 {
                    self.assume("it is the user who calls it that must be of the group");
                }
                match group {
                    None | Some("wheel") => json!({ "requireWheel": true }),
                    Some(group) => json!({
                        "requireWheel": true,
                        "rules": { "auth": { "wheel": { "settings": { "group": group } } } },
                    }),
                }
            }
            ("session", "pam_mkhomedir.so" | "pam_oddjob_mkhomedir.so") if is_optional => {
                for word in words {
                    match word.split_once('=') {
                        Some(("umask", umask)) => {
                            self.homes.insert("umask".to_owned(), umask.into());
                        }
                        Some(("skel", "/etc/skel")) => {
                            self.assume("a new home is empty, as that of NixOS is");
                        }
                        Some(("skel", folder)) => {
                            self.homes.insert("skelDirectory".to_owned(), folder.into());
                        }
                        None if *word == "silent" => {}
                        Some(_) | None => return None,
                    }
                }
                json!({ "makeHomeDir": true })
            }
            ("auth", "pam_google_authenticator.so")
                if is_needed && all(&["nullok", "forward_pass"]) =>
            {
                let mut option = Map::new();
                option.insert("enable".to_owned(), true.into());
                option.insert("allowNullOTP".to_owned(), words.contains(&"nullok").into());
                if words.contains(&"forward_pass") {
                    option.insert("forwardPass".to_owned(), true.into());
                }
                json!({ "googleAuthenticator": option })
            }
            ("auth", "pam_u2f.so") if is_optional && all(&["cue"]) => {
                json!({ "u2f": { "enable": true, "control": control } })
            }
            ("auth" | "session", "pam_kwallet5.so" | "pam_kwallet.so") if all(&["auto_start"]) => {
                json!({ "kwallet": { "enable": true } })
            }
            ("auth" | "session" | "password", "pam_gnome_keyring.so")
                if all(&["auto_start", "use_authtok"]) =>
            {
                json!({ "enableGnomeKeyring": true })
            }
            ("session", "pam_apparmor.so") if words.iter().all(|it| it.starts_with("order=")) => {
                if !words.is_empty() && !all(&["order=default"]) {
                    self.assume("the order in which AppArmor looks for a hat is that of NixOS");
                }
                json!({ "enableAppArmor": true })
            }
            ("session", "pam_umask.so") if words.is_empty() => json!({ "enableUMask": true }),
            ("session", "pam_lastlog.so" | "pam_lastlog2.so") if all(&["silent", "noupdate"]) => {
                let is_silent = words.contains(&"silent");
                json!({ "lastlog": { "enable": true, "silent": is_silent } })
            }
            ("auth", "pam_faildelay.so") => {
                let [delay] = words else { return None };
                let delay = scalar::number(delay.strip_prefix("delay=")?)?;
                json!({ "failDelay": { "enable": true, "delay": delay } })
            }
            ("session", "pam_tty_audit.so") => {
                let mut option = Map::new();
                option.insert("enable".to_owned(), true.into());
                for word in words {
                    match word.split_once('=') {
                        Some(("enable", users)) => {
                            option.insert("enablePattern".to_owned(), users.into());
                        }
                        Some(("disable", users)) => {
                            option.insert("disablePattern".to_owned(), users.into());
                        }
                        None if *word == "open_only" => {
                            option.insert("openOnly".to_owned(), true.into());
                        }
                        Some(_) | None => return None,
                    }
                }
                json!({ "ttyAudit": option })
            }
            (_, _) => return None,
        })
    }

    fn merge(&mut self, service: &str, option: Value) -> Option<()> {
        let entry = self.services.entry(service).or_insert_with(|| json!({}));
        for (name, value) in option.as_object()? {
            match entry.get(name) {
                Some(known) if known != value => return None,
                _ => {
                    entry.as_object_mut()?.insert(name.clone(), value.clone());
                }
            }
        }
        Some(())
    }
}

/// Reads words as settings: `retry=3`, `enforce_for_root`.
fn settings(words: &[&str]) -> Option<Map<String, Value>> {
    let mut all = Map::new();
    let is_name = |it: &str| it.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    for word in words {
        match word.split_once('=') {
            Some((name, _)) if !is_name(name) => return None,
            None if !is_name(word) => return None,
            Some((name, value)) => {
                let value = scalar::number(value).unwrap_or_else(|| value.into());
                all.insert(name.to_owned(), value);
            }
            // A password that was asked for before is taken: nothing asks for one before.
            None if matches!(*word, "try_first_pass" | "use_authtok") => {}
            None => {
                all.insert((*word).to_owned(), true.into());
            }
        }
    }
    Some(all)
}

/// The rule that checks new passwords, before that which changes them; the latter takes the password that was checked.
fn quality(settings: Map<String, Value>) -> Value {
    let order = "config.security.pam.services.passwd.rules.password.unix.order";
    let module = json!([{ "$nix": "pkgs.libpwquality.lib" }, "/lib/security/pam_pwquality.so"]);
    json!({ "rules": { "password": {
        "pwquality": {
            "control": "requisite",
            "modulePath": { "$text": module },
            "order": { "$below": order },
            "settings": settings,
        },
        "unix": { "settings": { "use_authtok": true } },
    } } })
}

fn quality_conf(value: &Value) -> Option<Value> {
    let mut all = Map::new();
    for line in value.as_str()?.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let (name, value) = (name.trim(), value.trim());
        if name.contains(char::is_whitespace) {
            return None;
        }
        let value = match value {
            "" => true.into(),
            value => scalar::number(value).unwrap_or_else(|| value.into()),
        };
        // Of a list of words, which is one argument, blanks would make several.
        if value.as_str().is_some_and(|it| it.contains(' ')) {
            return None;
        }
        all.insert(name.to_owned(), value);
    }
    (!all.is_empty()).then(|| json!({ "passwd": quality(all) }))
}

#[cfg(test)]
mod tests {
    use super::{PAM, QUALITY};
    use serde_json::{Value, json};

    fn check(path: &str, line: &str, expected: Option<Value>) {
        let found = (PAM.call)(&json!({ "path": path, "line": line }));
        let options = found.and_then(|it| it.get("options").cloned());
        assert_eq!(options, expected, "{path} {line}");
    }

    #[test]
    fn a_module_is_a_switch_of_its_service() {
        let of = |service: &str, option: Value| Some(json!({ "services": { service: option } }));
        check(
            "/etc/pam.d/su",
            "auth required pam_wheel.so use_uid",
            of("su", json!({ "requireWheel": true })),
        );
        check(
            "/etc/pam.d/su",
            "auth   required   pam_wheel.so use_uid group=admins",
            of(
                "su",
                json!({ "requireWheel": true, "rules": { "auth": { "wheel": { "settings": { "group": "admins" } } } } }),
            ),
        );
        check(
            "/etc/pam.d/sshd",
            "auth required pam_google_authenticator.so nullok",
            of(
                "sshd",
                json!({ "googleAuthenticator": { "enable": true, "allowNullOTP": true } }),
            ),
        );
        check(
            "/etc/pam.d/login",
            "auth optional pam_faildelay.so delay=4000000",
            of(
                "login",
                json!({ "failDelay": { "enable": true, "delay": 4_000_000 } }),
            ),
        );
        check(
            "/etc/pam.d/common-session",
            "session required pam_mkhomedir.so umask=0022 skel=/etc/skel",
            Some(json!({
                "services": { "login": { "makeHomeDir": true }, "sshd": { "makeHomeDir": true } },
                "makeHomeDir": { "umask": "0022" },
            })),
        );
        // A wheel that trusts, a lock and a program would mean something else, or nothing.
        check("/etc/pam.d/su", "auth sufficient pam_wheel.so trust", None);
        check(
            "/etc/pam.d/common-auth",
            "auth required pam_faillock.so preauth",
            None,
        );
        check(
            "/etc/pam.d/sshd",
            "session optional pam_exec.so /opt/x",
            None,
        );
    }

    #[test]
    fn passwords_are_checked_before_they_are_changed() {
        let rule = json!({
            "rules": { "password": {
                "pwquality": {
                    "control": "requisite",
                    "modulePath": { "$text": [{ "$nix": "pkgs.libpwquality.lib" }, "/lib/security/pam_pwquality.so"] },
                    "order": { "$below": "config.security.pam.services.passwd.rules.password.unix.order" },
                    "settings": { "retry": 3 },
                },
                "unix": { "settings": { "use_authtok": true } },
            } },
        });
        check(
            "/etc/pam.d/common-password",
            "password requisite pam_pwquality.so retry=3",
            Some(json!({ "services": { "passwd": rule } })),
        );
        let conf = (QUALITY.call)(&json!("# ours\nretry = 3\n"));
        assert_eq!(conf, Some(json!({ "passwd": rule })));
        assert_eq!((QUALITY.call)(&json!("badwords = a b\n")), None);
    }

    #[test]
    fn a_profile_is_of_the_shared_stacks() {
        let found = (PAM.call)(&json!({
            "path": "/usr/share/pam-configs/homes",
            "content": "Name: x\nSession-Type: Additional\nSession:\n\trequired pam_mkhomedir.so\n",
        }));
        let expected = json!({
            "options": { "services": { "login": { "makeHomeDir": true }, "sshd": { "makeHomeDir": true } } },
            "assume": ["other services than `login` and `sshd` do without it", "the rest of the stack is as NixOS has it"],
        });
        assert_eq!(found, Some(expected));
    }
}
