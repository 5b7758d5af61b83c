//! What the source leaves to a person: a variable that nobody sets, a fact of the machine.
//!
//! To whoever computes with it, it is unknown. Where a text takes it as it is, the text gets a stand-in, and the output
//! a name in `values.nix` to which the person gives a value.

use super::computed;
use super::scope::Scope;
use super::value::{Key, Value};
use crate::model::{Hole, HoleKind, Piece, Text};
use crate::secret::{is_open_name, is_secret_name};
use crate::syntax::stand_in;

/// How a hole says that a person gives what it stands for, as it is.
const GIVEN: &str = ", which a person gives";

/// How a hole says that it is a variable.
const UNSET: &str = ", which the source does not set";

/// How a hole says that its name may be in something that cannot be read.
pub(super) const MAY_STAND_IN: &str = ", which may stand in ";

/// How a hole says that it is a fact.
const FACT: &str = "the fact `";

/// Names that only Ansible binds, or a task by `register`: they are nobody's to give.
const NOT_GIVEN: [&str; 8] = [
    "item",
    "loop",
    "ansible_loop",
    "ansible_loop_var",
    "ansible_index_var",
    "role",
    "result",
    "results",
];

/// What the result of a task has: who asks for it means no variable of a person.
const RETURNED: [&str; 14] = [
    "changed",
    "content",
    "exists",
    "failed",
    "files",
    "matched",
    "msg",
    "rc",
    "results",
    "skipped",
    "stat",
    "stderr",
    "stdout",
    "stdout_lines",
];

/// Facts of which parts are texts, and not the whole.
const WHOLES: [&str; 6] = ["default_ipv4", "default_ipv6", "ipv4", "ipv6", "dns", "lo"];

/// Facts that are one word or number.
const FACTS: [&str; 26] = [
    "default_ipv4",
    "default_ipv6",
    "form_factor",
    "hostnqn",
    "iscsi_iqn",
    "machine_id",
    "memtotal_mb",
    "processor_cores",
    "processor_count",
    "processor_nproc",
    "processor_threads_per_core",
    "processor_vcpus",
    "product_name",
    "product_serial",
    "product_uuid",
    "product_version",
    "ssh_host_key_ecdsa_public",
    "ssh_host_key_ed25519_public",
    "ssh_host_key_rsa_public",
    "swaptotal_mb",
    "system_vendor",
    "eth0",
    "eth1",
    "docker0",
    "wlan0",
    "tun0",
];

/// Returns the value of a variable that nobody sets, where a person may give one.
pub(super) fn variable(name: &str) -> Option<Value> {
    let is_name = is_identifier(name) && !NOT_GIVEN.contains(&name) && !is_secret_name(name);
    is_name.then(|| Value::unknown(format!("`{name}`{UNSET}{GIVEN}"), None))
}

/// Returns what a fact that only the machine knows is called.
pub(super) fn fact(name: &str) -> String {
    let given = if FACTS.contains(&name) || is_interface(name) {
        GIVEN
    } else {
        ""
    };
    format!("{FACT}ansible_{name}`{given}")
}

fn is_interface(name: &str) -> bool {
    name.starts_with("en") && name.ends_with(|c: char| c.is_ascii_digit())
}

pub(super) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    chars.next().is_some_and(is_first) && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns what a person gives in the place of a hole: `docker.folder`.
fn given(hole: &Hole) -> Option<&str> {
    hole.what.strip_suffix(GIVEN)?.split('`').nth(1)
}

/// Arguments that say where something is and what it is called: no secret can be there, whatever file it comes from.
const PLACES: [&str; 23] = [
    "app",
    "chdir",
    "creates",
    "dest",
    "exposed_ports",
    "fstype",
    "group",
    "groups",
    "home",
    "hostname",
    "image",
    "labels",
    "name",
    "networks",
    "owner",
    "path",
    "port",
    "ports",
    "published_ports",
    "src",
    "state",
    "user",
    "volumes",
];

/// Returns the hole that stands for a variable which may be in something that cannot be read.
///
/// That it is in a vault is a guess. Where its name says that there is nothing to hide, it is open like any other
/// variable that nobody sets, unless the name says that it is in the vault.
pub(super) fn unread(name: &str, place: &Hole) -> Hole {
    let is_of_vault = name.to_lowercase().contains("vault");
    let is_given = is_identifier(name) && !is_secret_name(name) && !is_of_vault;
    let given = if is_given { GIVEN } else { "" };
    let kind = if is_given && is_open_name(name) {
        HoleKind::Unknown
    } else {
        place.kind
    };
    Hole {
        kind,
        what: format!("`{name}`{MAY_STAND_IN}{}{given}", place.what),
        span: place.span,
    }
}

