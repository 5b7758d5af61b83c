//! What shell scripts say to the service managers of other distributions, said to systemctl: `service apache2 reload`,
//! `invoke-rc.d`, the scripts of /etc/init.d; and units by the names that NixOS has for them.
//!
//! Manuals: service(8), invoke-rc.d(8), systemctl(1). A service that nothing is known of keeps its words.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::machine;
use super::statement::Statement;
use super::systemd;
use crate::model::{Machine, Unit};
use crate::rules;

/// Debian's script that tells rsyslog of new logs: `systemctl kill -s HUP rsyslog.service`.
const RSYSLOG_ROTATE: &str = "/usr/lib/rsyslog/rsyslog-rotate";

/// Services whose script of /etc/init.d knows `rotate`, and the signal that it sends to the main process.
const ROTATE: [(&str, &str); 3] = [("nginx", "USR1"), ("rsyslog", "HUP"), ("syslog-ng", "HUP")];

/// A command that is a call of a service manager; what stands before it makes it one.
static CALL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let before =
        r"(?:^|[;&|(`!{]|(?:^|\s)(?:if|then|do|else|elif|while|until|sudo|exec|nohup)\s)\s*";
    let init = r"(?:/usr)?(?:/s?bin/)?(?:service|rc-service|invoke-rc\.d(?:\s+(?:-q|--quiet|--force))*)\s+|/etc/(?:rc\.d/)?init\.d/";
    let systemctl = r"(?P<systemctl>(?:(?:/usr)?/bin/)?systemctl\s+(?:-q\s+|--\S+\s+)*)";
    let asked = format!(
        r"(?:/usr/sbin/(?:invoke-rc\.d|service)|{})",
        regex::escape(RSYSLOG_ROTATE)
    );
    let asks = format!(
        r"(?:(?:test\s+-x\s+{asked}|\[\s+-x\s+{asked}\s+\])\s*&&\s*|(?:test\s+!\s+-x\s+{asked}|\[\s+!\s+-x\s+{asked}\s+\])\s*\|\|\s*)?"
    );
    let name = r"[A-Za-z][\w@.-]*";
    let verb = r"start|stop|restart|try-restart|condrestart|reload|force-reload|status|rotate";
    let verb_of_systemctl = r"[a-z-]+";
    let call = format!(
        r"{before}(?P<call>{asks}(?:(?:{init})(?P<name>{name})\s+(?P<verb>{verb})|{systemctl}(?P<own>{verb_of_systemctl})\s+(?P<unit>{name})|{}))(?:[\s;&|)>`]|$)",
        regex::escape(RSYSLOG_ROTATE),
    );
    Regex::new(&call).ok()
});

/// Returns a script with its calls said to systemctl.
pub(super) fn said<'t>(script: &'t str, machine: &Machine) -> Cow<'t, str> {
    let mut out = String::new();
    let mut from = 0;
    for (range, call) in calls(script, machine) {
        out.push_str(&script[from..range.start]);
        out.push_str(&call);
        from = range.end;
    }
    if from == 0 {
        return Cow::Borrowed(script);
    }
    out.push_str(&script[from..]);
    Cow::Owned(out)
}

/// Returns the calls of a script, each once, and what they are for systemctl. What a statement takes over has to have the
/// units.
pub(super) fn taken(
    script: &str,
    machine: &Machine,
    statement: &mut Statement,
) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (range, call) in calls(script, machine) {
        let unit = call.rsplit(' ').next().unwrap_or_default();
        if !machine::units(machine).any(|it| it.name == unit) {
            statement.assume(format!("`{unit}` is on"));
        }
        let pair = (script[range].to_owned(), call);
        if !found.contains(&pair) {
            found.push(pair);
        }
    }
    found
}

fn calls(script: &str, machine: &Machine) -> Vec<(Range<usize>, String)> {
    let Some(pattern) = CALL.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut start = 0;
    for line in script.split_inclusive('\n') {
        if !line.trim_start().starts_with('#') {
            let mut at = 0;
            while let Some(captures) = pattern.captures_at(line, at) {
                let Some(call) = captures.name("call") else {
                    break;
                };
                at = call.end();
                if let Some(new) = systemctl(&captures, machine) {
                    found.push((start + call.start()..start + call.end(), new));
                }
            }
        }
        start += line.len();
    }
    found
}

