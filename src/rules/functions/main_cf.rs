//! `main-cf`: the parameters of a postfix main.cf, as `services.postfix.settings.main` takes them.
//!
//! Manual: postconf(5). A line that begins with a blank goes on with the one before. Where postfix itself lives is the
//! package's matter, and the aliases of /etc/aliases have an option of their own: those parameters are left out.
//! Tables and lists are lists, so that they join with those of NixOS.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "main-cf",
    call,
};

/// Where the parts of postfix are: NixOS has its own places.
const PLACES: [&str; 16] = [
    "command_directory",
    "daemon_directory",
    "data_directory",
    "debugger_command",
    "html_directory",
    "mail_owner",
    "mailq_path",
    "manpage_directory",
    "meta_directory",
    "newaliases_path",
    "queue_directory",
    "readme_directory",
    "sample_directory",
    "sendmail_path",
    "setgid_group",
    "shlib_directory",
];

const LISTS: [&str; 4] = ["mynetworks", "relay_domains", "relayhost", "mydestination"];

fn call(value: &Value) -> Option<Value> {
    let mut lines: Vec<String> = Vec::new();
    for line in value.as_str()?.lines() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match (line.starts_with([' ', '\t']), lines.last_mut()) {
            (true, Some(last)) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            (true, None) => return None,
            (false, _) => lines.push(line.trim_end().to_owned()),
        }
    }
    let mut fields: Map<String, Value> = Map::new();
    for line in &lines {
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.contains(char::is_whitespace) {
            return None;
        }
        if PLACES.contains(&name) {
            continue;
        }
        if matches!(name, "alias_maps" | "alias_database") {
            // Of a table that no file has, there is nothing to build.
            if name == "alias_database" && value.starts_with("inline:")
                || matches!(value, "hash:/etc/aliases" | "$alias_maps")
            {
                continue;
            }
            if name == "alias_database" || !value.starts_with("inline:") {
                return None;
            }
        }
        // Debian makes this certificate when it installs postfix; NixOS does not have it.
        if value.contains("ssl-cert-snakeoil") {
            continue;
        }
        fields.insert(name.to_owned(), parameter(name, value)?);
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

fn parameter(name: &str, value: &str) -> Option<Value> {
    if name == "message_size_limit" {
        return value.parse::<i64>().ok().map(Value::from);
    }
    if !name.ends_with("_maps") && !LISTS.contains(&name) {
        return Some(value.into());
    }
    // A table in braces may hold blanks and commas.
    if value.contains('{') {
        let is_one = !value.contains([' ', '\t', ',']);
        return is_one.then(|| vec![Value::from(value)].into());
    }
    let words = value.split([' ', '\t', ',']).filter(|it| !it.is_empty());
    Some(words.map(Value::from).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn parameters_go_on_and_tables_are_lists() {
        check(
            &FUNCTION,
            "# x\nmyhostname = a\nmynetworks = 127.0.0.0/8,\n  [::1]/128\nqueue_directory = /x\nalias_maps = hash:/etc/aliases\n",
            Some(json!({"myhostname": "a", "mynetworks": ["127.0.0.0/8", "[::1]/128"]})),
        );
        check(
            &FUNCTION,
            "virtual_alias_maps = hash:/etc/postfix/virtual\nmydestination =\n",
            Some(json!({"virtual_alias_maps": ["hash:/etc/postfix/virtual"], "mydestination": []})),
        );
        check(
            &FUNCTION,
            "biff = no\nsmtpd_tls_key_file=/etc/ssl/private/ssl-cert-snakeoil.key\n",
            Some(json!({"biff": "no"})),
        );
        check(
            &FUNCTION,
            "mailbox_command = /usr/bin/procmail\ndebugger_command = PATH=/usr/bin x\n",
            Some(json!({"mailbox_command": "/usr/bin/procmail"})),
        );
        check(
            &FUNCTION,
            "alias_maps = inline:{a=b}\nalias_database = $alias_maps\n",
            Some(json!({"alias_maps": ["inline:{a=b}"]})),
        );
        check(&FUNCTION, "smtp_generic_maps = inline:{a=b, c=d}\n", None);
    }
}
