//! `fail2ban`: a jail.local, or a file of jail.d, as attributes of `services.fail2ban`.
//!
//! Manual: jail.conf(5). What has an option of its own (who is never banned, how long, after how many tries) goes there, the
//! other defaults and the jails to `jails`. What the package's jail.conf says anyway is left out. NixOS reads the journal
//! where Debian reads files: a jail of sshd needs no path, and one that has a path of its own says so with its backend.
//! The firewall of NixOS does the banning, so the names of other distributions' ways to do it are left out.

use serde_json::{Map, Value, json};

use super::{Function, atom};
use crate::syntax::configparser::{Ini, Options, Reading};

pub(super) static FUNCTION: Function = Function {
    name: "fail2ban",
    call,
};

/// What jail.conf of the package says.
const USUAL: [(&str, &[&str]); 11] = [
    ("action", &["%(action_)s"]),
    ("chain", &["INPUT", "<known/chain>"]),
    ("destemail", &["root@localhost"]),
    ("enabled", &["false"]),
    ("encoding", &["auto"]),
    ("findtime", &["10m", "600"]),
    ("logencoding", &["auto"]),
    ("mode", &["normal"]),
    ("mta", &["sendmail"]),
    ("protocol", &["tcp"]),
    ("usedns", &["warn"]),
];

const INCREMENT: [&str; 6] = [
    "factor",
    "formula",
    "maxtime",
    "multipliers",
    "overalljails",
    "rndtime",
];

fn call(value: &Value) -> Option<Value> {
    let text: String = value
        .as_str()?
        .lines()
        // jail.conf: a `;` behind a blank begins a comment.
        .map(|line| line.split(" ;").next().unwrap_or_default().to_owned() + "\n")
        .collect();
    let ini = Ini::read(&text, Reading::default()).ok()?;
    let backend = own_backend(&ini.defaults);
    let mut all = defaults(&ini.defaults)?;
    let mut jails: Map<String, Value> = Map::new();
    if let Some(rest) = all.remove("DEFAULT") {
        jails.insert("DEFAULT".to_owned(), json!({ "settings": rest }));
    }
    for (name, options) in &ini.sections {
        // Debian had this name for it when Debian 8 was new.
        let is_old_sshd = name == "ssh" && said(options, "filter") == Some("sshd");
        let name = if is_old_sshd { "sshd" } else { name };
        // NixOS has where the logs of another distribution are in a file of its own.
        if name == "INCLUDES" && options.iter().all(is_of_paths) {
            continue;
        }
        if name == "INCLUDES" || jails.contains_key(name) {
            return None;
        }
        jails.insert(name.to_owned(), jail(name, options, backend)?);
    }
    // The actions that mail who was banned ask whois about him.
    if text.contains("action_mw") || text.contains("mail-whois") {
        let whois = json!([{ "$nix": "pkgs.whois" }]);
        all.insert("extraPackages".to_owned(), whois);
    }
    if !jails.is_empty() {
        all.insert("jails".to_owned(), jails.into());
    }
    (!all.is_empty()).then_some(Value::Object(all))
}

/// `before = paths-debian.conf`
fn is_of_paths((name, value): (&String, &Option<String>)) -> bool {
    let is_file = |it: &str| it.starts_with("paths-") && !it.contains('\n');
    matches!(name.as_str(), "before" | "after") && value.as_deref().is_some_and(is_file)
}

fn said<'a>(options: &'a Options, name: &str) -> Option<&'a str> {
    options.get(name)?.as_deref()
}

/// How files are watched, where the options say that they are.
fn own_backend(options: &Options) -> Option<&str> {
    said(options, "backend").filter(|it| *it != "systemd" && !it.starts_with('%'))
}

fn is_usual(name: &str, value: &str) -> bool {
    // The actions that jail.conf builds of the ban's own action.
    let is_built = name.starts_with("action_")
        && (value.starts_with("%(banaction)s[") || value.starts_with("%(action_)s"));
    is_built
        || USUAL
            .iter()
            .any(|(usual, values)| *usual == name && values.contains(&value))
}

