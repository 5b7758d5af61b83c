//! Databases and accounts that programs make: `createdb`, `createuser`, `psql -c`, `mysqladmin create`, `mysql -e`.
//!
//! Manuals: createdb(1), createuser(1), psql(1), mysqladmin(1), mysql(1)

use super::calls::{Call, call};

/// Reads the arguments of createdb, createuser and mysqladmin; nothing for what has no option.
pub(super) fn of_programs(program: &str, arguments: &[&str]) -> Option<Vec<Call>> {
    if program == "mysqladmin" {
        return match arguments {
            ["create", name] | ["-uroot", "create", name] | ["-u", "root", "create", name] => {
                Some(vec![call("mysql_db", &[("name", name)])])
            }
            _ => None,
        };
    }
    let mut name = None;
    let mut owner = None;
    let mut flags: Vec<&str> = Vec::new();
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        match (program, word) {
            ("createdb", "-O" | "--owner") => owner = Some(words.next()?),
            ("createdb", "-E" | "--encoding") => {
                words.next()?;
            }
            ("createuser", "-s" | "--superuser") => flags.push("SUPERUSER"),
            ("createuser", "-d" | "--createdb") => flags.push("CREATEDB"),
            ("createuser", "-r" | "--createrole") => flags.push("CREATEROLE"),
            (
                "createuser",
                "-S" | "--no-superuser" | "-D" | "--no-createdb" | "-R" | "--no-createrole",
            ) => {}
            ("createuser", "-DRS" | "-SDR" | "-RSD" | "-RDS" | "-DSR" | "-SRD") => {}
            (_, word) if word.starts_with('-') => return None,
            (_, word) if name.is_none() => name = Some(word),
            _ => return None,
        }
    }
    let mut params = vec![("name", name?)];
    if program == "createdb" {
        params.extend(owner.map(|it| ("owner", it)));
        return Some(vec![call("postgresql_db", &params)]);
    }
    let flags = flags.join(",");
    if !flags.is_empty() {
        params.push(("role_attr_flags", &flags));
    }
    Some(vec![call("postgresql_user", &params)])
}

/// Reads the arguments of psql: databases and accounts without a password.
pub(super) fn of_psql(arguments: &[&str]) -> Option<Vec<Call>> {
    let mut text = None;
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "-c" | "--command" if text.is_none() => text = Some(words.next()?),
            "-U" | "-d" if words.next() == Some("postgres") => {}
            "--username=postgres" | "--dbname=postgres" => {}
            _ => return None,
        }
    }
    let statements = text?.split(';').map(str::trim).filter(|it| !it.is_empty());
    let calls: Option<Vec<Call>> = statements.map(of_statement).collect();
    calls.filter(|it| !it.is_empty())
}

/// Reads a statement of PostgreSQL.
fn of_statement(statement: &str) -> Option<Call> {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let upper: Vec<String> = words.iter().map(|it| it.to_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let (["CREATE", kind, _, options @ ..], [_, _, name, given @ ..]) =
        (upper.as_slice(), words.as_slice())
    else {
        return None;
    };
    let plain = |name: &'_ str| {
        let name = name.trim_matches('"');
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        (!name.is_empty() && name.chars().all(is_plain)).then(|| name.to_owned())
    };
    let name = plain(name)?;
    let options = options
        .iter()
        .zip(given)
        .filter(|(it, _)| **it != "WITH" && **it != "=");
    let options: Vec<(&str, &str)> = options.map(|(upper, given)| (*upper, *given)).collect();
    match (*kind, options.as_slice()) {
        ("DATABASE", []) => Some(call("postgresql_db", &[("name", &name)])),
        ("DATABASE", [("OWNER", _), (_, owner)]) => {
            let owner = plain(owner)?;
            Some(call("postgresql_db", &[("name", &name), ("owner", &owner)]))
        }
        ("USER" | "ROLE", flags) => {
            const FLAGS: [&str; 5] = [
                "LOGIN",
                "SUPERUSER",
                "CREATEDB",
                "CREATEROLE",
                "REPLICATION",
            ];
            let mut flags: Vec<&str> = flags.iter().map(|(it, _)| *it).collect();
            if !flags.iter().all(|it| FLAGS.contains(it)) {
                return None;
            }
            if *kind == "USER" && !flags.contains(&"LOGIN") {
                flags.push("LOGIN");
            }
            let flags = flags.join(",");
            let mut params = vec![("name", name.as_str())];
            if !flags.is_empty() {
                params.push(("role_attr_flags", &flags));
            }
            Some(call("postgresql_user", &params))
        }
        _ => None,
    }
}

