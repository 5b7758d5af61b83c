//! `master-cf`: what a postfix master.cf has besides what NixOS writes, as attributes of `services.postfix`.
//!
//! Manual: master(5). The services that NixOS has with the same settings are left out. submission and smtps with options
//! only are `enableSubmission` and `enableSubmissions`; the rest goes to `settings.master`, forced where NixOS says
//! otherwise. No service of NixOS runs chrooted, and no transport that Debian lists for other packages is there.

use serde_json::{Map, Value, json};

use super::{Function, force};

pub(super) static FUNCTION: Function = Function {
    name: "master-cf",
    call,
};

/// A service: how many processes there may be and so on, `-` where the default holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Service<'a> {
    name: &'a str,
    kind: &'a str,
    private: &'a str,
    unprivileged: &'a str,
    wakeup: &'a str,
    maxproc: &'a str,
    command: &'a str,
}

/// What NixOS writes, as master.cf says it: postfix.nix:1080-1190. `smtp` and `relay` hang on `enableSmtp`.
const OURS: [&str; 26] = [
    "anvil unix - - - - 1 anvil",
    "bounce unix - - - - 0 bounce",
    "cleanup unix n - - - 0 cleanup",
    "defer unix - - - - 0 bounce",
    "discard unix - - - - - discard",
    "error unix - - - - - error",
    "flush unix n - - 1000? 0 flush",
    "lmtp unix - - - - - lmtp",
    "local unix - n - - - local",
    "pickup unix n - - 60 1 pickup",
    "proxymap unix - - - - - proxymap",
    "proxywrite unix - - - - 1 proxymap",
    "qmgr unix n - - 300 1 qmgr",
    "retry unix - - - - - error",
    "rewrite unix - - - - - trivial-rewrite",
    "scache unix - - - - 1 scache",
    "showq unix n - - - - showq",
    "tlsmgr unix - - - 1000? 1 tlsmgr",
    "trace unix - - - - 0 bounce",
    "verify unix - - - - 1 verify",
    "virtual unix - n - - - virtual",
    "relay unix - - - - - smtp",
    "smtp unix - - - - - smtp",
    "smtp inet n - - - - smtpd",
    "pickup fifo n - - 60 1 pickup",
    "qmgr fifo n - - 300 1 qmgr",
];

/// The transports to other packages that Debian lists, with what they run.
const DEBIANS: [(&str, &str); 6] = [
    ("maildrop", "/usr/bin/maildrop"),
    ("uucp", "uux"),
    ("ifmail", "/usr/lib/ifmail/ifmail"),
    ("bsmtp", "/usr/lib/bsmtp/bsmtp"),
    (
        "scalemail-backend",
        "/usr/lib/scalemail/bin/scalemail-store",
    ),
    ("mailman", "/usr/lib/mailman/bin/postfix-to-mailman.py"),
];

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let lines = logical_lines(text)?;
    let mut all: Map<String, Value> = Map::new();
    let mut master: Map<String, Value> = Map::new();
    let mut listens = false;
    for line in &lines {
        let words = words(line)?;
        let (service, arguments) = service(&words)?;
        listens |= service.name == "smtp" && service.kind == "inet";
        if is_debians(service, arguments) || is_relay(service, arguments) {
            continue;
        }
        if let Some((option, settings, given)) = submission(service, arguments) {
            all.insert(option.to_owned(), true.into());
            all.insert(settings.to_owned(), given);
            continue;
        }
        let Some(attrs) = attributes(service, arguments)? else {
            continue;
        };
        let name = match service.kind {
            "inet" => format!("{}_inet", service.name),
            _ => service.name.to_owned(),
        };
        if master.insert(name, attrs).is_some() {
            return None;
        }
    }
    if !listens {
        all.insert("enableSmtp".to_owned(), false.into());
        for line in lines.iter().filter(|it| is_client(it)) {
            let words = words(line)?;
            let (service, arguments) = service(&words)?;
            master.insert(service.name.to_owned(), whole(service, arguments));
        }
    }
    if !master.is_empty() {
        all.insert("settings".to_owned(), json!({ "master": master }));
    }
    if all.is_empty() {
        all.insert("enableSmtp".to_owned(), true.into());
    }
    Some(Value::Object(all))
}

/// The services that `enableSmtp` has besides the one that listens.
fn is_client(line: &str) -> bool {
    let mut words = line.split_whitespace();
    matches!(
        (words.next(), words.next()),
        (Some("smtp" | "relay"), Some("unix"))
    )
}