/// Tells whether a hole is a variable that may be in something that cannot be read.
pub(super) fn is_unread(hole: &Hole) -> bool {
    hole.what.contains(MAY_STAND_IN)
}

/// Tells whether the same is a secret by its name.
pub(super) fn is_unread_secret(hole: &Hole) -> bool {
    is_unread(hole) && hole.what.split('`').nth(1).is_some_and(is_secret_name)
}

/// Returns what a hole is called, without that a person gives it.
pub(super) fn called(what: &str) -> &str {
    let what = what.strip_suffix(GIVEN).unwrap_or(what);
    computed::original(what).unwrap_or(what)
}

/// Tells whether a person gives what a hole stands for.
pub(super) fn is_given(hole: &Hole) -> bool {
    given(hole).is_some()
}

/// Makes a hole one that a person gives under a name of its own.
pub(super) fn given_as(name: &str, original: &str, hole: &Hole) -> Hole {
    computed::hole_of(name, original, GIVEN, hole)
}

/// Returns the variable that a hole is as a whole.
pub(super) fn variable_of(hole: &Hole) -> Option<&str> {
    let is_own = computed::original(&hole.what).is_none();
    given(hole).filter(|_| is_own && hole.what.ends_with(&format!("{UNSET}{GIVEN}")))
}

/// Tells whether a hole is a variable that nobody sets, or made of one.
pub(super) fn is_unset(hole: &Hole) -> bool {
    called(&hole.what).ends_with(UNSET)
}

/// Returns the hole of what stands below one at a key.
pub(super) fn below(hole: &Hole, key: &str) -> Hole {
    let Some(name) = given(hole) else {
        return hole.clone();
    };
    let is_number = !key.is_empty() && key.chars().all(|it| it.is_ascii_digit());
    if !is_number && (!is_identifier(key) || RETURNED.contains(&key)) {
        return closed_hole(hole);
    }
    let is_secret = is_secret_name(key);
    if computed::original(&hole.what).is_some() {
        let original = called(&hole.what);
        return match is_secret {
            true => closed_hole(hole),
            false => given_as(&format!("{name}.{key}"), original, hole),
        };
    }
    if hole.kind == HoleKind::Secret || is_unread(hole) {
        let rest = hole.what.split('`').skip(2).collect::<Vec<_>>().join("`");
        let rest = if is_secret { called(&rest) } else { &rest };
        let kind = match (is_secret, is_unread(hole) && is_open_name(key)) {
            (true, _) => HoleKind::Secret,
            (false, true) => HoleKind::Unknown,
            (false, false) => hole.kind,
        };
        return Hole {
            kind,
            what: format!("`{name}.{key}`{rest}"),
            span: hole.span,
        };
    }
    let before = if hole.what.starts_with(FACT) {
        FACT
    } else {
        "`"
    };
    let (unset, given) = match (before == FACT, is_secret) {
        (true, _) => ("", GIVEN),
        (false, true) => (UNSET, ""),
        (false, false) => (UNSET, GIVEN),
    };
    Hole {
        kind: if is_secret {
            HoleKind::Secret
        } else {
            hole.kind
        },
        what: format!("{before}{name}.{key}`{unset}{given}"),
        span: hole.span,
    }
}

/// Returns the hole of what is made of one: nobody gives that.
pub(super) fn closed_hole(hole: &Hole) -> Hole {
    Hole {
        what: called(&hole.what).to_owned(),
        ..hole.clone()
    }
}

/// Makes of what a person gives what nobody gives: something was computed with it. A text keeps its parts.
pub(super) fn closed(value: Value) -> Value {
    match value {
        Value::Unknown(hole) if given(&hole).is_some() => Value::Unknown(closed_hole(&hole)),
        other => other,
    }
}

/// As `closed`, of the parts of a text, too.
pub(super) fn closed_with_parts(value: Value) -> Value {
    match value {
        Value::Str(text) if text.holes().any(|it| given(it).is_some()) => {
            Value::Str(each_hole(&text, |hole, out| {
                out.push_hole(closed_hole(hole))
            }))
        }
        other => closed(other),
    }
}