/// What a way to ban becomes: nothing where the firewall of NixOS does the same.
fn ban_action(value: &str) -> Option<&str> {
    const FRONTENDS: [&str; 5] = ["iptables", "nftables", "firewallcmd", "ufw", "shorewall"];
    let is_frontend = FRONTENDS.iter().any(|it| {
        value
            .strip_prefix(it)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    });
    match value {
        "ufw" => Some("%(banaction_allports)s"),
        _ if is_frontend && value.ends_with("allports") => Some("%(banaction_allports)s"),
        _ if is_frontend || value == "%(banaction)s" => None,
        other => Some(other),
    }
}

/// The next lines of a value stand deeper than its name.
fn setting(value: &str) -> Value {
    let lines: Vec<&str> = value.lines().filter(|it| !it.is_empty()).collect();
    match lines.as_slice() {
        [] => "".into(),
        [line] => atom(line),
        [..] => lines.join("\n  ").into(),
    }
}

fn defaults(options: &Options) -> Option<Map<String, Value>> {
    let mut all: Map<String, Value> = Map::new();
    let mut increment: Map<String, Value> = Map::new();
    let mut rest: Map<String, Value> = Map::new();
    let increments = said(options, "bantime.increment") == Some("true");
    for (name, value) in options {
        let value = value.as_deref()?;
        if is_usual(name, value) {
            continue;
        }
        let own = name
            .strip_prefix("bantime.")
            .filter(|it| INCREMENT.contains(it) && increments);
        match (name.as_str(), own) {
            ("enabled", _) => return None,
            // The module's own value for all jails.
            ("backend", _) => {}
            ("bantime.increment", _) if increments => {
                increment.insert("enable".to_owned(), true.into());
            }
            (_, Some("overalljails")) => {
                increment.insert("overalljails".to_owned(), (value == "true").into());
            }
            (_, Some(own)) => {
                increment.insert(own.to_owned(), value.into());
            }
            ("bantime", _) => {
                all.insert("bantime".to_owned(), value.into());
            }
            ("maxretry", _) => {
                let number: u32 = value.parse().ok()?;
                all.insert("maxretry".to_owned(), number.into());
            }
            ("ignoreip", _) => {
                let own: Vec<&str> = value
                    .split([' ', '\t', ',', '\n'])
                    .filter(|it| !it.is_empty() && !is_loopback(it))
                    .collect();
                if !own.is_empty() {
                    all.insert("ignoreIP".to_owned(), own.into());
                }
            }
            ("banaction", _) => {
                if let Some(action) = ban_action(value) {
                    all.insert("banaction".to_owned(), action.into());
                }
            }
            ("banaction_allports", _) => {
                if let Some(action) = ban_action(value).filter(|it| !it.starts_with("%(banaction"))
                {
                    all.insert("banaction-allports".to_owned(), action.into());
                }
            }
            (other, None) => {
                rest.insert(other.to_owned(), setting(value));
            }
        }
    }
    if !increment.is_empty() {
        all.insert("bantime-increment".to_owned(), increment.into());
    }
    if !rest.is_empty() {
        all.insert("DEFAULT".to_owned(), rest.into());
    }
    Some(all)
}

/// NixOS never bans these.
fn is_loopback(address: &str) -> bool {
    matches!(
        address,
        "127.0.0.1/8" | "127.0.0.0/8" | "127.0.0.1" | "::1" | "::1/128" | "localhost"
    )
}