/// A line that begins with a blank goes on with the one before.
fn logical_lines(text: &str) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let last = lines.last_mut()?;
            last.push(' ');
            last.push_str(bare);
        } else {
            lines.push(bare.to_owned());
        }
    }
    Some(lines)
}

/// The words of a line: one in braces holds blanks, and none where a brace is not closed.
fn words(line: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = match rest.starts_with('{') {
            true => rest.find('}')? + 1,
            false => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (word, behind) = rest.split_at(end);
        words.push(word);
        rest = behind.trim_start();
    }
    Some(words)
}

fn service<'a, 'w>(words: &'w [&'a str]) -> Option<(Service<'a>, &'w [&'a str])> {
    let [
        name,
        kind,
        private,
        unprivileged,
        _,
        wakeup,
        maxproc,
        command,
        arguments @ ..,
    ] = words
    else {
        return None;
    };
    let is_known = matches!(*kind, "inet" | "unix" | "unix-dgram" | "fifo" | "pass");
    // The defaults of master(5), where they are written out.
    let or_default = |value: &'a str, default: &str| if value == default { "-" } else { value };
    let service = Service {
        name,
        kind,
        private: or_default(private, "y"),
        unprivileged: or_default(unprivileged, "y"),
        wakeup: or_default(wakeup, "0"),
        maxproc,
        command,
    };
    is_known.then_some((service, arguments))
}

fn ours(service: Service<'_>) -> Option<Service<'static>> {
    let line = OURS.iter().find(|line| {
        let mut words = line.split(' ');
        words.next() == Some(service.name) && words.next() == Some(service.kind)
    })?;
    let words: Vec<&'static str> = line.split(' ').collect();
    let [
        name,
        kind,
        private,
        unprivileged,
        _,
        wakeup,
        maxproc,
        command,
    ] = words.as_slice()
    else {
        return None;
    };
    Some(Service {
        name,
        kind,
        private,
        unprivileged,
        wakeup,
        maxproc,
        command,
    })
}

fn is_debians(service: Service<'_>, arguments: &[&str]) -> bool {
    service.command == "pipe"
        && DEBIANS.iter().any(|(name, program)| {
            let starts = format!("argv={program}");
            *name == service.name && arguments.contains(&starts.as_str())
        })
}

/// The relay of NixOS has no fallback, as that of postfix has none; the name it logs under changes with versions.
fn is_relay(service: Service<'_>, arguments: &[&str]) -> bool {
    let usual = |it: &&str| {
        matches!(
            *it,
            "-o" | "smtp_fallback_relay=" | "syslog_name=postfix/$service_name"
        )
    };
    service.name == "relay" && ours(service) == Some(service) && arguments.iter().all(usual)
}

/// A service for people's mail programs that has nothing but options, as the options of NixOS for it.
fn submission(
    service: Service<'_>,
    arguments: &[&str],
) -> Option<(&'static str, &'static str, Value)> {
    let is_plain = service.kind == "inet"
        && service.private == "n"
        && (service.unprivileged, service.wakeup, service.maxproc) == ("-", "-", "-")
        && service.command == "smtpd";
    if !is_plain {
        return None;
    }
    let mut given: Map<String, Value> = Map::new();
    for pair in arguments.chunks(2) {
        let ["-o", option] = pair else {
            return None;
        };
        let bare = option.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let (name, value) = bare.unwrap_or(option).split_once('=')?;
        // The module gives it as one word: a list does with commas alone.
        let value = value.trim().replace(", ", ",");
        if value.contains(char::is_whitespace) {
            return None;
        }
        given.insert(name.trim().to_owned(), value.into());
    }
    match service.name {
        "submission" => Some(("enableSubmission", "submissionOptions", given.into())),
        "smtps" | "submissions" => {
            if given.remove("smtpd_tls_wrappermode")? != "yes" {
                return None;
            }
            // The module adds it: with TLS from the start, it is what postfix does anyway.
            if given
                .get("smtpd_tls_security_level")
                .is_some_and(|it| it == "encrypt")
            {
                given.remove("smtpd_tls_security_level");
            }
            Some(("enableSubmissions", "submissionsOptions", given.into()))
        }
        _ => None,
    }
}

/// What differs from the service of NixOS, or the whole of one that NixOS has not; nothing where none differs.
fn attributes(service: Service<'_>, arguments: &[&str]) -> Option<Option<Value>> {
    let Some(ours) = ours(service) else {
        return Some(Some(whole(service, arguments)));
    };
    let mut attrs: Map<String, Value> = Map::new();
    for (name, value) in fields(service) {
        let theirs = fields(ours).into_iter().find(|it| it.0 == name);
        match theirs {
            Some((_, theirs)) if theirs == value => {}
            Some((_, theirs)) if theirs.is_null() => {
                attrs.insert(name.to_owned(), value);
            }
            // What NixOS says cannot be taken back to what postfix would do on its own.
            Some(_) if value.is_null() => return None,
            Some(_) => {
                attrs.insert(name.to_owned(), force(value));
            }
            None => return None,
        }
    }
    if !arguments.is_empty() {
        attrs.insert("args".to_owned(), arguments.into());
    }
    Some((!attrs.is_empty()).then_some(attrs.into()))
}

fn whole(service: Service<'_>, arguments: &[&str]) -> Value {
    let mut attrs: Map<String, Value> = fields(service)
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    if service.kind == "inet" {
        attrs.insert("name".to_owned(), service.name.into());
    }
    if service.kind != "unix" {
        attrs.insert("type".to_owned(), service.kind.into());
    }
    if service.command == service.name && service.kind != "inet" {
        attrs.remove("command");
    }
    if !arguments.is_empty() {
        attrs.insert("args".to_owned(), arguments.into());
    }
    attrs.into()
}

/// The columns as options; null where the default holds.
fn fields(service: Service<'_>) -> [(&'static str, Value); 6] {
    let (wakeup, always) = match service.wakeup.strip_suffix('?') {
        Some(seconds) => (seconds, false.into()),
        None => (service.wakeup, Value::Null),
    };
    let number = |text: &str| text.parse::<u32>().map_or(Value::Null, Value::from);
    let is_no = |text: &str| {
        if text == "n" {
            Value::Bool(false)
        } else {
            Value::Null
        }
    };
    let privileged = if service.unprivileged == "n" {
        Value::Bool(true)
    } else {
        Value::Null
    };
    [
        ("private", is_no(service.private)),
        ("privileged", privileged),
        ("wakeup", number(wakeup)),
        ("wakeupUnusedComponent", always),
        ("maxproc", number(service.maxproc)),
        ("command", service.command.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_nixos_has_is_left_out() {
        check(
            &FUNCTION,
            "smtp inet n - y - - smtpd\npickup unix n - y 60 1 pickup\nflush unix n - y 1000? 0 flush\nrelay unix - - y - - smtp\n  -o syslog_name=postfix/$service_name\nuucp unix - n n - - pipe\n  flags=Fqhu user=uucp argv=uux -r\npostlog unix-dgram n - n - 1 postlogd\n",
            Some(json!({"settings": {"master": {
                "postlog": {"type": "unix-dgram", "private": false, "maxproc": 1, "command": "postlogd"},
            }}})),
        );
    }

    #[test]
    fn what_differs_is_forced() {
        check(
            &FUNCTION,
            "smtp inet n - - - 1 postscreen\nsmtpd pass - - - - - smtpd\npickup unix n - - 30 1 pickup\n",
            Some(json!({"settings": {"master": {
                "smtp_inet": {"maxproc": 1, "command": {"$force": "postscreen"}},
                "smtpd": {"type": "pass"},
                "pickup": {"wakeup": {"$force": 30}},
            }}})),
        );
        check(
            &FUNCTION,
            "smtp inet n - - - - smtpd\nanvil unix - - - - - anvil\n",
            None,
        );
    }

    #[test]
    fn submission_has_its_own_options() {
        check(
            &FUNCTION,
            "smtp inet n - - - - smtpd\nsubmission inet n - n - - smtpd\n  -o smtpd_sasl_auth_enable=yes\n  -o { smtpd_sender_restrictions = reject_sender_login_mismatch, permit }\nsmtps inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n  -o syslog_name=postfix/smtps\n",
            Some(json!({
                "enableSubmission": true, "submissionOptions": {
                    "smtpd_sasl_auth_enable": "yes",
                    "smtpd_sender_restrictions": "reject_sender_login_mismatch,permit",
                },
                "enableSubmissions": true, "submissionsOptions": {"syslog_name": "postfix/smtps"},
            })),
        );
    }

    #[test]
    fn without_a_listener_only_the_clients_stay() {
        check(
            &FUNCTION,
            "smtp unix - - n - - smtp\nhold unix - - n - - smtp -o a=b\n",
            Some(json!({"enableSmtp": false, "settings": {"master": {
                "smtp": {}, "hold": {"command": "smtp", "args": ["-o", "a=b"]},
            }}})),
        );
        check(&FUNCTION, "smtp inet n\n", None);
        check(
            &FUNCTION,
            "smtp inet n - y - - smtpd\n",
            Some(json!({"enableSmtp": true})),
        );
    }
}
