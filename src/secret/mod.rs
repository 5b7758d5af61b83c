//! What of a text is secret: the one place that says so, for whoever reads or shows a text.
//!
//! By the name before a value (`name`, `line`), by the shape of a value (`shape`), by the program that is given it
//! (`command`), by where a file lies (`place`). What is a secret because something else says so (a vault, `no_log`) is
//! known to who reads that. Nothing here keeps a secret, or shows one.

mod command;
mod line;
mod name;
mod place;
mod shape;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use name::is_secret_name;
pub(crate) use place::is_secret_file;
pub(crate) use value::may_be_secret;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A secret in a text: where it stands, and what it is called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) name: Option<String>,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// A word without quotes is a value.
    Settings,
    /// A word without quotes is the name of a variable.
    Code,
}

/// Ends of names of programs in whose text a word without quotes is a variable.
const CODE: [&str; 24] = [
    ".c", ".cpp", ".cs", ".ex", ".exs", ".go", ".groovy", ".h", ".java", ".js", ".jsx", ".kt",
    ".lua", ".mjs", ".php", ".pl", ".pm", ".py", ".rb", ".rs", ".scala", ".swift", ".ts", ".tsx",
];

/// What a line with a secret holds; most lines hold nothing of it.
static HINT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)pass|pw|secret|token|psk|key|auth|cred|communit|://|curl|mysql|mariadb|mycli|smbclient|rpcclient|\$[0-9a-z]+\$|\{(?:ssha|sha|crypt|md5|smd5|pbkdf2|plain|clear|blf|argon)|\*[0-9A-F]{40}|eyJ|AKIA|ASIA|ghp_|gho_|ghs_|ghr_|ghu_|github_pat|glpat|xox|xapp|hooks\.|webhook|_live_|_test_|AIza|ya29|npm_|pypi-|SG\.|do[opr]_v1|hf_|sk-|dckr_|shp|glsa_|glc_|hv[sbr]\.|dapi|atlasv1|NRAK|ATATT|sntrys|Bearer|Basic|identified|:AA|cookie|salt|redis-cli|mongo|ldap|openssl|unzip|7z|snmp|ipmitool|sqlcmd|freerdp|MONITOR|allow |user |lftp|mosquitto|stats|createUser|_id|kinit|cryptsetup|login|vault|unseal|-u |AGE-|tskey|sig=|SCRAM|sudo|stdin",
    )
    .ok()
});

/// Finds the secrets of a text, in order and without overlap. `path` is that of the file on the machine, or empty.
pub(crate) fn find(text: &str, path: &str) -> Vec<Found> {
    let mut all: Vec<Found> = shape::blocks(text)
        .into_iter()
        .map(|it| found(it, 0))
        .collect();
    // Patterns of lines that others write.
    if path.starts_with("/etc/logcheck/") {
        return Vec::new();
    }
    let manner = manner(text, path);
    let is_snmp = path.starts_with("/etc/snmp/");
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let is_inside = all.iter().any(|it| it.start <= start && start < it.end);
        let is_hinted = is_snmp || HINT.as_ref().is_none_or(|it| it.is_match(line));
        if !is_inside && is_hinted && !line.is_empty() {
            let here = of_line(line, path, manner).into_iter();
            all.extend(here.map(|it| Found {
                start: it.start + start,
                end: it.end + start,
                ..it
            }));
        }
        start += whole.len();
    }
    // Of two that overlap, the one that begins first and is longest stands, with the name of either.
    all.sort_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
    let mut kept: Vec<Found> = Vec::new();
    for it in all {
        match kept.last_mut().filter(|last| it.start < last.end) {
            Some(last) => {
                last.end = last.end.max(it.end);
                last.name = last.name.take().or(it.name);
            }
            None => kept.push(it),
        }
    }
    kept
}

/// Returns a text with dots in place of its secrets, for people.
pub(crate) fn conceal(text: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for it in find(text, "") {
        out.push_str(&text[done..it.start]);
        out.push_str("...");
        done = it.end;
    }
    out.push_str(&text[done..]);
    out
}

/// Tells whether a line of a file of settings says nothing.
pub(crate) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['#', ';']) || line.starts_with("//")
}

fn found(range: Range<usize>, shift: usize) -> Found {
    Found {
        start: range.start + shift,
        end: range.end + shift,
        name: None,
    }
}

fn manner(text: &str, path: &str) -> Manner {
    let head = text.lines().next().unwrap_or_default();
    let is_script = head.starts_with("#!")
        && ["python", "perl", "ruby", "node", "php", "lua"]
            .iter()
            .any(|it| head.contains(it));
    if is_script || CODE.iter().any(|end| path.ends_with(end)) {
        Manner::Code
    } else {
        Manner::Settings
    }
}

fn of_line(line: &str, path: &str, manner: Manner) -> Vec<Found> {
    let shapes = shape::of_line(line).into_iter();
    let commands = command::passwords_of_commands(line).into_iter();
    let mut all: Vec<Found> = shapes.chain(commands).map(|it| found(it, 0)).collect();
    all.extend(of_snmp(line, path));
    if !place::is_of_others(path) {
        let named = line::of_line(line, manner).into_iter();
        all.extend(named.filter(|it| {
            let name = it.name.as_deref().unwrap_or_default();
            !place::is_word_of(name, path)
        }));
    }
    all
}

/// Keywords of snmpd.conf that have a community or a password among their words.
const SNMP: [&str; 7] = [
    "com2sec",
    "com2sec6",
    "createUser",
    "trapsink",
    "trap2sink",
    "informsink",
    "community",
];

fn of_snmp(line: &str, path: &str) -> Option<Found> {
    let word = line.split_whitespace().next()?;
    if !path.starts_with("/etc/snmp/") || !SNMP.contains(&word) {
        return None;
    }
    let start = line.len() - line.trim_start().len() + word.len() + 1;
    (start < line.len()).then(|| Found {
        start,
        end: line.len(),
        name: Some(word.to_owned()),
    })
}