fn jail(name: &str, options: &Options, backend: Option<&str>) -> Option<Value> {
    let filter = said(options, "filter");
    // What sshd and fail2ban itself write is in the journal, whatever the jail's name.
    let is_journal = name == "sshd"
        || filter.is_some_and(|it| it == "sshd" || it.starts_with("sshd["))
        || name == "recidive";
    let enabled = match said(options, "enabled") {
        Some(value) => value == "true",
        // Debian and NixOS have this jail on; the others are off until somebody says otherwise.
        None => name == "sshd",
    };
    let mut settings: Map<String, Value> = Map::new();
    let mut reads_files = false;
    for (option, value) in options {
        let value = value.as_deref()?;
        let is_own_filter = option == "filter" && value == name && !options.contains_key("mode");
        let is_own_port = option == "port" && name == "sshd" && matches!(value, "ssh" | "22");
        if is_usual(option, value) || is_own_filter || is_own_port {
            continue;
        }
        match option.as_str() {
            "enabled" => {}
            "backend" => {
                if let Some(own) = own_backend(options).filter(|_| !is_journal) {
                    settings.insert(option.clone(), own.into());
                }
            }
            // Who was served stands in files on NixOS as well; all else is in the journal.
            "logpath" if is_journal || value.starts_with("%(") && !value.contains("access_log") => {
            }
            "logpath" => {
                reads_files = true;
                settings.insert(option.clone(), setting(value));
            }
            "banaction" | "banaction_allports" => {
                if let Some(action) = ban_action(value) {
                    settings.insert(option.clone(), action.into());
                }
            }
            _ => {
                settings.insert(option.clone(), setting(value));
            }
        }
    }
    if reads_files && !settings.contains_key("backend") {
        settings.insert("backend".to_owned(), backend.unwrap_or("auto").into());
    }
    let mut jail = json!({ "enabled": enabled });
    if !settings.is_empty() {
        jail["settings"] = settings.into();
    }
    Some(jail)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn defaults_go_to_their_options() {
        check(
            &FUNCTION,
            "[DEFAULT]\nignoreip = 127.0.0.1/8 ::1\n  192.0.2.0/24, 192.0.2.1\nbantime = 3600 ; an hour\nmaxretry = 4\nbanaction = firewallcmd-ipset-allports\nbantime.increment = true\nbantime.factor = 24\nfindtime = 15m\nmta = sendmail\n",
            Some(json!({
                "ignoreIP": ["192.0.2.0/24", "192.0.2.1"], "bantime": "3600", "maxretry": 4,
                "banaction": "%(banaction_allports)s",
                "bantime-increment": {"enable": true, "factor": "24"},
                "jails": {"DEFAULT": {"settings": {"findtime": "15m"}}},
            })),
        );
        check(
            &FUNCTION,
            "[INCLUDES]\nbefore = paths-debian.conf\n[DEFAULT]\nmaxretry = 4\n",
            Some(json!({"maxretry": 4})),
        );
        check(
            &FUNCTION,
            "[DEFAULT]\naction = %(action_mwl)s\n",
            Some(json!({
                "extraPackages": [{"$nix": "pkgs.whois"}],
                "jails": {"DEFAULT": {"settings": {"action": "%(action_mwl)s"}}},
            })),
        );
        check(&FUNCTION, "[INCLUDES]\nbefore = own.conf\n", None);
        check(&FUNCTION, "[DEFAULT]\nenabled = true\n", None);
        check(&FUNCTION, "bantime = 1\n", None);
    }

    #[test]
    fn a_jail_of_sshd_reads_the_journal() {
        check(
            &FUNCTION,
            "[ssh]\nenabled = true\nport = ssh\nfilter = sshd\nlogpath = /var/log/auth.log\nmaxretry = 3\n",
            Some(json!({"jails": {"sshd": {"enabled": true, "settings": {"maxretry": 3}}}})),
        );
    }

    #[test]
    fn who_was_served_is_read_from_files() {
        check(
            &FUNCTION,
            "[bots]\nenabled = true\nlogpath = %(nginx_access_log)s\n[x]\nenabled = true\nlogpath = %(nginx_error_log)s\n",
            Some(json!({"jails": {
                "bots": {"enabled": true, "settings": {"logpath": "%(nginx_access_log)s", "backend": "auto"}},
                "x": {"enabled": true},
            }})),
        );
    }

    #[test]
    fn a_jail_with_a_path_says_how_it_is_read() {
        check(
            &FUNCTION,
            "[DEFAULT]\nbackend = polling\n[shop]\nenabled = true\nlogpath = /srv/a.log\n  /srv/b.log\n[off]\nport = 1\n",
            Some(json!({"jails": {
                "shop": {"enabled": true, "settings": {"logpath": "/srv/a.log\n  /srv/b.log", "backend": "polling"}},
                "off": {"enabled": false, "settings": {"port": 1}},
            }})),
        );
    }
}
