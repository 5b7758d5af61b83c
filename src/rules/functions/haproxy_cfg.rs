//! `haproxy-cfg`: haproxy.cfg as `services.haproxy.config`.
//!
//! The unit of NixOS runs it as its user and confines it (nixos/modules/services/networking/haproxy.nix), so it can
//! neither change its root nor its user: those lines of `global` are left out. Comments stay, the text is the person's.
//! A secret becomes a variable of the environment, which haproxy puts in between double quotes alone.

use serde_json::{Value, json};

use super::Function;
use crate::syntax::placeholder_index;

pub(super) static FUNCTION: Function = Function {
    name: "haproxy-cfg",
    call,
};

const SECTIONS: [&str; 13] = [
    "backend",
    "cache",
    "defaults",
    "fcgi-app",
    "frontend",
    "global",
    "http-errors",
    "listen",
    "mailers",
    "peers",
    "program",
    "resolvers",
    "userlist",
];

fn call(value: &Value) -> Option<Value> {
    let mut text = String::new();
    let mut assume: Vec<&str> = Vec::new();
    let mut in_global = false;
    for line in value.as_str()?.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let first = words.first().copied().unwrap_or_default();
        if SECTIONS.contains(&first) {
            in_global = first == "global";
        }
        let clause = match first {
            "chroot" => "the unit of NixOS confines it, instead of `chroot`",
            "user" | "group" | "uid" | "gid" => "it runs as the user `haproxy`, which NixOS makes",
            "daemon" | "pidfile" | "nbproc" if in_global => continue,
            _ if line.contains("/etc/haproxy/") => {
                "the files of /etc/haproxy that it names are there"
            }
            _ => "",
        };
        let is_left_out = in_global && ["chroot", "user", "group", "uid", "gid"].contains(&first);
        if (is_left_out || line.contains("/etc/haproxy/"))
            && !clause.is_empty()
            && !assume.contains(&clause)
        {
            assume.push(clause);
        }
        if !is_left_out {
            quote_secrets(line, &mut text);
            text.push('\n');
        }
    }
    (!text.trim().is_empty()).then(|| json!({ "text": text, "assume": assume }))
}

/// Puts quotes around each secret that stands in none.
fn quote_secrets(line: &str, out: &mut String) {
    let mut quoted = false;
    for c in line.chars() {
        quoted ^= c == '"';
        match placeholder_index(c) {
            Some(_) if !quoted => out.extend(['"', c, '"']),
            Some(_) | None => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn secrets_stand_between_quotes() {
        check(
            &FUNCTION,
            "listen s\n  stats auth a:\u{100000}\n  http-request deny if { hdr(x) \"b \u{100001}\" }\n",
            Some(json!({
                "text": "listen s\n  stats auth a:\"\u{100000}\"\n  http-request deny if { hdr(x) \"b \u{100001}\" }\n",
                "assume": [],
            })),
        );
    }

    #[test]
    fn what_only_root_can_do_is_left_out() {
        check(
            &FUNCTION,
            "global\n  chroot /var/lib/haproxy\n  user haproxy\n  daemon\n  maxconn 10\nuserlist x\n  user a password b\n",
            Some(json!({
                "text": "global\n  maxconn 10\nuserlist x\n  user a password b\n",
                "assume": [
                    "the unit of NixOS confines it, instead of `chroot`",
                    "it runs as the user `haproxy`, which NixOS makes",
                ],
            })),
        );
    }
}