fn systemctl(captures: &Captures<'_>, machine: &Machine) -> Option<String> {
    let named = |group: &str| captures.name(group).map(|it| it.as_str());
    if let (Some(name), Some(verb)) = (named("name"), named("verb")) {
        let unit = unit(name, machine)?;
        return Some(match verb {
            "rotate" => {
                let (_, signal) = ROTATE.iter().find(|(it, _)| *it == name)?;
                format!("systemctl kill --kill-whom=main --signal={signal} {unit}")
            }
            "condrestart" => format!("systemctl try-restart {unit}"),
            // A unit of NixOS need not know how to reload.
            "reload" | "force-reload" => format!("systemctl try-reload-or-restart {unit}"),
            verb => format!("systemctl {verb} {unit}"),
        });
    }
    if let (Some(program), Some(verb), Some(name)) =
        (named("systemctl"), named("own"), named("unit"))
    {
        let unit = unit(name, machine)?;
        let is_same = unit.strip_suffix(".service").unwrap_or(unit.as_str())
            == name.strip_suffix(".service").unwrap_or(name);
        return (!is_same).then(|| format!("{program}{verb} {unit}"));
    }
    let unit = unit("rsyslog", machine)?;
    Some(format!("systemctl kill --signal=HUP {unit}"))
}

/// Returns the unit that a service is on the machine: its own, or that of NixOS's module.
fn unit(name: &str, machine: &Machine) -> Option<String> {
    let own = match name.rsplit_once('.') {
        Some((_, "service" | "socket" | "timer" | "target")) => name.to_owned(),
        _ => format!("{name}.service"),
    };
    let is_own = |it: &Unit| it.name == own && !it.drop_in && !systemd::is_of_nixos(it);
    if machine::units(machine).any(is_own) {
        return Some(own);
    }
    let unit = rules::service(name, machine.family)?.unit;
    // Of some services each instance has a unit.
    unit.filter(|it| !it.contains('<')).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{said, taken};
    use crate::lower::statement::Statement;
    use crate::model::{Family, Machine};

    fn machine() -> Machine {
        Machine {
            name: "a".to_owned(),
            described: String::new(),
            family: Family::Debian,
            entries: Vec::new(),
            packaged: std::collections::BTreeMap::new(),
            started: None,
        }
    }

    fn check(script: &str, expected: &str) {
        assert_eq!(said(script, &machine()), expected);
    }

    #[test]
    fn calls_are_said_to_systemctl() {
        check(
            "service apache2 reload >/dev/null\n",
            "systemctl try-reload-or-restart httpd.service >/dev/null\n",
        );
        check(
            "if invoke-rc.d --quiet ssh status; then /etc/init.d/ssh restart; fi",
            "if systemctl status sshd.service; then systemctl restart sshd.service; fi",
        );
        check(
            "[ -e /run/x ] && /usr/sbin/service mysql stop || true\n/usr/lib/rsyslog/rsyslog-rotate\n",
            "[ -e /run/x ] && systemctl stop mysql.service || true\nsystemctl kill --signal=HUP syslog.service\n",
        );
        check(
            "invoke-rc.d nginx rotate",
            "systemctl kill --kill-whom=main --signal=USR1 nginx.service",
        );
        check(
            "test -x /usr/sbin/invoke-rc.d && invoke-rc.d ssh restart\n[ ! -x /usr/lib/rsyslog/rsyslog-rotate ] || /usr/lib/rsyslog/rsyslog-rotate\n",
            "systemctl restart sshd.service\nsystemctl kill --signal=HUP syslog.service\n",
        );
        check(
            "sudo systemctl --no-block reload apache2",
            "sudo systemctl --no-block reload httpd.service",
        );
    }

    #[test]
    fn what_is_not_known_keeps_its_words() {
        for script in [
            "service nobody-knows-this reload",
            "# service apache2 reload",
            "echo restart the service apache2 restart",
            "systemctl reload mysql",
            "service apache2 graceful",
            "invoke-rc.d apache2 rotate",
        ] {
            check(script, script);
        }
    }

    #[test]
    fn each_call_is_found_once() {
        let script = "service ssh reload\nservice ssh reload\n";
        assert_eq!(
            taken(script, &machine(), &mut Statement::default()),
            [(
                "service ssh reload".to_owned(),
                "systemctl try-reload-or-restart sshd.service".to_owned()
            )]
        );
    }
}