/// As `closed_deeply`, of what was computed only.
pub(super) fn closed_where_computed(value: Value) -> Value {
    let is_computed = |it: &Hole| computed::original(&it.what).is_some();
    match &value {
        Value::Unknown(hole) if is_computed(hole) => Value::Unknown(closed_hole(hole)),
        Value::Str(text) if text.holes().any(is_computed) => {
            Value::Str(each_hole(text, |hole, out| match is_computed(hole) {
                true => out.push_hole(closed_hole(hole)),
                false => out.push_hole(hole.clone()),
            }))
        }
        Value::List(items) => {
            let items = items.iter().cloned();
            Value::list(items.map(closed_where_computed).collect())
        }
        Value::Dict(dict) => {
            let pairs = dict.iter();
            let closed = |it: &Value| closed_where_computed(it.clone());
            Value::dict(pairs.map(|(key, it)| (key.clone(), closed(it))).collect())
        }
        _ => value,
    }
}

/// Puts stand-ins into the value of an argument for what a person gives, and notes what is assumed.
pub(super) fn filled(scope: &Scope<'_>, argument: &str, value: Value) -> Value {
    if !holds_given(&value) {
        return value;
    }
    let may_be_secret = !PLACES.contains(&argument);
    match &value {
        Value::Unknown(hole) if may_be_secret && hole.kind == HoleKind::Secret => closed(value),
        Value::Unknown(hole) => match named(scope, hole) {
            Some(name) => Value::str(&stand_in(&name)),
            None => closed(value),
        },
        Value::Str(text) => Value::Str(each_hole(text, |hole, out| {
            let is_kept = may_be_secret && hole.kind == HoleKind::Secret;
            let name = if is_kept { None } else { named(scope, hole) };
            match name {
                Some(name) => out.push_str(&stand_in(&name)),
                None => out.push_hole(closed_hole(hole)),
            }
        })),
        Value::List(items) => {
            let items = items.iter();
            Value::list(
                items
                    .map(|it| filled(scope, argument, it.clone()))
                    .collect(),
            )
        }
        Value::Dict(dict) => {
            let pairs = dict.iter();
            let filled = |it: &Value| filled(scope, argument, it.clone());
            Value::dict(
                pairs
                    .map(|(key, it): (&Key, &Value)| (key.clone(), filled(it)))
                    .collect(),
            )
        }
        _ => value,
    }
}

/// Puts stand-ins into a text for what a person gives, and notes what is assumed.
pub(super) fn filled_text(scope: &Scope<'_>, text: &Text) -> Text {
    // Of a file of which nothing is known there is nothing to keep.
    if says_nothing(text) {
        return each_hole(text, |hole, out| out.push_hole(closed_hole(hole)));
    }
    each_hole(text, |hole, out| match hole.kind {
        HoleKind::Secret => out.push_hole(closed_hole(hole)),
        HoleKind::Unknown => match named(scope, hole) {
            Some(name) => out.push_str(&stand_in(&name)),
            None => out.push_hole(closed_hole(hole)),
        },
    })
}

/// Tells whether a text is nothing but what was computed.
pub(super) fn says_nothing(text: &Text) -> bool {
    text.pieces().iter().all(|piece| match piece {
        Piece::Literal(literal) => literal.trim().is_empty(),
        Piece::Hole(hole) => computed::original(&hole.what).is_some(),
    })
}

/// As `closed`, of all parts of a value.
pub(super) fn closed_deeply(value: Value) -> Value {
    if !holds_given(&value) {
        return value;
    }
    match &value {
        Value::List(items) => Value::list(items.iter().cloned().map(closed_deeply).collect()),
        Value::Dict(dict) => {
            let pairs = dict.iter();
            Value::dict(
                pairs
                    .map(|(key, it)| (key.clone(), closed_deeply(it.clone())))
                    .collect(),
            )
        }
        _ => closed_with_parts(value),
    }
}

