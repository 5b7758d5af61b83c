//! What hooks of logrotate tell services by the programs of other distributions, in the words of systemd.
//!
//! `invoke-rc.d x reload`, `service x reload`, `/etc/init.d/x reload` and Debian's script for rsyslog are `systemctl` with the
//! unit that NixOS has, and the question whether such a program is there goes. A service whose unit is not known has no
//! answer, nor has what only its own script knows.

use super::ctx::Ctx;
use super::machine;
use super::systemd;
use crate::rules;

/// Questions whether a program is there that NixOS does not have, before what runs it.
const ASKS: [&str; 6] = [
    "test -x /usr/sbin/invoke-rc.d && ",
    "[ -x /usr/sbin/invoke-rc.d ] && ",
    "test -x /usr/sbin/service && ",
    "[ -x /usr/sbin/service ] && ",
    "[ -x /usr/lib/rsyslog/rsyslog-rotate ] && ",
    "test -x /usr/lib/rsyslog/rsyslog-rotate && ",
];

/// Returns the script with `systemctl` in the place of such programs; none where one of them has no such words.
pub(super) fn in_words_of_systemd(script: &str, ctx: &Ctx<'_>) -> Option<String> {
    let asks = ASKS.iter();
    let script = asks.fold(script.to_owned(), |it, ask| it.replace(ask, ""));
    let mut out = String::new();
    let mut done = 0;
    let words: Vec<(usize, &str)> = words(&script);
    let mut at = 0;
    while let Some((start, word)) = words.get(at) {
        let next = |by: usize| words.get(at + by).map(|(_, it)| *it);
        let name = word.rsplit('/').next().unwrap_or(word);
        let command = match name {
            "rsyslog-rotate" => Some((1, "rsyslog", "rotate")),
            "invoke-rc.d" | "service" => Some((3, next(1)?, next(2)?)),
            _ => word
                .strip_prefix("/etc/init.d/")
                .and_then(|service| Some((2, service, next(1)?))),
        };
        let Some((count, service, verb)) = command else {
            at += 1;
            continue;
        };
        let (last, text) = words.get(at + count - 1)?;
        out.push_str(&script[done..*start]);
        out.push_str(&told(service, verb, ctx)?);
        done = last + text.len();
        at += count;
    }
    out.push_str(&script[done..]);
    Some(out)
}

/// The words of a script and where each starts, without what ends a command.
fn words(script: &str) -> Vec<(usize, &str)> {
    let ends = |c: char| c.is_whitespace() || ";|&()`".contains(c);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(skipped) = script[from..].find(|c| !ends(c)) {
        let start = from + skipped;
        let rest = &script[start..];
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        found.push((start, word));
        from = start + word.len();
    }
    found
}

fn told(service: &str, verb: &str, ctx: &Ctx<'_>) -> Option<String> {
    let unit = unit(service, ctx)?;
    let says = match verb {
        "reload" | "force-reload" => "reload",
        "restart" | "try-restart" | "condrestart" => "try-restart",
        "status" => "--quiet is-active",
        "rotate" if matches!(service, "rsyslog" | "syslog-ng") => "kill --signal=HUP",
        "rotate" if service == "nginx" => "kill --signal=USR1",
        _ => return None,
    };
    Some(format!("systemctl {says} {unit}"))
}

/// The unit of a service: the machine's own, or that of the module of NixOS.
fn unit(service: &str, ctx: &Ctx<'_>) -> Option<String> {
    let full = format!("{service}.service");
    let mut units = machine::units(ctx.machine);
    let is_own = units.any(|it| it.name == full && !it.drop_in && !systemd::is_of_nixos(it));
    if is_own {
        return Some(full);
    }
    let found = rules::service(service, ctx.machine.family)?;
    let unit = found.unit.filter(|it| !it.contains('<'))?;
    Some(unit.to_owned())
}
