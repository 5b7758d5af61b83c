//! `pg-hba`: pg_hba.conf as `services.postgresql.authentication`.
//!
//! Manual: <https://www.postgresql.org/docs/current/auth-pg-hba-conf.html>. The module puts lines below for
//! connections of this machine (nixos/modules/services/databases/postgresql.nix); the first line that fits counts. Where
//! lines of the text fit all that those would fit, nothing comes to them; else the text has to stand alone.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "pg-hba",
    call,
};

const LOOPBACK4: [&str; 5] = [
    "127.0.0.1/32",
    "127.0.0.0/8",
    "0.0.0.0/0",
    "all",
    "localhost",
];
const LOOPBACK6: [&str; 5] = ["::1/128", "::/0", "::0/0", "all", "localhost"];

fn call(value: &Value) -> Option<Value> {
    let mut rows: Vec<Vec<&str>> = Vec::new();
    let mut text = String::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.contains("ldapbindpasswd") || line.contains("radiussecrets") {
            return None;
        }
        rows.push(line.split_whitespace().collect());
        text.push_str(line);
        text.push('\n');
    }
    if rows.is_empty() {
        return None;
    }
    let covers_local = rows
        .iter()
        .any(|row| row.starts_with(&["local", "all", "all"]));
    let covers = |addresses: &[&str]| {
        rows.iter().any(|row| match row.as_slice() {
            ["host", "all", "all", address, _, ..] => addresses.contains(address),
            _ => false,
        })
    };
    if covers_local && covers(&LOOPBACK4) && covers(&LOOPBACK6) {
        return Some(json!({ "text": text, "assume": [] }));
    }
    let lets_postgres_in = rows.iter().any(|row| match row.as_slice() {
        ["local", "all", user, method, ..] => {
            ["all", "postgres"].contains(user) && ["peer", "trust", "ident"].contains(method)
        }
        _ => false,
    });
    if lets_postgres_in {
        return Some(json!({ "text": { "$force": text }, "assume": [] }));
    }
    let clause = "the lines that NixOS puts below, for local connections, may stay";
    Some(json!({ "text": text, "assume": [clause] }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_lets_in_less_than_nixos_stands_alone() {
        check(
            &FUNCTION,
            "# x\nlocal  all  all  peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n",
            Some(json!({
                "text": "local  all  all  peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n",
                "assume": [],
            })),
        );
        check(
            &FUNCTION,
            "local all postgres peer\nhostssl shop shop 10.0.0.0/8 scram-sha-256\n",
            Some(json!({
                "text": {"$force": "local all postgres peer\nhostssl shop shop 10.0.0.0/8 scram-sha-256\n"}, "assume": [],
            })),
        );
        // Nobody could set the databases up any more.
        check(
            &FUNCTION,
            "local all all md5\n",
            Some(json!({
                "text": "local all all md5\n",
                "assume": ["the lines that NixOS puts below, for local connections, may stay"],
            })),
        );
        check(
            &FUNCTION,
            "host all all 0.0.0.0/0 ldap ldapbindpasswd=x\n",
            None,
        );
        check(&FUNCTION, "# x\n", None);
    }
}