/// Returns the name that a person gives a value: that of a fact is the host's own.
fn named(scope: &Scope<'_>, hole: &Hole) -> Option<String> {
    let name = given(hole)?;
    let original = computed::original(called_whole(&hole.what));
    // What is computed with what the machine has is the host's own, too.
    let is_of_machine = original.is_some_and(|it| !is_of_source(it));
    let is_fact = hole.what.starts_with(FACT);
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_whole = WHOLES.contains(&last.trim_start_matches("ansible_"))
        || is_fact && is_interface(last.trim_start_matches("ansible_"));
    if is_fact && is_whole {
        return None;
    }
    let flat = name.replace('.', "_");
    let name = if is_fact || is_of_machine {
        let host = scope.get("inventory_hostname").ok()?;
        let host: String = host
            .as_str()?
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        // A name of Nix begins with a letter.
        let first = host.chars().next().filter(char::is_ascii_alphabetic);
        let before = if first.is_some() { "" } else { "host_" };
        format!("{before}{host}_{flat}")
    } else {
        flat
    };
    let what = original.map(|it| format!(": {it}")).unwrap_or_default();
    scope.assume(format!("values.nix says what `{name}` is{what}"));
    Some(name)
}

fn called_whole(what: &str) -> &str {
    what.strip_suffix(GIVEN).unwrap_or(what)
}

/// Tells whether what is not known is a variable, and nothing of the machine.
fn is_of_source(what: &str) -> bool {
    what.ends_with(UNSET) || what.contains(", which may stand in ")
}

fn holds_given(value: &Value) -> bool {
    match value {
        Value::Unknown(hole) => given(hole).is_some(),
        Value::Str(text) => text.holes().any(|it| given(it).is_some()),
        Value::List(items) => items.iter().any(holds_given),
        Value::Dict(dict) => dict.values().any(holds_given),
        _ => false,
    }
}

fn each_hole(text: &Text, put: impl Fn(&Hole, &mut Text)) -> Text {
    let mut out = Text::new();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Hole(hole) => put(hole, &mut out),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{below, called, closed_hole, fact, given, unread, variable};
    use crate::import::ansible::value::Value;
    use crate::model::{Hole, HoleKind};

    fn check(what: &str, key: &str, expected: &str, name: Option<&str>) {
        let hole = Hole {
            kind: HoleKind::Unknown,
            what: what.to_owned(),
            span: None,
        };
        let found = below(&hole, key);
        assert_eq!(called(&found.what), expected, "{what} {key}");
        let is_open = found.kind == HoleKind::Unknown;
        assert_eq!(given(&found).filter(|_| is_open), name, "{what} {key}");
    }

    #[test]
    fn what_a_person_gives_has_the_name_of_what_is_asked_for() {
        let Some(Value::Unknown(shop)) = variable("shop") else {
            panic!("a variable may be given");
        };
        let unset = "which the source does not set";
        check(
            &shop.what,
            "folder",
            &format!("`shop.folder`, {unset}"),
            Some("shop.folder"),
        );
        check(
            &shop.what,
            "0",
            &format!("`shop.0`, {unset}"),
            Some("shop.0"),
        );
        // A secret is one below, too, and a result of a task is nobody's to give.
        check(
            &shop.what,
            "password",
            &format!("`shop.password`, {unset}"),
            None,
        );
        check(&shop.what, "stdout", &format!("`shop`, {unset}"), None);
        let made = closed_hole(&shop);
        check(&made.what, "folder", &format!("`shop`, {unset}"), None);
        check(
            &fact("default_ipv4"),
            "address",
            "the fact `ansible_default_ipv4.address`",
            Some("ansible_default_ipv4.address"),
        );
        check(&fact("mounts"), "0", "the fact `ansible_mounts`", None);
        let place = Hole {
            kind: HoleKind::Secret,
            what: "the vault x".to_owned(),
            span: None,
        };
        for (name, is_given, is_open) in [
            ("shop_port", true, true),
            ("shop_options", true, false),
            ("vault_port", false, false),
            ("token", false, false),
        ] {
            let hole = unread(name, &place);
            assert_eq!(hole.what != called(&hole.what), is_given, "{name}");
            assert_eq!(hole.kind == HoleKind::Unknown, is_open, "{name}");
        }
        for (key, kind) in [
            ("port", HoleKind::Unknown),
            ("password", HoleKind::Secret),
            ("motto", HoleKind::Secret),
        ] {
            let found = below(&unread("shop", &place), key);
            assert_eq!(found.kind, kind, "{key}");
        }
        assert!(variable("item").is_none());
        assert!(variable("db_password").is_none());
    }
}