/// Reads the arguments of mysql: a database that is made, and what mysql_secure_installation does.
pub(super) fn of_mysql(arguments: &[&str]) -> Option<Vec<Call>> {
    let at = arguments
        .iter()
        .position(|it| matches!(*it, "-e" | "--execute" | "-NBe" | "-Ne" | "-Be" | "-sNe"))?;
    let is_plain = |it: &&str| {
        matches!(
            *it,
            "-uroot" | "-u" | "root" | "-N" | "-B" | "--batch" | "-s"
        )
    };
    let text = arguments.get(at + 1)?;
    if arguments.len() > at + 2 || !arguments.iter().take(at).all(is_plain) {
        return None;
    }
    let mut calls = Vec::new();
    for statement in text.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let upper: Vec<String> = words.iter().map(|it| it.to_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        let name = |at: usize| {
            let name = words.get(at)?.trim_matches(['`', '"', '\'']);
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            (!name.is_empty() && name.chars().all(is_plain)).then_some(name)
        };
        match upper.as_slice() {
            [] | ["FLUSH", "PRIVILEGES"] => {}
            ["CREATE", "DATABASE", "IF", "NOT", "EXISTS", _, ..] => {
                calls.push(call("mysql_db", &[("name", name(5)?)]));
            }
            ["CREATE", "DATABASE", _, ..] => {
                calls.push(call("mysql_db", &[("name", name(2)?)]));
            }
            ["DROP", "DATABASE", "IF", "EXISTS", _] => {
                let params = [("name", name(4)?), ("state", "absent")];
                calls.push(call("mysql_db", &params));
            }
            ["DROP", "DATABASE", _] => {
                let params = [("name", name(2)?), ("state", "absent")];
                calls.push(call("mysql_db", &params));
            }
            _ if is_clean_up(&upper.join(" ").replace(' ', "")) => {
                let params = [("name", ""), ("host_all", "yes"), ("state", "absent")];
                calls.push(call("mysql_user", &params));
            }
            _ => return None,
        }
    }
    (!calls.is_empty()).then_some(calls)
}

/// Tells whether a statement takes away accounts without a name, or root's from elsewhere, which NixOS's server never has.
fn is_clean_up(statement: &str) -> bool {
    let begins = |it: &str| statement.starts_with(it);
    begins("DELETEFROMMYSQL.USERWHEREUSER=''")
        || begins("DELETEFROMMYSQL.USERWHEREUSER=\"\"")
        || begins("DELETEFROMMYSQL.USERWHEREUSER='ROOT'ANDHOSTNOTIN")
        || begins("DELETEFROMMYSQL.DBWHEREDB='TEST'")
}

#[cfg(test)]
mod tests {
    use super::{of_mysql, of_programs, of_psql};
    use crate::import::ansible::modules::command::calls::Call;

    fn shown(calls: Option<Vec<Call>>) -> String {
        let one = |it: &Call| {
            let params = it.params.iter();
            let params: Vec<String> = params
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            format!("{}({})", it.module, params.join(" "))
        };
        calls
            .unwrap_or_default()
            .iter()
            .map(one)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn databases_and_accounts_are_those_of_modules() {
        assert_eq!(
            shown(of_programs("createdb", &["-O", "ada", "shop"])),
            "postgresql_db(name=shop owner=ada)"
        );
        assert_eq!(
            shown(of_programs("createuser", &["-s", "ada"])),
            "postgresql_user(name=ada role_attr_flags=SUPERUSER)"
        );
        assert_eq!(shown(of_programs("createuser", &["-P", "ada"])), "");
        for (text, expected) in [
            (
                "CREATE DATABASE shop WITH OWNER = ada; create user ada createdb;",
                "postgresql_db(name=shop owner=ada) postgresql_user(name=ada role_attr_flags=CREATEDB,LOGIN)",
            ),
            ("CREATE USER ada PASSWORD 'x'", ""),
            ("SELECT 1", ""),
        ] {
            assert_eq!(shown(of_psql(&["-c", text])), expected, "{text}");
        }
        for (text, expected) in [
            (
                "CREATE DATABASE IF NOT EXISTS `shop` CHARACTER SET utf8mb4;",
                "mysql_db(name=shop)",
            ),
            (
                "DELETE FROM mysql.user WHERE User='root' AND Host NOT IN ('localhost')",
                "mysql_user(name= host_all=yes state=absent)",
            ),
            ("GRANT ALL ON a.* TO b@localhost", ""),
        ] {
            assert_eq!(shown(of_mysql(&["-e", text])), expected, "{text}");
        }
    }
}
