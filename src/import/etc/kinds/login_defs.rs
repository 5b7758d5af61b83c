//! /etc/login.defs: how accounts and passwords are made.
//!
//! Manual: login.defs(5)

use super::{Entry, Fate, Given, Kind, Lines, last_places};
use crate::model::Settings;
use crate::syntax::columns;

pub(super) const KIND: Kind = Kind {
    name: "login.defs",
    paths: "/etc/login.defs",
    becomes: "Its settings become security.loginDefs.settings; what no account on NixOS is made by is not needed.",
    matches: |path| path == "/etc/login.defs",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// What NixOS's option or shadow itself has without being told (programs/shadow.nix; lib/getdef.c).
const DEFAULTS: &[(&str, &str)] = &[
    ("DEFAULT_HOME", "yes"),
    ("ENCRYPT_METHOD", "YESCRYPT"),
    ("ERASECHAR", "0177"),
    ("FAIL_DELAY", "3"),
    ("GID_MIN", "1000"),
    ("HUSHLOGIN_FILE", ".hushlogin"),
    ("KILLCHAR", "025"),
    ("LOGIN_RETRIES", "5"),
    ("LOGIN_TIMEOUT", "60"),
    ("LOG_OK_LOGINS", "no"),
    ("LOG_UNKFAIL_ENAB", "no"),
    ("PASS_MAX_DAYS", "99999"),
    ("PASS_MIN_DAYS", "0"),
    ("PASS_WARN_AGE", "7"),
    ("SUB_GID_COUNT", "65536"),
    ("SUB_GID_MAX", "600100000"),
    ("SUB_GID_MIN", "100000"),
    ("SUB_UID_COUNT", "65536"),
    ("SUB_UID_MAX", "600100000"),
    ("SUB_UID_MIN", "100000"),
    ("SU_NAME", "su"),
    ("SYSLOG_SG_ENAB", "yes"),
    ("SYSLOG_SU_ENAB", "yes"),
    ("SYS_GID_MAX", "999"),
    ("SYS_UID_MAX", "999"),
    ("TTYGROUP", "tty"),
    ("TTYPERM", "0620"),
    ("UID_MIN", "1000"),
    ("UMASK", "077"),
    ("USERGROUPS_ENAB", "yes"),
];

/// What a shadow that is built with PAM leaves to it (lib/getdef.c).
const OF_PAM: &[&str] = &[
    "CHFN_AUTH",
    "CONSOLE",
    "CONSOLE_GROUPS",
    "CRACKLIB_DICTPATH",
    "ENVIRON_FILE",
    "ENV_HZ",
    "ENV_TZ",
    "FAILLOG_ENAB",
    "FTMP_FILE",
    "ISSUE_FILE",
    "LASTLOG_ENAB",
    "LOGIN_STRING",
    "MAIL_CHECK_ENAB",
    "MOTD_FILE",
    "NOLOGINS_FILE",
    "OBSCURE_CHECKS_ENAB",
    "PASS_ALWAYS_WARN",
    "PASS_CHANGE_TRIES",
    "PASS_MAX_LEN",
    "PASS_MIN_LEN",
    "PORTTIME_CHECKS_ENAB",
    "QUOTAS_ENAB",
    "SU_WHEEL_ONLY",
    "ULIMIT",
];

fn read(given: &Given) -> Vec<Entry> {
    let pairs = columns::read_pairs(given.text());
    let last = last_places(pairs.iter().map(|(place, name, _)| (*name, *place)));
    pairs
        .iter()
        .map(|(place, name, value)| {
            let place = *place;
            let later = last.get(name).filter(|last| **last != place);
            if let Some(later) = later {
                return given.not_needed(place, format!("line {} sets `{name}` again", later.line));
            }
            let is_name = name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
            if !is_name && given.hole(&[name]).is_none() {
                return given.unknown(place, format!("`{name}` is no name of login.defs"));
            }
            if matches!(*name, "ENV_PATH" | "ENV_SUPATH") {
                return given.not_needed(place, "NixOS makes the search path of its profiles");
            }
            if *name == "MAIL_DIR" {
                return given.not_needed(
                    place,
                    "mail is delivered where the mail server's module says",
                );
            }
            if OF_PAM.contains(name) {
                return given.not_needed(
                    place,
                    format!("PAM decides this, and the `shadow` of NixOS does not ask `{name}`"),
                );
            }
            if value.is_empty() {
                return given.unknown(place, format!("`{name}` has no value"));
            }
            let value = value.trim_matches('"');
            if DEFAULTS.contains(&(*name, value)) {
                return given.not_needed(place, format!("NixOS has `{name} {value}` by default"));
            }
            given.sets(place, Settings::LoginDefs, name, value)
        })
        .collect()
}
